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
    """The text with every resource id in it said as what it is and its name: ``network interface nic-0``."""
    return _ID.sub(lambda match: _said(match[0], text[: match.start()]), text)


def kind_of(resource_type: str) -> str:
    """The last word of a type as people say it: ``Microsoft.Network/networkInterfaces`` is a network interface."""
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+", resource_type.rpartition("/")[2])
    if not words:
        return ""
    last = words[-1].lower()
    for ending, single in (("ies", "y"), ("sses", "ss"), ("ss", "ss"), ("s", "")):
        if last.endswith(ending) and len(last) > len(ending) + 1:
            last = last.removesuffix(ending) + single
            break
    return " ".join([*(word if word.isupper() else word.lower() for word in words[:-1]), last])


def _short(kind: str) -> str:
    """The initials with a space, as ``VM``; for one word something that no text ends with."""
    initials = "".join(word[0].upper() for word in kind.split())
    return f" {initials} " if len(initials) > 1 else "\0"


def _said(resource_id: str, before: str) -> str:
    tail = "." if resource_id.endswith(".") else ""
    resource_id = resource_id.rstrip(".")
    name = name_of(resource_id)
    kind = kind_of(type_of(resource_id))
    if not name or not kind:
        return resource_id + tail
    # “Network security group /subscriptions/…” says what it is already.
    word = kind.replace(" ", "").lower()
    said = re.sub(r"\W", "", before).lower().endswith((word, f"{word}s")) or before.endswith(_short(kind))
    return f"{name}{tail}" if said else f"{kind} {name}{tail}"
