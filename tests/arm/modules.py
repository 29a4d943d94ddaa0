"""The shared Bicep modules beside the project, with parameter values made by type.

A value follows from the declaration alone: its type, its constraints, and its name where the name says what the text
identifies. Parameters that have a default value or may be null are left out, as their makers deploy them.
"""

from __future__ import annotations

import re
import zipfile
from typing import Any

from azops_tui.arm import TemplateError, expand
from tests.arm.quickstarts import DATA

ARCHIVE = DATA / "arm" / "modules.zip"
SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000000"
GROUP = f"{SUBSCRIPTION}/resourceGroups/modules"
MANAGEMENT_GROUP = "/providers/Microsoft.Management/managementGroups/modules"
LOCATION = "westeurope"
GUID = "11111111-1111-1111-1111-111111111111"
DEPTH = 12

IDENTIFIED = (
    ("subnet", "Microsoft.Network/virtualNetworks/{0}/subnets/{0}"),
    ("workspace", "Microsoft.OperationalInsights/workspaces/{0}"),
    ("virtualnetwork", "Microsoft.Network/virtualNetworks/{0}"),
    ("vnet", "Microsoft.Network/virtualNetworks/{0}"),
    ("publicip", "Microsoft.Network/publicIPAddresses/{0}"),
    ("privatednszone", "Microsoft.Network/privateDnsZones/{0}"),
    ("dnszone", "Microsoft.Network/dnsZones/{0}"),
    ("virtualhub", "Microsoft.Network/virtualHubs/{0}"),
    ("virtualwan", "Microsoft.Network/virtualWans/{0}"),
    ("keyvault", "Microsoft.KeyVault/vaults/{0}"),
    ("storage", "Microsoft.Storage/storageAccounts/{0}"),
    ("serverfarm", "Microsoft.Web/serverfarms/{0}"),
    ("environment", "Microsoft.App/managedEnvironments/{0}"),
    ("hybridconnection", "Microsoft.Relay/namespaces/{0}/hybridConnections/{0}"),
    ("identity", "Microsoft.ManagedIdentity/userAssignedIdentities/{0}"),
    ("machine", "Microsoft.Compute/virtualMachines/{0}"),
)
"""Word in a parameter's name, and the type of the resource whose id the parameter takes."""


def modules() -> dict[str, str]:
    """Template text by short name; empty if the archive is missing."""
    if not ARCHIVE.is_file():
        return {}
    with zipfile.ZipFile(ARCHIVE) as archive:
        return {
            name.removesuffix("__main.json"): archive.read(name).decode("utf-8-sig")
            for name in sorted(archive.namelist())
            if name.endswith(".json")
        }


def trial(template: dict[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Values with which a module expands, and the optional parameters that it cannot do without.

    Some modules need a parameter that they declare as optional. Such a parameter is named in the error.
    """
    parameters = values(template)
    declared = template.get("parameters") or {}
    supplied: list[str] = []
    while True:
        try:
            expand(template, parameters, scope=scope_of(template), location=LOCATION, tags={"purpose": "modules"})
        except TemplateError as error:
            text = f"{error.expression} {error.message}"
            named = [name for name in declared if name not in parameters and f"'{name}'" in text]
            if not named:
                return parameters, tuple(supplied)
            supplied += named
            definitions = template.get("definitions") or {}
            parameters |= {name: {"value": value(name, declared[name], definitions)} for name in named}
        else:
            return parameters, tuple(supplied)


def scope_of(template: dict[str, Any]) -> str:
    """The scope that the schema of a template names."""
    schema = str(template.get("$schema", "")).lower()
    if "subscriptiondeployment" in schema:
        return SUBSCRIPTION
    if "managementgroup" in schema:
        return MANAGEMENT_GROUP
    return "/" if "tenant" in schema else GROUP


def values(template: dict[str, Any]) -> dict[str, Any]:
    """A parameter file for the parameters that need a value."""
    definitions = template.get("definitions") or {}
    return {
        name: {"value": value(name, schema, definitions)}
        for name, schema in (template.get("parameters") or {}).items()
        if "defaultValue" not in schema and not settled(schema, definitions).get("nullable")
    }


def settled(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """A type with its reference followed."""
    while "$ref" in schema:
        name = str(schema["$ref"]).removeprefix("#/definitions/")
        schema = {**definitions[name], **{key: part for key, part in schema.items() if key != "$ref"}}
    return schema


def value(name: str, schema: dict[str, Any], definitions: dict[str, Any], depth: int = 0) -> Any:
    """A value that satisfies a type."""
    schema = settled(schema, definitions)
    kind = str(schema.get("type", "")).lower().removeprefix("secure")
    allowed = schema.get("allowedValues")
    if allowed and kind != "array":
        return allowed[0]
    if kind == "string":
        return text(name, schema)
    if kind == "int":
        return schema.get("minValue", min(1, schema.get("maxValue", 1)))
    if kind == "bool":
        return True
    if kind == "array":
        return items(name, schema, definitions, depth, allowed)
    return members(schema, definitions, depth)


def items(name: str, schema: dict[str, Any], definitions: dict[str, Any], depth: int, allowed: Any) -> list[Any]:
    first = [value(name, item, definitions, depth + 1) for item in schema.get("prefixItems", [])]
    if allowed:
        return list(allowed[: max(1, schema.get("minLength", 1))])
    count = schema.get("minLength", 1 if isinstance(schema.get("items"), dict) and depth < DEPTH else 0)
    item = schema["items"] if isinstance(schema.get("items"), dict) else {"type": "string"}
    more = range(len(first), max(count, len(first)))
    return [*first, *[value(name, item, definitions, depth + 1) for _ in more]]


def members(schema: dict[str, Any], definitions: dict[str, Any], depth: int) -> dict[str, Any]:
    result = {}
    variant = schema.get("discriminator")
    if variant:
        label, chosen = next(iter(variant["mapping"].items()))
        result = {**members(settled(chosen, definitions), definitions, depth + 1), variant["propertyName"]: label}
    for name, part in (schema.get("properties") or {}).items():
        if name not in result and not settled(part, definitions).get("nullable"):
            result[name] = value(name, part, definitions, depth + 1)
    return result


def text(name: str, schema: dict[str, Any]) -> str:
    lowered = name.lower()
    if "location" in lowered or "region" in lowered:
        result = LOCATION
    elif lowered.endswith(("subscriptionid", "principalid", "clientid", "tenantid", "objectid")):
        result = GUID
    elif lowered.endswith(("id", "ids")):
        result = identifier(lowered)
    elif "prefix" in lowered and ("address" in lowered or "subnet" in lowered):
        result = "10.0.0.0/16"
    else:
        result = f"m{re.sub(r'[^a-z0-9]', '', lowered)}"[:20]
    longest = int(schema.get("maxLength", 4096))
    return result.ljust(int(schema.get("minLength", 0)), "0")[:longest]


def identifier(lowered: str) -> str:
    type = next((type for word, type in IDENTIFIED if word in lowered), "Microsoft.Module/things/{0}")
    return f"{GROUP}/providers/{type.format(f'm{lowered}'[:20])}"
