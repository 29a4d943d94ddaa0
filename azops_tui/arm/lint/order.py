"""Checks of dependencies, on the resources as far as they are known without parameter values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from azops_tui.arm import dependencies
from azops_tui.arm.azure_facts import azure_facts
from azops_tui.arm.cycles import find_circle
from azops_tui.arm.deployment import TemplateDeployment
from azops_tui.arm.describe import placeholders
from azops_tui.arm.environment import Environment, EvaluationRun
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
from azops_tui.arm.types import TypeProblem, Types
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


def resources_of(document: Document) -> TemplateResources | TemplateError:
    """Return the resources of a template, or the error that every deployment would raise.

    Resources are named as far as likely parameter values tell; errors are those that every parameter value leads to.
    """
    template = document.value
    try:
        declared = section(template, "parameters")
    except TemplateError as error:
        return error
    missing = any(isinstance(body, dict) and get(body, "defaultValue") is None for body in declared.values())
    try:
        certain = _collected(document, {}, guessed=False, assumes_defaults=False)
    except TemplateError as error:
        return error
    except ExpressionError as error:
        return TemplateError("InvalidTemplate", error.message)
    except (NotYet, RecursionError):
        return TemplateError("InvalidTemplate", "The template is nested too deeply.")
    values = {
        name: value for name, value in placeholders(template, ()).items() if not str(value["value"]).startswith("‹")
    }
    for shapes in (False, True) if missing else (False,):
        try:
            parameters = {**shaped(template), **values} if shapes else values
            resources = _collected(document, parameters, guessed=missing)
        except (TemplateError, ExpressionError, NotYet, RecursionError):
            continue
        resources.errors = certain.errors
        return resources
    return certain


class FrameExpansion(Expansion):
    """Expansion of one template; nested templates with inner scope are checked on their own."""

    def expand_inside(
        self, resource: ExpandedResource, body: Mapping[str, Json], environment: Environment
    ) -> Expansion | None:
        properties = get(body, "properties", {})
        options = get(properties, "expressionEvaluationOptions", {}) if isinstance(properties, Mapping) else {}
        if isinstance(options, Mapping) and str(get(options, "scope", "")).lower() == "inner":
            self.check_passed(resource, properties)
            return None
        return super().expand_inside(resource, body, environment)

    def check_passed(self, resource: ExpandedResource, properties: Mapping[str, Json]) -> None:
        """Raise TemplateError if a nested template lacks a parameter, or gets one that it does not declare."""
        template, passed = get(properties, "template"), get(properties, "parameters", {})
        if not isinstance(template, dict) or not isinstance(passed, Mapping) or get(properties, "parametersLink"):
            return
        declared = section(template, "parameters")
        names = {name.lower() for name in declared}
        types = Types(section(template, "definitions"))
        for name in passed:
            if name.lower() not in names and "[" not in name:
                raise self.deployment.invalid(
                    f"The nested template '{resource.name}' does not declare the parameter '{name}'.",
                    (*resource.path, "properties", "parameters", name),
                )
        supplied = {name.lower() for name in passed}
        for name, definition in declared.items():
            if name.lower() in supplied or any("[" in key for key in passed):
                continue
            try:
                schema = types.settled(definition)
            except TypeProblem:
                continue
            if get(definition, "defaultValue") is None and not schema.get("nullable"):
                raise self.deployment.invalid(
                    f"The nested template '{resource.name}' needs a value for the parameter '{name}'.", resource.path
                )


def _collected(
    document: Document, parameters: Mapping[str, Json], *, guessed: bool, assumes_defaults: bool = True
) -> TemplateResources:
    facts = azure_facts(tenant=ZERO, location="")
    run = EvaluationRun(facts, compile_node, mode="plan", allow_missing=True)
    run.assumes_defaults = assumes_defaults
    schema = str(get(document.value, "$schema", "")).lower()
    scope = next((scope for word, scope in _SCOPES.items() if word in schema), Scope(ZERO, "rg"))
    deployment = TemplateDeployment(run, document, name="main", scope=scope, location="westus")
    expansion = FrameExpansion(deployment, scope.resource_id("Microsoft.Resources/deployments", "main"))
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
