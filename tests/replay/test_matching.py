"""Which requests count as the same: plain recordings of vcrpy, sequences, JSON with comments, compression, headers."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest
import yaml

from azops_tui.http_edge import RECORDED_WAIT, HttpAnswer, HttpCall
from azops_tui.replay.tape import Tape
from azops_tui.replay.tracks import CassetteError, NotRecordedError

BASE = "https://management.azure.com/subscriptions/s/resourceGroups/G"


def interaction(
    method: str, path: str, answer: str | bytes, sent: object = None, **headers: list[str]
) -> dict[str, Any]:
    return {
        "request": {"method": method, "uri": BASE + path, "body": sent, "headers": {"Accept": ["*/*"]}},
        "response": {
            "status": {"code": 200, "message": "OK"},
            "headers": {name.replace("_", "-"): values for name, values in headers.items()},
            "body": {"string": answer},
        },
    }


@pytest.fixture
def tape(tmp_path: Path) -> Tape:
    """A plain recording of vcrpy, with an alias as PyYAML writes it for an object that occurs twice."""
    body = '{"b": [1.0, true],\n "a": "x"}'
    same = interaction("GET", "/poll?api-version=1", "first", Retry_After=["30"])
    path = tmp_path / "plain.yaml"
    rows = [
        interaction("PUT", "/thing?api-version=2020-01-01&x=1&Y=2", "made", body),
        interaction("GET", "/packed", gzip.compress(b"plain"), Content_Encoding=["gzip"], Set_Thing=["1", "2"]),
        same,
        same,
        interaction("GET", "/poll?api-version=1", "last"),
        interaction("DELETE", "/thing?api-version=2020-01-01", ""),
        interaction("GET", "/busy", "", Retry_After=["17"]),
    ]
    rows[-1]["response"]["status"]["code"] = 429
    path.write_text(yaml.dump({"version": 1, "interactions": rows}))
    assert "&id001" in path.read_text()
    return Tape(path)


async def asked(tape: Tape, method: str, path: str, body: str = "") -> HttpAnswer:
    answer = await tape.answer(HttpCall(method, BASE + path, (), body.encode()))
    assert answer is not None
    return answer


async def test_a_body_counts_by_its_meaning(tape: Tape) -> None:
    path = "/THING?y=2&x=1&api-version=2024-01-01"
    sent = '// a comment\n{"a": "x", "b": [1, /* and\nanother */ true,]}'
    answer = await asked(tape, "PUT", path, sent)
    assert answer.body == b"made"
    assert tape.take_notes("") == [
        "PUT /subscriptions/s/resourceGroups/G/thing?x=1&y=2 was recorded with API version 2020-01-01; now it asks for "
        "2024-01-01."
    ]
    with pytest.raises(NotRecordedError, match="1 times, and all of these were used"):
        await asked(tape, "PUT", path, sent)
    tape.close()


async def test_reads_come_in_order_and_the_last_one_repeats(tape: Tape) -> None:
    answers = [(await asked(tape, "GET", "/poll?api-version=1")) for _ in range(5)]
    assert [answer.body for answer in answers] == [b"first", b"first", b"last", b"last", b"last"]
    assert not any(name.lower() == "retry-after" for answer in answers for name, _ in answer.headers)
    busy = dict((await asked(tape, "GET", "/busy")).headers)
    assert (busy["Retry-After"], busy[RECORDED_WAIT]) == ("0", "17")
    packed = await asked(tape, "get", "/packed")
    assert packed.body == b"plain"
    assert [value for name, value in packed.headers if name == "Set-Thing"] == ["1", "2"]
    tape.close()


async def test_the_nearest_are_named_with_what_differs(tape: Tape) -> None:
    with pytest.raises(NotRecordedError) as problem:
        await asked(tape, "PUT", "/thing?x=1&y=2", '{"a": "other", "b": [1, true]}')
    assert 'body.a: "x" → "other"' in str(problem.value)
    with pytest.raises(NotRecordedError) as problem:
        await asked(tape, "DELETE", "/thin")
    assert "path: /subscriptions/s/resourcegroups/g/thing → /subscriptions/s/resourcegroups/g/thin" in str(
        problem.value
    )
    tape.close()


def test_a_recording_that_could_not_be_written_is_refused_before_the_run(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path, tmp_path / "file" / "below.yaml"):
        with pytest.raises(CassetteError, match="cannot be written"):
            Tape(path, "all")
