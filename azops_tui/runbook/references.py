"""References to variables in native steps: ``${NAME}``, ``${NAME:-default}``; ``$${NAME}`` is a literal ``${NAME}``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from azops_tui.runbook.suggest import did_you_mean

REFERENCE = re.compile(r"(\$?)\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")


def texts_in(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[tuple[str | int, ...], str]]:
    """All texts in a value with their paths, to a depth of ten."""
    if isinstance(value, str):
        return [(path, value)]
    if len(path) > 10:
        return []
    if isinstance(value, dict):
        items: list[tuple[str | int, Any]] = [(str(key), item) for key, item in value.items()]
    elif isinstance(value, list):
        items = list(enumerate(value))
    else:
        return []
    return [text for key, item in items for text in texts_in(item, (*path, key))]


def has_reference(value: Any) -> bool:
    return any(REFERENCE.search(text) for _, text in texts_in(value))


def references(value: Any) -> list[str]:
    """Names of the variables that a value or a native step requires, in order, without duplicates."""
    data = msgspec.to_builtins(value) if isinstance(value, msgspec.Struct) else value
    matches = [match for _, text in texts_in(data) for match in REFERENCE.finditer(text)]
    return list(dict.fromkeys(match[2] for match in matches if not match[1] and match[3] is None))


def replace_references(value: Any, variables: Mapping[str, str]) -> Any:
    if isinstance(value, str):

        def replacement(match: re.Match[str]) -> str:
            escape, name, default = match.groups()
            if escape:
                return match[0][1:]
            if default is not None:
                return str(variables.get(name) or default)
            if name not in variables:
                raise LookupError(f"the variable {name} is not set{did_you_mean(name, variables)}")
            return str(variables[name])

        return REFERENCE.sub(replacement, value)
    if isinstance(value, dict):
        return {key: replace_references(item, variables) for key, item in value.items()}
    if isinstance(value, list):
        return [replace_references(item, variables) for item in value]
    return value
