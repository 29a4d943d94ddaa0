"""``azops cleanup``, on a local Azure that outlives the run."""

from __future__ import annotations

import json
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
