"""The forms in which programs print a secret.

A form stands for a text that hides nothing: the secret itself, its Base64 or hexadecimal digits. What only escapes
characters (URL, JSON, XML, shell) is not a form: :mod:`azops_tui.secrets.views` undoes it before the text is searched.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass

from azops_tui.sanitise import clean

SHORTEST = 4
"""Shorter values are not hidden: they occur everywhere, and hiding them would reveal them."""
SHORTEST_PART = 8
"""Minimum length of a line of a multi-line secret, of its Base64 and of anything that may be wrapped."""


@dataclass(frozen=True, slots=True)
class Form:
    """One way to print a secret, as UTF-8."""

    text: bytes
    digits: bool = False
    """True for hexadecimal digits, which programs print with blanks between them."""

    @property
    def key(self) -> bytes:
        """The form without white space, as the text is searched."""
        return self.text.translate(None, b" \t\r\n")


def forms(value: str) -> Iterator[Form]:
    """The forms of a value; they may repeat."""
    plain = clean(value)
    for text in (value, plain, value.strip(), plain.strip()):
        yield Form(_bytes(text))
        yield Form(_bytes(text[::-1]))
    if " " in value:
        yield Form(_bytes(value.replace(" ", "+")))
    if "'" in value:
        for quote in ("'\\''", "'''", "'\"'\"'"):
            yield Form(_bytes(value.replace("'", quote)))
    if "%" in value or "\\" in value or "&" in value:
        from azops_tui.secrets.views import decoded

        # The text is searched with its escapes undone, once and again; so is what the value itself looks like then.
        undone = _bytes(value)
        for _ in range(3):
            undone = decoded(undone)
            yield Form(undone)
    yield from _encoded(value.encode("utf-8", "replace"))
    for wide in ("utf-16-le", "utf-16-be"):
        raw = value.encode(wide, "replace")
        if not value.isascii():
            # The zeros of printed UTF-16 are controls, which the sanitiser drops: ASCII looks like the value itself.
            yield Form(_bytes(clean(raw)))
        yield from _encoded(raw)
    lines = value.splitlines()
    if len(lines) > 1:
        for line in lines:
            if len(line.strip()) >= SHORTEST_PART:
                yield Form(_bytes(line.strip()))
                yield from _encoded(_bytes(line.strip()))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _encoded(raw: bytes) -> Iterator[Form]:
    """Hexadecimal digits and Base64 of bytes."""
    digits = raw.hex()
    for text in (digits, digits.upper()):
        yield Form(text.encode(), digits=True)
    if len(raw) < SHORTEST_PART:
        return
    for before in range(3):
        # The characters that depend on the value alone, at any position in the encoded text.
        text = base64.b64encode(b"\0" * before + raw).decode().rstrip("=")
        is_whole = (before + len(raw)) % 3 == 0
        digits = text[(0, 2, 3)[before] : None if is_whole else -1]
        for alphabet in (digits, digits.replace("+", "-").replace("/", "_")):
            yield Form(alphabet.encode())
            yield Form(alphabet[::-1].encode())
