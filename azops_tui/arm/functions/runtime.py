"""Functions that ask the running cloud: `reference`, `references`, ``list…``; in a plan they stay symbolic."""

from __future__ import annotations

from typing import Any

from azops_tui.arm.environment import REFERENCE, Compiled, Environment, ReferencedResource, ResourceUse
from azops_tui.arm.errors import ExpressionError
from azops_tui.arm.functions.registry import function
from azops_tui.arm.functions.scope import not_here, text_argument
from azops_tui.arm.symbolic import Symbolic
from azops_tui.arm.syntax import FunctionCall
from azops_tui.json_types import Json


def note(environment: Environment, id: str, api_version: str, action: str = "") -> None:
    """Records that the resource is needed, wherever somebody collects that."""
    if environment.uses is not None:
        environment.uses.append(ResourceUse(id, api_version, action))


def note_known(environment: Environment, name: str, value: Json) -> None:
    """Records a resource that is known although the rest of the call is not."""
    if isinstance(value, str):
        note(environment, target(environment, name, value)[0], "")


def target(environment: Environment, name: str, text: str) -> tuple[str, str, ReferencedResource | None]:
    """Id and api-version of what a name, symbol or id means, and the resource if it is of this template."""
    found = environment.context.find(text)
    if found is not None:
        return found.id, found.api_version, found
    if "/" not in text.strip("/"):
        raise ExpressionError(
            f"The template function '{name}' is not valid: could not find template resource or resource copy with "
            f"the name '{text}'. Please see https://aka.ms/arm-function-reference for usage details.",
            function=name,
        )
    if not text.startswith("/"):
        scope = environment.context.scope
        return f"{scope.id}/providers/{text.removeprefix('providers/')}", "", None
    return text, "", None


def ask(environment: Environment, name: str, id: str, question: Any) -> Json:
    """The runtime's answer. Raises ExpressionError where it has none."""
    runtime = environment.run.runtime
    if runtime is None:
        raise ExpressionError(
            f"The template function '{name}' can only be evaluated at run time; it needs the resource '{id}'.",
            function=name,
        )
    try:
        return question(runtime)
    except LookupError as error:
        reason = str(error.args[0]) if error.args and isinstance(error.args[0], str) else ""
        described = f"The Resource '{id.partition('/providers/')[2] or id}' was not found."
        if " " in reason:
            described = reason
        raise ExpressionError(described, function=name, code="ResourceNotFound") from None


@function(
    "reference(resourceNameOrIdentifier, [apiVersion], ['Full']): object",
    "The properties of a resource as they are at run time, or with 'Full' the whole resource.",
    takes="syntax",
)
def build_reference(node: FunctionCall, arguments: list[Compiled]) -> Compiled:
    def call(environment: Environment) -> Json:
        environment.run.step()
        if not environment.place & REFERENCE:
            raise not_here("reference")
        values = [argument(environment) for argument in arguments]
        if any(isinstance(value, Symbolic) for value in values):
            note_known(environment, "reference", values[0])
            return Symbolic(node, environment)
        texts = [text_argument("reference", value) for value in values if value is not None]
        id, own_version, resource = target(environment, "reference", texts[0])
        asked = texts[1] if len(texts) > 1 else ""
        full = len(texts) > 2 and texts[2].lower() == "full"
        if len(texts) > 2 and not full:
            raise ExpressionError(
                "The template language function 'reference' expects its third parameter to be 'Full'. "
                "Please see https://aka.ms/arm-function-reference for usage details.",
                function="reference",
            )
        note(environment, id, asked)
        if environment.run.mode == "plan":
            return Symbolic(
                node, environment, environment.context.known_reference(resource, full) if resource is not None else None
            )
        if resource is None and not asked:
            raise ExpressionError(
                f"The template function 'reference' requires an api-version for the resource '{id}', which is not "
                "defined in the template. Please see https://aka.ms/arm-function-reference for usage details.",
                function="reference",
            )
        return ask(
            environment, "reference", id, lambda runtime: runtime.reference(id, asked or own_version or None, full)
        )

    return call


@function(
    "references(symbolicNameOfCollection, ['Full', 'Properties']): array",
    "The properties of every resource that a copy loop made, as they are at run time.",
    takes="syntax",
)
def build_references(node: FunctionCall, arguments: list[Compiled]) -> Compiled:
    def call(environment: Environment) -> Json:
        environment.run.step()
        if not environment.place & REFERENCE:
            raise not_here("references")
        values = [argument(environment) for argument in arguments]
        if any(isinstance(value, Symbolic) for value in values):
            return Symbolic(node, environment)
        symbol = text_argument("references", values[0])
        full = len(values) > 1 and str(values[1]).lower() == "full"
        resources = environment.context.collection(symbol)
        if resources is None:
            raise ExpressionError(
                f"The template function 'references' is not valid: '{symbol}' is no resource collection. "
                "Please see https://aka.ms/arm-function-reference for usage details.",
                function="references",
            )
        for resource in resources:
            note(environment, resource.id, "")
        if environment.run.mode == "plan":
            known = [] if full else [environment.context.known_reference(resource, full) for resource in resources]
            return Symbolic(node, environment, None if full or None in known else known)
        return [
            ask(
                environment,
                "references",
                resource.id,
                lambda runtime, at=resource: runtime.reference(at.id, at.api_version or None, full),
            )
            for resource in resources
        ]

    return call


@function(
    "resourceInfo(symbolicName): object",
    "The id, name, type and apiVersion of a resource of the template.",
    takes="syntax",
)
def build_resource_info(node: FunctionCall, arguments: list[Compiled]) -> Compiled:
    def call(environment: Environment) -> Json:
        value = arguments[0](environment)
        if isinstance(value, Symbolic):
            return Symbolic(node, environment)
        found = environment.context.find(text_argument("resourceInfo", value))
        if found is None:
            raise ExpressionError(
                f"The template function 'resourceInfo' is not valid: could not find the resource '{value}'.",
                function="resourceInfo",
            )
        return {"id": found.id, "name": found.name, "type": found.type, "apiVersion": found.api_version}

    return call


@function(
    "list*(resourceNameOrIdentifier, [apiVersion], [functionValues]): object",
    "What an action of a resource, such as listKeys or listSecrets, returns at run time.",
    takes="syntax",
)
def build_list(node: FunctionCall, arguments: list[Compiled]) -> Compiled:
    """``listKeys`` and all other functions whose names begin with list: a POST to the resource."""

    def call(environment: Environment) -> Json:
        environment.run.step()
        if not environment.place & REFERENCE:
            raise not_here(node.name)
        values = [argument(environment) for argument in arguments]
        if any(isinstance(value, Symbolic) for value in values):
            note_known(environment, node.name, values[0])
            return Symbolic(node, environment)
        id, own_version, _ = target(environment, node.name, text_argument(node.name, values[0]))
        api_version = text_argument(node.name, values[1]) if len(values) > 1 else own_version
        body = values[2] if len(values) > 2 else None
        note(environment, id, api_version, node.name)
        if environment.run.mode == "plan":
            return Symbolic(node, environment)
        return ask(environment, node.name, id, lambda runtime: runtime.list_action(node.name, id, api_version, body))

    return call
