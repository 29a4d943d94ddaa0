"""The template parameter that supplied the value which the service rejects."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import msgspec

from azops_tui.arm.errors import ParseError
from azops_tui.arm.parser import parse
from azops_tui.arm.syntax import calls, text_argument
from azops_tui.azure.errors import AzureFailure
from azops_tui.events.azure_views import DeploymentView, FailureView
from azops_tui.json_types import Json

_PATH = re.compile(r"\b\w+(?:\[\d+\])?(?:\.\w+(?:\[\d+\])?)+")
_JSON_DEPTH = 40
_VARIABLE_DEPTH = 5
"""Variables that refer to variables are followed this far."""


def parameter_origin(template: Mapping[str, Json], failure: FailureView) -> str:
    """Name of the only parameter behind the property that the failure is about; empty if there is not exactly one."""
    path = failure.target or next(iter(_PATH.findall(failure.message)), "")
    name = re.split(r"[./]", path)[-1].partition("[")[0].lower()
    if not name:
        return ""
    variables = {str(key).lower(): value for key, value in (template.get("variables") or {}).items()}
    parameters: set[str] = set()
    for value in _property_values(template.get("resources"), name, 0):
        parameters |= _parameters(value, variables, 0)
    if len(parameters) != 1:
        return ""
    parameter = parameters.pop()
    return next((declared for declared in template.get("parameters") or {} if declared.lower() == parameter), parameter)


def name_origin(template: Mapping[str, Json], failure: FailureView) -> FailureView:
    """Add the parameter's name to the advice of a failure, if :func:`parameter_origin` knows it."""
    name = parameter_origin(template, failure)
    if not name or re.search(rf"\b{re.escape(name)}\b", failure.advice):
        return failure
    origin = f"It comes from the template's parameter {name}."
    return msgspec.structs.replace(failure, advice=f"{origin} {failure.advice}".strip())


def name_origins(template: Mapping[str, Json], view: DeploymentView) -> DeploymentView:
    """Add the parameter's name to every failure of a deployment."""
    operations = tuple(
        msgspec.structs.replace(operation, failure=name_origin(template, operation.failure))
        if operation.failure is not None
        else operation
        for operation in view.operations
    )
    failure = name_origin(template, view.failure) if view.failure is not None else None
    return msgspec.structs.replace(view, operations=operations, failure=failure)


@contextmanager
def origins_named(template: Mapping[str, Json]) -> Iterator[None]:
    """Add the parameter's name to the failures raised inside."""
    try:
        yield
    except AzureFailure as failure:
        views = [name_origin(template, view) for view in failure.views]
        raise AzureFailure(*views, status=failure.status) from failure.__cause__


def _property_values(node: Json, name: str, depth: int) -> Iterator[str]:
    if depth > _JSON_DEPTH:
        return
    if isinstance(node, Mapping):
        for key, value in node.items():
            if str(key).lower() == name and isinstance(value, str):
                yield value
            else:
                yield from _property_values(value, name, depth + 1)
    elif isinstance(node, list):
        for value in node:
            yield from _property_values(value, name, depth + 1)


def _parameters(value: Json, variables: Mapping[str, Json], depth: int) -> set[str]:
    """Names, in lower case, of the parameters that a value refers to, directly or through variables."""
    if depth > _JSON_DEPTH:
        return set()
    if isinstance(value, Mapping):
        return set().union(*(_parameters(item, variables, depth + 1) for item in value.values()))
    if isinstance(value, list):
        return set().union(*(_parameters(item, variables, depth + 1) for item in value))
    if not isinstance(value, str):
        return set()
    try:
        tree = parse(value)
    except ParseError:
        return set()
    names: set[str] = set()
    for call in calls(tree):
        name = (text_argument(call) or "").lower()
        if name and call.name.lower() == "parameters":
            names.add(name)
        elif name and call.name.lower() == "variables":
            names |= _parameters(variables.get(name), variables, depth + _JSON_DEPTH // _VARIABLE_DEPTH)
    return names
