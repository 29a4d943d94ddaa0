"""Clients that scripts use, unchanged, through the gate: a write is refused, or allowed and in the ledger."""

from __future__ import annotations

import shutil
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
    "node": """
import http from "node:http"
import https from "node:https"
import { readFileSync } from "node:fs"
const [, , subscription, token] = process.argv
const host = "management.azure.com", path = `/subscriptions/${subscription}/resourcegroups/made?api-version=2021-04-01`
const headers = { Authorization: "Bearer " + readFileSync(token), "Content-Type": "application/json" }
const body = JSON.stringify({ location: "westeurope" })
if (Number(process.versions.node.split(".")[0]) >= 24) {
  const answer = await fetch(`https://${host}${path}`, { method: "PUT", headers, body })
  console.log(answer.status, await answer.text())
} else {
  // fetch knows no proxy yet; a library for proxies does this.
  const proxy = new URL(process.env.HTTPS_PROXY)
  const password = Buffer.from(`${proxy.username}:${proxy.password}`).toString("base64")
  const options = { port: proxy.port, method: "CONNECT", path: `${host}:443`, agent: false,
    headers: { "Proxy-Authorization": "Basic " + password } }
  http.request({ host: proxy.hostname, ...options }).on("connect", (_, socket) => {
    https.request({ host, path, method: "PUT", headers, socket, agent: false }, (answer) => {
      console.log(answer.statusCode)
      answer.on("data", (data) => console.log(String(data))).on("end", () => socket.end())
    }).end(body)
  }).end()
}
""",
}


@pytest.mark.parametrize("name", CLIENTS)
async def test_a_client_of_a_script_passes_the_gate(make_run: MakeRun, cloud: Cloud, tmp_path: Path, name: str) -> None:
    if name == "requests":
        pytest.importorskip("requests")
    program = sys.executable if name != "node" else shutil.which("node")
    if program is None:
        pytest.skip("node is missing")
    client = tmp_path / ("client.mjs" if name == "node" else "client.py")
    client.write_text(CLIENTS[name])
    token = await cloud._clients.credential.get_token_info(cloud._clients.scope)
    (tmp_path / "token").write_text(token.token)
    command = f"{program} {client} {cloud.subscription} {tmp_path}/token 2>&1"
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
