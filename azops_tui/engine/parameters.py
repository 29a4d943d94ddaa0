"""Values for a run's parameters: those given, the document's defaults, and whether they may be so."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from azops_tui.engine.problems import ParameterError
from azops_tui.engine.variables import looks_secret, may_name_secret
from azops_tui.runbook.model import Parameter, Problem, Step, StepKind
from azops_tui.runbook.parameters import check


@dataclass(frozen=True, slots=True)
class Resolved:
    """Parameters with their values, as the run begins."""

    values: dict[str, str]
    secrets: frozenset[str]
    """Names of those whose values must not be shown."""
    missing: dict[str, str]
    """Those without any value, by name: why, where there is more to say than that nobody gave one."""


def validate(parameters: Iterable[Parameter], given: Mapping[str, str]) -> dict[str, str]:
    """The given values as the run has them. A name that is no parameter becomes a variable all the same.

    Raises:
        ParameterError: a value does not fit its parameter, or a name cannot be a variable's.
    """
    known = {parameter.name: parameter for parameter in reversed(list(parameters))}
    for name in given:
        if not name.isidentifier() or not name.isascii():
            raise ParameterError(f"'{name}' cannot be the name of a variable; use letters, digits and underscores.")
    checked = dict(given)
    for name, value in given.items():
        if name in known:
            verdict = check(known[name], value)
            if isinstance(verdict, Problem):
                raise ParameterError(f"{verdict.message}.")
            checked[name] = verdict
    return checked


def resolve(parameters: Iterable[Parameter], given: Mapping[str, str]) -> Resolved:
    """Values for all parameters. May wait for a keyring to be unlocked: call it in a thread.

    Args:
        parameters: of the document and of what it draws in; the first of a name counts.
        given: values as :func:`validate` gave them.
    """
    values = dict(given)
    secrets: set[str] = set()
    missing: dict[str, str] = {}
    for parameter in parameters:
        name = parameter.name
        if parameter.type == "secret":
            secrets.add(name)
        if name in values or parameter.literal:
            # A literal export of the document sets it when its step runs, and not before.
            continue
        found, why = _secret(parameter) if parameter.type == "secret" else (None, "")
        if found is not None:
            values[name] = found
        elif parameter.default is not None:
            values[name] = parameter.default
        else:
            missing[name] = why
    return Resolved(values, frozenset(secrets), missing)


def written_secrets(parameters: Collection[Parameter], steps: Iterable[Step]) -> list[str]:
    """Values that documents themselves give to secrets: they stand in the text, and so would in the journal."""
    found = [one.default for one in parameters if one.default and one.type == "secret"]
    named = {one.name: one.default for one in parameters}
    for step in steps:
        if step.kind is StepKind.SHELL and may_name_secret(step.code):
            from azops_tui.runbook.shell import read

            named |= read(step.code).variables
    return found + [value for name, value in named.items() if value and looks_secret(name, value)]


def _secret(parameter: Parameter) -> tuple[str | None, str]:
    """A secret from where the document says it is kept; None where it is not there, and why."""
    if parameter.name in os.environ:
        return os.environ[parameter.name], ""
    if parameter.secret_from != "keyring":
        return None, ""
    from azops_tui.secrets.store import SecretStore, SecretStoreError

    try:
        secret = SecretStore().get(parameter.name)
    except SecretStoreError as error:
        return None, str(error)
    return (None, "The keyring has no such secret.") if secret is None else (secret.reveal(), "")
