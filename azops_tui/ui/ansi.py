"""Colours that a tool printed (SGR sequences), as styles. Parsed only for visible lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from rich.segment import Segment
from rich.style import Style

from azops_tui.text import strip_ansi
from azops_tui.ui.lines import safe

_SGR = re.compile(r"\x1b\[([0-9;:]*)m")
_NAMES = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
_ON = {1: "bold", 2: "dim", 3: "italic", 4: "underline", 7: "reverse", 9: "strike"}


def segments(text: str, base: Style) -> list[Segment]:
    """Segments of a line: SGR sequences become styles, other escape sequences are dropped."""
    if "\x1b" not in text:
        return [Segment(safe(text), base)]
    result: list[Segment] = []
    style = base
    codes: tuple[int, ...] = ()
    end = 0
    for match in _SGR.finditer(text):
        piece = strip_ansi(text[end : match.start()])
        if piece:
            result.append(Segment(safe(piece), style))
        codes = _codes(codes, match.group(1))
        style = base + _style(codes)
        end = match.end()
    piece = strip_ansi(text[end:])
    if piece:
        result.append(Segment(safe(piece), style))
    return result


def _codes(before: tuple[int, ...], text: str) -> tuple[int, ...]:
    try:
        new = tuple(int(code or 0) for code in text.replace(":", ";").split(";"))
    except ValueError:
        return before
    if 0 in new:
        last = len(new) - 1 - new[::-1].index(0)
        in_colour = any(new[i] in (38, 48) for i in range(last))
        if not in_colour:
            return new[last + 1 :]
    return (before + new)[-24:]


@lru_cache(512)
def _style(codes: tuple[int, ...]) -> Style:
    """The style of a list of SGR codes, applied in order."""
    words: dict[str, str] = {}
    stream = iter(codes)
    for code in stream:
        if code in _ON:
            words[str(code)] = _ON[code]
        elif code in (22, 23, 24, 27, 29):
            for name in {22: "12", 23: "3", 24: "4", 27: "7", 29: "9"}[code]:
                words.pop(name, None)
        elif 30 <= code <= 37 or 90 <= code <= 97:
            words["fg"] = ("bright_" if code >= 90 else "") + _NAMES[code % 10]
        elif 40 <= code <= 47 or 100 <= code <= 107:
            words["bg"] = "on " + ("bright_" if code >= 100 else "") + _NAMES[code % 10]
        elif code in (38, 48):
            colour = _extended(stream)
            if colour:
                words["fg" if code == 38 else "bg"] = colour if code == 38 else f"on {colour}"
        elif code == 39:
            words.pop("fg", None)
        elif code == 49:
            words.pop("bg", None)
    return Style.parse(" ".join(words.values())) if words else Style.null()


def _extended(numbers: Iterator[int]) -> str:
    """Colour after 38 or 48: ``5;N`` or ``2;R;G;B``; empty if it is malformed."""
    kind = next(numbers, None)
    if kind == 5:
        number = next(numbers, None)
        return f"color({number})" if number is not None and 0 <= number <= 255 else ""
    if kind == 2:
        rgb = [next(numbers, -1) for _ in range(3)]
        return f"rgb({rgb[0]},{rgb[1]},{rgb[2]})" if all(0 <= value <= 255 for value in rgb) else ""
    return ""
