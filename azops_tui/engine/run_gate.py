"""The gate of a run: made with the run, started with the first step that needs it, closed with the run."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from azops_tui.engine.cloud import RunCloud
from azops_tui.engine.context import Outcome
from azops_tui.engine.event_recorder import EventRecorder
from azops_tui.engine.guard import Proposal, Questions
from azops_tui.engine.problems import StepProblem
from azops_tui.events import records as ev
from azops_tui.events.azure_views import DeploymentView
from azops_tui.gate.classes import RequestClass
from azops_tui.gate.meter import Meter
from azops_tui.gate.policy import Actor, GatePolicy, GateRequest, PinnedTarget, current_actor
from azops_tui.http_edge import HttpEdge

if TYPE_CHECKING:
    from azops_tui.azure.cloud import Cloud
    from azops_tui.gate.proxy import GateProxy

_DEPLOYMENT = re.compile(
    r"(?:/subscriptions/[^/]+)?(?:/resourcegroups/(?P<group>[^/]+))?"
    r"/providers/Microsoft\.Resources/deployments/(?P<name>[^/]+)",
    re.IGNORECASE,
)


class RunGate:
    """Knows who acts, and what was agreed.

    Args:
        cloud: the run's.
        recorder: takes the events of the gate.
        questions: puts the questions about requests that are held.
        is_read_only: whether the run may only read.
        edge: records the requests that tools send, or answers them.
    """

    def __init__(
        self,
        cloud: RunCloud,
        recorder: EventRecorder,
        questions: Questions,
        is_read_only: Callable[[], bool],
        edge: HttpEdge | None = None,
    ) -> None:
        self._edge = edge
        self._cloud = cloud
        self._recorder = recorder
        self._questions = questions
        self._is_read_only = is_read_only
        self._policy: GatePolicy | None = None
        self._attached: Cloud | None = None
        self._proxy: GateProxy | None = None
        self._starting = asyncio.Lock()
        self.meter = Meter()
        """Counts of the run's requests."""
        self._sent: dict[int, ev.RequestSent] = {}
        self._folder: Path | None = None

    @property
    def policy(self) -> GatePolicy:
        """The policy; needs a running event loop."""
        if self._policy is None:
            self._policy = GatePolicy(
                run=lambda: self._recorder.run,
                read_only=self._is_read_only,
                ask=self._ask,
                record=self._record,
                meter=self.meter,
            )
            if (sandbox := self._questions.policy.sandbox) is not None:
                self._policy.hosts = frozenset(sandbox.allow_hosts)
        return self._policy

    @property
    def port(self) -> int:
        """Port of the proxy; 0 before it was started."""
        return self._proxy.port if self._proxy is not None else 0

    def attach(self, cloud: Cloud) -> None:
        """Lead the requests of the cloud's clients through the gate."""
        if self._attached is cloud:
            return
        from azops_tui.gate.transport import SdkGate

        self._attached = cloud
        tenant = cloud.endpoint.tenant if cloud.endpoint is not None else cloud.profile.tenant
        # A domain name cannot be compared with the id in a token.
        tenant = tenant if tenant.count("-") == 4 else ""
        self.policy.target = PinnedTarget(cloud.profile.cloud, cloud.subscription, tenant)
        cloud.set_gate(SdkGate(self.policy, cloud.profile.cloud))

    def admit(self, step: str) -> Actor:
        """Register a step, which may only read until it is agreed to do more."""
        actor = self.policy.admit(step, RequestClass.READS)
        self._recorder.hide(actor.password)
        return actor

    async def environment(self, actor: Actor) -> dict[str, str]:
        """The variables that lead what a step starts through the gate; starts the proxy on the first call."""
        from azops_tui.net.upstream import led_through

        async with self._starting:
            if self._proxy is None:
                self._proxy = await asyncio.to_thread(self._start, self.policy)
        bundle = str(self._folder_path / "authorities.pem")
        # The user's NO_PROXY is honoured behind the gate; here, every host goes through it, the simulator too.
        return led_through(self._proxy.url(actor), bundle)

    async def close(self) -> None:
        """End the proxy, its connections and the questions about what they hold."""
        if self._policy is not None:
            self._policy.close()
        if self._attached is not None:
            self._attached.set_gate(None)
            self._attached = None
        if self._proxy is not None:
            await self._proxy.close()
            self._proxy = None
        if self._folder is not None:
            await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)
            self._folder = None

    @property
    def _folder_path(self) -> Path:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="azops-gate-"))
        return self._folder

    def _start(self, policy: GatePolicy) -> GateProxy:
        from azops_tui.gate.proxy import GateProxy
        from azops_tui.net.certificates import public_authorities
        from azops_tui.net.upstream import LocalEndpoint

        cloud = self._cloud.opened
        local: LocalEndpoint | None = None
        public = public_authorities()
        if cloud is not None and cloud.endpoint is not None:
            address = urlsplit(cloud.endpoint.url)
            local = LocalEndpoint(address.hostname or "127.0.0.1", address.port or 443, cloud.endpoint.ca)
            public = (Path(cloud.endpoint.bundle).read_bytes() if cloud.endpoint.bundle else b"") + public
        proxy = GateProxy(policy, local, os.environ, self._edge)
        (self._folder_path / "authorities.pem").write_bytes(proxy.authority.pem + public)
        return proxy

    def _record(self, event: ev.Event) -> None:
        """Record an event of the gate. A deployment is shown from its PUT on, before the next read of the cloud."""
        self._recorder.record(event)
        if isinstance(event, ev.RequestSent):
            self._sent[event.id] = event
        elif isinstance(event, ev.RequestAnswered):
            sent = self._sent.pop(event.id, None)
            known = sent is not None and event.status in (200, 201, 202) and sent.method == "PUT"
            # A deploy step shows its own deployment, with every operation from the beginning.
            step = self._recorder.view.steps.get(event.step)
            is_shown = step is not None and step.kind == "azops=deploy"
            place = _DEPLOYMENT.fullmatch(sent.resource) if sent is not None and known and not is_shown else None
            if sent is not None and place is not None and sent.resource.lower() not in self._recorder.view.deployments:
                view = DeploymentView(
                    id=sent.resource, name=place["name"], group=place["group"] or "", state="Accepted", started=sent.at
                )
                self._recorder.record(ev.DeploymentChanged(at=event.at, step=event.step, deployment=view))

    async def _ask(self, actor: Actor, request: GateRequest, reasons: tuple[str, ...]) -> str:
        """Ask for agreement to one request; returns why it is refused, empty if it is allowed."""
        destroys = request.kind is RequestClass.DELETES
        verb = "Delete" if request.method == "DELETE" else "Send a request that deletes" if destroys else "Change"
        name = request.resource.rstrip("/").rsplit("/", 1)[-1]
        proposal = Proposal(
            "destroy" if destroys else "mutate",
            f"{verb} {name}",
            (
                f"{request.method} {request.resource}" + (f" ({request.note})" if request.note else ""),
                *([f"at {request.host}"] if request.service != "manager" else []),
                *([f"in {self._cloud.label}"] if self._cloud.label else []),
                *reasons,
                "The request is held until you answer, for 10 minutes at most.",
            ),
            name if destroys else "",
        )
        try:
            answer = await self._questions.ask(actor.step, proposal)
        except StepProblem as error:
            return error.view.advice and f"nobody agreed to it. {error.view.advice}"
        return "" if answer.accepted else " ".join(filter(None, ("it was declined.", answer.note)))


def end_agreement(outcome: Outcome) -> Outcome:
    """End what was agreed for the current step, and say what the gate refused of it.

    A refusal is why a script failed, or what its output does not tell.
    """
    actor = current_actor.get()
    if actor is None:
        return outcome
    actor.retire()
    if not actor.refusals or outcome.state not in ("done", "failed"):
        return outcome
    view, more = actor.refusals[-1], len(actor.refusals) - 1
    text = view.message + (f" {more} more requests were refused." if more else "")
    if outcome.state == "failed":
        return replace(outcome, failure=view, summary=text)
    return replace(outcome, summary=" ".join(filter(None, (outcome.summary, text))))
