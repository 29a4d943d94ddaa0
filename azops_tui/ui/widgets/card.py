"""A step as lines: header, code, output and, if it failed, what to do."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from azops_tui.durations import format_duration
from azops_tui.events.run_view import RunView
from azops_tui.events.step_view import StepView
from azops_tui.runbook.languages import kind_of
from azops_tui.runbook.model import Runbook, Step
from azops_tui.ui.format import count
from azops_tui.ui.glyphs import Glyphs
from azops_tui.ui.highlight import highlight
from azops_tui.ui.lines import Line, crop, crop_line, safe, width, wrap
from azops_tui.ui.widgets.card_output import OutputMode, default_mode, output_lines

if TYPE_CHECKING:
    from azops_tui.engine.earlier import EarlierResult

_AGAIN = "O shows all that it wrote, e edits it, enter runs it again."
"""Advice for a failure that brings none."""


@dataclass(frozen=True)
class EditorRoom:
    """Lines of a card that an editor covers."""

    step: str
    lines: int
    below: bool
    """True below the card, for text that is inserted there; False in place of the code."""
    prose: int = 0
    """First source line of the text that it covers instead of a card; 0 for a card."""


@dataclass
class CardState:
    """Selection, and what is open, on the cards."""

    selected: str = ""
    in_code: bool = False
    """True if the code of the selected step is selected."""
    code_open: set[str] = field(default_factory=set)
    output_modes: dict[str, OutputMode] = field(default_factory=dict)
    """How to show the output of steps for which the user chose."""
    search: str = ""
    """Text that ``/`` marks, in lower case."""
    room: EditorRoom | None = None
    """Room for an editor."""
    earlier: Mapping[str, EarlierResult] = field(default_factory=dict)
    """What came of the steps in earlier runs."""
    is_dashboard: bool = False
    """True if no code is shown."""
    held: dict[str, StepView] = field(default_factory=dict)
    """Steps that are shown as they were while they are refreshed."""


@dataclass(frozen=True)
class CardLine:
    """A line of a card."""

    spans: Line
    part: str
    """``head``, ``code`` or ``output``: decides what a click does."""
    ground: str = ""
    """Name of the background style."""


def card(
    name: str, *, runbook: Runbook | None, view: RunView, state: CardState, cells: int, code_lines: int, marks: Glyphs,
    name_cells: int, now: float,
) -> list[CardLine]:  # fmt: skip
    """The lines of a step's card.

    Args:
        name: the step.
        runbook: the document, which knows a step before it ran.
        view: the run, which knows what became of it.
        state: what is selected, opened and folded.
        cells: width.
        code_lines: lines of code shown of a card that is not opened.
        marks: glyphs.
        name_cells: width of the column of names.
        now: the time, for what runs.
    """
    step = state.held.get(name) or view.steps.get(name) or StepView(name)
    declared = runbook.step(name) if runbook else None
    selected = state.selected == name
    bar = (marks.bar, "bar") if selected else (" ", "")
    ground = "bg-selected" if selected else ""
    room = max(10, cells - 4)
    mode = state.output_modes.get(name) or default_mode(step)
    output = output_lines(step, mode, room - 2, marks) if mode is not None else []
    tells = selected or bool(output)
    remark = _remark(declared, state)
    lines = [CardLine([bar, *_head(step, selected, tells, cells - 1, name_cells, marks, now, remark)], "head", ground)]
    reason = declared.runnable if declared else ""

    def add(spans: Line, part: str, style: str = "") -> None:
        lines.append(CardLine([bar, *spans], part, style or ground))

    room_here = state.room if state.room is not None and state.room.step == name else None
    if room_here is not None and not room_here.below:
        for _ in range(room_here.lines):
            add([], "editor")
    elif shows_code(step, state):
        language = declared.block.language if declared else {"python": "python", "shell": "bash"}.get(step.kind, "yaml")
        code = step.code or (declared.code if declared else "")
        opened = name in state.code_open
        for spans in _code(code, language, room, None if opened else code_lines, selected and state.in_code, marks):
            add([("  ", ""), *spans], "code", "bg-code" if not selected else ground)
    if reason and step.state == "waiting":
        for line in wrap([(f"cannot run here: {reason}", "warning")], room):
            add([("  ", ""), *line], "head")
    meant = declared is not None and any(one.error is not None for one in declared.expectations)
    for line in _news(step, view, room, marks, now, whole=selected or meant, is_dashboard=state.is_dashboard):
        add([("  ", ""), *line], "output")
    for line in output:
        add([("  ", ""), (f"{marks.quote} ", "rule"), *line], "output")
    if step.state == "waiting" and (earlier := state.earlier.get(name)) is not None:
        for line in _earlier(earlier, step, state.output_modes.get(name, "short"), room, marks):
            add([("  ", ""), *[(text, "faint") for text, _ in line]], "output")
    if room_here is not None and room_here.below:
        for _ in range(room_here.lines):
            add([], "editor")
    return lines


def _earlier(result: EarlierResult, step: StepView, mode: OutputMode, room: int, marks: Glyphs) -> list[Line]:
    """How a step ended in an earlier run, and what it wrote; nothing if its text was another."""
    before = result.step
    if before.source != step.source or before.hide in ("output", "both"):
        return []
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(result.at))
    told = before.failure.message if before.failure is not None else before.summary
    head = f"{marks.state(before.state)} {before.state} on {when} in run {result.run}" + (f": {told}" if told else "")
    lines = wrap([(head, "")], room)
    output = output_lines(before, mode, room - 2, marks) if default_mode(before) is not None else []
    return lines + [[(f"{marks.quote} ", ""), *line] for line in output]


def shows_code(step: StepView, state: CardState) -> bool:
    """True if a card shows its code: until the step is done, and later if the user opened it."""
    if state.is_dashboard:
        return False
    if step.name in state.code_open or (state.in_code and state.selected == step.name):
        return True
    return step.state not in ("done", "skipped") and step.hide not in ("input", "both")


def _remark(step: Step | None, state: CardState) -> str:
    """What a guessed step is taken for, or how often a step is refreshed; empty for other steps."""
    if step is not None and state.is_dashboard and step.is_refreshed:
        seconds = step.attributes.refresh or 0
        return f"every {seconds:g} s" if seconds < 60 else f"every {format_duration(seconds)}"
    if step is None or step.attributes.azops or kind_of(step.block.language) is not None:
        return ""
    return f"saves {step.block.file}" if step.block.file else "looks like bash"


def _head(
    step: StepView, selected: bool, tells: bool, cells: int, name_cells: int, marks: Glyphs, now: float, remark: str
) -> Line:
    took = step.duration
    if step.state in ("running", "asking") and step.started is not None:
        took = now - step.started
    glyph = marks.state(step.state)
    line: Line = [
        (f"{glyph} ", step.state),
        (crop(step.name, name_cells).ljust(name_cells), "strong" if selected else ""),
    ]
    line.append(("  ", ""))
    for letter, style in zip("RMD", ("reads", "mutates", "destroys"), strict=True):
        line.append((f"{letter} " if letter in step.effects.split() else "  ", style))
    line.append((format_duration(took).rjust(8) if step.state != "waiting" else " " * 8, "muted"))
    rest = cells - width(line) - 3
    if step.edited and rest >= 18:
        return crop_line([*line, ("   edited, not run", "asking")], cells)
    if step.state == "waiting" and (selected or remark) and rest >= 6:
        hints = [*([f"{marks.enter} run"] if selected else []), *([remark] if remark else [])]
        line.append((f"   {crop(f' {marks.separator} '.join(hints), rest)}", "faint"))
    elif remark.startswith("every") and rest >= 6:
        line.append((f"   {crop(remark, rest)}", "faint"))
    elif step.state in ("done", "skipped") and rest >= 8 and step.summary and not tells:
        line.append((f"   {crop(step.summary, rest)}", "muted"))
    elif step.state in ("stopped", "asking") and rest >= 8:
        line.append(({"stopped": "   stopped", "asking": "   needs you"}[step.state], step.state))
    return crop_line(line, cells)


def _code(code: str, language: str, room: int, limit: int | None, inside: bool, marks: Glyphs) -> list[Line]:
    """Lines of code, padded to the same width for a common background."""
    source = code.rstrip("\n").split("\n")
    shown = source if limit is None else source[:limit]
    more = len(source) - len(shown)
    result: list[Line] = []
    for number, line in enumerate(highlight("\n".join(shown), language)):
        line = crop_line([("▏" if inside and marks.bar != "|" else " ", "bar"), *line], room)
        if more and number == len(shown) - 1:
            note = f" {marks.ellipsis} {count(more, 'more line')}"
            line = [*crop_line(line, room - len(note)), (note, "faint")]
        result.append([*line, (" " * max(0, room - width(line)), "")])
    return result


def _news(
    step: StepView, view: RunView, room: int, marks: Glyphs, now: float, *, whole: bool, is_dashboard: bool
) -> list[Line]:
    """Progress, question or failure of a step, and with ``whole`` its summary."""
    lines: list[Line] = []
    if step.state == "running":
        sentence = progress(step, view, now)
        if sentence:
            lines.extend(wrap([(sentence, "accent")], room))
    elif step.state == "asking":
        question = next((q for q in view.questions.values() if q.step == step.name), None)
        if question:
            lines.extend(wrap([(f"{question.title}  ", "asking"), (f"{marks.enter} answer", "muted")], room))
    elif step.state in ("failed", "unknown"):
        lines.extend(failure(step, room, marks, shows_code=not is_dashboard))
    elif step.state in ("done", "skipped", "stopped") and whole and step.summary:
        lines.extend(wrap([(step.summary, "")], room))
    if step.state in ("done", "failed"):
        for check in step.checks:
            if not check.passed and not _is_told(check.text, step):
                lines.extend(wrap([(f"{marks.state('failed')} {check.text}", "failed")], room))
                for text in check.difference if step.state == "done" else ():
                    lines.extend(wrap([(f"  {safe(text)}", "delete" if text.startswith("-") else "add")], room))
                if step.state == "done" and len(check.whole_difference) > len(check.difference):
                    lines.append([("  O shows the whole difference", "faint")])
    return lines


def _is_told(text: str, step: StepView) -> bool:
    """True if the failure of the step contains the sentence already."""
    cause = step.failure.message if step.failure is not None else step.summary
    return " ".join(text.split()) in " ".join(cause.split())


def failure(step: StepView, room: int, marks: Glyphs, *, shows_code: bool = True) -> list[Line]:
    """Why a step failed, and what to do about it; with ``shows_code`` also the command that failed."""
    cause = step.failure
    arrow = f"{marks.arrow} "

    def advise(text: str) -> list[Line]:
        return wrap([(text, "text")], room, first=[(arrow, "accent")], rest=[(" " * len(arrow), "")])

    if cause is None:
        return wrap([(step.summary or f"ended with status {step.status}", "error")], room) + advise(_AGAIN)
    lines = wrap([(f"{cause.code}  ", "failed"), (cause.message, "error")], room)
    if shows_code and cause.command and cause.command not in cause.message:
        lines.extend(wrap([("command  ", "muted"), (cause.command, "code")], room, rest=[(" " * 9, "")]))
    for text in cause.difference:
        style = "delete" if text.startswith("-") else "add"
        lines.append(crop_line([(f"{text[:2]}", style), (safe(text[2:]), style)], room))
    if cause.target and cause.target not in cause.message:
        lines.extend(wrap([("at ", "muted"), (cause.target, "strong")], room))
    if cause.resource and cause.resource not in cause.message:
        lines.extend(wrap([("of ", "muted"), (cause.resource.rpartition("/")[2], "strong")], room))
    return lines + advise(cause.advice or _AGAIN)


def progress(step: StepView, view: RunView, now: float) -> str:
    """Progress of a running step as a sentence: ``5 of 7 done, master-0 is the slow one``; empty for a shell."""
    for key in reversed(step.deployments):
        deployment = view.deployments.get(key)
        if deployment is None or not deployment.operations:
            continue
        done = sum(operation.state == "Succeeded" for operation in deployment.operations)
        text = f"{done} of {len(deployment.operations)} done"
        running = [o for o in deployment.operations if o.state == "Running" and o.started is not None]
        if running:
            slow = min(running, key=lambda o: o.started or now)
            text += f", {slow.name} is the slow one" if len(running) < 4 else f", {len(running)} under way"
        return text
    for key in reversed(step.scale_sets):
        scale_set = view.scale_sets.get(key)
        if scale_set is not None:
            ready = sum(instance.state == "Succeeded" for instance in scale_set.instances)
            return f"{ready} of {scale_set.capacity} instances ready"
    if step.hosts:
        finished = sum(host.finished for host in step.hosts.values())
        return f"{finished} of {count(len(step.hosts), 'host')} done"
    return ""
