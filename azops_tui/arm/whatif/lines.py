"""Predicted changes as text: ``+`` create, ``~`` modify, ``-`` delete, ``=`` no change, ``*`` not in the template."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from azops_tui.arm.resource_id import split_id
from azops_tui.arm.whatif.changes import ChangeType, PropertyChangeType
from azops_tui.json_types import Json

MARKS = {
    ChangeType.CREATE: "+",
    ChangeType.MODIFY: "~",
    ChangeType.DEPLOY: "!",
    ChangeType.DELETE: "-",
    ChangeType.NO_CHANGE: "=",
    ChangeType.IGNORE: "*",
    ChangeType.UNSUPPORTED: "?",
}
_PROPERTY_MARKS: dict[str, str] = {
    PropertyChangeType.CREATE: "+",
    PropertyChangeType.MODIFY: "~",
    PropertyChangeType.ARRAY: "~",
    PropertyChangeType.DELETE: "-",
    PropertyChangeType.NO_EFFECT: "=",
}
_WORDS = {
    ChangeType.CREATE: "to create",
    ChangeType.MODIFY: "to modify",
    ChangeType.DEPLOY: "to deploy again",
    ChangeType.DELETE: "to delete",
    ChangeType.NO_CHANGE: "unchanged",
    ChangeType.IGNORE: "not in the template",
    ChangeType.UNSUPPORTED: "known only at deployment",
}
_LONGEST = 80
COLOURS = {"+": "green", "~": "yellow", "!": "yellow", "-": "red", "?": "magenta", "=": "bright_black",
           "*": "bright_black"}  # fmt: skip
"""Mark -> name of its terminal colour."""
_ORDER = (ChangeType.DELETE, ChangeType.MODIFY, ChangeType.DEPLOY, ChangeType.CREATE, ChangeType.UNSUPPORTED,
          ChangeType.NO_CHANGE, ChangeType.IGNORE)  # fmt: skip


class ShownProperty(Protocol):
    """A property change, predicted here or by the service."""

    @property
    def path(self) -> str:
        """Relative to the enclosing change."""

    @property
    def type(self) -> str:
        """A value of :class:`PropertyChangeType`."""

    @property
    def before(self) -> Json:
        """None if the property did not exist."""

    @property
    def after(self) -> Json:
        """None if the property is removed."""

    @property
    def children(self) -> Sequence[ShownProperty]:
        """Changes of nested properties."""


class ShownChange(Protocol):
    """A resource change, predicted here (:class:`ResourceChange`) or by the service."""

    @property
    def resource_id(self) -> str:
        """In the spelling of the service or the template."""

    @property
    def type(self) -> str:
        """A value of :class:`ChangeType`."""

    @property
    def after(self) -> Json:
        """The resource after the deployment; None if unknown."""

    @property
    def delta(self) -> Sequence[ShownProperty]:
        """Property changes of a modification."""

    @property
    def reason(self) -> str:
        """Why the change cannot be predicted."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text with its mark; the mark determines the colour."""

    mark: str
    text: str
    depth: int = 0
    """0 for a resource, 1 for one of its properties."""

    def __str__(self) -> str:
        return f"{'    ' * self.depth}{self.mark} {self.text}"


def lines(changes: Sequence[ShownChange], *, scope: str = "", noise: bool = False) -> list[Line]:
    """Return the changes as lines: deletions first, then modifications, creations and unchanged resources.

    Args:
        changes: from `what_if` or from the service.
        scope: id of the group; resources in other groups are shown with their group.
        noise: include properties that differ only in spelling, and the properties of new resources.
    """
    shown = []
    for change in sorted(changes, key=lambda change: _ORDER.index(_kind(change))):
        kind = _kind(change)
        shown.append(Line(MARKS[kind], _name(change, scope)))
        if kind is ChangeType.UNSUPPORTED and change.reason:
            shown.append(Line(" ", change.reason, 1))
        if kind is ChangeType.CREATE and noise:
            shown += [Line("+", f"{path}: {value}", 1) for path, value in _leaves(change.after or {})]
        shown += _properties(change.delta, "", noise)
    return shown


def summary(changes: Iterable[ShownChange]) -> str:
    """Return the number of changes of each kind: ``1 to create, 2 to modify``."""
    counts = Counter(_kind(change) for change in changes)
    parts = [f"{counts[kind]} {_WORDS[kind]}" for kind in _WORDS if counts[kind]]
    return ", ".join(parts) if parts else "no resources, neither in the template nor in the group"


def _kind(change: ShownChange) -> ChangeType:
    """Return the change type; a type that only the service knows is unsupported."""
    return next((kind for kind in ChangeType if kind == change.type), ChangeType.UNSUPPORTED)


def _name(change: ShownChange, scope: str) -> str:
    prefix, kind, name = split_id(change.resource_id)
    kind = kind.removeprefix("Microsoft.")
    same = not scope or prefix.lower() == scope.rstrip("/").lower()
    return f"{name}  {kind}" if same else f"{name}  {kind}  in {prefix.rsplit('/', 1)[-1] or 'the tenant'}"


def _properties(delta: Iterable[ShownProperty], prefix: str, noise: bool) -> Iterator[Line]:
    for change in delta:
        step = f"[{change.path}]" if change.path.isdigit() else f".{change.path}" if prefix else change.path
        path = prefix + step
        if change.children:
            yield from _properties(change.children, path, noise)
            continue
        mark = _PROPERTY_MARKS.get(change.type, "~")
        match change.type:
            case PropertyChangeType.CREATE:
                yield Line(mark, f"{path}: {short(change.after)}", 1)
            case PropertyChangeType.DELETE:
                yield Line(mark, f"{path}: {short(change.before)}", 1)
            case PropertyChangeType.NO_EFFECT:
                if noise:
                    known = f"{short(change.before)} is the same as " if change.before is not None else "never shown: "
                    yield Line(mark, f"{path}: {known}{short(change.after)}", 1)
            case _:
                yield Line(mark, f"{path}: {short(change.before)} → {short(change.after)}", 1)


def _leaves(value: Json, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield path and value of each leaf of a resource, except what its id already says."""
    for key, item in value.items():
        if not prefix and key in ("apiVersion", "id", "name", "type"):
            continue
        path = f"{prefix}.{key}" if prefix else key
        if isinstance(item, dict) and item:
            yield from _leaves(item, path)
        else:
            yield path, short(item)


def short(value: Json) -> str:
    """Return a value as JSON on one line, shortened if it is long."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
