"""pytest with the plugin that comes with the package, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import xml.etree.ElementTree as ET
from importlib.metadata import entry_points
from pathlib import Path

import yaml

from tests.cli.azops import ROOT
from tests.replay.conftest import RunTaped

DOCUMENT = """\
# Said once

```bash {name=say}
echo $RANDOM
```

```bash {name=fails}
false
```

```bash {name=after}
:
```
"""


def pytest_(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run pytest in a folder."""
    plugin = [] if any(point.name == "azops" for point in entry_points(group="pytest11")) else ["-p", PLUGIN]
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", *plugin, *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": ""},
        capture_output=True,
        encoding="utf-8",
        timeout=100,
        check=False,
    )


PLUGIN = "azops_tui.cli.pytest_plugin"


async def test_documents_with_a_cassette_are_tests(run_taped: RunTaped, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    (folder / "cassettes").mkdir(parents=True)
    (folder / "said.md").write_text(DOCUMENT)
    (folder / "README.md").write_text("# No test\n\n```bash\nrm -rf nothing\n```\n")
    (folder / "local.md").write_text("---\nazops: {test: local}\n---\n```bash {name=here}\necho here\n```\n")
    await run_taped(folder / "said.md", folder / "cassettes/said.yaml", "all", local=False)
    (folder / "test_said.py").write_text(
        textwrap.dedent(
            """\
            def test_recorded_at_first(azops_run, azops_cassette):
                first = azops_run("said.md", mode="once")
                assert azops_cassette.name == "test_recorded_at_first.yaml"
                assert azops_run("said.md").step("say").tail(1) == first.step("say").tail(1)
            """
        )
    )
    result = pytest_(folder, "--junitxml", "report.xml", "-q")
    assert result.returncode == 1, result.stdout + result.stderr
    assert "3 passed, 1 failed, 1 skipped" in result.stdout.replace("1 failed, 3 passed", "3 passed, 1 failed")
    assert "said.md:7: It ended with exit status 1" in result.stdout
    assert "Traceback" not in result.stdout
    cases = {case.get("name"): case for case in ET.parse(folder / "report.xml").iter("testcase")}
    assert {"say", "fails", "after", "here", "test_recorded_at_first"} == cases.keys()
    assert cases["fails"].find("failure") is not None
    assert cases["after"].find("skipped") is not None


def test_the_action_runs_pytest_with_its_inputs() -> None:
    action = yaml.safe_load((ROOT / ".github/actions/azops/action.yml").read_text())
    commands = " ".join(step.get("run", "") for step in action["runs"]["steps"])
    assert "pytest" in commands
    used = str([step.get("env") for step in action["runs"]["steps"]])
    assert all(f"inputs.{name} " in used for name in action["inputs"])
