"""``azops rehearse``: a runbook on clouds that fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from azops_tui.engine.rehearsal import KINDS, FaultPlace, draw_faults, names_cause
from azops_tui.simulator.fault_specs import parse_fault
from tests.cli.azops import azops

RUNBOOK = """# Small

```yaml {azops=group name=make}
group: rehearsed
location: japanwest
```
"""
GROUP = FaultPlace("PUT", "/resourceGroups/[^/]+$", True)
MACHINE = FaultPlace("PUT", r"/Microsoft\.Compute/virtualMachines/[^/]+$", True)
DEPLOYED = FaultPlace("PUT", r"/Microsoft\.Network/virtualNetworks/[^/]+$", False)


def test_every_kind_of_fault_comes_before_one_comes_again() -> None:
    drawn = draw_faults({GROUP, MACHINE, DEPLOYED}, len(KINDS), seed=1)
    assert sorted(fault.partition(":")[0].partition(",")[0] for fault in drawn) == sorted(
        kind.partition(",")[0] for kind in KINDS
    )
    assert drawn == draw_faults({DEPLOYED, MACHINE, GROUP}, len(KINDS), seed=1)
    assert drawn != draw_faults({GROUP, MACHINE, DEPLOYED}, len(KINDS), seed=2)
    assert all(parse_fault(fault).path for fault in drawn)
    assert not draw_faults((), 5, seed=1)


def test_faults_are_drawn_where_they_can_hit() -> None:
    at_group = draw_faults({GROUP}, 30, seed=3)
    assert not [fault for fault in at_group if fault.startswith(("quota", "fail", "never-ending"))]
    deployed = draw_faults({GROUP, DEPLOYED}, 40, seed=3)
    hit = {fault.partition(":")[0].partition("=")[0] for fault in deployed if "virtualNetworks" in fault}
    assert hit == {"fail", "never-ending"}


@pytest.mark.parametrize(
    ("spec", "text", "named"),
    [
        ("policy", "RequestDisallowedByPolicy: no", True),
        ("error=503", "ServiceUnavailable", True),
        ("error=500", "something went wrong", False),
        ("reset", "The connection was closed by the other side.", True),
        ("fail=NoRoom", "The operation failed with\n  NoRoom.", True),
    ],
)
def test_a_message_names_the_cause(spec: str, text: str, named: bool) -> None:
    assert names_cause(parse_fault(spec), text) is named


def test_a_runbook_is_rehearsed(tmp_path: Path) -> None:
    file, quiet = tmp_path / "small.md", tmp_path / "quiet.md"
    file.write_text(RUNBOOK)
    faults = ("--fault", "policy:/resourceGroups/", "--fault", "error=503:/resourceGroups/,times=1")
    done = azops("rehearse", file, *faults, "--fault", "reset:/nowhere")
    lines = done.stdout.splitlines()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "stops, and says why at make: Resource was disallowed by policy." in lines[2]
    assert (lines[4], lines[6]) == ("    ends all the same", "    did not meet it")
    assert lines[-1] == "2 of 3 runs ended or stopped safely, 1 did not meet their fault"

    late = azops("rehearse", file, "--fault", "latency=5m:/resourceGroups/", "--limit", "8", "--seed", "3")
    assert late.returncode == 1, late.stdout
    assert "does not end at make" in late.stdout
    assert "again: --fault 'latency=5m:/resourceGroups/'" in late.stdout

    quiet.write_text("# Quiet\n\n```bash\ntrue\n```\n")
    assert azops("rehearse", quiet).returncode == 3
    assert azops("rehearse", file, "--fault", "storm").returncode == 2
