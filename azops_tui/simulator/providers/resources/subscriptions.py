"""Answers about the subscription and what it may use: tenants, regions, providers, sizes, images, names."""

from __future__ import annotations

from azops_tui.json_types import Json
from azops_tui.simulator import locations
from azops_tui.simulator import sign_in as identity
from azops_tui.simulator.arm_reply import ArmReply
from azops_tui.simulator.arm_request import ArmRequest
from azops_tui.simulator.cloud import DEMO_SUBSCRIPTION, SimulatedCloud
from azops_tui.simulator.errors import ArmError
from azops_tui.simulator.ids import Address, spell
from azops_tui.simulator.provider_listing import namespace_view, namespaces
from azops_tui.simulator.providers.authorization.roles import role_view, role_views
from azops_tui.simulator.providers.compute.publishers import publisher_route
from azops_tui.simulator.providers.compute.sizes import sizes, skus
from azops_tui.simulator.providers.storage.accounts import check_name
from azops_tui.simulator.resource_listing import select


def plain_route(cloud: SimulatedCloud, asked: ArmRequest, subscription: str) -> ArmReply:
    """Paths without a provider and outside of groups.

    Raises:
        ArmError: the path leads nowhere.
    """
    lower = asked.lower
    store = cloud.store
    if lower == ["subscriptions"]:
        used = {s for s, _ in store.groups}
        shown = [(s, n) for s, n in store.subscriptions.items() if s == DEMO_SUBSCRIPTION or s in used]
        value = [identity.subscription_view(s, n) for s, n in shown]
        return ArmReply(200, {"value": value, "count": {"type": "Total", "value": len(value)}})
    if lower == ["tenants"]:
        return ArmReply(200, {"value": [identity.tenant_view()]})
    if subscription:
        name = store.subscriptions[subscription.lower()]
        rest = lower[2:]
        if not rest:
            return ArmReply(200, identity.subscription_view(subscription, name))
        if rest == ["locations"]:
            return ArmReply(200, {"value": locations.views(subscription)})
        if rest == ["resources"]:
            return ArmReply(200, {"value": select(store.all(subscription), asked.query)})
        if rest == ["tagnames"]:
            return ArmReply(200, {"value": tag_names(cloud, subscription)})
        if rest == ["providers"]:
            return ArmReply(200, {"value": namespaces(subscription)})
    raise ArmError(
        404,
        "NotFound",
        f"No HTTP resource was found that matches the request '{asked.method} /{'/'.join(asked.parts)}'.",
    )


def tag_names(cloud: SimulatedCloud, subscription: str) -> list[Json]:
    """The tags in use in a subscription, with their values and counts."""
    counts: dict[str, dict[str, int]] = {}
    tagged = [g.tags for g in cloud.store.groups_of(subscription)]
    tagged += [r.body.get("tags") or {} for r in cloud.store.all(subscription)]
    for tags in tagged:
        for name, value in tags.items():
            values = counts.setdefault(name, {})
            values[value] = values.get(value, 0) + 1
    root = f"/subscriptions/{subscription}/tagNames"
    return [
        {
            "id": f"{root}/{name}",
            "tagName": name,
            "count": {"type": "Total", "value": sum(values.values())},
            "values": [
                {"id": f"{root}/{name}/tagValues/{v}", "tagValue": v, "count": {"type": "Total", "value": n}}
                for v, n in values.items()
            ],
        }
        for name, values in counts.items()
    ]


def provider_route(cloud: SimulatedCloud, asked: ArmRequest, address: Address) -> ArmReply | None:
    """Paths under a provider that are no resources; None where the path is one."""
    lower = asked.lower
    if not address.subscription or address.group:
        return None
    if len(lower) == 4 and lower[2] == "providers":
        return ArmReply(200, namespace_view(address.subscription, spell(asked.parts[3])))
    if len(lower) == 5 and lower[4] in ("register", "unregister"):
        return ArmReply(200, namespace_view(address.subscription, spell(asked.parts[3])))
    namespace = address.namespace.lower()
    if lower[-1] == "checknameavailability" and asked.method == "POST":
        name = str(asked.document().get("name") or "")
        available = check_name(cloud, name) if namespace == "microsoft.storage" else {"nameAvailable": True}
        return ArmReply(200, available)
    if address.tail.lower() == "skus" and not address.names:
        if namespace == "microsoft.compute":
            wanted = asked.query.get("$filter", "")
            names = (
                [n for n in locations.LOCATIONS if f"'{n}'" in wanted.lower()] if wanted else list(locations.LOCATIONS)
            )
            return ArmReply(200, {"value": skus(names)})
        return ArmReply(200, {"value": []})
    if [t.lower() for t in address.types[:1]] == ["locations"]:
        return _location_route(cloud, asked, address)
    return None


def role_route(asked: ArmRequest, address: Address) -> ArmReply | None:
    """The built-in roles, at any scope; None for what is no built-in role."""
    if address.namespace.lower() != "microsoft.authorization" or asked.method != "GET":
        return None
    if address.tail.lower() == "roledefinitions" and not address.names:
        return ArmReply(200, {"value": role_views(asked.query.get("$filter", ""))})
    if [t.lower() for t in address.types] == ["roledefinitions"] and not address.tail:
        found = role_view(address.last_name)
        return ArmReply(200, found) if found is not None else None
    return None


def _location_route(cloud: SimulatedCloud, asked: ArmRequest, address: Address) -> ArmReply | None:
    where, tail = address.names[0], address.tail.lower()
    if tail == "vmsizes":
        return ArmReply(200, {"value": sizes()})
    if tail == "usages":
        return ArmReply(200, {"value": _usages(cloud, address, where)})
    if tail == "checkdnsnameavailability":
        label = asked.query.get("domainnamelabel", "")
        return ArmReply(200, {"available": not _dns_taken(cloud, label, where)})
    if "publishers" in (tail, *(t.lower() for t in address.types)):
        return publisher_route(address, where)
    return None


def _dns_taken(cloud: SimulatedCloud, label: str, where: str) -> bool:
    from azops_tui.simulator.providers.network.public_addresses import name_of

    wanted = name_of(label, where)
    found = cloud.store.of_type("microsoft.network/publicipaddresses")
    return any((r.properties.get("dnsSettings") or {}).get("fqdn") == wanted for r in found)


def _usages(cloud: SimulatedCloud, address: Address, where: str) -> list[Json]:
    machines = [
        r
        for r in cloud.store.of_type("microsoft.compute/virtualmachines", f"/subscriptions/{address.subscription}")
        if r.location == locations.normal(where)
    ]
    rows = (
        ("cores", "Total Regional vCPUs", len(machines) * 2, 100),
        ("virtualMachines", "Virtual Machines", len(machines), 25000),
    )
    return [
        {"unit": "Count", "currentValue": now, "limit": limit, "name": {"value": name, "localizedValue": words}}
        for name, words, now, limit in rows
    ]
