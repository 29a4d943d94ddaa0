"""Actions that run steps, and that open what a step is and wrote."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from textual.screen import Screen

from azops_tui.events.step_view import Question
from azops_tui.ui.actions.base import Action
from azops_tui.ui.actions.opening import OpeningQuestions
from azops_tui.ui.actions.step import SelectedStep
from azops_tui.ui.controller import Controller, LiveRun
from azops_tui.ui.problems import UserError
from azops_tui.ui.screens.dialogs import Ask, Dialog, DialogAnswer
from azops_tui.ui.tasks import Tasks
from azops_tui.ui.widgets.document import DocumentView

if TYPE_CHECKING:
    from azops_tui.engine.earlier import EarlierResult

_AGREE = {
    "mutate": "Go on",
    "destroy": "Delete",
    "gate": "Approve",
    "hostkey": "Trust this key",
    "trust": "Trust and run",
}


class RunActions:
    """Runs steps and answers their questions.

    Args:
        screen: shows dialogs.
        controller: the run.
        tasks: runs the commands.
        document: whose selected step the actions apply to.
        selected: keeps actions from a step that is out of view.
    """

    def __init__(
        self,
        screen: Screen[None],
        controller: Controller,
        tasks: Tasks,
        document: DocumentView,
        selected: SelectedStep,
    ) -> None:
        self._selected = selected
        self._screen = screen
        self._controller = controller
        self._tasks = tasks
        self._document = document
        self._opening = OpeningQuestions(screen, controller, tasks)
        self._done_by_next = ""
        """Step that ``n`` ran to its end, from which the selection has not moved on yet."""
        self.started_by_key = ""
        """Step that a person started by its key: the selection does not return to it when its events arrive."""

    def table(self) -> Mapping[str, Action]:
        """Actions by command id."""
        acting, why = self._selected.acting, self._why_not
        run = self._selected.label("run", named=True)
        return {
            "run.step": Action(acting(self.run_step), self._can_run, self._enter_label(run), why),
            "run.next": Action(acting(self.run_next), self._can_run_next, why_not=self._why_not_next),
            "run.all": Action(self.run_all, self._can_run, why_not=why),
            "run.from": Action(acting(self.run_from), self._can_run, why_not=why),
            "run.anew": Action(self.run_anew, self._can_begin, why_not=why),
            "session.restart": Action(self.restart_session, self._can_begin, why_not=why),
            "run.stop": Action(self.stop, self._is_busy, why_not=lambda: "No step is running."),
            "run.plan": Action(self.show_plan, self._has_steps, why_not=why),
            "secrets.reveal": Action(self.reveal_secrets, self._has_detected, why_not=self._why_none_detected),
            "run.parameters": Action(self.edit_parameters, self._has_steps, why_not=why),
            "document.last": Action(self.toggle_earlier, self._has_steps, why_not=why),
        }

    def _enter_label(self, run: Callable[[], str]) -> Callable[[], str]:
        def label() -> str:
            if self._document.state.in_code:
                return "open the code"
            return "answer" if self._question(self._document.selected) is not None else run()

        return label

    def _can_run_next(self) -> bool:
        return self._can_run() and not self._document.state.search

    def _why_not_next(self) -> str:
        return "" if self._document.state.search else self._why_not()

    def _why_not(self) -> str:
        """Why the keys that run something do nothing now."""
        if self._controller.live is None:
            return "This is a replay: nothing can be run."
        if self._is_busy():
            return f"{self._controller.view.current or 'A step'} is running; s stops it."
        return "" if self._document.selected else "This document has no steps."

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
            self._opening.settle([step], lambda: self._start_step(step))

    def _start_step(self, step: str) -> None:
        self.started_by_key = step
        self._tasks.start(lambda: self._require_live().run_step(step))

    def run_next(self) -> None:
        """Run the selected step and select the next one if it succeeds."""
        self._move_on()
        step = self._document.selected
        self._opening.settle([step], lambda: self._start_next(step))

    def _start_next(self, step: str) -> None:
        self.started_by_key = step

        async def run() -> None:
            await self._require_live().run_step(step)
            self._done_by_next = step

        self._tasks.start(run, lambda _: self._move_on())

    def _move_on(self) -> None:
        """Select the step after the one that ``n`` ran, unless a person moved away; keys pressed early do it, too."""
        step, self._done_by_next = self._done_by_next, ""
        if step == self._document.selected and self._controller.view.step(step).state in ("done", "skipped"):
            self._document.select_after(step)

    def run_all(self) -> None:
        """Run all steps that are not done."""
        self._settle_all(lambda: self._require_live().run_all())

    def run_anew(self) -> None:
        """Run everything in a new run, with a fresh session."""
        self._settle_all(lambda: self._require_live().run_anew())

    def _settle_all(self, work: Callable[[], Awaitable[None]]) -> None:
        def act() -> None:
            self.started_by_key = ""
            self._tasks.start(work)

        self._opening.settle(self._document.names, act)

    def _can_begin(self) -> bool:
        return self._has_steps() and not self._is_busy()

    def restart_session(self) -> None:
        """Restart the session; results stay on the page."""

        def tell(_: None) -> None:
            text = "The session is fresh: variables are as at the beginning. Results stay on the page."
            self._screen.notify(text, markup=False, timeout=4)

        self._tasks.start(lambda: self._require_live().restart_session(), tell)

    def run_from(self) -> None:
        """Run the selected step and all that follow."""
        names = self._document.names
        step = self._document.selected

        steps = names[names.index(step) :]

        def act() -> None:
            self.started_by_key = ""
            first = next(name for name in steps if name in self._controller.view.steps)
            self._tasks.start(lambda: self._require_live().run_from(first))

        self._opening.settle(steps, act)

    def show_earlier(self, *, always: bool = False) -> None:
        """Show what came of the steps in earlier runs; with ``always`` also if it is not to be shown by itself."""
        live = self._controller.live

        def show(results: Mapping[str, EarlierResult]) -> None:
            self._document.show_earlier(results)
            if always and not results:
                self._screen.notify("No step of this document has run before.", markup=False, timeout=4)

        if live is not None:
            self._tasks.start(lambda: live.earlier(always=always), show, group="earlier")

    def toggle_earlier(self) -> None:
        if self._document.state.earlier:
            self._document.show_earlier({})
        else:
            self.show_earlier(always=True)

    def stop(self) -> None:
        """Stop the running step."""
        self._tasks.start(lambda: self._require_live().stop(), group="stop")

    def ask(self, question: Question) -> None:
        """Show a question that the run waits for."""
        if question.kind == "values":
            self._ask_values(question)
            return
        ask = Ask(
            title=question.title,
            lines=question.lines,
            agree=f"Yes to these {len(question.steps)}" if question.steps else _AGREE[question.kind],
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

    def _ask_values(self, question: Question) -> None:
        from azops_tui.ui.screens.form import ParametersSheet

        live = self._require_live()

        def answer(values: dict[str, str] | None) -> None:
            self._tasks.start(lambda: live.answer(question.id, values is not None, values=values), group="answer")

        self._screen.app.push_screen(ParametersSheet(live, question), answer)

    def _has_detected(self) -> bool:
        return self._controller.live is not None and bool(self._controller.live.detected_secrets())

    def _why_none_detected(self) -> str:
        if self._controller.live is None:
            return "A replay has no secrets: they were never recorded."
        return "No tool has printed a secret unasked. Secrets that a document names are not shown."

    def reveal_secrets(self) -> None:
        """Show the secrets that tools printed unasked. They are on this screen alone, and cannot be copied."""
        lines = [line for mask, value in self._require_live().detected_secrets() for line in (mask, f"  {value}")]
        self._screen.app.push_screen(Dialog(Ask("Secrets that tools printed", tuple(lines), "Close")))

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
