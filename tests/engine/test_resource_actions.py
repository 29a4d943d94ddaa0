"""Actions by type, against the local Azure: each one that is offered can be carried out."""

from __future__ import annotations

import shlex
from collections.abc import AsyncIterator, Iterator

import pytest

from azops_tui.azure.cloud import Cloud
from azops_tui.azure.connect import connect
from azops_tui.azure.profiles import Profile
from azops_tui.engine.cloud import RunCloud
from azops_tui.engine.cloud_actions import CloudActions
from azops_tui.engine.deletion_preview import group_lines, resource_lines
from azops_tui.engine.problems import RunError
from azops_tui.engine.resource_actions import ACTIONS, actions_for
from azops_tui.engine.scale_preview import scale_lines
from azops_tui.events import records as ev
from azops_tui.json_types import Json
from azops_tui.simulator.endpoint import SimulatorEndpoint, start, stop

NETWORK = "2024-05-01"
COMPUTE = "2024-07-01"


@pytest.fixture(scope="module")
def simulator() -> Iterator[SimulatorEndpoint]:
    endpoint, child = start(speed=1000)
    yield endpoint
    stop(child)


class Place:
    """A local cloud, its actions, and what they told."""

    def __init__(self, cloud: Cloud, *, read_only: bool = False) -> None:
        self.cloud = cloud
        self.told: list[ev.Event] = []
        self.actions = CloudActions(RunCloud(cloud), self._begin, lambda: read_only, self.told.append, set())

    async def _begin(self) -> None:
        return None

    async def put(self, path: str, version: str, body: Json) -> str:
        identifier = f"/subscriptions/{self.cloud.subscription}/resourceGroups/{path}"
        await self.cloud._clients.operate("PUT", identifier, version, body=body)
        return identifier


@pytest.fixture
async def place(simulator: SimulatorEndpoint) -> AsyncIterator[Place]:
    cloud = await connect(Profile(name="local", cloud="local"), simulator, poll=0.02)
    yield Place(cloud)
    await cloud.close()


async def machine(place: Place, group: str) -> str:
    """A virtual machine whose network interface lives in another group; returns its id."""
    for name in (group, f"{group}-net"):
        await place.cloud.groups.create(name, "westeurope")
    network = await place.put(
        f"{group}-net/providers/Microsoft.Network/virtualNetworks/net",
        NETWORK,
        {
            "location": "westeurope",
            "properties": {
                "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
                "subnets": [{"name": "a", "properties": {"addressPrefix": "10.0.0.0/24"}}],
            },
        },
    )
    address = {"subnet": {"id": f"{network}/subnets/a"}}
    card = await place.put(
        f"{group}-net/providers/Microsoft.Network/networkInterfaces/card",
        NETWORK,
        {"location": "westeurope", "properties": {"ipConfigurations": [{"name": "ip", "properties": address}]}},
    )
    return await place.put(
        f"{group}/providers/Microsoft.Compute/virtualMachines/web-0",
        COMPUTE,
        {
            "location": "westeurope",
            "properties": {
                "hardwareProfile": {"vmSize": "Standard_B1s"},
                "storageProfile": {
                    "imageReference": {
                        "publisher": "Canonical",
                        "offer": "0001-com-ubuntu-server-jammy",
                        "sku": "22_04-lts-gen2",
                        "version": "latest",
                    },
                    "osDisk": {"createOption": "FromImage"},
                },
                "osProfile": {"computerName": "web-0", "adminUsername": "op", "adminPassword": "Secret-0123456789"},
                "diagnosticsProfile": {"bootDiagnostics": {"enabled": True}},
                "networkProfile": {"networkInterfaces": [{"id": card}]},
            },
        },
    )


async def test_every_action_on_a_machine(place: Place) -> None:
    identifier = await machine(place, "acts")
    for action in actions_for("Microsoft.Compute/virtualMachines"):
        if action.id == "run-command":
            await place.actions.act(identifier, "start")
        result = await place.actions.act(identifier, action.id, "echo from-the-machine" if action.ask else "")
        if action.id == "run-command":
            assert "from-the-machine" in str(result)
        elif action.id == "boot-diagnostics":
            assert "serialConsoleLogBlobUri" in str(result)
        else:
            assert result is None
    told = [event.text for event in place.told if isinstance(event, ev.Notice)]
    assert f"By hand: Stop: web-0 (az vm stop --ids {identifier}): done." in told
    assert not any("Boot" in text for text in told), "reading is not written down as a change"


async def test_keys_are_rotated_and_not_shown(place: Place) -> None:
    await place.cloud.groups.create("keys", "westeurope")
    account = await place.put(
        "keys/providers/Microsoft.Storage/storageAccounts/rotated0001",
        "2023-05-01",
        {"location": "westeurope", "kind": "StorageV2", "sku": {"name": "Standard_LRS"}, "properties": {}},
    )

    async def keys() -> dict[str, str]:
        listed = await place.cloud.resources.operate("POST", account, "listKeys")
        return {key["keyName"]: key["value"] for key in listed["keys"]}

    before = await keys()
    assert await place.actions.act(account, "rotate-key1") is None
    after = await keys()
    assert (after["key1"] != before["key1"], after["key2"]) == (True, before["key2"])
    assert not any(value in str(place.told) for value in after.values())


async def test_a_deletion_names_locks_and_what_depends_on_it_first(place: Place) -> None:
    await machine(place, "used")
    await place.cloud.groups.lock("used-net", lock="keep")
    lines = await group_lines(place.cloud, "used-net", set())
    assert lines[1] == "Locked by keep (CanNotDelete, on used-net): the deletion will be refused."
    assert lines[2] == "Used by virtual machine web-0 in used"
    card = next(item.id for item in await place.cloud.groups.resources("used-net") if item.name == "card")
    assert "Used by virtual machine web-0 in used" in await resource_lines(place.cloud, card, set())
    await place.cloud.groups.unlock("used-net", lock="keep")


async def test_a_deployment_is_deployed_again_unless_it_has_secrets(place: Place) -> None:
    await place.cloud.groups.create("again", "westeurope")
    template = {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "parameters": {"word": {"type": "string"}, "secret": {"type": "secureString", "defaultValue": "x"}},
        "resources": [],
        "outputs": {"word": {"type": "string", "value": "[parameters('word')]"}},
    }
    for name, parameters in (("one", {"word": {"value": "a"}}), ("two", {"word": {"value": "a"}})):
        if name == "one":
            own = {**template, "parameters": {"word": {"type": "string"}}}
        else:
            own, parameters = template, {**parameters, "secret": {"value": "hidden"}}
        body = {"properties": {"mode": "Incremental", "template": own, "parameters": parameters}}
        await place.put(f"again/providers/Microsoft.Resources/deployments/{name}", "2022-09-01", body)
    base = f"/subscriptions/{place.cloud.subscription}/resourceGroups/again/providers/Microsoft.Resources/deployments"
    await place.actions.act(f"{base}/one", "redeploy")
    with pytest.raises(RunError, match="secret are secret, so they cannot be read"):
        await place.actions.act(f"{base}/two", "redeploy")


async def test_read_only_refuses_all_but_reading(simulator: SimulatorEndpoint) -> None:
    cloud = await connect(Profile(name="local", cloud="local"), simulator, poll=0.02)
    place = Place(cloud, read_only=True)
    with pytest.raises(RunError, match="read-only"):
        await place.actions.act(
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/m", "stop"
        )
    await cloud.close()


@pytest.mark.parametrize("kind", ACTIONS)
def test_every_action_has_its_az(kind: str) -> None:
    identifier = f"/subscriptions/s/resourceGroups/g/providers/{kind.replace('/', '/x/', 1)}/n"
    actions = actions_for(kind)
    assert len({action.id for action in actions}) == len(actions)
    assert [action.effect for action in actions] == sorted((a.effect for a in actions), key="RMD".index)
    for action in actions:
        words = shlex.split(action.command(identifier, "a b"))
        assert words[0] == "az"
        assert not any("{" in word for word in words)
        assert not action.ask or "a b" in words


async def test_a_detail_has_locks_rights_and_references(place: Place) -> None:
    identifier = await machine(place, "seen")
    await place.actions.lock(identifier, True)
    detail = await place.actions.detail(identifier)
    assert detail.locks == ("azops (CanNotDelete, on web-0)",)
    assert any(other.endswith("/networkInterfaces/card") for other in detail.refers_to)
    assert "roles" not in detail.problems, detail.problems
    await place.actions.lock(identifier, False)
    card = next(other for other in detail.refers_to if other.endswith("/card"))
    assert identifier in (await place.actions.detail(card)).referred_by


async def test_another_capacity_says_what_goes_and_what_is_left(place: Place) -> None:
    await place.cloud.groups.create("sized", "westeurope")
    network = await place.put(
        "sized/providers/Microsoft.Network/virtualNetworks/net",
        NETWORK,
        {
            "location": "westeurope",
            "properties": {
                "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
                "subnets": [{"name": "a", "properties": {"addressPrefix": "10.0.0.0/24"}}],
            },
        },
    )
    address = {"name": "ip", "properties": {"subnet": {"id": f"{network}/subnets/a"}}}
    card = {"name": "card", "properties": {"primary": True, "ipConfigurations": [address]}}
    await place.put(
        "sized/providers/Microsoft.Compute/virtualMachineScaleSets/agents",
        COMPUTE,
        {
            "location": "westeurope",
            "sku": {"name": "Standard_B1s", "capacity": 3},
            "properties": {
                "orchestrationMode": "Uniform",
                "upgradePolicy": {"mode": "Manual"},
                "virtualMachineProfile": {
                    "storageProfile": {
                        "imageReference": {
                            "publisher": "Canonical",
                            "offer": "0001-com-ubuntu-server-jammy",
                            "sku": "22_04-lts-gen2",
                            "version": "latest",
                        }
                    },
                    "osProfile": {
                        "computerNamePrefix": "agent",
                        "adminUsername": "op",
                        "adminPassword": "Secret-0123456789",
                    },
                    "networkProfile": {"networkInterfaceConfigurations": [card]},
                },
            },
        },
    )
    fewer = "\n".join(await scale_lines(place.cloud, "sized", "agents", 1))
    names = [instance.name for instance in (await place.cloud.scale_sets.get("sized", "agents")).instances]
    assert names[2] in fewer
    assert names[1] in fewer
    assert names[0] not in fewer
    more = "\n".join(await scale_lines(place.cloud, "sized", "agents", 4))
    assert "cores are left in westeurope" in more
