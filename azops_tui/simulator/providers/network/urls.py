"""Paths of Microsoft.Network that are not resources."""

from __future__ import annotations

from azops_tui.simulator.arm_reply import ArmReply
from azops_tui.simulator.arm_request import ArmRequest
from azops_tui.simulator.providers.documents import get
from azops_tui.simulator.providers.network.public_addresses import fqdn_of
from azops_tui.simulator.routing import Route
from azops_tui.simulator.services import ArmServices


def check_dns_name(services: ArmServices, request: ArmRequest) -> ArmReply:
    """Whether a DNS label is free in a region."""
    fqdn = fqdn_of(request.query.get("domainnamelabel", ""), request.params["location"])
    addresses = services.cloud.store.of_type("microsoft.network/publicipaddresses")
    is_taken = any(get(address.properties, "dnsSettings", "fqdn") == fqdn for address in addresses)
    return ArmReply(200, {"available": not is_taken})


_LOCATION = "/subscriptions/{subscription}/providers/Microsoft.Network/locations/{location}"

URLS = (Route("GET", f"{_LOCATION}/checkDnsNameAvailability", check_dns_name),)
