"""Actions that run steps, and that open what a step is and wrote."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from textual.screen import Screen

from azops_tui.events.step_view import Question
from azops_tui.runbook.model import Runbook, Step
from azops_tui.ui.actions.base import Action
from azops_tui.ui.controller import Controller, LiveRun, UserError
from azops_tui.ui.event_log import EventLog
from azops_tui.ui.lines import safe
from azops_tui.ui.screens.dialogs import Ask, Dialog, DialogAnswer
from azops_tui.ui.tasks import Tasks
from azops_tui.ui.widgets.document import DocumentView

if TYPE_CHECKING:
    from azops_tui.arm.describe import Description

_AGREE = {"mutate": "Go on", "destroy": "Delete", "gate": "Approve", "hostkey": "Trust this key"}


class RunActions:
    """Runs steps and answers their questions.

    Args:
        screen: shows dialogs.
        controller: the run.
        tasks: runs the commands.
        document: whose selected step the actions apply to.
    """

    def __init__(self, screen: Screen[None], controller: Controller, tasks: Tasks, document: DocumentView) -> None:
        self._screen = screen
        self._controller = controller
        self._tasks = tasks
        self._document = document
        self.started_by_key = ""
        """Step that a person started by its key: the selection does not return to it when its events arrive."""

    def table(self) -> Mapping[str, Action]:
        """Actions by command id."""
        return {
            "run.step": Action(self.run_step, self._can_run),
            "run.next": Action(self.run_next, self._can_run),
            "run.all": Action(self.run_all, self._can_run),
            "run.from": Action(self.run_from, self._can_run),
            "run.stop": Action(self.stop, self._is_busy),
            "run.plan": Action(self.show_plan, self._has_steps),
            "run.parameters": Action(self.edit_parameters, self._has_steps),
            "step.edit": Action(self.edit, self._can_run),
        }

    def _has_steps(self) -> bool:
        controller = self._controller
        return controller.live is not None and controller.runbook is not None and bool(self._document.selected)

    def _is_busy(self) -> bool:
        return self._controller.live is not None and self._controller.live.busy

    def _can_run(self) -> bool:
        return self._has_steps() and (not self._is_busy() or self._question(self._document.selected) is not None)

    def _question(self, step: str) -> Question | None:
        return next((q for q in self._controller.view.questions.values() if q.step == step), None)

    def _require_live(self) -> LiveRun:
        if self._controller.live is None:
            raise UserError("This is a replay: nothing is run.")
        return self._controller.live

    def run_step(self) -> None:
        """Run the selected step; toggle its code if that is selected; answer its question if it has one."""
        step = self._document.selected
        question = self._question(step)
        if self._document.state.in_code:
            self._document.toggle_code()
        elif question is not None:
            self.ask(question)
        else:
            self.started_by_key = step
            self._tasks.start(lambda: self._require_live().run_step(step))

    def run_next(self) -> None:
        """Run the selected step and select the next one if it succeeds."""
        step = self.started_by_key = self._document.selected

        def select_next(_: None) -> None:
            if self._controller.view.step(step).state in ("done", "skipped"):
                self._document.select_next()

        self._tasks.start(lambda: self._require_live().run_step(step), select_next)

    def run_all(self) -> None:
        """Run all steps that are not done."""
        self.started_by_key = ""
        self._tasks.start(lambda: self._require_live().run_all())

    def run_from(self) -> None:
        """Run the selected step and all that follow."""
        step = self._document.selected
        self.started_by_key = ""
        self._tasks.start(lambda: self._require_live().run_from(step))

    def stop(self) -> None:
        """Stop the running step."""
        self._tasks.start(lambda: self._require_live().stop(), group="stop")

    def ask(self, question: Question) -> None:
        """Show a question that the run waits for."""
        ask = Ask(
            title=question.title,
            lines=question.lines,
            agree=_AGREE[question.kind],
            typed=question.typed,
            note=question.kind == "gate",
            harm=question.kind == "destroy",
            paste=not self._controller.place.production,
        )

        def answer(answer: DialogAnswer | None) -> None:
            reply = answer or DialogAnswer(False)
            self._tasks.start(
                lambda: self._require_live().answer(question.id, reply.accepted, typed=reply.typed, note=reply.note),
                group="answer",
            )

        self._screen.app.push_screen(Dialog(ask), answer)

    def edit(self) -> None:
        """Edit the selected step in ``$EDITOR``, for this run."""
        from azops_tui.ui.editor import edit_text

        name = self._document.selected
        step = self._controller.view.steps.get(name)
        if step is None:
            return
        suffix = ".py" if step.kind == "python" else ".yaml" if step.kind.startswith("azops=") else ".sh"
        try:
            text = edit_text(self._screen.app, step.code, suffix)
        except UserError as error:
            self._screen.notify(safe(str(error)), severity="error", markup=False)
            return
        if text is not None and text != step.code:
            self._tasks.start(lambda: self._require_live().edit(name, text), group="edit")

    def show_plan(self) -> None:
        from azops_tui.ui.screens.plan import plan_sheet

        self._screen.app.push_screen(plan_sheet(self._controller, self._document.names))

    def edit_parameters(self) -> None:
        """Show the form of parameters."""
        from azops_tui.ui.screens.form import ParametersSheet

        live = self._require_live()

        def save(values: dict[str, str] | None) -> None:
            if values:
                self._tasks.start(lambda: live.set_parameters(values), group="parameters")

        self._screen.app.push_screen(ParametersSheet(live), save)


class StepActions:
    """Opens and folds what the selected step is and wrote."""

    def __init__(
        self,
        screen: Screen[None],
        controller: Controller,
        tasks: Tasks,
        document: DocumentView,
        event_log: EventLog,
    ) -> None:
        self._screen = screen
        self._controller = controller
        self._tasks = tasks
        self._document = document
        self._event_log = event_log

    def table(self) -> Mapping[str, Action]:
        """Actions by command id."""

        def selected() -> bool:
            return bool(self._document.selected)

        def selected_in_live_run() -> bool:
            # A replay pauses with the same key.
            return selected() and self._controller.live is not None

        return {
            "step.code": Action(self._document.toggle_code, selected_in_live_run),
            "step.into": Action(lambda: self._document.set_in_code(True), selected),
            "step.out": Action(lambda: self._document.set_in_code(False), lambda: self._document.state.in_code),
            "step.output": Action(self._document.toggle_output, selected),
            "step.output-screen": Action(self.show_output, selected),
            "step.template": Action(self.show_template, self._deploys),
        }

    def _step(self) -> Step | None:
        runbook = self._controller.runbook
        return runbook.step(self._document.selected) if runbook is not None else None

    def _deploys(self) -> bool:
        step = self._step()
        return step is not None and step.native_kind == "deploy"

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
