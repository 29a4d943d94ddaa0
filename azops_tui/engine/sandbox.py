"""Put what steps start inside the fence: in read-only runs, and in every run with ``--sandbox``."""

from __future__ import annotations

from pathlib import Path

from azops_tui.enforcement import Sandbox
from azops_tui.engine.environment import RunEnvironment
from azops_tui.engine.guard import Policy, unfenced_refusal
from azops_tui.engine.problems import problem
from azops_tui.gate.fence import can_fence
from azops_tui.runbook.model import Effect, Step


def hold(
    step: Step,
    effects: Effect,
    body: object,
    *,
    environment: RunEnvironment,
    policy: Policy,
    read_only: bool,
    gate_port: int,
) -> None:
    """Start the sessions of the run inside a fence, if the run needs one.

    Args:
        step: the step that is about to run.
        effects: its effects, as its text tells them.
        body: what is executed: the script, or a native step with its values filled in.
        environment: owner of the sessions.
        policy: says whether the run has a sandbox, and what is allowed in it.
        read_only: whether the run may only read.
        gate_port: port of the gate; 0 if it was not started.

    Raises:
        StepProblem: the kernel has no fence, and the step is not known to only read, or the run has a sandbox.
    """
    rules = policy.sandbox or Sandbox()
    if not (read_only or policy.sandbox):
        return
    if can_fence():
        writable = [] if read_only else [Path(path) for path in rules.allow_write]
        ports = [] if read_only else [port for _, port in rules.allow_hosts]
        environment.fence_in(gate_port, writable, ports, keeps_modes=read_only)
    elif read_only:
        if (refused := unfenced_refusal(step, effects, body)) is not None:
            raise refused
    else:
        raise problem(
            "NoSandbox",
            "The run has a sandbox, and this kernel cannot hold one (Landlock 4 is missing); the step was not run.",
            "Run it without --sandbox, or on Linux 6.7 or later. “azops doctor” shows what this machine lacks.",
        )
