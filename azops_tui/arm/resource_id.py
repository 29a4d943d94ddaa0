"""Resource ids: taking them apart and putting them together.

>>> relative_id("Microsoft.Network/virtualNetworks/subnets", "vnet/a")
'Microsoft.Network/virtualNetworks/vnet/subnets/a'
>>> split_id("/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/a")
('/subscriptions/s/resourceGroups/g', 'Microsoft.Network/virtualNetworks/subnets', 'v/a')
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

GUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\Z")
ZERO = "00000000-0000-0000-0000-000000000000"
MANAGEMENT_GROUPS = "/providers/Microsoft.Management/managementGroups/"


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a deployment happens: a resource group, a subscription, a management group, or the tenant (all empty)."""

    subscription: str = ""
    group: str = ""
    management_group: str = ""

    @property
    def id(self) -> str:
        """The scope as a prefix of resource ids; empty for the tenant."""
        if self.group:
            return f"/subscriptions/{self.subscription}/resourceGroups/{self.group}"
        if self.subscription:
            return f"/subscriptions/{self.subscription}"
        return MANAGEMENT_GROUPS + self.management_group if self.management_group else ""

    @property
    def kind(self) -> str:
        """``resourceGroup``, ``subscription``, ``managementGroup`` or ``tenant``."""
        if self.group:
            return "resourceGroup"
        if self.subscription:
            return "subscription"
        return "managementGroup" if self.management_group else "tenant"

    def resource_id(self, type: str, name: str) -> str:
        """Id of a resource of this scope."""
        lowered = type.lower()
        if lowered == "microsoft.resources/resourcegroups" and self.subscription:
            return f"/subscriptions/{self.subscription}/resourceGroups/{name}"
        if lowered == "microsoft.resources/subscriptions":
            return f"/subscriptions/{name}"
        if lowered == "microsoft.management/managementgroups":
            return MANAGEMENT_GROUPS + name
        return f"{self.id}/providers/{relative_id(type, name)}"

    def within(self, group: str) -> Scope:
        """The resource group `group` of the same subscription."""
        return replace(self, group=group, management_group="")


def parse_scope(text: str) -> Scope | None:
    """The scope that an id names, or None where it is none of the four kinds.

    >>> parse_scope("/subscriptions/s/resourceGroups/g").kind
    'resourceGroup'
    """
    parts = text.strip("/").split("/") if text.strip("/") else []
    lowered = [part.lower() for part in parts]
    if not parts:
        return Scope()
    if lowered[0] == "subscriptions" and len(parts) == 2:
        return Scope(subscription=parts[1])
    if lowered[0] == "subscriptions" and len(parts) == 4 and lowered[2] == "resourcegroups":
        return Scope(subscription=parts[1], group=parts[3])
    if lowered[:1] == ["providers"]:
        parts, lowered = parts[1:], lowered[1:]
    if lowered[:2] == ["microsoft.management", "managementgroups"] and len(parts) == 3:
        return Scope(management_group=parts[2])
    return None


def relative_id(type: str, name: str) -> str:
    """``namespace/type/name/type/name`` from a type and a name that may have several segments."""
    namespace, *types = type.split("/")
    names = name.split("/")
    parts = [namespace]
    for index, segment in enumerate(types):
        parts.append(segment)
        if index < len(names):
            parts.append(names[index])
    parts.extend(names[len(types) :])
    return "/".join(parts)


def split_id(id: str) -> tuple[str, str, str]:
    """Scope, type and name of a resource id; of a group's or subscription's id too."""
    position = id.lower().rfind("/providers/")
    if position < 0:
        parts = id.strip("/").split("/")
        if len(parts) == 4 and parts[2].lower() == "resourcegroups":
            return f"/subscriptions/{parts[1]}", "Microsoft.Resources/resourceGroups", parts[3]
        if len(parts) == 2 and parts[0].lower() == "subscriptions":
            return "", "Microsoft.Resources/subscriptions", parts[1]
        return id, "", ""
    namespace, *rest = id[position + len("/providers/") :].split("/")
    return id[:position], "/".join([namespace, *rest[0::2]]), "/".join(rest[1::2])
