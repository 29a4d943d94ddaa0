"""The list of runbooks: those run last, files in this folder, runbooks shipped with azops, libraries."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import Screen

from azops_tui import paths
from azops_tui.runbook.languages import kind_of
from azops_tui.ui.appearance import app_of
from azops_tui.ui.commands import bindings
from azops_tui.ui.format import age, count
from azops_tui.ui.glyphs import Glyphs
from azops_tui.ui.libraries import libraries, markdown_files
from azops_tui.ui.lines import Line, safe, shorten_middle, width
from azops_tui.ui.widgets.bars import LineBar, key_hints
from azops_tui.ui.widgets.field import Field
from azops_tui.ui.widgets.rows import Row, Rows, columns, text_row

_TITLE: Line = [(" azops", "strong"), ("   runbooks that act on Azure, and on a local one", "muted")]
RECENT = 8
_FILES = 200
_FENCE = re.compile(r"^[ \t>]*(`{3,}|~{3,})(.*)$", re.MULTILINE)
_LOOKED_AT = 65_536
"""Characters of a file read for the list."""


@dataclass(frozen=True)
class Entry:
    """An entry of the list."""

    kind: str
    """``run``, ``shipped``, ``file``, or ``library`` with its folder."""
    path: str
    title: str
    run: int = 0
    state: str = ""
    started: float = 0.0
    done: int = 0
    steps: int = 0
    cloud: str = ""


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
            yield Rows(
                empty="No runbook is in this folder. n writes one to begin with; `azops open FILE.md` opens another."
            )
        yield Field()
        yield LineBar(lambda _: self._keys(), "bottom")

    def _keys(self) -> Line:
        entry = self._entry()
        keys = [(app_of(self).marks.enter, "open"), ("n", "new"), ("/", "filter"), ("?", "help"), ("q", "quit")]
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
        folder = Path.cwd()
        titles = {"run": "Recent", "file": "Here", "shipped": "Shipped with azops"}
        for entry in message.entries:
            titles.setdefault(entry.kind, entry.kind.capitalize())
        for kind, title in titles.items():
            mine = [entry for entry in message.entries if entry.kind == kind]
            if not mine:
                continue
            if rows:
                rows.append(text_row(f"{kind}:gap", []))
            rows.append(text_row(kind, [(f" {title}", "heading")]))
            rows += [_row(entry, marks, folder) for entry in mine]
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

    def action_new(self) -> None:
        """Write a runbook to begin with, and open it."""
        from azops_tui.engine.new_document import write_new_runbook
        from azops_tui.ui.writing.save_as import NamePrompt
        from azops_tui.ui.writing.working import named

        def write(name: str | None) -> None:
            if not name:
                return
            path = named(name)
            try:
                write_new_runbook(path)
            except FileExistsError:
                self.notify(safe(f"{path} exists; choose another name."), severity="warning", markup=False)
            except OSError as error:
                text = f"{path} cannot be written: {error.strerror or error}"
                self.notify(safe(text), severity="error", markup=False)
            else:
                self._open(path)

        self.app.push_screen(NamePrompt("New runbook", "It has parameters and two steps, and opens at once."), write)

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


def _row(entry: Entry, marks: Glyphs, folder: Path) -> Row:
    path = _shown_path(entry.path, folder)
    if entry.run:
        last = f"{entry.done}/{entry.steps}  {entry.state}  {age(time.time() - entry.started)}"
    else:
        last = count(entry.steps, "step")

    def draw(cells: int) -> Line:
        line: Line = [(f" {marks.state(entry.state)} " if entry.run else "   ", entry.state)]
        cloud = 7 if cells >= 100 else 0
        right = max(12, width([(last, "")]))
        title = max(14, min(44, (cells - right - cloud - 8) // (2 if cells >= 80 else 1)))
        line += columns((entry.title, title, ""))
        room = cells - width(line) - right - cloud - 6
        if room >= 8:
            line += [("  ", ""), *columns((shorten_middle(path, room), room, "muted"))]
        line += [("  ", ""), (last.ljust(right), "muted")]
        return [*line, ("  ", ""), (entry.cloud, "muted")] if cloud else line

    text = f"{entry.title} {path} {entry.state} {entry.cloud}"
    return Row(f"{entry.kind}:{entry.run}:{entry.path}", draw, text, entry.path, data=entry)


def _shown_path(path: str, folder: Path) -> str:
    """The path from a folder, or from the user's home."""
    full = Path(path)
    for base, mark in ((folder, ""), (Path.home(), "~/")):
        if full.is_absolute() and full.is_relative_to(base):
            return mark + str(full.relative_to(base))
    return path


def entries(folder: Path) -> list[Entry]:
    """Documents that were run, the latest first, then shipped ones, those of a folder and of libraries. Reads files.

    Each document comes once.
    """
    items = _recent()
    seen = {str(Path(item.path).resolve()) for item in items}
    places: list[tuple[str, Iterable[Path]]] = [
        ("file", sorted(folder.glob("*.md"))),
        ("shipped", sorted(paths.shipped("runbooks").glob("*.md"))),
        *((f"library {library}", markdown_files(library)) for library in libraries()),
    ]
    for kind, files in places:
        for path in islice(files, _FILES):
            key = str(path.resolve())
            if key not in seen and (entry := _entry(kind, path)) is not None:
                seen.add(key)
                items.append(entry)
    return items


def _recent() -> list[Entry]:
    """The documents that were run last, each with its last run."""
    if not (paths.state() / "journal.db").is_file():
        return []
    from azops_tui.journal.store import Journal, JournalError

    try:
        journal = Journal()
    except JournalError:
        return []
    try:
        latest: dict[str, Entry] = {}
        for row in journal.runs(200):
            if row.path not in latest and len(latest) < RECENT:
                latest[row.path] = Entry(
                    "run", row.path, row.title, row.id, row.state, row.started, row.done, row.steps, row.cloud
                )
        return list(latest.values())
    finally:
        journal.close()


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
    return Entry(kind, str(path), title or path.name, steps=_count_steps(text))


def _count_steps(text: str) -> int:
    """Fences that look like steps: counted without parsing the document."""
    steps, fence = 0, ""
    for match in _FENCE.finditer(text):
        if fence:
            if match[1].startswith(fence) and not match[2].strip():
                fence = ""
            continue
        fence = match[1]
        language = match[2].strip().split(" ")[0].split("{")[0]
        steps += "azops=" in match[2] or kind_of(language) is not None
    return steps
