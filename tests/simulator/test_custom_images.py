"""Machines of custom images, image templates, load balancers and clusters."""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qsl

from tests.simulator.clients import Clients, machine


async def test_a_machine_of_an_image_has_the_data_disks_of_the_image(clients: Clients) -> None:
    await clients.group()
    await clients.network()
    image = await clients.put(
        clients.id("Compute/images", "i"),
        {
            "location": "japanwest",
            "properties": {
                "storageProfile": {
                    "osDisk": {"osType": "Linux", "osState": "Generalized", "blobUri": "https://a/b.vhd"},
                    "dataDisks": [{"lun": 0, "blobUri": "https://a/c.vhd", "diskSizeGB": 7}],
                }
            },
        },
    )
    body = machine(await clients.interface("n"))
    body["properties"]["storageProfile"] = {"imageReference": {"id": image["id"]}}
    made = await clients.put(clients.id("Compute/virtualMachines", "m"), body)
    storage = made["properties"]["storageProfile"]
    assert storage["osDisk"]["managedDisk"]["storageAccountType"] == "Standard_LRS"
    (data,) = storage["dataDisks"]
    assert (data["createOption"], data["diskSizeGB"]) == ("FromImage", 7)
    # an update without the disk shows it as leaving, then without it
    body["properties"]["storageProfile"]["dataDisks"] = []
    _, _, updating = await clients.raw("PUT", made["id"], body)
    assert [d["toBeDetached"] for d in updating["properties"]["storageProfile"]["dataDisks"]] == [True]
    updated = await clients.put(made["id"], body)
    assert updated["properties"]["storageProfile"]["dataDisks"] == []


async def test_a_run_of_an_image_template_makes_the_image(clients: Clients) -> None:
    await clients.group()
    template = clients.id("VirtualMachineImages/imageTemplates", "t")
    image = clients.id("Compute/images", "built")
    target = {"type": "ManagedImage", "runOutputName": "o", "imageId": image, "location": "japanwest"}
    source = {"type": "PlatformImage", "publisher": "Canonical", "offer": "UbuntuServer", "version": "18.04.1"}
    await clients.put(template, {"location": "japanwest", "properties": {"source": source, "distribute": [target]}})
    status, _, _ = await clients.raw("POST", f"{template}/cancel")
    assert status == 409
    _, headers, _ = await clients.raw("POST", f"{template}/run")
    path, _, query = headers["location"].removeprefix(clients.endpoint.url).partition("?")
    for _ in range(1000):
        if (await clients.raw("GET", path, None, **dict(parse_qsl(query))))[0] != 202:
            break
        await asyncio.sleep(0.02)
    _, _, output = await clients.raw("GET", f"{template}/runOutputs/o")
    assert output["properties"]["artifactId"] == image
    status, _, _ = await clients.raw("GET", image)
    assert status == 200


async def test_an_internal_load_balancer_has_an_address_and_numbers_for_ports(clients: Clients) -> None:
    await clients.group()
    await clients.network()
    front = {"name": "f", "properties": {"subnet": clients.subnet()}}
    balancer = clients.id("Network/loadBalancers", "b")
    rule = {
        "name": "r",
        "properties": {
            "frontendIPConfiguration": {"id": f"{balancer}/frontendIPConfigurations/f"},
            "frontendPortRangeStart": "50000",
            "frontendPortRangeEnd": "50100",
            "backendPort": "22",
            "protocol": "Tcp",
        },
    }
    made = await clients.put(
        balancer,
        {"location": "japanwest", "properties": {"frontendIPConfigurations": [front], "inboundNatRules": [rule]}},
    )
    inner = made["properties"]["frontendIPConfigurations"][0]["properties"]
    assert inner["privateIPAddress"].startswith("10.0.1.")
    assert made["properties"]["inboundNatRules"][0]["properties"]["frontendPortRangeStart"] == 50000


async def test_property_names_are_read_in_any_case(clients: Clients) -> None:
    await clients.group()
    await clients.network()
    inner = {"subnet": clients.subnet(), "privateIpAddress": "10.0.1.77", "privateIpAllocationMethod": "Static"}
    nic = await clients.put(
        clients.id("Network/networkInterfaces", "n"),
        {"location": "japanwest", "properties": {"ipConfigurations": [{"name": "c", "properties": inner}]}},
    )
    assert nic["properties"]["ipConfigurations"][0]["properties"]["privateIPAddress"] == "10.0.1.77"


async def test_add_ons_of_a_cluster_have_identities_and_its_traffic_leaves_by_addresses(clients: Clients) -> None:
    await clients.group()
    pool = {"name": "a", "count": 1, "vmSize": "Standard_B2s", "mode": "System", "enableAutoScaling": True}
    network = {"networkPlugin": "azure", "loadBalancerProfile": {"managedOutboundIPs": {"count": 2}}}
    body = {
        "location": "japanwest",
        "identity": {"type": "SystemAssigned"},
        "properties": {
            "agentPoolProfiles": [pool],
            "networkProfile": network,
            "addonProfiles": {"omsagent": {"enabled": True, "config": {"useAADAuth": "true"}}},
        },
    }
    made = (await clients.put(clients.id("ContainerService/managedClusters", "k"), body))["properties"]
    assert made["addonProfiles"]["omsagent"]["identity"]["clientId"]
    assert made["addonProfiles"]["omsagent"]["config"] == {"useAADAuth": "true"}
    assert len(made["networkProfile"]["loadBalancerProfile"]["effectiveOutboundIPs"]) == 2
    assert made["autoScalerProfile"]["expander"] == "random"
    assert made["agentPoolProfiles"][0]["maxPods"] == 30
