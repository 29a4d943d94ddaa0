"""Every command of the screen, once: keys, footer, help, the ``:`` line and the palette are made from this table."""

from __future__ import annotations

from dataclasses import dataclass

from textual.binding import Binding, BindingType


@dataclass(frozen=True)
class Command:
    """Something a person can do."""

    id: str
    """Names it in ``config.toml``: ``run.step``."""
    key: str
    """Keys as Textual names them, separated by commas."""
    action: str
    label: str
    """One or two words for the footer."""
    description: str
    place: str
    """Where it works: ``anywhere``, ``lists``, ``document``, or a pane's name."""
    footer: bool = False
    verb: str = ""
    """Its word on the ``:`` line; empty where it has none."""
    argument: str = ""
    """What may follow the word: ``step``, ``theme`` or ``file``."""


COMMANDS: tuple[Command, ...] = (
    # the document
    Command(
        "run.step",
        "enter",
        "screen.run",
        "run",
        "run the step under the bar, or answer what it asks",
        "document",
        True,
        "run",
        "step",
    ),
    Command(
        "run.next", "n", "screen.run_next", "run+next", "run the step and go on to the next", "document", True, "next"
    ),
    Command("run.all", "a", "screen.run_all", "all", "run all steps that are not done yet", "document", True, "all"),
    Command(
        "run.from", "f", "screen.run_from", "from here", "run this step and all that follow", "document", True, "from"
    ),
    Command(
        "step.code", "space", "screen.toggle_code", "code", "open or fold the step's code", "document", True, "code"
    ),
    Command(
        "step.into",
        "right,l",
        "screen.into_code",
        "into the code",
        "put the bar on the code, where enter opens it",
        "document",
    ),
    Command("step.out", "left,h", "screen.out_of_code", "out of the code", "put the bar back on the step", "document"),
    Command(
        "step.output",
        "o",
        "screen.toggle_output",
        "output",
        "open or fold the step's output",
        "document",
        True,
        "output",
    ),
    Command(
        "step.edit", "e", "screen.edit", "edit", "edit the step for this run in $EDITOR", "document", False, "edit"
    ),
    Command(
        "step.template",
        "T",
        "screen.template",
        "template",
        "look around in the template that the step deploys",
        "document",
        True,
        "template",
        "step",
    ),
    Command("run.plan", "w", "screen.plan", "what", "what would run, step by step", "document", False, "what"),
    # a list, the document, the output: whatever has the focus
    Command("list.up", "up,k", "cursor_up", "up", "the one above", "lists"),
    Command("list.down", "down,j", "cursor_down", "down", "the one below", "lists"),
    Command("list.page-up", "pageup", "page_up", "page up", "one page up", "lists"),
    Command("list.page-down", "pagedown", "page_down", "page down", "one page down", "lists"),
    Command("list.first", "g,home", "first", "first", "to the beginning", "lists"),
    Command("list.last", "G,end", "last", "last", "to the end", "lists"),
    # the panes
    Command("pane.detail", "enter", "detail", "detail", "open what is under the bar", "panes", True),
    Command(
        "pane.pin",
        "p",
        "screen.pin",
        "pin",
        "keep this pane in front, or let it follow the run again",
        "panes",
        True,
        "pin",
    ),
    Command(
        "pane.refresh", "r", "screen.refresh_data", "refresh", "read again from the cloud now", "panes", True, "refresh"
    ),
    Command("pane.sort", "S", "sort", "sort", "sort the table by the next column", "panes", False, "sort"),
    Command("resources.json", "J", "json", "JSON", "the resource as the service has it", "resources", True),
    Command(
        "resources.delete",
        "D",
        "delete",
        "delete",
        "delete the resource or the group, after typing its name",
        "resources",
    ),
    Command(
        "resources.tag", "t", "by_tag", "by tag", "group by a tag, by the next one, by groups again", "resources", True
    ),
    Command("resources.close", "left,h", "fold", "fold", "fold the group", "resources"),
    Command("resources.open", "right,l", "unfold", "unfold", "unfold the group", "resources"),
    Command(
        "deployments.earlier",
        "left_square_bracket",
        "earlier",
        "earlier",
        "the deployment before this one",
        "deployments",
        True,
    ),
    Command(
        "deployments.later",
        "right_square_bracket",
        "later",
        "later",
        "the deployment after this one",
        "deployments",
        True,
    ),
    Command("scale.more", "plus,equals_sign", "more(1)", "one more", "one instance more", "scale sets", True),
    Command("scale.fewer", "minus", "more(-1)", "one fewer", "one instance fewer", "scale sets", True),
    Command("scale.ten-more", "asterisk", "more(10)", "ten more", "ten instances more", "scale sets"),
    Command("scale.ten-fewer", "underscore", "more(-10)", "ten fewer", "ten instances fewer", "scale sets"),
    Command("scale.next", "right,l", "other(1)", "next set", "the next scale set", "scale sets"),
    Command("scale.previous", "left,h", "other(-1)", "previous set", "the scale set before", "scale sets"),
    Command("replay.pause", "space", "screen.replay_pause", "pause", "pause or go on with the replay", "replay", True),
    Command("replay.step", "full_stop", "screen.replay_step", "step", "to the next step", "replay", True),
    Command("replay.slower", "less_than_sign", "screen.replay_speed(-1)", "slower", "half the speed", "replay", True),
    Command(
        "replay.faster", "greater_than_sign", "screen.replay_speed(1)", "faster", "twice the speed", "replay", True
    ),
    # anywhere on the main screen
    Command("run.stop", "s", "screen.stop", "stop", "stop the step that runs", "anywhere", True, "stop"),
    Command(
        "step.output-screen",
        "O",
        "screen.output",
        "full output",
        "the step's output on the whole screen",
        "anywhere",
        False,
        "full",
    ),
    Command(
        "run.parameters",
        "v",
        "screen.parameters",
        "values",
        "variables and parameters of the run",
        "anywhere",
        True,
        "values",
    ),
    Command("pane.switch", "tab", "screen.switch", "pane", "from the document to the pane and back", "anywhere", True),
    Command("pane.back", "shift+tab", "screen.switch", "back", "the same", "anywhere"),
    Command("pane.1", "1", "screen.pane(1)", "resources", "pane 1: resources", "anywhere", False, "resources"),
    Command("pane.2", "2", "screen.pane(2)", "deployments", "pane 2: deployments", "anywhere", False, "deployments"),
    Command("pane.3", "3", "screen.pane(3)", "scale sets", "pane 3: scale sets", "anywhere", False, "scale"),
    Command("pane.4", "4", "screen.pane(4)", "hosts", "pane 4: hosts and their output", "anywhere", False, "hosts"),
    Command(
        "pane.5", "5", "screen.pane(5)", "run", "pane 5: variables and events of the run", "anywhere", False, "events"
    ),
    Command(
        "pane.zoom", "z", "screen.zoom", "zoom", "this half on the whole screen, and back", "anywhere", False, "zoom"
    ),
    Command(
        "find", "slash", "screen.find", "find", "find in the document, or filter the pane", "anywhere", True, "find"
    ),
    Command("command", "colon", "screen.command_line", "command", "type a command, with completion", "anywhere", True),
    Command("copy", "y", "screen.copy", "copy", "copy what is under the bar", "anywhere", False, "copy"),
    Command("help", "question_mark,f1", "screen.help", "help", "the keys of this place", "anywhere", True, "help"),
    Command("back", "escape", "screen.back", "back", "back, or close what is open", "anywhere"),
    Command("theme", "f2", "screen.theme", "theme", "choose a theme", "anywhere", False, "theme", "theme"),
    Command("palette", "ctrl+p", "app.command_palette", "palette", "all commands, by name", "anywhere"),
    Command("open", "ctrl+o", "screen.home", "runbooks", "the list of runbooks", "anywhere", False, "open"),
    Command("quit", "q", "screen.leave", "quit", "quit; asks while something runs", "anywhere", True, "quit"),
)

KEY_NAMES = {
    "enter": "⏎",
    "escape": "esc",
    "question_mark": "?",
    "slash": "/",
    "colon": ":",
    "full_stop": ".",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
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
    """A key as people write it: ``⏎``, ``?``, ``ctrl+p``."""
    name = KEY_NAMES.get(key, key)
    return _ASCII_NAMES.get(name, name) if ascii_only else name


def command(identifier: str) -> Command:
    """The command of that id.

    Raises:
        KeyError: there is none.
    """
    return _BY_ID[identifier]


_BY_ID = {item.id: item for item in COMMANDS}


def bindings(place: str) -> list[BindingType]:
    """Bindings of one place, each with its id so that it can be remapped."""
    return [
        Binding(item.key, item.action, item.label, show=item.footer, id=item.id)
        for item in COMMANDS
        if item.place == place
    ]


def key_map(keymap: dict[str, str] | None = None) -> list[tuple[str, str, str, str]]:
    """All keys as (id, keys, description, place), remapped ones as they are now, for ``azops keys``."""
    changed = keymap or {}
    return [(item.id, shown_keys(changed.get(item.id, item.key)), item.description, item.place) for item in COMMANDS]


def shown_keys(keys: str, ascii_only: bool = False) -> str:
    """Keys as people write them, separated by spaces."""
    return " ".join(key_name(key.strip(), ascii_only) for key in keys.split(","))


def verbs() -> dict[str, Command]:
    """Commands by their word on the ``:`` line."""
    return {item.verb: item for item in COMMANDS if item.verb}
