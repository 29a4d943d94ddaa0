"""The list of runbooks: recent runs, runbooks shipped with azops, files in this folder."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import Screen

from azops_tui import paths
from azops_tui.ui.appearance import app_of
from azops_tui.ui.commands import bindings
from azops_tui.ui.format import age
from azops_tui.ui.glyphs import Glyphs
from azops_tui.ui.lines import Line, safe
from azops_tui.ui.widgets.bars import LineBar, key_hints
from azops_tui.ui.widgets.field import Field
from azops_tui.ui.widgets.rows import Row, Rows, columns, text_row

_TITLE: Line = [(" azops", "strong"), ("   runbooks that act on Azure, and on a local one", "muted")]
RECENT = 8
_FILES = 200
_LOOKED_AT = 65_536
"""Characters of a file read for the list."""


@dataclass(frozen=True)
class Entry:
    """An entry of the list."""

    kind: str
    """``run``, ``shipped`` or ``file``."""
    path: str
    title: str
    run: int = 0
    state: str = ""
    started: float = 0.0
    done: int = 0
    steps: int = 0


class Listed(Message):
    """The list has been read."""

    def __init__(self, entries: list[Entry]) -> None:
        super().__init__()
        self.entries = entries


class HomeScreen(Screen[None]):
    """Shown by ``azops`` without a document."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("home")
    DEFAULT_CSS = """
    HomeScreen { background: $background; }
    HomeScreen .top { dock: top; }
    HomeScreen .bottom { dock: bottom; }
    HomeScreen #frame { border: round $border; height: 1fr; background: $background; }
    HomeScreen Input {
        display: none; height: 1; border: none; padding: 0 1; background: $panel; dock: bottom; margin-bottom: 1;
    }
    HomeScreen Input.-open { display: block; }
    """

    def compose(self) -> ComposeResult:
        yield LineBar(lambda _: _TITLE, "top")
        with Vertical(id="frame") as frame:
            frame.border_title = Content("Runbooks")
            yield Rows(empty="There is no runbook here. `azops open FILE.md` opens one.")
        yield Field()
        yield LineBar(lambda _: self._keys(), "bottom")

    def _keys(self) -> Line:
        entry = self._entry()
        keys = [(app_of(self).marks.enter, "open"), ("/", "filter"), ("?", "help"), ("q", "quit")]
        if entry is not None and entry.run:
            keys.insert(1, ("R", "replay this run"))
        return key_hints(keys)

    def on_mount(self) -> None:
        self.query_one(Rows).focus()
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self.run_worker(self._read(), group="home", exit_on_error=False)

    async def _read(self) -> None:
        self.post_message(Listed(await asyncio.to_thread(entries, Path.cwd())))

    def on_listed(self, message: Listed) -> None:
        rows: list[Row] = []
        marks = app_of(self).marks
        titles = {"run": "Recent runs", "shipped": "Shipped with azops", "file": "Here"}
        for kind, title in titles.items():
            mine = [entry for entry in message.entries if entry.kind == kind]
            if not mine:
                continue
            if rows:
                rows.append(text_row(f"{kind}:gap", []))
            rows.append(text_row(kind, [(f" {title}", "heading")]))
            rows += [_row(entry, marks) for entry in mine]
        self.query_one(Rows).set_rows(rows)
        self.query_one(".bottom").refresh()

    def on_rows_moved(self) -> None:
        self.query_one(".bottom").refresh()

    def on_rows_chosen(self) -> None:
        """A second click acts like enter."""
        self.action_open()

    def _entry(self) -> Entry | None:
        current = self.query_one(Rows).current
        return current.data if current and isinstance(current.data, Entry) else None

    def _open(self, what: Path | int) -> None:
        app_of(self).open(what)

    def action_open(self) -> None:
        entry = self._entry()
        if entry is None:
            return
        if not Path(entry.path).is_file():
            self.notify(safe(f"{entry.path} is not there any more; R shows the run again."), markup=False)
            return
        self._open(Path(entry.path))

    def action_replay(self) -> None:
        entry = self._entry()
        if entry is not None and entry.run:
            self._open(entry.run)

    def action_filter(self) -> None:
        field = self.query_one(Field)
        field.add_class("-open")
        field.focus()

    def on_input_changed(self, event: object) -> None:
        self.query_one(Rows).set_filter(self.query_one(Field).value)

    def on_input_submitted(self) -> None:
        self.query_one(Field).remove_class("-open")
        self.query_one(Rows).focus()

    def action_clear(self) -> None:
        self.query_one(Field).value = ""
        self.on_input_submitted()

    def action_help(self) -> None:
        """Show the keys that work here."""
        from azops_tui.ui.screens.sheets import HelpSheet

        self.app.push_screen(HelpSheet("home", app_of(self).keymap, replaying=False))

    def action_theme(self) -> None:
        self.app.search_themes()

    def action_quit(self) -> None:
        app_of(self).leave()


def _row(entry: Entry, marks: Glyphs) -> Row:
    line: Line = [(f" {marks.state(entry.state)} " if entry.run else "   ", entry.state)]
    if entry.run:
        line += columns((entry.title or entry.path, 40, ""), (f"run {entry.run}", 8, "muted"))
        when = age(time.time() - entry.started)
        line.append((f"  {entry.done}/{entry.steps}  {entry.state}  {when}", "muted"))
    else:
        line += columns((entry.title, 40, ""), (entry.path, 60, "muted"))
    text = f"{entry.title} {entry.path}"
    return Row(f"{entry.kind}:{entry.run}:{entry.path}", lambda _: line, text, entry.path, data=entry)


def entries(folder: Path) -> list[Entry]:
    """Recent runs (one per document), shipped runbooks and the Markdown files of a folder. Reads files."""
    items: list[Entry] = []
    if (paths.state() / "journal.db").is_file():
        from azops_tui.journal.store import Journal, JournalError

        try:
            journal = Journal()
        except JournalError:
            pass
        else:
            seen: set[str] = set()
            for row in journal.runs(50):
                if row.path not in seen and len(seen) < RECENT:
                    seen.add(row.path)
                    items.append(Entry("run", row.path, row.title, row.id, row.state, row.started, row.done, row.steps))
            journal.close()
    for kind, place in (("shipped", paths.shipped("runbooks")), ("file", folder)):
        if place.is_dir():
            items += [entry for path in sorted(place.glob("*.md"))[:_FILES] if (entry := _entry(kind, path))]
    return items


def _entry(kind: str, path: Path) -> Entry | None:
    """Entry of a file, titled by its first heading or its name; None if it has no fence, and so no step."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            text = file.read(_LOOKED_AT)
    except OSError:
        return None
    if "```" not in text and "~~~" not in text:
        return None
    title = next((line[2:].strip() for line in text.split("\n") if line.startswith("# ")), "")
    return Entry(kind, str(path), title or path.name)
