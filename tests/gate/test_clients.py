"""Clients that scripts use, unchanged, through the gate: a write is refused, or allowed and in the ledger."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from azops_tui.azure.cloud import Cloud
from azops_tui.engine.run import Policy
from tests.gate.conftest import MakeRun

pytestmark = pytest.mark.asyncio
TOKEN = """
import sys, time
from azure.core.credentials import AccessToken
class Static:
    def get_token(self, *scopes, **options):
        return AccessToken(open(sys.argv[2]).read(), int(time.time()) + 3600)
"""
CLIENTS = {
    "requests": """
import sys, requests
url = f"https://management.azure.com/subscriptions/{sys.argv[1]}/resourcegroups/made?api-version=2021-04-01"
headers = {"Authorization": "Bearer " + open(sys.argv[2]).read()}
answer = requests.put(url, json={"location": "westeurope"}, headers=headers)
print(answer.status_code, answer.text)
""",
    "sdk": TOKEN
    + """
from azure.mgmt.resource.resources import ResourceManagementClient
client = ResourceManagementClient(Static(), sys.argv[1])
print(client.resource_groups.create_or_update("made", {"location": "westeurope"}).id)
""",
    "async-sdk": TOKEN
    + """
import asyncio
from azure.mgmt.resource.resources.aio import ResourceManagementClient
class Later(Static):
    async def get_token(self, *scopes, **options):
        return Static.get_token(self)
    async def close(self): pass
async def main():
    async with ResourceManagementClient(Later(), sys.argv[1]) as client:
        print((await client.resource_groups.create_or_update("made", {"location": "westeurope"})).id)
asyncio.run(main())
""",
}


@pytest.mark.parametrize("name", CLIENTS)
async def test_a_client_of_a_script_passes_the_gate(make_run: MakeRun, cloud: Cloud, tmp_path: Path, name: str) -> None:
    if name == "requests":
        pytest.importorskip("requests")
    (tmp_path / "client.py").write_text(CLIENTS[name])
    token = await cloud._clients.credential.get_token_info(cloud._clients.scope)
    (tmp_path / "token").write_text(token.token)
    command = f"{sys.executable} {tmp_path}/client.py {cloud.subscription} {tmp_path}/token 2>&1"
    code = f"```bash {{name=c}}\n{command}\n```\n"
    refused = make_run(code, cloud=cloud, policy=Policy())
    await refused.run.run_all()
    await refused.run.close()
    assert await cloud.groups.get("made") is None
    assert "NotAgreed" in refused.output("c") or refused.end("c").failure is not None
    allowed = make_run(code, cloud=cloud, policy=Policy(yes=True))
    await allowed.run.run_all()
    assert allowed.end("c").state == "done", allowed.output("c")
    assert [(entry.method, entry.status) for entry in allowed.run.state.requests.values()] == [("PUT", 201)]
    assert await cloud.groups.get("made") is not None
