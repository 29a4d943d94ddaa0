"""Resource ids in what a person pastes: an id, or an address of the portal."""

from __future__ import annotations

import re
from urllib.parse import unquote

_ID = re.compile(r"/subscriptions/[^/\s?#]+/resourceGroups/[^/\s?#]+(?:/[^/\s?#]+)*", re.IGNORECASE)


def pasted_id(text: str) -> str:
    """Id of the resource group or the resource that a text names; empty if it names none.

    The portal's addresses end in the name of a page, as ``…/virtualMachines/web-0/overview``, which is dropped.

    >>> pasted_id("https://portal.azure.com/#@t.example/resource/subscriptions/s/resourceGroups/g/overview")
    '/subscriptions/s/resourceGroups/g'
    """
    match = _ID.search(unquote(text.strip()))
    if match is None:
        return ""
    parts = match[0].strip("/").split("/")
    scope, below = parts[:4], parts[4:]
    if [part.lower() for part in below[:1]] != ["providers"] or len(below) < 4:
        return "/" + "/".join(scope)
    names = below[2:]
    return "/" + "/".join([*scope, *below[:2], *names[: len(names) // 2 * 2]])
