"""Resource ids and the paths that name them.

Case never decides in Resource Manager: two ids are the same when their lower-cased forms are. What was written first
when a resource was made is how the service spells it ever after.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import unquote

SPELLING = {
    "resourcegroups": "resourceGroups",
    "microsoft.compute": "Microsoft.Compute",
    "microsoft.network": "Microsoft.Network",
    "microsoft.storage": "Microsoft.Storage",
    "microsoft.resources": "Microsoft.Resources",
    "microsoft.authorization": "Microsoft.Authorization",
    "microsoft.keyvault": "Microsoft.KeyVault",
    "microsoft.insights": "microsoft.insights",
    "microsoft.operationalinsights": "Microsoft.OperationalInsights",
    "microsoft.managedidentity": "Microsoft.ManagedIdentity",
    "microsoft.containerservice": "Microsoft.ContainerService",
    "microsoft.containerregistry": "Microsoft.ContainerRegistry",
    "microsoft.web": "Microsoft.Web",
    "microsoft.sql": "Microsoft.Sql",
}


@dataclass(frozen=True, slots=True)
class Address:
    """What a path under Resource Manager is about.

    ``/subscriptions/S/resourceGroups/G/providers/NS/a/x/b/y`` has the types ``("a", "b")`` and the names
    ``("x", "y")``. One type more than names is a list or an action: the last one is then in ``tail``.
    """

    subscription: str = ""
    group: str = ""
    namespace: str = ""
    types: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    tail: str = ""
    scope: str = ""
    """The id that the provider part hangs on: a group, a subscription, a resource (for extensions), or nothing."""

    @property
    def type(self) -> str:
        """Full resource type, as ``Microsoft.Network/virtualNetworks/subnets``."""
        return "/".join((self.namespace, *self.types))

    @property
    def name(self) -> str:
        """Name with its parents: ``vnet/default``."""
        return "/".join(self.names)

    @property
    def last_name(self) -> str:
        """The resource's own name, without its parents."""
        return self.names[-1] if self.names else ""

    @property
    def id(self) -> str:
        """The resource id."""
        pairs = "".join(f"/{t}/{n}" for t, n in zip(self.types, self.names, strict=False))
        return f"{self.scope}/providers/{self.namespace}{pairs}" if self.namespace else self.scope

    @property
    def key(self) -> str:
        """The id in the form that two spellings share."""
        return self.id.lower()

    @property
    def parent(self) -> Address | None:
        """The resource this one is a child of; None for a resource of the first level."""
        if len(self.names) < 2:
            return None
        return replace(self, types=self.types[:-1], names=self.names[:-1], tail="")

    @property
    def title(self) -> str:
        """Type and name as messages have them: ``Microsoft.Network/virtualNetworks/v/subnets/s``."""
        return self.namespace + "".join(f"/{t}/{n}" for t, n in zip(self.types, self.names, strict=False))

    def child(self, kind: str, name: str) -> Address:
        """A child resource."""
        return replace(self, types=(*self.types, kind), names=(*self.names, name), tail="")


def spell(word: str) -> str:
    """The usual spelling of a namespace or a keyword, else as it was written."""
    return SPELLING.get(word.lower(), word)


def group_id(subscription: str, group: str) -> str:
    """Id of a resource group."""
    return f"/subscriptions/{subscription}/resourceGroups/{group}"


def parse(path: str) -> Address:
    """The address that a path (percent-escaped or not, without query) names.

    The last ``providers`` segment counts; what stands before it is the scope. Never raises: a path that names
    nothing gives an address with nothing but a scope or a tail.
    """
    return parse_segments([unquote(p) for p in path.split("/") if p])


def parse_segments(parts: list[str]) -> Address:
    """As :func:`parse`, from segments that were split and unescaped already."""
    subscription = group = ""
    lower = [p.lower() for p in parts]
    if len(parts) >= 2 and lower[0] == "subscriptions":
        subscription = parts[1]
        if len(parts) >= 4 and lower[2] == "resourcegroups":
            group = parts[3]
    marks = [i for i, p in enumerate(lower) if p == "providers"]
    at = next((i for i in reversed(marks) if i + 1 < len(parts) and (i % 2 == 0)), None)
    if at is None:
        scope, tail = _scope(parts, subscription, group)
        return Address(subscription, group, tail=tail, scope=scope)
    rest = parts[at + 2 :]
    types, names = tuple(rest[0::2]), tuple(rest[1::2])
    tail = ""
    if len(types) > len(names):
        types, tail = types[:-1], types[-1]
    scope = "/" + "/".join(_spelled(parts[:at])) if at else ""
    return Address(subscription, group, spell(parts[at + 1]), types, names, tail, scope)


def _scope(parts: list[str], subscription: str, group: str) -> tuple[str, str]:
    if group:
        return group_id(subscription, group), "/".join(parts[4:])
    if subscription:
        return f"/subscriptions/{subscription}", "/".join(parts[2:])
    return "", "/".join(parts)


def _spelled(parts: list[str]) -> list[str]:
    return [spell(p) if i % 2 == 0 or (i and parts[i - 1].lower() == "providers") else p for i, p in enumerate(parts)]
