"""Which parameter of a template gave the value that the service objects to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import msgspec

from azops_tui.azure.errors import AzureFailure
from azops_tui.events.azure_views import DeploymentView, FailureView
from azops_tui.json_types import Json

_PARAMETER = re.compile(r"\bparameters\(\s*'([^']+)'\s*\)", re.IGNORECASE)
_VARIABLE = re.compile(r"\bvariables\(\s*'([^']+)'\s*\)", re.IGNORECASE)
_PATH = re.compile(r"\b\w+(?:\[\d+\])?(?:\.\w+(?:\[\d+\])?)+")
_DEEPEST = 40


def responsible(template: Mapping[str, Json], failure: FailureView) -> str:
    """Name of the one parameter behind the property that the failure is about; empty where it is not plain."""
    path = failure.target or next(iter(_PATH.findall(failure.message)), "")
    name = re.split(r"[./]", path)[-1].partition("[")[0].lower()
    if not name:
        return ""
    variables = {str(key).lower(): value for key, value in (template.get("variables") or {}).items()}
    found: set[str] = set()
    for value in _values(template.get("resources"), name, 0):
        found |= {parameter.lower() for parameter in _parameters(value, variables, 0)}
    if len(found) != 1:
        return ""
    wanted = found.pop()
    return next((known for known in template.get("parameters") or {} if known.lower() == wanted), wanted)


def blamed(template: Mapping[str, Json], failure: FailureView) -> FailureView:
    """The failure with the responsible parameter in its advice, where one can be named."""
    name = responsible(template, failure)
    if not name or re.search(rf"\b{re.escape(name)}\b", failure.advice):
        return failure
    said = f"It comes from the template's parameter {name}."
    return msgspec.structs.replace(failure, advice=f"{said} {failure.advice}".strip())


def blame(template: Mapping[str, Json], view: DeploymentView) -> DeploymentView:
    """The deployment with the responsible parameter in its failures."""
    operations = tuple(
        msgspec.structs.replace(one, failure=blamed(template, one.failure)) if one.failure is not None else one
        for one in view.operations
    )
    failure = blamed(template, view.failure) if view.failure is not None else None
    return msgspec.structs.replace(view, operations=operations, failure=failure)


@contextmanager
def blaming(template: Mapping[str, Json]) -> Iterator[None]:
    """Adds the responsible parameter to the failures inside."""
    try:
        yield
    except AzureFailure as failure:
        views = [blamed(template, view) for view in failure.views]
        raise AzureFailure(*views, status=failure.status) from failure.__cause__


def _values(node: Json, name: str, depth: int) -> Iterator[str]:
    """Expressions under every property of this name."""
    if depth > _DEEPEST:
        return
    if isinstance(node, Mapping):
        for key, value in node.items():
            if str(key).lower() == name and isinstance(value, str):
                yield value
            else:
                yield from _values(value, name, depth + 1)
    elif isinstance(node, list):
        for value in node:
            yield from _values(value, name, depth + 1)


def _parameters(value: Json, variables: Mapping[str, Json], depth: int) -> set[str]:
    """Parameters that an expression reads, through variables too."""
    if depth > 5:
        return set()
    text = value if isinstance(value, str) else str(value)
    found = set(_PARAMETER.findall(text))
    for name in _VARIABLE.findall(text):
        if name.lower() in variables:
            found |= _parameters(variables[name.lower()], variables, depth + 1)
    return found
