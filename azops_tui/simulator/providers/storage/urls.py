"""Paths of Microsoft.Storage that are not resources."""

from __future__ import annotations

from azops_tui.simulator import locations
from azops_tui.simulator.arm_reply import ArmReply
from azops_tui.simulator.arm_request import ArmRequest
from azops_tui.simulator.providers.storage.accounts import check_name
from azops_tui.simulator.routing import Route
from azops_tui.simulator.services import ArmServices


def check_name_availability(services: ArmServices, request: ArmRequest) -> ArmReply:
    """Whether an account name is valid and free."""
    return ArmReply(200, check_name(services.cloud, str(request.document().get("name") or "")))


def list_usages(services: ArmServices, request: ArmRequest) -> ArmReply:
    """The storage accounts in use in a region."""
    region = locations.region_name(request.params["location"])
    scope = f"/subscriptions/{request.params['subscription']}"
    accounts = services.cloud.store.of_type("microsoft.storage/storageaccounts", scope)
    count = sum(account.location == region for account in accounts)
    name = {"value": "StorageAccounts", "localizedValue": "Storage Accounts"}
    return ArmReply(200, {"value": [{"unit": "Count", "currentValue": count, "limit": 250, "name": name}]})


_PROVIDER = "/subscriptions/{subscription}/providers/Microsoft.Storage"

URLS = (
    Route("POST", f"{_PROVIDER}/checkNameAvailability", check_name_availability),
    Route("GET", f"{_PROVIDER}/locations/{{location}}/usages", list_usages),
)
