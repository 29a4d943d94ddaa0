"""What the keys of the main screen do."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from textual.suggester import Suggester, SuggestFromList

from azops_tui.azure.views import GroupView
from azops_tui.engine.state import Question
from azops_tui.ui.ansi import strip_ansi
from azops_tui.ui.clipboard import copy
from azops_tui.ui.commands import verbs
from azops_tui.ui.controller import UserError
from azops_tui.ui.messages import DeletionRead, JsonRead, Told
from azops_tui.ui.paint import safe
from azops_tui.ui.panes.resources import ResourcesPane
from azops_tui.ui.panes.scalesets import ScaleSetsPane
from azops_tui.ui.screens.dialogs import Answer, Ask, Dialog, QuitDialog
from azops_tui.ui.words import count

if TYPE_CHECKING:
    from azops_tui.ui.screens.main import MainScreen

_REPLAY_ACTIONS = ("replay_pause", "replay_step", "replay_speed")
_RUN_ACTIONS = ("run", "run_next", "run_all", "run_from", "edit", "plan", "parameters")


class Actions:
    """Mixed into the main screen. Every action ends in a command to the controller or in a change of what is shown."""

    _by_hand = ""
    """The step that was started by its key: the bar does not go back to it when news of it comes."""
    prompt_kind = ""
    prompt_pane = False

    @property
    def _me(self) -> MainScreen:
        return cast("MainScreen", self)

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
        if action == "toggle_code":
            return bool(selected) and not replaying
        if action in ("toggle_output", "output", "into_code"):
            return bool(selected)
        if action == "out_of_code":
            return document.state.in_code
        if action == "back":
            return True
        return True

    def _question_here(self) -> bool:
        selected = self._me.document.state.selected
        return any(q.step == selected for q in self._me.controller.view.questions.values())

    # Running

    def _selected(self) -> str:
        return self._me.document.state.selected

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

    # Panes

    def action_switch(self) -> None:
        """From the document to the pane and back."""
        me = self._me
        if me.in_pane:
            me.remove_class("-pane")
            me.document.focus()
        else:
            me.remove_class("-zoom-document")
            me.set_class(me.has_class("-one"), "-pane")
            me.frame.activate(me.frame.active, focus=True)

    def action_pane(self, number: int) -> None:
        """A pane by its number."""
        me = self._me
        me.remove_class("-zoom-document")
        me.set_class(me.has_class("-one"), "-pane")
        me.frame.activate(number, focus=True)

    def action_pin(self) -> None:
        """Keep the pane in front."""
        self._me.pinned = self._me.frame.pinned = not self._me.pinned
        self._me.frame.draw_title()
        self._me.notify("This pane stays in front." if self._me.pinned else "Panes follow the run.", timeout=2)

    def action_zoom(self) -> None:
        """One half on the whole screen."""
        me = self._me
        name = "-zoom-pane" if me.in_pane else "-zoom-document"
        zoomed = me.has_class("-zoom-pane") or me.has_class("-zoom-document")
        me.remove_class("-zoom-pane", "-zoom-document")
        me.set_class(not zoomed, name)

    def action_refresh_data(self) -> None:
        """Read the cloud again."""
        me = self._me

        async def work() -> None:
            await me.controller.refresh()
            me.post_message(Told("Read again."))

        me.spawn(work, group="refresh")

    def on_resources_pane_json_wanted(self, message: ResourcesPane.JsonWanted) -> None:
        """Read a resource."""
        me, identifier = self._me, message.identifier

        async def work() -> None:
            me.post_message(JsonRead(identifier, await me.controller.resource(identifier)))

        me.spawn(work, group="json")

    def on_json_read(self, message: JsonRead) -> None:
        """Show a resource."""
        from azops_tui.ui.screens.sheets import TextSheet, json_rows

        title = message.identifier.rpartition("/")[2]
        self._me.app.push_screen(TextSheet(title, json_rows(message.text), message.text))

    def on_resources_pane_delete_wanted(self, message: ResourcesPane.DeleteWanted) -> None:
        """Read what would be deleted: what is on the screen may be old."""
        me, item = self._me, message.item
        if me.controller.place.read_only:
            me.notify("This profile is read-only: nothing can be deleted.", severity="error", markup=False)
            return

        async def work() -> None:
            me.post_message(DeletionRead(item, await me.controller.would_delete(item.id)))

        me.spawn(work, group="deletion")

    def on_deletion_read(self, message: DeletionRead) -> None:
        """Ask before something is deleted, and say what."""
        me, item = self._me, message.item
        title = "Delete resource group" if isinstance(item, GroupView) else "Delete resource"
        self.confirm(
            Ask(title, message.lines, "Delete", item.name, harm=True, paste=not me.controller.place.production),
            lambda: me.controller.delete(item.id),
            f"{item.name} is deleted.",
        )

    def on_scale_sets_pane_scale_wanted(self, message: ScaleSetsPane.ScaleWanted) -> None:
        """Ask before a capacity is changed."""
        me, scale_set, capacity = self._me, message.scale_set, message.capacity
        fewer = scale_set.capacity - capacity
        lines = [
            f"{scale_set.name} in {scale_set.group}, {me.controller.place.subscription or me.controller.place.cloud}",
            "",
            f"  from {scale_set.capacity} to {count(capacity, 'instance')} of {scale_set.sku}",
        ]
        if fewer > 0:
            lines.append(f"  {count(fewer, 'instance')} will be deleted")
        if scale_set.autoscale:
            lines += ["", scale_set.autoscale]
        frame = me.frame

        async def work() -> None:
            await me.controller.scale(scale_set.group, scale_set.name, capacity)

        def after() -> None:
            for pane in frame.query(ScaleSetsPane):
                pane.forget(scale_set.id.lower())

        ask = Ask(
            "Change capacity",
            tuple(lines),
            "Scale",
            scale_set.name if fewer > 0 else "",
            harm=fewer > 0,
            paste=not me.controller.place.production,
        )
        self.confirm(ask, work, f"{scale_set.name} has {count(capacity, 'instance')}.", after)

    def confirm(self, ask: Ask, work: Callable[[], object], done: str, after: Callable[[], None] | None = None) -> None:
        """Ask, and do it if the answer is yes."""
        me = self._me

        async def told() -> None:
            await work()  # type: ignore[misc]  # it returns an awaitable
            me.post_message(Told(done))

        def answered(answer: Answer | None) -> None:
            if after is not None:
                after()
            if answer is not None and answer.accepted:
                me.spawn(told, group="act")

        me.app.push_screen(Dialog(ask), answered)

    # Replay

    def action_replay_pause(self) -> None:
        """Pause or go on."""
        if self._me.replay:
            self._me.replay.pause()
            self._me.call_later(self._me._refresh_all)

    def action_replay_step(self) -> None:
        """To the next step."""
        if self._me.replay:
            self._me.replay.next_step()

    def action_replay_speed(self, by: int) -> None:
        """Faster or slower."""
        if self._me.replay:
            self._me.replay.faster(by)
            self._me.call_later(self._me._refresh_all)

    # Finding, copying, leaving

    def action_find(self) -> None:
        """Find in the document, filter a pane."""
        me = self._me
        self.prompt_pane = me.in_pane
        if me.in_pane:
            me.prompt("filter", "filter; enter keeps it, esc shows all again")
        else:
            me.prompt("find", "find in the document", me.document.state.found)

    def action_command_line(self) -> None:
        """The ``:`` line."""
        self.prompt_pane = self._me.in_pane
        self._me.prompt("command", "command; right completes it, ? lists all keys")

    def suggester(self, kind: str) -> Suggester | None:
        """Completes commands and the names of steps."""
        if kind != "command":
            return None
        words: list[str] = []
        for verb, item in verbs().items():
            words.append(verb)
            if item.argument == "step":
                words += [f"{verb} {name}" for name in self._me.document.names]
            elif item.argument == "theme":
                words += [f"{verb} {name}" for name in self._me.app.available_themes]
        return SuggestFromList(words, case_sensitive=False)

    def run_command_line(self, text: str) -> None:
        """Do what was typed after ``:``."""
        me = self._me
        verb, _, argument = text.strip().partition(" ")
        argument = argument.strip()
        found = verbs().get(verb)
        if verb in me.document.names or (verb.isdigit() and not found):
            names = me.document.names
            me.document.select(verb if verb in names else names[max(0, min(len(names), int(verb)) - 1)])
            return
        if found is None:
            if verb:
                me.notify(safe(f"There is no command {verb}; ? lists what there is."), severity="warning", markup=False)
            return
        if found.argument == "step" and argument:
            me.document.select(argument)
        if found.argument == "theme" and argument:
            if argument in me.app.available_themes:
                me.app.theme = argument
            else:
                me.notify(safe(f"There is no theme {argument}."), severity="warning", markup=False)
            return
        action = found.action if "." in found.action else f"focused.{found.action}"
        me.call_later(me.run_action, action)

    def action_copy(self) -> None:
        """Copy what is under the bar: a row, or the step's code."""
        me = self._me
        pane = me.frame.active_pane
        if me.in_pane and pane is not None:
            current = pane.current
            copy(look_app(me), (current.copy or current.text) if current else "")
            return
        step = me.controller.view.steps.get(self._selected())
        if step is None:
            return
        if (
            step.state in ("waiting", "running")
            or me.document.state.in_code
            or self._selected() in me.document.state.code_open
        ):
            copy(look_app(me), step.code)
        else:
            output = me.chronicle.outputs.get(step.name)
            copy(look_app(me), "\n".join(strip_ansi(line) for line in output.all()) if output else step.code)

    def action_help(self) -> None:
        """The keys of this place."""
        from azops_tui.ui.screens.sheets import HelpSheet

        me = self._me
        pane = me.frame.active_pane
        place = pane.title.casefold() if me.in_pane and pane is not None else "document"
        me.app.push_screen(HelpSheet(place, look_app(me).keymap, me.controller.replaying))

    def action_theme(self) -> None:
        """Choose a theme."""
        self._me.app.search_themes()

    def action_back(self) -> None:
        """Close what is open: the prompt, a filter, the code, a zoom, the pane."""
        me = self._me
        prompt = me.query_one("#prompt")
        pane = me.frame.active_pane
        if prompt.has_class("-open"):
            if self.prompt_kind == "filter" and pane:
                pane.set_filter("")
            me.close_prompt()
        elif me.in_pane and pane is not None and pane.filtered:
            pane.set_filter("")
        elif me.document.state.in_code:
            self.action_out_of_code()
        elif me.has_class("-zoom-pane") or me.has_class("-zoom-document"):
            me.remove_class("-zoom-pane", "-zoom-document")
        elif me.in_pane:
            self.action_switch()
        elif me.document.state.found:
            me.document.find("")

    def action_home(self) -> None:
        """The list of runbooks."""
        self._leave(lambda: look_app(self._me).show_home())

    def action_leave(self) -> None:
        """Quit; asks while something runs."""
        self._leave(lambda: look_app(self._me).leave())

    def _leave(self, go: Callable[[], None]) -> None:
        me = self._me
        if not me.controller.busy:
            go()
            return

        def answered(answer: Answer | None) -> None:
            if answer is not None and answer.accepted:
                me.call_after_refresh(go)  # when the dialog is gone

        me.app.push_screen(QuitDialog(me.controller.view.current or "A step", me.controller.can_leave), answered)


def look_app(screen: MainScreen) -> AzopsApp:
    """The app."""
    from azops_tui.ui.app import AzopsApp

    app = screen.app
    assert isinstance(app, AzopsApp)
    return app


if TYPE_CHECKING:
    from azops_tui.ui.app import AzopsApp
