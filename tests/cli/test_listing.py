"""``azops groups`` and its like: the cloud without a screen, in az's formats."""

from __future__ import annotations

import csv
import json
import ssl
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from azops_tui.cli.main import cli
from tests.cli.azops import azops

DOCUMENT = """\
```yaml {azops=group}
group: one
location: westeurope
```

```yaml {azops=deploy}
group: one
template: net.json
```
"""
TEMPLATE = {
    "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    "contentVersion": "1.0.0.0",
    "resources": [
        {
            "type": "Microsoft.Network/virtualNetworks",
            "apiVersion": "2023-09-01",
            "name": "net",
            "location": "westeurope",
            "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}},
        }
    ],
}


@pytest.fixture(scope="module")
def local_azure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A local Azure with a group, a network and a deployment."""
    folder = tmp_path_factory.mktemp("listing")
    patch = pytest.MonkeyPatch()
    patch.setenv("XDG_STATE_HOME", str(folder / "state"))
    (folder / "one.md").write_text(DOCUMENT)
    (folder / "net.json").write_text(json.dumps(TEMPLATE))
    try:
        assert azops("sim", "up", "--speed", "1000").returncode == 0
        ran = azops("run", folder / "one.md", "--yes")
        assert ran.returncode == 0, ran.stdout + ran.stderr
        yield folder
        azops("sim", "down")
    finally:
        patch.undo()


def _printed(*words: str) -> str:
    """What a verb printed, run in this process, which is quicker."""
    done = CliRunner().invoke(cli, list(words))
    assert done.exit_code == 0, done.output
    return done.stdout


def test_what_there_is_in_every_format(monkeypatch: pytest.MonkeyPatch, local_azure: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(local_azure / "state"))
    table = azops("groups")
    assert table.returncode == 0, table.stderr
    assert table.stdout.splitlines()[0].split() == ["Location", "Name", "ProvisioningState", "Locked"]
    assert "westeurope" in table.stdout
    assert "/subscriptions/" not in table.stdout
    rows = json.loads(_printed("resources", "-g", "one", "-o", "json"))
    assert [(row["name"], row["resourceType"]) for row in rows] == [("net", "Microsoft.Network/virtualNetworks")]
    values = _printed("resources", "-o", "tsv", "--query", "[].[name, location]")
    assert list(csv.reader(values.splitlines(), delimiter="\t")) == [["net", "westeurope"]]
    (deployment,) = yaml.safe_load(_printed("deployments", "-o", "yaml"))
    assert (deployment["provisioningState"], deployment["resourceGroup"]) == ("Succeeded", "one")
    assert json.loads(_printed("hosts", "-o", "json")) == []
    assert "westeurope" in _printed("locations", "-o", "tsv").split()
    missing = azops("deployments", "-g", "nowhere")
    assert (missing.returncode, "nowhere" in missing.stderr) == (3, True)
    shown = _printed("sim", "env")
    environment = dict(line.removeprefix("export ").split("=", 1) for line in shown.splitlines() if "=" in line)
    token = _printed("sim", "token").strip()
    url = environment["AZURE_AUTHORITY_HOST"].strip("'") + "/subscriptions?api-version=2022-12-01"
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
    context = ssl.create_default_context(cafile=environment["REQUESTS_CA_BUNDLE"].strip("'"))
    with urllib.request.urlopen(request, context=context) as answer:
        assert answer.status == 200


def test_profiles_and_bad_queries(tmp_path: Path) -> None:
    rows = json.loads(_printed("profiles", "-o", "json"))
    assert {"local", "public"} <= {row["name"] for row in rows}
    refused = azops("profiles", "--query", "[?")
    assert refused.returncode == 3
    assert "is not valid JMESPath" in refused.stderr
