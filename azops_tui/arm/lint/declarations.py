"""Checks of declarations: unused, undefined and circular names, and exposed secrets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from azops_tui.arm.cycles import find_circle
from azops_tui.arm.functions import FUNCTIONS
from azops_tui.arm.lint.frames import PlacedExpression, TemplateFrame
from azops_tui.arm.parser import is_expression
from azops_tui.arm.reader import Path
from azops_tui.arm.sections import get
from azops_tui.arm.syntax import FunctionCall, Index, Node, Property, text_argument
from azops_tui.arm.types import is_secure
from azops_tui.json_types import Json

Report = tuple[str, Path, str, bool]
"""Rule, path, message, and True if the finding is about the key rather than the value."""
_SECRET = re.compile(
    r"(password|passwd|pwd|secret|accesskey|apikey|sharedkey|privatekey|connectionstring)(value|text)?\d*$",
    re.IGNORECASE,
)
_GENERATED = frozenset({"newguid", "uniquestring", "guid"})
"""Functions that generate a default, so that nobody can read a secret in the template."""
_CONCEALING = frozenset(
    {
        "and", "contains", "empty", "endswith", "equals", "greater", "greaterorequals", "guid", "indexof", "length",
        "less", "lessorequals", "not", "or", "startswith", "uniquestring",
    }
)  # fmt: skip
_KINDS = {"parameters": "parameter", "variables": "variable"}


@dataclass(slots=True)
class Uses:
    """Names of one section that the expressions of a template use."""

    places: dict[str, list[PlacedExpression]] = field(default_factory=dict)
    """Name in lower case -> expressions that use it."""
    names: dict[str, str] = field(default_factory=dict)
    """Name in lower case -> spelling of its first use."""
    prefixes: set[str] = field(default_factory=set)
    """Prefixes, in lower case, of names built by expressions; the empty prefix matches any name."""

    def has(self, name: str) -> bool:
        """Return whether a name is or might be used."""
        return name in self.places or any(name.startswith(prefix) for prefix in self.prefixes)


def uses(expressions: Iterable[PlacedExpression], function: str) -> Uses:
    """Return the names used through ``parameters('…')`` or ``variables('…')``."""
    result = Uses()
    for expression in expressions:
        for call in expression.calls:
            if call.name.lower() != function:
                continue
            name = text_argument(call)
            if name is None:
                first = call.arguments[0] if call.arguments else None
                beginning = (
                    text_argument(first) if isinstance(first, FunctionCall) and first.name.lower() == "concat" else ""
                )
                result.prefixes.add((beginning or "").lower())
            else:
                result.places.setdefault(name.lower(), []).append(expression)
                result.names.setdefault(name.lower(), name)
    return result


def check_declarations(frame: TemplateFrame) -> Iterator[Report]:
    """Yield undefined and unused names, circular variables, unknown functions and invalid expressions."""
    for path, message in frame.broken:
        yield "expression-syntax", path, message, False
    for section, kind in _KINDS.items():
        declared = frame.members(section)
        used = uses(frame.expressions, section)
        for name, places in used.places.items():
            if name not in declared:
                for place in dict.fromkeys(expression.path for expression in places):
                    message = f"The template has no {kind} '{used.names[name]}'."
                    yield f"undefined-{kind}", place, message, False
        for name, (shown, path, _) in declared.items():
            if not used.has(name):
                yield f"unused-{kind}", path, f"The {kind} '{shown}' is never used.", True
    yield from _functions(frame)
    yield from _circles(frame)


def _functions(frame: TemplateFrame) -> Iterator[Report]:
    own = frame.functions
    for known, expression in frame.bodies:
        for call in expression.calls:
            name = text_argument(call)
            if call.name.lower() == "parameters" and name is not None and name.lower() not in known:
                yield "undefined-parameter", expression.path, f"The function has no parameter '{name}'.", False
    for expression in [*frame.expressions, *(expression for _, expression in frame.bodies)]:
        for call in expression.calls:
            name = call.name.lower()
            built_in = name.removeprefix("sys.").removeprefix("az.")
            if built_in not in FUNCTIONS and not built_in.startswith("list") and name not in own:
                yield "undefined-function", expression.path, f"The function '{call.name}' does not exist.", False


def _circles(frame: TemplateFrame) -> Iterator[Report]:
    """Yield circular references between variables and between parameter defaults."""
    for section, kind in _KINDS.items():
        declared = frame.members(section)
        needs: dict[str, list[str]] = {name: [] for name in declared}
        for expression in frame.expressions:
            if expression.part == section and expression.name.lower() in needs:
                needs[expression.name.lower()] += [
                    name for name in uses([expression], section).places if name in declared
                ]
        while (circle := find_circle(needs)) is not None:
            names = [declared[name][0] for name in (*circle, circle[0])]
            shown = " → ".join([*names[:20], *(["…"] if len(names) > 20 else [])])
            yield "circular-dependency", declared[circle[0]][1], f"The {kind}s refer to each other: {shown}.", True
            needs[circle[-1]] = [name for name in needs[circle[-1]] if name != circle[0]]


def check_secrets(frame: TemplateFrame) -> Iterator[Report]:
    """Yield secrets with a default, secrets in plain strings, and outputs that expose secrets."""
    declared = frame.members("parameters")
    secure = {
        name
        for name, (_, _, body) in declared.items()
        if isinstance(body, dict) and is_secure(str(get(body, "type", "")))
    }
    for name, (shown, path, body) in declared.items():
        if not isinstance(body, dict):
            continue
        named = str(get(body, "type", "")).lower() == "string" and _SECRET.search(shown) is not None
        key = next((key for key in body if key.lower() == "defaultvalue"), None)
        if name in secure or named:
            if key is not None and not _harmless(frame, body[key], (*path, key), secure):
                yield "secret-default", (*path, key), f"The secret parameter '{shown}' has a default.", True
            if named:
                yield (
                    "plain-secret",
                    path,
                    f"The parameter '{shown}' looks like a secret, but its type is string.",
                    True,
                )
    tainted = _tainted(frame, secure)
    for name, (shown, path, body) in frame.members("outputs").items():
        if not isinstance(body, dict) or is_secure(str(get(body, "type", ""))):
            continue
        for expression in frame.expressions:
            own = expression.part == "outputs" and expression.name.lower() == name
            if own and expression.path[: len(path)] == path and (source := _source(expression, secure, tainted)):
                rule = "secret-in-variable" if "through the variable" in source else "secret-output"
                yield rule, expression.path, f"The output '{shown}' exposes {source}.", False


def _harmless(frame: TemplateFrame, default: Json, path: Path, secure: set[str]) -> bool:
    """Return whether a default exposes nothing: empty, generated at each deployment, or another secret."""
    if default in (None, "", {}, []):
        return True
    if isinstance(default, dict | list):
        items = default.values() if isinstance(default, dict) else default
        return all(isinstance(item, bool) or _harmless(frame, item, path, secure) for item in items)
    if not isinstance(default, str) or not is_expression(default):
        return False
    own = [expression for expression in frame.expressions if expression.path == path]
    return any(
        call.name.lower() in _GENERATED or (call.name.lower() == "parameters" and _named(call) in secure)
        for expression in own
        for call in expression.calls
    )


def _named(call: FunctionCall) -> str:
    return (text_argument(call) or "").lower()


def _tainted(frame: TemplateFrame, secure: set[str]) -> set[str]:
    """Return the names, in lower case, of variables that hold a secret."""
    own = [expression for expression in frame.expressions if expression.part == "variables"]
    tainted: set[str] = set()
    while True:
        more = {expression.name.lower() for expression in own if _source(expression, secure, tainted)} - tainted
        if not more:
            return tainted
        tainted |= more


def _revealing(node: Node) -> Iterator[FunctionCall]:
    """Yield the calls whose value becomes part of an expression's value.

    A test of a secret, for example whether it is empty, does not reveal it, and neither does a hash.
    """
    if isinstance(node, FunctionCall):
        name = node.name.lower()
        if name in _CONCEALING:
            return
        yield node
        for argument in node.arguments[1:] if name == "if" else node.arguments:
            yield from _revealing(argument)
    elif isinstance(node, Property | Index):
        yield from _revealing(node.target)


def _source(expression: PlacedExpression, secure: set[str], tainted: set[str]) -> str:
    """Describe the secret that an expression contains; empty if it contains none."""
    for call in _revealing(expression.tree):
        name = call.name.lower()
        if name == "parameters" and _named(call) in secure:
            return f"the secret parameter '{text_argument(call)}'"
        if name == "variables" and _named(call) in tainted:
            return f"a secret through the variable '{text_argument(call)}'"
        if name.startswith("list") and call.arguments:
            return f"the result of {call.name}"
    return ""
