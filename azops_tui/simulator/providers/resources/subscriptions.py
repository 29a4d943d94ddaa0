"""Subscriptions and tenants: their lists of regions, resources, tags and resource providers."""

from __future__ import annotations

from azops_tui.json_types import Json
from azops_tui.simulator import locations
from azops_tui.simulator.arm_reply import ArmReply
from azops_tui.simulator.arm_request import ArmRequest
from azops_tui.simulator.cloud import TENANT
from azops_tui.simulator.endpoint import DEMO_SUBSCRIPTION
from azops_tui.simulator.provider_listing import namespace_document, namespaces
from azops_tui.simulator.resource_listing import select
from azops_tui.simulator.services import ArmServices


def list_subscriptions(services: ArmServices, request: ArmRequest) -> ArmReply:
    """The demo subscription, and those that have resource groups."""
    store = services.cloud.store
    used = {DEMO_SUBSCRIPTION, *(subscription for subscription, _ in store.groups)}
    value = [_subscription_document(id_, name) for id_, name in store.subscriptions.items() if id_ in used]
    return ArmReply(200, {"value": value, "count": {"type": "Total", "value": len(value)}})


def show_subscription(services: ArmServices, request: ArmRequest) -> ArmReply:
    """One subscription; any id is one."""
    id_ = request.params["subscription"]
    return ArmReply(200, _subscription_document(id_, services.cloud.store.subscriptions[id_.lower()]))


def list_tenants(services: ArmServices, request: ArmRequest) -> ArmReply:
    tenant = {
        "id": f"/tenants/{TENANT}",
        "tenantId": TENANT,
        "countryCode": "US",
        "displayName": "Local directory",
        "domains": ["azops.local"],
        "tenantCategory": "Home",
        "defaultDomain": "azops.local",
        "tenantType": "AAD",
    }
    return ArmReply(200, {"value": [tenant]})


def list_locations(services: ArmServices, request: ArmRequest) -> ArmReply:
    """The regions of a subscription."""
    return ArmReply(200, {"value": locations.location_documents(request.params["subscription"], request.api_version)})


def list_resources(services: ArmServices, request: ArmRequest) -> ArmReply:
    """The tracked resources of a subscription."""
    resources = services.cloud.store.all(request.params["subscription"])
    return ArmReply(200, {"value": select(filter(services.resources.is_tracked, resources), request.query)})


def list_providers(services: ArmServices, request: ArmRequest) -> ArmReply:
    return ArmReply(200, {"value": namespaces(request.params["subscription"])})


def show_provider(services: ArmServices, request: ArmRequest) -> ArmReply:
    """One resource provider; registering or unregistering changes nothing."""
    return ArmReply(200, namespace_document(request.params["subscription"], request.params["namespace"]))


def _subscription_document(id_: str, name: str) -> Json:
    return {
        "id": f"/subscriptions/{id_}",
        "authorizationSource": "RoleBased",
        "managedByTenants": [],
        "subscriptionId": id_,
        "tenantId": TENANT,
        "displayName": name,
        "state": "Enabled",
        "subscriptionPolicies": {
            "locationPlacementId": "Public_2014-09-01",
            "quotaId": "PayAsYouGo_2014-09-01",
            "spendingLimit": "Off",
        },
    }
