"""Checks of dependencies, on the resources as far as they are known without parameter values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from azops_tui.arm import dependencies
from azops_tui.arm.azure_facts import azure_facts
from azops_tui.arm.cycles import find_circle
from azops_tui.arm.deployment import TemplateDeployment
from azops_tui.arm.describe import placeholders
from azops_tui.arm.environment import EvaluationRun
from azops_tui.arm.errors import ExpressionError, TemplateError
from azops_tui.arm.evaluator import compile_node
from azops_tui.arm.expanded_resource import ExpandedResource
from azops_tui.arm.expansion import Expansion, refuse_duplicates
from azops_tui.arm.lint.declarations import Report
from azops_tui.arm.reader import Document, Path
from azops_tui.arm.resource_header import NotYet
from azops_tui.arm.resource_id import ZERO, Scope
from azops_tui.arm.sections import get, section
from azops_tui.arm.shapes import shaped
from azops_tui.json_types import Json

_SCOPES = {
    "subscriptiondeploymenttemplate": Scope(ZERO),
    "managementgroupdeploymenttemplate": Scope(management_group="group"),
    "tenantdeploymenttemplate": Scope(),
}


@dataclass(slots=True)
class TemplateResources:
    """The resources of a template, without those of nested templates."""

    deployment: TemplateDeployment
    own: tuple[ExpandedResource, ...]
    guessed: bool
    """True if parameters have placeholders, so an error can come from a placeholder rather than the template."""
    errors: list[TemplateError] = field(default_factory=list)
    """Errors that do not depend on parameter values."""


def resources_of(document: Document) -> TemplateResources | TemplateError | None:
    """Return the resources of a template, the error that every deployment would raise, or None if that depends on
    parameter values."""
    template = document.value
    try:
        declared = section(template, "parameters")
    except TemplateError as error:
        return error
    missing = any(isinstance(body, dict) and get(body, "defaultValue") is None for body in declared.values())
    values = {
        name: value for name, value in placeholders(template, ()).items() if not str(value["value"]).startswith("‹")
    }
    attempts = [values, {**shaped(template), **values}] if missing else [{}]
    failure: TemplateError | None = None
    for parameters in attempts:
        try:
            resources = _collected(document, parameters, guessed=missing)
            if missing and resources.errors:
                resources.errors = _certain(document, resources.errors)
            return resources
        except TemplateError as error:
            failure = error
        except ExpressionError as error:
            failure = TemplateError("InvalidTemplate", error.message)
        except (NotYet, RecursionError):
            failure = TemplateError("InvalidTemplate", "The template is nested too deeply.")
    return None if missing else failure


def _certain(document: Document, errors: list[TemplateError]) -> list[TemplateError]:
    """Return the errors that also occur without placeholders."""
    try:
        without = {error.message for error in _collected(document, {}, guessed=True).errors}
    except (TemplateError, ExpressionError, NotYet, RecursionError):
        return []
    return [error for error in errors if error.message in without]


def _collected(document: Document, parameters: Mapping[str, Json], *, guessed: bool) -> TemplateResources:
    facts = azure_facts(tenant=ZERO, location="westus")
    run = EvaluationRun(facts, compile_node, mode="plan", allow_missing=True)
    schema = str(get(document.value, "$schema", "")).lower()
    scope = next((scope for word, scope in _SCOPES.items() if word in schema), Scope(ZERO, "rg"))
    deployment = TemplateDeployment(run, document, name="main", scope=scope, location="westus")
    expansion = Expansion(deployment, scope.resource_id("Microsoft.Resources/deployments", "main"))
    expansion.read_parameters(parameters)
    expansion.collect()
    result = TemplateResources(deployment, expansion.own, guessed)
    try:
        refuse_duplicates(deployment, expansion.own)
    except TemplateError as error:
        result.errors.append(error)
    for resource in expansion.own:
        try:
            expansion.fill(resource)
        except TemplateError as error:
            result.errors.append(error)
    return result


def check_order(resources: TemplateResources, base: Path) -> Iterator[Report]:
    """Yield entries of ``dependsOn`` that are not in the template, and circular dependencies.

    Args:
        resources: the resources of one template.
        base: path of that template in the document.
    """
    deployment = resources.deployment
    live = {resource.id.lower(): resource for resource in resources.own if resource.condition and not resource.existing}
    waits: dict[str, list[str]] = {}
    for id, resource in live.items():
        needed: dict[str, None] = {}
        try:
            entries = dependencies.explicit(deployment, resource)
        except TemplateError as error:
            if not resources.guessed:
                yield "invalid-template", (*base, *resource.path), error.message, False
            entries = []
        written = get(resource.definition, "dependsOn", [])
        listed = isinstance(written, list) and len(written) == len(entries)
        for index, entry in enumerate(entries):
            try:
                targets = dependencies.targets(deployment, resource, entry)
            except TemplateError:
                path = (*base, *resource.path, "dependsOn", *((index,) if listed else ()))
                name = dependencies.shown(entry)
                yield "unreachable-dependency", path, f"The dependency '{name}' is not in the template.", False
                continue
            needed |= {other.id.lower(): None for other in targets if other.id.lower() in live}
        needed |= {use.id.lower(): None for use in resource.uses if use.id.lower() in live}
        needed.pop(id, None)
        needed |= dict.fromkeys(dependencies.batches(deployment, resource))
        waits[id] = list(needed)
    while (circle := find_circle(waits)) is not None:
        names = [live[id].name for id in (*circle, circle[0])]
        shown = " → ".join([*names[:20], *(["…"] if len(names) > 20 else [])])
        yield (
            "circular-dependency",
            (*base, *live[circle[0]].path),
            f"These resources depend on each other: {shown}.",
            False,
        )
        waits[circle[-1]] = [id for id in waits[circle[-1]] if id != circle[0]]
