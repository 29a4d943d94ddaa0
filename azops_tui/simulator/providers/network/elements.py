"""Elements of a network resource's lists that are resources of their own: find, write and complete them."""

from __future__ import annotations

import copy
from collections.abc import Iterator

from azops_tui.arm.resource_id import ResourceId
from azops_tui.json_types import Json
from azops_tui.simulator.cloud import SimulatedCloud
from azops_tui.simulator.providers.documents import get, reference_id
from azops_tui.simulator.providers.network.element_defaults import ELEMENT_DEFAULTS
from azops_tui.simulator.store import Resource

NOT_ELEMENTS = {"records", "virtualnetworkrules", "serviceendpoints"}
"""Lists whose elements have names but are not resources."""


def elements(properties: dict[str, Json]) -> Iterator[tuple[str, dict[str, Json]]]:
    """All pairs of list name and element, for lists whose elements are resources."""
    for name, value in properties.items():
        if isinstance(value, list) and name.lower() not in NOT_ELEMENTS:
            for element in value:
                if isinstance(element, dict) and "name" in element:
                    yield name, element


def complete_element(element: dict[str, Json], parent: str, parent_type: str, name: str, etag: str, state: str) -> None:
    """Add id, etag, type, provisioning state and default properties to an element."""
    element.setdefault("id", f"{parent}/{name}/{element.get('name')}")
    element["etag"] = f'W/"{etag}"'
    element.setdefault("type", f"{parent_type}/{name}")
    if element.get("properties") is None:
        element["properties"] = {}
    properties = element["properties"]
    kind = f"{parent_type}/{name}".lower()
    if kind.endswith("/delegations"):
        properties.setdefault("actions", ["Microsoft.Network/virtualNetworks/subnets/action"])
        state = "Succeeded"
    for endpoint in properties.get("serviceEndpoints") or []:
        endpoint["provisioningState"] = "Succeeded"
        endpoint.setdefault("locations", ["*"])
    for key, value in ELEMENT_DEFAULTS.get(kind, {}).items():
        properties.setdefault(key, copy.deepcopy(value))
    if state or "provisioningState" not in properties:
        properties["provisioningState"] = state or "Succeeded"
    for inner, each in elements(properties):
        if "id" not in each:
            complete_element(each, element["id"], f"{parent_type}/{name}", inner, etag, state or "Succeeded")


def record_element_success(properties: dict[str, Json]) -> None:
    """Set the state of all elements, at any depth, to succeeded."""
    for _, element in elements(properties):
        inner = element.setdefault("properties", {})
        inner["provisioningState"] = "Succeeded"
        record_element_success(inner)


_SPELLED = {
    name.lower(): name
    for name in ("privateIPAddress", "privateIPAllocationMethod", "privateIPAddressVersion", "publicIPAddress")
}
"""Names that the service spells so, and other parts of its API in another way."""


def respell(value: Json) -> Json:
    """A copy with names as the service spells them, beginning with a lower-case letter."""
    if isinstance(value, dict):
        return {_respelled(k): respell(v) for k, v in value.items()}
    return [respell(v) for v in value] if isinstance(value, list) else value


def _respelled(name: str) -> str:
    lower = name[:1].lower() + name[1:] if name[1:2].islower() else name
    return _SPELLED.get(name.lower(), lower)


def put_element(properties: dict[str, Json], name: str, element: dict[str, Json]) -> list[Json]:
    """Replace the element of that name in the list ``name``, or append it. Returns the list."""
    elements_ = list(properties.get(name) or [])
    element_name = str(element.get("name")).lower()
    for i, old in enumerate(elements_):
        if str(old.get("name")).lower() == element_name:
            elements_[i] = element
            break
    else:
        elements_.append(element)
    properties[name] = elements_
    return elements_


def element_of(body: dict[str, Json], address: ResourceId) -> dict[str, Json] | None:
    """The element of a parent's document with the name of a child id; None if there is none."""
    element_name = address.last_name.lower()
    for element in get(body, "properties", address.types[-1]) or []:
        if str(element.get("name")).lower() == element_name and isinstance(element, dict):
            return element
    return None


def find_element(cloud: SimulatedCloud, address: ResourceId) -> Resource | None:
    """The child resource whose document is an element of its parent; None if there is none."""
    above = address.parent
    if above is None:
        return None
    parent = cloud.store.get(above.id) or find_element(cloud, above)
    if parent is None:
        return None
    element = element_of(parent.body, address)
    if element is None:
        return None
    resource = Resource(address, element, created=parent.created)
    if parent.location and "location" not in element:
        resource.private["location"] = parent.location
    return resource


def references(value: Json, inside: bool = False) -> Iterator[str]:
    """All ids that a document refers to as ``{"id": …}``, without the ids of its own named elements."""
    if isinstance(value, dict):
        own = reference_id(value)
        if own.startswith("/") and "name" not in value:
            yield own
        for key, inner in value.items():
            if key != "id":
                yield from references(inner, True)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner, inside)
