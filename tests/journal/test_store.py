"""Every event that was shown is in the journal, however its process ended."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from pathlib import Path
from typing import Literal

import msgspec
import pytest

from azops_tui.events.records import (
    AnyEvent,
    OutputWritten,
    RunFinished,
    RunStarted,
    StepFinished,
    StepInfo,
    StepStarted,
)
from azops_tui.journal.store import Journal, JournalError


def _started(path: str = "a.md") -> RunStarted:
    steps = (StepInfo(name="one", title="One", kind="shell", effects="R", line=3),)
    return RunStarted(at=5.0, path=path, title="A", digest="d", document="# A", cloud="local", steps=steps)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "journal.db"


def test_a_run_from_begin_to_end(path: Path) -> None:
    events: list[AnyEvent] = [
        _started(),
        StepStarted(at=6.0, step="one"),
        OutputWritten(at=6.5, step="one", text="héllo\n\x00"),
        StepFinished(at=7.0, step="one", state="done", duration=1.0, status=0),
        RunFinished(at=8.0, state="done", duration=3.0, done=1),
    ]
    with Journal(path) as journal:
        run = journal.begin()
        written = [journal.append(run, event) for event in events]
        assert [record.seq for record in written] == [1, 2, 3, 4, 5]
        assert list(journal.records(run)) == written
        assert list(journal.records(run, after=3)) == written[3:]
    with Journal(path) as journal:
        row = journal.run(run)
        assert row is not None
        assert (row.path, row.title, row.cloud, row.state) == ("a.md", "A", "local", "done")
        assert (row.started, row.finished, row.steps, row.done, row.failed) == (5.0, 8.0, 1, 1, 0)
        assert journal.runs(10) == [row]
        assert journal.run(99) is None
        assert list(journal.records(run)) == written


def test_a_step_that_is_run_again_counts_once(path: Path) -> None:
    with Journal(path) as journal:
        run = journal.begin()
        journal.append(run, _started())
        ends: tuple[Literal["done", "failed", "skipped"], ...] = ("done", "failed", "done", "skipped")
        for state in ends:
            journal.append(run, StepFinished(at=7.0, step="one", state=state, duration=1.0))
        row = journal.run(run)
        assert row is not None
        assert (row.steps, row.done, row.failed, row.skipped) == (1, 0, 0, 1)


def test_only_the_owner_may_read(path: Path) -> None:
    with Journal(path) as journal:
        journal.append(journal.begin(), _started())
        for file in path.parent.rglob("*"):
            expected = 0o700 if file.is_dir() else 0o600
            assert stat.S_IMODE(file.stat().st_mode) == expected, file


_WRITER = """
import sys, time
from pathlib import Path
from azops_tui.events.records import OutputWritten, RunStarted
from azops_tui.journal.store import Journal
journal = Journal(Path(sys.argv[1]))
run = journal.begin()
journal.append(run, RunStarted(at=1.0, path="b.md", title="B", digest="", document="", cloud=""))
for number in range(int(sys.argv[2])):
    journal.append(run, OutputWritten(at=1.0, text=str(number)))
    print(number, flush=True)
if len(sys.argv) > 3:
    time.sleep(60)
journal.close()
"""


def test_a_run_whose_process_was_killed_is_interrupted(path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", _WRITER, str(path), "20", "wait"], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        shown = [process.stdout.readline().decode().strip() for _ in range(20)]
        with Journal(path) as journal:
            assert [row.state for row in journal.runs()] == ["running"]
        process.send_signal(signal.SIGKILL)
        process.wait()
    with Journal(path) as journal:
        (row,) = journal.runs()
        assert (row.state, row.finished, row.path) == ("interrupted", None, "b.md")
        texts = [record.event.text for record in journal.records(row.id) if isinstance(record.event, OutputWritten)]
        assert texts == shown


def test_two_processes_and_a_reader_do_not_disturb_each_other(path: Path) -> None:
    command = [sys.executable, "-c", _WRITER, str(path), "300"]
    writers = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(2)]
    with Journal(path) as journal:
        own = journal.begin("own.md", "Own")
        for number in range(300):
            journal.append(own, OutputWritten(at=1.0, text=str(number)))
            if number % 50 == 0:
                journal.runs()
        assert [writer.wait() for writer in writers] == [0, 0]
        assert len({row.id for row in journal.runs()}) == 3
        for row in journal.runs():
            texts = [r.event.text for r in journal.records(row.id) if isinstance(r.event, OutputWritten)]
            assert texts == [str(number) for number in range(300)]


def test_a_run_is_never_seen_as_interrupted_while_it_begins(path: Path) -> None:
    seen: set[str] = set()
    done = threading.Event()

    def watch() -> None:
        with Journal(path) as reader:
            while not done.is_set():
                seen.update(row.state for row in reader.runs())

    with Journal(path) as journal:
        thread = threading.Thread(target=watch)
        thread.start()
        for _ in range(50):
            journal.begin()
        done.set()
        thread.join()
    assert seen <= {"running"}


def test_an_event_that_cannot_be_read_is_replaced_by_a_notice(path: Path) -> None:
    with Journal(path) as journal:
        run = journal.begin()
        for number in range(3):
            journal.append(run, OutputWritten(at=9.0, text=str(number)))
    with sqlite3.connect(path) as database:
        database.execute("UPDATE events SET body=? WHERE seq=1", (b'{"type":"FromTheFuture","at":4.5}',))
        database.execute("UPDATE events SET body=? WHERE seq=2", (b"\xff{",))
    database.close()
    with Journal(path) as journal:
        first, second, third = (record.event for record in journal.records(run))
    assert (first.at, second.at, third.at) == (4.5, 0.0, 9.0)
    assert "Event 1 of this run cannot be read" in getattr(first, "text", "")
    assert "Event 2 of this run cannot be read" in getattr(second, "text", "")


def test_text_that_is_not_utf8_is_stored_and_read_back(path: Path) -> None:
    text = b"caf\xe9".decode("utf-8", "surrogateescape")
    with Journal(path) as journal:
        run = journal.begin(text, text)
        journal.append(run, msgspec.structs.replace(_started(text), title=text))
        written = journal.append(run, OutputWritten(at=1.0, step="one", text=text + "\ud800"))
        finished = journal.append(run, RunFinished(at=2.0, state="failed", duration=1.0, failed=1))
    with Journal(path) as journal:
        (row,) = journal.runs()
        assert (row.state, row.failed, row.path, row.title) == ("failed", 1, "caf\\udce9", "caf\\udce9")
        started, *others = journal.records(run)
        assert isinstance(started.event, RunStarted)
        assert started.event.path == text
        assert others == [written, finished]


def test_a_journal_may_be_closed_twice_and_cannot_be_used_after_that(path: Path) -> None:
    journal = Journal(path)
    run = journal.begin("a.md")
    journal.append(run, _started())
    journal.close()
    journal.close()
    with pytest.raises(JournalError, match="event could not be written"):
        journal.append(run, RunFinished(at=2.0, state="done", duration=1.0))
    with pytest.raises(JournalError, match="cannot be read"):
        journal.runs()
    with Journal(path) as other:
        assert [row.state for row in other.runs()] == ["interrupted"]


def test_a_file_that_is_not_a_journal(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"not a database, but a file of some length" * 20)
    with pytest.raises(JournalError, match=r"journal\.db: the journal cannot be opened"):
        Journal(path)


def test_a_newer_journal_is_left_alone(path: Path) -> None:
    Journal(path).close()
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version=99")
    database.close()
    with pytest.raises(JournalError, match="newer azops"):
        Journal(path)


def test_folders_are_made_and_the_default_is_in_the_state_folder(own_folders: Path) -> None:
    with Journal() as journal:
        assert journal.path == own_folders / ".local/state/azops/journal.db"
        assert os.path.exists(journal.path)
