"""Functions that treat arrays and objects as sets: what several have together, and what they have in common."""

from __future__ import annotations

from azops_tui.arm.errors import Unknown
from azops_tui.arm.functions.errors import FunctionError
from azops_tui.arm.functions.objects import intersect_objects, merge_objects
from azops_tui.arm.functions.registry import function
from azops_tui.arm.functions.values import bounded_array, fingerprint, same, type_name, usage
from azops_tui.json_types import Json


@function(
    "union(arg1, arg2, …): array | object",
    "The distinct elements of arrays, or objects merged deeply; the last value wins.",
    partial=True,
    compares=True,
)
def union(*values: Json) -> Json:
    """Null arguments add nothing."""
    values = tuple(value for value in values if value is not None) or values
    if _all_of_a_kind("union", values) is dict:
        return merge_objects(values)
    total = [item for value in values for item in value]
    bounded_array("union", len(total))
    return _distinct(total)


@function(
    "intersection(arg1, arg2, …): array | object",
    "The common elements of arrays, or the keys with the same value in all objects.",
    compares=True,
)
def intersection(*values: Json) -> Json:
    """The result has the order of the first argument."""
    if _all_of_a_kind("intersection", values) is dict:
        return intersect_objects(values)
    common = _distinct(values[0])
    for value in values[1:]:
        seen = _Seen()
        for item in value:
            seen.add(item)
        common = [item for item in common if item in seen]
    return common


def _all_of_a_kind(name: str, values: tuple[Json, ...]) -> type:
    kinds = {type_name(value) for value in values}
    if len(kinds) > 1:
        raise FunctionError(
            f"Template language function '{name}' expects parameters of the same type, but found multiple types. "
            f"{usage(name)}"
        )
    if kinds in ({"Array"}, {"Object"}):
        return type(values[0])
    raise FunctionError(
        f"The template language function '{name}' expects either a comma separated list of arrays or a comma separated "
        f"list of objects as its parameters. {usage(name)}"
    )


class _Seen:
    """Values that were met, to be found again fast."""

    def __init__(self) -> None:
        self.known: dict[int, int] = {}
        self.groups: dict[int, list[Json]] = {}
        self.uncertain: list[Json] = []

    def add(self, value: Json) -> bool:
        """Takes a value in; returns whether it is new."""
        group = self._candidates(value)
        if self._among(value, group):
            return False
        group.append(value)
        return True

    def __contains__(self, value: Json) -> bool:
        return self._among(value, self._candidates(value))

    def _candidates(self, value: Json) -> list[Json]:
        try:
            return self.groups.setdefault(fingerprint(value, self.known), [])
        except Unknown:
            return self.uncertain

    def _among(self, value: Json, group: list[Json]) -> bool:
        if any(same(value, other) for other in group):
            return True
        # What has placeholders in it may equal anything, unless something else about it differs.
        if group is not self.uncertain:
            return any(same(value, other) for other in self.uncertain)
        return any(same(value, other) for known in self.groups.values() for other in known)


def _distinct(elements: list[Json]) -> list[Json]:
    seen = _Seen()
    return [element for element in elements if seen.add(element)]
