"""The class of a request by what is sent, judged by what ``az`` really sent."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from azops_tui.gate.classes import RequestClass, classify
from azops_tui.net import azure_hosts

DATA = Path(__file__).parents[2] / ".." / "shared" / "data" / "azure"
READS, CHANGES, DELETES = RequestClass
CHANGING_WORDS = [
    "create",
    "register",
    "unregister",
    "start",
    "stop",
    "restart",
    "deallocate",
    "poweroff",
    "redeploy",
    "reapply",
    "generalize",
    "capture",
    "runcommand",
    "move",
    "cancel",
    "regenerate",
    "share",
    "import",
    "schedule",
    "purge",
    "failover",
    "migrate",
    "lock",
    "clear",
    "set",
    "reset",
    "convert",
    "delete",
    "remove",
    "add",
    "apply",
    "upgrade",
    "begin",
    "end",
    "ping",
    "subscribe",
    "rollingupgrade",
    "disable",
    "abort",
    "restore",
    "assess",
    "simulate",
    "trigger",
    "configure",
    "disconnect",
    "troubleshoot",
    "generate",
    "users",
    "groups",
    "applications",
    "serviceprincipals",
    "owners",
    "messages",
    "swap",
    "force",
    "run",
]
"""Beginnings of actions that change something, by their names in the reference of Azure's REST APIs."""
RESOURCE = "/subscriptions/s/resourceGroups/g/providers/"
DEPLOYMENT = RESOURCE + "Microsoft.Resources/deployments/d"


def _changes(action: str) -> bool:
    return action != "sharedkeys" and (action.startswith(tuple(CHANGING_WORDS)) or action.endswith("upgrade"))


@pytest.mark.parametrize(
    ("kind", "service", "method", "url", "body"),
    [
        (READS, "manager", "HEAD", "/subscriptions/s/resourcegroups/g", ""),
        (CHANGES, "manager", "PUT", "/subscriptions/s/resourcegroups/g", "{}"),
        (DELETES, "manager", "DELETE", "/subscriptions/s/resourcegroups/g", ""),
        (READS, "manager", "POST", RESOURCE + "Microsoft.Storage/storageAccounts/a/listKeys?api-version=1", ""),
        (READS, "manager", "POST", RESOURCE + "Microsoft.Resources/deployments/d/whatIf", "{}"),
        (READS, "manager", "POST", "/providers/Microsoft.ResourceGraph/resources", "{}"),
        (READS, "manager", "POST", "/tenant/oauth2/v2.0/token", "grant_type=client_credentials"),
        (CHANGES, "manager", "POST", "/graphql", "{}"),
        (CHANGES, "manager", "POST", RESOURCE + "Microsoft.Compute/virtualMachines/v/runCommand", "{}"),
        (DELETES, "manager", "POST", RESOURCE + "Microsoft.Compute/virtualMachineScaleSets/v/delete", "{}"),
        (DELETES, "manager", "POST", RESOURCE + "Microsoft.Compute/virtualMachineScaleSets/v/%64elete/", "{}"),
        (CHANGES, "manager", "PUT", DEPLOYMENT, '{"properties":{}}'),
        (DELETES, "manager", "PUT", DEPLOYMENT, '{"Properties":{"MODE":"complete"}}'),
        (DELETES, "manager", "PUT", DEPLOYMENT, "not JSON"),
        (DELETES, "manager", "POST", "/batch", '{"requests":[{"httpMethod":"DELETE","url":"/x"}]}'),
        (READS, "manager", "POST", "/batch", '{"requests":[{"httpMethod":"GET","url":"/x"}]}'),
        (DELETES, "graph", "POST", "/v1.0/$batch", '{"requests":[{"method":"DELETE","url":"/users/u"}]}'),
        (CHANGES, "graph", "POST", "/v1.0/sites/s/lists", "{}"),
        (READS, "graph", "POST", "/v1.0/directoryObjects/getByIds", "{}"),
        (READS, "vault", "POST", "/keys/k/1/decrypt", "{}"),
        (CHANGES, "vault", "POST", "/keys/k/create", "{}"),
        (DELETES, "storage", "POST", "/?comp=batch", ""),
        (READS, "registry", "POST", "/oauth2/token", ""),
        (CHANGES, "other", "POST", "/query", ""),
    ],
)  # fmt: skip
def test_class_of_a_request(kind: RequestClass, service: str, method: str, url: str, body: str) -> None:
    assert classify(service, method, url, body=body.encode()) is kind


def test_a_header_that_replaces_the_method_counts() -> None:
    assert classify("manager", "GET", "/x", {"x-http-method-override": "DELETE"}) is DELETES


def test_hosts_of_all_clouds() -> None:
    assert azure_hosts.service("Management.Azure.Com.") == "manager"
    assert azure_hosts.service("acct.blob.core.usgovcloudapi.net") == "storage"
    assert azure_hosts.service("kv.vault.azure.cn") == "vault"
    assert azure_hosts.service("login.microsoftonline.us") == "sign-in"
    assert azure_hosts.service("management.azure.com.example.org") is None
    assert azure_hosts.cloud("management.usgovcloudapi.net") == "usgov"


def test_no_recorded_write_counts_as_a_read() -> None:
    if not DATA.is_dir():
        pytest.skip("the recorded conversations are not here")
    seen, wrong = 0, []
    for file in sorted(DATA.glob("sessions/*/*.json")):
        for request in json.loads(file.read_text())["requests"]:
            parts = urlsplit(request["url"])
            service = (azure_hosts.service(parts.hostname or "") or "other") if parts.netloc else "manager"
            method, action = request["method"], parts.path.rstrip("/").rsplit("/", 1)[-1].lower()
            body = json.dumps(request.get("body")).encode()
            kind = classify(service, method, request["url"], body=body)
            seen += 1
            writes = method in ("PUT", "PATCH", "DELETE") or (method == "POST" and _changes(action))
            if writes is (kind is READS) or (method == "DELETE" and kind is not DELETES):
                wrong.append(f"{kind.name} {method} {request['url'][:160]}")
    assert seen > 5_000
    assert not wrong, "\n".join(sorted(set(wrong)))


def test_no_command_that_changes_sends_only_reading_posts() -> None:
    if not DATA.is_dir():
        pytest.skip("the recorded commands are not here")
    actions = {
        name.removeprefix("POST ").lower()
        for methods in json.loads((DATA / "az-commands.json").read_text()).values()
        for name in methods
        if name.startswith("POST ")
    }
    read = {name for name in actions if classify("manager", "POST", RESOURCE + f"Microsoft.X/y/z/{name}") is READS}
    assert not {name for name in read if _changes(name)}
    assert {"listkeys", "checknameavailability", "querystatus"} <= read
