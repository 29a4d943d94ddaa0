"""Predicted changes of resources and properties, in the terms of the service."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from azops_tui.arm.describe import change_texts
from azops_tui.json_types import Json


class ChangeType(StrEnum):
    """Predicted effect on a resource."""

    CREATE = "Create"
    DELETE = "Delete"
    MODIFY = "Modify"
    NO_CHANGE = "NoChange"
    IGNORE = "Ignore"
    """The resource exists and is not in the template."""
    UNSUPPORTED = "Unsupported"
    """Cannot be predicted: the resource id is known only at run time."""
    DEPLOY = "Deploy"
    """The resource exists and is redeployed; property changes were not requested."""


class PropertyChangeType(StrEnum):
    """Predicted effect on a property."""

    CREATE = "Create"
    DELETE = "Delete"
    MODIFY = "Modify"
    ARRAY = "Array"
    NO_EFFECT = "NoEffect"
    """Only spelling differs: case, format or order."""


@dataclass(frozen=True, slots=True)
class PropertyChange:
    """Predicted change of a property. `path` is relative to the enclosing change: ``properties.subnets``, ``0``."""

    path: str
    type: PropertyChangeType
    before: Json = None
    after: Json = None
    children: tuple[PropertyChange, ...] = ()

    def as_json(self) -> dict[str, Json]:
        """Return the change in the JSON form of the service."""
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
        """True if the change is more than noise."""
        if self.children:
            return any(child.effective for child in self.children)
        return self.type is not PropertyChangeType.NO_EFFECT


@dataclass(frozen=True, slots=True)
class ResourceChange:
    """Predicted change of a resource."""

    resource_id: str
    type: ChangeType
    before: Mapping[str, Json] | None = None
    after: Mapping[str, Json] | None = None
    delta: tuple[PropertyChange, ...] = ()
    """Property changes of a modification, including noise; `as_json` omits noise."""
    reason: str = ""
    """Why the change cannot be predicted."""

    def as_json(self, *, noise: bool = False) -> dict[str, Json]:
        """Return the change in the JSON form of the service; `noise` adds properties that differ only in spelling."""
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
        """Return the change in the JSON form of the service for the result format ``ResourceIdOnly``."""
        plain = self.type in (ChangeType.MODIFY, ChangeType.NO_CHANGE)
        return {"resourceId": self.resource_id, "changeType": (ChangeType.DEPLOY if plain else self.type).value}


def hidden(changes: Iterable[ResourceChange], hide: Callable[[str], str]) -> list[ResourceChange]:
    """Return the changes with `hide` applied to every string in their values, for example to redact secrets."""
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
    """Yield the changes without noise, at every depth."""
    for change in delta:
        if change.effective:
            yield PropertyChange(
                change.path, change.type, change.before, change.after, tuple(effective(change.children))
            )
