"""Splits a template into frames for lint: expressions grouped by the template that declares their names.

A nested template with inner expression evaluation is a frame of its own; one with outer evaluation belongs to the
enclosing frame.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from azops_tui.arm.errors import ParseError
from azops_tui.arm.parser import is_expression, parse
from azops_tui.arm.reader import Path
from azops_tui.arm.resource_header import DEPLOYMENTS
from azops_tui.arm.sections import get
from azops_tui.arm.syntax import FunctionCall, Node, calls
from azops_tui.arm.values import is_property_copy
from azops_tui.json_types import Json

_EVALUATED = ("variables", "resources", "outputs", "asserts")
_SILENT = "metadata"
"""Member of an output that is not evaluated."""
_COMMENTS = "comments"
"""Member of a resource that is not evaluated."""
_Parsed = dict[str, tuple[Node, tuple[FunctionCall, ...]]]
"""Expression -> its tree, and every call in it: templates repeat them."""


@dataclass(frozen=True, slots=True)
class PlacedExpression:
    """An expression with its position in the document."""

    path: Path
    tree: Node
    part: str
    """Section of the frame: ``parameters``, ``variables``, ``resources``, ``outputs`` …"""
    name: str
    """Name of the parameter, variable or output; empty elsewhere."""
    calls: tuple[FunctionCall, ...]
    """Every call in the expression, outermost first."""


@dataclass(frozen=True, slots=True)
class Definition:
    """A resource definition as written."""

    path: Path
    body: Mapping[str, Json]
    type: str
    """Full type, including parent types; empty if it is an expression."""


@dataclass(frozen=True, slots=True)
class TemplateFrame:
    """A template with the expressions that are evaluated in its scope."""

    template: Mapping[str, Json]
    path: Path
    expressions: list[PlacedExpression] = field(default_factory=list)
    broken: list[tuple[Path, str]] = field(default_factory=list)
    """Invalid expressions, with the reason."""
    bodies: list[tuple[frozenset[str], PlacedExpression]] = field(default_factory=list)
    """Expressions of user-defined functions, with the parameter names of the function in lower case."""
    definitions: list[Definition] = field(default_factory=list)

    def members(self, section: str) -> dict[str, tuple[str, Path, Json]]:
        """Return the declarations of a section, by name in lower case: name, path, definition."""
        declared = get(self.template, section, {})
        result: dict[str, tuple[str, Path, Json]] = {}
        for name, value in declared.items() if isinstance(declared, dict) else ():
            if section == "variables" and name.lower() == "copy" and is_property_copy(value):
                for index, item in enumerate(value):
                    own = str(get(item, "name", ""))
                    result[own.lower()] = (own, (*self.path, section, name, index), item)
            else:
                result[name.lower()] = (name, (*self.path, section, name), value)
        return result

    @property
    def functions(self) -> set[str]:
        """Names of user-defined functions, ``namespace.name`` in lower case."""
        names = set()
        for _, space in _own_functions(self.template):
            members = get(space, "members", {})
            if isinstance(members, dict):
                names |= {f"{get(space, 'namespace', '')}.{name}".lower() for name in members}
        return names


def frames(template: Mapping[str, Json]) -> list[TemplateFrame]:
    """Return the frames of a template, outermost first."""
    result: list[TemplateFrame] = []
    parsed: _Parsed = {}
    _frame(template, (), result, parsed)
    content = get(template, "content", {})
    for name, entry in content.items() if isinstance(content, dict) else ():
        module = get(entry, "value") if isinstance(entry, dict) else None
        if isinstance(module, dict):
            _frame(module, ("content", name, "value"), result, parsed)
    return result


def _frame(template: Mapping[str, Json], path: Path, result: list[TemplateFrame], parsed: _Parsed) -> None:
    frame = TemplateFrame(template, path)
    result.append(frame)
    _Walk(frame, result, parsed).template(template, path)
    for index, space in _own_functions(template):
        members = get(space, "members", {})
        for name, function in members.items() if isinstance(members, dict) else ():
            if not isinstance(function, dict):
                continue
            declared = get(function, "parameters", [])
            names = [str(get(item, "name", "")) for item in declared if isinstance(item, dict)] if isinstance(
                declared, list) else []  # fmt: skip
            inside = TemplateFrame(template, path)
            place: Path = (*path, "functions", index, "members", name, "output")
            _Walk(inside, [], parsed).value(get(function, "output", {}), place, "functions", name)
            frame.broken.extend(inside.broken)
            known = frozenset(name.lower() for name in names)
            frame.bodies.extend((known, expression) for expression in inside.expressions)


def _own_functions(template: Mapping[str, Json]) -> list[tuple[int, Mapping[str, Json]]]:
    spaces = get(template, "functions", [])
    return [(i, space) for i, space in enumerate(spaces) if isinstance(space, dict)] if isinstance(spaces, list) else []


class _Walk:
    """Collects the expressions and definitions of one frame."""

    def __init__(self, frame: TemplateFrame, result: list[TemplateFrame], parsed: _Parsed) -> None:
        self.frame = frame
        self.result = result
        self.parsed = parsed

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

    def resources(self, definitions: Json, path: Path, parent: str) -> None:
        if isinstance(definitions, str):
            self.value(definitions, path, "resources", "")
        if isinstance(definitions, dict):
            items: Iterable[tuple[str | int, Json]] = definitions.items()
        else:
            items = enumerate(definitions) if isinstance(definitions, list) else ()
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
                _frame(value, (*path, key), self.result, self.parsed)
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
        known = self.parsed.get(text)
        if known is None:
            try:
                tree = parse(text)
            except ParseError as error:
                self.frame.broken.append((path, error.message))
                return
            known = self.parsed[text] = tree, tuple(calls(tree))
        self.frame.expressions.append(PlacedExpression(path, known[0], part, name, known[1]))
