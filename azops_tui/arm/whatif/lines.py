"""Changes as lines of text: ``+`` created, ``~`` modified, ``-`` deleted, ``=`` the same, ``*`` not in the template."""

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
    ChangeType.NO_CHANGE: "without change",
    ChangeType.IGNORE: "not in the template",
    ChangeType.UNSUPPORTED: "not known before the deployment",
}
_LONGEST = 80
COLOURS = {"+": "green", "~": "yellow", "!": "yellow", "-": "red", "?": "magenta", "=": "bright_black",
           "*": "bright_black"}  # fmt: skip
"""Colours of marks, by the names that terminals have for them."""
_ORDER = (ChangeType.DELETE, ChangeType.MODIFY, ChangeType.DEPLOY, ChangeType.CREATE, ChangeType.UNSUPPORTED,
          ChangeType.NO_CHANGE, ChangeType.IGNORE)  # fmt: skip


class ShownProperty(Protocol):
    """The change of a property, by whomever it was found."""

    @property
    def path(self) -> str:
        """Relative to the change around it."""

    @property
    def type(self) -> str:
        """A word of :class:`PropertyChangeType`."""

    @property
    def before(self) -> Json:
        """None where there was nothing."""

    @property
    def after(self) -> Json:
        """None where there will be nothing."""

    @property
    def children(self) -> Sequence[ShownProperty]:
        """Changes within it."""


class ShownChange(Protocol):
    """The change of a resource, by whomever it was found: :class:`ResourceChange`, or what the service's answer became."""

    @property
    def resource_id(self) -> str:
        """As the service or the template spells it."""

    @property
    def type(self) -> str:
        """A word of :class:`ChangeType`."""

    @property
    def after(self) -> Json:
        """The resource after it; None where that is not known."""

    @property
    def delta(self) -> Sequence[ShownProperty]:
        """Of a modification."""

    @property
    def reason(self) -> str:
        """Why it is unsupported."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text and its mark, which also says its colour."""

    mark: str
    text: str
    depth: int = 0
    """0 for a resource, 1 for one of its properties."""

    def __str__(self) -> str:
        return f"{'    ' * self.depth}{self.mark} {self.text}"


def lines(changes: Sequence[ShownChange], *, scope: str = "", noise: bool = False) -> list[Line]:
    """The changes, what is deleted first, then what is modified, created, kept and ignored.

    Args:
        changes: as `what_if` gives them, or as the service does.
        scope: id of the group; resources of others are named with their group.
        noise: also properties that differ in the text only, and the properties of what is created.
    """
    found = []
    for change in sorted(changes, key=lambda change: _ORDER.index(_kind(change))):
        kind = _kind(change)
        found.append(Line(MARKS[kind], _name(change, scope)))
        if kind is ChangeType.UNSUPPORTED and change.reason:
            found.append(Line(" ", change.reason, 1))
        if kind is ChangeType.CREATE and noise:
            found += [Line("+", f"{path}: {value}", 1) for path, value in _leaves(change.after or {})]
        found += _properties(change.delta, "", noise)
    return found


def summary(changes: Iterable[ShownChange]) -> str:
    """How many of each: ``1 to create, 2 to modify``."""
    counts = Counter(_kind(change) for change in changes)
    said = [f"{counts[kind]} {_WORDS[kind]}" for kind in _WORDS if counts[kind]]
    return ", ".join(said) if said else "nothing to deploy, and nothing there"


def _kind(change: ShownChange) -> ChangeType:
    """The kind of change; one that the service has and we do not know cannot be said."""
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
