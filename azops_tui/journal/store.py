"""The journal: one SQLite file that holds the events of all runs.

An event is written before anyone shows it, so it survives the death of the process; a loss of power may take the last
few. Several azops processes share the file: each transaction writes one event, and writers wait for each other. A lock
tells whether a run is alive: its writer holds ``runs/ID.lock`` beside the journal, and the system releases the lock
however the process ends. A run without a last event whose lock is free was interrupted.
"""

from __future__ import annotations

import fcntl
import json
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import msgspec

from azops_tui import paths
from azops_tui.errors import AzopsError
from azops_tui.events.records import AnyEvent, Event, Notice, Record, RunFinished, RunStarted, RunState, StepFinished

SCHEMA = 1
"""Version that this program writes, kept in the file's ``user_version``."""

_BUSY_SECONDS = 10.0
"""Time that a writer waits for another one."""
_PAGE = 500
"""Events per query."""

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
"""Statements that bring each older version to the next one."""


class JournalError(AzopsError):
    """The journal cannot be used. The text names the file and says what to do."""


class RunRow(msgspec.Struct, frozen=True):
    """Summary of a run."""

    id: int
    path: str
    title: str
    cloud: str
    started: float
    """Seconds since the epoch."""
    finished: float | None
    """None for a running or interrupted run."""
    state: RunState
    steps: int
    """Steps of the document that can be executed."""
    done: int
    failed: int
    skipped: int


class Journal:
    """The event store of all runs. It may be closed more than once; used after that, it raises JournalError."""

    def __init__(self, path: Path | None = None) -> None:
        """Open the journal; create it, and its folder, if it does not exist.

        Args:
            path: the file; by default ``journal.db`` in the state folder.

        Raises:
            JournalError: the file cannot be opened, is not a journal, or was written by a newer azops.
        """
        self.path = path or paths.state() / "journal.db"
        self._held: dict[int, int] = {}
        self._next: dict[int, int] = {}
        self._ends: dict[int, dict[str, str]] = {}
        """Last state of each step of the runs that this process writes."""
        self._decoder: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)
        try:
            paths.private(self.path.parent)
            self._locks = paths.private(self.path.parent / "runs")
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
            self._database = sqlite3.connect(
                self.path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            self._migrate()
        except (OSError, sqlite3.Error) as error:
            raise JournalError(
                f"{self.path}: the journal cannot be opened: {error}. Move the file away, or set XDG_STATE_HOME."
            ) from error

    def _migrate(self) -> None:
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
        """Add a run and return its id. This process is its writer until the run finishes or the journal is closed.

        Args:
            path: the document, listed until :class:`RunStarted` is written.
            title: the document's title, likewise.

        Raises:
            JournalError: the run cannot be written, for example because the disk is full.
        """
        run = 0
        try:
            with self._transaction():
                values = (_row_text(path), _row_text(title), time.time())
                cursor = self._database.execute("INSERT INTO runs (path, title, started) VALUES (?, ?, ?)", values)
                run = int(cursor.lastrowid or 0)
                # Locked before others can see the run; they would list it as interrupted.
                self._held[run] = os.open(self._lock_path(run), os.O_RDWR | os.O_CREAT, 0o600)
                fcntl.flock(self._held[run], fcntl.LOCK_EX)
        except (OSError, sqlite3.Error) as error:
            self._release(run)
            raise JournalError(f"{self.path}: a run could not be written: {error}.") from error
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
        """Write an event of a run that this journal began. Once this returns, the event outlives the process.

        Raises:
            JournalError: the event cannot be written, for example because the disk is full.
        """
        seq = self._next[run]
        try:
            with self._transaction():
                self._database.execute("INSERT INTO events VALUES (?, ?, ?)", (run, seq, _encode(event)))
                self._summarise(run, event)
        except sqlite3.Error as error:
            raise JournalError(f"{self.path}: an event could not be written: {error}.") from error
        self._next[run] = seq + 1
        if isinstance(event, RunFinished):
            self._release(run)
        return Record(run=run, seq=seq, event=event)

    def _summarise(self, run: int, event: Event) -> None:
        """Update the run's row from an event."""
        match event:
            case RunStarted():
                self._database.execute(
                    "UPDATE runs SET path=?, title=?, cloud=?, started=?, steps=? WHERE id=?",
                    (_row_text(event.path), _row_text(event.title), event.cloud, event.at, len(event.steps), run),
                )
            case StepFinished():
                # A step that was executed again counts once, with its last state.
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
        """The latest runs, newest first. A run whose process died is ``interrupted``."""
        return [self._row(row) for row in self._read("SELECT {} FROM runs ORDER BY id DESC LIMIT ?", limit)]

    def run(self, run: int) -> RunRow | None:
        return next((self._row(row) for row in self._read("SELECT {} FROM runs WHERE id=?", run)), None)

    def _read(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """The rows of a query, in which ``{}`` stands for the columns of a run."""
        try:
            return self._database.execute(query.format(_COLUMNS), values).fetchall()
        except sqlite3.Error as error:
            raise JournalError(f"{self.path}: the journal cannot be read: {error}.") from error

    def _row(self, row: tuple[Any, ...]) -> RunRow:
        summary = RunRow(*row)
        if summary.state == "running" and not self._is_alive(summary.id):
            return msgspec.structs.replace(summary, state="interrupted")
        return summary

    def records(self, run: int, *, after: int = 0) -> Iterator[Record]:
        """The events of a run in order, from number ``after`` + 1; also of a run that another azops is writing.

        A notice replaces each event that cannot be decoded: a damaged event, or one that a newer azops wrote.
        """
        while True:
            query = "SELECT seq, body FROM events WHERE run=? AND seq>? ORDER BY seq LIMIT ?"
            page = self._read(query, run, after, _PAGE)
            for seq, body in page:
                yield Record(run=run, seq=seq, event=self._decode(seq, body))
                after = seq
            if len(page) < _PAGE:
                return

    def _decode(self, seq: int, body: bytes) -> AnyEvent:
        try:
            return self._decoder.decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError, TypeError) as error:
            try:
                # Unlike msgspec, json reads the escaped surrogates that stand for bytes that are not UTF-8.
                loose = json.loads(body)
            except ValueError:
                loose = None
            try:
                event: AnyEvent = msgspec.convert(loose, AnyEvent)
                return event
            except msgspec.ValidationError:
                text = f"Event {seq} of this run cannot be read and is left out: {error}."
                at = loose.get("at") if isinstance(loose, dict) else None
                return Notice(at=float(at) if isinstance(at, int | float) else 0.0, text=text, level="warning")

    def close(self) -> None:
        """Close the journal. An unfinished run of this process is interrupted from now on."""
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

    def _is_alive(self, run: int) -> bool:
        """True if a process holds the run's lock."""
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


def _encode(event: AnyEvent) -> bytes:
    """The event as JSON. Surrogates, which stand for bytes that are not UTF-8, become escape sequences."""
    try:
        return msgspec.json.encode(event)
    except UnicodeEncodeError:
        return json.dumps(msgspec.to_builtins(event)).encode()


def _row_text(text: str) -> str:
    """Text that SQLite can store: surrogates as ``\\udce9``."""
    return text.encode("utf-8", "backslashreplace").decode()
