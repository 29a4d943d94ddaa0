"""Values that documents leave open: placeholders in commands, and variables that are used and never set."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

from azops_tui.engine.variables import may_name_secret
from azops_tui.runbook.check.variables import never_set
from azops_tui.runbook.model import Parameter, Runbook, Step, StepKind
from azops_tui.runbook.placeholders import Placeholder, placeholders, replace_placeholders

_SET_BY_CLOUD = ("AZURE_", "ARM_", "AZOPS_")
_LONGEST_HELP = 160


def open_parameters(documents: Iterable[Runbook], environment: Collection[str]) -> list[Parameter]:
    """The values to ask for before a run, in the order of their first use, with the words around them as help.

    Args:
        documents: the runbook and its prerequisites.
        environment: names of the variables that exist before the run.
    """
    books = list(documents)
    declared = {parameter.name: parameter for book in books for parameter in book.parameters}
    values: dict[str, Parameter] = {}
    for book in books:
        for step in book.steps:
            for place in placeholders(step.code) if _has_placeholders(step) else ():
                known = declared.get(place.name)
                if known is None or (known.literal and place.text in (known.default or "")):
                    line = step.document_line(step.code.count("\n", 0, place.start) + 1)
                    values.setdefault(place.name, _parameter(place.name, line, step, "placeholder", place.text))
    for name, _, step in never_set(books, environment):
        if not name.startswith(_SET_BY_CLOUD):
            values.setdefault(name, _parameter(name, step.line, step, "unset", f"${name}"))
    return list(values.values())


def fill_placeholders(step: Step, code: str, values: Mapping[str, str]) -> str:
    """The code of a step with its placeholders replaced by the values of the run's variables, where they have one."""

    def value(place: Placeholder) -> str | None:
        text = values.get(place.name)
        return None if text is None or text == place.text else text

    return replace_placeholders(code, value) if _has_placeholders(step) else code


def is_used(name: str, documents: Iterable[Runbook], parameters: Iterable[Parameter]) -> bool:
    """True if a name is a parameter, or any of the documents mentions it."""
    if any(parameter.name == name for parameter in parameters):
        return True
    return any(re.search(rf"\b{re.escape(name)}\b", book.text) for book in documents)


def _has_placeholders(step: Step) -> bool:
    return step.kind is StepKind.SHELL and not step.block.file and not step.runnable


def _parameter(name: str, line: int, step: Step, origin: str, text: str) -> Parameter:
    words = " ".join(re.sub(r"[`*_]{1,3}", "", step.block.before).split())
    if len(words) > _LONGEST_HELP:
        words = "…" + words[-_LONGEST_HELP:].partition(" ")[2]
    kind = "secret" if may_name_secret(name) else "string"
    return Parameter(name, type=kind, help=f"{text}: {words}" if words else text, line=line, origin=origin)
