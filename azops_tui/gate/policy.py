"""What becomes of a request: allow it, hold it and ask, or refuse it.

Every request has an actor: the step that sent it, or a person who acts outside of a step. A step does what it was
agreed to do. A read-only run changes nothing, whoever agrees.
"""

from __future__ import annotations

import asyncio
import itertools
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

from azops_tui.durations import format_duration
from azops_tui.errors import AzopsError
from azops_tui.events import records as ev
from azops_tui.events.azure_views import FailureView
from azops_tui.gate.bearer import tenant_of
from azops_tui.gate.classes import RequestClass
from azops_tui.gate.meter import Meter
from azops_tui.gate.operations import OperationBook, operation_state
from azops_tui.gate.waiting import say_again, saying_again
from azops_tui.http_edge import RECORDED_WAIT

HELD_AT_MOST = 600.0
"""Seconds for which a request waits for a person."""
_SUBSCRIPTION = re.compile(r"^/subscriptions/([^/]+)", re.IGNORECASE)
_COUNTER = itertools.count(1)
T = TypeVar("T")


@dataclass(slots=True, eq=False)
class Actor:
    """Who sends requests: a step, or a person outside of a step."""

    step: str
    """Name of the step; empty for a person."""
    level: RequestClass
    """The highest class of requests that it was agreed to send."""
    has_ended: bool = False
    """True once the step has ended, and with it what was agreed for it."""
    password: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    refusals: list[FailureView] = field(default_factory=list)
    """Why requests were refused, each reason once."""
    waits: set[str] = field(default_factory=set)
    """Notices of waiting, each shown once."""
    shows_progress: bool = False
    """True for a step that shows itself how its operations go on."""
    pending: dict[str, asyncio.Task[str]] = field(default_factory=dict)
    """Questions in progress by what they ask, so that a client's second try waits for the same answer."""

    def retire(self) -> None:
        """End what was agreed for a step that has ended: what it left behind may only read."""
        self.level, self.has_ended = RequestClass.READS, True


@dataclass(frozen=True, slots=True)
class GateRequest:
    """What the policy is told of a request."""

    method: str
    host: str
    url: str
    """Path with the query."""
    kind: RequestClass
    service: str
    cloud: str = ""
    """Cloud that the host belongs to; empty if it is not Azure's."""
    authorization: str = ""
    note: str = ""
    """What makes the class, where method and path do not tell: ``from 5 to 2 instances``."""

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    @property
    def resource(self) -> str:
        """What the request acts on: a resource's id, or host and path."""
        path = unquote(self.path)
        return path if self.service == "manager" else f"{self.host}{path}"


@dataclass(frozen=True, slots=True)
class PinnedTarget:
    """What a run acts on; empty fields are not known."""

    cloud: str = ""
    subscription: str = ""
    tenant: str = ""


class GateRefusal(AzopsError):  # noqa: N818 - the service's word for it
    """A request was refused; ``view`` says why."""

    def __init__(self, view: FailureView) -> None:
        super().__init__(view.message)
        self.view = view


Ask = Callable[[Actor, GateRequest, tuple[str, ...]], Awaitable[str]]
"""Ask a person, on the run's loop: returns why the request is refused, empty if it is allowed."""

current_actor: ContextVar[Actor | None] = ContextVar("current_actor", default=None)
"""The actor of requests that azops itself sends."""


class GatePolicy:
    """Decides on requests, from any thread.

    Args:
        run: number of the run.
        read_only: whether the run may only read.
        ask: asks a person.
        record: takes events, on the run's loop.
        meter: counts requests.
    """

    def __init__(
        self,
        *,
        run: Callable[[], int],
        read_only: Callable[[], bool],
        ask: Ask,
        record: Callable[[ev.Event], None],
        meter: Meter | None = None,
    ) -> None:
        self.target = PinnedTarget()
        self.hosts: frozenset[tuple[str, int]] | None = None
        """Hosts and ports that may be connected to besides Azure's; None for all."""
        self.meter = meter or Meter()
        self.person = Actor("", RequestClass.DELETES)
        self._run = run
        self._read_only = read_only
        self._ask = ask
        self._record = record
        self._loop = asyncio.get_running_loop()
        self._actors: dict[str, Actor] = {}
        self._operations = OperationBook()
        """Operations that change nothing, such as a validation, have numbers below 0 and are in no ledger."""
        self._sent: dict[int, GateRequest] = {}
        """Writes that are not answered yet, by number."""

    @property
    def read_only(self) -> bool:
        return self._read_only()

    def admit(self, step: str, level: RequestClass) -> Actor:
        """Register a step that may send requests; children that it leaves behind act in its name."""
        actor = Actor(step, level)
        self._actors[actor.password] = actor
        return actor

    def actor(self, password: str) -> Actor | None:
        """The actor with this password of the proxy."""
        return self._actors.get(password)

    def close(self) -> None:
        """Withdraw the questions in progress."""
        for actor in (self.person, *self._actors.values()):
            for question in actor.pending.values():
                question.cancel()
        self._operations.close()

    async def decide(self, actor: Actor, request: GateRequest) -> FailureView | None:
        """Hold a request until it may be sent.

        Returns:
            Why it is refused; None if it is allowed.
        """
        if request.kind is RequestClass.READS:
            return None
        if self._read_only():
            why = f"{self._what(actor, request)} was not sent: run {self._run()} is read-only."
            return await self._refused(actor, request, "ReadOnlyRun", why)
        reasons = self._reasons(actor, request)
        if not reasons:
            return None
        why = await self._on_loop(self._asked(actor, request, reasons))
        if not why:
            return None
        return await self._refused(actor, request, "NotAgreed", f"{self._what(actor, request)} was not sent: {why}")

    async def begin(self, actor: Actor, request: GateRequest) -> int:
        """Record a write before it is sent; returns its number."""
        number = next(_COUNTER)
        self._sent[number] = request
        await self._tell(
            ev.RequestSent(
                at=time.time(),
                step=actor.step,
                id=number,
                method=request.method,
                resource=request.resource,
                effect=request.kind.letter,
                host=request.host,
            )
        )
        return number

    async def end(
        self,
        actor: Actor,
        number: int,
        status: int | None,
        *,
        operation: str = "",
        problem: str = "",
        seconds: float = 0,
    ) -> None:
        """Record the answer to a write."""
        request = self._sent.pop(number, None)
        if operation and request is not None:
            await self._on_loop(self._follow(actor, request, number, operation))
        await self._tell(
            ev.RequestAnswered(
                at=time.time(),
                step=actor.step,
                id=number,
                status=status,
                operation=operation,
                problem=problem,
                duration=seconds,
            )
        )

    async def follow(self, actor: Actor, request: GateRequest, operation: str) -> None:
        """Say how an operation goes on that a request which changes nothing began, such as a validation."""
        if operation and request.method == "POST":
            await self._on_loop(self._follow(actor, request, -next(_COUNTER), operation))

    async def _follow(self, actor: Actor, request: GateRequest, number: int, operation: str) -> None:
        lines = None
        if actor.step and not actor.shows_progress:
            what = f"on {request.method} {request.resource}"
            lines = say_again(
                partial(self._inform, actor),
                lambda time: f"Azure has worked for {time} {what}",
                lambda: not actor.has_ended and self._operations.goes_on(number),
            )
        self._operations.begin(number, operation, lines)

    def unanswered(self, actor: Actor, request: GateRequest) -> AbstractAsyncContextManager[None]:
        """Say while the context is entered that a request of a step has no answer yet."""
        if not actor.step:
            return nullcontext()
        what = f"{request.method} {request.resource}"
        return saying_again(
            partial(self._inform, actor), lambda time: f"No answer from {request.host} for {time}: {what}"
        )

    async def _inform(self, actor: Actor, text: str) -> None:
        await self._tell(ev.Notice(at=time.time(), step=actor.step, text=text))

    async def observe(self, actor: Actor, request: GateRequest, status: int, headers: Mapping[str, str]) -> None:
        """Count a response; tell people if the service asks to wait."""
        self.meter.count(request.service, request.kind.letter, status, headers)
        wait = headers.get(RECORDED_WAIT) or headers.get("retry-after", "")
        if status == 429 or (status == 503 and wait):
            when = f"asks to wait {format_duration(float(wait))}" if wait.isdigit() else "asks to wait"
            await self._wait_notice(actor, f"Azure {when} ({status}): {request.method} {request.resource}")
        elif status >= 500:
            await self._wait_notice(actor, f"Azure answered {status}: {request.method} {request.resource}")

    async def lost(self, actor: Actor, request: GateRequest, problem: str) -> None:
        """Tell people that a connection was lost before the answer."""
        text = f"The connection to {request.host} was lost ({problem}): {request.method} {request.resource}"
        await self._wait_notice(actor, text)

    async def _wait_notice(self, actor: Actor, text: str) -> None:
        if text not in actor.waits:
            actor.waits.add(text)
            await self.notice(actor, text)

    def operation_of(self, request: GateRequest) -> int:
        """Number of the request whose operation a request asks about; 0 if it asks about none."""
        return self._operations.number(request.path) if request.method == "GET" else 0

    async def operation_seen(self, actor: Actor, number: int, status: int, body: bytes) -> None:
        """Record the end of an operation, if that is what the answer to a request about it says."""
        state = operation_state(status, body)
        if state:
            await self._on_loop(self._operation_ended(actor, number, state))

    async def _operation_ended(self, actor: Actor, number: int, state: str) -> None:
        self._operations.end(number)
        if number > 0:
            self._record(ev.OperationEnded(at=time.time(), step=actor.step, id=number, state=state))

    async def notice(self, actor: Actor, text: str) -> None:
        """Tell people something about a request that is not refused."""
        await self._tell(ev.Notice(at=time.time(), step=actor.step, text=text, level="warning"))

    async def refuse_connection(self, actor: Actor, host: str, message: str) -> None:
        """Record that a connection was refused."""
        request = GateRequest("CONNECT", host, "/", RequestClass.CHANGES, "other")
        await self._refused(actor, request, "ConnectionRefused", message)

    def _reasons(self, actor: Actor, request: GateRequest) -> tuple[str, ...]:
        """Why a person must be asked; empty if what was agreed covers the request."""
        reasons = []
        if request.kind > actor.level:
            known = ("only reads", "changes but deletes nothing")[actor.level]
            agreed = "has ended, and with it what was agreed" if actor.has_ended else f"{known}, as far as was agreed"
            reasons.append(f"The step {actor.step} {agreed}.")
        target = self.target
        subscription = _SUBSCRIPTION.match(request.path)
        other = subscription[1] if request.service == "manager" and subscription else ""
        if other and target.subscription and other.lower() != target.subscription.lower():
            reasons.append(f"It acts on the subscription {other}; the run's is {target.subscription}.")
        if target.cloud in ("public", "usgov", "china") and request.cloud not in ("", target.cloud):
            reasons.append(f"It acts on the cloud {request.cloud}; the run's is {target.cloud}.")
        tenant = tenant_of(request.authorization)
        if tenant and target.tenant and tenant.lower() != target.tenant.lower():
            reasons.append(f"It acts in the tenant {tenant}; the run's is {target.tenant}.")
        return tuple(reasons)

    async def _asked(self, actor: Actor, request: GateRequest, reasons: tuple[str, ...]) -> str:
        """Ask once for the same thing, however often the client tries; returns why the request is refused."""
        key = f"{request.kind.letter} {request.method} {request.host}{request.path.lower()}"
        task = actor.pending.get(key)
        if task is None:
            task = actor.pending[key] = asyncio.ensure_future(self._ask_person(actor, request, reasons))
            task.add_done_callback(lambda _: actor.pending.pop(key, None))
        return await asyncio.shield(task)

    async def _ask_person(self, actor: Actor, request: GateRequest, reasons: tuple[str, ...]) -> str:
        self._record(
            ev.RequestHeld(
                at=time.time(),
                step=actor.step,
                method=request.method,
                resource=request.resource,
                effect=request.kind.letter,
                host=request.host,
            )
        )
        try:
            async with asyncio.timeout(HELD_AT_MOST):
                why = await self._ask(actor, request, reasons)
        except TimeoutError:
            return f"nobody answered within {HELD_AT_MOST / 60:.0f} minutes."
        only_level = len(reasons) == 1 and request.kind > actor.level
        if not why and not actor.has_ended and request.kind is RequestClass.CHANGES and only_level:
            actor.level = RequestClass.CHANGES
        return why

    @staticmethod
    def _what(actor: Actor, request: GateRequest) -> str:
        by = f" by the step {actor.step}" if actor.step else ""
        return f"{request.method} {request.resource}{by}"

    async def _refused(self, actor: Actor, request: GateRequest, code: str, message: str) -> FailureView:
        advice = (
            "Run it without --read-only, with a profile that is not read-only."
            if code == "ReadOnlyRun"
            else "Run the step again and agree to the question."
        )
        view = FailureView(code=code, message=message, resource=request.resource, advice=advice)
        if view not in actor.refusals:
            actor.refusals.append(view)
        await self._tell(
            ev.RequestRefused(
                at=time.time(),
                step=actor.step,
                method=request.method,
                resource=request.resource,
                effect=request.kind.letter,
                host=request.host,
                code=code,
                text=message,
            )
        )
        return view

    async def _tell(self, event: ev.Event) -> None:
        async def tell() -> None:
            self._record(event)

        await self._on_loop(tell())

    async def _on_loop(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the run's loop, from whatever thread, and wait for it."""
        if asyncio.get_running_loop() is self._loop:
            return await work
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))
