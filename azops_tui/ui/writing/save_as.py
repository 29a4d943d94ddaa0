"""The question for the name of a scratch page."""

from __future__ import annotations

from typing import ClassVar

from azops_tui.ui.screens.text_prompt import TextPrompt


class NamePrompt(TextPrompt):
    """Returns the path to save to; empty to leave the page where it is."""

    key_hints: ClassVar[tuple[tuple[str, str], ...]] = (("enter", "save there"), ("esc", "back"))

    def __init__(self) -> None:
        hint = "A path; relative ones begin in this folder. The page and its results stay open."
        super().__init__("Save the scratch page as", hint)
