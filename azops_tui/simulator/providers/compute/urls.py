"""Paths of Microsoft.Compute that are not resources: what a region offers."""

from __future__ import annotations

from azops_tui.simulator import locations
from azops_tui.simulator.arm_reply import ArmReply
from azops_tui.simulator.arm_request import ArmRequest
from azops_tui.simulator.providers.compute import publishers
from azops_tui.simulator.providers.compute.sizes import sizes, skus
from azops_tui.simulator.routing import Route
from azops_tui.simulator.services import ArmServices


def list_sizes(services: ArmServices, request: ArmRequest) -> ArmReply:
    """The machine sizes of a region."""
    return ArmReply(200, {"value": sizes()})


def list_skus(services: ArmServices, request: ArmRequest) -> ArmReply:
    """The machine sizes of the regions that ``$filter`` names, or of all regions."""
    filter_ = request.query.get("$filter", "").lower()
    names = [n for n in locations.LOCATIONS if not filter_ or f"'{n}'" in filter_]
    return ArmReply(200, {"value": skus(names)})


def list_usages(services: ArmServices, request: ArmRequest) -> ArmReply:
    """Cores and machines in use in a region."""
    region = locations.region_name(request.params["location"])
    scope = f"/subscriptions/{request.params['subscription']}"
    machines = services.cloud.store.of_type("microsoft.compute/virtualmachines", scope)
    count = sum(machine.location == region for machine in machines)
    rows = (("cores", "Total Regional vCPUs", count * 2, 100), ("virtualMachines", "Virtual Machines", count, 25000))
    usages = [
        {"unit": "Count", "currentValue": current, "limit": limit, "name": {"value": name, "localizedValue": words}}
        for name, words, current, limit in rows
    ]
    return ArmReply(200, {"value": usages})


_PROVIDER = "/subscriptions/{subscription}/providers/Microsoft.Compute"
_LOCATION = f"{_PROVIDER}/locations/{{location}}"
_PUBLISHER = f"{_LOCATION}/publishers/{{publisher}}/artifacttypes"
_OFFERS = f"{_PUBLISHER}/vmimage/offers"
_IMAGES = f"{_OFFERS}/{{offer}}/skus/{{sku}}/versions"
_EXTENSIONS = f"{_PUBLISHER}/vmextension/types"

URLS = (
    Route("GET", f"{_PROVIDER}/skus", list_skus),
    Route("GET", f"{_LOCATION}/vmSizes", list_sizes),
    Route("GET", f"{_LOCATION}/usages", list_usages),
    Route("GET", f"{_LOCATION}/publishers", publishers.list_publishers),
    Route("GET", _OFFERS, publishers.list_offers),
    Route("GET", f"{_OFFERS}/{{offer}}/skus", publishers.list_skus),
    Route("GET", _IMAGES, publishers.list_image_versions),
    Route("GET", f"{_IMAGES}/{{version}}", publishers.show_image_version),
    Route("GET", _EXTENSIONS, publishers.list_extension_types),
    Route("GET", f"{_EXTENSIONS}/{{type}}/versions", publishers.list_extension_versions),
    Route("GET", f"{_EXTENSIONS}/{{type}}/versions/{{version}}", publishers.show_extension_version),
)
