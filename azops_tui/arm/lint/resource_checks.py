"""Checks of single resources: location, apiVersion, name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date

from azops_tui.arm.expanded_resource import ExpandedResource
from azops_tui.arm.lint.declarations import Report
from azops_tui.arm.lint.frames import Definition, PlacedExpression, TemplateFrame
from azops_tui.arm.lint.names import RULES, NameRule
from azops_tui.arm.reader import Path
from azops_tui.arm.sections import get
from azops_tui.arm.syntax import FunctionCall, Literal, Node, calls, text_argument
from azops_tui.json_types import Json

YEARS = 2
"""Age in years from which an apiVersion is old."""
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_ELSEWHERE = frozenset({"parameters", "resourcegroup", "deployment", "reference", "subscription", "copyindex",
                        "lambdavariables", "managementgroup"})  # fmt: skip
"""Functions whose result does not depend on literals alone."""


def check_resources(
    frame: TemplateFrame, created: Mapping[Path, list[ExpandedResource]], today: date
) -> Iterator[Report]:
    """Yield findings about the resources of a frame.

    Args:
        frame: the frame to check.
        created: path of a definition -> resources that it creates, as far as known.
        today: reference date for ages.
    """
    trees = {expression.path: expression for expression in frame.expressions}
    variables: dict[str, list[PlacedExpression]] = {}
    for expression in frame.expressions:
        if expression.part == "variables":
            variables.setdefault(expression.name.lower(), []).append(expression)
    for definition in frame.definitions:
        if get(definition.body, "existing") is not True:
            yield from _location(definition, trees, variables)
        yield from _version(definition, created.get(definition.path, []), today)
        if get(definition.body, "existing") is not True:
            yield from _name(definition, created.get(definition.path, []), trees)
    for name, (shown, path, body) in frame.members("parameters").items():
        default = get(body, "defaultValue") if isinstance(body, dict) else None
        if name == "location" and isinstance(default, str) and _written(default):
            message = f"The parameter '{shown}' has a location as its default: '{default}'."
            yield "hard-coded-location", (*path, _key(body, "defaultValue")), message, False


def _key(body: Mapping[str, Json], name: str) -> str:
    return next((key for key in body if key.lower() == name.lower()), name)


def _written(location: str) -> bool:
    return not location.startswith("[") and location.lower() not in ("", "global")


def _location(
    definition: Definition, trees: Mapping[Path, PlacedExpression], variables: Mapping[str, list[PlacedExpression]]
) -> Iterator[Report]:
    location = get(definition.body, "location")
    path = (*definition.path, _key(definition.body, "location"))
    expression = trees.get(path)
    if isinstance(location, str) and _written(location):
        yield "hard-coded-location", path, f"The location '{location}' is hard-coded.", False
    elif expression is not None and not _open(expression.tree, variables, set()) and not _global(expression.tree):
        yield "hard-coded-location", path, f"The location {location} cannot be set at deployment.", False


def _global(tree: Node) -> bool:
    return isinstance(tree, Literal) and str(tree.value).lower() == "global"


def _open(tree: Node, variables: Mapping[str, list[PlacedExpression]], seen: set[str]) -> bool:
    """Return whether a value depends on anything outside the template."""
    for call in calls(tree):
        name = call.name.lower()
        if name in _ELSEWHERE or name.startswith("list") or "." in name:
            return True
        if name == "variables":
            variable = text_argument(call)
            if variable is None:
                return True
            if variable.lower() not in seen:
                seen.add(variable.lower())
                if any(_open(value.tree, variables, seen) for value in variables.get(variable.lower(), [])):
                    return True
    return False


def _version(definition: Definition, created: list[ExpandedResource], today: date) -> Iterator[Report]:
    versions = dict.fromkeys(resource.api_version for resource in created) or {
        str(get(definition.body, "apiVersion", "")): None
    }
    path = (*definition.path, _key(definition.body, "apiVersion"))
    limit = _years_before(today, YEARS)
    for version in versions:
        match = _DATE.match(version)
        if match is None:
            continue
        try:
            day = date(*map(int, match.groups()))
        except ValueError:
            yield "invalid-template", path, f"The apiVersion '{version}' is not a valid date.", False
            continue
        if day < limit:
            what = f" of {definition.type}" if definition.type else ""
            yield "old-api-version", path, f"The apiVersion '{version}'{what} is older than {YEARS} years.", False


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # the 29th of February
        return day.replace(year=day.year - years, day=28)


def _name(
    definition: Definition, created: list[ExpandedResource], trees: Mapping[Path, PlacedExpression]
) -> Iterator[Report]:
    path = (*definition.path, _key(definition.body, "name"))
    type = created[0].type if created else definition.type
    rule = RULES.get(type.lower())
    if rule is None:
        return
    for resource in created:
        if _guessed(resource.name):
            continue
        name = resource.name.rsplit("/", 1)[-1]
        problem = rule.problem(name)
        if problem:
            yield "invalid-name", path, f"'{name}' is not a valid name of a {type}. {problem}", False
            return
    if not created or any(_guessed(resource.name) for resource in created):
        raw = get(definition.body, "name")
        tree = trees[path].tree if path in trees else Literal(raw) if isinstance(raw, str) else None
        if tree is not None:
            yield from _fragments(tree, path, type, rule)


def _guessed(name: str) -> bool:
    """Return whether a name is still an expression or contains a placeholder."""
    return name.startswith("[") or "‹" in name


def _fragments(tree: Node, path: Path, type: str, rule: NameRule) -> Iterator[Report]:
    """Check the known parts of a name that is not fully known."""
    for text in _texts(tree):
        # Segments with the names of parents follow other rules.
        stray = rule.stray(text.rsplit("/", 1)[-1]) if "/" not in text or type.count("/") > 1 else "/"
        if stray:
            message = f"A name with '{text}' is not a valid name of a {type}. It contains '{stray}'; only "
            yield "invalid-name", path, f"{message}{rule.words} are allowed.", False
            return


def _texts(tree: Node) -> Iterator[str]:
    """Yield the string literals that become part of an expression's value."""
    if isinstance(tree, Literal):
        if isinstance(tree.value, str):
            yield tree.value
    elif isinstance(tree, FunctionCall):
        name = tree.name.lower()
        if name == "concat":
            for argument in tree.arguments:
                yield from _texts(argument)
        elif name == "tolower" and tree.arguments:
            for text in _texts(tree.arguments[0]):
                yield text.lower()
        elif name == "format" and (form := text_argument(tree)) is not None:
            yield re.sub(r"\{[^{}]*\}", "", form)
