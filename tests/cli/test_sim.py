"""``azops sim fault``, ``clock`` and ``snapshot``, on a simulator that is running."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from azops_tui.cli.main import cli
from azops_tui.simulator import lifecycle
from azops_tui.simulator.endpoint import SimulatorSettings


@pytest.fixture
def simulator() -> Iterator[None]:
    lifecycle.up(speed=1000, settings=SimulatorSettings(faults=("latency=1ms",), seed=7))
    try:
        yield
    finally:
        lifecycle.down()


def azops_sim(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, ["sim", *arguments])
    return result.exit_code, result.output


@pytest.mark.usefixtures("simulator")
def test_faults_and_the_clock_are_steered_from_the_command_line() -> None:
    assert "answers 0.001 s late; hit 0 times" in azops_sim("fault", "list")[1]
    assert azops_sim("fault", "add", "throttle:/virtualMachines,times=3") == (
        0,
        "any method /virtualMachines: 429 TooManyRequests (3 times)\n",
    )
    assert len(azops_sim("fault", "list")[1].splitlines()) == 2
    assert azops_sim("fault", "clear") == (0, "No faults are in effect.\n")
    before = azops_sim("clock")[1]
    assert azops_sim("clock", "+3d")[1][:10] > before[:10]
    assert "frozen" in azops_sim("clock", "freeze")[1]
    assert "frozen" not in azops_sim("clock", "resume")[1]
    code, message = azops_sim("clock", "later")
    assert (code, "is not a change of the clock" in message) == (2, True)
    code, message = azops_sim("fault", "add", "storm")
    assert (code, "is not a kind of fault" in message) == (2, True)


@pytest.mark.usefixtures("simulator")
def test_snapshots_are_made_and_loaded_from_the_command_line() -> None:
    assert azops_sim("snapshot", "list") == (0, "There are no snapshots.\n")
    assert azops_sim("snapshot", "save", "empty")[0] == 0
    assert azops_sim("snapshot", "load", "empty")[0] == 0
    assert azops_sim("snapshot", "list") == (0, "empty\n")
    code, message = azops_sim("snapshot", "load", "full")
    assert (code != 0, "There is no snapshot named 'full'. Snapshots: empty." in message) == (True, True)


def test_the_state_is_kept_between_runs(tmp_path: Path) -> None:
    settings = SimulatorSettings(state=str(tmp_path / "state.db"))
    for offset in ("+3d", "+0s"):
        lifecycle.up(speed=1000, settings=settings)
        try:
            shown = azops_sim("clock", offset)[1]
        finally:
            lifecycle.down()
    assert datetime.fromisoformat(shown.split()[0][:10]).timestamp() > time.time() + 86400


def test_nothing_is_steered_where_nothing_runs() -> None:
    assert azops_sim("clock")[0] == 5
    assert azops_sim("up", "--fault", "storm")[0] == 2
