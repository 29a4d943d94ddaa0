"""Effects of a step, read from its code before it runs: reads, mutates, destroys.

A step that changes a cloud or a host needs consent; one that only reads, or works on local files, does not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from azops_tui.runbook.attributes import condition_code
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
    if kind is StepKind.KERNEL:
        return Effect.MUTATES if code.strip() else Effect.NONE  # in a language that is not read
    if kind is StepKind.POWERSHELL:
        return powershell_effect(code, shell_effect)
    return shell_effect(code, known)


def step_effects(kind: StepKind, code: str, attributes: Attributes, known: Definitions) -> Effect:
    """Effects of a step of code where its attributes run it, and of its condition. See :func:`effects`."""
    before = condition_effect(attributes.when, known)
    if kind is StepKind.SHELL and attributes.ssh:
        # A run command is a resource of the machine while it runs.
        changes = Effect.MUTATES if attributes.via == "run-command" else Effect.NONE
        return before | with_confirm(remote_effect(code) | changes, attributes)
    if kind is StepKind.SHELL and attributes.interpreter:
        return before | with_confirm(_interpreted(code, attributes.interpreter, known), attributes)
    return before | with_confirm(effects(kind, code, known), attributes)


def condition_effect(when: str, known: Definitions | None = None) -> Effect:
    """Effects of evaluating ``when=``, which the shell executes; NONE without a condition."""
    return shell_effect(condition_code(when), known) if when else Effect.NONE


def _interpreted(code: str, interpreter: str, known: Definitions) -> Effect:
    """Effects of code that is executed by an interpreter of the author's choice."""
    if re.search(r"[;&|<>`$()\n{}]", interpreter):
        # It is shell code itself: what it does beside interpreting is not known.
        return shell_effect(interpreter, known) | Effect.MUTATES
    words = interpreter.split()
    if words:
        words[0] = words[0].rpartition("/")[2]
    if len(words) > 1 and words[0] == "env":
        words = words[1:]
    if len(words) > 1:
        # Its arguments may be code: ``perl -e …``, ``az group delete``.
        direct = shell_effect(interpreter, known)
        return (
            direct | (Effect.MUTATES if code.strip() else Effect.NONE)
            if words[0] not in SHELLS
            else _after(direct, code, known)
        )
    if not words or words[0] in SHELLS:
        return effects(StepKind.SHELL, code, known)
    if words[0].startswith("python"):
        return effects(StepKind.PYTHON, code)
    if words[0] in {"pwsh", "powershell"}:
        return effects(StepKind.POWERSHELL, code)
    return Effect.MUTATES if code.strip() else Effect.NONE


def _after(options: Effect, code: str, known: Definitions) -> Effect:
    """Effects of code that a shell with options executes."""
    return (options & ~Effect.READS) | effects(StepKind.SHELL, code, known)


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
