"""``azops cleanup``, on a local Azure that outlives the run."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.azops import azops

DOCUMENT = """\
```yaml {azops=group}
group: own
location: westeurope
```
"""


@pytest.fixture
def local_azure() -> Iterator[None]:
    up = azops("sim", "up", "--speed", "1000")
    assert up.returncode == 0, up.stderr
    yield
    azops("sim", "down")


@pytest.mark.usefixtures("local_azure")
def test_a_run_is_cleaned_up_after(tmp_path: Path) -> None:
    file = tmp_path / "own.md"
    file.write_text(DOCUMENT)
    assert azops("run", file, "--yes").returncode == 0
    unasked = azops("cleanup", "1")
    assert unasked.returncode == 4, unasked.stdout + unasked.stderr
    assert "own  resource group with 0 resources" in unasked.stdout
    assert "--yes-destroy" in unasked.stdout
    refused = azops("cleanup", "1", "--read-only", "--yes-destroy")
    assert refused.returncode == 4
    done = azops("cleanup", "1", "--yes-destroy")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Deleted 1 of 1." in done.stdout
    runs = json.loads(azops("history", "--format", "json").stdout)
    assert [run["path"] for run in runs] == [str(file)] * 4


def test_what_cannot_be_cleaned_up(tmp_path: Path) -> None:
    unknown = azops("cleanup", "7")
    assert (unknown.returncode, "run 7 does not exist" in unknown.stderr) == (3, True)
    file = tmp_path / "plain.md"
    file.write_text("```bash\necho plain\n```\n")
    assert azops("run", file).returncode == 0
    assert "no cloud" in azops("cleanup", "1").stdout


SLOW = """\
```yaml {azops=group name=group}
group: lost
location: westeurope
```

```yaml {azops=deploy name=slow}
group: lost
template: slow.json
```
"""
TEMPLATE = """{
  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  "contentVersion": "1.0.0.0",
  "resources": [{"type": "Microsoft.Cache/redis", "apiVersion": "2023-08-01", "name": "azops-slow",
                 "location": "westeurope", "properties": {"sku": {"name": "Basic", "family": "C", "capacity": 0}}}]
}"""


def test_a_killed_run_knows_what_was_in_flight_and_can_be_cleaned_up(tmp_path: Path) -> None:
    """A cache takes minutes, so that its deployment goes on when the process of the run is killed."""
    up = azops("sim", "up", "--speed", "10")
    assert up.returncode == 0, up.stderr
    try:
        (tmp_path / "lost.md").write_text(SLOW)
        (tmp_path / "slow.json").write_text(TEMPLATE)
        command = [sys.executable, "-m", "azops_tui", "run", str(tmp_path / "lost.md"), "--yes"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8") as run:
            assert run.stdout is not None
            for line in run.stdout:
                if "Microsoft.Cache" in line:
                    break
            run.kill()
        listed = azops("history").stdout
        assert "interrupted" in listed
        assert "Run 1 was interrupted while 1 write was in flight: azops history 1" in listed
        shown = azops("history", "1").stdout
        assert "In flight at its end: PUT /subscriptions" in shown
        ledger = json.loads(azops("history", "1", "--format", "json").stdout)["ledger"]
        assert [(entry["step"], entry["outcome"]) for entry in ledger] == [("group", "done"), ("slow", "in progress")]
        assert "in flight at its end: PUT" in azops("replay", "1", "--print").stdout
        asked = azops("cleanup", "1")
        assert "lost  resource group" in asked.stdout
        assert "is still running; it is cancelled first" in asked.stdout
    finally:
        azops("sim", "down")
