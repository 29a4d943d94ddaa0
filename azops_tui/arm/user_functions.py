"""User-defined functions of templates."""

from __future__ import annotations

from dataclasses import dataclass

from azops_tui.arm.environment import Environment
from azops_tui.arm.errors import ExpressionError
from azops_tui.arm.reader import Path
from azops_tui.arm.sections import get, section
from azops_tui.arm.template_source import TemplateSource
from azops_tui.arm.types import TypeProblem, Types
from azops_tui.arm.values import Builder, builder
from azops_tui.json_types import Json


@dataclass(frozen=True, slots=True)
class UserFunction:
    """A user-defined function."""

    name: str
    names: tuple[str, ...]
    schemas: tuple[Json, ...]
    output: Builder
    types: Types

    def __call__(self, environment: Environment, values: list[Json]) -> Json:
        """Call the function. Raises ExpressionError."""
        if len(values) != len(self.names):
            raise ExpressionError(
                f"Unable to evaluate template language function '{self.name}': function requires "
                f"'{len(self.names)}' argument(s) while '{len(values)}' were provided. "
                "Please see https://aka.ms/arm-functions for usage details.",
                function=self.name,
            )
        for name, schema, value in zip(self.names, self.schemas, values, strict=True):
            try:
                problem = self.types.problem(value, schema)
            except TypeProblem as error:
                problem = str(error)
            if problem:
                raise ExpressionError(
                    f"The provided value for the parameter '{name}' of the function '{self.name}' is not valid. "
                    f"{problem}",
                    function=self.name,
                )
        arguments = dict(zip((name.lower() for name in self.names), values, strict=True))
        return self.output(environment.at(arguments=arguments, lambdas=None, copies=None, place=0))


def read_functions(source: TemplateSource, types: Types) -> dict[str, UserFunction]:
    """The functions of the template by ``namespace.name`` in lower case. Raises TemplateError."""
    result = {}
    namespaces = get(source.template, "functions", [])
    for index, space in enumerate(namespaces if isinstance(namespaces, list) else []):
        if not isinstance(space, dict) or not isinstance(get(space, "namespace"), str):
            raise source.invalid("The template function namespace is not valid", ("functions", index))
        for member, definition in section(space, "members").items():
            name = f"{get(space, 'namespace')}.{member}"
            path: Path = ("functions", index, "members", member)
            if not isinstance(definition, dict):
                raise source.invalid(f"The template function '{name}' is not valid", path)
            result[name.lower()] = read_function(source, types, name, definition, path)
    return result


def read_function(
    source: TemplateSource, types: Types, name: str, definition: dict[str, Json], path: Path
) -> UserFunction:
    """One function. Raises TemplateError."""
    declared = get(definition, "parameters", [])
    listed = [item for item in declared if isinstance(item, dict)] if isinstance(declared, list) else []
    output = section(definition, "output")
    return UserFunction(
        name,
        tuple(str(get(item, "name", "")) for item in listed),
        tuple(listed),
        source.guarded((*path, "output"), builder, get(output, "value")),
        types,
    )
