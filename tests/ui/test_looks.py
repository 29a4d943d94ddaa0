"""Every screen at the sizes that people have, in three themes: nothing raw, no empty half, no line too long."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from textual.pilot import Pilot

from azops_tui.engine.document_file import DocumentFile
from azops_tui.events import records as ev
from azops_tui.ui.app import AzopsApp
from azops_tui.ui.screens.form import ParametersSheet
from azops_tui.ui.screens.home import HomeScreen
from azops_tui.ui.screens.palette import PaletteScreen
from azops_tui.ui.widgets.rows import Rows
from azops_tui.ui.writing.editor import DocumentEditor
from azops_tui.ui.writing.working import WorkingDocument
from tests.ui import fakes
from tests.ui.test_main import ready, until

THEMES = ("azops-dark", "azops-light", "azops-ansi")
SIZES = ((58, 15), (80, 24), (120, 36), (200, 50))
_MARKDOWN = """## Deploy the base

> [!NOTE]
> The masters take two minutes.

> [!WARNING]
> It costs.

- [x] looked
- [ ] done
"""
DOCUMENT = fakes.DOCUMENT.replace("## Deploy the base\n", _MARKDOWN)


class Dashboard(fakes.FakeController):
    is_dashboard = True


async def page(pilot: Pilot[int]) -> None:
    await ready(pilot)


async def outline(pilot: Pilot[int]) -> None:
    screen = await ready(pilot)
    await pilot.press("t")
    await until(pilot, lambda: screen.outline_column.rows.has_focus)


async def form(pilot: Pilot[int]) -> None:
    await ready(pilot)
    await pilot.press("v")
    await until(pilot, lambda: isinstance(pilot.app.screen, ParametersSheet))


async def writing(pilot: Pilot[int]) -> None:
    await ready(pilot)
    await pilot.press("e")
    await until(pilot, lambda: isinstance(pilot.app.focused, DocumentEditor))


async def palette(pilot: Pilot[int]) -> None:
    await ready(pilot)
    await pilot.press("ctrl+p")
    await until(pilot, lambda: isinstance(pilot.app.screen, PaletteScreen))


async def home(pilot: Pilot[int]) -> None:
    await until(pilot, lambda: isinstance(pilot.app.screen, HomeScreen) and bool(pilot.app.screen.query_one(Rows).rows))


async def no_other_text(text: str) -> None:
    """Nothing is edited here."""


def _app(name: str, folder: Path) -> AzopsApp:
    if name == "home":
        return AzopsApp()
    events: list[ev.Event] = {"failure": fakes.failed(), "page": fakes.deploying()}.get(name, fakes.started())
    controller = (Dashboard if name == "dashboard" else fakes.FakeController)(DOCUMENT, events)
    if name == "writing":
        (folder / "cluster.md").write_text(DOCUMENT)
        file = DocumentFile(folder / "cluster.md")
        file.read()
        controller.writing = WorkingDocument(file, no_other_text)
    return AzopsApp(controller)


SHOWN: dict[str, tuple[Callable[[Pilot[int]], object], str]] = {
    "page": (page, "azops"),
    "outline": (outline, "Look at it"),
    "form": (form, "RESOURCE_GROUP"),
    "failure": (page, "InvalidParameter"),
    "writing": (writing, "group"),
    "dashboard": (page, "create-group"),
    "home": (home, "Shipped with azops"),
    "palette": (palette, "Run all steps"),
}
"""How each screen is reached, and words that it must show."""


def lines_of(app: AzopsApp) -> list[str]:
    width, height = app.size
    strips = app.screen._compositor.render_strips()
    return ["".join(segment.text for segment in strip).ljust(width) for strip in strips[:height]]


@pytest.mark.parametrize("name", SHOWN)
async def test_every_screen_at_every_size_in_every_theme(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also: a screen that is resized keeps what it shows."""
    monkeypatch.chdir(tmp_path)
    app = _app(name, tmp_path)
    reach, words = SHOWN[name]
    async with app.run_test(size=SIZES[-1]) as pilot:
        await reach(pilot)  # type: ignore[misc]  # a coroutine function
        for number, size in enumerate(SIZES):
            await pilot.resize_terminal(*size)
            for theme in THEMES[number % 3 :] if number else THEMES:
                app.theme = theme
                await until(pilot, partial(is_drawn, app, size))
                check(lines_of(app), size, name, words)


def is_drawn(app: AzopsApp, size: tuple[int, int]) -> bool:
    lines = lines_of(app)
    return app.size == size and len(lines) == size[1] and any(line.strip() for line in lines)


def check(lines: list[str], size: tuple[int, int], name: str, words: str) -> None:
    shown = "\n".join(lines)
    if size != SIZES[0]:
        assert words in shown, shown
    assert not re.search(r"\[!|\[ \]|\[x\]|:::|</?\w+>", shown), f"Markdown stands raw:\n{shown}"
    assert all(len(line) <= size[0] for line in lines)
    assert halves_with_something(lines, size, name), shown
    if name in ("failure", "dashboard"):
        step = "deploy-base" if name == "failure" else "create-group"
        assert step in lines[-1], shown


def halves_with_something(lines: list[str], size: tuple[int, int], name: str) -> bool:
    """Whether both halves beside each other, and both above each other at the right, say something."""
    if name in ("form", "palette", "home") or size[0] < 100:
        return True
    body = lines[2:-2]
    left, right = [line[: size[0] * 4 // 9] for line in body], [line[size[0] * 5 // 9 :] for line in body]
    parts = [left, right, right[: len(right) * 2 // 3], right[len(right) * 2 // 3 :]]
    return all(re.search(r"\w{3}", "".join(part)) for part in parts)
