"""The journal: one SQLite file that holds the events of all runs.

An event is written, and safe from the death of the process, before anyone shows it (a loss of power may take the last
few). Several azops share the file: transactions are one event short, and a writer waits for another. A run whose
process died without a last event is told by a lock: the writer of a run holds ``runs/ID.lock`` beside the journal, the
system releases it whatever ends the process, and a run without an end and without a holder was interrupted.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import msgspec

from azops_tui import paths
from azops_tui.errors import AzopsError
from azops_tui.events.records import AnyEvent, Event, Notice, Record, RunFinished, RunStarted, RunState, StepFinished

SCHEMA = 1
"""The version this program writes, kept in the file's ``user_version``."""

_BUSY_SECONDS = 10.0
"""How long a writer waits for another one."""
_PAGE = 500
"""Events read at a time."""

_MIGRATIONS: dict[int, str] = {
    0: """
        CREATE TABLE runs (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            path TEXT NOT NULL DEFAULT '',
            title TEXT NOT NULL DEFAULT '',
            cloud TEXT NOT NULL DEFAULT '',
            started REAL NOT NULL,
            finished REAL,
            state TEXT NOT NULL DEFAULT 'running',
            steps INTEGER NOT NULL DEFAULT 0,
            done INTEGER NOT NULL DEFAULT 0,
            failed INTEGER NOT NULL DEFAULT 0,
            skipped INTEGER NOT NULL DEFAULT 0
        );
        CREATE TABLE events (
            run INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            body BLOB NOT NULL,
            PRIMARY KEY (run, seq)
        ) WITHOUT ROWID;
    """,
}
"""From each older version to the next one."""


class JournalError(AzopsError):
    """The journal cannot be used: one sentence that names the file and says what to do."""


class RunRow(msgspec.Struct, frozen=True, kw_only=True):
    """A run as the journal lists it."""

    id: int
    path: str
    title: str
    cloud: str
    started: float
    """Seconds since the epoch."""
    finished: float | None
    """None while it runs, and for a run that was interrupted."""
    state: RunState
    steps: int
    """Steps of the document that can be run."""
    done: int
    failed: int
    skipped: int


class Journal:
    """The journal at ``path`` (default: in the state folder). Made when it is not there, with its folder."""

    def __init__(self, path: Path | None = None) -> None:
        """Opens the journal.

        Raises:
            JournalError: the file cannot be opened, is no journal, or was written by a newer azops.
        """
        self.path = path or paths.state() / "journal.db"
        self._held: dict[int, int] = {}
        self._next: dict[int, int] = {}
        self._ends: dict[int, dict[str, str]] = {}
        """How each step of a run of this process ended last."""
        self._encode = msgspec.json.Encoder().encode
        self._decoder: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)
        try:
            paths.private(self.path.parent)
            self._locks = paths.private(self.path.parent / "runs")
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
            self._database = sqlite3.connect(
                self.path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            self._prepare()
        except (OSError, sqlite3.Error) as error:
            raise JournalError(
                f"{self.path}: the journal cannot be opened: {error}. Move the file away, or set XDG_STATE_HOME."
            ) from error

    def _prepare(self) -> None:
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=NORMAL")
        version = self._version()
        if version > SCHEMA:
            self._database.close()
            raise JournalError(
                f"{self.path}: the journal was written by a newer azops (schema {version}, this one knows {SCHEMA}). "
                "Upgrade azops, or set XDG_STATE_HOME."
            )
        if version == SCHEMA:
            return
        with self._transaction():
            for step in range(self._version(), SCHEMA):
                for statement in _MIGRATIONS[step].split(";"):
                    self._database.execute(statement)
                self._database.execute(f"PRAGMA user_version={step + 1}")

    def _version(self) -> int:
        return int(self._database.execute("PRAGMA user_version").fetchone()[0])

    def begin(self, path: str = "", title: str = "") -> int:
        """A new run's id, a small number. This process is its writer until the run is finished or the journal closed.

        ``path`` and ``title`` are what is listed until :class:`RunStarted` says it.

        Raises:
            JournalError: it could not be written, as on a full disk.
        """
        try:
            with self._transaction():
                values = (path, title, time.time())
                cursor = self._database.execute("INSERT INTO runs (path, title, started) VALUES (?, ?, ?)", values)
                run = int(cursor.lastrowid or 0)
                # Held before others can see the run, or they would take it for an interrupted one.
                lock = os.open(self._lock_path(run), os.O_RDWR | os.O_CREAT, 0o600)
                fcntl.flock(lock, fcntl.LOCK_EX)
        except (OSError, sqlite3.Error) as error:
            raise JournalError(f"{self.path}: a run could not be written: {error}.") from error
        self._held[run] = lock
        self._next[run] = 1
        return run

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._database.execute("COMMIT")
        except BaseException:
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
            raise

    def append(self, run: int, event: AnyEvent) -> Record:
        """Writes an event of a run that this journal began; when it returns the event outlives this process.

        Raises:
            JournalError: it could not be written, as on a full disk.
        """
        seq = self._next[run]
        try:
            with self._transaction():
                self._database.execute("INSERT INTO events VALUES (?, ?, ?)", (run, seq, self._encode(event)))
                self._summarise(run, event)
        except sqlite3.Error as error:
            raise JournalError(f"{self.path}: an event could not be written: {error}.") from error
        self._next[run] = seq + 1
        if isinstance(event, RunFinished):
            self._release(run)
        return Record(run=run, seq=seq, event=event)

    def _summarise(self, run: int, event: Event) -> None:
        """Keeps the row of the run in step with its events."""
        match event:
            case RunStarted():
                self._database.execute(
                    "UPDATE runs SET path=?, title=?, cloud=?, started=?, steps=? WHERE id=?",
                    (event.path, event.title, event.cloud, event.at, len(event.steps), run),
                )
            case StepFinished():
                # A step that is run again counts once, as it ended last.
                ends = self._ends.setdefault(run, {})
                ends[event.step] = event.state
                counts = [sum(end == state for end in ends.values()) for state in ("done", "failed", "skipped")]
                self._database.execute("UPDATE runs SET done=?, failed=?, skipped=? WHERE id=?", (*counts, run))
            case RunFinished():
                self._database.execute(
                    "UPDATE runs SET finished=?, state=?, done=?, failed=?, skipped=? WHERE id=?",
                    (event.at, event.state, event.done, event.failed, event.skipped, run),
                )

    def runs(self, limit: int = 100) -> list[RunRow]:
        """The latest runs, newest first. One whose process is gone without a last event is ``interrupted``."""
        rows = self._database.execute(f"SELECT {_COLUMNS} FROM runs ORDER BY id DESC LIMIT ?", (limit,))
        return [self._row(row) for row in rows.fetchall()]

    def run(self, run: int) -> RunRow | None:
        """One run, None if there is none of that number."""
        row = self._database.execute(f"SELECT {_COLUMNS} FROM runs WHERE id=?", (run,)).fetchone()
        return None if row is None else self._row(row)

    def _row(self, row: tuple[object, ...]) -> RunRow:
        shown = dict(zip(_COLUMNS.split(", "), row, strict=True))
        run = shown["id"]
        if shown["state"] == "running" and isinstance(run, int) and not self._alive(run):
            shown["state"] = "interrupted"
        return msgspec.convert(shown, RunRow)

    def records(self, run: int, *, after: int = 0) -> Iterator[Record]:
        """The events of a run in order, those after number ``after``; also of a run that another azops is writing.

        What cannot be read (a damaged event, or one that a newer azops wrote) is replaced by a notice that says so.
        """
        while True:
            page = self._database.execute(
                "SELECT seq, body FROM events WHERE run=? AND seq>? ORDER BY seq LIMIT ?", (run, after, _PAGE)
            ).fetchall()
            for seq, body in page:
                yield Record(run=run, seq=seq, event=self._read(seq, body))
                after = seq
            if len(page) < _PAGE:
                return

    def _read(self, seq: int, body: bytes) -> AnyEvent:
        try:
            return self._decoder.decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError, TypeError) as error:
            text = f"Event {seq} of this run cannot be read and is left out: {error}."
            return Notice(at=_time_in(body), text=text, level="warning")

    def close(self) -> None:
        """Closes the journal. A run of this process that has no last event counts as interrupted from here on."""
        for run in list(self._held):
            self._release(run)
        self._database.close()

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> Literal[False]:
        self.close()
        return False

    def _lock_path(self, run: int) -> Path:
        return self._locks / f"{run}.lock"

    def _release(self, run: int) -> None:
        self._ends.pop(run, None)
        held = self._held.pop(run, None)
        if held is not None:
            self._lock_path(run).unlink(missing_ok=True)
            os.close(held)

    def _alive(self, run: int) -> bool:
        """Whether a process holds the run's lock."""
        if run in self._held:
            return True
        try:
            lock = self._lock_path(run).open("rb")
        except OSError:
            return False
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                return True
        return False


_COLUMNS = ", ".join(RunRow.__struct_fields__)


def _time_in(body: bytes) -> float:
    """When an event happened that cannot be read whole: its ``at``, or 0."""
    try:
        loose = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, TypeError):
        return 0.0
    at = loose.get("at") if isinstance(loose, dict) else None
    return float(at) if isinstance(at, int | float) else 0.0
