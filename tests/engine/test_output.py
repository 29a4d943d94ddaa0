"""Output of steps: whole, in order, coalesced, bounded, without secrets."""

from __future__ import annotations

import asyncio
import os
import re
import resource
import time
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from azops_tui.engine.event_recorder import redacted
from azops_tui.engine.output import HEAD, TAIL, Output
from azops_tui.engine.run import Policy
from azops_tui.events import records as ev
from azops_tui.secrets.redact import MASK, Redactor
from tests.engine.conftest import MakeRun


def collected(pieces: list[tuple[str, str]], secrets: list[str], spill: Path) -> list[ev.OutputWritten]:
    """What comes out for what is written."""
    events: list[ev.OutputWritten] = []

    async def write() -> None:
        redactor = Redactor(secrets)
        output = Output("s", events.append, redactor.stream, spill)
        for text, host in pieces:
            output.write(text, "stdout", host)
        output.finish()

    asyncio.run(write())
    return events


@given(st.lists(st.tuples(st.text(max_size=20), st.sampled_from(["", "a", "b"]))))
def test_nothing_is_lost_and_each_host_keeps_its_order(pieces: list[tuple[str, str]]) -> None:
    events = collected(pieces, [], Path("/nonexistent"))
    for host in ("", "a", "b"):
        wrote = "".join(text for text, name in pieces if name == host)
        assert "".join(e.text for e in events if e.host == host) == wrote


@given(st.integers(1, 9), st.text(alphabet="xy ", max_size=30), st.text(alphabet="xy ", max_size=30))
def test_a_secret_split_over_pieces_is_hidden(size: int, before: str, after: str) -> None:
    text = before + "hunter2-secret" + after
    pieces = [(text[at : at + size], "") for at in range(0, len(text), size)]
    events = collected(pieces, ["hunter2-secret"], Path("/nonexistent"))
    assert "".join(e.text for e in events) == before + MASK + after


def test_long_output_keeps_its_ends_and_spills_the_whole(tmp_path: Path) -> None:
    spill = tmp_path / "out" / "s.txt"
    lines = [f"line {n:07}\n" for n in range(400_000)]
    events = collected([("".join(lines[at : at + 1000]), "") for at in range(0, len(lines), 1000)], [], spill)
    text = "".join(e.text for e in events if e.stream == "stdout")
    assert HEAD + TAIL <= len(text) <= HEAD + TAIL + 200_000
    assert text.startswith(lines[0])
    assert text.endswith(lines[-1])
    said = "".join(e.text for e in events if e.stream == "system")
    assert str(spill) in said
    left_out = re.search(r"([\d,]+) characters are left out", said)
    assert left_out is not None
    assert int(left_out[1].replace(",", "")) + len(text) == sum(map(len, lines))
    assert spill.read_text() == "".join(lines)
    assert spill.stat().st_mode & 0o777 == 0o600


async def test_small_writes_are_coalesced(make_run: MakeRun) -> None:
    watched = make_run(
        """
        ```bash {name=chatty}
        for i in $(seq 2000); do echo $i; done
        ```
        """
    )
    await watched.run.run_all()
    assert watched.output("chatty").split() == [str(n) for n in range(1, 2001)]
    events = watched.events(ev.OutputWritten)
    end = watched.end("chatty")
    assert len(events) <= 3 + end.duration * 25


async def test_fifty_megabytes_neither_grow_nor_freeze(make_run: MakeRun) -> None:
    watched = make_run(
        """
        ```bash {name=flood}
        head -c 50000000 /dev/zero | tr '\\0' 'x' | fold -w 99
        ```
        """
    )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    running = asyncio.create_task(watched.run.run_all())
    longest = 0.0
    while not running.done():
        began = time.perf_counter()
        await asyncio.sleep(0.001)
        longest = max(longest, time.perf_counter() - began)
    assert await running == "done"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000
    assert longest < 2.0
    spilled = [Path(folder) / name for folder, _, names in os.walk(os.environ["XDG_STATE_HOME"]) for name in names]
    whole = [path for path in spilled if path.name == "flood.txt"]
    assert len(whole) == 1
    assert whole[0].stat().st_size >= 50_000_000


SECRETS = """
    ---
    azops:
      params:
        DEPLOY_TOKEN: {type: secret}
    ---
    ```bash {name=leak capture=GOT}
    echo "token $DEPLOY_TOKEN" | tee /dev/stderr
    export API_PASSWORD=correct-horse; echo "$DEPLOY_TOKEN" | base64
    ```
    ```bash {name=later}
    echo "$API_PASSWORD"; false correct-horse
    ```
    """


async def test_secrets_are_in_no_event(make_run: MakeRun) -> None:
    watched = make_run(SECRETS, parameters={"DEPLOY_TOKEN": "s3cr3t-t0ken-value"}, policy=Policy(yes=True))
    await watched.run.run_all()
    await watched.run.close()
    import msgspec

    kept = [msgspec.json.encode(record.event).decode() for record in watched.records]
    assert watched.output("leak")
    assert not [text for text in kept if "s3cr3t" in text]
    later = [text for text in kept if '"step":"later"' in text]
    assert later
    assert not [text for text in later if "correct-horse" in text]
    variables = {e.name: (e.value, e.secret) for e in watched.events(ev.VariableSet)}
    assert variables["API_PASSWORD"] == (MASK, True)
    assert watched.events(ev.RunStarted)[0].parameters == {"DEPLOY_TOKEN": MASK}


def test_redaction_reaches_every_text_of_an_event() -> None:
    event = ev.RunStarted(
        at=0,
        path="p",
        title="my hunter2!",
        digest="d",
        document="x hunter2! y",
        cloud="local",
        parameters={"a": "hunter2!"},
        steps=(ev.StepInfo(name="n", title="t", kind="shell", effects="R", line=1, code="echo hunter2!"),),
    )
    assert "hunter2" not in repr(redacted(event, Redactor(["hunter2!"])))
    assert redacted(event, Redactor()) is event
