"""Private endpoints and what they lead to; disks of images; galleries; policies; tables."""

from __future__ import annotations

from tests.simulator.clients import Clients


async def test_a_private_endpoint_has_an_interface_a_name_and_a_connection(clients: Clients) -> None:
    await clients.group()
    network = clients.id("Network/virtualNetworks", "v")
    subnets = [{"name": "s", "properties": {"addressPrefix": "10.2.0.0/24"}}]
    space = {"addressSpace": {"addressPrefixes": ["10.2.0.0/16"]}, "subnets": subnets}
    await clients.put(network, {"location": "japanwest", "properties": space})
    account = clients.id("Storage/storageAccounts", "linkedaccount")
    await clients.put(account, {"location": "japanwest", "sku": {"name": "Standard_LRS"}, "kind": "StorageV2"})
    _, _, links = await clients.raw("GET", f"{account}/privateLinkResources")
    assert {"blob", "blob_secondary", "file"} <= {link["properties"]["groupId"] for link in links["value"]}
    connection = {"name": "c", "properties": {"privateLinkServiceId": account, "groupIds": ["blob"]}}
    endpoint = clients.id("Network/privateEndpoints", "pe")
    properties = {"subnet": {"id": f"{network}/subnets/s"}, "privateLinkServiceConnections": [connection]}
    made = await clients.put(endpoint, {"location": "japanwest", "properties": properties})
    assert made["properties"]["customDnsConfigs"] == [
        {"fqdn": "linkedaccount.blob.core.windows.net", "ipAddresses": ["10.2.0.4"]}
    ]
    status, _, interface = await clients.raw("GET", made["properties"]["networkInterfaces"][0]["id"])
    assert (status, interface["properties"]["privateEndpoint"]["id"]) == (200, endpoint)
    _, _, shown = await clients.raw("GET", account)
    (summary,) = shown["properties"]["privateEndpointConnections"]
    status, _, _ = await clients.raw("GET", summary["id"])
    assert status == 200


async def test_a_disk_knows_its_image_and_a_copy_its_source(clients: Clients) -> None:
    await clients.group()
    image = (
        f"/Subscriptions/{clients.endpoint.subscription}/Providers/Microsoft.Compute/Locations/eastus/Publishers/Debian"
        "/ArtifactTypes/VMImage/Offers/debian-11/Skus/11-backports-gen2/Versions/0.20231013.1532"
    )
    creation = {"createOption": "FromImage", "imageReference": {"id": image}}
    disk = await clients.put(
        clients.id("Compute/disks", "d"), {"location": "eastus", "properties": {"creationData": creation}}
    )
    assert (disk["properties"]["osType"], disk["properties"]["hyperVGeneration"]) == ("Linux", "V2")
    assert disk["properties"]["supportedCapabilities"]["diskControllerTypes"] == "SCSI, NVMe"
    copied = {"createOption": "Copy", "sourceResourceId": disk["id"]}
    snapshot = await clients.put(
        clients.id("Compute/snapshots", "s"),
        {"location": "eastus", "properties": {"creationData": copied, "incremental": True}},
    )
    assert snapshot["properties"]["osType"] == "Linux"
    assert snapshot["properties"]["creationData"]["sourceUniqueId"] == disk["properties"]["uniqueId"]
    ultra = {"creationData": {"createOption": "Empty"}, "diskSizeGB": 4}
    disk = await clients.put(
        clients.id("Compute/disks", "u"), {"location": "eastus", "sku": {"name": "UltraSSD_LRS"}, "properties": ultra}
    )
    assert (disk["sku"]["tier"], disk["properties"]["maxShares"]) == ("Ultra", 1)


async def test_built_in_policies_are_listed_and_own_ones_say_who_made_them(clients: Clients) -> None:
    root = "/providers/Microsoft.Authorization/policyDefinitions"
    status, _, policy = await clients.raw("GET", f"{root}/e56962a6-4747-49cd-b67b-bf8b01975c4c")
    assert (status, policy["properties"]["displayName"]) == (200, "Allowed locations")
    own = f"/subscriptions/{clients.endpoint.subscription}{root}/mine"
    rule = {"if": {"field": "type", "equals": "x"}, "then": {"effect": "deny"}}
    status, _, made = await clients.raw("PUT", own, {"properties": {"policyRule": rule}})
    assert (status, made["properties"]["policyType"]) == (201, "Custom")
    assert made["properties"]["metadata"]["createdOn"]


async def test_a_table_of_a_workspace_archives_what_is_kept_longer(clients: Clients) -> None:
    await clients.group()
    workspace = clients.id("OperationalInsights/workspaces", "w")
    await clients.put(workspace, {"location": "japanwest"})
    properties = {"retentionInDays": 45, "totalRetentionInDays": 70, "schema": {"columns": [{"name": "a"}]}}
    table = await clients.put(f"{workspace}/tables/T_CL", {"properties": properties})
    assert table["properties"]["archiveRetentionInDays"] == 25
    assert table["properties"]["schema"]["columns"] == [{"name": "a", "isDefaultDisplay": False, "isHidden": False}]
