"""The selected step: keys act on it only in view, and open what it is and wrote."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual.screen import Screen

from azops_tui.runbook import edits
from azops_tui.runbook.model import Runbook, Step
from azops_tui.text import strip_ansi
from azops_tui.ui.actions.base import Action
from azops_tui.ui.controller import Controller
from azops_tui.ui.event_log import EventLog
from azops_tui.ui.lines import crop, safe
from azops_tui.ui.tasks import Tasks
from azops_tui.ui.widgets.document import DocumentView

if TYPE_CHECKING:
    from azops_tui.arm.describe import Description

DASHBOARD = "This is a dashboard: it shows no code, and what runs cannot be changed."
NAME_CELLS = 26
"""Maximum length of a step's name in the footer."""


class SelectedStep:
    """Guards actions on the selected step: a step that is out of view is only brought into view.

    Args:
        document: has the selection.
        reveal: shows the document where a pane covers it.
    """

    def __init__(self, document: DocumentView, reveal: Callable[[], None]) -> None:
        self._document = document
        self._reveal = reveal

    def acting(self, act: Callable[[], None]) -> Callable[[], None]:
        """The action, which the first press replaces by bringing the step into view."""

        def execute() -> None:
            if self._document.sees_selected or not self._document.selected:
                act()
            else:
                self._reveal()
                self._document.show_step()

        return execute

    def label(self, verb: str, *, named: bool = False) -> Callable[[], str]:
        """Label of the action: with the name of the step, or what the key does instead."""

        def text() -> str:
            name = crop(safe(self._document.selected), NAME_CELLS)
            if not self._document.sees_selected:
                return f"show {name}" if named else ""
            return f"{verb} {name}" if named else verb

        return text


class StepActions:
    """Opens and folds what the selected step is and wrote."""

    def __init__(
        self,
        screen: Screen[None],
        controller: Controller,
        tasks: Tasks,
        document: DocumentView,
        event_log: EventLog,
        selected_step: SelectedStep,
    ) -> None:
        self._selected = selected_step
        self._screen = screen
        self._controller = controller
        self._tasks = tasks
        self._document = document
        self._event_log = event_log

    def table(self) -> Mapping[str, Action]:
        """Actions by command id."""
        acting = self._selected.acting

        def none_failed() -> str:
            return "No step has failed."

        def selected() -> bool:
            return bool(self._document.selected)

        def selected_in_live_run() -> bool:
            # A replay pauses with the same key.
            return can_show_code() and self._controller.live is not None

        def can_show_code() -> bool:
            return selected() and not self._document.state.is_dashboard

        def why_no_code() -> str:
            return DASHBOARD if self._document.state.is_dashboard else ""

        return {
            "step.code": Action(acting(self._document.toggle_code), selected_in_live_run, why_not=why_no_code),
            "step.into": Action(acting(lambda: self._document.set_in_code(True)), can_show_code, why_not=why_no_code),
            "step.out": Action(lambda: self._document.set_in_code(False), lambda: self._document.state.in_code),
            "step.markdown": Action(acting(self.copy_markdown), can_show_code, why_not=why_no_code),
            "step.failed-before": Action(partial(self.go_to_failed, -1), self._any_failed, why_not=none_failed),
            "step.failed-after": Action(partial(self.go_to_failed, 1), self._any_failed, why_not=none_failed),
            "step.output": Action(acting(self._document.toggle_output), selected),
            "step.output-screen": Action(acting(self.show_output), selected),
            "step.template": Action(
                acting(self.show_template),
                lambda: self._deploys() and can_show_code(),
                why_not=lambda: why_no_code() or "This step deploys no template.",
            ),
        }

    def _step(self) -> Step | None:
        runbook = self._controller.runbook
        return runbook.step(self._document.selected) if runbook is not None else None

    def _any_failed(self) -> bool:
        return bool(self._controller.view.failed)

    def go_to_failed(self, by: int) -> None:
        """Select the failed step before (-1) or after (1) the selected one; behind the last comes the first."""
        names = self._document.names
        failed = [names.index(step.name) for step in self._controller.view.failed if step.name in names]
        if not failed:
            return
        here = names.index(self._document.selected)
        ahead = [place for place in failed[::by] if (place - here) * by > 0]
        self._document.show_card(names[(ahead or failed[::by])[0]])

    def _deploys(self) -> bool:
        step = self._step()
        return step is not None and step.native_kind == "deploy"

    def copy_markdown(self) -> None:
        """Copy the selected step and its output as Markdown, as the run shows them: without secrets."""
        from azops_tui.ui.appearance import app_of
        from azops_tui.ui.clipboard import copy

        view, step = self._controller.view.steps.get(self._document.selected), self._step()
        if view is None:
            return
        info = step.block.info if step is not None else "bash"
        parts = [edits.fenced(info, view.code)]
        output = self._event_log.outputs.get(view.name)
        lines = [strip_ansi(line) for line in output.tail()] if output is not None else []
        if any(lines):
            parts.append(edits.fenced("text", "\n".join(lines)))
        copy(app_of(self._screen), "\n".join(parts))

    def show_output(self) -> None:
        """Show the output of the selected step on the whole screen."""
        from azops_tui.ui.screens.output import OutputScreen

        self._screen.app.push_screen(OutputScreen(self._controller, self._event_log, self._document.selected))

    def show_template(self) -> None:
        """Show the template that the selected step deploys; with several, ask which."""
        from azops_tui.ui.screens.menus import Choice, Menu
        from azops_tui.ui.templates import files_of

        runbook, step = self._controller.runbook, self._step()
        files = files_of(step)
        if runbook is None or step is None or not files:
            self._screen.notify("This step deploys no template.", severity="warning", markup=False)
        elif len(files) == 1:
            self._show_template_file(runbook, step, files[0])
        else:
            self._screen.app.push_screen(
                Menu("Which template", [Choice(file, file) for file in files]),
                lambda file: self._show_template_file(runbook, step, file) if file else None,
            )

    def _show_template_file(self, runbook: Runbook, step: Step, file: str) -> None:
        from azops_tui.ui.screens.template import TemplateScreen
        from azops_tui.ui.templates import describe_template

        values = {p.name: p.default for p in runbook.parameters if p.default is not None and p.type != "secret"}
        if self._controller.live is not None:
            values |= self._controller.live.parameters
        values |= {v.name: v.value for v in self._controller.view.variables.values() if not v.secret}
        for parameter in runbook.parameters:
            if parameter.type == "secret":
                values.pop(parameter.name, None)

        def show(description: Description) -> None:
            self._screen.app.push_screen(TemplateScreen(Path(file).name, description))

        folder = runbook.path.resolve().parent
        self._tasks.start(lambda: describe_template(step, file, folder, values), show, group="template")
