"""A template with its parameters, variables, functions and resources, as expressions read them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from azops_tui.arm.cycles import find_circle
from azops_tui.arm.environment import GENERATE, REFERENCE, Environment, EvaluationRun, ReferencedResource
from azops_tui.arm.errors import ExpressionError, ParseError, not_found
from azops_tui.arm.expanded_resource import ExpandedResource
from azops_tui.arm.reader import Document, Path
from azops_tui.arm.resource_id import Scope
from azops_tui.arm.sections import get, section
from azops_tui.arm.symbolic import KnownPart, Symbolic, is_known, transform
from azops_tui.arm.syntax import FunctionCall, Literal
from azops_tui.arm.template_source import TemplateSource
from azops_tui.arm.types import Types
from azops_tui.arm.user_functions import UserFunction, read_functions
from azops_tui.arm.values import Builder, Constant, CopyLoop, builder, is_property_copy
from azops_tui.json_types import Json

USE_OF = {
    "variables": re.compile(r"variables\(\s*'([^']*)'\s*\)", re.IGNORECASE),
    "parameters": re.compile(r"parameters\(\s*'([^']*)'\s*\)", re.IGNORECASE),
}


@dataclass(frozen=True, slots=True)
class ParameterValue:
    """A parameter's value, or the Key Vault secret that holds it."""

    value: Json = None
    secret: Mapping[str, Json] | None = None

    @property
    def is_given(self) -> bool:
        """False for null, which counts as no value: the default is used (Azure/bicep pull request 11532)."""
        return self.value is not None or self.secret is not None


class TemplateDeployment(TemplateSource):
    """One deployment of a template; evaluates its parameters and variables and looks up its resources.

    `outer` is the environment of the enclosing deployment, for a nested template whose expressions are evaluated in
    the outer scope.
    """

    def __init__(
        self,
        run: EvaluationRun,
        document: Document,
        *,
        name: str,
        scope: Scope,
        mode: str = "Incremental",
        outer: Environment | None = None,
        link: Mapping[str, Json] | None = None,
        base: str = "",
        level: int = 0,
        location: str = "",
        content: Document | None = None,
    ) -> None:
        super().__init__(document)
        self.content = document if isinstance(get(self.template, "content"), dict) else content
        """The document whose ``content`` holds the templates that this one links by ``contentId``."""
        self.run = run
        self.name = name
        self.scope = scope
        # The page "ARM template functions in deployment scopes" shows the parent's group for an outer-scoped template.
        self.function_scope: Scope = scope if outer is None else outer.context.function_scope
        self.mode = mode
        self.outer = outer
        self.link = link
        self.base = base
        self.level = level
        self.location = location
        self.symbolic_names = isinstance(get(self.template, "resources"), dict)
        self.types = Types(section(self.template, "definitions"))
        self.parameter_values: dict[str, ParameterValue] = {}
        self.parameter_builders: dict[str, Builder] = {}
        self.variable_builders = self.read_variables() if outer is None else {}
        self.functions = read_functions(self, self.types) if outer is None else {}
        self.names: dict[str, list[ExpandedResource]] = {}
        self.short_names: dict[str, list[ExpandedResource]] = {}
        """By the last segment of the name; some templates refer to a child resource by that alone."""
        self.loops: dict[str, list[ExpandedResource]] = {}
        self.nested_outputs: Callable[[ExpandedResource], Mapping[str, Json] | None] = lambda resource: None
        """Returns the known outputs of a nested deployment of this one; set during expansion."""
        self.evaluating: list[str] = []
        self.ordering = False
        self.orders: dict[str, dict[str, list[str]]] = {}

    # Reading the template

    def read_variables(self) -> dict[str, tuple[Path, Callable[[], Builder | CopyLoop]]]:
        """Path and builder of each variable by its name in lower case."""
        result: dict[str, tuple[Path, Callable[[], Builder | CopyLoop]]] = {}
        for name, value in section(self.template, "variables").items():
            path: Path = ("variables", name)
            if name.lower() == "copy" and is_property_copy(value):
                for index, definition in enumerate(value):
                    result[str(get(definition, "name")).lower()] = (
                        (*path, index),
                        partial(CopyLoop, definition, index),
                    )
            else:
                result[name.lower()] = (path, partial(builder, value))
        return result

    # What expressions ask

    def environment(self, run: EvaluationRun | None = None, *, place: int = REFERENCE, uses: Any = None) -> Environment:
        """Environment for a part of this template outside copy loops."""
        outer = self.outer
        if outer is None:
            return Environment(run or self.run, self, place=place, uses=uses)
        return outer.at(run=run or self.run, context=self, place=place, uses=uses)

    def user_function(self, name: str) -> UserFunction | None:
        """The function ``namespace.name`` (lower case), or None."""
        if self.outer is not None:
            outer: UserFunction | None = self.outer.context.user_function(name)
            return outer
        return self.functions.get(name)

    def variable(self, name: str, environment: Environment) -> Json:
        """Value of a variable. Raises ExpressionError."""
        if self.outer is not None:
            return self.outer.context.variable(name, environment)
        lowered = name.lower()
        known = self.variable_builders.get(lowered)
        if known is None:
            raise not_found("variable", name)
        values = environment.run.values
        key = (self, "variables", lowered)
        if key not in values:
            self.evaluate_first("variables", lowered, environment)
            path, make = known
            build = self.guarded(path, make)
            inside = Environment(environment.run, self, place=environment.place & ~REFERENCE)
            values[key] = self.within("variable", name, path, build, inside)
        return values[key]

    def check_variables(self) -> None:
        """Evaluate every variable, used or not, as the service does first.

        With a symbolic parameter the check is skipped, because a variable can fail for that reason alone. Raises
        TemplateError.
        """
        known = self.run.values
        values = (value for (owner, kind, _), value in known.items() if owner is self and kind == "parameters")
        if not all(map(is_known, values)):
            return
        environment = Environment(self.run, self)
        for lowered, (path, make) in self.variable_builders.items():
            if type(self.guarded(path, make)) is Constant:
                continue  # cannot fail, and can be large
            name = lowered if len(path) != 2 else str(path[1])
            try:
                self.variable(name, environment)
            except ExpressionError as error:
                place: TemplateSource = error.located or self
                raise place.invalid(
                    f"{error.message}. Please see https://aka.ms/arm-template-expressions for usage details.",
                    tuple(error.path) if error.located else path,
                    error,
                    violation=True,
                ) from None

    def parameter(self, name: str, environment: Environment) -> Json:
        """Value of a parameter. Raises ExpressionError."""
        if self.outer is not None:
            return self.outer.context.parameter(name, environment)
        lowered = name.lower()
        run = environment.run
        key = (self, "parameters", lowered)
        if key in run.values:
            return run.values[key]
        passed = self.parameter_values.get(lowered)
        value = None if passed is None else self.passed_value(name, passed, environment)
        if passed is not None and (value is not None or lowered not in self.parameter_builders):
            pass
        elif lowered in self.parameter_builders:
            self.evaluate_first("parameters", lowered, environment)
            build = self.parameter_builders[lowered]
            inside = Environment(run, self, place=GENERATE)
            if key in run.generated:
                value = run.generated[key]
            else:
                value = self.within("parameter", name, ("parameters", name, "defaultValue"), build, inside)
                if run.mode == "now" and not is_known(self.run.values.get(key)):
                    run.generated[key] = value
        else:
            raise not_found("parameter", name)
        run.values[key] = value
        return value

    def passed_value(self, name: str, passed: ParameterValue, environment: Environment) -> Json:
        """Value passed for a parameter; secrets and symbolic values are resolved if the mode allows it."""
        run = environment.run
        if run.settler is not None and self.level <= run.settled_level:
            run = run.settler
        if passed.secret is not None:
            if run.mode == "plan" or run.runtime is None:
                return Symbolic(FunctionCall("parameters", (Literal(name),)), Environment(run, self))
            vault = get(passed.secret, "keyVault", {})
            secret = str(get(passed.secret, "secretName", ""))
            version = get(passed.secret, "secretVersion")
            try:
                return run.runtime.secret(str(get(vault, "id", "")), secret, version)
            except LookupError:
                raise ExpressionError(
                    f"The secret of KeyVault parameter '{name}' cannot be retrieved: '{secret}' was not found in "
                    f"'{get(vault, 'id', '')}'. Please see https://aka.ms/arm-keyvault for usage details.",
                    code="KeyVaultParameterReferenceSecretRetrieveFailed",
                ) from None
        if run.mode == "now":
            return transform(passed.value, lambda part: part.settled(run))
        return passed.value

    def within(self, kind: str, name: str, path: Path, build: Builder | CopyLoop, environment: Environment) -> Json:
        """Evaluate a variable or default value; errors name it."""
        label = f"{kind} {name.lower()}"
        if label in self.evaluating:
            around = self.evaluating[self.evaluating.index(label) :]
            shown = " -> ".join([item.partition(" ")[2] for item in [*around, label]])
            raise ExpressionError(f"The template {kind} '{name}' refers to itself in a circle: {shown}.")
        if environment.run.is_deep():
            circle = find_circle(self.uses_of(f"{kind}s"), name.lower())
            if circle:
                shown = " -> ".join([*circle[:10], *(["…"] if len(circle) > 10 else []), circle[0]])
                raise ExpressionError(f"The template {kind} '{name}' refers to itself in a circle: {shown}.")
        self.evaluating.append(label)
        environment.run.enter()
        try:
            value = build.values(environment) if isinstance(build, CopyLoop) else build(environment)
            return environment.run.account(value)
        except ExpressionError as error:
            if error.located is None:
                error.inside(*path)
                error.located = self
                if not isinstance(error, ParseError):
                    error.message = f"The template {kind} '{name}' is not valid: {error.message}"
            raise
        finally:
            environment.run.leave()
            self.evaluating.pop()

    def evaluate_first(self, kind: str, name: str, environment: Environment) -> None:
        """Evaluate what a variable or default value uses, innermost first, so long chains need no deep stack."""
        if self.evaluating or self.ordering:
            return
        evaluate = self.variable if kind == "variables" else self.parameter
        uses = self.uses_of(kind)
        if not uses.get(name):
            return
        order: list[str] = []
        seen = {name}
        stack = [(name, iter(uses.get(name, ())))]
        while stack:
            current, remaining = stack[-1]
            following = next(remaining, None)
            if following is None:
                stack.pop()
                order.append(current)
            elif following not in seen:
                seen.add(following)
                stack.append((following, iter(uses.get(following, ()))))
        self.ordering = True
        try:
            for needed in order[:-1]:
                evaluate(needed, environment)
        except ExpressionError:
            return  # raised again with its place when the value is used
        finally:
            self.ordering = False

    def uses_of(self, kind: str) -> dict[str, list[str]]:
        """Names of the variables (or parameters) that each variable (or parameter) mentions."""
        if kind not in self.orders:
            pattern = USE_OF[kind]
            known = self.variable_builders if kind == "variables" else self.parameter_builders
            parts = section(self.template, kind)
            uses = {}
            for name, value in parts.items():
                if name.lower() in known:
                    matches = pattern.findall(json.dumps(value, default=str))
                    uses[name.lower()] = [item.lower() for item in matches if item.lower() in known]
            self.orders[kind] = uses
        return self.orders[kind]

    def find(self, text: str) -> ExpandedResource | None:
        """Resource with this name, symbol or id; None if there is none or the name is ambiguous."""
        key = text.strip("/").lower()
        matches = self.names.get(key) or self.short_names.get(key)
        if matches:
            live = [resource for resource in matches if resource.condition] or matches
            return live[0] if len(live) == 1 or self.symbolic_names else None
        if self.outer is not None:
            outer = self.outer.context.find(text)
            assert outer is None or isinstance(outer, ExpandedResource)
            return outer
        return None

    def collection(self, symbol: str) -> Sequence[ReferencedResource] | None:
        """Resources of the copy loop with this symbol, or None."""
        matches = self.loops.get(symbol.lower())
        return matches if matches is not None or self.outer is None else self.outer.context.collection(symbol)

    def known_reference(self, resource: ReferencedResource, full: bool) -> Json:
        """What a reference to a nested deployment gives before it runs: its known outputs, or None."""
        assert isinstance(resource, ExpandedResource)
        if resource.source is not self and self.outer is not None:
            return self.outer.context.known_reference(resource, full)
        outputs = self.nested_outputs(resource)
        if outputs is None:
            return None
        known = KnownPart({name: KnownPart(output) for name, output in outputs.items() if "value" in output})
        properties = KnownPart({"outputs": known})
        return KnownPart({"properties": properties}) if full else properties

    def add(self, resource: ExpandedResource, names: Iterable[str], loop: str) -> None:
        """Register a resource under its names and its loop."""
        for name in {name.strip("/").lower() for name in names if name}:
            self.names.setdefault(name, []).append(resource)
        if "/" in resource.name:
            self.short_names.setdefault(resource.name.rpartition("/")[2].lower(), []).append(resource)
        if loop:
            self.loops.setdefault(loop.lower(), []).append(resource)

    def details(self) -> dict[str, Json]:
        """Value of `deployment()`."""
        if self.outer is not None:
            outer: dict[str, Json] = self.outer.context.details()
            return outer
        parameters = {
            name: {"value": passed.value} if passed.secret is None else {"reference": dict(passed.secret)}
            for name, passed in self.parameter_values.items()
        }
        result: dict[str, Json] = {"name": self.name}
        if self.location and self.scope.kind != "resourceGroup":
            result["location"] = self.location
        properties: dict[str, Json] = {}
        if self.link is not None:
            properties["templateLink"] = dict(self.link)
        result["properties"] = {
            **properties,
            "template": self.template,
            "templateHash": "",
            "parameters": parameters,
            "mode": self.mode,
            "provisioningState": "Accepted",
        }
        return result
