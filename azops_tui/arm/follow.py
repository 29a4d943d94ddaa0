"""Follows a parameter through variables, defaults and nested templates to the properties that it ends up in.

>>> template = {
...     "parameters": {"size": {"type": "string"}},
...     "variables": {"tier": "[toUpper(parameters('size'))]"},
...     "resources": [{"type": "My.Rp/things", "name": "a", "properties": {"sku": "[variables('tier')]"}}],
... }
>>> for use in follow(Document("", template), "size"):
...     print("  " * use.depth + use.kind, use.name, use.property or "-")
variable tier -
  resource My.Rp/things a properties.sku
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from azops_tui.arm.lint.declarations import uses
from azops_tui.arm.lint.frames import Definition, PlacedExpression, TemplateFrame, frames
from azops_tui.arm.lint.positions import Positions
from azops_tui.arm.reader import Document, Path, show
from azops_tui.arm.sections import get

_KINDS = {"parameters": "default of parameter", "variables": "variable", "outputs": "output"}


@dataclass(frozen=True, slots=True)
class ParameterUse:
    """A place that a parameter's value reaches."""

    depth: int
    """Number of variables, defaults and modules between the parameter and this place."""
    kind: str
    """``resource``, ``module``, ``variable``, ``default of parameter`` or ``output``."""
    name: str
    """Type and name of a resource; name of a module, variable, parameter or output."""
    property: str
    """Path in the resource; for a module, the name of its parameter; else empty."""
    line: int
    """Line in the template, from 1; 0 if there is no text."""
    repeated: bool = False
    """True if the value reached this name before; what follows is listed there."""


def follow(document: Document, parameter: str) -> list[ParameterUse]:
    """Return the places that a parameter of the outermost template reaches, each after what leads to it.

    Raises LookupError if the template has no such parameter.
    """
    all_frames = {frame.path: frame for frame in frames(document.value)}
    if parameter.lower() not in all_frames[()].members("parameters"):
        raise LookupError(parameter)
    return list(_Follower(document, all_frames).uses(all_frames[()], "parameters", parameter, 0))


class _Follower:
    def __init__(self, document: Document, all_frames: dict[Path, TemplateFrame]) -> None:
        self.positions = Positions(document)
        self.frames = all_frames
        self.seen: set[tuple[Path, str, str]] = set()
        self.by_name: dict[tuple[Path, str], dict[str, list[PlacedExpression]]] = {}

    def uses(self, frame: TemplateFrame, section: str, name: str, depth: int) -> Iterator[ParameterUse]:
        """Yield what a parameter or variable of one template reaches."""
        self.seen.add((frame.path, section, name.lower()))
        places = self.by_name.get((frame.path, section))
        if places is None:
            places = self.by_name[frame.path, section] = uses(frame.expressions, section).places
        reached: set[tuple[str, str, str]] = set()
        for expression in dict.fromkeys(places.get(name.lower(), ())):
            kind, label, member, target = self.place(frame, expression)
            if (kind, label, member) in reached:
                continue
            reached.add((kind, label, member))
            line, _ = self.positions.beginning(expression.path)
            repeated = target is not None and (target[0].path, target[1], target[2].lower()) in self.seen
            yield ParameterUse(depth, kind, label, member, line, repeated)
            if target is not None and not repeated:
                yield from self.uses(*target, depth + 1)

    def place(
        self, frame: TemplateFrame, expression: PlacedExpression
    ) -> tuple[str, str, str, tuple[TemplateFrame, str, str] | None]:
        """Return kind, name and property of an expression's place, and the parameter or variable that continues it."""
        if expression.part != "resources":
            continues = None if expression.part == "outputs" else (frame, expression.part, expression.name)
            return _KINDS.get(expression.part, expression.part), expression.name, "", continues
        definition = max(
            (item for item in frame.definitions if expression.path[: len(item.path)] == item.path),
            key=lambda item: len(item.path),
            default=None,
        )
        if definition is None:
            return "resource", "", show(expression.path), None
        inside = expression.path[len(definition.path) :]
        module = self.frames.get((*definition.path, "properties", "template"))
        head = tuple(str(part).lower() for part in inside[:2])
        if module is not None and head == ("properties", "parameters") and len(inside) > 2:
            return "module", _name(definition), str(inside[2]), (module, "parameters", str(inside[2]))
        return "resource", f"{definition.type} {_name(definition)}".strip(), show(inside), None


def _name(definition: Definition) -> str:
    """Return the symbolic name of a resource, or its name as written."""
    key = definition.path[-1]
    return key if isinstance(key, str) else str(get(definition.body, "name", ""))
