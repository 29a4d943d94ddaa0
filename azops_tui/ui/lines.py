"""Lines of text as spans with style names: wrapped, cropped and drawn as strips.

Nothing here reads markup, so text from hosts, tools and documents cannot become style, link or escape sequence: what
cannot be printed is shown as ``·``.
"""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len, set_cell_size
from rich.errors import StyleSyntaxError
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from azops_tui.sanitise import limit_marks, replace_marks

Span = tuple[str, str]
"""Text and the names of its styles, such as ``("done", "muted")``; several names are separated by spaces."""
Line = list[Span]


def safe(text: str) -> str:
    """Make control characters visible; tabs become spaces, line ends are kept."""
    if text.isascii() and text.isprintable():
        return text
    return limit_marks(
        "".join(
            character
            if character.isprintable() or character == "\n"
            else "    "
            if character == "\t"
            else _visible(character)
            for character in text
        )
    )


def visible(text: str) -> str:
    """As :func:`safe`, with one character for each, so that a cursor stands where it did; for a single line."""
    if text.isascii() and text.isprintable():
        return text
    marked = "".join(c if c.isprintable() or c == "\t" else _visible(c) or "·" for c in text)
    return replace_marks(marked, "·")


def _visible(character: str) -> str:
    """Replacement for a character that is not printable; joiners and selectors keep their place in a cluster."""
    if character in "\u200d\ufe0e\ufe0f\u00a0\u3000":
        return " " if character in "\u00a0\u3000" else character
    return "" if character == "\r" else "·"


class Palette:
    """Styles by name; a name that the theme does not define is drawn plain.

    Args:
        styles: name to a style as Rich writes it: ``bold #ff0000 on white``.
    """

    def __init__(self, styles: dict[str, str]) -> None:
        self._source = styles
        self._cache: dict[str, Style] = {"": Style.null()}

    def __getitem__(self, names: str) -> Style:
        if names.startswith("#"):
            # A pixel of a picture, and the one below: ``#ff0000/#00ff00``.
            upper, _, lower = names.partition("/")
            return Style(color=upper, bgcolor=lower)
        style = self._cache.get(names)
        if style is None:
            style = Style.combine([self._one(name) for name in names.split()])
            self._cache[names] = style
        return style

    def _one(self, name: str) -> Style:
        try:
            return Style.parse(self._source.get(name, ""))
        except StyleSyntaxError:
            return Style.null()


def width(line: Iterable[Span]) -> int:
    """Cells the line takes."""
    return sum(cell_len(text) for text, _ in line)


def plain(line: Iterable[Span]) -> str:
    """The line's text."""
    return "".join(text for text, _ in line)


def crop(text: str, cells: int, ellipsis: str = "…") -> str:
    """Cut text to at most ``cells`` cells; an ellipsis marks the cut."""
    if cells <= 0:
        return ""
    if cell_len(text) <= cells:
        return text
    return set_cell_size(text, max(0, cells - cell_len(ellipsis))).rstrip() + ellipsis


def fit(text: str, cells: int) -> str:
    """Crop or pad text to exactly ``cells`` cells."""
    return set_cell_size(crop(text, cells), max(0, cells))


def shorten_middle(text: str, cells: int) -> str:
    """Cut the middle out of a text that is too long; both ends stay."""
    if cell_len(text) <= cells:
        return text
    if cells < 5:
        return crop(text, cells)
    left = (cells - 1) // 2
    right = cells - 1 - left
    return text[:left] + "…" + text[-right:]


def crop_line(line: Line, cells: int) -> Line:
    """Cut a line to ``cells`` cells; an ellipsis marks the cut."""
    while line and not line[-1][0].strip():
        line = line[:-1]
    if width(line) <= cells:
        return line
    result: Line = []
    room = cells
    for text, style in line:
        size = cell_len(text)
        if size >= room:
            result.append((crop(text + " ", room), style))
            break
        result.append((text, style))
        room -= size
    return result


def wrap(spans: Iterable[Span], cells: int, *, first: Line | None = None, rest: Line | None = None) -> list[Line]:
    """Break spans into lines of at most ``cells`` cells, at spaces if possible; a newline always breaks.

    Args:
        spans: what to wrap.
        cells: width in cells, prefixes included.
        first: put before the first line (a bullet).
        rest: put before the others (its indent); as wide as ``first``.
    """
    first, rest = first or [], rest or first or []
    lines: list[Line] = []
    current, used = list(first), width(first)
    start, indent = used, width(rest)
    limit = max(cells, indent + 8)

    def close() -> None:
        nonlocal current, used, start
        if current and current[-1][0].isspace() and len(current) > 1:
            current.pop()
        lines.append(current)
        current, used, start = list(rest), indent, indent

    for text, style in spans:
        for number, piece in enumerate(text.split("\n")):
            if number:
                close()
            for word in _words(piece):
                size = cell_len(word)
                if used + size > limit and used > start:
                    close()
                    if word.isspace():
                        continue
                while size > limit - used:
                    head, word = _split(word, limit - used)
                    current.append((head, style))
                    close()
                    size = cell_len(word)
                if used == start and word.isspace() and lines:
                    continue
                if word:
                    current.append((word, style))
                    used += size
    if used > start or not lines:
        close()
    return [_join(line) for line in lines]


def _words(text: str) -> list[str]:
    words: list[str] = []
    for number, part in enumerate(text.split(" ")):
        if number:
            if words and words[-1].isspace():
                words[-1] += " "
            else:
                words.append(" ")
        if part:
            words.append(part)
    return words


def _split(word: str, cells: int) -> tuple[str, str]:
    """Split a word after at most ``cells`` cells and at least one character."""
    end, used = 0, 0
    for character in word:
        used += cell_len(character)
        if used > cells and end:
            break
        end += 1
    return word[:end], word[end:]


def _join(line: Line) -> Line:
    """Join neighbouring spans of the same style."""
    joined: Line = []
    for text, style in line:
        if joined and joined[-1][1] == style:
            joined[-1] = (joined[-1][0] + text, style)
        else:
            joined.append((text, style))
    return joined


def to_strip(line: Line, cells: int, palette: Palette, base: Style) -> Strip:
    """Draw a line as a strip of exactly ``cells`` cells on the base style."""
    segments = [Segment(safe(text), base + palette[style]) for text, style in line if text]
    return Strip(segments).adjust_cell_length(cells, base)
