"""Paths of subscriptions, resource groups and deployments."""

from __future__ import annotations

from azops_tui.simulator.providers.resources import deployments, groups, stacks, subscriptions, tags
from azops_tui.simulator.resource_routes import poll
from azops_tui.simulator.routing import Route

_SUBSCRIPTION = "/subscriptions/{subscription}"
_TAG = f"{_SUBSCRIPTION}/tagNames/{{tag}}"
_TAGS = "/{scope...}/providers/Microsoft.Resources/tags/default"
_GROUP = f"{_SUBSCRIPTION}/resourceGroups/{{group}}"
_DEPLOYMENTS = "/{scope...}/providers/Microsoft.Resources/deployments"
_DEPLOYMENT = f"{_DEPLOYMENTS}/{{deployment}}"
_STACK = "/{scope...}/providers/Microsoft.Resources/deploymentStacks/{stack}"

URLS = (
    Route("GET", "/subscriptions", subscriptions.list_subscriptions),
    Route("GET", "/tenants", subscriptions.list_tenants),
    Route("GET", _SUBSCRIPTION, subscriptions.show_subscription),
    Route("GET", f"{_SUBSCRIPTION}/locations", subscriptions.list_locations),
    Route("GET", f"{_SUBSCRIPTION}/resources", subscriptions.list_resources),
    Route("GET", f"{_SUBSCRIPTION}/tagNames", tags.list_names),
    Route("PUT", _TAG, tags.put_name),
    Route("DELETE", _TAG, tags.delete_name),
    Route("PUT", f"{_TAG}/tagValues/{{value}}", tags.put_value),
    Route("DELETE", f"{_TAG}/tagValues/{{value}}", tags.delete_value),
    Route("GET", _TAGS, tags.show),
    Route("PUT", _TAGS, tags.put),
    Route("PATCH", _TAGS, tags.patch),
    Route("DELETE", _TAGS, tags.delete),
    Route("GET", f"{_SUBSCRIPTION}/providers", subscriptions.list_providers),
    Route("GET", f"{_SUBSCRIPTION}/providers/{{namespace}}", subscriptions.show_provider),
    Route("POST", f"{_SUBSCRIPTION}/providers/{{namespace}}/register", subscriptions.show_provider),
    Route("POST", f"{_SUBSCRIPTION}/providers/{{namespace}}/unregister", subscriptions.show_provider),
    Route("GET", f"{_SUBSCRIPTION}/resourceGroups", groups.list_groups),
    Route("GET", _GROUP, groups.show),
    Route("HEAD", _GROUP, groups.exists),
    Route("PUT", _GROUP, groups.put),
    Route("PATCH", _GROUP, groups.patch),
    Route("DELETE", _GROUP, groups.delete),
    Route("GET", f"{_GROUP}/resources", groups.list_resources),
    Route("POST", f"{_GROUP}/exportTemplate", groups.export_template),
    Route("POST", f"{_GROUP}/moveResources", groups.move_resources),
    Route("POST", f"{_GROUP}/validateMoveResources", groups.move_resources),
    Route("GET", _DEPLOYMENTS, deployments.list_deployments),
    Route("GET", _DEPLOYMENT, deployments.show),
    Route("HEAD", _DEPLOYMENT, deployments.exists),
    Route("PUT", _DEPLOYMENT, deployments.put),
    Route("DELETE", _DEPLOYMENT, deployments.delete),
    Route("POST", f"{_DEPLOYMENT}/validate", deployments.validate),
    Route("POST", f"{_DEPLOYMENT}/cancel", deployments.cancel),
    Route("POST", f"{_DEPLOYMENT}/exportTemplate", deployments.export_template),
    Route("POST", f"{_DEPLOYMENT}/listOutputsWithSecureValues", deployments.list_secure_outputs),
    Route("POST", f"{_DEPLOYMENT}/whatIf", deployments.what_if),
    Route("GET", f"{_DEPLOYMENT}/operations", deployments.list_operations),
    Route("GET", f"{_DEPLOYMENT}/operations/{{operation}}", deployments.show_operation),
    Route("GET", f"{_DEPLOYMENT}/operationStatuses/{{operation}}", poll),
    Route("PUT", _STACK, stacks.put),
    Route("DELETE", _STACK, stacks.delete),
    Route("POST", f"{_STACK}/exportTemplate", stacks.export_template),
)
