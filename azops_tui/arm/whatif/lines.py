"""Changes as lines of text: ``+`` created, ``~`` modified, ``-`` deleted, ``=`` the same, ``*`` not in the template."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from azops_tui.arm.ids import split_id
from azops_tui.arm.whatif.changes import Change, ChangeType, PropertyChange, PropertyChangeType, effective

Json = Any
MARKS = {
    ChangeType.CREATE: "+",
    ChangeType.MODIFY: "~",
    ChangeType.DELETE: "-",
    ChangeType.NO_CHANGE: "=",
    ChangeType.IGNORE: "*",
    ChangeType.UNSUPPORTED: "?",
}
_PROPERTY_MARKS = {
    PropertyChangeType.CREATE: "+",
    PropertyChangeType.MODIFY: "~",
    PropertyChangeType.ARRAY: "~",
    PropertyChangeType.DELETE: "-",
    PropertyChangeType.NO_EFFECT: "=",
}
_WORDS = {
    ChangeType.CREATE: "to create",
    ChangeType.MODIFY: "to modify",
    ChangeType.DELETE: "to delete",
    ChangeType.NO_CHANGE: "without change",
    ChangeType.IGNORE: "not in the template",
    ChangeType.UNSUPPORTED: "not known before the deployment",
}
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text and its mark, which also says its colour."""

    mark: str
    text: str
    depth: int = 0
    """0 for a resource, 1 for one of its properties."""

    def __str__(self) -> str:
        return f"{'    ' * self.depth}{self.mark} {self.text}"


def lines(changes: Sequence[Change], *, scope: str = "", noise: bool = False) -> list[Line]:
    """The changes, what is deleted first, then what is modified, created, kept and ignored.

    Args:
        changes: as `what_if` gives them.
        scope: id of the group; resources of others are named with their group.
        noise: also properties that differ in the text only, and the properties of what is created.
    """
    order = [ChangeType.DELETE, ChangeType.MODIFY, ChangeType.CREATE, ChangeType.UNSUPPORTED, ChangeType.NO_CHANGE,
             ChangeType.IGNORE]  # fmt: skip
    found = []
    for change in sorted(changes, key=lambda change: order.index(change.type)):
        found.append(Line(MARKS[change.type], _name(change, scope)))
        if change.type is ChangeType.UNSUPPORTED and change.reason:
            found.append(Line(" ", change.reason, 1))
        if change.type is ChangeType.CREATE and noise:
            found += [Line("+", f"{path}: {value}", 1) for path, value in _leaves(change.after or {})]
        found += _properties(change.delta if noise else effective(change.delta), "")
    return found


def summary(changes: Iterable[Change]) -> str:
    """How many of each: ``1 to create, 2 to modify``."""
    counts = Counter(change.type for change in changes)
    said = [f"{counts[kind]} {_WORDS[kind]}" for kind in _WORDS if counts[kind]]
    return ", ".join(said) if said else "nothing to deploy, and nothing there"


def _name(change: Change, scope: str) -> str:
    prefix, kind, name = split_id(change.resource_id)
    kind = kind.removeprefix("Microsoft.")
    same = not scope or prefix.lower() == scope.rstrip("/").lower()
    return f"{name}  {kind}" if same else f"{name}  {kind}  in {prefix.rsplit('/', 1)[-1] or 'the tenant'}"


def _properties(delta: Iterable[PropertyChange], prefix: str) -> Iterator[Line]:
    for change in delta:
        step = f"[{change.path}]" if change.path.isdigit() else f".{change.path}" if prefix else change.path
        path = prefix + step
        if change.children:
            yield from _properties(change.children, path)
            continue
        mark = _PROPERTY_MARKS[change.type]
        match change.type:
            case PropertyChangeType.CREATE:
                yield Line(mark, f"{path}: {short(change.after)}", 1)
            case PropertyChangeType.DELETE:
                yield Line(mark, f"{path}: {short(change.before)}", 1)
            case PropertyChangeType.NO_EFFECT:
                known = f"{short(change.before)} is the same as " if change.before is not None else "never shown: "
                yield Line(mark, f"{path}: {known}{short(change.after)}", 1)
            case _:
                yield Line(mark, f"{path}: {short(change.before)} → {short(change.after)}", 1)


def _leaves(value: Json, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Paths and values of all that is in an object, but for what its id says."""
    for key, item in value.items():
        if not prefix and key in ("apiVersion", "id", "name", "type"):
            continue
        path = f"{prefix}.{key}" if prefix else key
        if isinstance(item, dict) and item:
            yield from _leaves(item, path)
        else:
            yield path, short(item)


def short(value: Json) -> str:
    """A value on one line, cut where it is long."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
