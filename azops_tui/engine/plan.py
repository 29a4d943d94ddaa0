"""What a run would do: its steps in the order in which they run, prerequisites where their links stand."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from azops_tui import __version__
from azops_tui.engine.problems import RunError
from azops_tui.events.records import StepInfo
from azops_tui.runbook.model import Problem, Requirements, Runbook, Severity, Step, StepKind

_MOST = 200
"""Documents that one run may draw in as prerequisites."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A step with its place in the run."""

    name: str
    """Unique in the run; those of a prerequisite begin with its file's name and a slash."""
    step: Step
    runbook: Runbook
    """The document it stands in."""
    prerequisite: bool = False

    @property
    def folder(self) -> Path:
        """Where relative paths of the step start."""
        return self.runbook.path.resolve().parent

    @property
    def info(self) -> StepInfo:
        """What front ends know of it."""
        step = self.step
        return StepInfo(
            name=self.name,
            title=step.title,
            kind=step.label,
            effects=str(step.effects),
            line=step.line,
            code=step.code,
            hide=step.attributes.hide,
        )


@dataclass(frozen=True, slots=True)
class RunPlan:
    """What a run would do."""

    steps: tuple[Planned, ...]
    """In the order in which they run."""
    documents: tuple[Runbook, ...]
    """The runbook, and all that it draws in. One that cannot be read is there without steps, and says why."""


def plan_run(runbook: Runbook, open_document: Callable[[Path], Runbook]) -> RunPlan:
    """The steps of a runbook and of what it draws in.

    A prerequisite's steps come before the first step behind its link, once, however many documents link to it.

    Raises:
        RunError: there are more prerequisites than any run needs.
    """
    from azops_tui.engine.open import RunbookError

    seen = {runbook.path.resolve()}
    documents: list[Runbook] = []
    found: list[Planned] = []
    names: set[str] = set()

    def add(document: Runbook, prefix: str) -> None:
        documents.append(document)
        links = sorted(document.prerequisites, key=lambda link: link.line)
        for step in document.steps:
            while links and links[0].line < step.line:
                draw_in(links.pop(0).path)
            name = unique(prefix + step.name)
            found.append(Planned(name, step, document, prerequisite=bool(prefix)))
        for link in links:
            draw_in(link.path)

    def draw_in(path: Path) -> None:
        resolved = path.resolve()
        if resolved in seen:
            return
        seen.add(resolved)
        if len(seen) > _MOST:
            raise RunError(f"{runbook.path} draws in more than {_MOST} prerequisites.")
        try:
            document = open_document(path)
        except RunbookError as error:
            said = Problem(Severity.ERROR, error.line, error.message, error.path)
            document = Runbook(path, "", path.stem, {}, (), Requirements(), (), (), (), problems=(said,))
        add(document, f"{path.stem}/")

    def unique(name: str) -> str:
        candidate, number = name, 2
        while candidate in names:
            candidate, number = f"{name}-{number}", number + 1
        names.add(candidate)
        return candidate

    add(runbook, "")
    return RunPlan(tuple(found), tuple(documents))


def preflight(runbooks: Iterable[Runbook], given: Mapping[str, str]) -> list[Problem]:
    """The errors that keep documents from running here: their own, and what is missing.

    Args:
        runbooks: all that the run draws in.
        given: parameters that the user has set.
    """
    from azops_tui.runbook.preflight import Facts
    from azops_tui.runbook.preflight import preflight as check

    facts = Facts(lambda name: shutil.which(name) is not None, Path.is_file, __version__, given)
    found = [problem for runbook in runbooks for problem in check(runbook, facts)]
    return [problem for problem in found if problem.severity is Severity.ERROR]


def edited(planned: Planned, code: str) -> Step:
    """The step with other code, judged afresh.

    Raises:
        RunError: the code does not fit a native step.
    """
    step = planned.step
    if step.kind is not StepKind.NATIVE:
        from azops_tui.runbook.classify import edited_effects

        return replace(step, code=code, effects=edited_effects(planned.runbook, step, code))
    from azops_tui.runbook.native import decode_native, native_effects

    native = decode_native(step.native_kind, code, step.line + 1, planned.runbook.path)
    if isinstance(native, Problem):
        raise RunError(str(native))
    return replace(step, code=code, native=native, effects=native_effects(native))
