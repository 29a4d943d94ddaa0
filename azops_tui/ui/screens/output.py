"""A step's output on the whole screen: search, wrap, raw, save."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult, SuspendNotSupported
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Input

from azops_tui.durations import format_duration
from azops_tui.text import LineTail, strip_ansi
from azops_tui.ui.appearance import app_of
from azops_tui.ui.clipboard import copy
from azops_tui.ui.controller import Controller
from azops_tui.ui.event_log import EventLog, empty_output
from azops_tui.ui.format import count
from azops_tui.ui.lines import Line, safe
from azops_tui.ui.widgets.bars import LineBar, key_hints
from azops_tui.ui.widgets.field import Field
from azops_tui.ui.widgets.outputview import OutputView

_KEYS = (("/", "search"), ("N", "previous"), ("w", "wrap"), ("R", "raw"), ("S", "save"), ("y", "copy"), ("esc", "back"))


class OutputScreen(Screen[None]):
    """Shows the output of a step and follows it while the step runs."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,O", "close", "back"),
        Binding("slash", "search", "search"),
        Binding("n", "next(1)", "next"),
        Binding("N", "next(-1)", "previous"),
        Binding("w", "wrap", "wrap"),
        Binding("R", "raw", "raw"),
        Binding("S", "save", "save"),
        Binding("y", "copy", "copy"),
        Binding("p", "pictures", "pictures"),
    ]
    DEFAULT_CSS = """
    OutputScreen { background: $background; }
    OutputScreen .top { dock: top; }
    OutputScreen .bottom { dock: bottom; }
    OutputScreen OutputView { height: 1fr; padding: 0 1; }
    OutputScreen Input {
        display: none; height: 1; border: none; padding: 0 1; background: $panel; dock: bottom; margin-bottom: 1;
    }
    OutputScreen Input.-open { display: block; }
    """

    def __init__(self, controller: Controller, event_log: EventLog, step: str) -> None:
        super().__init__()
        self.controller = controller
        self.event_log = event_log
        self.step = step
        self._head = LineBar(lambda _: self.head(), "top")
        self._mode = ""
        self._shown = -1

    def compose(self) -> ComposeResult:
        yield self._head
        yield OutputView(id="output")
        yield Field()
        keys = (("p", "pictures"), *_KEYS) if self._pictures() else _KEYS
        yield LineBar(lambda _: key_hints(keys), "bottom")

    @property
    def output(self) -> OutputView:
        return self.query_one(OutputView)

    def head(self) -> Line:
        """The top line: step, state and number of lines."""
        marks = app_of(self).marks
        step = self.controller.view.steps.get(self.step)
        kept = self._kept()
        line: Line = [(" output of ", "muted"), (self.step, "strong")]
        if step is not None:
            line.append((f"  {marks.state(step.state)} {step.state}  {format_duration(step.duration)}", step.state))
        line.append((f"  {count(kept.total + bool(kept.partial), 'line')}", "muted"))
        if kept.total > len(kept.lines):
            line.append((f", the last {len(kept.lines)} are kept here; the journal has more", "asking"))
        line.append(("  wrapped" if self.output.wrap and not self.output.raw else "", "faint"))
        line.append(("  raw" if self.output.raw else "", "faint"))
        return line

    def _kept(self) -> LineTail:
        return self.event_log.outputs.get(self.step) or empty_output()

    def on_mount(self) -> None:
        self.output.focus()
        self.take_news()

    def take_news(self) -> None:
        """Show what the step wrote meanwhile; the main screen calls this when records have come."""
        kept = self._kept()
        size = kept.total + len(kept.partial) + len(self._differences())
        if size != self._shown:
            self._shown = size
            self.output.set_lines([*kept.tail(), *self._differences()], kept.total - len(kept.lines))
        self._head.refresh()

    def _differences(self) -> list[str]:
        """The whole differences from the expected outputs, to stand behind the output."""
        step = self.controller.view.steps.get(self.step)
        lines: list[str] = []
        for check in step.checks if step is not None else ():
            if check.whole_difference:
                lines += ["", f"── {check.text}", *check.whole_difference]
        return lines

    def _pictures(self) -> list[bytes]:
        step = self.controller.view.steps.get(self.step)
        return [picture.png for picture in step.pictures] if step is not None else []

    def action_pictures(self) -> None:
        """Draw the pictures of the step as they are, where the terminal can."""
        pictures = self._pictures()
        if not pictures:
            self.notify(f"{safe(self.step)} shows no picture.", markup=False)
            return
        from azops_tui.ui.graphics import show_pictures

        try:
            with self.app.suspend(), open("/dev/tty", "r+b", buffering=0) as terminal:
                is_drawn = show_pictures(pictures, terminal.fileno())
        except (SuspendNotSupported, OSError):
            is_drawn = False
        if not is_drawn:
            text = "This terminal draws no pictures (kitty's protocol or sixel); azops export has them."
            self.notify(text, severity="warning", markup=False)

    def action_close(self) -> None:
        """Close the search line, or go back if it is not open."""
        field = self.query_one(Input)
        if field.has_class("-open"):
            field.remove_class("-open")
            self.output.focus()
        else:
            self.dismiss(None)

    def _ask(self, mode: str, placeholder: str, value: str = "") -> None:
        self._mode = mode
        field = self.query_one(Input)
        field.placeholder, field.value = placeholder, value
        field.add_class("-open")
        field.focus()

    def action_search(self) -> None:
        self._ask("search", "search")

    def action_save(self) -> None:
        self._ask("save", "save as", f"{self.step.replace('/', '-')}.txt")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.query_one(Input).remove_class("-open")
        self.output.focus()
        if self._mode == "search":
            if event.value and not self.output.find(event.value):
                self.notify(safe(f"{event.value} is not in the output"), markup=False)
        elif event.value:
            self._save(Path(event.value).expanduser())

    def _save(self, path: Path) -> None:
        try:
            with path.open("x", encoding="utf-8") as file:
                file.writelines(strip_ansi(line) + "\n" for line in self._kept().tail())
        except FileExistsError:
            self.notify(safe(f"{path} is there already; choose another name."), severity="error", markup=False)
        except OSError as error:
            self.notify(safe(f"{path} cannot be written: {error.strerror}."), severity="error", markup=False)
        else:
            self.notify(safe(f"Saved as {path.resolve()}."), markup=False)

    def action_next(self, by: int) -> None:
        if self.output.search:
            self.output.find(self.output.search, by)

    def action_wrap(self) -> None:
        self.output.set_wrap(not self.output.wrap)
        self._head.refresh()

    def action_raw(self) -> None:
        self.output.set_raw(not self.output.raw)
        self._head.refresh()

    def action_copy(self) -> None:
        copy(app_of(self), "\n".join(strip_ansi(line) for line in self._kept().tail()))
