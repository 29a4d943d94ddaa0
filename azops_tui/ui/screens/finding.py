"""Keys that go somewhere, find, copy, explain and leave."""

from __future__ import annotations

from collections.abc import Callable

from textual.suggester import Suggester, SuggestFromList

from azops_tui.text import strip_ansi
from azops_tui.ui.clipboard import copy
from azops_tui.ui.commands import verbs
from azops_tui.ui.lines import safe
from azops_tui.ui.screens.dialogs import Answer, QuitDialog
from azops_tui.ui.screens.part import Part, look_app


class Finding(Part):
    """Panes, the prompt, help, the way out."""

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
            me.action_out_of_code()
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
