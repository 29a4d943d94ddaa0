"""Elements of a network resource's lists, which are resources of their own: finding, writing and dressing them."""

from __future__ import annotations

import copy
from collections.abc import Iterator

from azops_tui.arm.resource_id import ResourceId
from azops_tui.json_types import Json
from azops_tui.simulator.cloud import SimulatedCloud
from azops_tui.simulator.providers.documents import get, reference_id
from azops_tui.simulator.providers.network.element_defaults import ELEMENT_DEFAULTS
from azops_tui.simulator.store import Resource

NOT_ELEMENTS = {"records", "virtualnetworkrules", "serviceendpoints", "delegations"}
"""Lists whose elements have names and are no resources."""


def elements(properties: dict[str, Json]) -> Iterator[tuple[str, dict[str, Json]]]:
    """Every (list name, element) of the lists whose elements are resources."""
    for name, value in properties.items():
        if isinstance(value, list) and name.lower() not in NOT_ELEMENTS:
            for element in value:
                if isinstance(element, dict) and "name" in element:
                    yield name, element


def dress(element: dict[str, Json], parent: str, parent_type: str, name: str, etag: str, state: str) -> None:
    """Gives an element its id, etag, type, and its properties their state and defaults."""
    element.setdefault("id", f"{parent}/{name}/{element.get('name')}")
    element["etag"] = f'W/"{etag}"'
    element.setdefault("type", f"{parent_type}/{name}")
    if element.get("properties") is None:
        element["properties"] = {}
    properties = element["properties"]
    kind = f"{parent_type}/{name}".lower()
    for endpoint in properties.get("serviceEndpoints") or []:
        endpoint["provisioningState"] = "Succeeded"
        endpoint.setdefault("locations", ["*"])
    for key, value in ELEMENT_DEFAULTS.get(kind, {}).items():
        properties.setdefault(key, copy.deepcopy(value))
    if state or "provisioningState" not in properties:
        properties["provisioningState"] = state or "Succeeded"
    for inner, each in elements(properties):
        if "id" not in each:
            dress(each, element["id"], f"{parent_type}/{name}", inner, etag, state or "Succeeded")


def respell(value: Json) -> Json:
    """What was sent with its names as the service writes them: beginning with a small letter."""
    if isinstance(value, dict):
        return {k[:1].lower() + k[1:] if k[1:2].islower() else k: respell(v) for k, v in value.items()}
    return [respell(v) for v in value] if isinstance(value, list) else value


def put_element(properties: dict[str, Json], name: str, element: dict[str, Json]) -> list[Json]:
    """The list ``name`` with the element put in its place or at the end."""
    found = list(properties.get(name) or [])
    wanted = str(element.get("name")).lower()
    for i, old in enumerate(found):
        if str(old.get("name")).lower() == wanted:
            found[i] = element
            break
    else:
        found.append(element)
    properties[name] = found
    return found


def element_of(body: dict[str, Json], address: ResourceId) -> dict[str, Json] | None:
    """The element of a parent's document that a child's address names."""
    wanted = address.last_name.lower()
    for element in get(body, "properties", address.types[-1]) or []:
        if str(element.get("name")).lower() == wanted and isinstance(element, dict):
            return element
    return None


def find_element(cloud: SimulatedCloud, address: ResourceId) -> Resource | None:
    """A child that lives in its parent's list, as a resource whose document is the element itself."""
    above = address.parent
    if above is None:
        return None
    parent = cloud.store.get(above.id) or find_element(cloud, above)
    if parent is None:
        return None
    element = element_of(parent.body, address)
    if element is None:
        return None
    found = Resource(address, element, created=parent.created)
    if parent.location and "location" not in element:
        found.private["location"] = parent.location
    return found


def references(value: Json, inside: bool = False) -> Iterator[str]:
    """Every id that a document refers to by ``{"id": …}``; ids of its own named elements left out."""
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
