"""Changes as the service words them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from azops_tui.arm.describe import change_texts
from azops_tui.json_types import Json


class ChangeType(StrEnum):
    """What would happen to a resource."""

    CREATE = "Create"
    DELETE = "Delete"
    MODIFY = "Modify"
    NO_CHANGE = "NoChange"
    IGNORE = "Ignore"
    """It is there, and the template does not name it."""
    UNSUPPORTED = "Unsupported"
    """It cannot be said: its id is known at run time only."""
    DEPLOY = "Deploy"
    """It is there and deployed again; whether that changes it was not asked."""


class PropertyChangeType(StrEnum):
    """What would happen to a property."""

    CREATE = "Create"
    DELETE = "Delete"
    MODIFY = "Modify"
    ARRAY = "Array"
    NO_EFFECT = "NoEffect"
    """It differs in the text only: case, form, or order."""


@dataclass(frozen=True, slots=True)
class PropertyChange:
    """The change of one property. `path` is relative to the change around it: ``properties.subnets``, then ``0``."""

    path: str
    type: PropertyChangeType
    before: Json = None
    after: Json = None
    children: tuple[PropertyChange, ...] = ()

    def as_json(self) -> dict[str, Json]:
        """The change as the service shows it."""
        shown: dict[str, Json] = {"path": self.path, "propertyChangeType": self.type.value}
        if self.children:
            return shown | {"children": [child.as_json() for child in self.children]}
        if self.type in (PropertyChangeType.DELETE, PropertyChangeType.MODIFY, PropertyChangeType.NO_EFFECT):
            shown["before"] = self.before
        if self.type is not PropertyChangeType.DELETE:
            shown["after"] = self.after
        return shown

    @property
    def effective(self) -> bool:
        """Whether anything really changes."""
        if self.children:
            return any(child.effective for child in self.children)
        return self.type is not PropertyChangeType.NO_EFFECT


@dataclass(frozen=True, slots=True)
class ResourceChange:
    """What would happen to one resource."""

    resource_id: str
    type: ChangeType
    before: Mapping[str, Json] | None = None
    after: Mapping[str, Json] | None = None
    delta: tuple[PropertyChange, ...] = ()
    """Of a modification, noise included; `as_json` leaves noise out."""
    reason: str = ""
    """Why it is unsupported."""

    def as_json(self, *, noise: bool = False) -> dict[str, Json]:
        """The change as the service shows it; with `noise`, also properties that differ in the text only."""
        shown: dict[str, Json] = {"resourceId": self.resource_id, "changeType": self.type.value}
        if self.before is not None:
            shown["before"] = self.before
        if self.after is not None:
            shown["after"] = self.after
        if self.reason:
            shown["unsupportedReason"] = self.reason
        delta = [change.as_json() for change in (self.delta if noise else effective(self.delta))]
        if delta:
            shown["delta"] = delta
        return shown

    def as_id(self) -> dict[str, Json]:
        """The change as the service shows it where ids alone are asked for."""
        plain = self.type in (ChangeType.MODIFY, ChangeType.NO_CHANGE)
        return {"resourceId": self.resource_id, "changeType": (ChangeType.DEPLOY if plain else self.type).value}


def hidden(changes: Iterable[ResourceChange], hide: Callable[[str], str]) -> list[ResourceChange]:
    """The changes with every text in their values changed, as by a filter that hides secrets."""
    return [
        replace(
            change,
            before=change_texts(change.before, hide),
            after=change_texts(change.after, hide),
            delta=tuple(_hidden(change.delta, hide)),
        )
        for change in changes
    ]


def _hidden(delta: Iterable[PropertyChange], hide: Callable[[str], str]) -> Iterable[PropertyChange]:
    for change in delta:
        yield replace(
            change,
            before=change_texts(change.before, hide),
            after=change_texts(change.after, hide),
            children=tuple(_hidden(change.children, hide)),
        )


def effective(delta: Iterable[PropertyChange]) -> Iterable[PropertyChange]:
    """The changes without noise, at every depth."""
    for change in delta:
        if change.effective:
            yield PropertyChange(
                change.path, change.type, change.before, change.after, tuple(effective(change.children))
            )
