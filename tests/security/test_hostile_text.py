"""Whatever others write, a terminal gets printable text and colours: every verb on a terminal, and the screen."""

from __future__ import annotations

import json
import os
import pty
import re
import sys
import threading
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from azops_tui.azure.profiles import Profile
from azops_tui.ui.app import AzopsApp
from azops_tui.ui.live import LiveController
from tests.cli.azops import azops
from tests.ui.test_main import ready, until

HOSTILE = {
    "title": "\x1b]0;owned\x07",
    "clear": "\x1b[2J\x1b[H",
    "clipboard": "\x1b]52;c;aGk=\x1b\\",
    "c1": "\x9b31m\x9d0;x\x9c",
    "bidi": "\u202etxt.exe\u202c\u2066x\u2069",
    "zero width": "a\u200bb\u2060c\ufeff",
    "bell": "\x07\x08\x08\x0b\x0c",
    "return": "good\rEVIL",
    "tag": "\U000e0041\U000e0042",
    "marks": "e" + "\u0301" * 40,
}
EVIL = "x".join(HOSTILE.values())
_SGR = re.compile(r"\x1b\[[0-9;:]*m")


def unsafe(shown: str) -> list[str]:
    """What a terminal would obey or not show, with what stands around it."""
    text = _SGR.sub("", shown).replace("\r\n", "\n")
    return [
        repr(text[max(0, at - 20) : at + 10])
        for at, char in enumerate(text)
        if char not in "\n\t"
        and (unicodedata.category(char) in ("Cc", "Cf", "Cs") or text[at : at + 8] == "\u0301" * 8)
    ]


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A folder with a document and a template that others wrote, named as they like."""
    folder = tmp_path / f"folder{HOSTILE['bidi']}{HOSTILE['title'][:3]}"
    folder.mkdir()
    quoted = '"' + "".join(f"\\U{ord(char):08x}" for char in EVIL) + '"'
    (folder / "a.md").write_text(
        f"---\ntitle: {quoted}\nazops:\n  params:\n    NAME: {{default: {quoted}, help: {quoted}}}\n"
        f"    TOKEN: {{type: secret, from: env, help: {quoted}}}\n  '\U0000202ekey': 1\n---\n"
        f"# Heading {EVIL}\n\nProse {EVIL} and a [link {EVIL}](missing{HOSTILE['bidi']}.md).\n\n"
        "```bash {name=one tag=evil}\nprintf '%s\\n' \"$NAME\"; "
        "printf '\\033]0;x\\007\\033[2J\\033[31mred\\n'\n```\n\n"
        f"```bash {{name=two {HOSTILE['bidi']}=1 on-error=continue}}\n"
        f"echo {HOSTILE['clear']} >&2; cat '{EVIL}'\n```\n\n"
        f"```yaml {{azops=gate name=three}}\nmessage: {quoted}\n```\n"
    )
    (folder / "t.json").write_text(
        json.dumps(
            {
                "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
                "contentVersion": "1.0.0.0",
                "parameters": {"p" + EVIL: {"type": "string", "defaultValue": EVIL, "metadata": {"description": EVIL}}},
                "variables": {"v": EVIL},
                "resources": [
                    {"type": "A.B/c", "apiVersion": "2020-01-01", "name": EVIL, "tags": {EVIL: "[variables('v')]"}}
                ],
                "outputs": {"o": {"type": "string", "value": EVIL}},
            }
        )
    )
    return folder


def on_terminal(folder: Path, *words: str) -> str:
    """What a terminal gets from azops."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(folder)
        os.execv(sys.executable, [sys.executable, "-m", "azops_tui", *words])
    shown = b""
    timer = threading.Timer(0.5, os.write, (terminal, b"n\n\x03"))
    timer.start()
    try:
        while piece := os.read(terminal, 65536):
            shown += piece
    except OSError:  # the end of a terminal
        pass
    timer.cancel()
    os.close(terminal)
    os.waitpid(child, 0)
    return shown.decode("utf-8", "surrogateescape")


VERBS = (
    ("check", "a.md"),
    ("steps", "a.md"),
    ("run", "a.md", "--dry-run"),
    ("run", "a.md", "--tag", EVIL),
    ("run", EVIL),
    (EVIL,),
    ("run", f"--{EVIL}"),
    ("trust", "a.md"),
    ("secret", "sources", "a.md"),
    ("secret", "set", EVIL),
    ("fmt", "--check", "a.md"),
    ("to-bash", "a.md"),
    ("template", "show", "t.json"),
    ("template", "lint", "t.json"),
    ("template", "expand", "t.json"),
    ("template", "graph", "t.json"),
    ("template", "eval", f"[concat('{EVIL}')]"),
    ("replay", EVIL),
)


@pytest.mark.parametrize("words", VERBS, ids=lambda words: " ".join(words).encode("ascii", "replace").decode()[:30])
def test_a_verb_prints_text_and_colours_only(words: tuple[str, ...], hostile: Path) -> None:
    assert unsafe(on_terminal(hostile, *(word.replace("\0", "") for word in words))) == []


def test_a_run_and_all_that_shows_it_again(hostile: Path) -> None:
    done = azops("run", "a.md", "--yes", cwd=hostile)
    assert "red" in done.stdout, done.stderr
    assert unsafe(done.stdout + done.stderr) == []
    shown = ("history", "history 1", "replay 1 --print", "trust --list", "export 1 --to md")
    for words in (words.split() for words in shown):
        assert unsafe(on_terminal(hostile, *words)) == [], words


def _lines(pilot: Pilot[int]) -> Iterator[str]:
    for line in pilot.app.screen._compositor.render_strips():
        yield "".join(segment.text for segment in line)


async def test_the_screen_shows_text_only(hostile: Path, tmp_path: Path) -> None:
    profile = Profile(name="local", cloud="local")
    controller = LiveController(hostile / "a.md", profile=profile, parameters={}, journal_path=tmp_path / "journal.db")
    async with AzopsApp(controller).run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        await until(pilot, lambda: not controller.unread, 60)
        for keys in (
            (),
            ("p",),
            ("escape",),
            ("P",),
            ("escape",),
            (":",),
            ("escape",),
            ("5",),
            ("6",),
            ("g", "O"),
            ("escape",),
            ("e",),
            ("escape",),
        ):
            await pilot.press(*keys)
            await pilot.pause()
            assert unsafe("\n".join(_lines(pilot))) == [], (keys, type(pilot.app.screen), pilot.app.focused)
