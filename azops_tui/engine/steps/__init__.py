"""One module for each kind of step. Each has ``execute(context)``; those that change things may have ``describe``."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, cast

from azops_tui.engine.problems import problem
from azops_tui.runbook.model import Step, StepKind

if TYPE_CHECKING:
    from azops_tui.engine.context import Executor

_NATIVE = frozenset({"group", "keypair", "deploy", "scale", "ssh", "resources", "gate"})


def executor(step: Step) -> Executor:
    """The module that runs a step; loaded when first needed.

    Raises:
        StepProblem: there is none for its kind.
    """
    attributes = step.attributes
    if step.kind is StepKind.NATIVE:
        if step.native_kind not in _NATIVE:
            raise problem("NotAvailable", f"Steps of kind {step.native_kind} are not available in this version.")
        name = step.native_kind
    elif attributes.ssh:
        name = "remote"
    elif attributes.background:
        name = "background"
    else:
        name = step.kind.value
    return cast("Executor", import_module(f"azops_tui.engine.steps.{name}"))
