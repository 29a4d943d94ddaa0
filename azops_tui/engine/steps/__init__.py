"""One module for each kind of step.

The module of a native step has ``prepare(context) -> Prepared``; that of a script has ``execute(context) -> Outcome``,
for the code of a script is all that can be known of it before it runs.
"""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import Any

from azops_tui.engine.context import Prepared, StepContext
from azops_tui.runbook import native
from azops_tui.runbook.model import StepKind

_EXECUTORS: dict[type[native.NativeStep], str] = {
    native.GroupStep: "group",
    native.KeypairStep: "keypair",
    native.DeployStep: "deploy",
    native.ScaleStep: "scale",
    native.SshStep: "ssh",
    native.ResourcesStep: "resources",
    native.GateStep: "gate",
    native.CopyStep: "copy",
    native.InstancesStep: "instances",
    native.WaitStep: "wait",
    native.ChartStep: "chart",
    native.IncludeStep: "include",
    native.CleanupStep: "cleanup",
    native.AnsibleStep: "ansible",
}
"""Type of a native step's body -> module in this folder, loaded when it is first needed."""


async def prepare(context: StepContext[Any]) -> Prepared:
    """Work out what a step is going to do, and what to ask before.

    Raises:
        StepProblem: what it needs is missing or not valid.
        AzureFailure: the cloud cannot be read, or would refuse what the step does.
    """
    if isinstance(context.body, native.NativeStep):
        prepared: Prepared = await _module(_EXECUTORS[type(context.body)]).prepare(context)
        return prepared
    attributes = context.step.attributes
    name = "remote" if attributes.ssh else "background" if attributes.background else context.step.kind.value
    name = "python" if name == StepKind.KERNEL else name
    question = None
    if context.step.kind is StepKind.SHELL and not attributes.ssh and context.need != "none":
        from azops_tui.engine.deletion_preview import script_question

        question = await script_question(context)
    return Prepared(partial(_module(name).execute, context), question)


def _module(name: str) -> Any:
    return import_module(f"azops_tui.engine.steps.{name}")
