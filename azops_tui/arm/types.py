"""Types of parameters, outputs and user-defined functions: checks of values, with definitions, `$ref` and unions.

Checks give the service's sentence about the first thing that is wrong, or nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from azops_tui.arm.symbolic import Symbolic
from azops_tui.json_types import Json

NAMES = {
    "string": "String",
    "securestring": "SecureString",
    "int": "Int",
    "bool": "Bool",
    "object": "Object",
    "secureobject": "SecureObject",
    "array": "Array",
}
PYTHON_TYPES: dict[str, type] = {"string": str, "int": int, "bool": bool, "object": dict, "array": list}
USAGE = "Please see https://aka.ms/arm-create-parameter-file for usage details."


class TypeProblem(Exception):  # noqa: N818 - becomes a TemplateError where the place is known
    """A type definition is not valid."""


def plain_type(type: str) -> str:
    """The type in lower case without ``secure``: ``securestring`` is ``string``."""
    lowered = type.lower()
    return lowered.removeprefix("secure") if lowered in ("securestring", "secureobject") else lowered


def display_type(type: str) -> str:
    """The type as the service echoes it: ``SecureString``."""
    return NAMES.get(type.lower(), type)


def is_secure(type: str) -> bool:
    return type.lower() in ("securestring", "secureobject")


def type_of(value: Json) -> str:
    """The service's word for the type of a value."""
    names = {str: "String", bool: "Boolean", int: "Integer", float: "Float", list: "Array", dict: "Object"}
    return names.get(type(value), "Null")


@dataclass(frozen=True, slots=True)
class Types:
    """The ``definitions`` of a template."""

    definitions: Mapping[str, Json] = field(default_factory=dict)

    def settled(self, schema: Json) -> dict[str, Json]:
        """The schema with its `$ref` resolved; constraints beside a reference override the referenced ones.

        Raises TypeProblem for a reference to nothing or in a circle.
        """
        result: dict[str, Json] = {}
        seen: list[str] = []
        while True:
            if not isinstance(schema, dict):
                raise TypeProblem("The type definition must be an object.")
            reference = schema.get("$ref")
            result = {**{key: value for key, value in schema.items() if key != "$ref"}, **result}
            if reference is None:
                return result
            name = str(reference).removeprefix("#/definitions/").lower()
            if name in seen:
                path = " -> ".join([*seen[seen.index(name) :], name])
                raise TypeProblem(f"The definition '{name}' refers to itself in a circle: {path}.")
            seen.append(name)
            schema = next((value for key, value in self.definitions.items() if key.lower() == name), None)
            if schema is None:
                raise TypeProblem(f"The definition '{reference}' is not found.")

    def problem(self, value: Json, schema: Json, path: str = "", depth: int = 0) -> str:
        """A sentence about why a value is not valid, or an empty string. Raises TypeProblem."""
        if isinstance(value, Symbolic):
            return ""
        settled = self.settled(schema)
        at = f" at '{path}'" if path else ""
        if value is None and settled.get("nullable") is True:
            return ""
        type_name = plain_type(str(settled.get("type", "")))
        expected = PYTHON_TYPES.get(type_name)
        if expected is not None:
            fits = isinstance(value, expected) and (expected is bool or not isinstance(value, bool))
            if expected is int and type(value) is float and value.is_integer():
                fits = True
            if not fits:
                names = {"int": "Integer", "bool": "Boolean"}
                shown = names.get(type_name, type_name.capitalize())
                return (
                    f"Expected a value of type '{shown}'{at}, but received a value of type '{type_of(value)}'. {USAGE}"
                )
        return (
            allowed_problem(value, settled, at)
            or range_problem(value, settled, at)
            or self.members_problem(value, settled, path, depth)
        )

    def members_problem(self, value: Json, schema: dict[str, Json], path: str, depth: int) -> str:
        if isinstance(value, list):
            return self.items_problem(value, schema, path, depth)
        if not isinstance(value, dict):
            return ""
        variant = schema.get("discriminator")
        if isinstance(variant, dict):
            return self.variant_problem(value, schema, variant, path, depth)
        return self.properties_problem(value, schema, path, depth)

    def items_problem(self, value: list[Json], schema: dict[str, Json], path: str, depth: int) -> str:
        prefix = schema.get("prefixItems")
        items = schema.get("items")
        own = prefix if isinstance(prefix, list) else []
        if own and len(value) < len(own):
            return (
                f"The array{f' at {path!r}' if path else ''} has '{len(value)}' of '{len(own)}' expected items. {USAGE}"
            )
        for index, item in enumerate(value):
            place = f"{path}[{index}]"
            if index < len(own):
                problem = self.problem(item, own[index], place, depth + 1)
            elif isinstance(items, dict):
                problem = self.problem(item, items, place, depth + 1)
            elif items is False:
                problem = f"The array item at '{place}' is not allowed. {USAGE}"
            else:
                return ""
            if problem:
                return problem
        return ""

    def properties_problem(self, value: dict[str, Json], schema: dict[str, Json], path: str, depth: int) -> str:
        properties = schema.get("properties")
        declared = properties if isinstance(properties, dict) else {}
        lowered = {key.lower(): key for key in value}
        for name, part in declared.items():
            place = f"{path}.{name}" if path else name
            key = lowered.get(name.lower())
            if key is None:
                if self.settled(part).get("nullable") is not True:
                    return f"The property '{place}' is required. {USAGE}"
                continue
            problem = self.problem(value[key], part, place, depth + 1)
            if problem:
                return problem
        additional = schema.get("additionalProperties")
        names = {name.lower() for name in declared}
        for key, item in value.items():
            if key.lower() in names:
                continue
            place = f"{path}.{key}" if path else key
            if additional is False:
                return f"The property '{place}' is not allowed. {USAGE}"
            if isinstance(additional, dict):
                problem = self.problem(item, additional, place, depth + 1)
                if problem:
                    return problem
        return ""

    def variant_problem(
        self, value: dict[str, Json], schema: dict[str, Json], variant: dict[str, Json], path: str, depth: int
    ) -> str:
        name = str(variant.get("propertyName", ""))
        mapping = variant.get("mapping")
        variants: dict[str, Json] = mapping if isinstance(mapping, dict) else {}
        chosen = next((item for key, item in value.items() if key.lower() == name.lower()), None)
        part = variants.get(chosen) if isinstance(chosen, str) else None
        if part is None:
            listed = ", ".join(f"'{key}'" for key in variants)
            at = f" at '{path}'" if path else ""
            return f"The discriminator property '{name}'{at} must be one of {listed}. {USAGE}"
        settled = self.settled(part)
        properties = {name: {"type": "string"}, **settled.get("properties", {})}
        return self.properties_problem(value, {**settled, "properties": properties}, path, depth + 1)


def allowed_problem(value: Json, schema: dict[str, Json], at: str) -> str:
    allowed = schema.get("allowedValues")
    if not isinstance(allowed, list):
        return ""
    known = [folded(item) for item in allowed]
    if folded(value) in known or (isinstance(value, list) and all(folded(item) in known for item in value)):
        return ""
    listed = ",".join(item if isinstance(item, str) else str(item) for item in allowed)
    return f"The parameter value{at} is not part of the allowed value(s): '{listed}'."


def folded(value: Json) -> Json:
    """Key for case-insensitive comparison; includes the type, because true is not 1."""
    return (str, value.lower()) if isinstance(value, str) else (type(value), value)


def range_problem(value: Json, schema: dict[str, Json], at: str) -> str:
    if isinstance(value, (str, list)):
        size, low, high = len(value), schema.get("minLength"), schema.get("maxLength")
        what = "Length of the value"
    elif isinstance(value, int) and not isinstance(value, bool):
        size, low, high = value, schema.get("minValue"), schema.get("maxValue")
        what = "The value"
    else:
        return ""
    if isinstance(low, int) and size < low:
        return f"{what}{at} should be greater than or equal to '{low}'. {USAGE}"
    if isinstance(high, int) and size > high:
        return f"{what}{at} should be less than or equal to '{high}'. {USAGE}"
    return ""
