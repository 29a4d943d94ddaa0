"""Lists of resources of all types, with Resource Manager's filters."""

from __future__ import annotations

import re
from collections.abc import Iterable

from azops_tui.json_types import Json
from azops_tui.simulator.clock import stamp
from azops_tui.simulator.store import Resource

_CLAUSE = re.compile(r"(?i)\b(\w+)\s+(eq|ne)\s+'((?:[^']|'')*)'|substringof\('([^']*)',\s*(\w+)\)")
_SHOWN = (
    "id",
    "name",
    "type",
    "sku",
    "kind",
    "plan",
    "managedBy",
    "location",
    "identity",
    "zones",
    "tags",
    "systemData",
)


def select(resources: Iterable[Resource], query: dict[str, str]) -> list[Json]:
    """The resources as the generic list shows them: without properties, filtered by ``$filter`` and ``$top``."""
    filter_ = query.get("$filter", "")
    expand = query.get("$expand", "").lower()
    matches = [r for r in resources if _matches(r, filter_)]
    top = query.get("$top", "")
    if top.isdecimal() and len(top) < 10:
        matches = matches[: int(top)]
    return [summary(r, expand) for r in matches]


def summary(resource: Resource, expand: str = "") -> dict[str, Json]:
    """A resource as the generic list shows it."""
    body = {k: resource.body[k] for k in _SHOWN if k in resource.body}
    if len(resource.address.names) > 1:
        body["name"] = resource.address.name
    if "provisioningstate" in expand:
        body["provisioningState"] = resource.state
    if "createdtime" in expand:
        body["createdTime"] = stamp(resource.created)
    if "changedtime" in expand:
        body["changedTime"] = stamp(resource.changed)
    return body


def _matches(resource: Resource, filter_: str) -> bool:
    if not filter_:
        return True
    tags = {str(k).lower(): str(v) for k, v in (resource.body.get("tags") or {}).items()}
    tag = ""
    for match in _CLAUSE.finditer(filter_):
        if match[5]:
            if match[4].lower() not in _field(resource, match[5]).lower():
                return False
            continue
        name, operator, value = match[1].lower(), match[2].lower(), match[3].replace("''", "'")
        if name == "tagname":
            tag = value.lower()
            good = tag in tags
        elif name == "tagvalue":
            good = tags.get(tag) == value
        else:
            good = _field(resource, name).lower() == value.lower()
        if good == (operator == "ne"):
            return False
    return True


def _field(resource: Resource, name: str) -> str:
    lower = name.lower()
    if lower == "resourcetype":
        return resource.type
    if lower == "resourcegroup":
        return resource.address.group
    if lower == "name":
        return resource.address.last_name
    return str(resource.body.get(name) or resource.body.get(lower) or "")
