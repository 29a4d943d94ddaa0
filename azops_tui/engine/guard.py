"""Whether a step may run: read-only runs, confirmations, and who answers them.

The journal keeps every question with its answer, also if a flag answers it. Agreement to changes (``--yes``) is never
agreement to deletions (``--yes-destroy``).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from azops_tui.enforcement import Sandbox
from azops_tui.engine.problems import StepProblem, problem
from azops_tui.events.records import AskedValue, ConfirmationAnswered, ConfirmationAsked, Event
from azops_tui.runbook.attributes import condition_code
from azops_tui.runbook.model import Effect, Step, StepKind
from azops_tui.runbook.native import SshStep, WaitStep

Kind = Literal["mutate", "destroy", "gate", "hostkey", "values", "trust"]
Need = Literal["none", "mutate", "destroy"]

_FLAGS: dict[Kind, str] = {
    "mutate": "--yes",
    "destroy": "--yes-destroy",
    "gate": "--yes",
    "hostkey": "--trust-new-hosts",
    "values": "--set NAME=VALUE",
    "trust": "azops trust FILE",
}


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """What a run may do without asking, and whether a person can be asked."""

    yes: bool = False
    """Agree to changes and gates."""
    yes_destroy: bool = False
    """Agree to deletions."""
    read_only: bool = False
    """Refuse every step that changes or deletes something, whatever the other fields are."""
    interactive: bool = False
    """True if a person can answer questions."""
    trust_new_hosts: bool = False
    """Record the key of a host that is not known yet. A changed key is refused all the same."""
    strict: bool = False
    """Fail a step whose output differs from the example that its document shows."""
    fill_from_output: bool = False
    """Fill placeholders with values of the same name in the JSON that earlier steps printed, without asking."""
    sandbox: Sandbox | None = None
    """Start what steps run inside a fence: no writes and no connections but those that it allows; None for no fence."""
    trust_documents: bool = False
    """Trust the documents of the run: a person named the file to a run without a screen."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A question: what a person is to agree to."""

    kind: Kind
    title: str
    lines: tuple[str, ...] = ()
    typed: str = ""
    """Word to type; empty if a plain yes is enough."""
    steps: tuple[str, ...] = ()
    """Names of the steps that one answer covers; empty for a single step."""
    values: tuple[AskedValue, ...] = ()
    """Values to enter."""


def need(step: Step, effects: Effect) -> Need:
    """The agreement that a step needs.

    ``confirm=`` overrides what was read from a script; it cannot waive the question before a native step that deletes.
    """
    known: Need = "none"
    if Effect.DESTROYS in effects:
        known = "destroy"
    elif Effect.MUTATES in effects:
        known = "mutate"
    override = step.attributes.confirm
    if override not in ("none", "mutate", "destroy") or (step.native_kind and known == "destroy"):
        return known
    return override  # type: ignore[return-value]  # the test above leaves the three words of Need


def refusal(step: Step, effects: Effect, *, read_only: bool) -> StepProblem | None:
    """The problem with which a read-only run refuses a step; None if the step may run."""
    changes = bool(effects & (Effect.MUTATES | Effect.DESTROYS)) or step.attributes.confirm in ("mutate", "destroy")
    if not (read_only and changes):
        return None
    verb = "deletes" if Effect.DESTROYS in effects else "changes"
    return problem(
        "ReadOnly",
        f"The run is read-only, and this step {verb} something; it was not run.",
        "Run it without --read-only, with a profile that is not read-only.",
    )


def unfenced_refusal(step: Step, effects: Effect, body: object) -> StepProblem | None:
    """The problem with which a read-only run refuses a script where the kernel cannot fence it in.

    Args:
        step: the step.
        effects: its effects, as its text tells them.
        body: what is executed: the script, or a native step with its values filled in.
    """
    condition = step.attributes.when
    why = _why_unsure(step, condition_code(condition)) if condition else ""
    if isinstance(body, WaitStep):
        why = why or _why_unsure(step, body.command)
    elif step.kind is not StepKind.NATIVE and not step.attributes.ssh:
        plain = step.kind is StepKind.SHELL and not step.attributes.interpreter
        certain = plain and effects in (Effect.NONE, Effect.READS)
        why = why or (_why_unsure(step, step.code) if certain else "its text is not known to only read")
    if not why:
        return None
    return problem(
        "ReadOnly",
        f"The run is read-only, {why}, and this kernel cannot keep the step from changing anything (Landlock 4 is "
        "missing); it was not run.",
        "“azops doctor” shows what this machine lacks.",
    )


def remote_refusal(step: Step, body: object) -> StepProblem | None:
    """The problem with which a read-only run refuses a command on hosts, where no fence holds it.

    Args:
        step: the step.
        body: what is executed: the script, or a native step with its values filled in.
    """
    if isinstance(body, SshStep):
        why = _why_unsure(step, body.command)
    elif step.attributes.ssh and step.kind is StepKind.SHELL:
        why = _why_unsure(step, step.code)
    else:
        return None
    if not why:
        return None
    return problem(
        "ReadOnly",
        f"The run is read-only, no fence holds what runs on hosts, and {why}; no host was connected to.",
        "Run it without --read-only, or name commands that only read, one by one.",
    )


def _why_unsure(step: Step, code: str) -> str:
    """Why a step's shell code may do more than read; empty if it certainly does not."""
    from azops_tui.engine.environment_rules import VariableRule, rule
    from azops_tui.runbook.sure_reads import why_unsure

    def is_ordinary(name: str) -> bool:
        return rule(name) is VariableRule.ORDINARY

    if others := [name for name in step.attributes.env if not is_ordinary(name)]:
        return f"it sets {others[0]}"
    return why_unsure(code, is_ordinary) if code.strip() else ""


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a question, and who gave it."""

    accepted: bool
    by: str
    note: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    """Values that the person entered."""


class Questions:
    """Puts questions and waits for their answers; ``emit`` takes the events of both."""

    def __init__(self, policy: Policy, emit: Callable[[Event], None]) -> None:
        self.policy = policy
        self._emit = emit
        self._waiting: dict[str, tuple[Proposal, asyncio.Future[Reply]]] = {}
        self._count = 0

    @property
    def waiting(self) -> tuple[str, ...]:
        """Ids of the questions that wait for a person, oldest first."""
        return tuple(self._waiting)

    async def ask(self, step: str, proposal: Proposal, *, agreed_by: str = "") -> Reply:
        """Put a question and wait for its answer.

        Args:
            step: name of the step that asks.
            proposal: the question.
            agreed_by: what agreed already, ``key`` or ``list``; if empty, the policy is asked, then a person.

        Raises:
            StepProblem: nobody can answer the question (``ConfirmationMissing``); names the flag that agrees.
        """
        self._count += 1
        identity = f"q{self._count}"
        by = agreed_by or self._by_policy(proposal.kind)
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        if not by and self.policy.interactive:
            self._waiting[identity] = (proposal, future)
        self._emit(
            ConfirmationAsked(
                at=time.time(),
                step=step,
                id=identity,
                kind=proposal.kind,
                title=proposal.title,
                lines=proposal.lines,
                typed=proposal.typed,
                by=by,
                steps=proposal.steps,
                values=proposal.values,
            )
        )
        if by:
            answer = Reply(True, by)
        elif self.policy.interactive:
            try:
                answer = await future
            except asyncio.CancelledError:
                self._finish(step, identity, Reply(False, "policy", "the step was stopped"))
                raise
        else:
            self._finish(step, identity, Reply(False, "policy", "nobody can be asked"))
            raise _missing(proposal)
        self._finish(step, identity, answer)
        return answer

    def answer(
        self,
        identity: str,
        accepted: bool,
        *,
        typed: str = "",
        note: str = "",
        by: str = "user",
        values: Mapping[str, str] | None = None,
    ) -> bool:
        """Reply a question.

        Returns:
            False if no such question waits, or if the typed word is wrong; the question then keeps waiting.
        """
        if identity not in self._waiting:
            return False
        proposal, future = self._waiting[identity]
        if accepted and proposal.typed and typed.strip() != proposal.typed:
            return False
        if not future.done():
            future.set_result(Reply(accepted, by, note, values or {}))
        return True

    def _by_policy(self, kind: Kind) -> str:
        agreed = {
            "mutate": self.policy.yes,
            "gate": self.policy.yes,
            "destroy": self.policy.yes_destroy,
            "hostkey": self.policy.trust_new_hosts,
            "values": False,
            "trust": self.policy.trust_documents,
        }[kind]
        return _FLAGS[kind] if agreed else ""

    def _finish(self, step: str, identity: str, answer: Reply) -> None:
        self._waiting.pop(identity, None)
        self._emit(
            ConfirmationAnswered(
                at=time.time(), step=step, id=identity, accepted=answer.accepted, by=answer.by, note=answer.note
            )
        )


def _missing(proposal: Proposal) -> StepProblem:
    flag = _FLAGS[proposal.kind]
    message = {
        "mutate": "This step changes something, and nobody agreed to that; it was not run.",
        "destroy": "This step deletes something, and nobody agreed to that; it was not run.",
        "gate": "This step needs a person's approval, and nobody can be asked.",
        "hostkey": "The host is not known yet, and nobody can say whether its key is right.",
        "values": "This step needs values, and nobody can be asked; it was not run.",
        "trust": "Nobody trusts this document, and nobody can be asked; it was not run.",
    }[proposal.kind]
    return problem("ConfirmationMissing", message, f"Pass {flag} to agree, or run it where azops can ask you.")
