"""Wait until a condition holds on a resource, a group, a scale set, or the output of a command."""

from __future__ import annotations

import json
import time
from functools import partial

import msgspec

from azops_tui.azure.errors import AzureFailure
from azops_tui.durations import format_duration
from azops_tui.engine.context import Outcome, Prepared, StepContext
from azops_tui.engine.problems import problem
from azops_tui.engine.steps.scale import set_name
from azops_tui.engine.steps.ssh import seconds
from azops_tui.engine.variables import scalar, search
from azops_tui.events.records import ScaleSetChanged
from azops_tui.json_types import Json
from azops_tui.runbook.native import WaitStep

_GONE = frozenset({"ResourceNotFound", "ResourceGroupNotFound", "NotFound", "ParentResourceNotFound"})
_KEPT = 4_000_000
_SHOWN = 200


async def prepare(context: StepContext[WaitStep]) -> Prepared:
    """What is polled only reads, unless the step's command changes something."""
    return Prepared(partial(_execute, context))


async def _execute(context: StepContext[WaitStep]) -> Outcome:
    """Poll until the condition holds; the last state is in the message if it does not in time."""
    body = context.body
    interval = max(seconds(str(body.interval)) or 0.0, 0.05)
    limit = seconds(str(body.timeout)) or float("inf")
    began = time.monotonic()
    shown = ""
    while True:
        document, holds = await _poll(context)
        if holds is None:
            return Outcome("stopped", summary="Stopped.")
        state = _brief(document)
        waited = context.reading("waited", lambda: round(time.monotonic() - began, 3))
        if holds:
            if body.capture:
                await context.assign(body.capture, _text(document), "capture")
            summary = f"The condition holds after {format_duration(waited)}."
            return Outcome("done", summary=summary, value=document, has_value=True)
        if state != shown:
            shown = state
            context.output.say(f"{format_duration(waited)}: {state}")
        if waited + interval > limit:
            raise problem(
                "TimedOut",
                f"The condition did not hold within {format_duration(limit)}. Last: {state}",
                "Raise 'timeout', or find out what it waits for.",
                target="until",
            )
        await context.pause(interval)


async def _poll(context: StepContext[WaitStep]) -> tuple[Json, bool | None]:
    """The document as it is now, and whether the condition holds; None if the step was stopped."""
    body = context.body
    if body.command:
        document, status = await _output(context)
        if status is None:
            return document, None
        return document, _holds(body.until, document) if body.until else status == 0
    document = await _document(context)
    default = "properties.provisioningState == 'Succeeded'"
    if body.scale_set:
        default = "length(instances[?state == 'Succeeded']) == capacity"
    elif body.group:
        default = "state == 'Succeeded'"
    if document is None and not body.until:
        return None, False
    return document, _holds(body.until or default, document)


def _holds(condition: str, document: Json) -> bool:
    """Whether a JMESPath condition is true, as JMESPath defines it: not false, null or empty."""
    value = search(condition, document)
    return value is not None and value is not False and value not in ("", [], {})


async def _document(context: StepContext[WaitStep]) -> Json:
    """The resource, group or scale set; None if it does not exist."""
    body = context.body
    cloud = await context.cloud.open()
    try:
        if body.resource:
            return await cloud.resources.get(body.resource)
        if body.scale_set:
            scale_set = await cloud.scale_sets.get(body.group, set_name(body.scale_set))
            context.record(ScaleSetChanged(at=context.now(), step=context.name, scale_set=scale_set))
            return _plain(msgspec.to_builtins(scale_set))
        group = await cloud.groups.get(body.group)
        return None if group is None else _plain(msgspec.to_builtins(group))
    except AzureFailure as error:
        if error.view.code in _GONE:
            return None
        raise


def _plain(value: Json) -> Json:
    """The value with lists for tuples, which JMESPath does not know."""
    return json.loads(json.dumps(value))


async def _output(context: StepContext[WaitStep]) -> tuple[Json, int | None]:
    """What the command prints, as JSON or text, and its exit status; None if it was stopped."""
    session = await context.sessions.shell()
    context.on_stop = session.stop
    try:
        result = await session.run(context.body.command, on_output=lambda _text, _stream: None, keep=_KEPT)
    finally:
        context.on_stop = None
    if result.stopped:
        return None, None
    text = result.stdout.decode("utf-8", "replace").strip()
    try:
        return json.loads(text), result.status or 0
    except ValueError:
        return text, result.status if result.status is not None else 1


def _text(document: Json) -> str:
    return scalar(document) if not isinstance(document, list | dict) else json.dumps(document, ensure_ascii=False)


def _brief(document: Json) -> str:
    """The state of a document in a few words."""
    if document is None:
        return "it does not exist"
    if isinstance(document, dict):
        state = (document.get("properties") or {}).get("provisioningState") or document.get("state")
        if "instances" in document:
            ready = sum(instance.get("state") == "Succeeded" for instance in document["instances"])
            return f"{ready} of {document.get('capacity')} instances ready"
        if isinstance(state, str):
            return state
    text = _text(document)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
