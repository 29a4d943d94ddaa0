"""The Python side of a session: variables that the shell has too, and values as people read them.

Runs under the user's Python, 3.8 or later, in ``python_child.py`` and in Jupyter kernels, which have no azops.
"""

from __future__ import annotations

import builtins
import json
import os
from typing import Any

WIDEST = 60
MOST_ROWS = 1_000
SHARED_BYTES = 64 * 1024
OWN = ("PATH", "HOME", "SHELL", "USER", "IFS", "PWD", "OLDPWD", "TERM", "LD_", "PYTHON", "BASH", "AZOPS_", "AZURE_")
"""Beginnings of names that a Python variable does not set in the shell."""


class SharedNames:
    """Keeps variables of Python and of the environment the same.

    Args:
        names: the variables of the steps.
        known: where Python looks names up that it does not know: there stand the variables of the run.
    """

    def __init__(self, names: dict[str, Any], known: dict[str, Any]) -> None:
        self._names = names
        self._known = known
        self._fallback: set[str] = set()
        self._shared: dict[str, str] = {}
        """Variables of Python that the shell has too, as the shell has them."""
        self._secrets: set[str] = set()
        """Values that no variable of Python carries into the environment."""
        self._lent: list[str] = []
        # IPython and this program have names of their own.
        self._own = set(names)

    def assign(self, assigned: dict[str, str | None]) -> None:
        """Take over what others have set in the environment, or deleted (None)."""
        for name, value in assigned.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
            if name in self._shared and self._shared[name] != value:
                if value is None:
                    self._names.pop(name, None)
                    del self._shared[name]
                else:
                    is_text = isinstance(self._names.get(name), str)
                    self._names[name] = value if is_text else _parsed(value)
                    self._shared[name] = value
        for name in self._fallback:
            self._known.pop(name, None)
        self._fallback = {
            name for name in os.environ if name.isidentifier() and name not in _BUILTINS and name[0] != "_"
        }
        self._known.update((name, os.environ[name]) for name in self._fallback)

    def lend(self, secrets: dict[str, str]) -> None:
        """Make the secrets of a step names of Python, until :meth:`take_back`."""
        self._lent = [name for name in secrets if name not in self._known]
        self._known.update((name, secrets[name]) for name in self._lent)
        self._secrets.update(filter(None, secrets.values()))

    def take_back(self) -> None:
        """End what :meth:`lend` began."""
        for name in self._lent:
            self._known.pop(name, None)
        self._lent = []

    def share(self) -> None:
        """Export the variables that are text or JSON, under their names."""
        now: dict[str, str] = {}
        for name, value in self._names.items():
            if name.startswith("_") or name in self._own or not name.isascii() or name.startswith(OWN):
                continue
            text = _shared_text(value)
            if text is not None and not any(secret in text for secret in self._secrets):
                now[name] = text
        for name in self._shared.keys() - now.keys():
            os.environ.pop(name, None)
        for name, text in now.items():
            if self._shared.get(name) != text:
                os.environ[name] = text
        self._shared = now


_BUILTINS = frozenset(vars(builtins))


def as_table(value: object) -> str:
    """A list of dicts, or a frame of pandas, as a table; empty for any other value."""
    kind = type(value)
    if kind.__name__ in ("DataFrame", "Series") and kind.__module__.partition(".")[0] == "pandas":
        return str(value.to_string(max_rows=WIDEST))  # type: ignore[attr-defined]  # pandas has no place here
    if not isinstance(value, list) or not value or len(value) > MOST_ROWS:
        return ""
    if not all(isinstance(item, dict) and item and all(isinstance(key, str) for key in item) for item in value):
        return ""
    columns = list(dict.fromkeys(key for item in value for key in item))
    rows = [columns] + [[_cell(item, column) for column in columns] for item in value]
    widths = [max(len(row[n]) for row in rows) for n in range(len(columns))]
    rows.insert(1, ["-" * width for width in widths])
    lines = ("  ".join(text.ljust(width) for text, width in zip(row, widths)) for row in rows)  # noqa: B905 - for 3.8
    return "\n".join(line.rstrip() for line in lines)


def _cell(item: dict[str, object], column: str) -> str:
    if column not in item:
        return ""
    content = item[column]
    text = content if isinstance(content, str) else repr(content)
    text = " ".join(text.split())
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _shared_text(value: object) -> str | None:
    """The value as the shell has it: text as it is, JSON values as JSON; None for any other value."""
    if isinstance(value, str):
        text = value
    elif type(value) in (bool, int, float, list, dict):
        try:
            text = json.dumps(value, ensure_ascii=False)
        except (TypeError, ValueError, RecursionError):
            return None
    else:
        return None
    return text if len(text) <= SHARED_BYTES and "\0" not in text else None
