"""The main screen: the document, and beside it what it does.

Long because records, sizes, focus and the prompt meet here; what keys do is elsewhere.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

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
from azops_tui.ui.actions.base import Action
from azops_tui.ui.actions.cloud import CloudCommands
from azops_tui.ui.actions.hosts import HostCommands
from azops_tui.ui.actions.navigate import PaneActions, ScreenActions
from azops_tui.ui.actions.refresh import Refresher
from azops_tui.ui.actions.replay import ReplayActions
from azops_tui.ui.actions.run import RunActions
from azops_tui.ui.actions.search import Prompt, SearchActions
from azops_tui.ui.actions.step import SelectedStep, StepActions
from azops_tui.ui.appearance import app_of
from azops_tui.ui.commands import UiCommand, bindings, key_name
from azops_tui.ui.controller import Controller
from azops_tui.ui.event_log import EventLog
from azops_tui.ui.lines import safe
from azops_tui.ui.outline import outline, with_prerequisites
from azops_tui.ui.panes.base import PaneContext
from azops_tui.ui.panes.registry import pane_to_follow
from azops_tui.ui.replay import ReplayController
from azops_tui.ui.screens.output import OutputScreen
from azops_tui.ui.screens.sign_in import SignInDialog
from azops_tui.ui.tasks import Tasks, Trouble
from azops_tui.ui.widgets.bars import KeyBar, TopLine
from azops_tui.ui.widgets.document import DocumentView
from azops_tui.ui.widgets.paneframe import PaneFrame
from azops_tui.ui.widgets.rows import Rows
from azops_tui.ui.widgets.scrubber import Scrubber
from azops_tui.ui.widgets.secondframe import SecondFrame
from azops_tui.ui.writing.actions import WritingActions
from azops_tui.ui.writing.jump import JumpActions
from azops_tui.ui.writing.outline_view import OutlineColumn

if TYPE_CHECKING:
    from textual.widgets import TextArea

REDRAW_SECONDS = 1 / 3 if os.environ.get("SSH_CONNECTION") else 1 / 15
"""Minimum time between two redraws of a run; fewer on a link that may be slow. Keys do not wait for it."""
WIDE = 100
"""Columns from which document and pane stand side by side."""
TALL = 30
"""Lines from which a second pane stands below the first."""
TINY = (60, 16)
"""Below this many columns or lines only a list of steps is shown."""


class MainScreen(Screen[None]):
    """Shows the run of one controller. What its keys do is in the objects of :mod:`azops_tui.ui.actions`."""

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
    MainScreen #pane-side { width: 1.14fr; }
    MainScreen #second-frame { display: none; height: 10; }
    MainScreen.-tall #second-frame { display: block; }
    MainScreen.-tall #second-frame.-off, MainScreen.-zoom-pane #second-frame { display: none; }
    MainScreen.-one #pane-side { display: none; }
    MainScreen.-one.-pane #pane-side { display: block; }
    MainScreen.-one.-pane #document-frame { display: none; }
    MainScreen.-one OutlineColumn { width: 1fr; }
    MainScreen.-one.-outline #document-frame, MainScreen.-one.-outline #pane-frame { display: none; }
    MainScreen.-zoom-document #pane-side { display: none; }
    MainScreen.-zoom-pane #document-frame { display: none; }
    MainScreen.-tiny .frame { border: none; }
    """

    def __init__(self, controller: Controller, pane: int = 0) -> None:
        super().__init__()
        self._first_pane = pane
        self.controller = controller
        self.event_log = EventLog()
        self.document = DocumentView(controller.now, id="document")
        self.tasks = Tasks(self, self.request_redraw)
        replay = ReplayActions(controller if isinstance(controller, ReplayController) else None, self.request_redraw)

        def insert(markdown: str) -> None:
            self.writing.insert_step(markdown)

        self.cloud = CloudCommands(self, controller, self.tasks, insert)
        hosts = HostCommands(self, controller, self.tasks)
        context = PaneContext(controller, self.event_log, self.cloud, hosts, replay, insert)
        self.frame = PaneFrame(context)
        self.second = SecondFrame(context)
        self.top = TopLine(controller.file_name, controller.place, controller.view, is_replay=controller.live is None)
        self._scrubber = Scrubber(controller, replay.jump) if isinstance(controller, ReplayController) else None
        self._prompt = Prompt()
        panes = self._panes = PaneActions(self, self.document, self.frame, self.second)
        self.document.state.is_dashboard = controller.live is not None and controller.live.is_dashboard
        self._refresher = Refresher(controller, self.tasks, partial(self.call_later, self.document.hold))
        selected = SelectedStep(self.document, panes.reveal_document)
        self.run_actions = RunActions(self, controller, self.tasks, self.document, selected)
        self.search = SearchActions(
            self, self.document, self.frame, self._prompt, panes.show, hosts.run_typed, self._can
        )
        self.cloud.reveal = self.search.reveal
        self.outline_column = OutlineColumn(self.document)
        self.writing = WritingActions(self, controller, self.tasks, self.document, self.event_log, selected)
        leave = ScreenActions(self, controller, self.document, self.frame, self.event_log, panes, self.search)
        self.actions: Mapping[str, Action] = {
            **self.writing.table(),
            **self.outline_column.table(self),
            **JumpActions(self, self.document, self.frame, panes.show).table(),
            **self.run_actions.table(),
            **StepActions(self, controller, self.tasks, self.document, self.event_log, selected).table(),
            **replay.table(),
            **self.cloud.table(),
            **panes.table(),
            **self.search.table(),
            **leave.table(),
            "quit": Action(self.writing.leaving(leave.leave)),
            "open": Action(
                self.writing.leaving(leave.show_home),
                lambda: not self.document.state.is_dashboard,
                why_not=lambda: "A dashboard shows no other runbooks.",
            ),
        }
        """What each command of the main screen does, by its id."""
        self._records: list[Record] = []
        self._redraw_timer: Timer | None = None
        self._clock: Timer | None = None
        self._asked: set[str] = set()
        """Ids of the questions that were shown."""

    def compose(self) -> ComposeResult:
        """The frame: it can be painted before anything is known."""
        yield self.top
        with Horizontal(id="body"):
            yield self.outline_column
            with Vertical(id="document-frame", classes="frame"):
                yield self.document
            with Vertical(id="pane-side"):
                yield self.frame
                yield self.second
        if self._scrubber is not None:
            yield self._scrubber
        yield self._prompt.completions
        yield self._prompt
        yield KeyBar(self.actions)

    @property
    def busy(self) -> bool:
        """True while a step runs in this process."""
        return self.controller.live is not None and self.controller.live.busy

    # Actions

    def _can(self, command: UiCommand) -> bool:
        """True if a command can be carried out now."""
        action = self.actions.get(command.id)
        return action is None or action.is_enabled()

    def action_do(self, command_id: str) -> None:
        """Carry out a command, or say why it does nothing now."""
        action = self.actions[command_id]
        self.writing.before(command_id)
        if action.is_enabled():
            action.execute()
        else:
            self.notify(safe(action.why_not()), markup=False, timeout=4)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Enable a command if its action is enabled, or if it can say why it is not."""
        if action == "do":
            command = self.actions[str(parameters[0])]
            return command.is_enabled() or bool(command.why_not())
        return super().check_action(action, parameters)

    # The document

    def on_mount(self) -> None:
        """Show the frame, then read the document."""
        self.top.note = "reading"
        self.document.focus()
        if self._first_pane:
            self._panes.begin_in(self._first_pane)
        self.controller.subscribe(self._on_record)
        if isinstance(self.controller, ReplayController):
            self.controller.on_jump = self._on_jump
        if self.controller.runbook is not None:
            self._show_document(self.controller.runbook)
        else:
            self.call_after_refresh(
                lambda: self.tasks.start(self.controller.load, self._show_document, group="load", fatal=True)
            )

    def _show_document(self, runbook: Runbook | None) -> None:
        """Show the document, then read the cloud."""
        self.top.note = ""
        if runbook is not None:
            extra = [name for name in self.controller.view.steps if runbook.step(name) is None]
            pieces = outline(runbook, is_dashboard=self.document.state.is_dashboard)
            self.document.show(with_prerequisites(pieces, extra), runbook, self.controller.view)
            self._show_problems(runbook)
            self.writing.watch_file()
            self.run_actions.show_earlier()
            self._refresher.start()
        self._redraw()
        self.call_after_refresh(lambda: self.tasks.start(self.controller.watch, group="watch"))

    def _show_version(self, event: ev.DocumentChanged) -> None:
        runbook = self.controller.runbook
        if runbook is None:
            return
        view = self.controller.view
        extra = [name for name in view.steps if runbook.step(name) is None]
        pieces = outline(runbook, is_dashboard=self.document.state.is_dashboard)
        self.document.show_version(with_prerequisites(pieces, extra), runbook, view, event.renamed)
        self.writing.select_new()
        if runbook.errors:
            self.notify(safe(str(runbook.errors[0])), severity="warning", markup=False)

    def _show_problems(self, runbook: Runbook) -> None:
        errors = runbook.errors
        if errors and self.controller.live is not None:
            app_of(self).refuse(tuple(str(problem) for problem in errors))
        warnings = [problem for problem in runbook.problems if problem not in errors]
        if warnings:
            more = f" (and {len(warnings) - 1} more)" if len(warnings) > 1 else ""
            text = f"line {warnings[0].line}: {warnings[0].message}{more}"
            self.notify(safe(text), severity="warning", markup=False)

    def on_trouble(self, message: Trouble) -> None:
        """Show why a command failed."""
        if message.fatal:
            self.top.note = "cannot be opened"
            app = app_of(self)
            app.refuse((message.text,), app.leave)
        else:
            self.notify(safe(message.text), severity="error", timeout=10, markup=False)
        self._redraw()

    # Records

    def _on_record(self, record: Record) -> None:
        """Keep a record for the next redraw. Called by the controller, from any thread."""
        self._records.append(record)
        if len(self._records) == 1:
            self.app.call_later(self.request_redraw)

    def request_redraw(self) -> None:
        """Redraw soon: the screen's only timer between a record and what is drawn of it."""
        if self._redraw_timer is None and self.is_running:
            self._redraw_timer = self.set_timer(REDRAW_SECONDS, self._redraw)

    def _on_jump(self, records: Sequence[Record]) -> None:
        """Show a replay as it was after these records."""
        self._records.clear()
        self.event_log.clear()
        for record in records:
            self.event_log.take(record)
        self._redraw()

    def _redraw(self) -> None:
        """Take in the records and draw everything that may have changed."""
        if self._redraw_timer is not None:
            self._redraw_timer.stop()
            self._redraw_timer = None
        records, self._records = self._records, []
        view = self.controller.view
        for record in records:
            self.event_log.take(record)
            self._follow(record.event)
        for record in records:
            if isinstance(record.event, ev.DocumentChanged):
                self._show_version(record.event)
        if self.document.view is not view:
            self.document.show_view(view)
        self.document.steps_changed({record.event.step for record in records} | {view.current})
        self._draw_title()
        self.top.file = self.controller.file_name
        self.top.update(view, self.controller.place, busy=self.busy, elapsed=self._elapsed())
        if self._scrubber is not None:
            self._scrubber.refresh()
        self.frame.update_panes()
        self.second.update_pane(self.frame.active)
        if isinstance(self.app.screen, OutputScreen):
            self.app.screen.take_news()
        self.writing.place.put()
        self.outline_column.draw()
        self.refresh_bindings()
        for record in records:
            self._react(record.event)
        self._keep_clock()

    def _keep_clock(self) -> None:
        """Redraw once a second while a step runs, and not otherwise: an idle screen sends nothing."""
        is_running = self.busy and self.controller.view.question is None
        if is_running and self._clock is None:
            self._clock = self.set_interval(1.0, self._redraw)
        elif not is_running and self._clock is not None:
            self._clock.stop()
            self._clock = None

    def _follow(self, event: ev.Event) -> None:
        step = self.controller.view.steps.get(event.step)
        number = pane_to_follow(event, step.kind if step is not None else "")
        if number:
            self.frame.follow(number)

    def _react(self, event: ev.Event) -> None:
        """Show questions, warnings and failures."""
        view = self.controller.view
        if isinstance(event, ev.RunStarted):
            self._asked.clear()
        if isinstance(event, ev.ConfirmationAsked):
            if self.controller.live is not None and event.id in view.questions and event.id not in self._asked:
                self._asked.add(event.id)
                self.document.show_card(event.step)
                self.run_actions.ask(view.questions[event.id])
        elif isinstance(event, ev.SignInAsked):
            self.app.push_screen(SignInDialog(event.url, event.code, event.expires))
        elif isinstance(event, ev.SignInEnded):
            if isinstance(self.app.screen, SignInDialog):
                self.app.screen.dismiss()
        elif isinstance(event, ev.Notice) and event.level != "info" and not event.step:
            severity = "error" if event.level == "error" else "warning"
            self.notify(safe(event.text), severity=severity, markup=False)  # type: ignore[arg-type]  # a literal
        elif event.step in self._refresher.steps:
            return  # the bar stays where it is
        elif isinstance(event, ev.StepFinished) and event.state in ("failed", "unknown"):
            self.document.show_card(event.step)
        elif (
            isinstance(event, ev.StepStarted)
            and event.step != self.run_actions.started_by_key
            and event.at >= self.document.moved_at
        ):
            self.document.select(event.step)

    def _elapsed(self) -> float | None:
        """Seconds that the run has taken; None if it has not started."""
        view = self.controller.view
        if view.started is None:
            return None
        if view.duration is not None:
            return view.duration
        is_moving = self.busy or self.controller.live is None
        return (self.controller.now() if is_moving else view.now) - view.started

    def _draw_title(self) -> None:
        number, title = self.document.section
        text = f"{number} {safe(title)}" if title else safe(self.controller.file_name)
        frame = self.query_one("#document-frame")
        live = self.controller.live
        ahead = live is not None and live.writing is not None and live.writing.is_ahead
        frame.border_subtitle = Content("edits not in the file: S writes") if ahead else None
        shown = Content(text) if self.size.width >= TINY[0] else None
        if str(frame.border_title or "") != str(shown or ""):
            frame.border_title = shown

    def on_document_view_step_selected(self) -> None:
        """Show the section and the keys of the selected step."""
        self.keep_bar_clear()
        self._draw_title()
        self.refresh_bindings()

    def on_document_view_scrolled(self) -> None:
        """Show the section that is in view, and what the keys do now."""
        self.writing.place.put()
        self.on_document_view_step_selected()

    def on_rows_moved(self) -> None:
        self.keep_bar_clear()

    def on_key(self, event: events.Key) -> None:
        """Say that a key does nothing here."""
        if event.is_printable and not isinstance(self.focused, Input) and event.key not in self.active_bindings:
            name = key_name(event.key)
            self.notify(safe(f"{name} does nothing here; ? lists the keys that do."), markup=False, timeout=3)

    def on_screen_suspend(self) -> None:
        """Show the keys of the dialog that opens over the screen."""
        self.query_one(KeyBar).refresh()

    def on_screen_resume(self) -> None:
        self.query_one(KeyBar).refresh()

    def keep_bar_clear(self) -> None:
        """Show messages at the other end of the screen from the selected step."""
        focused = self.focused
        head = focused.cursor_row if isinstance(focused, Rows) else self.document.selected_row
        height = self.size.height
        below = head is not None and head >= height // 2
        if below != self.has_class("-messages-above"):
            self.set_class(below, "-messages-above")

    # Size and focus

    def on_resize(self, event: events.Resize) -> None:
        """Arrange document and pane side by side, one at a time, or as a plain list."""
        tiny = event.size.width < TINY[0] or event.size.height < TINY[1]
        self.set_class(tiny, "-tiny")
        self.set_class(event.size.width < WIDE, "-one")
        self.set_class(event.size.height >= TALL, "-tall")
        self.document.set_plain(tiny)
        self.outline_column.fit(event)
        self.call_after_refresh(self.writing.place.put)
        self._draw_title()
        self._keep_pane_visible()

    def on_descendant_focus(self) -> None:
        """Update the footer for the new focus."""
        self._keep_pane_visible()
        self.keep_bar_clear()
        self.refresh_bindings()

    def _keep_pane_visible(self) -> None:
        if self.frame.has_keys and self.has_class("-one"):
            self.add_class("-pane")

    # The prompt

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Give the editor the room that its text needs."""
        self.writing.place.on_typed(event.text_area)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter the pane while text is typed."""
        if event.input is self._prompt:
            self.search.apply_filter(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Carry out what was typed."""
        if event.input is self._prompt:
            self.search.submit(event.value)
