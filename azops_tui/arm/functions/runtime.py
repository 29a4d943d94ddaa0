"""Functions that query running resources: `reference`, `references`, ``list…``; symbolic in a plan."""

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
    """Record a use of the resource if the environment collects uses."""
    if environment.uses is not None:
        environment.uses.append(ResourceUse(id, api_version, action))


def note_known(environment: Environment, name: str, value: Json) -> None:
    """Record the use of a resource whose id is known although other arguments are symbolic."""
    if isinstance(value, str):
        note(environment, target(environment, name, value)[0], "")


def target(environment: Environment, name: str, text: str) -> tuple[str, str, ReferencedResource | None]:
    """Id and api-version of the resource that `text` names, and the resource itself if this template defines it."""
    resource = environment.context.find(text)
    if resource is not None:
        return resource.id, resource.api_version, resource
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


def ask_runtime(environment: Environment, name: str, id: str, question: Any) -> Json:
    """Answer of the runtime. Raises ExpressionError without a runtime or for a missing resource."""
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
    "The run-time properties of a resource, or with 'Full' the whole resource.",
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
        requested_version = texts[1] if len(texts) > 1 else ""
        full = len(texts) > 2 and texts[2].lower() == "full"
        if len(texts) > 2 and not full:
            raise ExpressionError(
                "The template language function 'reference' expects its third parameter to be 'Full'. "
                "Please see https://aka.ms/arm-function-reference for usage details.",
                function="reference",
            )
        note(environment, id, requested_version)
        if environment.run.mode == "plan":
            return Symbolic(
                node, environment, environment.context.known_reference(resource, full) if resource is not None else None
            )
        if resource is None and not requested_version:
            raise ExpressionError(
                f"The template function 'reference' requires an api-version for the resource '{id}', which is not "
                "defined in the template. Please see https://aka.ms/arm-function-reference for usage details.",
                function="reference",
            )
        version = requested_version or own_version or None
        return ask_runtime(environment, "reference", id, lambda runtime: runtime.reference(id, version, full))

    return call


@function(
    "references(symbolicNameOfCollection, ['Full', 'Properties']): array",
    "The run-time properties of every resource of a copy loop.",
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
            ask_runtime(
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
        resource = environment.context.find(text_argument("resourceInfo", value))
        if resource is None:
            raise ExpressionError(
                f"The template function 'resourceInfo' is not valid: could not find the resource '{value}'.",
                function="resourceInfo",
            )
        return {"id": resource.id, "name": resource.name, "type": resource.type, "apiVersion": resource.api_version}

    return call


@function(
    "list*(resourceNameOrIdentifier, [apiVersion], [functionValues]): object",
    "The run-time result of a resource's action, such as listKeys or listSecrets.",
    takes="syntax",
)
def build_list(node: FunctionCall, arguments: list[Compiled]) -> Compiled:
    """``listKeys`` and every other function whose name begins with list: POST to the resource."""

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
        return ask_runtime(
            environment, node.name, id, lambda runtime: runtime.list_action(node.name, id, api_version, body)
        )

    return call
