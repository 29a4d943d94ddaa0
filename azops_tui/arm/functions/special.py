"""Functions that the evaluator handles itself, so that the table is complete: what they are called, take and mean."""

from __future__ import annotations

from azops_tui.arm.functions.registry import special

_NONE: tuple[tuple[str, str], ...] = (
    ("deployer", "deployer(): object|Who deploys: objectId, tenantId and userPrincipalName."),
    (
        "deployment",
        "deployment(): object|The deployment: its name, location and properties.",
    ),
    ("environment", "environment(): object|The cloud: its name, suffixes and endpoints."),
    ("newGuid", "newGuid(): string|A new identifier for every deployment; only in a parameter's default value."),
    ("resourceGroup", "resourceGroup(): object|The resource group deployed to: id, name, location, tags, properties."),
    ("subscription", "subscription(): object|The subscription deployed to: id, subscriptionId, tenantId, displayName."),
    ("tenant", "tenant(): object|The tenant deployed to: tenantId, displayName, countryCode."),
    ("managementGroup", "managementGroup(): object|The management group deployed to: id, name, type, properties."),
)

_OTHERS: tuple[tuple[str, int, int | None, str, str], ...] = (
    ("and", 2, None, "and(arg1, arg2, …): bool", "Whether all of some booleans are true."),
    ("or", 2, None, "or(arg1, arg2, …): bool", "Whether one of some booleans is true."),
    ("coalesce", 1, None, "coalesce(arg1, …): any", "The first of some values that is not null; null where all are."),
    (
        "if",
        3,
        3,
        "if(condition, trueValue, falseValue): any",
        "One of two values; only that one is evaluated.",
    ),
    (
        "parameters",
        1,
        1,
        "parameters(parameterName): any",
        "The value of a parameter of the template or the user-defined function.",
    ),
    ("variables", 1, 1, "variables(variableName): any", "The value of a variable of the template."),
    (
        "copyIndex",
        0,
        2,
        "copyIndex([loopName], [offset]): int",
        "Which iteration of a copy loop this is, from 0 or from an offset.",
    ),
    (
        "lambda",
        1,
        None,
        "lambda([variableName, …], expression): lambda",
        "A function for filter, map, reduce, sort and the like.",
    ),
    ("lambdaVariables", 1, 1, "lambdaVariables(variableName): any", "The value of a variable of the lambda around it."),
    (
        "reference",
        1,
        3,
        "reference(resourceNameOrIdentifier, [apiVersion], ['Full']): object",
        "The properties of a resource as they are at run time, or with 'Full' the whole resource.",
    ),
    (
        "references",
        1,
        2,
        "references(symbolicNameOfCollection, ['Full', 'Properties']): array",
        "The properties of every resource that a copy loop made, as they are at run time.",
    ),
    (
        "resourceInfo",
        1,
        1,
        "resourceInfo(symbolicName): object",
        "The id, name, type and apiVersion of a resource of the template.",
    ),
    (
        "resourceId",
        2,
        None,
        "resourceId([subscriptionId], [resourceGroupName], resourceType, name1, [name2], …): string",
        "The id of a resource, by default in the scope that is deployed to.",
    ),
    (
        "subscriptionResourceId",
        2,
        None,
        "subscriptionResourceId([subscriptionId], resourceType, name1, [name2], …): string",
        "The id of a resource of a subscription.",
    ),
    (
        "tenantResourceId",
        2,
        None,
        "tenantResourceId(resourceType, name1, [name2], …): string",
        "The id of a resource of the tenant.",
    ),
    (
        "managementGroupResourceId",
        2,
        None,
        "managementGroupResourceId([managementGroup], resourceType, name1, [name2], …): string",
        "The id of a resource of a management group.",
    ),
    (
        "extensionResourceId",
        3,
        None,
        "extensionResourceId(baseResourceId, resourceType, name1, [name2], …): string",
        "The id of a resource that extends another one, such as a lock or a role assignment.",
    ),
    (
        "list*",
        1,
        3,
        "listKeys(resourceNameOrIdentifier, apiVersion, [functionValues]): object",
        "What an action of a resource, such as listKeys or listSecrets, returns at run time.",
    ),
    (
        "pickZones",
        3,
        5,
        "pickZones(providerNamespace, resourceType, location, [numberOfZones], [offset]): array",
        "Availability zones of a location that a resource type can be in.",
    ),
    (
        "providers",
        1,
        2,
        "providers(providerNamespace, [resourceType]): object",
        "What a resource provider offers: resource types, locations and API versions. Out of use.",
    ),
    (
        "toLogicalZone",
        3,
        3,
        "toLogicalZone(subscriptionId, location, physicalZone): string",
        "The availability zone that a subscription knows a physical zone as.",
    ),
    (
        "toLogicalZones",
        3,
        3,
        "toLogicalZones(subscriptionId, location, physicalZones): array",
        "The availability zones that a subscription knows physical zones as.",
    ),
    (
        "toPhysicalZone",
        3,
        3,
        "toPhysicalZone(subscriptionId, location, logicalZone): string",
        "The physical zone behind an availability zone of a subscription.",
    ),
    (
        "toPhysicalZones",
        3,
        3,
        "toPhysicalZones(subscriptionId, location, logicalZones): array",
        "The physical zones behind availability zones of a subscription.",
    ),
    (
        "externalInput",
        1,
        2,
        "externalInput(name, [config]): any",
        "A value that the tool that deploys supplies; only in parameter files.",
    ),
    (
        "utcNow",
        0,
        1,
        "utcNow([format]): string",
        "The time of the deployment in UTC, as yyyyMMddTHHmmssZ or in a format; only in a parameter's default value.",
    ),
)

for _name, _described in _NONE:
    _signature, _, _help = _described.partition("|")
    special(_name, minimum=0, maximum=0, signature=_signature, help=_help)

for _name, _minimum, _maximum, _signature, _help in _OTHERS:
    special(_name, minimum=_minimum, maximum=_maximum, signature=_signature, help=_help)
