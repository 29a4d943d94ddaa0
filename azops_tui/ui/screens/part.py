"""What the parts of the main screen's keys have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from azops_tui.ui.app import AzopsApp
    from azops_tui.ui.screens.main import MainScreen


class Part:
    """Mixed into the main screen. Every action ends in a command to the controller or in a change of what is shown."""

    _by_hand = ""
    """The step that was started by its key: the bar does not go back to it when news of it comes."""
    prompt_kind = ""
    prompt_pane = False

    @property
    def _me(self) -> MainScreen:
        return cast("MainScreen", self)

    def _selected(self) -> str:
        """Name of the step under the bar."""
        return self._me.document.state.selected

    def _question_here(self) -> bool:
        selected = self._me.document.state.selected
        return any(q.step == selected for q in self._me.controller.view.questions.values())


def look_app(screen: MainScreen) -> AzopsApp:
    """The app."""
    from azops_tui.ui.app import AzopsApp

    app = screen.app
    assert isinstance(app, AzopsApp)
    return app
