"""Problems that would prevent a run, detected before it starts. Pure: facts about the machine are arguments."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from azops_tui.runbook.model import Problem, Runbook, Severity, Step, StepKind
from azops_tui.runbook.native import DeployStep
from azops_tui.runbook.native_reader import substitute
from azops_tui.runbook.parameters import missing
from azops_tui.runbook.references import references
from azops_tui.runbook.shell import read
from azops_tui.runbook.tools import is_tool

_CONDITION = re.compile(r"(>=|<=|==|!=|~=|>|<)\s*(\d+(?:\.\d+)*)")


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts about the machine on which the runbook will run."""

    has_tool: Callable[[str], bool]
    """Tells whether a program is on PATH."""
    has_file: Callable[[Path], bool]
    version: str
    """Version of azops."""
    parameters: Mapping[str, str]
    """Values supplied by the user."""


def preflight(runbook: Runbook, facts: Facts) -> list[Problem]:
    """Return all problems by line: those of the document, and what is missing on this machine.

    Errors: tools and versions under ``requires``, prerequisites, files of deploy steps that no earlier step speaks of.
    Warnings: parameters without a value, and tools that a shell step calls, for an earlier step may install them.
    """
    problems = [
        *runbook.problems,
        *_requirements(runbook, facts),
        *_prerequisites(runbook, facts),
        *_parameters(runbook, facts),
        *_files(runbook, facts),
        *_tools(runbook, facts),
    ]
    return sorted(dict.fromkeys(problems), key=lambda problem: problem.line)


def _error(runbook: Runbook, line: int, message: str) -> Problem:
    return Problem(Severity.ERROR, line, message, runbook.path)


def _requirements(runbook: Runbook, facts: Facts) -> Iterable[Problem]:
    for tool in runbook.requires.tools:
        if not facts.has_tool(tool):
            yield _error(runbook, 0, f"it requires {tool}, which is not on PATH; install it first")
    if runbook.requires.azops and not satisfies(facts.version, runbook.requires.azops):
        yield _error(runbook, 0, f"it requires azops {runbook.requires.azops}, and this is {facts.version}")


def _prerequisites(runbook: Runbook, facts: Facts) -> Iterable[Problem]:
    for link in runbook.prerequisites:
        if not facts.has_file(link.path):
            yield Problem(Severity.WARNING, link.line, link.problem, runbook.path)


def _parameters(runbook: Runbook, facts: Facts) -> Iterable[Problem]:
    for parameter in missing(runbook.parameters, facts.parameters):
        message = f"the parameter {parameter.name} has no value; set it"
        yield Problem(Severity.WARNING, parameter.line, message, runbook.path)


def _files(runbook: Runbook, facts: Facts) -> Iterable[Problem]:
    """Missing template and parameter files whose names are known before the run."""
    values = {p.name: p.default for p in runbook.parameters if p.default is not None} | dict(facts.parameters)
    earlier = ""
    for step in runbook.steps:
        if isinstance(step.native, DeployStep):
            for what, name in _named_files(step.native):
                if any(variable not in values for variable in references(name)):
                    continue
                path = runbook.path.parent / substitute(name, values)
                if path.name not in earlier and not facts.has_file(path):
                    yield _error(runbook, step.line, f"the {what} {path} of step '{step.name}' is not there")
        elif step.kind is not StepKind.NATIVE:
            earlier += step.code


def _named_files(step: DeployStep) -> Iterable[tuple[str, str]]:
    for what, value in (("template", step.template), ("parameter file", step.parameters)):
        items: list[Any] = value if isinstance(value, list) else [value]
        yield from ((what, item) for item in items if isinstance(item, str))


def _tools(runbook: Runbook, facts: Facts) -> Iterable[Problem]:
    """Missing tools, each at the first step that calls it; functions of the document are not tools."""
    told: set[str] = set()
    defined: set[str] = set()
    for step in runbook.steps:
        if step.kind is StepKind.SHELL and not step.attributes.ssh:
            for name in _called(step, defined):
                if name not in told and name not in defined and not facts.has_tool(name):
                    told.add(name)
                    message = f"step '{step.name}' calls {name}, which is not on PATH"
                    yield Problem(Severity.WARNING, step.line, message, runbook.path)


def _called(step: Step, defined: set[str]) -> list[str]:
    """Names of well-known tools that a shell step calls; ``defined`` gains its definitions."""
    script = read(step.code)
    defined.update(script.functions)
    commands = [*script.commands, *(command for body in script.functions.values() for command in body)]
    names: list[str] = []
    for command in commands:
        words = [word for word in command.words if word is not None]
        if words[:1] == ["alias"]:
            defined.update(word.partition("=")[0] for word in words[1:])
        names.extend(word for word in words[: 2 if words[:1] == ["sudo"] else 1] if is_tool(word))
    return names


def satisfies(version: str, conditions: str) -> bool:
    """True if a version meets all conditions, such as ``>=0.2, <1``; suffixes of the version are ignored."""
    have = _numbers(version)
    return all(_meets(have, sign, _numbers(number)) for sign, number in _CONDITION.findall(conditions))


def _meets(have: tuple[int, ...], sign: str, bound: tuple[int, ...]) -> bool:
    if sign == "~=":
        return have >= bound and have[: len(bound) - 1] == bound[:-1]
    size = max(len(have), len(bound))
    left, right = have + (0,) * (size - len(have)), bound + (0,) * (size - len(bound))
    return {
        ">=": left >= right,
        "<=": left <= right,
        "==": left == right,
        "!=": left != right,
        ">": left > right,
        "<": left < right,
    }[sign]


def _numbers(version: str) -> tuple[int, ...]:
    match = re.match(r"\d+(?:\.\d+)*", version)
    return tuple(int(part) for part in match[0].split(".")) if match else ()
