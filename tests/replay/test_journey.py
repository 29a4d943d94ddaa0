"""The shipped journey from its cassette, and az from what it sent once.

``tests/bench/make_cassette.py`` records the cassette and the events beside it anew.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from pathlib import Path

import pytest

from azops_tui import paths
from azops_tui.journal.export.archive import read
from tests.replay.conftest import RunTaped, timeless_events
from tests.simulator.clients import KEY

STORY = paths.shipped("runbooks") / "generic-cluster.md"
CASSETTES = Path(__file__).parent / "cassettes"
AZ = os.environ.get("AZOPS_TEST_AZ", "")


def comparable(event: object) -> str:
    """An event as text, without the places of this machine."""
    text = json.dumps(event, ensure_ascii=False, sort_keys=True)
    text = re.sub(r"(?<=[\" ])[^\" ]*/keys/demo", "KEY", text)
    text = re.sub(r"\"path\": \"[^\"]*generic-cluster\.md\"", "PATH", text)
    return re.sub(r"(?:Found|Created) the ed25519", "the ed25519", text)


async def test_the_journey_replays_with_the_events_of_its_recording(
    run_taped: RunTaped, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    began = time.process_time()
    replayed = await run_taped(STORY, CASSETTES / "generic-cluster.yaml")
    assert set(replayed.states.values()) == {"done"}, [step.summary for step in replayed.run.state.failed]
    # Less than 2 s on an idle machine; one that is busy needs more, also of the processor.
    assert time.process_time() - began < 8
    recorded = timeless_events(read(CASSETTES / "generic-cluster.azops"))
    kinds = {event.get("type") for event in recorded}
    # A newer API version is told of, and is no other journey.
    events = [
        event
        for event in replayed.events
        if event.get("type") in kinds and "was recorded with API version" not in event.get("text", "")
    ]
    assert [len(events), *map(comparable, events)] == [len(recorded), *map(comparable, recorded)]


@pytest.mark.az
@pytest.mark.skipif(not AZ, reason="AZOPS_TEST_AZ does not name an az")
async def test_az_itself_replays(run_taped: RunTaped, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key.pub").write_text(KEY)
    monkeypatch.setenv("PATH", f"{Path(AZ).parent}:{os.environ['PATH']}")
    document = """\
        ```bash {name=group}
        az group create -n taped -l japanwest -o json
        ```

        ```bash {name=machine}
        az vm create -g taped -n box --image Ubuntu2204 --admin-username me --ssh-key-values key.pub -o json
        ```
        """
    cassette = tmp_path / "az.yaml"
    recorded = await run_taped(document, cassette, "all")
    assert recorded.states == {"group": "done", "machine": "done"}, recorded.output("machine")
    shutil.rmtree(paths.state(), ignore_errors=True)
    replayed = await run_taped(document, cassette, live_shell=True)
    assert replayed.states == recorded.states, replayed.output("machine")
    assert [replayed.output(step) for step in replayed.states] == [recorded.output(step) for step in recorded.states]
