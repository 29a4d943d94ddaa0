"""The list above the ``:`` line: commands and their arguments that fit what was typed so far."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from azops_tui.ui.commands import UiCommand, shown_keys, verbs
from azops_tui.ui.lines import Line, crop_line, width
from azops_tui.ui.widgets.rows import Row, Rows, text_row

_LINES = 8
_VERB_CELLS = 12


class Completions(Rows):
    """Lists completions; the prompt keeps the focus and moves the cursor here."""

    DEFAULT_CSS = """
    Completions {
        display: none; dock: bottom; margin-bottom: 2; height: auto; max-height: 8; background: $surface;
        border-top: solid $border-blurred;
    }
    Completions.-open { display: block; }
    """

    def __init__(self) -> None:
        super().__init__(empty="", classes="completions")
        self.can_focus = False
        self.is_chosen = False
        """True once a key moved to one of them, so that enter takes it."""

    def offer(self, text: str, arguments: Mapping[str, Sequence[str]], can: Callable[[UiCommand], bool]) -> None:
        """List what fits a text.

        Args:
            text: what was typed.
            arguments: what an argument can be, by its kind.
            can: whether a command can be carried out now.
        """
        self.is_chosen = False
        rows = completion_rows(text, arguments, can)
        self.set_rows(rows)
        self.action_first()
        self.set_class(bool(rows), "-open")
        self.styles.max_height = max(2, min(_LINES, self.screen.size.height - 6))

    def close(self) -> None:
        self.remove_class("-open")
        self.set_rows([])

    def move(self, by: int) -> None:
        """Choose the first completion, then the next (1) or the previous one (-1)."""
        if self.is_chosen:
            self._step(by)
        elif self.rows:
            self.is_chosen = True
            (self.action_first if by > 0 else self.action_last)()

    @property
    def text(self) -> str:
        """The line that the chosen completion makes; empty without one."""
        return self.current.key if self.current is not None else ""


def completion_rows(text: str, arguments: Mapping[str, Sequence[str]], can: Callable[[UiCommand], bool]) -> list[Row]:
    """Rows of the completions of a line; those that begin with what was typed come first."""
    verb, space, argument = text.lstrip().partition(" ")
    command = verbs().get(verb)
    if space:
        word = argument.strip().casefold()
        names = arguments.get(command.argument, ()) if command is not None else ()
        fitting = [name for name in names if word in name.casefold()]
        fitting.sort(key=lambda name: not name.casefold().startswith(word))
        lines: dict[str, Line] = {name: [(f" {verb} ", "muted"), (name, "strong")] for name in fitting}
        return [text_row(f"{verb} {name}", line, selectable=True) for name, line in lines.items()]
    word = verb.casefold()
    known = {name: item for name, item in verbs().items() if can(item)}
    first = [name for name in known if name.startswith(word)]
    inside = [name for name, item in known.items() if word in f"{name} {item.description}".casefold()]
    return [_row(name, known[name]) for name in dict.fromkeys([*first, *inside])]


def _row(verb: str, command: UiCommand) -> Row:
    name = f"{verb} {command.argument.upper()}" if command.argument else verb
    keys = shown_keys(command.key)

    def draw(cells: int) -> Line:
        room = cells - width([(keys, "")]) - 2
        line = crop_line([(f" {name.ljust(_VERB_CELLS)}  ", "strong"), (command.description, "muted")], room)
        return [*line, (" " * max(1, cells - width(line) - width([(keys, "")]) - 1), ""), (keys, "key")]

    return Row(verb, draw, f"{verb} {command.description}")
