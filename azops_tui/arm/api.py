"""Public functions: evaluate an expression, expand a template."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Literal

from azops_tui.arm.azure_facts import azure_facts
from azops_tui.arm.deployment import TemplateDeployment
from azops_tui.arm.environment import GENERATE, REFERENCE, Environment, EvaluationRun, FollowLink
from azops_tui.arm.errors import ExpressionError, TemplateError
from azops_tui.arm.evaluator import compile_node, evaluate_text
from azops_tui.arm.expanded_resource import ExpandedResource, body_error
from azops_tui.arm.expansion import Expansion, expand_resolved
from azops_tui.arm.expression_context import ExpressionContext
from azops_tui.arm.limits import DEPLOYMENT_NAME
from azops_tui.arm.reader import Document, read
from azops_tui.arm.resource_id import ZERO, Scope, parse_scope
from azops_tui.arm.runtime import Runtime
from azops_tui.json_types import Json

GROUP = f"/subscriptions/{ZERO}/resourceGroups/rg"


def scope_of(text: str, management_group: str = "") -> Scope:
    """Parse a deployment scope. Raises TemplateError."""
    scope = parse_scope(text)
    if scope is None:
        raise TemplateError("InvalidDeploymentScope", f"The deployment scope '{text}' is not valid.", target=text)
    return scope


def too_deep() -> TemplateError:
    return TemplateError(
        "InvalidTemplate", "Deployment template validation failed: 'The template is nested too deeply.'."
    )


def evaluate(
    expression: str,
    *,
    parameters: Mapping[str, Json] | None = None,
    variables: Mapping[str, Json] | None = None,
    scope: str = GROUP,
    runtime: Runtime | None = None,
    mode: Literal["plan", "now"] = "now",
    location: str = "",
    tenant: str = ZERO,
    management_group: str = "",
    clock: Callable[[], datetime] | None = None,
    new_guid: Callable[[], str] | None = None,
    **facts: Any,
) -> Json:
    """Evaluate an expression written with its brackets; any other text is returned unchanged.

    `parameters` and `variables` are plain values by name. In mode ``plan``, a value that needs `runtime` is `Symbolic`.
    `facts` are as in `expand`. Raises TemplateError.

    >>> evaluate("[toUpper(concat('a', parameters('n')))]", parameters={"n": 1})
    'A1'
    """
    settings = azure_facts(tenant=tenant, location=location, **facts)
    run = EvaluationRun(settings, compile_node, mode=mode, runtime=runtime, clock=clock, new_guid=new_guid)
    place = scope_of(scope)
    if management_group and not place.management_group:
        place = Scope(place.subscription, place.group, management_group)
    context = ExpressionContext(place, parameters or {}, variables or {}, location)
    try:
        return evaluate_text(expression, Environment(run, context, place=REFERENCE | GENERATE))
    except ExpressionError as error:
        raise TemplateError(
            error.code, error.message, expression=error.expression or expression, function=error.function
        ) from None
    except RecursionError:
        raise TemplateError("InvalidTemplate", "The expression is nested too deeply.", expression=expression) from None


def expand(
    template: str | bytes | Mapping[str, Json] | Document,
    parameters: Mapping[str, Json] | None = None,
    *,
    scope: str,
    name: str = "main",
    mode: Literal["plan", "now"] = "plan",
    location: str = "",
    runtime: Runtime | None = None,
    linked: FollowLink | None = None,
    tenant: str = ZERO,
    base_uri: str = "",
    deployment_mode: str = "Incremental",
    clock: Callable[[], datetime] | None = None,
    new_guid: Callable[[], str] | None = None,
    allow_missing: bool = False,
    problems: list[TemplateError] | None = None,
    **facts: Any,
) -> Expansion:
    """Expand a template with parameters to the resources that a deployment would create.

    Arguments:
        template: JSON text (comments and trailing commas are fine), a parsed template, or a `Document`, which knows
            where in a request the template stands.
        parameters: ``{"name": {"value": …}}`` or ``{"name": {"reference": {"keyVault": …}}}``, or a parameter file.
        scope: ``/subscriptions/S/resourceGroups/G``, ``/subscriptions/S``,
            ``/providers/Microsoft.Management/managementGroups/M``, or ``/`` for the tenant.
        name: of the deployment.
        mode: ``plan`` keeps run-time values symbolic; ``now`` queries `runtime` at once.
        location: of the resource group, or of the deployment at other scopes.
        linked: returns the template of a ``templateLink``; called with the link and the address of the template that
            contains it. Raises LookupError if there is none. Without it, linked deployments stay unexpanded.
        base_uri: address of the template, for ``relativePath``.
        clock, new_guid: for `utcNow` and `newGuid`, which are symbolic in a plan without them.
        allow_missing: make parameters without a value symbolic instead of raising an error.
        problems: list that receives the errors of resources, parameters and outputs; the expansion goes on without
            their values. By default the first error is raised.
        facts: ``tags`` of the group, ``subscription_name``, ``cloud`` (what `environment()` gives), ``deployer``,
            ``providers`` (a callable of namespace and type or None).

    Raises:
        TemplateError: the template or a parameter is not valid; no template causes another exception.

    >>> template = {"resources": [{"type": "My.Rp/things", "apiVersion": "2020-01-01", "name": "[toLower('A')]"}]}
    >>> plan = expand(template, scope=GROUP)
    >>> [resource.name for resource in plan.resources]
    ['a']
    """
    place = scope_of(scope)
    if len(name) > DEPLOYMENT_NAME or not name:
        raise TemplateError(
            "InvalidDeploymentName",
            f"The deployment name '{name[:100]}' is not valid: it must have 1 to {DEPLOYMENT_NAME} characters.",
            target=name[:100],
        )
    document = template if isinstance(template, Document) else as_document(template)
    run = EvaluationRun(
        azure_facts(tenant=tenant, location=location, **facts),
        compile_node,
        mode=mode,
        runtime=runtime,
        clock=clock,
        new_guid=new_guid,
        linked=linked,
        allow_missing=allow_missing,
    )
    run.problems = problems
    try:
        deployment = TemplateDeployment(
            run,
            document,
            name=name,
            scope=place,
            mode=deployment_mode,
            base=base_uri,
            link={"uri": base_uri} if base_uri else None,
            location=location,
        )
        expansion = Expansion(deployment, place.resource_id("Microsoft.Resources/deployments", name))
        expansion.expand(parameters or {})
        expansion.raw_outputs()
    except ExpressionError as error:
        raise deployment.invalid(error.message, tuple(error.path) if error.located else (), error) from None
    except RecursionError:
        raise too_deep() from None
    return expansion


def as_document(template: str | bytes | Mapping[str, Json]) -> Document:
    if isinstance(template, (str, bytes)):
        return read(template)
    return Document("", dict(template) if not isinstance(template, dict) else template)


def expand_nested(resource: ExpandedResource, body: Mapping[str, Json], runtime: Runtime) -> Expansion:
    """Expand a nested deployment from its resolved body, as `resource.resolve` returned it.

    Its resources and outputs can be resolved with the same runtime. Raises TemplateError.
    """
    try:
        return expand_resolved(resource, body, runtime)
    except ExpressionError as error:
        raise body_error(resource, error) from None
    except RecursionError:
        raise too_deep() from None
