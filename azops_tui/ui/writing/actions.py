"""Actions that write the document: edit, insert, delete, move, undo, expected results, and the file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from textual.screen import Screen

from azops_tui.runbook import edits
from azops_tui.runbook.model import Runbook, Step
from azops_tui.secrets.redact import MASK
from azops_tui.text import strip_ansi
from azops_tui.ui.actions.base import Action
from azops_tui.ui.actions.step import DASHBOARD, SelectedStep
from azops_tui.ui.controller import Controller
from azops_tui.ui.event_log import EventLog
from azops_tui.ui.format import count
from azops_tui.ui.lines import safe
from azops_tui.ui.problems import UserError
from azops_tui.ui.tasks import Tasks
from azops_tui.ui.widgets.document import DocumentView
from azops_tui.ui.writing.place import EditorPlace
from azops_tui.ui.writing.snippets import SNIPPETS
from azops_tui.ui.writing.working import WorkingDocument

LONGEST_RESULT = 200
"""Lines that an expected result may have."""


class WritingActions:
    """Writes the document.

    Args:
        screen: shows menus and messages.
        controller: the run, which goes on with the new text.
        tasks: runs the commands.
        document: has the selected step, and room for the editor.
        event_log: has the output of steps.
        selected: keeps actions from a step that is out of view.
    """

    def __init__(
        self,
        screen: Screen[None],
        controller: Controller,
        tasks: Tasks,
        document: DocumentView,
        event_log: EventLog,
        selected: SelectedStep,
    ) -> None:
        self._screen = screen
        self._controller = controller
        self._tasks = tasks
        self._document = document
        self._event_log = event_log
        self._selected = selected
        self.place = EditorPlace(screen, document)
        self._armed = ""
        """Step that a second ``d`` deletes."""
        self._new = ""
        """Step that was inserted and is not shown yet."""

    def table(self) -> Mapping[str, Action]:
        """Actions by command id."""
        acting = self._selected.acting
        why = self._why_not
        return {
            "step.edit": Action(acting(self.edit), self._can_edit, why_not=why),
            "document.prose": Action(self.edit_prose, self._can_write, why_not=why),
            "step.write": Action(acting(self.write_step), self._is_ahead, why_not=self._why_not_write),
            "step.insert": Action(self.insert, self._can_write, why_not=why),
            "step.delete": Action(acting(self.delete), self._can_edit, self._delete_label, why),
            "step.down": Action(acting(partial(self.move, 1)), self._can_edit, why_not=why),
            "step.up": Action(acting(partial(self.move, -1)), self._can_edit, why_not=why),
            "step.expect": Action(acting(self.expect), self._can_edit, why_not=why),
            "document.undo": Action(self.undo, self._can_write, why_not=why),
            "document.redo": Action(self.redo, self._can_write, why_not=why),
            "document.save": Action(self.save, self._can_save, why_not=self._why_not_write),
        }

    # What is possible

    @property
    def _writing(self) -> WorkingDocument | None:
        live = self._controller.live
        return live.writing if live is not None else None

    def _require(self) -> tuple[WorkingDocument, Runbook]:
        writing, runbook = self._writing, self._controller.runbook
        if writing is None or runbook is None:
            raise UserError("The document is still being read.")
        return writing, runbook

    def _step(self) -> Step | None:
        runbook = self._controller.runbook
        return runbook.step(self._document.selected) if runbook is not None else None

    def _can_write(self) -> bool:
        live = self._controller.live
        is_dashboard = live is not None and live.is_dashboard
        return self._writing is not None and self._controller.runbook is not None and not is_dashboard

    def _can_edit(self) -> bool:
        return self._can_write() and self._step() is not None

    def _can_save(self) -> bool:
        return self._is_ahead() or (self._writing is not None and self._writing.is_scratch)

    def _is_ahead(self) -> bool:
        return self._writing is not None and self._writing.is_ahead

    def _why_not(self) -> str:
        if self._controller.live is None:
            return "This is a replay: nothing can be edited."
        if self._controller.live.is_dashboard:
            return DASHBOARD
        if self._document.selected and self._step() is None:
            return f"{self._document.selected} stands in another document; open that to edit it."
        return (
            "This document has no steps; i inserts one." if self._can_write() else "The document is still being read."
        )

    def _why_not_write(self) -> str:
        return "The file has everything." if self._can_write() else self._why_not()

    def _delete_label(self) -> str:
        return f"again: delete {self._armed}" if self._armed else ""

    def before(self, command_id: str) -> None:
        """Called before every command: another one than ``d`` takes the first ``d`` back."""
        if command_id != "step.delete":
            self._armed = ""

    # Edits

    def _change(self, base: str, text: str, then: Callable[[], None] | None = None, *, write: bool = False) -> None:
        writing, _ = self._require()

        async def change() -> None:
            try:
                await writing.edit(text, base)
                if write:
                    await writing.save()
            except UserError:
                if writing.conflict is None:
                    raise

        def done(_: None) -> None:
            if writing.conflict is not None:
                self.show_conflict()
            elif then is not None:
                then()

        self._tasks.start(change, done, group="write")

    def edit(self) -> None:
        """Edit the source text of the selected step in place."""
        _, runbook = self._require()
        step = self._step()
        if step is None:
            return
        language = {"python": "python", "native": "yaml"}.get(step.kind.value, "bash")

        def done(text: str, write: bool) -> None:
            if text.rstrip("\n") != step.block.text.rstrip("\n") or write:
                self._change(runbook.text, edits.replace_code(runbook.text, step.block, text), write=write)

        self.place.open(step.name, step.block.text.removesuffix("\n"), language, done)

    def edit_prose(self) -> None:
        """Edit the text before the selected step, or the text in view if the step is not, in place."""
        _, runbook = self._require()
        extent = self._document.prose_to_edit()
        if extent is None:
            self._tell("There is no text before this step; i inserts some.", "warning")
            return
        before = edits.lines_between(runbook.text, *extent)

        def done(text: str, write: bool) -> None:
            if text.rstrip("\n") != before.rstrip("\n") or write:
                self._change(runbook.text, edits.replace_lines(runbook.text, *extent, text), write=write)

        self.place.open("", before.rstrip("\n"), "markdown", done, line=extent[0])

    def insert(self) -> None:
        """Insert a step or text below the selected step."""
        from azops_tui.ui.screens.menus import Choice, Menu

        choices = [Choice(name, name, snippet.note) for name, snippet in SNIPPETS.items()]
        self._screen.app.push_screen(Menu("Insert below", choices), lambda name: self._insert(name) if name else None)

    def _insert(self, name: str) -> None:
        _, runbook = self._require()
        step, snippet = self._step(), SNIPPETS[name]

        def done(text: str, write: bool) -> None:
            if text.strip():
                self.insert_text(runbook, step, snippet.markdown(text), write=write)

        body = snippet.body
        if name == "parameters":
            body = edits.front_matter_text(runbook.text) or body

            def done(text: str, write: bool) -> None:
                self._change(runbook.text, edits.with_front_matter(runbook.text, text), write=write)

        self.place.open(self._document.selected, body, snippet.colours, done, below=True)

    def insert_step(self, markdown: str) -> None:
        """Insert a step that a pane offers below the selected step."""
        if not self._can_write():
            self._tell(self._why_not(), "warning")
            return
        _, runbook = self._require()
        self.insert_text(runbook, self._step(), markdown)
        self._tell("The step is in the document, below the selected one. Nothing was run.")

    def insert_text(self, runbook: Runbook, step: Step | None, markdown: str, *, write: bool = False) -> None:
        """Insert Markdown below a step, and select the step in it."""
        text, line = edits.insert_below(runbook, step, markdown)

        def select() -> None:
            latest = self._controller.runbook
            new = next((s for s in latest.steps if s.line >= line), None) if latest is not None else None
            if new is not None and "```" in markdown:
                self._new = new.name
                self.select_new()

        self._change(runbook.text, text, select, write=write)

    def select_new(self) -> None:
        """Select the step that was inserted, once the document shows it."""
        if self._new in self._document.names:
            name, self._new = self._new, ""
            self._document.show_card(name)

    def delete(self) -> None:
        """Delete the selected step, at the second press."""
        _, runbook = self._require()
        step = self._step()
        if step is None:
            return
        if self._armed != step.name:
            self._armed = step.name
            self._tell(f"d again deletes {step.name} from the page; u brings it back.")
            self._screen.refresh_bindings()
            return
        self._armed = ""
        self._change(runbook.text, edits.remove_step(runbook, step))

    def move(self, by: int) -> None:
        """Move the selected step past the paragraph, heading or step below (1) or above (-1)."""
        _, runbook = self._require()
        step = self._step()
        if step is None:
            return
        try:
            text = edits.move_step(runbook, step, by)
        except edits.EditError as error:
            self._tell(str(error), "warning")
            return
        self._change(runbook.text, text, self._document.show_selected_card)

    def expect(self) -> None:
        """Make the present output of the selected step its expected result."""
        _, runbook = self._require()
        step = self._step()
        view = self._controller.view.steps.get(self._document.selected)
        output = self._event_log.outputs.get(self._document.selected)
        if step is None or view is None or view.state != "done" or view.edited:
            self._tell("Run the step first: what it prints then becomes its expected result.", "warning")
            return
        lines = [strip_ansi(line).replace(MASK, "xxx") for line in output.tail()] if output is not None else []
        if not any(line.strip() for line in lines):
            self._tell(f"{step.name} printed nothing.", "warning")
        elif len(lines) > LONGEST_RESULT:
            text = f"{step.name} printed {count(len(lines), 'line')}; an expected result has {LONGEST_RESULT} at most."
            self._tell(text, "warning")
        else:
            text = edits.with_expected(runbook, step, "\n".join(lines))
            self._change(runbook.text, text, lambda: self._tell(f"{step.name} is expected to print this again."))

    def undo(self) -> None:
        """Undo the last edit."""
        writing, _ = self._require()
        self._tasks.start(writing.undo, group="write")

    def redo(self) -> None:
        """Make the edit again that was undone last."""
        writing, _ = self._require()
        self._tasks.start(writing.redo, group="write")

    # The file

    def write_step(self) -> None:
        """Write the edits of the selected step to the file."""
        _, runbook = self._require()
        step = self._step()
        if step is not None:
            self._save(*edits.extent(runbook, step))

    def save(self) -> None:
        """Write all edits to the file; a scratch page gets a name."""
        writing, _ = self._require()
        if not writing.is_scratch:
            self._save(0, 0)
            return
        from azops_tui.ui.writing.save_as import NamePrompt

        live = self._controller.live

        def save(name: str | None) -> None:
            if name and live is not None:
                self._tasks.start(lambda: live.save_as(name), lambda _: self._tell(f"{live.file_name} is written."))

        self._screen.app.push_screen(
            NamePrompt("Save the scratch page as", "The page and its results stay open."), save
        )

    def _save(self, first: int, last: int, then: Callable[[], None] | None = None) -> None:
        writing, _ = self._require()

        async def write() -> bool:
            before = writing.in_file
            try:
                await writing.save(first, last)
            except UserError:
                if writing.conflict is None:
                    raise
            return writing.in_file != before

        def done(wrote: bool) -> None:
            if writing.conflict is not None:
                self.show_conflict()
                return
            self._tell(f"{writing.name} is written." if wrote else "The file has this step as it stands here.")
            if then is not None:
                then()

        self._tasks.start(write, done, group="write")

    def watch_file(self) -> None:
        """Show what happens to the file."""
        if self._writing is not None:
            self._writing.on_news = self._show_news

    def _show_news(self, sentence: str) -> None:
        if self._writing is not None and self._writing.conflict is not None:
            self._screen.call_later(self.show_conflict)
        else:
            self._tell(sentence)

    def show_conflict(self) -> None:
        """Show how page and file differ, and ask which lines to keep."""
        from azops_tui.ui.writing.conflict import ConflictSheet

        writing, _ = self._require()
        if writing.conflict is None or isinstance(self._screen.app.screen, ConflictSheet):
            return

        def decide(side: str | None) -> None:
            if side:
                self._tasks.start(partial(writing.decide, keep=side == "page"), group="write")

        self._screen.app.push_screen(ConflictSheet(writing.name, writing.conflict), decide)

    def leaving(self, leave: Callable[[], None]) -> Callable[[], None]:
        """The action, which asks first what to do with edits that the file has not."""

        def execute() -> None:
            from azops_tui.ui.screens.menus import Choice, Menu

            writing = self._writing
            if writing is None or not writing.is_ahead:
                leave()
                return
            choices = {"write": "and leave", "drop": "leave, and lose the edits", "stay": "go on here"}
            menu = Menu(
                f"{writing.name} has edits that the file has not", [Choice(c, c, n) for c, n in choices.items()]
            )

            def answer(choice: str | None) -> None:
                if choice == "write":
                    self._save(0, 0, leave)
                elif choice == "drop":
                    leave()

            self._screen.app.push_screen(menu, answer)

        return execute

    def _tell(self, text: str, severity: str = "information") -> None:
        self._screen.notify(safe(text), severity=severity, markup=False, timeout=4)  # type: ignore[arg-type]
