"""Resource ids and scopes: parse them and build them.

Resource Manager compares ids without regard to case and returns each as it was spelled when the resource was created.

>>> relative_id("Microsoft.Network/virtualNetworks/subnets", "vnet/a")
'Microsoft.Network/virtualNetworks/vnet/subnets/a'
>>> split_id("/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/a")
('/subscriptions/s/resourceGroups/g', 'Microsoft.Network/virtualNetworks/subnets', 'v/a')
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import unquote

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


_SPELLINGS = {
    word.lower(): word
    for word in (
        "resourceGroups",
        "Microsoft.App",
        "Microsoft.Authorization",
        "Microsoft.Automation",
        "Microsoft.Cache",
        "Microsoft.Compute",
        "Microsoft.ContainerInstance",
        "Microsoft.ContainerRegistry",
        "Microsoft.ContainerService",
        "Microsoft.DocumentDB",
        "Microsoft.EventGrid",
        "Microsoft.EventHub",
        "microsoft.insights",
        "Microsoft.KeyVault",
        "Microsoft.Logic",
        "Microsoft.ManagedIdentity",
        "Microsoft.Management",
        "Microsoft.Network",
        "Microsoft.OperationalInsights",
        "Microsoft.RecoveryServices",
        "Microsoft.Resources",
        "Microsoft.ServiceBus",
        "Microsoft.Sql",
        "Microsoft.Storage",
        "Microsoft.Web",
    )
}


@dataclass(frozen=True, slots=True)
class ResourceId:
    """A path under Resource Manager, parsed.

    ``/subscriptions/S/resourceGroups/G/providers/NS/a/x/b/y`` has the types ``("a", "b")`` and the names
    ``("x", "y")``. A type without a name is a list or an action and stands in ``tail``.

    >>> ResourceId.parse("/subscriptions/s/resourcegroups/g/providers/microsoft.network/virtualNetworks/v").type
    'Microsoft.Network/virtualNetworks'
    """

    subscription: str = ""
    group: str = ""
    namespace: str = ""
    types: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    tail: str = ""
    scope: str = ""
    """Id in front of the last ``providers``: a group, a subscription, the resource that an extension belongs to."""

    @classmethod
    def parse(cls, path: str) -> ResourceId:
        """Parse a path, percent-escaped or not, without a query.

        A path that is not an id gives a value with only a scope or a tail.
        """
        return cls.of_segments([unquote(part) for part in path.split("/") if part])

    @classmethod
    def of_segments(cls, parts: list[str]) -> ResourceId:
        """Parse the segments of a path, unescaped."""
        subscription = group = ""
        lower = [part.lower() for part in parts]
        if len(parts) >= 2 and lower[0] == "subscriptions":
            subscription = parts[1]
            if len(parts) >= 4 and lower[2] == "resourcegroups":
                group = parts[3]
        marks = [i for i, part in enumerate(lower) if part == "providers" and i + 1 < len(parts) and i % 2 == 0]
        if not marks:
            depth = 4 if group else 2 if subscription else 0
            return cls(subscription, group, tail="/".join(parts[depth:]), scope=Scope(subscription, group).id)
        at = marks[-1]
        types, names = tuple(parts[at + 2 :: 2]), tuple(parts[at + 3 :: 2])
        tail = ""
        if len(types) > len(names):
            types, tail = types[:-1], types[-1]
        scope = "/" + "/".join(_spelled(parts[:at])) if at else ""
        return cls(subscription, group, spell(parts[at + 1]), types, names, tail, scope)

    @property
    def type(self) -> str:
        """Full resource type, such as ``Microsoft.Network/virtualNetworks/subnets``; empty for a scope."""
        return "/".join((self.namespace, *self.types))

    @property
    def name(self) -> str:
        """Name with the names of its parents: ``vnet/default``; empty for a scope."""
        return "/".join(self.names)

    @property
    def last_name(self) -> str:
        """The resource's own name, without its parents."""
        return self.names[-1] if self.names else ""

    @property
    def is_group(self) -> bool:
        """True for the id of a resource group itself."""
        return bool(self.group) and not self.namespace and not self.tail

    @property
    def id(self) -> str:
        """The resource id."""
        return f"{self.scope}/providers/{self.title}" if self.namespace else self.scope

    @property
    def key(self) -> str:
        """The id in lower case, equal for all spellings."""
        return self.id.lower()

    @property
    def parent(self) -> ResourceId | None:
        """The resource that this one is a child of; None for a top-level resource."""
        if len(self.names) < 2:
            return None
        return replace(self, types=self.types[:-1], names=self.names[:-1], tail="")

    @property
    def title(self) -> str:
        """Type and name as messages have them: ``Microsoft.Network/virtualNetworks/v/subnets/s``."""
        return self.namespace + "".join(f"/{t}/{n}" for t, n in zip(self.types, self.names, strict=False))

    def child(self, kind: str, name: str) -> ResourceId:
        """The child resource of type `kind`."""
        return replace(self, types=(*self.types, kind), names=(*self.names, name), tail="")


def spell(word: str) -> str:
    """The usual spelling of a namespace or of a keyword; any other word unchanged."""
    return _SPELLINGS.get(word.lower(), word)


def _spelled(parts: list[str]) -> list[str]:
    return [spell(p) if i % 2 == 0 or (i and parts[i - 1].lower() == "providers") else p for i, p in enumerate(parts)]


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
