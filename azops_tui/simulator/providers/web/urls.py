"""Paths of Microsoft.Web that are not resources: runtimes, regions and names."""

from __future__ import annotations

import re

from azops_tui.json_types import Json
from azops_tui.simulator import locations
from azops_tui.simulator.arm_reply import ArmReply
from azops_tui.simulator.arm_request import ArmRequest
from azops_tui.simulator.providers.web.stacks import function_stacks, web_stacks
from azops_tui.simulator.routing import Route
from azops_tui.simulator.services import ArmServices

_SITES = "microsoft.web/sites"


def _system(request: ArmRequest) -> str:
    system = request.query.get("stackostype", "").lower()
    return system if system in ("linux", "windows") else ""


def list_web_stacks(services: ArmServices, request: ArmRequest) -> ArmReply:
    """The runtimes of App Service."""
    return ArmReply(200, {"value": web_stacks(_system(request)), "nextLink": None})


def list_function_stacks(services: ArmServices, request: ArmRequest) -> ArmReply:
    """The runtimes of Functions."""
    return ArmReply(200, {"value": function_stacks(_system(request)), "nextLink": None})


def list_regions(services: ArmServices, request: ArmRequest) -> ArmReply:
    """The regions in which App Service has plans of the requested SKU."""
    root = f"/subscriptions/{request.params['subscription']}/providers/Microsoft.Web/geoRegions"
    value: list[Json] = [
        {
            "id": f"{root}/{region.display_name}",
            "name": region.display_name,
            "type": "Microsoft.Web/geoRegions",
            "properties": {
                "name": region.display_name,
                "description": None,
                "displayName": region.display_name,
                "orgDomain": "PUBLIC;LINUX;DYNAMIC;FUNCTIONS;ELASTICPREMIUM;LINUXDYNAMIC;FLEXCONSUMPTION",
            },
        }
        for region in locations.LOCATIONS.values()
    ]
    return ArmReply(200, {"value": value, "nextLink": None})


def check_name(services: ArmServices, request: ArmRequest) -> ArmReply:
    """Whether the name of a site is free: site names are unique in the cloud."""
    name = str(request.document().get("name") or "")
    if not re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,58}[A-Za-z0-9])?", name):
        message = f"The host name {name} is invalid."
        return ArmReply(200, {"nameAvailable": False, "reason": "Invalid", "message": message})
    taken = any(s.address.last_name.lower() == name.lower() for s in services.cloud.store.of_type(_SITES))
    if taken:
        message = f"Hostname '{name}' already exists. Please select a different name."
        return ArmReply(200, {"nameAvailable": False, "reason": "AlreadyExists", "message": message})
    return ArmReply(200, {"nameAvailable": True, "reason": "", "message": ""})


_ROOT = "/providers/Microsoft.Web"
_SUBSCRIPTION = f"/subscriptions/{{subscription}}{_ROOT}"

URLS = (
    Route("GET", f"{_ROOT}/webAppStacks", list_web_stacks),
    Route("GET", f"{_ROOT}/functionAppStacks", list_function_stacks),
    Route("GET", f"{_ROOT}/locations/{{location}}/webAppStacks", list_web_stacks),
    Route("GET", f"{_ROOT}/locations/{{location}}/functionAppStacks", list_function_stacks),
    Route("GET", f"{_SUBSCRIPTION}/geoRegions", list_regions),
    Route("POST", f"{_SUBSCRIPTION}/checkNameAvailability", check_name),
)
