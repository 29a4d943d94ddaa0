"""The question for the name of a file."""

from __future__ import annotations

from typing import ClassVar

from azops_tui.ui.screens.text_prompt import TextPrompt


class NamePrompt(TextPrompt):
    """Returns a path; empty for none.

    Args:
        title: what the path is for.
        hint: what becomes of the file.
    """

    key_hints: ClassVar[tuple[tuple[str, str], ...]] = (("enter", "write it there"), ("esc", "back"))

    def __init__(self, title: str, hint: str) -> None:
        super().__init__(title, f"A path; relative ones begin in this folder. {hint}")
