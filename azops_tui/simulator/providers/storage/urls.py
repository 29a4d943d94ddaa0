"""Paths of Microsoft.Storage that are not resources."""

from __future__ import annotations

from azops_tui.simulator.arm_reply import ArmReply
from azops_tui.simulator.arm_request import ArmRequest
from azops_tui.simulator.providers.storage.accounts import check_name
from azops_tui.simulator.routing import Route
from azops_tui.simulator.services import ArmServices


def check_name_availability(services: ArmServices, request: ArmRequest) -> ArmReply:
    """Whether an account name is valid and free."""
    return ArmReply(200, check_name(services.cloud, str(request.document().get("name") or "")))


_PROVIDER = "/subscriptions/{subscription}/providers/Microsoft.Storage"

URLS = (Route("POST", f"{_PROVIDER}/checkNameAvailability", check_name_availability),)
