"""The real Azure SDK, pointed at a simulator, and the things that tests make again and again."""

from __future__ import annotations

import json
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
from azure.core.exceptions import HttpResponseError
from azure.identity.aio import ClientSecretCredential
from azure.mgmt.compute.aio import ComputeManagementClient
from azure.mgmt.resource.deployments.aio import DeploymentsMgmtClient
from azure.mgmt.resource.resources.aio import ResourceManagementClient
from azure.mgmt.resource.subscriptions.aio import SubscriptionClient

from azops_tui.json_types import Json
from azops_tui.simulator.endpoint import SimulatorEndpoint

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl test"
IMAGE = {"publisher": "Canonical", "offer": "ubuntu-24_04-lts", "sku": "server", "version": "latest"}


class Clients:
    """One credential and the clients that tests use.

    They are typed as anything: tests send plain documents where the SDK's types ask for models.
    """

    resources: Any
    deployments: Any
    compute: Any
    subscriptions: Any

    def __init__(self, endpoint: SimulatorEndpoint) -> None:
        self.endpoint = endpoint
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Clients:
        endpoint, enter = self.endpoint, self._stack.enter_async_context
        ca, subscription = endpoint.ca, endpoint.subscription
        credential = await enter(
            ClientSecretCredential(
                endpoint.tenant,
                endpoint.client_id,
                endpoint.client_secret,
                authority=endpoint.url,
                disable_instance_discovery=True,
                connection_verify=ca,
            )
        )
        settings: dict[str, Any] = {
            "base_url": endpoint.url,
            "credential_scopes": [f"{endpoint.url}/.default"],
            "connection_verify": ca,
            "retry_total": 0,
        }
        self.resources = await enter(ResourceManagementClient(credential, subscription, **settings))
        self.deployments = await enter(DeploymentsMgmtClient(credential, subscription, **settings))
        self.compute = await enter(ComputeManagementClient(credential, subscription, **settings))
        self.subscriptions = await enter(SubscriptionClient(credential, **settings))
        return self

    async def __aexit__(self, *problem: object) -> None:
        await self._stack.aclose()

    def id(self, kind: str, name: str, group: str = "g") -> str:
        """Id of a resource; ``kind`` as ``Network/virtualNetworks``."""
        scope = f"/subscriptions/{self.endpoint.subscription}/resourceGroups/{group}"
        return f"{scope}/providers/Microsoft.{kind}/{name}"

    async def group(self, name: str = "g") -> None:
        """Makes a resource group."""
        await self.resources.resource_groups.create_or_update(name, {"location": "japanwest"})

    async def put(self, id: str, body: Json, version: str = "2023-09-01") -> Json:
        """Writes a resource and waits until it is there."""
        poller = await self.resources.resources.begin_create_or_update_by_id(id, body, api_version=version)
        return (await poller.result()).as_dict()

    async def get(self, id: str, version: str = "2023-09-01") -> Json:
        """Reads a resource."""
        return (await self.resources.resources.get_by_id(id, api_version=version)).as_dict()

    async def network(self) -> None:
        """A network ``net`` with the subnet ``sub``."""
        properties = {
            "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
            "subnets": [{"name": "sub", "properties": {"addressPrefix": "10.0.1.0/24"}}],
        }
        await self.put(self.id("Network/virtualNetworks", "net"), {"location": "japanwest", "properties": properties})

    def subnet(self) -> Json:
        """A reference to that subnet."""
        return {"id": self.id("Network/virtualNetworks", "net/subnets/sub")}

    async def interface(self, name: str, public: str = "") -> str:
        """A network interface in the subnet, with a public address of its own if named. Returns its id."""
        properties: Json = {"subnet": self.subnet()}
        if public:
            id = self.id("Network/publicIPAddresses", public)
            settings = {"publicIPAllocationMethod": "Dynamic", "dnsSettings": {"domainNameLabel": public}}
            await self.put(id, {"location": "japanwest", "properties": settings})
            properties["publicIPAddress"] = {"id": id}
        id = self.id("Network/networkInterfaces", name)
        body = {"ipConfigurations": [{"name": "ip", "properties": properties}]}
        await self.put(id, {"location": "japanwest", "properties": body})
        return id

    async def deploy(
        self, template: Json, parameters: Json = None, *, name: str = "d", mode: str = "Incremental"
    ) -> Json:
        """Deploys a template to the group ``g``; returns the deployment's properties."""
        given = {k: {"value": v} for k, v in (parameters or {}).items()}
        properties = {"template": template, "parameters": given, "mode": mode}
        poller = await self.deployments.deployments.begin_create_or_update("g", name, {"properties": properties})
        return (await poller.result()).as_dict()["properties"]

    async def operations(self, name: str = "d") -> list[Json]:
        """Properties of the operations of a deployment in ``g``."""
        found = self.deployments.deployment_operations.list("g", name)
        return [o.as_dict()["properties"] async for o in found]

    async def raw(self, method: str, path: str, body: Json = None, **query: str) -> tuple[int, dict[str, str], Json]:
        """A request as a program without the SDK sends it: status, headers, body."""
        import ssl

        context = ssl.create_default_context(cafile=self.endpoint.ca)
        headers = {"Authorization": f"Bearer {self.endpoint.client_secret}"}
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.request(
                method,
                self.endpoint.url + path,
                params={"api-version": "2022-09-01"} | query,
                data=body if isinstance(body, str) else json.dumps(body) if body is not None else None,
                ssl=context,
            ) as answer,
        ):
            text = await answer.text()
            return answer.status, {k.lower(): v for k, v in answer.headers.items()}, json.loads(text) if text else None


def machine(nic: str, *, key: str = KEY, name: str = "m") -> Json:
    """A virtual machine's document."""
    return {
        "location": "japanwest",
        "properties": {
            "hardwareProfile": {"vmSize": "Standard_B2s"},
            "osProfile": {"computerName": name, **account(key)},
            "storageProfile": {"imageReference": IMAGE, "osDisk": {"createOption": "FromImage"}},
            "networkProfile": {"networkInterfaces": [{"id": nic}]},
        },
    }


def account(key: str = KEY) -> Json:
    """The administrator of a machine, who logs in by key."""
    keys = [{"path": "/home/azureuser/.ssh/authorized_keys", "keyData": key}]
    linux = {"disablePasswordAuthentication": True, "ssh": {"publicKeys": keys}}
    return {"adminUsername": "azureuser", "linuxConfiguration": linux}


def scale_set(subnet: Json, capacity: int, *, key: str = KEY, mode: str = "Uniform") -> Json:
    """A scale set's document."""
    configuration = {"name": "ip", "properties": {"subnet": subnet}}
    nic = {"name": "nic", "properties": {"primary": True, "ipConfigurations": [configuration]}}
    return {
        "location": "japanwest",
        "sku": {"name": "Standard_B2s", "capacity": capacity},
        "properties": {
            "orchestrationMode": mode,
            "upgradePolicy": {"mode": "Manual"},
            "virtualMachineProfile": {
                "osProfile": {"computerNamePrefix": "agent", **account(key)},
                "storageProfile": {"imageReference": IMAGE, "osDisk": {"createOption": "FromImage"}},
                "networkProfile": {"networkInterfaceConfigurations": [nic]},
            },
        },
    }


def code_of(problem: HttpResponseError) -> str:
    """The error code of a refused request."""
    return str(problem.error.code) if problem.error else ""
