"""A template taken apart for lint: its expressions, by the template whose parameters and variables they mean.

A nested template whose expressions are evaluated in the inner scope is a frame of its own; one of the outer scope
belongs to the frame around it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from azops_tui.arm.deployment import get
from azops_tui.arm.errors import ParseError
from azops_tui.arm.parser import is_expression, parse
from azops_tui.arm.reader import Path
from azops_tui.arm.resources import DEPLOYMENTS
from azops_tui.arm.syntax import Call, Index, Literal, Node, Property
from azops_tui.arm.values import is_property_copy
from azops_tui.json_types import Json

_EVALUATED = ("variables", "resources", "outputs", "asserts")
_SILENT = "metadata"
"""A member of an output that nobody evaluates."""
_COMMENTS = "comments"
"""The same of a resource."""


@dataclass(frozen=True, slots=True)
class PlacedExpression:
    """An expression and where it stands, seen from the document."""

    path: Path
    tree: Node
    part: str
    """``parameters``, ``variables``, ``resources``, ``outputs`` … of the frame."""
    name: str
    """Of the parameter, variable or output; empty elsewhere."""


@dataclass(frozen=True, slots=True)
class Definition:
    """A resource as it is written."""

    path: Path
    body: Mapping[str, Json]
    type: str
    """With the types of its parents; empty where it is an expression."""


@dataclass(frozen=True, slots=True)
class TemplateFrame:
    """One template with what is evaluated in it."""

    template: Mapping[str, Json]
    path: Path
    expressions: list[PlacedExpression] = field(default_factory=list)
    broken: list[tuple[Path, str]] = field(default_factory=list)
    """Expressions that cannot be read, with the reason."""
    bodies: list[tuple[frozenset[str], PlacedExpression]] = field(default_factory=list)
    """Expressions of the template's own functions, with the names of their parameters in lower case."""
    definitions: list[Definition] = field(default_factory=list)

    def members(self, section: str) -> dict[str, tuple[str, Path, Json]]:
        """What a section declares, by name in lower case: name, path, definition."""
        found = get(self.template, section, {})
        result: dict[str, tuple[str, Path, Json]] = {}
        for name, value in found.items() if isinstance(found, dict) else ():
            if section == "variables" and name.lower() == "copy" and is_property_copy(value):
                for index, item in enumerate(value):
                    own = str(get(item, "name", ""))
                    result[own.lower()] = (own, (*self.path, section, name, index), item)
            else:
                result[name.lower()] = (name, (*self.path, section, name), value)
        return result

    @property
    def functions(self) -> set[str]:
        """Names of the template's own functions, ``namespace.name`` in lower case."""
        found = set()
        for _, space in _own_functions(self.template):
            members = get(space, "members", {})
            if isinstance(members, dict):
                found |= {f"{get(space, 'namespace', '')}.{name}".lower() for name in members}
        return found


def frames(template: Mapping[str, Json]) -> list[TemplateFrame]:
    """The frames of a template, its own first."""
    result: list[TemplateFrame] = []
    _frame(template, (), result)
    return result


def calls(node: Node) -> Iterator[Call]:
    """Every call in an expression, outer ones first."""
    stack: list[Node] = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, Call):
            yield current
            stack += reversed(current.arguments)
        elif isinstance(current, Property):
            stack.append(current.target)
        elif isinstance(current, Index):
            stack += [current.index, current.target]


def text_argument(call: Call) -> str | None:
    """The first argument where it is a text that is written there."""
    first = call.arguments[0] if call.arguments else None
    return first.value if isinstance(first, Literal) and isinstance(first.value, str) else None


def _frame(template: Mapping[str, Json], path: Path, result: list[TemplateFrame]) -> None:
    frame = TemplateFrame(template, path)
    result.append(frame)
    _Walk(frame, result).template(template, path)
    for index, space in _own_functions(template):
        members = get(space, "members", {})
        for name, function in members.items() if isinstance(members, dict) else ():
            if not isinstance(function, dict):
                continue
            declared = get(function, "parameters", [])
            names = [str(get(one, "name", "")) for one in declared if isinstance(one, dict)] if isinstance(
                declared, list) else []  # fmt: skip
            inside = TemplateFrame(template, path)
            place: Path = (*path, "functions", index, "members", name, "output")
            _Walk(inside, []).value(get(function, "output", {}), place, "functions", name)
            frame.broken.extend(inside.broken)
            known = frozenset(one.lower() for one in names)
            frame.bodies.extend((known, expression) for expression in inside.expressions)


def _own_functions(template: Mapping[str, Json]) -> list[tuple[int, Mapping[str, Json]]]:
    found = get(template, "functions", [])
    return [(i, one) for i, one in enumerate(found) if isinstance(one, dict)] if isinstance(found, list) else []


class _Walk:
    """Reads one frame."""

    def __init__(self, frame: TemplateFrame, result: list[TemplateFrame]) -> None:
        self.frame = frame
        self.result = result

    def template(self, template: Mapping[str, Json], path: Path) -> None:
        declared = get(template, "parameters", {})
        for name, definition in declared.items() if isinstance(declared, dict) else ():
            if isinstance(definition, dict):
                for key, value in definition.items():
                    if key.lower() == "defaultvalue":
                        self.value(value, (*path, "parameters", name, key), "parameters", name)
        for key, value in template.items():
            part = key.lower()
            if part == "resources":
                self.resources(value, (*path, key), "")
            elif part in _EVALUATED:
                items = value.items() if isinstance(value, dict) else ()
                for name, item in items:
                    own = "" if part == "variables" and name.lower() == "copy" else name
                    if part == "variables" and not own and is_property_copy(item):
                        for index, loop in enumerate(item):
                            self.value(loop, (*path, key, name, index), part, str(get(loop, "name", "")))
                    else:
                        self.value(item, (*path, key, name), part, name, silent=part == "outputs")

    def resources(self, found: Json, path: Path, parent: str) -> None:
        if isinstance(found, str):
            self.value(found, path, "resources", "")
        items = found.items() if isinstance(found, dict) else enumerate(found) if isinstance(found, list) else ()
        for key, body in items:
            if not isinstance(body, dict):
                continue
            place: Path = (*path, key)
            type = str(get(body, "type", ""))
            if is_expression(type):
                type = ""
            elif parent and "." not in type.partition("/")[0]:
                type = f"{parent}/{type}"
            self.frame.definitions.append(Definition(place, body, type))
            nested = type.lower() == DEPLOYMENTS
            for name, value in body.items():
                if name.lower() == "resources":
                    self.resources(value, (*place, name), type)
                elif nested and name.lower() == "properties" and isinstance(value, dict):
                    self.deployment(value, (*place, name))
                elif name.lower() != _COMMENTS:
                    self.value(value, (*place, name), "resources", "")

    def deployment(self, properties: Mapping[str, Json], path: Path) -> None:
        options = get(properties, "expressionEvaluationOptions", {})
        inner = isinstance(options, dict) and str(get(options, "scope", "")).lower() == "inner"
        for key, value in properties.items():
            if key.lower() != "template" or not isinstance(value, dict):
                self.value(value, (*path, key), "resources", "")
            elif inner:
                _frame(value, (*path, key), self.result)
            else:
                self.template(value, (*path, key))

    def value(self, value: Json, path: Path, part: str, name: str, *, silent: bool = False) -> None:
        if isinstance(value, dict):
            for key, item in value.items():
                if not (silent and key.lower() == _SILENT):
                    self.text(key, (*path, key), part, name)
                    self.value(item, (*path, key), part, name)
        elif isinstance(value, list):
            for index, item in enumerate(value):
                self.value(item, (*path, index), part, name)
        elif isinstance(value, str):
            self.text(value, path, part, name)

    def text(self, text: str, path: Path, part: str, name: str) -> None:
        if not is_expression(text):
            return
        try:
            self.frame.expressions.append(PlacedExpression(path, parse(text), part, name))
        except ParseError as error:
            self.frame.broken.append((path, error.message))
