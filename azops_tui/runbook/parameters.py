"""Parameters of a run: validation of values, and parameters from files beside the document."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from azops_tui.runbook.model import Parameter, Problem, Severity
from azops_tui.runbook.patterns import fullmatch

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_TRUE = frozenset({"true", "yes", "on", "1"})
_FALSE = frozenset({"false", "no", "off", "0"})
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_NUMBER = re.compile(r"[-+]?(?:[0-9]{1,18}(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?")


def check(parameter: Parameter, value: str) -> str | Problem:
    """Validate a value: return it in normal form (numbers, booleans), or the problem.

    A choice from a dynamic source (``azure.locations``) cannot be checked here and is taken as it is.
    """

    def refuse(allowed: str) -> Problem:
        shown = "" if parameter.type == "secret" else f", not '{value}'"
        return Problem(Severity.ERROR, parameter.line, f"parameter {parameter.name} must be {allowed}{shown}")

    if "\0" in value:
        return Problem(Severity.ERROR, parameter.line, f"parameter {parameter.name} must not hold a NUL character")
    match parameter.type:
        case "int" | "number":
            form = _INTEGER if parameter.type == "int" else _NUMBER
            stripped = value.strip()
            if not form.fullmatch(stripped):
                return refuse("a whole number" if parameter.type == "int" else "a number")
            number = float(stripped)
            if parameter.minimum is not None and number < parameter.minimum:
                return refuse(f"at least {parameter.minimum:g}")
            if parameter.maximum is not None and number > parameter.maximum:
                return refuse(f"at most {parameter.maximum:g}")
            value = str(int(stripped)) if parameter.type == "int" else stripped
        case "bool":
            folded = value.strip().casefold()
            if folded not in _TRUE | _FALSE:
                return refuse("true or false")
            value = "true" if folded in _TRUE else "false"
        case "path":
            if not value.strip():
                return refuse("a path")
    if parameter.choices and value not in parameter.choices:
        return refuse("one of " + ", ".join(parameter.choices))
    if parameter.pattern and not fullmatch(parameter.pattern, value):
        return refuse(f"of the form {parameter.pattern}")
    return value


def missing(parameters: Iterable[Parameter], values: Mapping[str, str]) -> list[Parameter]:
    """Parameters without a value, a default, a secret store or a literal in the document."""
    return [p for p in parameters if p.default is None and p.name not in values and not p.secret_from and not p.literal]


def from_ini(text: str) -> dict[str, str]:
    """Parse the ``NAME = value`` lines of an ``.ini`` file; sections and comments are ignored."""
    values: dict[str, str] = {}
    for raw in text.split("\n"):
        name, equals, value = (part.strip() for part in raw.partition("="))
        if equals and NAME.fullmatch(name):
            quoted = len(value) >= 2 and value[0] == value[-1] and value[0] in "'\""
            values[name] = value[1:-1] if quoted else value
    return values


def from_metadata(text: str, document: str) -> list[Parameter]:
    """Parse the ``configurableParams`` of a ``metadata.json``.

    Args:
        text: the file's text: an entry, or a list of entries of which each names its document by ``key``.
        document: file name of the document; of a list of entries, those of other documents do not count.

    Raises:
        ValueError: it is not JSON.
    """
    try:
        value: Any = json.loads(text)
    except RecursionError:
        raise ValueError("it is too deeply nested") from None
    parameters: dict[str, Parameter] = {}
    for entry in value if isinstance(value, list) else [value]:
        if not isinstance(entry, dict):
            continue
        key = entry.get("key")
        if isinstance(value, list) and isinstance(key, str) and key.rpartition("/")[2] != document:
            continue
        settings = entry.get("configurations")
        params = entry.get("configurableParams")
        if params is None and isinstance(settings, dict):
            params = settings.get("configurableParams")
        for item in params if isinstance(params, list) else []:
            if isinstance(item, dict) and (parameter := _configurable(item)) is not None:
                parameters.setdefault(parameter.name, parameter)
    return list(parameters.values())


def _configurable(item: dict[str, Any]) -> Parameter | None:
    name = item.get("commandKey")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        return None
    default = item.get("defaultValue")
    title = item.get("title")
    return Parameter(
        name,
        # An empty default means that the document's own value stands.
        default=str(default) if isinstance(default, (str, int, float)) and str(default) else None,
        help=title if isinstance(title, str) else "",
    )
