"""Values that documents leave open: placeholders in commands, and variables that are used and never set."""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Iterable, Mapping

from azops_tui.runbook.check.variables import never_set
from azops_tui.runbook.inline import plain_text
from azops_tui.runbook.model import Parameter, Role, Runbook, Step, StepKind
from azops_tui.runbook.parameters import missing
from azops_tui.runbook.placeholders import Placeholder, placeholders, replace_placeholders, without_placeholders
from azops_tui.secrets.named import may_name_secret

_SET_BY_CLOUD = ("AZURE_", "ARM_", "AZOPS_")
_LONGEST_HELP = 160
_NOT_WORDS = re.compile(
    r"!\[[^\]\n]*\](?:\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)|\[[^\]\n]*\])?|<!--.*?(?:-->|$)|:::[^\n]*", re.DOTALL
)
"""Images, comments and marks of a site in a paragraph."""
_JSON_KEY = re.compile(r'"([A-Za-z_]\w*)"\s*:')


def open_parameters(documents: Iterable[Runbook], environment: Collection[str]) -> list[Parameter]:
    """The values to ask for before a run, in the order of their first use, with the words around them as help.

    Args:
        documents: the runbook and its prerequisites.
        environment: names of the variables that exist before the run.
    """
    books = list(documents)
    declared = declared_parameters(books)
    values: dict[str, Parameter] = {}
    for book in books:
        for step in book.steps:
            for parameter in placeholder_parameters(step, declared):
                values.setdefault(parameter.name, parameter)
    for name, _, step in unset_uses(books, environment):
        values.setdefault(name, unset_parameter(name, step))
    return list(values.values())


def required_parameters(documents: Iterable[Runbook], environment: Collection[str]) -> list[Parameter]:
    """Declared parameters without a default, a store or, for a secret, a variable of the environment."""
    required = missing([parameter for book in documents for parameter in book.parameters], {})
    return [p for p in required if p.type != "secret" or p.name not in environment]


def declared_parameters(documents: Iterable[Runbook]) -> dict[str, Parameter]:
    """Parameters of all documents by name."""
    return {parameter.name: parameter for book in documents for parameter in book.parameters}


def placeholder_parameters(step: Step, declared: Mapping[str, Parameter]) -> list[Parameter]:
    """Placeholders of a step that no declared parameter fills, each as a parameter."""
    values: dict[str, Parameter] = {}
    for place in placeholders(step.code) if _has_placeholders(step) else ():
        known = declared.get(place.name)
        if known is None or (known.literal and place.text in (known.default or "")):
            line = step.document_line(step.code.count("\n", 0, place.start) + 1)
            values.setdefault(place.name, _parameter(place.name, line, step, "placeholder", place.text))
    return list(values.values())


def unset_uses(documents: Iterable[Runbook], environment: Collection[str]) -> list[tuple[str, Runbook, Step]]:
    """Variables that nothing sets, once for each step that uses them; the cloud sets some by itself."""
    return [use for use in never_set(documents, environment) if not use[0].startswith(_SET_BY_CLOUD)]


def unset_parameter(name: str, step: Step) -> Parameter:
    """A variable that nothing sets as a parameter."""
    return _parameter(name, step.line, step, "unset", f"${name}")


def shown_in_output(name: str, line: int, runbook: Runbook) -> bool:
    """True if an output that the document shows above a line has a JSON key of this name.

    Args:
        name: name of a placeholder.
        line: line of the placeholder.
        runbook: the document.
    """
    roles = (Role.RESULT, Role.OTHER)
    shown = (block.text for block in runbook.blocks if block.role in roles and block.end_line < line and not block.file)
    return any(key_name(key) == name for text in shown for key in _JSON_KEY.findall(text))


def key_name(key: str) -> str:
    """A JSON key as the name of a variable: ``appId`` is ``APP_ID``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", key).upper()


def fill_placeholders(step: Step, code: str, values: Mapping[str, str], secrets: Container[str] = ()) -> str:
    """The code of a step with its placeholders replaced by the values of the run's variables, where they have one.

    A value is quoted as its place needs it, so that it stays one word whatever is in it. Secrets that the step's
    environment has are named instead, where the shell expands variables.
    """
    if not _has_placeholders(step) or not placeholders(code):
        return code
    from azops_tui.runbook.shell_quotes import quoted_at, reference_at

    plain = without_placeholders(code)

    def value(place: Placeholder) -> str | None:
        text = values.get(place.name)
        if text is None or text == place.text:
            return None
        reference = reference_at(plain, place.start, place.name) if place.name in secrets else None
        return reference or quoted_at(plain, place.start, text)

    return replace_placeholders(code, value)


def is_used(name: str, documents: Iterable[Runbook], parameters: Iterable[Parameter]) -> bool:
    """True if a name is a parameter, or any of the documents mentions it."""
    if any(parameter.name == name for parameter in parameters):
        return True
    return any(re.search(rf"\b{re.escape(name)}\b", book.text) for book in documents)


def _has_placeholders(step: Step) -> bool:
    is_fixed = step.block.file or step.runnable or step.attributes.prompt_env == "never"
    return step.kind is StepKind.SHELL and not is_fixed


def _parameter(name: str, line: int, step: Step, origin: str, text: str) -> Parameter:
    words = " ".join(plain_text(_NOT_WORDS.sub(" ", step.block.before)).split())
    if len(words) > _LONGEST_HELP:
        words = "…" + words[-_LONGEST_HELP:].partition(" ")[2]
    kind = "secret" if may_name_secret(name) else "string"
    return Parameter(name, type=kind, help=f"{text}: {words}" if words else text, line=line, origin=origin)
