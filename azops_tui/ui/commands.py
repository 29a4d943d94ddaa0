"""Every command of the screen, once: keys, footer, help, the ``:`` line and the palette are made from this table.

What a command does on the main screen is in :mod:`azops_tui.ui.actions`, by the same ids.
"""

from __future__ import annotations

from dataclasses import dataclass

from textual.binding import Binding, BindingType

from azops_tui.ui.panes.registry import PANES


@dataclass(frozen=True)
class UiCommand:
    """Something a person can do."""

    id: str
    """Name in ``config.toml``, such as ``run.step``."""
    key: str
    """Keys as Textual names them, separated by commas."""
    label: str
    """One or two words for the footer."""
    description: str
    place: str
    """Where it works: ``anywhere``, ``lists``, ``document``, ``replay``, ``panes``, or a pane's title."""
    footer: bool = False
    verb: str = ""
    """Its word on the ``:`` line; empty if it has none."""
    argument: str = ""
    """Argument on the ``:`` line: ``step``, ``theme``, ``group`` or ``text``."""
    action: str = ""
    """Textual action of the focused widget or the app; empty for an action of the main screen."""

    @property
    def binding_action(self) -> str:
        """The action as a binding names it."""
        return self.action or f"screen.do('{self.id}')"


_PANE_COMMANDS = tuple(
    UiCommand(
        f"pane.{entry.number}",
        str(entry.number),
        entry.title.casefold(),
        f"pane {entry.number}: {entry.description}",
        "anywhere",
        verb=entry.verb,
    )
    for entry in PANES
)
# fmt: off
COMMANDS: tuple[UiCommand, ...] = (
    # the document
    UiCommand("run.step", "enter", "run",
            "run the selected step, or answer its question", "document", footer=True, verb="run", argument="step"),
    UiCommand("run.next", "n", "run+next",
            "run the step and select the next one", "document", footer=True, verb="next"),
    UiCommand("find.next", "n", "next match", "go to the next match while a search is on", "document", footer=True),
    UiCommand("find.previous", "N", "previous match", "go to the previous match of the search", "document"),
    UiCommand("run.all", "a", "all", "run all steps that are not done yet", "document", footer=True, verb="all"),
    UiCommand("run.from", "f", "from here", "run this step and all that follow", "document", footer=True, verb="from"),
    UiCommand("run.anew", "R", "all anew",
            "run everything in a new run, with a fresh session", "document", verb="anew"),
    UiCommand("session.restart", "ctrl+r", "restart session",
            "restart the session; results stay on the page", "document", verb="restart"),
    UiCommand("step.code", "space", "code", "open or fold the code of the step", "document", footer=True, verb="code"),
    UiCommand("step.into", "right,l", "into the code", "select the code; enter opens it", "document"),
    UiCommand("step.out", "left,h", "out of the code", "select the step again", "document"),
    UiCommand("step.output", "o", "output",
            "show the output of the step folded, short or full", "document", footer=True, verb="output"),
    UiCommand("document.last", "L", "last results",
            "show or hide what came of the steps in earlier runs", "document", verb="last"),
    UiCommand("step.failed-before", "left_square_bracket", "failed before", "go to the failed step before", "document"),
    UiCommand("step.failed-after", "right_square_bracket", "failed after", "go to the next failed step", "document"),
    UiCommand("step.edit", "e", "edit", "edit the source text of the step, here", "document", footer=True, verb="edit"),
    UiCommand("document.prose", "P", "edit text",
            "edit the text before the step, or the text in view, here", "document", verb="prose"),
    UiCommand("step.write", "E", "write step", "write the edits of the step to the file", "document", footer=True),
    UiCommand("document.save", "S", "write", "write all edits to the file", "document", footer=True, verb="write"),
    UiCommand("step.insert", "i", "insert",
            "insert a step, text or parameters below the step", "document", verb="insert"),
    UiCommand("step.delete", "d", "delete", "pressed twice, delete the step from the page", "document"),
    UiCommand("step.down", "J", "move down",
            "move the step past the paragraph, heading or step below it", "document"),
    UiCommand("step.up", "K", "move up", "move the step past the paragraph, heading or step above it", "document"),
    UiCommand("step.expect", "x", "expect",
            "make the output of the step its expected result", "document", verb="expect"),
    UiCommand("document.undo", "u", "undo", "undo the last edit of the document", "document", verb="undo"),
    UiCommand("document.redo", "U", "redo", "make the edit again that was undone last", "document", verb="redo"),
    UiCommand("step.template", "T", "template",
            "show the template that the step deploys", "document", footer=True, verb="template", argument="step"),
    UiCommand("run.plan", "w", "what", "show what would run, step by step", "document", verb="what"),
    # a list, the document, the output: whatever has the focus
    UiCommand("list.up", "up,k", "up", "previous row or step", "lists", action="cursor_up"),
    UiCommand("list.down", "down,j", "down", "next row or step", "lists", action="cursor_down"),
    UiCommand("list.page-up", "pageup", "page up", "one page up", "lists", action="page_up"),
    UiCommand("list.page-down", "pagedown", "page down", "one page down", "lists", action="page_down"),
    UiCommand("list.first", "g,home", "first", "go to the beginning", "lists", action="first"),
    UiCommand("list.last", "G,end", "last", "go to the end", "lists", action="last"),
    # the panes
    UiCommand("pane.detail", "enter", "detail", "open the selected row", "panes", footer=True, action="detail"),
    UiCommand("pane.pin", "p", "pin",
            "keep this pane in front, or let panes follow the run again", "panes", footer=True, verb="pin"),
    UiCommand("pane.refresh", "r", "refresh", "read the cloud again now", "panes", footer=True, verb="refresh"),
    UiCommand("pane.sort", "S", "sort", "sort the table by the next column", "panes", verb="sort", action="sort"),
    UiCommand("resources.json", "J", "JSON",
            "show the resource as the service returns it", "resources", footer=True, action="json"),
    UiCommand("resources.inspect", "i", "inspect",
            "show properties, locks, rights, history and references", "resources", footer=True, action="inspect"),
    UiCommand("resources.delete", "D", "delete",
            "delete the resource or the group; asks for its name", "resources", action="delete"),
    UiCommand("resources.mark", "space", "mark",
            "mark the resource; enter then acts on all that are marked", "resources", footer=True, action="mark"),
    UiCommand("resources.step", "plus", "as step",
            "put a command on it into the document, as a step", "resources", footer=True, action="add_step"),
    UiCommand("hosts.step", "plus", "as step",
            "put the command, on these hosts, into the document, as a step", "hosts", footer=True, action="add_step"),
    UiCommand("hosts.mark", "space", "mark",
            "mark the hosts of the row, for a retry, a step or saving", "hosts", footer=True, action="mark"),
    UiCommand("hosts.mark-all", "asterisk", "mark all",
            "mark all hosts that the filter shows, or none", "hosts", action="mark_all"),
    UiCommand("hosts.retry", "x", "retry",
            "try the step again on the marked hosts, or on all that failed", "hosts", footer=True, action="retry"),
    UiCommand("hosts.fold", "f", "fold",
            "show or hide the folded output below the hosts", "hosts", footer=True, action="fold_output"),
    UiCommand("hosts.save", "w", "save",
            "write the output of the marked hosts, or of all, to files", "hosts", footer=True, action="save"),
    UiCommand("resources.tag", "t", "by tag",
            "group by the next tag, then by resource group again", "resources", footer=True, action="by_tag"),
    UiCommand("resources.close", "left,h", "fold", "fold the group", "resources", action="fold"),
    UiCommand("resources.open", "right,l", "unfold", "unfold the group", "resources", action="unfold"),
    UiCommand("deployments.earlier", "left_square_bracket", "earlier",
            "show the deployment before this one", "deployments", footer=True, action="earlier"),
    UiCommand("deployments.later", "right_square_bracket", "later",
            "show the deployment after this one", "deployments", footer=True, action="later"),
    UiCommand("scale.more", "plus,equals_sign", "one more",
            "add one instance", "scale sets", footer=True, action="more(1)"),
    UiCommand("scale.fewer", "minus", "one fewer", "remove one instance", "scale sets", footer=True, action="more(-1)"),
    UiCommand("scale.ten-more", "asterisk", "ten more", "add ten instances", "scale sets", action="more(10)"),
    UiCommand("scale.ten-fewer", "underscore", "ten fewer", "remove ten instances", "scale sets", action="more(-10)"),
    UiCommand("scale.next", "right,l", "next set", "show the next scale set", "scale sets", action="other(1)"),
    UiCommand("scale.previous", "left,h", "previous set",
            "show the previous scale set", "scale sets", action="other(-1)"),
    UiCommand("ledger.cleanup", "D", "clean up",
            "delete what the run created in Azure, after a fresh read; asks for a name", "run", footer=True,
            verb="cleanup"),
    UiCommand("replay.pause", "space", "pause", "pause or resume the replay", "replay", footer=True),
    UiCommand("replay.step", "full_stop", "step", "go to the next step", "replay", footer=True),
    UiCommand("replay.back", "left_curly_bracket", "back", "go back a twentieth of the replay", "replay"),
    UiCommand("replay.forward", "right_curly_bracket", "forward", "go forward a twentieth of the replay", "replay"),
    UiCommand("replay.slower", "less_than_sign", "slower", "halve the speed", "replay", footer=True),
    UiCommand("replay.faster", "greater_than_sign", "faster", "double the speed", "replay", footer=True),
    # anywhere on the main screen
    UiCommand("run.stop", "s", "stop", "stop the running step", "anywhere", footer=True, verb="stop"),
    UiCommand("step.output-screen", "O", "full output", "show the output on the whole screen", "anywhere", verb="full"),
    UiCommand("run.ssh", "exclamation_mark", "on hosts",
            "run a command on hosts: TARGET COMMAND", "anywhere", verb="ssh", argument="text"),
    UiCommand("run.parameters", "v", "values",
            "show and change the parameters", "anywhere", footer=True, verb="values"),
    UiCommand("secrets.reveal", "ctrl+x", "reveal",
            "show, on the screen only, the secrets that tools printed unasked", "anywhere", verb="reveal"),
    UiCommand("jump", "semicolon", "jump", "label everything in view, and go to a label", "anywhere", verb="jump"),
    UiCommand("mark.set", "m", "mark", "mark the step with a letter", "document"),
    UiCommand("mark.go", "apostrophe", "to mark", "go to the step that has a letter", "document"),
    UiCommand("outline", "t", "outline",
            "show headings and steps, and go to one", "document", footer=True, verb="outline"),
    UiCommand("step.markdown", "Y", "copy step",
            "copy the step and its output as Markdown", "document", verb="markdown"),
    UiCommand("pane.switch", "tab", "pane", "switch between document and pane", "anywhere", footer=True),
    UiCommand("pane.back", "shift+tab", "back", "same as tab", "anywhere"),
    *_PANE_COMMANDS,
    UiCommand("pane.zoom", "z", "zoom", "show this half on the whole screen, or both again", "anywhere", verb="zoom"),
    UiCommand("pane.second", "Z", "second pane",
            "change the pane below: log, another pane, none", "anywhere", verb="second"),
    UiCommand("find", "slash", "find",
            "find in the document, or filter the pane", "anywhere", footer=True, verb="find"),
    UiCommand("command", "colon", "command", "type a command, with completion", "anywhere", footer=True),
    UiCommand("context", "ctrl+t", "context",
            "act on another profile or subscription", "anywhere", verb="ctx"),
    UiCommand("resources.go", "ctrl+g", "to group",
            "go to a resource group; a pasted resource id or portal address works too", "anywhere",
            verb="rg", argument="group"),
    UiCommand("copy", "y", "copy", "copy the selected row, or the code or output of the step", "anywhere", verb="copy"),
    UiCommand("help", "question_mark,f1", "help", "show the keys that work here", "anywhere", footer=True, verb="help"),
    UiCommand("back", "escape", "back", "go back, or close what is open", "anywhere"),
    UiCommand("theme", "f2", "theme", "choose a theme", "anywhere", verb="theme", argument="theme"),
    UiCommand("palette", "ctrl+p", "palette", "search all commands by name", "anywhere", action="app.palette"),
    UiCommand("open", "ctrl+o", "runbooks", "show the list of runbooks", "anywhere", verb="open"),
    # the list of runbooks
    UiCommand("home.open", "enter", "open", "open the selected runbook", "home", footer=True, action="screen.open"),
    UiCommand("home.replay", "R", "replay this run",
            "replay the last run of the selected runbook", "home", footer=True, action="screen.replay"),
    UiCommand("home.new", "n", "new", "write a runbook to begin with, and open it",
            "home", footer=True, action="screen.new"),
    UiCommand("home.filter", "slash", "filter",
            "show only runbooks with a word in title or path", "home", footer=True, action="screen.filter"),
    UiCommand("home.back", "escape", "show all", "show all runbooks again", "home", action="screen.clear"),
    UiCommand("home.help", "question_mark,f1", "help",
            "show the keys that work here", "home", footer=True, action="screen.help"),
    UiCommand("home.theme", "f2", "theme", "choose a theme", "home", action="screen.theme"),
    UiCommand("home.palette", "ctrl+p,colon", "palette", "search all commands by name", "home", action="app.palette"),
    UiCommand("home.quit", "q", "quit", "leave azops", "home", footer=True, action="screen.quit"),
    UiCommand("quit", "q", "quit", "quit; asks while something runs", "anywhere", footer=True, verb="quit"),
)
# fmt: on

KEY_NAMES = {
    "enter": "⏎",
    "escape": "esc",
    "question_mark": "?",
    "slash": "/",
    "colon": ":",
    "exclamation_mark": "!",
    "semicolon": ";",
    "apostrophe": "'",
    "full_stop": ".",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "left_curly_bracket": "{",
    "right_curly_bracket": "}",
    "plus": "+",
    "minus": "-",
    "equals_sign": "=",
    "asterisk": "*",
    "underscore": "_",
    "pageup": "pgup",
    "pagedown": "pgdn",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
}
_ASCII_NAMES = {"⏎": "enter", "↑": "up", "↓": "down", "←": "left", "→": "right"}


def key_name(key: str, ascii_only: bool = False) -> str:
    """A key as it is written on the screen: ``⏎``, ``?``, ``ctrl+p``."""
    name = KEY_NAMES.get(key, key)
    return _ASCII_NAMES.get(name, name) if ascii_only else name


def bindings(place: str) -> list[BindingType]:
    """Bindings of a place. Their ids make them remappable."""
    return [
        Binding(item.key, item.binding_action, item.label, show=item.footer, id=item.id)
        for item in COMMANDS
        if item.place == place
    ]


def key_map(keymap: dict[str, str] | None = None) -> list[tuple[str, str, str, str]]:
    """All keys as (id, keys, description, place), with the user's keys, for ``azops keys``."""
    changed = keymap or {}
    return [(item.id, shown_keys(changed.get(item.id, item.key)), item.description, item.place) for item in COMMANDS]


def shown_keys(keys: str, ascii_only: bool = False) -> str:
    """Keys as they are written on the screen, separated by spaces."""
    return " ".join(key_name(key.strip(), ascii_only) for key in keys.split(","))


def verbs() -> dict[str, UiCommand]:
    """Commands by their word on the ``:`` line."""
    return {item.verb: item for item in COMMANDS if item.verb}
