"""Rehearsals: a document run on one local cloud after another, each with a fault that one of its writes meets."""

from __future__ import annotations

import asyncio
import contextlib
import random
import re
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from azops_tui.engine.guard import Policy
from azops_tui.engine.problems import StepProblem
from azops_tui.simulator.fault_specs import Fault, parse_fault

if TYPE_CHECKING:
    from azops_tui.azure.cloud import Cloud
    from azops_tui.azure.profiles import Profile
    from azops_tui.events.run_view import RunView
    from azops_tui.runbook.model import Runbook
    from azops_tui.simulator.endpoint import LocalCloud

SPEED = 60.0
"""How many times faster than Azure the clouds of rehearsals are, unless ``AZOPS_SIM_SPEED`` says otherwise."""
KINDS = (
    "throttle=1s,times=2",
    "policy",
    "error=503,times=1",
    "fail=AllocationFailed",
    "role",
    "reset,times=1",
    "quota",
    "latency=2s",
    "error=500",
    "never-ending",
)
"""Faults that writes meet, without their paths."""
_CONNECTION = re.compile(r"connection|reset by peer|disconnected|aborted|no answer", re.I)

Outcome = Literal["ends", "stops", "unclear", "hangs", "not met"]
"""``stops`` if the message names the cause, ``unclear`` if it does not; ``hangs`` if it does not end in time."""


@dataclass(frozen=True, slots=True, order=True)
class FaultPlace:
    """Where a fault can hit: requests of one method for the resources of one type."""

    method: str
    path: str
    """A regular expression; names are left out, because they often differ by run."""
    is_request: bool
    """False for resources of templates, which meet only faults of their operations."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """How a run with one fault went."""

    fault: str
    """The fault as people write it; empty for the run without one."""
    outcome: Outcome
    step: str = ""
    """Step at which it failed or was stopped."""
    sentence: str = ""
    in_flight: int = 0
    """Number of writes that are not known to have ended."""
    seconds: float = 0.0
    places: frozenset[FaultPlace] = frozenset()
    """Where other faults can hit it."""

    @property
    def is_safe(self) -> bool:
        """Whether it ended, or stopped with a message that names the cause."""
        return self.outcome in ("ends", "stops", "not met")


def places(view: RunView) -> frozenset[FaultPlace]:
    """Where faults can hit the writes of a run."""
    sent = [FaultPlace(entry.method, _place(entry.resource), True) for entry in view.requests.values()]
    deployed = {
        FaultPlace("PUT", _place(operation.resource_id), False)
        for deployment in view.deployments.values()
        for operation in deployment.operations
    }
    known = {(place.method, place.path) for place in sent}
    return frozenset(p for p in (*sent, *(d for d in deployed if (d.method, d.path) not in known)) if p.path)


def draw_faults(found: Iterable[FaultPlace], count: int, seed: int) -> list[str]:
    """Faults for these places: every kind that can hit one of them before a kind comes again."""
    ordered = sorted(found)
    usable = {kind: hit for kind in KINDS if (hit := [place for place in ordered if _meets(kind, place)])}
    if not usable:
        return []
    chance = random.Random(seed)
    kinds: list[str] = []
    while len(kinds) < count:
        kinds += chance.sample(list(usable), len(usable))
    faults: list[str] = []
    for kind in kinds[:count]:
        place = chance.choice(usable[kind])
        head, comma, options = kind.partition(",")
        faults.append(f"{head}:{place.path},method={place.method}{comma}{options}")
    return faults


def _meets(kind: str, place: FaultPlace) -> bool:
    fault = parse_fault(kind)
    if fault.method and place.method not in fault.method.split(","):
        return False
    is_group, is_deployment = "/resourceGroups/" in place.path, "/deployments/" in place.path
    if fault.fail or fault.never_ends:
        return not is_deployment and not is_group
    return place.is_request and (kind != "quota" or is_deployment or r"/Microsoft\.Compute/" in place.path)


def _place(resource: str) -> str:
    """A regular expression for the resources of one type; names are left out, because they often differ by run."""
    provider = re.search(r"/providers/(?!.*/providers/)([\w.]+)/(.+)", resource)
    if provider is None:
        return r"/resourceGroups/[^/]+$" if re.search(r"/resourceGroups/[^/]+$", resource, re.I) else ""
    types = provider[2].split("/")[::2]
    names = "/[^/]+/".join(map(re.escape, types))
    return f"/{re.escape(provider[1])}/{names}/[^/]+$"


async def rehearse(
    runbook: Runbook, profile: Profile, values: Mapping[str, str], fault: str, *, seed: int, limit: float
) -> Rehearsal:
    """Run a document once on a local cloud of its own, with a fault or none.

    Raises:
        ParameterError: a value is not valid for its parameter.
        RunError: the document cannot run.
        AzopsError: the cloud cannot be started.
    """
    from azops_tui.engine.run import Run
    from azops_tui.journal.store import Journal

    local = await asyncio.to_thread(_start, fault, seed)
    policy = Policy(yes=True, yes_destroy=True, trust_new_hosts=True, fill_from_output=True, trust_documents=True)
    hits = 1
    with (
        tempfile.TemporaryDirectory(prefix="azops-rehearsal-") as place,
        Journal(Path(place) / "journal.db") as journal,
    ):

        async def cloud() -> Cloud:
            from azops_tui.engine.cloud import connect_local

            return await connect_local(profile, local)

        run = Run(runbook, journal=journal, cloud=cloud, profile=profile, policy=policy, parameters=values)
        late = False
        try:
            work = asyncio.ensure_future(run.run_all())
            done, _ = await asyncio.wait([work], timeout=limit)
            late = not done
            if late:
                await run.stop()
            with contextlib.suppress(StepProblem):
                await work
            if fault:
                hits = await asyncio.to_thread(_hits, local)
        finally:
            await run.close()
            await local.close()
    return _judged(fault, run.state, late=late, hits=hits)


def _start(fault: str, seed: int) -> LocalCloud:
    import os

    from azops_tui.simulator.endpoint import LocalCloud, SimulatorSettings, start

    settings = SimulatorSettings(faults=(fault,) if fault else (), seed=seed)
    speed = None if os.environ.get("AZOPS_SIM_SPEED") else SPEED
    return LocalCloud(*start(speed=speed, arguments=settings.arguments()))


def _hits(local: LocalCloud) -> int:
    from azops_tui.simulator.endpoint import SimulatorError, call

    try:
        rows = msgspec.json.decode(call(local.endpoint, "GET", "/simulator/faults"), type=list[dict[str, object]])
    except (SimulatorError, msgspec.DecodeError):
        return 0
    return sum(hits for row in rows if isinstance(hits := row["hits"], int))


def _judged(fault: str, view: RunView, *, late: bool, hits: int) -> Rehearsal:
    ended = [step for step in view.steps.values() if step.state in ("failed", "unknown", "stopped")]
    step = ended[0] if ended else None
    failure = step.failure if step is not None else None
    sentence = failure.message if failure is not None else ""
    outcome: Outcome
    if late:
        outcome, sentence = "hangs", "it was stopped at the limit: no time limit of its own ended the step"
    elif not hits:
        outcome = "not met"
    elif view.verdict == "done":
        outcome = "ends"
    else:
        told = [failure.code, failure.message, failure.advice] if failure is not None else []
        told += step.tail(200) if step is not None else []
        outcome = "stops" if not fault or names_cause(parse_fault(fault), "\n".join(told)) else "unclear"
    return Rehearsal(
        fault,
        outcome,
        step.name if step is not None else "",
        sentence,
        len(view.in_flight),
        view.duration or 0.0,
        places(view),
    )


def names_cause(fault: Fault, text: str) -> bool:
    """Whether a message tells what went wrong: the code, the status or the sentence of the fault."""
    if fault.reset or fault.truncate:
        return bool(_CONNECTION.search(text))
    words = [fault.code, fault.message, str(fault.status) if fault.status else ""]
    words += _NAMES.get(fault.status, ()) if not fault.code else ()
    plain = " ".join(text.split()).lower()
    return any(word.lower() in plain for word in words if word)


_NAMES = {500: ("internal server error", "InternalServerError"), 503: ("service unavailable", "ServiceUnavailable")}
