"""Resource ids: taking them apart, and saying them shortly.

``/subscriptions/S/resourceGroups/G/providers/NAMESPACE/TYPE/NAME/TYPE/NAME``; words of the path are compared without
case, as the service does. An extension resource has a second ``/providers/``; the last one says what it is.
"""

from __future__ import annotations

import re

_ID = re.compile(r"/(?:subscriptions/[^/\s'\"]+|providers/[\w.]+)(?:/[^/\s'\",;()]+)+", re.IGNORECASE)


def group_of(resource_id: str) -> str:
    """Name of the resource group that the id is in, as it is spelled there; empty where it is in none."""
    match = re.search(r"/resourcegroups/([^/]+)", resource_id, re.IGNORECASE)
    return match[1] if match else ""


def scope_of(resource_id: str) -> str:
    """What the resource is deployed to: everything before its last ``/providers/``, without slashes around."""
    at = resource_id.lower().rfind("/providers/")
    return (resource_id[:at] if at >= 0 else resource_id).strip("/")


def type_of(resource_id: str) -> str:
    """Full type, as ``Microsoft.Network/virtualNetworks/subnets``; that of groups and subscriptions too."""
    at = resource_id.lower().rfind("/providers/")
    if at < 0:
        if group_of(resource_id):
            return "Microsoft.Resources/resourceGroups"
        return "Microsoft.Resources/subscriptions" if resource_id.lower().startswith("/subscriptions/") else ""
    parts = resource_id[at:].split("/")[2:]
    return "/".join([parts[0], *parts[1::2]]) if parts else ""


def name_of(resource_id: str) -> str:
    """Name with its parents, as ``vnet/subnet``; for a group or a subscription its own name."""
    at = resource_id.lower().rfind("/providers/")
    if at < 0:
        return resource_id.rstrip("/").rpartition("/")[2]
    return "/".join(resource_id[at:].split("/")[2:][2::2])


def shorten(text: str) -> str:
    """The text with every resource id in it said as its type's last word and its name."""
    return _ID.sub(lambda match: _said(match[0]), text)


def _said(resource_id: str) -> str:
    tail = "." if resource_id.endswith(".") else ""
    resource_id = resource_id.rstrip(".")
    name = name_of(resource_id)
    kind = type_of(resource_id).rpartition("/")[2]
    return f"{kind} {name}{tail}" if name and kind else resource_id + tail
