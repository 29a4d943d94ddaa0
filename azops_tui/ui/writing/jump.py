"""Jump labels over every target on the screen, and marks."""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from azops_tui.ui.actions.base import Action
from azops_tui.ui.lines import safe
from azops_tui.ui.widgets.document import DocumentView
from azops_tui.ui.widgets.paneframe import PaneFrame
from azops_tui.ui.widgets.rows import Rows

LETTERS = "asdfghjklqwertyuiopzxcvbnm"
"""Letters of labels, those under the fingers first."""


@dataclass(frozen=True)
class JumpTarget:
    """Something on the screen that one can go to."""

    x: int
    y: int
    go: Callable[[], object]


def labels(count: int) -> list[str]:
    """Labels of equal length for a number of targets."""
    if count <= len(LETTERS):
        return list(LETTERS[:count])
    return ["".join(pair) for pair, _ in zip(product(LETTERS, repeat=2), range(count), strict=False)]


class LetterScreen(ModalScreen[str]):
    """Takes the letters of a label; returns it, or an empty text for esc.

    Args:
        labels: the labels that can be typed.
        hint: what the letters do, for the footer.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(letter, f"letter('{letter}')", show=False) for letter in string.ascii_lowercase),
        Binding("escape,space,enter", "close", "Back", show=False),
    ]
    DEFAULT_CSS = """
    LetterScreen { background: $background 0%; }
    LetterScreen .label {
        position: absolute; width: auto; height: 1; background: $warning; color: $background; text-style: bold;
    }
    LetterScreen:ansi { background: ansi_default; }
    """

    def __init__(self, labels: Sequence[str], hint: str) -> None:
        super().__init__()
        self.key_hints = (("a-z", hint), ("esc", "back"))
        self._labels = labels
        self._typed = ""

    def action_letter(self, letter: str) -> None:
        """Take a letter; a label that is complete closes the screen."""
        self._typed += letter
        left = [label for label in self._labels if label.startswith(self._typed)]
        if not left or left == [self._typed]:
            self.dismiss(self._typed if left else "")

    def action_close(self) -> None:
        self.dismiss("")


class JumpScreen(LetterScreen):
    """Shows a label on every target."""

    def __init__(self, targets: Mapping[str, JumpTarget]) -> None:
        super().__init__(list(targets), "go to the label")
        self._targets = targets

    def compose(self) -> ComposeResult:
        for label, target in self._targets.items():
            static = Static(Content(label), classes="label")
            static.styles.offset = (target.x, target.y)
            yield static


class JumpActions:
    """Goes to what is on the screen, and to steps that were marked.

    Args:
        screen: what is labelled.
        document: its steps are targets, and can be marked.
        frame: its panes are targets.
        show_pane: brings a pane to the front.
    """

    def __init__(
        self, screen: Screen[None], document: DocumentView, frame: PaneFrame, show_pane: Callable[[int], None]
    ) -> None:
        self._screen = screen
        self._document = document
        self._frame = frame
        self._show_pane = show_pane
        self._marks: dict[str, str] = {}
        """Names of marked steps, by letter."""

    def table(self) -> Mapping[str, Action]:
        """Actions by command id."""
        return {
            "jump": Action(self.jump),
            "mark.set": Action(self.set_mark, lambda: bool(self._document.selected)),
            "mark.go": Action(
                self.go_to_mark, lambda: bool(self._marks), why_not=lambda: "No step is marked; m marks."
            ),
        }

    def targets(self) -> list[JumpTarget]:
        """Everything in view that one can go to: steps, titles of panes, rows of lists."""
        found: list[JumpTarget] = []
        if self._document.is_on_screen and self._document.size.width:
            x = self._document.region.x
            for y, name in self._document.heads_in_view():
                found.append(JumpTarget(x, self._document.region.y + y, partial(self._go_to_step, name)))
        if self._frame.is_on_screen and self._frame.size.width:
            region = self._frame.region
            for x, number in self._frame.tab_places():
                found.append(JumpTarget(region.x + x, region.y, partial(self._show_pane, number)))
        for rows in self._screen.query(Rows):
            if rows.is_on_screen and rows.size.width:
                first = rows.scroll_offset.y
                for y, row in enumerate(rows.rows[first : first + rows.size.height]):
                    if row.selectable:
                        go = partial(self._go_to_row, rows, row.key)
                        found.append(JumpTarget(rows.region.x, rows.region.y + y, go))
        return found

    def _go_to_step(self, name: str) -> None:
        self._document.focus()
        self._document.show_card(name)

    def _go_to_row(self, rows: Rows, key: str) -> None:
        rows.focus()
        rows.select(key)

    def jump(self) -> None:
        """Label everything in view, and go to the label that is typed."""
        found = self.targets()
        targets = dict(zip(labels(len(found)), found, strict=True))

        def go(label: str | None) -> None:
            if label in targets:
                targets[label].go()

        self._screen.app.push_screen(JumpScreen(targets), go)

    def set_mark(self) -> None:
        """Mark the selected step with a letter."""
        name = self._document.selected

        def mark(letter: str | None) -> None:
            if letter:
                self._marks[letter] = name
                self._screen.notify(safe(f"{name} is marked {letter}."), markup=False, timeout=2)

        self._screen.app.push_screen(LetterScreen(string.ascii_lowercase, "mark the step with this letter"), mark)

    def go_to_mark(self) -> None:
        """Go to the step that has a letter."""

        def go(letter: str | None) -> None:
            name = self._marks.get(letter or "", "")
            if name in self._document.names:
                self._go_to_step(name)
            elif letter:
                self._screen.notify(f"No step is marked {letter}.", markup=False, timeout=3)

        letters = ", ".join(f"{letter} {name}" for letter, name in self._marks.items())
        self._screen.app.push_screen(LetterScreen(string.ascii_lowercase, f"go to a mark: {letters}"), go)
