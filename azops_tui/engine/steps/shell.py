"""Steps that run in the run's shell session."""

from __future__ import annotations

import contextlib
import re
import signal
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from azops_tui.azure.errors import flatten, sentence
from azops_tui.engine.context import Outcome, StepContext
from azops_tui.engine.script_failures import advise_script
from azops_tui.events.azure_views import FailureView

_AZ_ERROR = re.compile(r"^ERROR: (?:\((?P<code>[A-Za-z][\w.]*)\) ?)?(?P<rest>.*)$", re.MULTILINE)

_INNER = re.compile(r"^Exception Details:\s*\((?P<code>[A-Za-z][\w.]*)\) ?(?P<message>.*)$", re.MULTILINE)
_TARGET = re.compile(r"^\s*Target: (.+)$", re.MULTILINE)
_CORRELATION = re.compile(
    r"correlation[ -]?id[\"']?\s*(?:is|:|=)?\s*[\"']?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.I
)

if TYPE_CHECKING:
    from azops_tui.engine.sessions.session import StepSession


class Result(Protocol):
    """How a session's run ended."""

    @property
    def status(self) -> int | None: ...
    @property
    def stopped(self) -> bool: ...
    @property
    def timed_out(self) -> bool: ...
    @property
    def died(self) -> bool: ...


async def execute(context: StepContext[str]) -> Outcome:
    """Run the block; what it exported is then the run's."""
    session = await context.sessions.shell()
    program = context.variables.expand(context.step.attributes.interpreter)
    return await run_in(context, session, context.code, program or "bash")


async def run_in(context: StepContext[Any], session: StepSession, code: str, interpreter: str = "bash") -> Outcome:
    """Run code in a shell session as the step; a program that is no shell reads it as a file."""
    attributes = context.step.attributes
    context.on_stop = session.stop
    options: dict[str, Any] = {
        "interpreter": interpreter,
        "timeout": attributes.timeout,
        "on_output": context.output.write,
        "cwd": str(context.path(context.variables.expand(attributes.cwd))) if attributes.cwd else None,
        "env": context.secrets | {name: context.variables.expand(value) for name, value in attributes.env.items()},
    }
    try:
        if attributes.interactive and context.policy.interactive:
            with context.hand_over():
                result = await session.run(code, interactive=True, **options)
        else:
            result = await session.run(code, **options)
    finally:
        context.on_stop = None
    return outcome(context, result, "shell")


def outcome(context: StepContext[Any], result: Result, what: str) -> Outcome:
    """What the end of a session's run means for the step."""
    status = result.status
    if result.stopped:
        return Outcome("stopped", status, summary=context.if_stopped or "Stopped.")
    if result.timed_out:
        limit = context.step.attributes.timeout or 0
        view = FailureView(
            code="TimedOut",
            message=f"The step exceeded its timeout of {limit:g} s and was stopped.",
            advice="Raise its timeout= attribute, or check what it waits for.",
        )
        return Outcome("failed", status, view, f"{view.message} {view.advice}")
    if result.died:
        message = f"The {what} died during this step. It restarts from the state after the previous step."
        if what == "shell":
            message += " Such ends are `exec PROGRAM`, `set -n`, or a signal to the shell itself."
        return Outcome("failed", status, FailureView(code="SessionDied", message=message), message)
    if status == 0:
        return Outcome("done", 0)
    failure = azure_failure(context.output.errors)
    command = _command(context, getattr(result, "line", None))
    advice = advise_script(context.output.errors, command, status)
    if failure is not None:
        failure = msgspec.structs.replace(failure, command=command, advice=failure.advice or advice)
        where = _place(context, getattr(result, "line", None))
        summary = sentence(failure)
        return Outcome("failed", status, failure, f"{summary} (az failed{where}.)" if where else summary)
    where = _place(context, getattr(result, "line", None))
    message = f"It ended with exit status {status}{where}{_meaning(status)}."
    last = _last_line(context)
    if last:
        message += f" It said: {last}"
    view = FailureView(code=f"Exit{status}", message=message, advice=advice, command=command)
    return Outcome("failed", status, view, message)


def azure_failure(errors: str) -> FailureView | None:
    """The failure of Azure that ``az`` reported at the end of standard error; None where it reported none."""
    found = list(_AZ_ERROR.finditer(errors))
    if not found:
        return None
    last = found[-1]
    after = errors[last.start() :]
    correlation = _CORRELATION.search(after)
    if last["code"]:
        # A nested error is more specific than the error around it.
        inner = _INNER.search(after)
        code, message = (inner["code"], inner["message"]) if inner is not None else (last["code"], last["rest"])
        targets = _TARGET.findall(after)
        error = {"code": code, "message": message.strip(), "target": targets[-1].strip() if targets else ""}
        text: Any = {"error": error}
    elif last["rest"].lstrip().startswith("{"):
        text = last["rest"] + errors[last.end() :]
    else:
        return None
    view = flatten(text, correlation_id=correlation[1] if correlation is not None else "")[0]
    return view if view.code != "Unknown" else None


def _place(context: StepContext[Any], line: int | None) -> str:
    """``at line N`` of the document for a line of the step; empty if the step has a single line."""
    if not line or "\n" not in context.code.strip():
        return ""
    block = context.step.block
    if context.step.code == block.text:
        return f" at line {block.line + line}"
    code = context.step.code.splitlines()
    if line > len(code):
        return ""
    # The commands of a recorded session: the line of the document that has the same text.
    for row, text in enumerate(block.text.splitlines(), start=1):
        if code[line - 1].strip() and text.endswith(code[line - 1]):
            return f" at line {block.line + row}"
    return f" at its line {line}"


def _command(context: StepContext[Any], line: int | None) -> str:
    """The command at a line of the step's code; that of a step of one line needs no number."""
    lines = context.code.strip("\n").splitlines()
    if len(lines) == 1:
        return lines[0].strip()
    code = context.step.code.splitlines()
    return code[line - 1].strip() if line is not None and 0 < line <= len(code) else ""


def _meaning(status: int | None) -> str:
    if status == 127:
        return ": a command was not found"
    if status == 126:
        return ": a command cannot be executed"
    if status is not None and status > 128:
        with contextlib.suppress(ValueError):
            return f": {signal.Signals(status - 128).name} ended a command"
    return ""


def _last_line(context: StepContext[Any]) -> str:
    """The line of standard error that says most: the last that is not empty."""
    lines = [line.strip() for line in context.output.errors.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith(("ERROR", "error", "Error", "fatal"))]
    return (errors or lines or [""])[-1][:300]
