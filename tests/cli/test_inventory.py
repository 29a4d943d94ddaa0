"""``azops inventory`` against a local Azure with a machine and a scale set."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.azure.test_simulator import GOOD, machine_template, scale_set_template
from tests.cli.azops import azops

DOCUMENT = """\
```yaml {azops=group}
group: one
location: westeurope
```

```yaml {azops=deploy}
group: one
template: machine.json
```

```yaml {azops=deploy}
group: one
template: set.json
```
"""


def test_machines_and_instances_by_group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "one.md").write_text(DOCUMENT)
    for name, template in (("machine.json", machine_template()), ("set.json", scale_set_template())):
        template["parameters"]["sshPublicKey"]["defaultValue"] = GOOD
        for resource in template["resources"]:
            if resource["type"].startswith("Microsoft.Compute/"):
                resource["tags"] = {"role": "web-server"}
        (tmp_path / name).write_text(json.dumps(template))
    assert azops("sim", "up", "--speed", "1000").returncode == 0
    try:
        ran = azops("run", tmp_path / "one.md", "--yes")
        assert ran.returncode == 0, ran.stdout + ran.stderr
        listed = azops("inventory", "--list")
        assert listed.returncode == 0, listed.stderr
        inventory = json.loads(listed.stdout)
        machine = azops("inventory", "--host", "master-0")
        missing = azops("inventory", "--host", "nowhere")
    finally:
        azops("sim", "down")
    hosts = inventory["_meta"]["hostvars"]
    instances = inventory["vmss_agents"]["hosts"]
    assert len(instances) == 2
    assert set(hosts) == {"master-0", *instances}
    for group in ("tag_role_web_server", "group_one"):
        assert set(inventory[group]["hosts"]) == set(hosts)
    locations = {group for group in inventory if group.startswith("location_")}
    assert {host for group in locations for host in inventory[group]["hosts"]} == set(hosts)
    assert set(inventory["all"]["children"]) == set(inventory) - {"_meta", "all"}
    assert json.loads(machine.stdout) == hosts["master-0"]
    assert hosts["master-0"]["ansible_user"] == "ops"
    ports = {values["ansible_port"] for values in hosts.values()}
    assert len(ports) == 3
    assert 0 not in ports
    assert {values["ansible_host"] for values in hosts.values()} == {"127.0.0.1"}
    assert (missing.returncode, "there is no host 'nowhere'" in missing.stderr) == (3, True)


def test_a_list_or_a_host() -> None:
    assert azops("inventory").returncode == 2
    assert azops("inventory", "--list", "--host", "a").returncode == 2
