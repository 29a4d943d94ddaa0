"""Lets a scoring program call the template engine: evaluate an expression, deploy a template against canned answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from azops_tui.arm import ExpandedResource, Expansion, TemplateError, expand, expand_nested
from azops_tui.arm import evaluate as evaluate_expression
from azops_tui.arm.dependencies import levels

ZERO = "00000000-0000-0000-0000-000000000000"


class Answers:
    """A runtime that answers from a table, and with the outputs of the nested deployments that it has seen."""

    def __init__(self, mocks: Mapping[str, Any]) -> None:
        self.references = {id.lower(): value for id, value in (mocks.get("reference") or {}).items()}
        self.lists = {key.lower(): value for key, value in mocks.items() if key.lower().startswith("list")}

    def reference(self, resource_id: str, api_version: str | None, full: bool) -> Any:
        value = self.references[resource_id.lower()]
        return value if not full or "properties" in value else {"properties": value}

    def list_action(self, action: str, resource_id: str, api_version: str, body: Any) -> Any:
        table = self.lists.get(action.lower(), self.lists.get("list*", {}))
        return (
            next((value for id, value in table.items() if id.lower() == resource_id.lower()), None)
            or table[resource_id]
        )

    def secret(self, vault_id: str, name: str, version: str | None) -> str:
        raise LookupError(name)


def place(context: Mapping[str, Any], template: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The deployment's scope, and what else is known of it."""
    subscription = context.get("subscriptionId") or ZERO
    schema = str(template.get("$schema", "")).lower()
    if "managementgroupdeployment" in schema:
        scope = f"/providers/Microsoft.Management/managementGroups/{context.get('managementGroup', 'group')}"
    elif "tenantdeployment" in schema:
        scope = "/"
    elif "subscriptiondeployment" in schema:
        scope = f"/subscriptions/{subscription}"
    else:
        scope = f"/subscriptions/{subscription}/resourceGroups/{context.get('resourceGroup') or 'rg'}"
    return scope, {
        "tenant": context.get("tenantId") or ZERO,
        "location": context.get("resourceGroupLocation") or "westus",
    }


def evaluate(expression: str, context: dict[str, Any]) -> object:
    scope, known = place(context, {})
    return evaluate_expression(expression, scope=scope, management_group=context.get("managementGroup") or "", **known)


def deploy(
    template: dict[str, Any], parameters: dict[str, Any], context: dict[str, Any], mocks: dict[str, Any]
) -> dict[str, Any]:
    scope, known = place(context, template)
    answers = Answers(mocks)

    def providers(namespace: str, type: str | None) -> Any:
        for provider in mocks.get("providers") or []:
            if provider["namespace"].lower() == namespace.lower():
                kinds = provider["resourceTypes"]
                return provider if type is None else next(k for k in kinds if k["resourceType"].lower() == type.lower())
        return None

    expansion = expand(template, parameters, scope=scope, providers=providers, **known)
    predicted: list[dict[str, Any]] = []
    run(expansion, answers, predicted)
    return {
        "outputs": expansion.resolve_outputs(answers),
        "resources": [{"name": resource.name, **resource.body} for resource in expansion.resources],
        "snapshot": {"predictedResources": predicted},
    }


def run(expansion: Expansion, answers: Answers, predicted: list[dict[str, Any]]) -> None:
    """Goes through a deployment in the order of its dependencies."""
    for level in levels(list(expansion.own)):
        for resource in level:
            body = resource.resolve(answers)
            if resource.type.lower() == "microsoft.resources/deployments":
                nested = expansion.nested.get(resource) or expand_nested(resource, body, answers)
                run(nested, answers, predicted)
                answers.references[resource.id.lower()] = {"outputs": nested.resolve_outputs(answers)}
            else:
                predicted.append(sent(resource, body))


def sent(resource: ExpandedResource, body: Mapping[str, Any]) -> dict[str, Any]:
    head = {"id": resource.id, "type": resource.type, "name": resource.name, "apiVersion": resource.api_version}
    return {**head, **{key: value for key, value in body.items() if key not in head}}


def refused(error: Exception) -> bool:
    return isinstance(error, TemplateError)
