"""Values of a run's parameters: from the user, from the document's defaults, and whether they are valid."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from azops_tui.engine.problems import ParameterError
from azops_tui.runbook.model import Parameter, Problem, Step, StepKind
from azops_tui.runbook.parameters import check
from azops_tui.secrets.named import looks_secret, may_name_secret


@dataclass(frozen=True, slots=True)
class Resolved:
    """Values of parameters at the beginning of a run."""

    values: dict[str, str]
    secrets: frozenset[str]
    """Names of parameters whose values must not be shown."""
    missing: tuple[str, ...]
    """Names of parameters that nothing gives a value; secrets with a source are read later."""


def validate(parameters: Iterable[Parameter], values: Mapping[str, str]) -> dict[str, str]:
    """The user's values in the form that the run uses. A name that is not a parameter becomes a variable, too.

    Raises:
        ParameterError: a value is not valid for its parameter, or a name is not valid for a variable.
    """
    known = {parameter.name: parameter for parameter in reversed(list(parameters))}
    for name in values:
        if not name.isidentifier() or not name.isascii():
            raise ParameterError(f"'{name}' is not a valid variable name; use letters, digits and underscores.")
    checked = dict(values)
    for name, value in values.items():
        if name in known:
            verdict = check(known[name], value)
            if isinstance(verdict, Problem):
                raise ParameterError(f"{verdict.message}.")
            checked[name] = verdict
    return checked


def resolve(parameters: Iterable[Parameter], overrides: Mapping[str, str]) -> Resolved:
    """Find the values of all parameters, but for secrets of other sources than the environment.

    Args:
        parameters: those of the document and its prerequisites; of several with the same name, the first counts.
        overrides: the user's values, from :func:`validate`.
    """
    values = dict(overrides)
    secrets: set[str] = set()
    missing: list[str] = []
    for parameter in parameters:
        name = parameter.name
        if parameter.type == "secret":
            # Also the variable that it comes from must not reach the steps that do not name it.
            for source in {name, _variable(parameter)} & os.environ.keys():
                secrets.add(source)
                values.setdefault(source, os.environ[source])
            secrets.add(name)
            if (source := _variable(parameter)) in os.environ:
                values.setdefault(name, os.environ[source])
        if name in values or parameter.literal:
            # A literal export of the document sets it when its step runs, and not before.
            continue
        if parameter.default is not None:
            values[name] = parameter.default
        elif not parameter.secret_from:
            missing.append(name)
    return Resolved(values, frozenset(secrets), tuple(missing))


def written_secrets(parameters: Collection[Parameter], steps: Iterable[Step]) -> list[str]:
    """Values of secrets that documents contain themselves: the journal would show them with the text."""
    defaults = [parameter.default for parameter in parameters if parameter.default and parameter.type == "secret"]
    named = {parameter.name: parameter.default for parameter in parameters}
    for step in steps:
        if step.kind is StepKind.SHELL and may_name_secret(step.code):
            from azops_tui.runbook.shell import read

            named |= read(step.code).variables
    return defaults + [value for name, value in named.items() if value and looks_secret(name, value)]


def _variable(parameter: Parameter) -> str:
    """The variable of the environment that a secret comes from; its own name where its source is another."""
    from azops_tui.runbook.secret_sources import source_of

    source = source_of(parameter)
    return source.name if source is not None and source.kind == "env" else parameter.name
