"""Secrets are hidden in every form that programs print, whole and in pieces, and so are secrets of known shapes."""

from __future__ import annotations

import base64
import html
import json
import random
import shlex
import textwrap
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from azops_tui.sanitise import Sanitiser, clean
from azops_tui.secrets.redact import MASK, Redactor
from azops_tui.secrets.shapes import SHAPES, Shape
from tests.cli.azops import SHARED

VALUES = (
    "p&ss'w\"ö rd/+=<x>\\n%41!",
    "hunter-22",
    "Zm9vYmFy+/==Zm9vYmFyZm9vYmFy",
    "-----BEGIN K-----\nAAAABBBBCC\nDDDDEEEE\n",
)


def _shell_q(text: str) -> str:
    return "".join(c if c.isalnum() else "$'\\n'" if c == "\n" else "\\" + c for c in text)


def _dollar(text: str) -> str:
    return (
        "$'"
        + "".join(f"\\{byte:03o}" if byte > 126 else chr(byte) for byte in text.encode())
        .replace("\n", "\\n")
        .replace("'", "\\'")
        + "'"
    )


def _go_json(text: str) -> str:
    return json.dumps(text).replace("&", "\\u0026").replace("<", "\\u003C").replace(">", "\\u003e")


def _b64(before: int, wide: str = "utf-8", wrap: int = 0) -> Callable[[str], str]:
    def form(text: str) -> str:
        encoded = base64.b64encode(b"x" * before + text.encode(wide) + b"yz").decode()
        return textwrap.fill(encoded, wrap, initial_indent="    ", subsequent_indent="    ") if wrap else encoded

    return form


FORMS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "reversed": lambda text: text[::-1],
    "hex": lambda text: text.encode().hex(),
    "hex upper": lambda text: text.encode().hex().upper(),
    "hex spaced": lambda text: text.encode().hex(" "),
    "url": lambda text: quote(text, safe=""),
    "url plus": quote_plus,
    "url lower": lambda text: quote(text, safe="").lower() if text.islower() else quote(text, safe="/"),
    "url twice": lambda text: quote(quote(text, safe=""), safe=""),
    "url whole": lambda text: "".join(f"%{byte:02x}" for byte in text.encode()),
    "json": json.dumps,
    "json utf-8": lambda text: json.dumps(text, ensure_ascii=False),
    "json html": _go_json,
    "json twice": lambda text: json.dumps(_go_json(text)),
    "xml": html.escape,
    "xml numbers": lambda text: "".join(f"&#{ord(c)};" for c in text),
    "shell quoted": shlex.quote,
    "shell %q": _shell_q,
    "shell dollar": _dollar,
    "python": repr,
    "utf-16": lambda text: clean(text.encode("utf-16-le")),
    "utf-16 be": lambda text: clean(text.encode("utf-16-be")),
    "colours inside": lambda text: "\x1b[31m".join(text),
    "zero width inside": lambda text: clean("\u200b".join(text), colours=True),
    **{f"base64 +{n}": _b64(n) for n in range(3)},
    **{f"base64 +{n} wrapped": _b64(n, wrap=20) for n in range(3)},
    "base64 utf-16": _b64(0, "utf-16-le"),
    "base64 url": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    "base64 of url": lambda text: quote(_b64(1)(text), safe=""),
}


@pytest.mark.parametrize("name", FORMS)
def test_a_secret_is_hidden_in_every_form(name: str) -> None:
    for value in VALUES:
        text = FORMS[name](value)
        redactor = Redactor([value, *(f"another secret {n}" for n in range(20))])
        shown = redactor.redact(f"before <{text}> after\n")
        assert MASK in shown, (value, text)
        assert shown.startswith("before <")
        assert shown.endswith("> after\n")
        assert len(shown.replace(MASK, "").replace("\x1b[31m", "")) < 40 + text.count("\n"), shown


@pytest.mark.parametrize("name", FORMS)
def test_a_secret_in_pieces_is_hidden_as_in_the_whole(name: str) -> None:
    choice = random.Random(name)
    for value in VALUES:
        text = f"before <{FORMS[name](value)}> after\n" * 2
        redactor = Redactor([value])
        for _ in range(20):
            cuts = sorted(choice.choices(range(len(text)), k=choice.randint(1, 6)))
            sanitiser, stream = Sanitiser(), redactor.stream()
            pieces = [
                stream.feed(sanitiser.feed(text[a:b])) for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)
            ]
            assert "".join(pieces) + stream.flush() == redactor.redact(text), (value, cuts)


def test_ordinary_lines_are_not_held_back() -> None:
    stream = Redactor(["done-secret-value", "entertainment"]).stream()
    assert stream.feed("what to do\n") == "what to do\n"
    assert stream.feed("Password: ") == "Password: "
    assert stream.feed("do\n") == "do\n"
    assert stream.feed("ne-secret-value x\n") == f"{MASK} x\n"


def test_output_is_cleaned_before_it_is_hidden() -> None:
    redactor = Redactor(["hunter-22"])
    for noise in ("\x1b]0;title\x07", "\u200b", "\x00", "\u202e", "\x1b[2K", "\x08"):
        sanitiser, stream = Sanitiser(), redactor.stream()
        text = f"a {noise.join('hunter-22')} b"
        assert stream.feed(sanitiser.feed(text.encode())) + stream.flush() == f"a {MASK} b"


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: f"{shape.label}: {shape.triggers[0]}")
def test_a_secret_of_a_known_shape_is_hidden(shape: Shape) -> None:
    redactor = Redactor()
    shown = redactor.redact(f"x\n{shape.example}\ny")
    assert f"{MASK}({shape.label} 1)" in shown
    [detected] = redactor.detected
    assert detected.value.reveal() in shape.example
    assert detected.value.reveal() not in shown
    assert redactor.redact(shape.counter) == shape.counter
    text = f"x\n{shape.example}\ny\nz\n"
    stream = redactor.stream()
    shown = "".join(map(stream.feed, text)) + stream.flush()
    value = detected.value.reveal()
    assert detected.mask in shown
    assert not any(value[at : at + 12] in shown for at in range(len(value) - 11))
    assert shown.endswith(redactor.redact(text)[-5:])


def test_false_alarms_over_recorded_output_are_rare() -> None:
    folder = SHARED / "azure" / "sessions"
    if not folder.is_dir():
        pytest.skip(f"{folder} is missing")
    redactor = Redactor()
    lines = alarms = 0
    for path in sorted(folder.rglob("*.json"))[::4]:
        text = clean(path.read_bytes())
        lines += text.count("\n")
        alarms += redactor.redact(text).count(f"{MASK}(")
    assert lines > 50_000
    assert alarms < lines / 1000, f"{alarms} masks in {lines} lines"


def test_a_known_value_is_hidden_in_part_when_only_its_beginning_is_printed(tmp_path: Path) -> None:
    key = "".join(random.Random(1).choices("abcdefghijklmnop", k=2000))
    assert Redactor([key]).redact(f"head {key[:500]} tail") == f"head {MASK} tail"
