"""Functions that read the template and the target scope: `parameters`, `copyIndex`, `resourceId`, …"""

from __future__ import annotations

from azops_tui.arm.environment import GENERATE, Compiled, Environment
from azops_tui.arm.errors import ExpressionError, Unknown, not_found
from azops_tui.arm.functions import ids
from azops_tui.arm.functions.dates import utc_now as formatted_time
from azops_tui.arm.functions.registry import function
from azops_tui.arm.functions.values import usage
from azops_tui.arm.resource_id import MANAGEMENT_GROUPS
from azops_tui.arm.symbolic import Symbolic
from azops_tui.arm.syntax import FunctionCall
from azops_tui.json_types import Json


def not_here(name: str) -> ExpressionError:
    return ExpressionError(
        f"The template function '{name}' is not expected at this location. "
        "Please see https://aka.ms/arm-functions for usage details.",
        function=name,
    )


def text_argument(name: str, value: Json) -> str:
    if isinstance(value, str):
        return value
    raise ExpressionError(
        f"The template language function '{name}' expects its parameter to be a string. {usage(name)}", function=name
    )


@function(
    "parameters(parameterName): any",
    "The value of a parameter of the template or user-defined function.",
    takes="environment",
)
def parameters(environment: Environment, name: str, values: list[Json]) -> Json:
    parameter_name = text_argument(name, values[0])
    if environment.arguments is not None:
        lowered = parameter_name.lower()
        if lowered in environment.arguments:
            return environment.arguments[lowered]
        raise not_found("parameter", parameter_name)
    return environment.context.parameter(parameter_name, environment)


@function("variables(variableName): any", "The value of a variable of the template.", takes="environment")
def variables(environment: Environment, name: str, values: list[Json]) -> Json:
    return environment.context.variable(text_argument(name, values[0]), environment)


@function(
    "copyIndex([loopName], [offset]): int",
    "The index of the current iteration of a copy loop, from 0 or an offset.",
    takes="environment",
)
def copy_index(environment: Environment, name: str, values: list[Json]) -> Json:
    loop = values.pop(0) if values and isinstance(values[0], str) else ""
    offset = values.pop(0) if values else 0
    if values or type(offset) is not int:
        raise ExpressionError(
            "The template language function 'copyIndex' expects a loop name, an integer offset, or both. "
            "Please see https://aka.ms/arm-copy for usage details."
        )
    if not environment.copies:
        raise ExpressionError(
            "The template function 'copyIndex' is not expected at this location. The function can only be used in a "
            "resource with copy specified. Please see https://aka.ms/arm-copy for usage details."
        )
    index = environment.copies.get(loop.lower())
    if index is None:
        raise ExpressionError(
            f"The template language function 'copyIndex' has an invalid argument. The copy loop name '{loop}' is not "
            "found. Please see https://aka.ms/arm-copy for usage details."
        )
    if index < 0:
        raise Unknown  # the count of the loop depends on a parameter without a value
    return index + offset


@function(
    "newGuid(): string",
    "A new GUID for every deployment; only in a parameter's default value.",
    takes="environment",
)
def new_guid(environment: Environment, name: str, values: list[Json]) -> Json:
    if not environment.place & GENERATE:
        raise ExpressionError(
            f"The template function '{name}' is not expected at this location. The function can only be used in a "
            "default value of a parameter. Please see https://aka.ms/arm-functions for usage details."
        )
    if environment.run.mode == "plan" and environment.run.new_guid is None:
        raise Unknown
    return environment.run.guid()


@function(
    "utcNow([format]): string",
    "The time of the deployment in UTC, as yyyyMMddTHHmmssZ or in a format; only in a parameter's default value.",
    takes="environment",
)
def utc_now(environment: Environment, name: str, values: list[Json]) -> Json:
    if not environment.place & GENERATE:
        raise ExpressionError(
            f"The template function '{name}' is not expected at this location. The function can only be used in a "
            "default value of a parameter. Please see https://aka.ms/arm-functions for usage details."
        )
    if environment.run.mode == "plan" and environment.run.clock is None:
        raise Unknown
    return formatted_time(environment.run.instant(), *[text_argument(name, value) for value in values])


@function(
    "subscription(): object",
    "The subscription deployed to: id, subscriptionId, tenantId, displayName.",
    takes="environment",
)
def subscription(environment: Environment, name: str, values: list[Json]) -> Json:
    scope = environment.context.function_scope
    if not scope.subscription:
        raise not_here(name)
    return {
        "id": f"/subscriptions/{scope.subscription}",
        "subscriptionId": scope.subscription,
        "tenantId": environment.run.facts.tenant,
        **environment.run.facts.subscription_details,
    }


@function(
    "resourceGroup(): object", "The resource group deployed to: id, name, location, tags, properties.", takes="syntax"
)
def build_resource_group(node: FunctionCall, arguments: list[Compiled]) -> Compiled:
    def call(environment: Environment) -> Json:
        environment.run.step()
        scope = environment.context.function_scope
        if not scope.group:
            raise not_here("resourceGroup")
        details = environment.run.facts.group_details
        known = {
            "id": scope.id,
            "name": scope.group,
            "type": "Microsoft.Resources/resourceGroups",
            **details,
            "properties": {"provisioningState": "Succeeded"},
        }
        if environment.run.mode == "plan" and not details.get("location"):
            # The caller did not pass the location, so location and tags are known only at run time.
            return Symbolic(node, environment, {key: value for key, value in known.items() if key != "location"})
        return known

    return call


@function(
    "managementGroup(): object", "The management group deployed to: id, name, type, properties.", takes="environment"
)
def management_group(environment: Environment, name: str, values: list[Json]) -> Json:
    group = environment.context.function_scope.management_group
    if not group:
        raise not_here(name)
    return {
        "id": MANAGEMENT_GROUPS + group,
        "name": group,
        "type": "Microsoft.Management/managementGroups",
        "properties": {"displayName": group, "tenantId": environment.run.facts.tenant},
    }


@function("tenant(): object", "The tenant deployed to: tenantId, displayName, countryCode.", takes="environment")
def tenant(environment: Environment, name: str, values: list[Json]) -> Json:
    return {"tenantId": environment.run.facts.tenant, **environment.run.facts.tenant_details}


@function(
    "deployer(): object", "The identity that deploys: objectId, tenantId and userPrincipalName.", takes="environment"
)
def deployer(environment: Environment, name: str, values: list[Json]) -> Json:
    return {
        "tenantId": environment.run.facts.tenant,
        "objectId": "00000000-0000-0000-0000-000000000000",
        **environment.run.facts.deployer,
    }


@function("environment(): object", "The cloud: its name, suffixes and endpoints.", takes="environment")
def cloud_environment(environment: Environment, name: str, values: list[Json]) -> Json:
    return environment.run.facts.environment


@function("deployment(): object", "The deployment: its name, location and properties.", takes="syntax")
def build_deployment(node: FunctionCall, arguments: list[Compiled]) -> Compiled:
    def call(environment: Environment) -> Json:
        environment.run.step()
        details = environment.context.details()
        scope = environment.context.scope
        if environment.run.mode == "plan" and scope.kind != "resourceGroup" and "location" not in details:
            # The caller did not pass the location, which every deployment at this scope has.
            return Symbolic(node, environment, details)
        return details

    return call


@function(
    "providers(providerNamespace, [resourceType]): object",
    "A resource provider's resource types, locations and API versions. Deprecated.",
    takes="environment",
)
def providers(environment: Environment, name: str, values: list[Json]) -> Json:
    namespace = text_argument(name, values[0])
    kind = text_argument(name, values[1]) if len(values) > 1 else None
    lookup = environment.run.facts.providers
    description = lookup(namespace, kind) if lookup else None
    if description is not None:
        return description
    if "/" in namespace or (kind is not None and (kind[:1] == "/" or kind.lower() == "n/a")):
        raise ExpressionError(
            f"The resource type '{kind}' is not found in the namespace '{namespace}'. "
            "Please see https://aka.ms/arm-template-expressions/#providers for usage details."
        )
    if environment.run.mode == "plan":
        raise Unknown
    if kind is None:
        return {"namespace": namespace, "registrationState": "Registered", "resourceTypes": []}
    return {"resourceType": kind, "locations": [], "apiVersions": []}


@function(
    "pickZones(providerNamespace, resourceType, location, [numberOfZones], [offset]): array",
    "Availability zones in a location that support a resource type.",
    takes="environment",
)
def pick_zones(environment: Environment, name: str, values: list[Json]) -> Json:
    count = values[3] if len(values) > 3 else 1
    offset = values[4] if len(values) > 4 else 0
    for value in values[:3]:
        text_argument(name, value)
    if type(count) is not int or type(offset) is not int or not 1 <= count <= 3 or not 0 <= offset <= 3:
        raise ExpressionError(
            "The template language function 'pickZones' expects a number of zones between 1 and 3 and an offset "
            f"between 0 and 3. {usage(name)}"
        )
    if count + offset > environment.run.facts.zones:
        raise ExpressionError(
            f"Unable to evaluate template language function 'pickZones': the region '{values[2]}' has only "
            f"'{environment.run.facts.zones}' zones. {usage(name)}"
        )
    return [str(offset + index + 1) for index in range(count)]


@function(
    "toLogicalZone(subscriptionId, location, physicalZone): string",
    "The subscription's availability zone for a physical zone.",
    takes="environment",
)
@function(
    "toLogicalZones(subscriptionId, location, physicalZones): array",
    "The subscription's availability zones for physical zones.",
    takes="environment",
)
@function(
    "toPhysicalZone(subscriptionId, location, logicalZone): string",
    "The physical zone of a subscription's availability zone.",
    takes="environment",
)
@function(
    "toPhysicalZones(subscriptionId, location, logicalZones): array",
    "The physical zones of a subscription's availability zones.",
    takes="environment",
)
def zone_mapping(environment: Environment, name: str, values: list[Json]) -> Json:
    """In a subscription without its own mapping, logical and physical zones have the same numbers."""
    texts = [text_argument(name, value) for value in values[:2]]
    zones = values[2] if isinstance(values[2], list) else [values[2]]
    texts += [text_argument(name, zone) for zone in zones]
    logical = "logical" in name.lower()
    region = texts[1].lower().replace(" ", "")
    mapped = [zone.rpartition("-az")[2] if logical else f"{region}-az{zone}" if zone else "" for zone in texts[2:]]
    return mapped if isinstance(values[2], list) else mapped[0]


@function(
    "resourceId([subscriptionId], [resourceGroupName], resourceType, name1, [name2], …): string",
    "The id of a resource, by default in the deployment scope.",
    takes="environment",
)
def resource_id(environment: Environment, name: str, values: list[Json]) -> Json:
    scope = environment.context.function_scope
    return ids.resource_id(values, subscription=scope.subscription, group=scope.group)


@function(
    "subscriptionResourceId([subscriptionId], resourceType, name1, [name2], …): string",
    "The id of a resource of a subscription.",
    takes="environment",
)
def subscription_resource_id(environment: Environment, name: str, values: list[Json]) -> Json:
    return ids.subscription_resource_id(values, subscription=environment.context.function_scope.subscription)


@function(
    "tenantResourceId(resourceType, name1, [name2], …): string",
    "The id of a resource of the tenant.",
    takes="environment",
)
def tenant_resource_id(environment: Environment, name: str, values: list[Json]) -> Json:
    return ids.tenant_resource_id(values)


@function(
    "managementGroupResourceId([managementGroup], resourceType, name1, [name2], …): string",
    "The id of a resource of a management group.",
    takes="environment",
)
def management_group_resource_id(environment: Environment, name: str, values: list[Json]) -> Json:
    return ids.management_group_resource_id(
        values, management_group=environment.context.function_scope.management_group
    )


@function(
    "extensionResourceId(baseResourceId, resourceType, name1, [name2], …): string",
    "The id of an extension resource, such as a lock or a role assignment.",
    takes="environment",
)
def extension_resource_id(environment: Environment, name: str, values: list[Json]) -> Json:
    return ids.extension_resource_id(values)


ROLES = {
    "acrpull": "7f951dda-4ed3-4680-a7ca-43fe172d538d",
    "acrpush": "8311e382-0749-4cb8-b61a-304f252e45ec",
    "contributor": "b24988ac-6180-42a0-ab88-20f7382dd24c",
    "key vault administrator": "00482a5a-887f-4fb3-b363-3b7fe8e74483",
    "key vault crypto service encryption user": "e147488a-f6f5-4113-8e2d-b22465e65bf6",
    "key vault secrets user": "4633458b-17de-408a-b874-0445c86b69e6",
    "managed identity operator": "f1a07417-d97a-45cb-824c-7a7467783830",
    "network contributor": "4d97b98b-1d4f-4787-a291-c67834d212e7",
    "owner": "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
    "reader": "acdd72a7-3385-48ef-bd42-f606fba81ae7",
    "role based access control administrator": "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
    "storage blob data contributor": "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
    "storage blob data owner": "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
    "storage blob data reader": "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
    "user access administrator": "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
}
"""Ids of built-in roles by name in lower case, from the public list of built-in roles."""


@function("roleDefinitions(roleName): object", "The id and roleDefinitionId of a built-in role.", takes="environment")
def role_definitions(environment: Environment, name: str, values: list[Json]) -> Json:
    """PSRule.Rules.Azure pull request 3818 shows the members."""
    role = text_argument(name, values[0])
    guid = ROLES.get(role.lower())
    if guid is not None:
        return {"id": f"/providers/Microsoft.Authorization/roleDefinitions/{guid}", "roleDefinitionId": guid}
    if environment.run.mode == "plan":
        raise Unknown
    raise ExpressionError(f"The built-in role '{role}' is not known here. {usage(name)}", function=name)


@function(
    "externalInput(name, [config]): any",
    "A value supplied by the deployment tool; only in parameter files.",
    takes="environment",
)
def external_input(environment: Environment, name: str, values: list[Json]) -> Json:
    raise not_here(name)
