"""Frames for slow links: of what the screen draws, only the cells that the terminal does not show yet are sent."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING

from rich.cells import cell_len

from azops_tui.ui.cell_writer import Cell, CellWriter, FrameLine, looks_the_same
from azops_tui.ui.scrolling import moved

if TYPE_CHECKING:
    from textual.driver import Driver

_TOKEN = re.compile(
    r"\x1b\[(?P<row>\d+);(?P<column>\d+)H|\x1b\[(?P<style>[\d;]*)m|(?P<mode>\x1b\[\?(?!1049)[\d;]+[hl])"
    r"|(?P<text>[^\x1b\x00-\x1f\x7f]+)|(?P<newline>\r?\n)"
)
_GAP = 6
"""Unchanged cells between two changed ones that are sent again, which takes less than to move the cursor."""


class FrameFilter:
    """Reduces frames to the cells that differ from those sent before.

    Text that is not a frame passes unchanged, and with it what the terminal shows counts as unknown.
    """

    def __init__(self) -> None:
        self._rows: dict[int, dict[int, Cell]] = {}
        self._raw: dict[tuple[int, int], str] = {}
        """Last text drawn at each position, to skip equal lines unread."""
        self._cursor = (0, 0)

    def forget(self) -> None:
        """Take nothing for shown any more, such as after a resize."""
        self._rows.clear()
        self._raw.clear()
        self._cursor = (0, 0)

    def reduce(self, data: str) -> str:
        """The data, without the cells that the terminal shows already."""
        modes: list[str] = []
        lines = _lines(data, modes)
        if lines is None:
            self.forget()
            return data
        changed_lines: list[FrameLine] = []
        for line in lines:
            if line.raw and self._raw.get((line.row, line.column)) != line.raw:
                changed_lines.append(line)
                for key in [key for key in self._raw if key[0] == line.row]:
                    del self._raw[key]
                self._raw[(line.row, line.column)] = line.raw
        changed = self._change(changed_lines)
        cursor = (lines[-1].row, lines[-1].column) if lines and not lines[-1].raw else (0, 0)
        if cursor != (0, 0) and (changed or cursor != self._cursor):
            changed += f"\x1b[{cursor[0]};{cursor[1]}H"
        self._cursor = cursor
        return "".join(modes) + changed if modes or changed else ""

    def _change(self, lines: list[FrameLine]) -> str:
        """The shorter of two ways to show these lines: write their cells, or scroll first where the text has moved."""
        scroll = moved(lines, self._rows)
        plain = CellWriter()
        rows = {row: dict(cells) for row, cells in self._rows.items()} if scroll is not None else {}
        for line in lines:
            shown = self._rows.setdefault(line.row, {})
            _write_line(plain, line.row, line.cells_by_column(), shown)
        text = plain.text()
        if scroll is None:
            return text
        scrolled = CellWriter()
        scrolled.raw(scroll.sequence())
        shifted = scroll.shift(rows)
        for row in range(scroll.top, scroll.bottom + 1):
            _write_line(scrolled, row, self._rows[row], shifted.get(row, {}))
        for line in lines:
            if not scroll.top <= line.row <= scroll.bottom:
                _write_line(scrolled, line.row, line.cells_by_column(), rows.get(line.row, {}))
        return min(scrolled.text(), text, key=len)


def _write_line(output: CellWriter, row: int, new: dict[int, Cell], shown: dict[int, Cell]) -> None:
    """Write what changes a row from what it shows to these cells; they are shown then."""
    changed = [at for at, cell in new.items() if not looks_the_same(shown.get(at), cell)]
    wide = any(not _is_plain(cell) for cell in new.values()) or any(
        not _is_plain(shown[at]) for at in new if at in shown
    )
    shown.update(new)
    if not changed:
        return
    first, last = min(new), max(new)
    if wide:  # terminals disagree about the width of such characters
        output.run(row, first, [new[at] for at in range(first, last + 1)])
        output.forget_place()
        return
    runs: list[list[int]] = []
    for at in sorted(changed):
        if runs and at - runs[-1][1] <= _GAP:
            runs[-1][1] = at
        else:
            runs.append([at, at])
    for begin, end in runs:
        output.run(row, begin, [new[at] for at in range(begin, end + 1)])


def _is_plain(cell: Cell) -> bool:
    return len(cell[0]) == 1 and (cell[0].isascii() or cell[0] < "\u2600")


def _lines(data: str, modes: list[str]) -> list[FrameLine] | None:
    """The lines of a frame; None if the data is anything else."""
    lines: list[FrameLine] = []
    position: tuple[int, int] | None = None
    cells: list[Cell] = []
    style, start, at = "", 0, 0

    def close(end: int) -> None:
        if position is not None:
            lines.append(FrameLine(*position, data[start:end].rstrip("\r\n"), cells))

    while at < len(data):
        match = _TOKEN.match(data, at)
        if match is None:
            return None
        at = match.end()
        if match["row"]:
            close(match.start())
            position, start, cells = (int(match["row"]), int(match["column"])), at, []
        elif match["style"] is not None:
            codes = match["style"]
            style = "" if codes in ("", "0") else f"{style};{codes}" if style else codes
        elif match["mode"]:
            if cells:
                return None
            modes.append(match["mode"])
        elif match["newline"]:
            if at < len(data) and not data.startswith("\x1b[", at):
                return None
        else:
            if position is None:
                return None
            _add(cells, match["text"], style)
    close(len(data))
    return lines if position is not None or modes else None


def _add(cells: list[Cell], text: str, style: str) -> None:
    if text.isascii():
        cells.extend((character, style) for character in text)
        return
    for character in text:
        size = cell_len(character)
        if size:
            cells.append((character, style))
            cells.extend([("", style)] * (size - 1))
        elif cells:
            last = next(index for index in range(len(cells) - 1, -1, -1) if cells[index][0])
            cells[last] = (cells[last][0] + character, cells[last][1])


def driver_class() -> type[Driver] | None:
    """The driver for a slow link: over SSH, if the system has Textual's own driver for terminals; else None."""
    if not os.environ.get("SSH_CONNECTION") or sys.platform == "win32":
        return None
    from textual.drivers.linux_driver import LinuxDriver

    class LeanDriver(LinuxDriver):
        """Sends only cells that the terminal does not show."""

        _filter = FrameFilter()
        _sent_size: tuple[int, int] | None = None

        def write(self, data: str) -> None:
            size = self._get_terminal_size()
            if size != self._sent_size:
                self._filter.forget()
                self._sent_size = size
            reduced = self._filter.reduce(data)
            if reduced:
                super().write(reduced)

        def start_application_mode(self) -> None:
            self._filter.forget()
            super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual leaves it untyped

    return LeanDriver
