"""A mutating fuzzer of the simulator's HTTP: no request is answered 500, and listings still work afterwards.

``AZOPS_FUZZ=SECONDS`` lets it run longer; ``AZOPS_FUZZ_SEED`` repeats a run.
"""

from __future__ import annotations

import copy
import json
import os
import random
import ssl
import time
from collections import Counter

import aiohttp
from yarl import URL

from azops_tui.json_types import Json
from azops_tui.simulator.server import serve
from tests.simulator.clients import machine, scale_set

VALUES: list[Json] = [
    *(None, True, False, 0, -1, 1.5, 10**30, "", "x", "\ud800", "\x00", "é", "a" * 300, "10.0.0.0/8", "10.0.0.0/33"),
    *([], {}, [None], [1], ["x"], [[]], [{}], {"id": 1}, {"id": None}, {"id": "x"}, {"id": []}, {"name": 1}, "2024-13"),
    *(
        "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v",
        {"": ""},
        {"\ud800": "\ud800"},
    ),
    *("[parameters('x')]", "P99999999D", "99999999999999999999", "-1", "NaN", {"type": "SystemAssigned", "x": []}),
]
WORDS = [
    *("x", "g", "default", "%00", "%ED%A0%80", "..", "providers", "a" * 300, "%2F", "1", "Microsoft.Network", "$batch"),
    *(
        "locations",
        "deployments",
        "tags",
        "capabilities",
        "vm",
        "net",
        "%C3%A9",
        "%25",
        "japanwest",
        "0",
        "-1",
        "resourceGroups",
    ),
]
QUERIES = [
    *(
        "$top=1",
        "$top=%C2%B2",
        "$top=-1",
        "$filter=x eq 'y'",
        "$filter=((((",
        "$filter=tagName eq 'a' and tagValue eq 'b'",
    ),
    *("$filter=substringof('a',name)", "$expand=instanceView", "$expand=x", "monitor=", "forceDeletionTypes=x"),
    *(
        "forceDeletion=true",
        "$top=" + "9" * 5000,
        "$skiptoken=x",
        "statusOnly=x",
        "api-version=",
        "api-version=%00",
        "$filter=startswith(a,'b')",
    ),
]


def _seeds(subscription: str) -> list[tuple[str, str, Json]]:
    group = f"/subscriptions/{subscription}/resourceGroups/g"
    net = f"{group}/providers/Microsoft.Network"
    compute = f"{group}/providers/Microsoft.Compute"
    subnet = {"id": f"{net}/virtualNetworks/net/subnets/sub"}
    ip = {
        "properties": {"ipConfigurations": [{"name": "ip", "properties": {"subnet": subnet}}]},
        "location": "japanwest",
    }
    space = {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}
    subnets = {"subnets": [{"name": "sub", "properties": {"addressPrefix": "10.0.1.0/24"}}]}
    vnet = {"location": "japanwest", "tags": {"a": "b"}, "properties": space | subnets}
    template: Json = {"$schema": "x", "contentVersion": "1.0.0.0", "parameters": {}, "resources": []}
    template["resources"] = [
        {"type": "Microsoft.Network/virtualNetworks", "apiVersion": "2023-09-01", "name": "t", "location": "japanwest"}
    ]
    deployment = {"properties": {"mode": "Incremental", "template": template, "parameters": {}}}
    rule = {"priority": 100, "direction": "Inbound", "access": "Allow", "protocol": "Tcp", "sourcePortRange": "*"}
    rule |= {"destinationPortRange": "22", "sourceAddressPrefix": "*", "destinationAddressPrefix": "*"}
    guard = {"location": "japanwest", "properties": {"securityRules": [{"name": "ssh", "properties": rule}]}}
    disk = {"location": "japanwest", "properties": {"diskSizeGB": 4, "creationData": {"createOption": "Empty"}}}
    account = {"location": "japanwest", "kind": "StorageV2", "sku": {"name": "Standard_LRS"}, "properties": {}}
    pool = {"name": "p", "count": 1, "vmSize": "Standard_B2s", "mode": "System"}
    cluster = {"location": "japanwest", "properties": {"dnsPrefix": "d", "agentPoolProfiles": [pool]}}
    role = {"properties": {"roleDefinitionId": f"/subscriptions/{subscription}/x", "principalId": "p"}}
    return [
        ("PUT", group, {"location": "japanwest", "tags": {"a": "b"}}),
        ("PUT", f"{net}/virtualNetworks/net", vnet),
        ("PUT", f"{net}/virtualNetworks/net/subnets/sub", {"properties": {"addressPrefix": "10.0.1.0/24"}}),
        ("PUT", f"{net}/networkInterfaces/nic", ip),
        ("PUT", f"{net}/networkSecurityGroups/nsg", guard),
        (
            "PUT",
            f"{net}/publicIPAddresses/pip",
            {"location": "japanwest", "properties": {"dnsSettings": {"domainNameLabel": "l"}}},
        ),
        (
            "PUT",
            f"{net}/dnsZones/z.example/A/www",
            {"properties": {"TTL": 1, "ARecords": [{"ipv4Address": "1.2.3.4"}]}},
        ),
        ("PUT", f"{compute}/virtualMachines/vm", machine(f"{net}/networkInterfaces/nic")),
        (
            "PATCH",
            f"{compute}/virtualMachines/vm",
            {"tags": {"a": "b"}, "properties": {"hardwareProfile": {"vmSize": "x"}}},
        ),
        (
            "PUT",
            f"{compute}/virtualMachines/vm/extensions/e",
            {"location": "japanwest", "properties": {"settings": {}}},
        ),
        ("POST", f"{compute}/virtualMachines/vm/runCommand", {"commandId": "RunShellScript", "script": ["id"]}),
        ("PUT", f"{compute}/virtualMachineScaleSets/ss", scale_set(subnet, 1)),
        ("POST", f"{compute}/virtualMachineScaleSets/ss/delete", {"instanceIds": ["0"]}),
        ("PUT", f"{compute}/disks/d", disk),
        ("PUT", f"{compute}/images/i", {"location": "japanwest", "properties": {"sourceVirtualMachine": {"id": "x"}}}),
        ("PUT", f"{group}/providers/Microsoft.Storage/storageAccounts/acc", account),
        ("POST", f"{group}/providers/Microsoft.Storage/storageAccounts/acc/listKeys", {}),
        ("PUT", f"{group}/providers/Microsoft.ContainerService/managedClusters/aks", cluster),
        ("PUT", f"{group}/providers/Microsoft.Authorization/locks/l", {"properties": {"level": "CanNotDelete"}}),
        ("PUT", f"{group}/providers/Microsoft.Authorization/roleAssignments/r", role),
        ("PUT", f"{group}/providers/Microsoft.Resources/tags/default", {"properties": {"tags": {"a": "b"}}}),
        (
            "PATCH",
            f"{group}/providers/Microsoft.Resources/tags/default",
            {"operation": "Merge", "properties": {"tags": {}}},
        ),
        ("PUT", f"{group}/providers/Microsoft.Resources/deployments/d", deployment),
        ("POST", f"{group}/providers/Microsoft.Resources/deployments/d/validate", deployment),
        ("POST", f"{group}/providers/Microsoft.Resources/deployments/d/whatIf", deployment),
        ("GET", f"{group}/providers/Microsoft.Resources/deployments/d/operations", None),
        (
            "POST",
            f"/subscriptions/{subscription}/resourceGroups/g/moveResources",
            {"resources": [], "targetResourceGroup": group},
        ),
        (
            "PUT",
            "/providers/Microsoft.Management/managementGroups/m",
            {"properties": {"displayName": "m", "details": {}}},
        ),
        ("POST", "/v1.0/applications", {"displayName": "a", "identifierUris": []}),
        ("POST", "/v1.0/servicePrincipals", {"appId": "a"}),
        ("POST", "/v1.0/groups", {"displayName": "g", "mailNickname": "g"}),
        ("POST", "/v1.0/directoryObjects/getByIds", {"ids": ["a"]}),
        ("GET", f"{group}/resources", None),
        ("GET", f"/subscriptions/{subscription}/resources", None),
    ]


def _paths(value: Json, at: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(path for key, item in pairs for path in _paths(item, (*at, key)))]


def _mutated(randomness: random.Random, body: Json) -> Json:
    body = copy.deepcopy(body)
    for _ in range(randomness.randint(1, 2)):
        path = randomness.choice(_paths(body))
        if not path:
            if randomness.random() < 0.2:
                return randomness.choice(VALUES)
            continue
        holder = body
        for key in path[:-1]:
            holder = holder[key]
        holder[path[-1]] = copy.deepcopy(randomness.choice(VALUES))
    return body


def _address(randomness: random.Random, path: str) -> str:
    if randomness.random() < 0.5:
        return path
    segments = path.strip("/").split("/")
    at = randomness.randrange(len(segments))
    match randomness.randrange(3):
        case 0:
            segments[at] = randomness.choice(WORDS)
        case 1:
            del segments[at]
        case _:
            segments.insert(at + 1, randomness.choice(WORDS))
    return "/" + "/".join(segments)


async def test_no_request_is_answered_500() -> None:
    seconds = float(os.environ.get("AZOPS_FUZZ", "0"))
    randomness = random.Random(int(os.environ.get("AZOPS_FUZZ_SEED", "11")))
    async with serve(speed=100_000, seed=7) as server:
        endpoint = server.endpoint
        headers = {"Authorization": f"Bearer {endpoint.client_secret}"}
        seeds = _seeds(endpoint.subscription)
        failed: Counter[str] = Counter()
        context = ssl.create_default_context(cafile=endpoint.ca)
        async with aiohttp.ClientSession(headers=headers) as session:

            async def send(method: str, path: str, body: Json, query: str = "api-version=2023-09-01") -> int:
                data = None if body is None else json.dumps(body)
                url = URL(f"{endpoint.url}{path}?{query}", encoded=True)
                sent = f"{method} {path[:200]}?{query} {str(data)[:300]}"
                try:
                    async with session.request(method, url, data=data, ssl=context) as answer:
                        await answer.read()
                        if answer.status >= 500:
                            failed[sent] += 1
                        return answer.status
                except aiohttp.ClientError as problem:
                    failed[f"{sent}: {problem}"] += 1
                    return 0

            for method, path, body in seeds:
                await send(method, path, body)
            began, count = time.monotonic(), 0
            while count < 400 or time.monotonic() - began < seconds:
                count += 1
                method, path, body = randomness.choice(seeds)
                if randomness.random() < 0.3:
                    method = randomness.choice(["GET", "PUT", "PATCH", "POST", "HEAD", "DELETE"])
                query = "api-version=2023-09-01"
                if randomness.random() < 0.2:
                    query += "&" + randomness.choice(QUERIES).replace(" ", "%20")
                await send(method, _address(randomness, path), _mutated(randomness, body), query)
            if seconds:
                print(f"{count} requests, {sum(failed.values())} answered 500")  # noqa: T201
            for path in (f"/subscriptions/{endpoint.subscription}/resources", "/subscriptions", "/v1.0/groups"):
                assert await send("GET", path, None) == 200
        assert not failed, "\n".join(failed)
