"""Keys that run steps, and that open what a step is and wrote."""

from __future__ import annotations

from pathlib import Path

from azops_tui.events.run_view import Question
from azops_tui.runbook.model import Runbook, Step
from azops_tui.ui.controller import UserError
from azops_tui.ui.lines import safe
from azops_tui.ui.messages import TemplateRead
from azops_tui.ui.screens.dialogs import Answer, Ask, Dialog
from azops_tui.ui.screens.part import Part


class Running(Part):
    """Runs steps; opens and folds what is on their cards."""

    def action_run(self) -> None:
        """Run the step under the bar; on its code, open that; where it asks something, answer."""
        me = self._me
        name = self._selected()
        if me.document.state.in_code:
            self.action_toggle_code()
            return
        question = next((q for q in me.controller.view.questions.values() if q.step == name), None)
        if question is not None:
            self.ask(question)
            return
        self._by_hand = name
        me.spawn(lambda: me.controller.run_step(name))

    def action_run_next(self) -> None:
        """Run the step and put the bar on the next one."""
        me = self._me
        name = self._selected()

        async def work() -> None:
            await me.controller.run_step(name)
            if me.controller.view.step(name).state in ("done", "skipped"):
                me.app.call_later(me.document.select_next)

        self._by_hand = name
        me.spawn(work)

    def action_run_all(self) -> None:
        """Run all that is not done."""
        self._by_hand = ""
        self._me.spawn(self._me.controller.run_all)

    def action_run_from(self) -> None:
        """Run from the step under the bar."""
        me, name = self._me, self._selected()
        self._by_hand = ""
        me.spawn(lambda: me.controller.run_from(name))

    def action_stop(self) -> None:
        """Stop what runs."""
        self._me.spawn(self._me.controller.stop, group="stop")

    def ask(self, question: Question) -> None:
        """Show a question that the run waits with."""
        me = self._me
        harm = question.kind == "destroy"
        agree = {"mutate": "Go on", "destroy": "Delete", "gate": "Approve", "hostkey": "Trust this key"}[question.kind]
        ask = Ask(
            title=question.title,
            lines=question.lines,
            agree=agree,
            typed=question.typed,
            note=question.kind == "gate",
            harm=harm,
            paste=not me.controller.place.production,
        )

        def answered(answer: Answer | None) -> None:
            given = answer or Answer(False)
            me.spawn(
                lambda: me.controller.answer(question.id, given.accepted, typed=given.typed, note=given.note),
                group="answer",
            )

        me.app.push_screen(Dialog(ask), answered)

    # The document

    def action_toggle_code(self) -> None:
        """Open or fold the code of the step."""
        state = self._me.document.state
        state.code_open ^= {state.selected}
        self._me.document.steps_changed({state.selected})

    def action_into_code(self) -> None:
        """Put the bar on the code."""
        self._me.document.state.in_code = True
        self._me.document.steps_changed({self._selected()})
        self._me.refresh_bindings()

    def action_out_of_code(self) -> None:
        """Put the bar back on the step."""
        self._me.document.state.in_code = False
        self._me.document.steps_changed({self._selected()})
        self._me.refresh_bindings()

    def action_toggle_output(self) -> None:
        """Open or fold the step's output."""
        state = self._me.document.state
        name = state.selected
        step = self._me.controller.view.steps.get(name)
        shown_anyway = step is not None and step.state in ("failed", "unknown", "stopped", "running")
        state.output_open[name] = not state.output_open.get(name, shown_anyway)
        self._me.document.steps_changed({name})
        self._me.document.show_step()

    def action_output(self) -> None:
        """The step's output on the whole screen."""
        from azops_tui.ui.screens.output import OutputScreen

        self._me.app.push_screen(OutputScreen(self._me.controller, self._me.chronicle, self._selected()))

    def action_edit(self) -> None:
        """Edit the step in $EDITOR."""
        from azops_tui.ui.editor import edit_text

        me, name = self._me, self._selected()
        step = me.controller.view.steps.get(name)
        if step is None:
            return
        suffix = ".py" if step.kind == "python" else ".yaml" if step.kind.startswith("azops=") else ".sh"
        try:
            text = edit_text(me.app, step.code, suffix)
        except UserError as error:
            me.notify(safe(str(error)), severity="error", markup=False)
            return
        if text is not None and text != step.code:
            me.spawn(lambda: me.controller.edit(name, text), group="edit")

    def action_template(self) -> None:
        """Look around in the template that the step deploys; in one of them, where it deploys several."""
        from azops_tui.ui.screens.menus import Choice, Menu
        from azops_tui.ui.templates import files_of

        me = self._me
        runbook = me.controller.runbook
        step = runbook.step(self._selected()) if runbook is not None else None
        files = files_of(step)
        if runbook is None or step is None or not files:
            me.notify("This step deploys no template.", severity="warning", markup=False)
        elif len(files) == 1:
            self._read_template(runbook, step, files[0])
        else:
            choices = [Choice(file, file) for file in files]
            me.app.push_screen(
                Menu("Which template", choices), lambda file: self._read_template(runbook, step, file) if file else None
            )

    def _read_template(self, runbook: Runbook, step: Step, file: str) -> None:
        me = self._me
        known = {p.name: p.default for p in runbook.parameters if p.default is not None and p.type != "secret"}
        known |= me.controller.parameters
        known |= {v.name: v.value for v in me.controller.view.variables.values() if not v.secret}
        for parameter in runbook.parameters:
            if parameter.type == "secret":
                known.pop(parameter.name, None)

        async def work() -> None:
            from azops_tui.ui.templates import describe_template

            found = await describe_template(step, file, runbook.path.resolve().parent, known)
            me.post_message(TemplateRead(Path(file).name, found))

        me.spawn(work, group="template")

    def on_template_read(self, message: TemplateRead) -> None:
        """Show it."""
        from azops_tui.ui.screens.template import TemplateScreen

        self._me.app.push_screen(TemplateScreen(message.name, message.description))

    def action_plan(self) -> None:
        """What would run."""
        from azops_tui.ui.screens.plan import plan_sheet

        self._me.app.push_screen(plan_sheet(self._me.controller, self._me.document.names))

    def action_parameters(self) -> None:
        """The form of parameters."""
        from azops_tui.ui.screens.form import ParametersSheet

        me = self._me

        def filled(values: dict[str, str] | None) -> None:
            if values:
                me.spawn(lambda: me.controller.set_parameters(values), group="parameters")

        me.app.push_screen(ParametersSheet(me.controller), filled)
