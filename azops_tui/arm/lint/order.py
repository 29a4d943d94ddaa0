"""The resources of a template as far as they can be known without parameters, and what they wait for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from azops_tui.arm import dependencies
from azops_tui.arm.cycles import find_circle
from azops_tui.arm.deployment import Deployment, get, section
from azops_tui.arm.describe import placeholders
from azops_tui.arm.environment import Run
from azops_tui.arm.errors import ExpressionError, TemplateError
from azops_tui.arm.expansion import Context, Expansion, check_limits, refuse_duplicates
from azops_tui.arm.lint.declarations import Found
from azops_tui.arm.parameters import bind
from azops_tui.arm.reader import Document, Path
from azops_tui.arm.resource_id import ZERO, Scope
from azops_tui.arm.resources import Collector, ExpandedResource, NotYet
from azops_tui.arm.shapes import shaped
from azops_tui.arm.world import world_for
from azops_tui.json_types import Json

_SCOPES = {
    "subscriptiondeploymenttemplate": Scope(ZERO),
    "managementgroupdeploymenttemplate": Scope(management_group="group"),
    "tenantdeploymenttemplate": Scope(),
}


@dataclass(slots=True)
class TemplateResources:
    """The resources of one template, without those of nested ones."""

    deployment: Deployment
    own: list[ExpandedResource]
    guessed: bool
    """Whether parameters have stand-ins, so that not everything that goes wrong is the template's fault."""
    errors: list[TemplateError] = field(default_factory=list)
    """What goes wrong whatever the parameters are."""


def resources_of(document: Document) -> TemplateResources | TemplateError | None:
    """The resources of a template; the error that every deployment of it would have; None where only values for its
    parameters could tell."""
    template = document.value
    try:
        declared = section(template, "parameters")
    except TemplateError as error:
        return error
    missing = any(isinstance(body, dict) and get(body, "defaultValue") is None for body in declared.values())
    stand_ins = {
        name: value for name, value in placeholders(template, ()).items() if not str(value["value"]).startswith("‹")
    }
    attempts = [stand_ins, {**shaped(template), **stand_ins}] if missing else [{}]
    failure: TemplateError | None = None
    for given in attempts:
        try:
            found = _collected(document, given, guessed=missing)
            if missing and found.errors:
                found.errors = _certain(document, found.errors)
            return found
        except TemplateError as error:
            failure = error
        except ExpressionError as error:
            failure = TemplateError("InvalidTemplate", error.message)
        except (NotYet, RecursionError):
            failure = TemplateError("InvalidTemplate", "The template is nested too deeply.")
    return None if missing else failure


def _certain(document: Document, errors: list[TemplateError]) -> list[TemplateError]:
    """Those of the errors that also come where nothing is put in for parameters without a value."""
    try:
        without = {error.message for error in _collected(document, {}, guessed=True).errors}
    except (TemplateError, ExpressionError, NotYet, RecursionError):
        return []
    return [error for error in errors if error.message in without]


def _collected(document: Document, given: Mapping[str, Json], *, guessed: bool) -> TemplateResources:
    run = Run(world_for(tenant=ZERO, location="westus"), mode="plan")
    schema = str(get(document.value, "$schema", "")).lower()
    scope = next((scope for word, scope in _SCOPES.items() if word in schema), Scope(ZERO, "rg"))
    deployment = Deployment(run, document, name="main", scope=scope, location="westus")
    expansion = Expansion(deployment, Context(run, allow_missing=True), scope.resource_id(
        "Microsoft.Resources/deployments", "main"))  # fmt: skip
    check_limits(deployment)
    bind(deployment, given, allow_missing=True)
    own = Collector(deployment, "", expansion.context.spent).collect()
    expansion.own = tuple(own)
    result = TemplateResources(deployment, own, guessed)
    for resource in own:
        resource.holder = expansion
        expansion.states[id(resource)] = "new"
    try:
        refuse_duplicates(deployment, own)
    except TemplateError as error:
        result.errors.append(error)
    for resource in own:
        try:
            expansion.fill(resource)
        except TemplateError as error:
            result.errors.append(error)
    return result


def check_order(found: TemplateResources, base: Path) -> Iterator[Found]:
    """Entries of ``dependsOn`` that name nothing in the template, and circles.

    Args:
        found: of one template.
        base: where that template is in the document.
    """
    deployment = found.deployment
    live = {resource.id.lower(): resource for resource in found.own if resource.condition and not resource.existing}
    waits: dict[str, list[str]] = {}
    for id, resource in live.items():
        needed: dict[str, None] = {}
        try:
            entries = dependencies.explicit(deployment, resource)
        except TemplateError as error:
            if not found.guessed:
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
                yield "unreachable-dependency", path, f"The template has no resource '{name}' to wait for.", False
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
            f"These resources wait for each other: {shown}.",
            False,
        )
        waits[circle[-1]] = [id for id in waits[circle[-1]] if id != circle[0]]
