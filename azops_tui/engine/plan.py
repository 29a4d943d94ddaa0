"""The steps of a run in the order in which they run, with prerequisites where their links stand."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from azops_tui import __version__
from azops_tui.engine.problems import RunError
from azops_tui.events.records import StepInfo
from azops_tui.runbook.model import Problem, Requirements, Runbook, Severity, Step
from azops_tui.runbook.native import IncludeStep

_MOST = 200
"""Number of prerequisites that a run may have."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A step with its place in the run."""

    name: str
    """Unique in the run; names from a prerequisite begin with the name of its file and a slash."""
    step: Step
    runbook: Runbook
    """The document that the step stands in."""
    prerequisite: bool = False
    included_by: str = ""
    """Name of the include step that brought it into the run; empty for other steps."""

    @property
    def folder(self) -> Path:
        """Folder of the document, where relative paths start."""
        return self.runbook.path.resolve().parent

    @property
    def info(self) -> StepInfo:
        """What front ends show of the step."""
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
    """The steps and documents of a run."""

    steps: tuple[Planned, ...]
    """In the order in which they run."""
    documents: tuple[Runbook, ...]
    """The runbook and its prerequisites; a document that cannot be read has no steps, and a problem."""


def plan_run(runbook: Runbook, open_document: Callable[[Path], Runbook]) -> RunPlan:
    """The steps of a runbook and of its prerequisites.

    The steps of a prerequisite come once, before the first step after its link, however many documents link to it.

    Raises:
        RunError: the runbook has more prerequisites than any run needs.
    """
    from azops_tui.engine.open import RunbookError

    seen = {runbook.path.resolve()}
    documents: list[Runbook] = []
    steps: list[Planned] = []
    names: set[str] = set()

    def add(document: Runbook, prefix: str, included_by: str = "") -> None:
        documents.append(document)
        links = sorted(document.prerequisites, key=lambda link: link.line)
        for step in document.steps:
            while links and links[0].line < step.line:
                add_document(links.pop(0).path, included_by)
            name = unique(prefix + step.name)
            if isinstance(step.native, IncludeStep):
                # Its steps run before it; those of a document that is in the run already have their place.
                included = document.path.parent / Path(step.native.file).expanduser()
                if not included.is_file():
                    documents.append(missing_include(document, step))
                add_document(included, included_by or name)
            is_prerequisite = bool(prefix) and not included_by
            steps.append(Planned(name, step, document, prerequisite=is_prerequisite, included_by=included_by))
        for link in links:
            add_document(link.path, included_by)

    def add_document(path: Path, included_by: str = "") -> None:
        resolved = path.resolve()
        if resolved in seen or not path.is_file():
            return
        seen.add(resolved)
        if len(seen) > _MOST:
            raise RunError(f"{runbook.path} has more than {_MOST} prerequisites and included documents.")
        try:
            document = open_document(path)
        except RunbookError as error:
            unreadable = Problem(Severity.ERROR, error.line, error.message, error.path)
            document = Runbook(path, "", path.stem, {}, (), Requirements(), (), (), (), problems=(unreadable,))
        add(document, f"{path.stem}/", included_by)

    def missing_include(document: Runbook, step: Step) -> Runbook:
        message = f"the included runbook {step.native.file} does not exist"
        missing = Problem(Severity.ERROR, step.line, message, document.path)
        return Runbook(document.path, "", document.title, {}, (), Requirements(), (), (), (), problems=(missing,))

    def unique(name: str) -> str:
        candidate, number = name, 2
        while candidate in names:
            candidate, number = f"{name}-{number}", number + 1
        names.add(candidate)
        return candidate

    add(runbook, "")
    return RunPlan(tuple(steps), tuple(documents))


def preflight(runbooks: Iterable[Runbook], parameters: Mapping[str, str]) -> list[Problem]:
    """The errors that keep documents from running here: their own, and missing requirements.

    Args:
        runbooks: all documents of the run.
        parameters: values that the user has set.
    """
    from azops_tui.runbook.preflight import Facts
    from azops_tui.runbook.preflight import preflight as check

    facts = Facts(lambda name: shutil.which(name) is not None, Path.is_file, __version__, parameters)
    problems = [problem for runbook in runbooks for problem in check(runbook, facts)]
    return [problem for problem in problems if problem.severity is Severity.ERROR]
