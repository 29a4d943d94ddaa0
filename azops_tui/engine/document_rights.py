"""What the documents of a run may set: their parameters, the ``env=`` of their steps, and the results of steps."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from azops_tui.engine.environment_rules import VariableRule, permitted, rule, sentences
from azops_tui.engine.guard import Policy
from azops_tui.engine.parameters import Resolved
from azops_tui.engine.plan import Planned
from azops_tui.engine.trust import is_trusted_text
from azops_tui.engine.variables import Origin
from azops_tui.events import records as ev
from azops_tui.runbook.model import Runbook, Step


class Assign(Protocol):
    """Sets a variable of the run for a step."""

    def __call__(self, name: str, value: str, origin: Origin, step: str = "") -> Awaitable[None]: ...


class DocumentRights:
    """Leaves out what documents may not set, and says so.

    Args:
        policy: the run's, which may trust all of its documents.
        record: takes the notices about the results of steps.
    """

    def __init__(self, policy: Callable[[], Policy], record: Callable[[ev.Event], None]) -> None:
        self._policy = policy
        self._record = record
        self._trusted: dict[Path, bool] = {}

    def trusts(self, document: Runbook) -> bool:
        """Whether a document may set variables that change what commands do. The first answer stands for the run."""
        if document.path not in self._trusted:
            trusted = self._policy().trust_documents or is_trusted_text(document.path, document.text)
            self._trusted[document.path] = trusted
        return self._trusted[document.path]

    def permitted_values(
        self, resolved: Resolved, own: Collection[str], documents: Iterable[Runbook]
    ) -> tuple[Resolved, list[str]]:
        """The values of parameters without those that may not be set, and what to tell people of them.

        Args:
            resolved: all values.
            own: names of the parameters that the user set.
            documents: the runbook and its prerequisites.
        """
        pinned = [name for name in own if rule(name) is VariableRule.PINNED]
        notes = sentences("A parameter", pinned, trusted=True)
        left_out, seen = set(pinned), set(own)
        for document in documents:
            names = [p.name for p in document.parameters if p.name in resolved.values and p.name not in seen]
            seen.update(names)
            trusted = self.trusts(document)
            notes += sentences(f"The document {document.path.name}", names, trusted=trusted)
            _, untrusted, pinned = permitted(names, trusted=trusted)
            left_out.update(untrusted, pinned)
        values = {name: value for name, value in resolved.values.items() if name not in left_out}
        return replace(resolved, values=values), notes

    def permitted_step(self, planned: Planned, step: Step, own_folders: str) -> tuple[Step, tuple[str, ...]]:
        """The step without the variables of ``env=`` that it may not set, and what to tell people of them.

        Args:
            planned: the step's place in the run.
            step: the step.
            own_folders: the beginning of PATH that stays.
        """
        names = step.attributes.env
        trusted = not names or self.trusts(planned.runbook)
        texts = sentences("The step", names, trusted=trusted)
        if not texts:
            return step, ()
        _, untrusted, pinned = permitted(names, trusted=trusted)
        env = {name: value for name, value in names.items() if name not in (*untrusted, *pinned)}
        if "PATH" in env:
            env["PATH"] = own_folders + env["PATH"]
        block = replace(step.block, attributes=replace(step.attributes, env=env))
        return replace(step, block=block), tuple(texts)

    def guarded(self, planned: Planned, assign: Assign) -> Callable[[str, str, Origin], Awaitable[None]]:
        """A function that sets variables to results of a step, unless its document may not set them."""

        async def set_variable(name: str, value: str, origin: Origin) -> None:
            trusted = rule(name) is VariableRule.ORDINARY or self.trusts(planned.runbook)
            _, untrusted, pinned = permitted([name], trusted=trusted)
            for text in sentences("The step", [name], trusted=trusted):
                self._record(ev.Notice(at=time.time(), step=planned.name, text=text, level="warning"))
            if not (untrusted or pinned):
                await assign(name, value, origin, planned.name)

        return set_variable
