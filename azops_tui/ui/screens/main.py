"""The main screen: the document, and beside it what it does."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Input

from azops_tui.events import records as ev
from azops_tui.events.records import Record
from azops_tui.runbook.model import Runbook
from azops_tui.ui import messages
from azops_tui.ui.commands import bindings
from azops_tui.ui.controller import Controller
from azops_tui.ui.event_log import Chronicle
from azops_tui.ui.lines import safe
from azops_tui.ui.outline import outline, with_prerequisites
from azops_tui.ui.panes.base import Pane
from azops_tui.ui.replay import ReplayController
from azops_tui.ui.screens.actions import Actions
from azops_tui.ui.screens.part import look_app
from azops_tui.ui.widgets.bars import KeyBar, TopLine
from azops_tui.ui.widgets.document import DocumentView
from azops_tui.ui.widgets.field import Field
from azops_tui.ui.widgets.paneframe import PaneFrame

FLUSH_SECONDS = 1 / 15
"""Records are shown at most this often."""
WIDE = 100
"""Columns from which document and pane stand side by side."""
TINY = (60, 16)
"""Below this many columns or lines only a list of steps is shown."""

_FOLLOW = {
    "azops=deploy": 2,
    "azops=scale": 3,
    "azops=instances": 3,
    "azops=ssh": 4,
    "azops=copy": 4,
    "azops=group": 1,
    "azops=resources": 1,
}


class MainScreen(Actions, Screen[None]):
    """Shows one controller's run."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("anywhere") + bindings("replay")
    DEFAULT_CSS = """
    MainScreen { background: $background; }
    MainScreen TopLine { dock: top; }
    MainScreen KeyBar { dock: bottom; }
    MainScreen #body { height: 1fr; }
    MainScreen .frame {
        height: 1fr; border: round $border-blurred; background: $background;
        border-title-color: $foreground; border-title-background: $background; border-title-style: none;
    }
    MainScreen .frame:focus-within { border: round $border; }
    MainScreen #document-frame { width: 1fr; }
    MainScreen #pane-frame { width: 1.14fr; }
    MainScreen.-one #pane-frame { display: none; }
    MainScreen.-one.-pane #pane-frame { display: block; }
    MainScreen.-one.-pane #document-frame { display: none; }
    MainScreen.-zoom-document #pane-frame { display: none; }
    MainScreen.-zoom-pane #document-frame { display: none; }
    MainScreen.-tiny .frame { border: none; }
    MainScreen #prompt {
        display: none; height: 1; border: none; padding: 0 1; background: $panel; dock: bottom; margin-bottom: 1;
    }
    MainScreen #prompt.-open { display: block; }
    """

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self.controller = controller
        self.chronicle = Chronicle()
        self.pinned = False
        self._records: list[Record] = []
        self._flush_timer: Timer | None = None
        self._tick: Timer | None = None
        self._asked: set[str] = set()
        self._changed_steps: set[str] = set()

    def compose(self) -> ComposeResult:
        """The frame: it can be painted before anything is known."""
        yield TopLine(self.controller.file_name, self.controller.place, self.controller.view)
        with Horizontal(id="body"):
            with Vertical(id="document-frame", classes="frame"):
                yield DocumentView(id="document")
            yield PaneFrame(self.controller, self.chronicle)
        yield Field(id="prompt")
        yield KeyBar()

    # Parts

    @property
    def document(self) -> DocumentView:
        """The document."""
        return self.query_one("#document", DocumentView)

    @property
    def frame(self) -> PaneFrame:
        """The panes."""
        return self.query_one(PaneFrame)

    @property
    def top(self) -> TopLine:
        """The line at the top."""
        return self.query_one(TopLine)

    @property
    def in_pane(self) -> bool:
        """Whether keys go to a pane."""
        return isinstance(self.focused, Pane)

    # Beginning

    def on_mount(self) -> None:
        """Show the frame, then ask for the document."""
        self.document.now = self.controller.now
        self.top.note = "reading"
        self.document.focus()
        self.controller.subscribe(self._on_record)
        if self.controller.runbook is not None:
            self._show_document(self.controller.runbook)
        else:
            self.call_after_refresh(self._load)

    def _load(self) -> None:
        self.run_worker(self._load_document(), group="load", exit_on_error=False)

    async def _load_document(self) -> None:
        try:
            runbook = await self.controller.load()
        except Exception as error:
            self.post_message(messages.Trouble(str(error), fatal=True))
            return
        self.post_message(messages.DocumentRead(runbook))

    def on_document_read(self, message: messages.DocumentRead) -> None:
        """Show the document."""
        self._show_document(message.runbook)

    def _show_document(self, runbook: Runbook | None) -> None:
        """Show the document, then look at the cloud."""
        self.top.note = ""
        if runbook is not None:
            extra = [name for name in self.controller.view.steps if runbook.step(name) is None]
            self.document.show(with_prerequisites(outline(runbook), extra), runbook, self.controller.view)
            self._tell_problems(runbook)
        self._refresh_all()
        self.refresh_bindings()
        self.call_after_refresh(lambda: self.run_worker(self._watch(), group="watch", exit_on_error=False))

    def _tell_problems(self, runbook: Runbook) -> None:
        errors = runbook.errors
        warnings = len(runbook.problems) - len(errors)
        if errors and not self.controller.replaying:
            look_app(self).refuse(tuple(str(problem) for problem in errors))
        if warnings:
            first = next(p for p in runbook.problems if p not in errors)
            more = f" (and {warnings - 1} more)" if warnings > 1 else ""
            self.notify(safe(f"line {first.line}: {first.message}{more}"), severity="warning", markup=False)

    async def _watch(self) -> None:
        try:
            await self.controller.watch()
        except Exception as error:
            self.post_message(messages.Trouble(str(error)))

    def on_trouble(self, message: messages.Trouble) -> None:
        """Say what could not be done."""
        if message.fatal:
            self.top.note = "cannot be opened"
            self.top.refresh()
            app = look_app(self)
            app.refuse((message.text,), app.leave)
        else:
            self.notify(safe(message.text), severity="error", timeout=10, markup=False)
        self._refresh_all()

    def on_told(self, message: messages.Told) -> None:
        """Say what was done."""
        self.notify(safe(message.text), markup=False)

    # Records

    def _on_record(self, record: Record) -> None:
        """Called by the controller, from any thread: keep the record, and draw soon."""
        self._records.append(record)
        if len(self._records) == 1:
            self.app.call_later(self._schedule)

    def _schedule(self) -> None:
        if self._flush_timer is None:
            self._flush_timer = self.set_timer(FLUSH_SECONDS, self._flush)

    def _flush(self) -> None:
        self._flush_timer = None
        records, self._records = self._records, []
        for record in records:
            self.chronicle.take(record)
            self._changed_steps.add(record.event.step)
            self._follow(record.event)
        self._refresh_all()
        for record in records:
            self._react(record.event)

    def _react(self, event: ev.Event) -> None:
        if isinstance(event, ev.ConfirmationAsked) and not self.controller.replaying:
            if event.id in self.controller.view.questions and event.id not in self._asked:
                self._asked.add(event.id)
                self.ask(self.controller.view.questions[event.id])
        elif isinstance(event, ev.Notice) and event.level != "info" and not event.step:
            severity = "error" if event.level == "error" else "warning"
            self.notify(safe(event.text), severity=severity, markup=False)  # type: ignore[arg-type]  # a literal
        elif isinstance(event, ev.StepFinished) and event.state in ("failed", "unknown"):
            self.document.show_card(event.step)
        elif (
            isinstance(event, ev.StepStarted)
            and self.document.state.selected != event.step
            and event.step != self._by_hand
        ):
            self.document.select(event.step)

    def _follow(self, event: ev.Event) -> None:
        """Which pane shows what the step does now."""
        number = 0
        if isinstance(event, ev.StepStarted | ev.ConfirmationAsked):
            step = self.controller.view.steps.get(event.step)
            number = _FOLLOW.get(step.kind, 0) if step else 0
        elif event.step and isinstance(event, ev.DeploymentChanged):
            number = 2
        elif event.step and isinstance(event, ev.ScaleSetChanged):
            number = 3
        elif isinstance(event, ev.HostStarted):
            number = 4
        if number:
            self.frame.follow(number, show=not self.pinned)

    def _refresh_all(self) -> None:
        """Draw everything that may have changed."""
        view = self.controller.view
        document = self.document
        if document.view is not view:
            document.show_view(view)
        current = {view.current} if view.current else set()
        document.steps_changed((self._changed_steps | current) - {""})
        self._changed_steps = set()
        self._draw_titles()
        self.top.view = view
        self.top.place = self.controller.place
        self.top.busy = self.controller.busy
        self.top.elapsed = self._elapsed()
        self.top.refresh()
        self.frame.update_panes()
        self._keep_time()
        self.refresh_bindings()

    def _elapsed(self) -> float | None:
        view = self.controller.view
        if view.started is None:
            return None
        if view.duration is not None:
            return view.duration
        active = self.controller.busy or self.controller.replaying
        return (self.controller.now() if active else view.now) - view.started

    def _keep_time(self) -> None:
        """Tick once a second while something runs, and not otherwise: an idle screen sends nothing."""
        if self.controller.busy and self._tick is None:
            self._tick = self.set_interval(1.0, self._refresh_all)
        elif not self.controller.busy and self._tick is not None:
            self._tick.stop()
            self._tick = None

    def _draw_titles(self) -> None:
        number, title = self.document.section
        frame = self.query_one("#document-frame")
        text = f"{number} {safe(title)}" if title else safe(self.controller.file_name)
        frame.border_title = Content(text) if self.size.width >= TINY[0] else None

    def on_document_view_step_selected(self) -> None:
        """Another section may have come under the bar."""
        self._draw_titles()
        self.refresh_bindings()

    def on_document_view_code_clicked(self) -> None:
        """A click on the code opens or folds it."""
        self.action_toggle_code()

    def rewind(self, records: list[Record]) -> None:
        """Show a replay as it was after these records."""
        self.chronicle = Chronicle()
        for record in records:
            self.chronicle.take(record)
        self.frame.chronicle_changed(self.chronicle)
        self.document.show_view(self.controller.view)
        self._refresh_all()

    # Sizes

    def on_resize(self, event: events.Resize) -> None:
        """Side by side, one at a time, or a plain list; focus, scroll and selection stay."""
        tiny = event.size.width < TINY[0] or event.size.height < TINY[1]
        self.set_class(tiny, "-tiny")
        self.set_class(event.size.width < WIDE, "-one")
        self.document.set_plain(tiny)
        self._draw_titles()
        if self.in_pane and self.has_class("-one"):
            self.add_class("-pane")

    def on_descendant_focus(self) -> None:
        """Keys go elsewhere now: the footer says so."""
        if self.in_pane and self.has_class("-one"):
            self.add_class("-pane")
        self.refresh_bindings()

    # The prompt

    def prompt(self, kind: str, placeholder: str, value: str = "") -> None:
        """Open the line at the bottom, for a command or a text to find."""
        field = self.query_one("#prompt", Input)
        field.placeholder = placeholder
        field.suggester = self.suggester(kind)
        field.value = value
        field.set_class(True, "-open")
        self.prompt_kind = kind
        field.focus()

    def close_prompt(self) -> None:
        """Close it; keys go where they went before."""
        field = self.query_one("#prompt", Input)
        if field.has_class("-open"):
            field.remove_class("-open")
            target = self.frame.active_pane if self.prompt_pane else self.document
            (target or self.document).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """A filter works while it is typed."""
        if event.input.id == "prompt" and self.prompt_kind == "filter" and self.frame.active_pane:
            self.frame.active_pane.set_filter(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Do what was typed."""
        if event.input.id != "prompt":
            return
        kind, value = self.prompt_kind, event.value
        self.close_prompt()
        if kind == "command":
            self.run_command_line(value)
        elif kind == "find" and not self.document.find(value):
            self.notify(safe(f"{value} is not in this document"), markup=False)

    def spawn(self, work: Callable[[], object], *, group: str = "run") -> None:
        """Run an awaitable command of the controller in a worker; what goes wrong becomes one sentence."""
        self.run_worker(self._guarded(work), group=group, exit_on_error=False)
        self.set_timer(0.05, self._refresh_all)

    async def _guarded(self, work: Callable[[], object]) -> None:
        try:
            await work()  # type: ignore[misc]  # it returns an awaitable
        except Exception as error:
            self.post_message(messages.Trouble(str(error) or type(error).__name__))
        finally:
            self.app.call_later(self._refresh_all)

    @property
    def replay(self) -> ReplayController | None:
        """The controller, where it is a replay."""
        return self.controller if isinstance(self.controller, ReplayController) else None
