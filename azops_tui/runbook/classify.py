"""Effects of a step, read from its code before it runs: reads, mutates, destroys.

A step that changes a cloud or a host needs consent; one that only reads, or works on local files, does not.
"""

from __future__ import annotations

from collections.abc import Mapping

from azops_tui.runbook.foreign import powershell_effect, python_effect
from azops_tui.runbook.model import Attributes, Effect, Runbook, Step, StepKind
from azops_tui.runbook.shell_effects import SHELLS, Definitions, ShellClassifier, remote_effect, shell_effect
from azops_tui.runbook.verbs import Words

_CONFIRMED = {"mutate": Effect.MUTATES, "destroy": Effect.DESTROYS}


def effects(kind: StepKind, code: str, known: Definitions | None = None) -> Effect:
    """Effects of running code; NONE for code without commands.

    Args:
        kind: kind of the step; see ``native.native_effects`` for native steps.
        code: the code.
        known: definitions of the steps before it; gains those of this code.
    """
    if kind is StepKind.PYTHON:
        return python_effect(code, shell_effect)
    if kind is StepKind.POWERSHELL:
        return powershell_effect(code, shell_effect)
    return shell_effect(code, known)


def step_effects(kind: StepKind, code: str, attributes: Attributes, known: Definitions) -> Effect:
    """Effects of a step of code where its attributes run it. See :func:`effects`."""
    if kind is StepKind.SHELL and attributes.ssh:
        return with_confirm(remote_effect(code), attributes)
    if kind is StepKind.SHELL and attributes.interpreter:
        return with_confirm(_interpreted(code, attributes.interpreter, known), attributes)
    return with_confirm(effects(kind, code, known), attributes)


def _interpreted(code: str, interpreter: str, known: Definitions) -> Effect:
    """Effects of code that is executed by an interpreter of the author's choice."""
    words = interpreter.rpartition("/")[2].split()
    if not words or words[0] in SHELLS:
        return effects(StepKind.SHELL, code, known)
    if words[0].startswith("python"):
        return effects(StepKind.PYTHON, code)
    if words[0] in {"pwsh", "powershell"}:
        return effects(StepKind.POWERSHELL, code)
    return Effect.MUTATES if code.strip() else Effect.NONE


def with_confirm(effects: Effect, attributes: Attributes) -> Effect:
    """Add to the effects what ``confirm=`` demands. ``confirm=none`` removes nothing: it only concerns questions."""
    return effects | _CONFIRMED.get(attributes.confirm, Effect.NONE)


def _defined_before(runbook: Runbook, step: Step) -> Definitions:
    known = Definitions()
    for earlier in runbook.steps:
        if earlier.line >= step.line:
            break
        if earlier.kind is StepKind.SHELL and not earlier.attributes.ssh:
            shell_effect(earlier.code, known)
    return known


def deletions(runbook: Runbook, step: Step, code: str, variables: Mapping[str, str]) -> list[Words] | None:
    """The commands with which a shell step deletes something, as words; None if the code does not show them all.

    A word is None if only the shell can tell its value.

    Args:
        runbook: the document; its earlier steps are read for the functions that they define.
        step: the step.
        code: the code that the step runs.
        variables: values of the run's variables before the step.
    """
    classifier = ShellClassifier(_defined_before(runbook, step), variables=variables)
    classifier.script(code)
    return classifier.deletions if classifier.is_whole else None
