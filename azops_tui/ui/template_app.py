"""The template screen as an app, for a template that belongs to no runbook."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from textual.screen import Screen

from azops_tui.arm.describe import Description
from azops_tui.ui.app import AzopsApp
from azops_tui.ui.screens.template import TemplateScreen


class TemplateApp(AzopsApp):
    """The screen alone, for a template that belongs to no runbook."""

    def __init__(
        self,
        file: Path,
        description: Description,
        *,
        hide: Callable[[str], str] = str,
        theme_name: str | None = None,
        ascii_only: bool = False,
    ) -> None:
        super().__init__(theme_name=theme_name, ascii_only=ascii_only)
        self._file = file
        self._description = description
        self._hide = hide

    def get_default_screen(self) -> Screen[None]:
        return TemplateScreen(self._file.name, self._description, hide=self._hide)
