"""What the steps of a run work with and share: variables, sessions, connections, the cloud, and the way events take."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from azops_tui import paths
from azops_tui.engine.cloud import RunCloud
from azops_tui.engine.context import Outcome, StepContext, World
from azops_tui.engine.event_recorder import Emitter
from azops_tui.engine.guard import Policy, Questions
from azops_tui.engine.hosts import Fleets
from azops_tui.engine.output import Output
from azops_tui.engine.parameters import Resolved
from azops_tui.engine.plan import Planned
from azops_tui.engine.problems import StepProblem, explain
from azops_tui.engine.sessions.pool import Sessions, base_environment
from azops_tui.engine.step_runner import Stopper, perform
from azops_tui.engine.steps import executor
from azops_tui.engine.variables import Change, Namespace, Origin, is_noise
from azops_tui.events import records as ev
from azops_tui.runbook.model import Effect, Step, StepKind


class Workbench:
    """Takes single steps through, in the surroundings that all steps of a run share.

    Args:
        folder: in which sessions begin.
        emitter: takes the events.
        cloud: the run's.
        policy: what may be done without asking.
        hand_over: gives the terminal to an interactive step while the context is entered.
    """

    def __init__(
        self,
        folder: Path,
        emitter: Emitter,
        cloud: RunCloud,
        policy: Policy,
        hand_over: Callable[[], AbstractContextManager[object]],
    ) -> None:
        self.emitter = emitter
        self.cloud = cloud
        self.policy = policy
        self.hand_over = hand_over
        self.variables = Namespace(self._hide)
        self.sessions = Sessions(self.variables, folder)
        self.questions = Questions(policy, emitter.send)
        self.world = World()
        self.given: dict[str, str] = {}
        """Parameters that the user set; they win over a document's own literal exports."""
        self._fleets = Fleets()
        self._cloud_known = False
        self._began: float | None = None

    @property
    def read_only(self) -> bool:
        """Whether nothing may be changed: the policy says so, or the profile."""
        profile = self.cloud.profile
        return self.policy.read_only or (profile is not None and profile.read_only)

    def furnish(self, resolved: Resolved, more: Mapping[str, str]) -> None:
        """Set the variables that the first step finds: the environment, the cloud's, the run's, and parameters."""
        cloud = self.cloud.opened
        environment = base_environment(cloud.environment if cloud is not None else {}, sys.executable)
        self._cloud_known = cloud is not None
        self._began = time.time()
        for name, value in {**environment, **more, **resolved.values}.items():
            self.variables.set(name, value, "parameter", secret=name in resolved.secrets)

    async def take(self, planned: Planned, step: Step, stopper: Stopper, *, agreed_by: str = "") -> ev.StepState:
        """Take a step through to its end; returns the state it ended in. Nothing that it does raises."""
        began = time.monotonic()
        name = planned.name
        output = Output(
            name,
            self.emitter.send,
            self.emitter.redactor.stream,
            paths.state() / "output" / str(self.emitter.run) / f"{name.replace('/', '.')}.txt",
            keep_raw=bool(step.attributes.capture or step.expectations),
        )
        try:
            await self._reach_cloud()
            context = self._context(planned, step, output)
            outcome = await perform(
                context,
                executor(step),
                _effects(step),
                stopper,
                read_only=lambda: self.read_only,
                agreed_by=agreed_by,
            )
        except asyncio.CancelledError:
            if not stopper.requested:
                raise
            outcome = Outcome("stopped", summary="Stopped.")
        except Exception as error:
            outcome = Outcome.of_problem(explain(error))
        if outcome.state == "stopped" and stopper.with_run:
            outcome = Outcome("done", outcome.status, summary="Ended with the run.")
        if self.emitter.state.step(name).state == "waiting" and outcome.state not in ("skipped", "stopped"):
            self.emitter.send(ev.StepStarted(at=time.time(), step=name, code=step.code))
        stopper.over = True
        output.finish()
        await self._collect(name, step)
        self.emitter.send(
            ev.StepFinished(
                at=time.time(),
                step=name,
                state=outcome.state,
                duration=time.monotonic() - began,
                status=outcome.status,
                failure=outcome.failure,
                summary=outcome.summary,
            )
        )
        return outcome.state

    async def assign(self, name: str, value: str, origin: Origin, step: str, *, secret: bool = False) -> None:
        """Give a variable a value, in the sessions too, and tell of it."""
        change = self.variables.set(name, value, origin, secret=secret)
        await self.sessions.assign(name, value)
        if change is not None:
            self._announce(change, step)

    def observe(self, event: ev.Event, running: str = "") -> None:
        """Take in what was seen of the world, by a step or beside the run.

        Args:
            event: what was seen.
            running: the step that runs; what it tells of itself is not taken from elsewhere.
        """
        if not event.step and self._told_by(running, event):
            return
        if isinstance(event, ev.DeploymentChanged) and self._began is not None:
            deployment = event.deployment
            if event.step or (deployment.started or 0) >= self._began:
                self.world.created.update(
                    operation.resource_id.lower()
                    for operation in deployment.operations
                    if operation.resource_id and operation.state != "Waiting"
                )
        self.emitter.send(event)

    async def close(self) -> None:
        """End sessions and connections."""
        await self.sessions.close()
        await self._fleets.close()

    def _context(self, planned: Planned, step: Step, output: Output) -> StepContext:
        code = step.code
        if step.kind is StepKind.SHELL and self.given:
            from azops_tui.runbook.shell import override

            code = override(code, self.given)
        native = None
        if step.kind is StepKind.NATIVE:
            native = self.variables.substitute(step.native)
            if group := getattr(native, "group", ""):
                self.world.groups.add(group.lower())
            with contextlib.suppress(StepProblem):
                # For showing: a comment in the body may name variables that there are not.
                code = self.variables.expand(code)
        return StepContext(
            name=planned.name,
            step=step,
            code=code,
            folder=planned.folder,
            where=self.cloud.label,
            native=native,
            output=output,
            variables=self.variables,
            sessions=self.sessions,
            questions=self.questions,
            policy=self.policy,
            world=self.world,
            open_cloud=self.cloud.open if self.cloud.exists else None,
            send=self.observe,
            assign=lambda name, value, origin: self.assign(name, value, origin, planned.name),
            hand_over=self.hand_over,
            fleets=self._fleets,
        )

    async def _reach_cloud(self) -> None:
        """Make sure that steps act on the run's cloud: without it none may run, or ``az`` would act on another one.

        Raises:
            StepProblem: it cannot be opened.
        """
        if not self.cloud.exists or self._cloud_known:
            return
        cloud = await self.cloud.open()
        for name, value in cloud.environment.items():
            await self.assign(name, value, "parameter", "")
        self._cloud_known = True

    async def _collect(self, name: str, step: Step) -> None:
        """Take over and tell what a script changed among the variables."""
        if step.kind is StepKind.NATIVE or step.attributes.background or step.attributes.ssh:
            return
        try:
            changes = await (
                self.sessions.after_python() if step.kind is StepKind.PYTHON else self.sessions.after_shell()
            )
        except Exception as error:
            text = f"The variables after this step cannot be read: {error}"
            self.emitter.send(ev.Notice(at=time.time(), step=name, text=text, level="warning"))
            return
        for change in changes:
            self._announce(change, name)

    def _announce(self, change: Change, step: str) -> None:
        if is_noise(change.name):
            return
        self.emitter.send(
            ev.VariableSet(
                at=time.time(),
                step=step,
                name=change.name,
                value=change.shown,
                secret=change.secret,
                origin=change.origin,
            )
        )

    def _told_by(self, running: str, event: ev.Event) -> bool:
        """Whether the running step tells of the same thing itself, and knows it better: also what has not begun."""
        step = self.emitter.state.steps.get(running)
        if step is None or step.state != "running":
            return False
        if isinstance(event, ev.DeploymentChanged):
            return event.deployment.id.lower() in step.deployments
        return isinstance(event, ev.ScaleSetChanged) and event.scale_set.id.lower() in step.scale_sets

    def _hide(self, value: str) -> None:
        self.emitter.redactor.add(value)


def _effects(step: Step) -> Effect:
    """What a step does to the world, its condition included: that is run too."""
    if not step.attributes.when:
        return step.effects
    from azops_tui.runbook.classify import shell_effect

    return step.effects | shell_effect(f"[[ {step.attributes.when} ]]")
