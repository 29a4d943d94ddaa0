"""What the keys of the main screen do, and when they do something."""

from __future__ import annotations

from azops_tui.ui.screens.byhand import ByHand
from azops_tui.ui.screens.finding import Finding
from azops_tui.ui.screens.running import Running

_REPLAY_ACTIONS = ("replay_pause", "replay_step", "replay_speed")
_RUN_ACTIONS = ("run", "run_next", "run_all", "run_from", "edit", "plan", "parameters")


class Actions(Running, ByHand, Finding):
    """All of them, mixed into the main screen."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whether an action makes sense now: the footer shows only those that do."""
        me = self._me
        document = me.document
        selected = document.state.selected
        replaying = me.controller.replaying
        if action in _REPLAY_ACTIONS:
            return replaying
        if action in _RUN_ACTIONS:
            busy = me.controller.busy and action not in ("plan", "parameters") and not self._question_here()
            return not replaying and me.controller.runbook is not None and bool(selected) and not busy
        if action == "stop":
            return me.controller.busy
        if action == "template":
            runbook = me.controller.runbook
            step = runbook.step(selected) if runbook is not None else None
            return step is not None and step.native_kind == "deploy"
        if action == "toggle_code":
            return bool(selected) and not replaying
        if action in ("toggle_output", "output", "into_code"):
            return bool(selected)
        if action == "out_of_code":
            return document.state.in_code
        if action == "back":
            return True
        return True
