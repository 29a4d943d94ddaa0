"""Network watchers, gateways, and updates that change nothing."""

from __future__ import annotations

from tests.simulator.clients import Clients


async def test_every_region_has_a_watcher_without_a_group_that_lists_show(clients: Clients) -> None:
    subscription = f"/subscriptions/{clients.endpoint.subscription}"
    _, _, watchers = await clients.raw("GET", f"{subscription}/providers/Microsoft.Network/networkWatchers")
    assert {"NetworkWatcher_westus", "NetworkWatcher_japanwest"} <= {w["name"] for w in watchers["value"]}
    _, _, groups = await clients.raw("GET", f"{subscription}/resourceGroups")
    assert not [g for g in groups["value"] if g["name"] == "NetworkWatcherRG"]
    watcher = next(w["id"] for w in watchers["value"] if w["name"] == "NetworkWatcher_westus")
    target = f"{subscription}/resourceGroups/g/providers/Microsoft.Network/networkSecurityGroups/n"
    _, _, log = await clients.raw("POST", f"{watcher}/queryFlowLogStatus", {"targetResourceId": target})
    assert log["properties"]["enabled"] is False
    sent = {"targetResourceId": target, "properties": {"storageId": "s", "enabled": True}}
    status, _, _ = await clients.raw("POST", f"{watcher}/configureFlowLog", sent)
    assert status == 202
    status, _, _ = await clients.raw("POST", f"{watcher}/configureFlowLog", {})
    assert status == 400


async def test_a_gateway_has_an_address_in_its_subnet(clients: Clients) -> None:
    await clients.group()
    network = clients.id("Network/virtualNetworks", "v")
    subnets = [{"name": "GatewaySubnet", "properties": {"addressPrefix": "10.1.0.0/24"}}]
    await clients.put(
        network,
        {
            "location": "japanwest",
            "properties": {"addressSpace": {"addressPrefixes": ["10.1.0.0/16"]}, "subnets": subnets},
        },
    )
    inside = {"subnet": {"id": f"{network}/subnets/GatewaySubnet"}}
    properties = {"gatewayType": "Vpn", "ipConfigurations": [{"name": "one", "properties": inside}]}
    gateway = await clients.put(
        clients.id("Network/virtualNetworkGateways", "gw"), {"location": "japanwest", "properties": properties}
    )
    assert gateway["properties"]["bgpSettings"]["asn"] == 65515
    assert gateway["properties"]["bgpSettings"]["bgpPeeringAddress"] == "10.1.0.254"
    routes = await clients.raw("POST", f"{gateway['id']}/getLearnedRoutes")
    assert routes[0] == 202
    _, _, same = await clients.raw(
        "PUT", f"{network}/subnets/GatewaySubnet", {"properties": {"addressPrefix": "10.1.0.0/24"}}
    )
    assert same["properties"]["provisioningState"] == "Succeeded"


async def test_the_provider_list_names_applications_profiles_and_regions(clients: Clients) -> None:
    root = f"/subscriptions/{clients.endpoint.subscription}"
    _, _, network = await clients.raw("GET", f"{root}/providers/Microsoft.Network")
    assert all(a["applicationId"] for a in network["authorizations"])
    kinds = {t["resourceType"]: t for t in network["resourceTypes"]}
    assert {p["profileVersion"] for p in kinds["virtualNetworks"]["apiProfiles"]} >= {"2018-03-01-hybrid"}
    assert len(kinds["virtualNetworks"]["apiVersions"]) > 20
    _, _, management = await clients.raw("POST", f"{root}/providers/Microsoft.Management/register")
    assert all(t["locations"] == [] for t in management["resourceTypes"])
    _, _, regions = await clients.raw("GET", f"{root}/locations")
    shown = {r["name"]: r["metadata"] for r in regions["value"]}
    assert shown["westus"]["geography"] == "United States"
    assert shown["europe"]["regionType"] == "Logical"
