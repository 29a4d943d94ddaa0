"""Tools of a step act on the run's cloud, subscription and tenant, and on nothing else."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import msgspec
import pytest

from azops_tui.azure.cloud import Cloud
from azops_tui.engine.cloud import acts_on_cloud
from azops_tui.engine.open import open_runbook
from azops_tui.engine.run import Policy
from azops_tui.simulator.folder import write_ssh_config
from tests.gate.conftest import MakeRun

SCRIPT = """
import os
from azure.identity import DefaultAzureCredential
from azure.mgmt.resource.resources import ResourceManagementClient

client = ResourceManagementClient(DefaultAzureCredential(), os.environ["AZURE_SUBSCRIPTION_ID"])
client.resource_groups.create_or_update("from-sdk", {"location": "japanwest"})
print(sorted(group.name for group in client.resource_groups.list()))
"""
REQUESTS = """
import os, requests

def token():
    form = {"grant_type": "client_credentials", "client_id": os.environ["AZURE_CLIENT_ID"],
            "client_secret": os.environ["AZURE_CLIENT_SECRET"], "scope": "https://management.azure.com/.default"}
    tenant = os.environ["AZURE_TENANT_ID"]
    reply = requests.post(f"https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token", data=form)
    return reply.json()["access_token"]

reply = requests.get("https://management.azure.com/subscriptions?api-version=2022-12-01",
                     headers={"Authorization": f"Bearer {token()}"})
print(reply.status_code, len(reply.json()["value"]))
"""


async def test_unchanged_scripts_of_the_sdk_reach_the_local_cloud(make_run: MakeRun, cloud: Cloud) -> None:
    pytest.importorskip("requests")
    text = f"```python {{name=sdk}}\n{SCRIPT}\n```\n\n```python {{name=plain}}\n{REQUESTS}\n```\n"
    watched = make_run(text, cloud=cloud, policy=Policy(yes=True))
    await watched.run.run_all()
    assert "['from-sdk']" in watched.output("sdk"), watched.output("sdk")
    assert "200 1" in watched.output("plain")


async def test_az_of_a_real_profile_has_a_folder_of_its_own(
    make_run: MakeRun, cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A step may change the folder: the user's own has the same tokens and is not changed otherwise."""
    login = tmp_path / "login"
    login.mkdir()
    known = [{"id": "other", "isDefault": True}, {"id": cloud.subscription.upper(), "isDefault": False}]
    profile = json.dumps({"subscriptions": known})
    (login / "azureProfile.json").write_text(profile)
    (login / "msal_token_cache.json").write_text("{}")
    monkeypatch.setenv("AZURE_CONFIG_DIR", str(login))
    cloud.endpoint, cloud.profile = None, msgspec.structs.replace(cloud.profile, cloud="public")
    code = "cat $AZURE_CONFIG_DIR/azureProfile.json; echo x > $AZURE_CONFIG_DIR/azureProfile.json; "
    code += "echo new > $AZURE_CONFIG_DIR/msal_token_cache.json; echo $AZURE_CLOUD_NAME"
    watched = make_run(f"```bash {{name=x}}\n{code}\n```\n", cloud=cloud, policy=Policy(yes=True))
    await watched.run.run_all()
    shown, name = watched.output("x").rsplit("}", 1)
    assert [entry["isDefault"] for entry in json.loads(shown + "}")["subscriptions"]] == [False, True]
    assert name.strip() == "AzureCloud"
    assert (login / "azureProfile.json").read_text() == profile
    assert (login / "msal_token_cache.json").read_text() == "new\n"


def test_ssh_never_leads_a_former_machine_to_the_real_network(tmp_path: Path) -> None:
    config, known = tmp_path / "config", tmp_path / "known"
    host = {"name": "vm1", "addresses": ["10.0.0.4"], "fqdn": "vm1.japanwest.cloudapp.azure.com", "host": "127.0.0.1"}
    names = write_ssh_config(config, known, [{**host, "port": 2201, "user": "a"}])
    assert names == {"vm1", "10.0.0.4", "vm1.japanwest.cloudapp.azure.com"}
    shown = {**host, "addresses": ["10.0.0.4", "203.0.113.1"]}
    write_ssh_config(config, known, [{**shown, "port": 2201, "user": "a"}])
    resolved = subprocess.run(
        ["ssh", "-G", "-F", str(config), "203.0.113.1"], capture_output=True, text=True, check=True
    )
    assert {"hostname 127.0.0.1", "port 2201"} <= set(resolved.stdout.splitlines())
    assert "proxycommand sh" not in resolved.stdout
    write_ssh_config(config, known, [], names)
    for name in (*names, "203.0.113.7"):
        command = ["ssh", "-F", str(config), "-o", "BatchMode=yes", name, "true"]
        result = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
        assert "This machine of the local cloud is not running." in result.stderr


@pytest.mark.parametrize(
    ("fence", "expected"),
    [
        ("```bash\ndeploy-everything\n```", True),
        ("```bash\n./list.sh\n```", True),
        ("```bash\nmkdir -p x && echo hi > x/y; for a in 1 2; do cat $a; done\n```", False),
        ("```python\nfrom azure.identity import DefaultAzureCredential\n```", True),
        ("```python\nimport json, requests\n```", True),
        ("```python\nimport os; os.system('x')\n```", True),
        ("```python\nimport json, os\nprint(os.getcwd())\n```", False),
    ],
)
def test_what_may_act_on_a_cloud_gets_the_local_one(tmp_path: Path, fence: str, expected: bool) -> None:
    (tmp_path / "runbook.md").write_text(fence + "\n")
    assert acts_on_cloud(open_runbook(tmp_path / "runbook.md")) is expected
