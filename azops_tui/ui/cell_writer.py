"""Cells of a terminal as escape sequences: of place and style, only what differs from the cell before is written."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

Cell = tuple[str, str]
"""Character and SGR codes of a cell; the second cell of a wide character is empty."""


@dataclass(frozen=True)
class FrameLine:
    """Consecutive cells that a frame draws."""

    row: int
    column: int
    raw: str
    """As the frame has them."""
    cells: list[Cell]

    def cells_by_column(self) -> dict[int, Cell]:
        return {self.column + offset: cell for offset, cell in enumerate(self.cells)}


class CellWriter:
    """Collects runs of cells."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._style = ""
        self._place: tuple[int, int] | None = None
        """Where the cursor is; None if that is not certain."""

    def run(self, row: int, column: int, cells: list[Cell]) -> None:
        """Write cells from a place on."""
        if self._place is not None and self._place[0] == row and column > self._place[1]:
            self._parts.append(f"\x1b[{column - self._place[1]}C")
        elif self._place != (row, column):
            self._parts.append(f"\x1b[{row};{column}H")
        for text, codes in cells:
            if codes != self._style and not (text == " " and _ground(codes) == _ground(self._style)):
                self._parts.append(_change_of_style(self._style, codes))
                self._style = codes
            self._parts.append(text)
        self._place = (row, column + len(cells))

    def raw(self, sequence: str) -> None:
        """Write a sequence that leaves the cursor anywhere."""
        self._parts.append(sequence)
        self._place = None

    def forget_place(self) -> None:
        self._place = None

    def text(self) -> str:
        """All that was written; the style is the default again."""
        if self._style:
            self._parts.append("\x1b[0m")
            self._style = ""
        return "".join(self._parts)


@lru_cache(maxsize=4096)
def _change_of_style(before: str, after: str) -> str:
    """The shortest sequence from one style to another, both as SGR codes."""
    old, new = _attributes(before), _attributes(after)
    whole = f"\x1b[0;{after}m" if after else "\x1b[0m"
    if old is None or new is None:
        return whole
    removed = {_OFF[name] for name in old.keys() - new.keys()}
    kept = {name: codes for name, codes in old.items() if _OFF[name] not in removed}
    added = [codes for name, codes in new.items() if kept.get(name) != codes]
    change = ";".join([*sorted(removed), *added])
    return min(f"\x1b[{change}m", whole, key=len) if change else ""


@lru_cache(maxsize=4096)
def _ground(codes: str) -> object:
    """What of a style is seen of a blank: all but the colour and the weight of the text."""
    attributes = _attributes(codes)
    if attributes is None or attributes.keys() & {"4", "7", "9"}:
        return codes
    return attributes.get("48")


def looks_the_same(shown: Cell | None, new: Cell) -> bool:
    return shown == new or (shown is not None and shown[0] == new[0] == " " and _ground(shown[1]) == _ground(new[1]))


def _attributes(codes: str) -> dict[str, str] | None:
    """Foreground (``38``), background (``48``) and other attributes of SGR codes; None if they are not understood."""
    attributes: dict[str, str] = {}
    words = iter(codes.split(";") if codes else ())
    for word in words:
        if word in ("38", "48"):
            kind = next(words, "")
            if kind not in ("2", "5"):
                return None
            attributes[word] = ";".join([word, kind, *islice(words, 3 if kind == "2" else 1)])
        elif word in _PLACES:
            attributes[_PLACES[word]] = word
        elif word in ("1", "2", "3", "4", "5", "7", "8", "9"):
            attributes[word] = word
        else:
            return None
    return attributes


_PLACES = {
    str(tens + number): name for tens, name in ((30, "38"), (90, "38"), (40, "48"), (100, "48")) for number in range(8)
}
"""The sixteen colours, by their codes: foreground or background."""
_OFF = {"1": "22", "2": "22", "3": "23", "4": "24", "5": "25", "7": "27", "8": "28", "9": "29", "38": "39", "48": "49"}
"""Code that ends each attribute; 22 ends bold and dim."""
