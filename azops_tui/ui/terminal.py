"""Frames for slow links: of what the screen draws, only the cells that the terminal does not show yet are sent."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING

from rich.cells import cell_len

if TYPE_CHECKING:
    from textual.driver import Driver

_TOKEN = re.compile(
    r"\x1b\[(?P<row>\d+);(?P<column>\d+)H|\x1b\[(?P<style>[\d;]*)m|(?P<mode>\x1b\[\?(?!1049)[\d;]+[hl])"
    r"|(?P<text>[^\x1b\x00-\x1f\x7f]+)|(?P<newline>\r?\n)"
)
_GAP = 6
"""Unchanged cells between two changed ones that are sent again, which takes less than to move the cursor."""

Cell = tuple[str, str]
"""Character and SGR codes of a cell; the second cell of a wide character is empty."""


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
        output: list[str] = []
        for row, column, raw, cells in lines:
            if raw and self._raw.get((row, column)) != raw:
                output.append(self._line(row, column, cells))
                for key in [key for key in self._raw if key[0] == row]:
                    del self._raw[key]
                self._raw[(row, column)] = raw
        cursor = (lines[-1][0], lines[-1][1]) if lines and not lines[-1][2] else (0, 0)
        changed = "".join(output)
        if cursor != (0, 0) and (changed or cursor != self._cursor):
            changed += f"\x1b[{cursor[0]};{cursor[1]}H"
        self._cursor = cursor
        return "".join(modes) + changed if modes or changed else ""

    def _line(self, row: int, column: int, cells: list[Cell]) -> str:
        """Bytes that change a row from what it shows to these cells from ``column`` on."""
        shown = self._rows.setdefault(row, {})
        new = {column + offset: cell for offset, cell in enumerate(cells)}
        changed = [at for at, cell in new.items() if shown.get(at) != cell]
        wide = any(not _is_plain(cell) for cell in cells) or any(not _is_plain(shown[at]) for at in new if at in shown)
        shown.update(new)
        if not changed:
            return ""
        if wide:  # terminals disagree about the width of such characters
            return _run(row, column, cells)
        runs: list[list[int]] = []
        for at in changed:
            if runs and at - runs[-1][1] <= _GAP:
                runs[-1][1] = at
            else:
                runs.append([at, at])
        return "".join(_run(row, first, [new[at] for at in range(first, last + 1)]) for first, last in runs)


def _is_plain(cell: Cell) -> bool:
    return len(cell[0]) == 1 and (cell[0].isascii() or cell[0] < "\u2600")


def _run(row: int, column: int, cells: list[Cell]) -> str:
    parts = [f"\x1b[{row};{column}H"]
    style = ""
    for text, codes in cells:
        if codes != style:
            parts.append(f"\x1b[0;{codes}m" if codes else "\x1b[0m")
            style = codes
        parts.append(text)
    if style:
        parts.append("\x1b[0m")
    return "".join(parts)


def _lines(data: str, modes: list[str]) -> list[tuple[int, int, str, list[Cell]]] | None:
    """Row, column, text and cells of each line of a frame; None if the data is anything else."""
    lines: list[tuple[int, int, str, list[Cell]]] = []
    position: tuple[int, int] | None = None
    cells: list[Cell] = []
    style, start, at = "", 0, 0

    def close(end: int) -> None:
        if position is not None:
            lines.append((*position, data[start:end].rstrip("\r\n"), cells))

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
