"""The line at the bottom of the screen: find in the document, filter a pane, type a command."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widget import Widget

from azops_tui.ui.actions.base import Action
from azops_tui.ui.commands import UiCommand, verbs
from azops_tui.ui.lines import safe
from azops_tui.ui.panes.pasted import pasted_id
from azops_tui.ui.widgets.completions import Completions
from azops_tui.ui.widgets.document import DocumentView
from azops_tui.ui.widgets.field import Field
from azops_tui.ui.widgets.paneframe import PaneFrame


class Prompt(Field):
    """The line at the bottom; hidden until it is opened."""

    DEFAULT_CSS = """
    Prompt {
        display: none; height: 1; border: none; padding: 0 1; background: $panel; dock: bottom; margin-bottom: 1;
    }
    Prompt.-open { display: block; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "choose(-1)", "previous", show=False),
        Binding("down", "choose(1)", "next", show=False),
        Binding("tab", "complete", "complete", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.completions = Completions()

    @property
    def key_hints(self) -> tuple[tuple[str, str], ...] | None:
        """Keys for the footer while commands are offered."""
        if not self.completions.has_class("-open"):
            return None
        return (("⏎", "run"), ("tab", "complete"), ("↑↓", "choose"), ("esc", "back"))

    def action_choose(self, by: int) -> None:
        """Choose a completion; enter runs it, tab goes on typing behind it."""
        self.completions.move(by)

    def action_complete(self) -> None:
        """Take the chosen completion, or the first, into the line."""
        if self.completions.text:
            self.value = f"{self.completions.text} "
            self.cursor_position = len(self.value)


class SearchActions:
    """Opens the prompt and carries out what is typed there.

    Args:
        screen: whose commands the ``:`` line runs.
        document: searched by ``/`` in the document.
        frame: whose active pane is filtered by ``/`` in a pane.
        prompt: the line at the bottom.
        show_pane: brings a pane to the front, by its number.
        run_on_hosts: runs ``TARGET COMMAND`` on hosts.
        can: whether a command can be carried out now.
    """

    def __init__(
        self,
        screen: Screen[None],
        document: DocumentView,
        frame: PaneFrame,
        prompt: Prompt,
        show_pane: Callable[[int], None],
        run_on_hosts: Callable[[str], None],
        can: Callable[[UiCommand], bool],
    ) -> None:
        self._can = can
        self._show_pane = show_pane
        self._run_on_hosts = run_on_hosts
        self._screen = screen
        self._document = document
        self._frame = frame
        self._prompt = prompt
        self._kind = ""
        """``filter``, ``find`` or ``command``."""
        self._return_to: Widget = document
        """Gets the focus when the prompt is closed."""

    def table(self) -> Mapping[str, Action]:
        """Actions by command id."""
        return {
            "find": Action(self.find),
            "find.next": Action(partial(self.find_again, 1), self._is_finding, self._match_label),
            "find.previous": Action(partial(self.find_again, -1), self._is_finding),
            "command": Action(self.open_command_line),
            "resources.go": Action(self.open_group_line),
            "run.ssh": Action(partial(self.open_command_line, "ssh ")),
        }

    def _is_finding(self) -> bool:
        return bool(self._document.state.search) and not self._frame.has_keys

    def _match_label(self) -> str:
        number, total = self._document.match
        return f"next match ({number} of {total})"

    def find_again(self, by: int) -> None:
        """Go to the next match (1) or the previous match (-1)."""
        self._document.find(self._document.state.search, by)
        self._screen.refresh_bindings()

    def find(self) -> None:
        """Find in the document, or filter the pane that has the focus."""
        if self._frame.has_keys:
            self._open("filter", "filter; !word leaves out, ~word is fuzzy; enter keeps it, esc shows all again")
        else:
            self._open("find", "find in the document", self._document.state.search)

    def open_command_line(self, value: str = "") -> None:
        self._open("command", "a word of what you want to do", value)
        self._prompt.cursor_position = len(value)

    def _open(self, kind: str, placeholder: str, value: str = "") -> None:
        pane = self._frame.active_pane
        self._return_to = pane if self._frame.has_keys and pane is not None else self._document
        self._kind = kind
        self._prompt.placeholder = placeholder
        self._prompt.value = value
        self._prompt.add_class("-open")
        self._offer(value)
        self._prompt.focus()

    def close(self) -> bool:
        """Close the prompt and drop its filter; False if it was not open."""
        if not self._prompt.has_class("-open"):
            return False
        if self._kind == "filter":
            self.apply_filter("")
        self._hide()
        return True

    def _hide(self) -> None:
        self._prompt.remove_class("-open")
        self._prompt.completions.close()
        self._return_to.focus()

    def apply_filter(self, text: str) -> None:
        """Filter the pane by the text typed so far, or offer commands; called on every change of the prompt."""
        pane = self._frame.active_pane
        self._offer(text)
        if self._kind == "filter" and pane is not None:
            pane.set_filter("" if pasted_id(text) else text)

    def submit(self, text: str) -> None:
        """Carry out what was typed."""
        completions = self._prompt.completions
        if self._kind == "command" and completions.is_chosen:
            text = completions.text
        self._hide()
        identifier = pasted_id(text)
        if identifier and self._kind in ("command", "filter"):
            self.reveal(identifier)
        elif self._kind == "command":
            self._run_command(text)
        elif self._kind == "find" and not self._document.find(text):
            self._document.find("")
            self._warn(f"'{text}' is not in this document.")

    def _offer(self, text: str) -> None:
        """List the commands and arguments that fit the line."""
        if self._kind != "command" or not self._prompt.has_class("-open"):
            self._prompt.completions.close()
            return
        arguments = {
            "step": self._document.names,
            "theme": list(self._screen.app.available_themes),
            "group": [group.name for group in self._document.view.groups],
        }
        self._prompt.completions.offer(text, arguments, self._can)

    def _run_command(self, text: str) -> None:
        verb, _, argument = (part.strip() for part in text.strip().partition(" "))
        names = self._document.names
        command = verbs().get(verb)
        if verb in names:
            self._document.select(verb)
        elif command is None and verb.isdigit() and names:
            self._document.select(names[max(0, min(len(names), int(verb)) - 1)])
        elif command is None:
            if verb:
                self._warn(f"There is no command {verb}; ? lists what there is.")
        elif command.argument == "group":
            self._go_to_group(argument)
        elif command.argument == "theme" and argument:
            if argument in self._screen.app.available_themes:
                self._screen.app.theme = argument
            else:
                self._warn(f"There is no theme {argument}.")
        elif command.id == "run.ssh" and argument:
            self._run_on_hosts(argument)
        else:
            if command.argument == "step" and argument:
                self._document.select(argument)
            action = command.binding_action
            self._screen.call_later(self._screen.run_action, action if "." in action else f"focused.{action}")

    def open_group_line(self) -> None:
        """Ask for the resource group to go to."""
        self._open("command", "", "rg ")

    def _go_to_group(self, name: str) -> None:
        groups = {group.name.casefold(): group.id for group in self._document.view.groups}
        near = [key for key in groups if name.casefold() in key]
        key = name.casefold() if name.casefold() in groups else near[0] if len(near) == 1 else ""
        if key:
            self.reveal(groups[key])
        elif name:
            more = f": {', '.join(sorted(near)[:5])} …" if near else ""
            self._warn(f"There is no resource group '{name}'{more}" if not near else f"Several groups match{more}")
        else:
            self.open_group_line()

    def reveal(self, identifier: str) -> None:
        """Show a resource group or a resource in the pane of resources."""
        from azops_tui.ui.panes.resources import ResourcesPane

        self._show_pane(1)
        pane = self._frame.active_pane
        if isinstance(pane, ResourcesPane):
            pane.reveal(identifier)

    def _warn(self, text: str) -> None:
        self._screen.notify(safe(text), severity="warning", markup=False)
