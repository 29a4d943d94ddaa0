"""Template deployments with live operations."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from azops_tui.azure.errors import AzureFailure, is_missing, sentence
from azops_tui.engine.context import Outcome, StepContext
from azops_tui.engine.deletion_preview import lines
from azops_tui.engine.guard import Proposal
from azops_tui.engine.problems import problem
from azops_tui.engine.templates import fitted, merged, only_declared, read_template
from azops_tui.engine.variables import scalar
from azops_tui.engine.whatif import Foreseen, foresee, only_deleting, said
from azops_tui.events.azure_views import DeploymentView, FailureView, ResourceView
from azops_tui.events.records import DeploymentChanged, ForeseenChanges
from azops_tui.json_types import Json

if TYPE_CHECKING:
    from azops_tui.azure.cloud import Cloud

_LONGEST_NAME = 64


async def describe(context: StepContext) -> Proposal:
    """Where it is deployed to, and in complete mode what is deleted there, read now."""
    body = context.native
    cloud = await context.cloud()
    layers = await _layers(context)
    where = f"to {body.group} in {context.where}"
    title = f"Deploy {', '.join(name for name, _, _ in layers)}"
    foreseen = await foresee(cloud, body.group, layers, body.mode) if body.what_if else None
    if body.mode != "complete":
        return Proposal("mutate", title, (where, *_shown(context, foreseen)))
    gone = await _would_delete(cloud, body.group, layers)
    if foreseen is not None:
        foreseen = only_deleting(foreseen, gone)
    deleted = ["Complete mode deletes what the template does not have:", *lines(gone, context.world.created)]
    return Proposal("destroy", title, (where, *deleted, *_shown(context, foreseen)), body.group)


def _shown(context: StepContext, foreseen: Foreseen | None) -> list[str]:
    """Tell what would be changed; returns it as the lines of a question."""
    if foreseen is None:
        return []
    context.send(
        ForeseenChanges(
            at=context.now(), step=context.name, changes=foreseen.changes, scope=foreseen.scope, note=foreseen.note
        )
    )
    return said(foreseen)


async def execute(context: StepContext) -> Outcome:
    """Deploy each layer in order, show every operation, and put outputs into variables."""
    body = context.native
    cloud = await context.cloud()
    layers = await _layers(context)
    summaries, outputs = [], {}
    for number, (name, template, parameters) in enumerate(layers):
        # In complete mode the first layer would be deleted by the second: only the last one may complete.
        mode = body.mode if number == len(layers) - 1 else "incremental"
        last = await _deploy(context, cloud, name, template, parameters, mode)
        if last.state != "Succeeded":
            return _failed(last, number, len(layers))
        outputs.update(last.outputs)
        summaries.append(_summary(last))
    await _take_outputs(context, outputs)
    return Outcome("done", summary=" ".join(summaries), value=outputs, has_value=True)


async def _deploy(
    context: StepContext,
    cloud: Cloud,
    name: str,
    template: Mapping[str, Json],
    parameters: Mapping[str, Json],
    mode: str,
) -> DeploymentView:
    group = context.native.group
    last: DeploymentView | None = None
    context.if_stopped = ""
    expected = _expected(cloud, group, name, template, parameters)
    async for view in cloud.deployments.run(group, name, template, parameters, mode.capitalize(), expected=expected):
        context.if_stopped = (
            f"Stopped watching; the deployment {name} goes on in Azure. "
            f"az deployment group cancel -g {group} -n {name} ends it."
        )
        last = view
        context.send(DeploymentChanged(at=context.now(), step=context.name, deployment=view))
    context.if_stopped = ""
    if last is None:
        raise problem("DeploymentLost", f"Azure said nothing about the deployment {name}.", resource=name)
    return last


async def _layers(context: StepContext) -> list[tuple[str, dict[str, Json], dict[str, Json]]]:
    """Name, template and parameters of each layer.

    Raises:
        StepProblem: a file is not there or not what it should be.
    """
    body = context.native
    files = [body.template] if isinstance(body.template, str) else list(body.template)
    parameters = await merged(body.parameters, context.path)
    found = []
    for number, file in enumerate(files):
        template = await read_template(context.path(file))
        own = only_declared(template, parameters) if len(files) > 1 else parameters
        base = body.name or context.name.rpartition("/")[2]
        name = base if len(files) == 1 else f"{base}-{number + 1}"
        found.append((_deployment_name(name), template, fitted(template, own)))
    return found


def _deployment_name(text: str) -> str:
    return re.sub(r"[^\w.()-]", "-", text)[:_LONGEST_NAME] or "azops"


def _expanded(cloud: Cloud, group: str, name: str, template: Mapping[str, Json], parameters: Mapping[str, Json]) -> Any:
    """The template's expansion; None where it cannot be expanded here, and only the service can say why."""
    from azops_tui.arm import TemplateError, expand

    scope = f"/subscriptions/{cloud.subscription}/resourceGroups/{group}"
    try:
        return expand(template, parameters, scope=scope, name=name, mode="plan")
    except (TemplateError, LookupError):
        return None


def _expected(
    cloud: Cloud, group: str, name: str, template: Mapping[str, Json], parameters: Mapping[str, Json]
) -> list[Any]:
    """What the deployment is going to make, so that what has not begun is shown too."""
    from azops_tui.azure.operations import Expected

    expansion = _expanded(cloud, group, name, template, parameters)
    if expansion is None:
        return []
    return [
        Expected(one.id, one.type, one.name, tuple(one.depends_on))
        for one in expansion.resources
        if one.condition and not one.existing and isinstance(one.id, str)
    ]


async def _there(cloud: Cloud, group: str) -> list[ResourceView]:
    """What is in a group; nothing where there is no such group."""
    try:
        return await cloud.groups.resources(group)
    except AzureFailure as failure:
        if is_missing(failure):
            return []
        raise


async def _would_delete(
    cloud: Cloud, group: str, layers: list[tuple[str, dict[str, Json], dict[str, Json]]]
) -> list[ResourceView]:
    """What a deployment in complete mode deletes: all that is in the group and not in the last layer's template.

    But for what another resource manages, as a machine its disks: the service leaves that alone.
    """
    there = await _there(cloud, group)
    name, template, parameters = layers[-1]
    expansion = _expanded(cloud, group, name, template, parameters)
    # What cannot be told is listed: it may be deleted.
    kept = {str(one.id).lower() for one in expansion.resources if one.condition} if expansion is not None else set()
    return [one for one in there if one.id.lower() not in kept and not one.managed_by]


async def _take_outputs(context: StepContext, outputs: Mapping[str, Json]) -> None:
    """Put deployment outputs into the variables that the step names.

    Raises:
        StepProblem: the template has no such output.
    """
    known = {name.lower(): value for name, value in outputs.items()}
    for output, variable in context.native.outputs.items():
        if output.lower() not in known:
            raise problem(
                "OutputNotFound",
                f"The deployment has no output {output}; it has {', '.join(outputs) or 'none'}.",
                target=output,
            )
        value = known[output.lower()]
        await context.assign(variable, scalar(value), "output")


def _done(view: DeploymentView) -> tuple[int, int]:
    own = [operation for operation in view.operations if operation.depth == 0]
    return sum(operation.state == "Succeeded" for operation in own), len(own)


def _summary(view: DeploymentView) -> str:
    done, total = _done(view)
    took = f"{view.duration:.1f}" if view.duration < 10 else f"{view.duration:.0f}"
    return f"{view.name}: {done} of {total} operations done in {took} s."


def _failed(view: DeploymentView, number: int, layers: int) -> Outcome:
    if view.state == "Canceled":
        failure = FailureView(code="Canceled", message=f"The deployment {view.name} was cancelled.", resource=view.id)
    else:
        own = [operation.failure for operation in view.operations if operation.failure is not None]
        failure = (own[0] if own else view.failure) or FailureView(
            code="DeploymentFailed", message=f"The deployment {view.name} failed.", resource=view.id
        )
    done, total = _done(view)
    rest = f" {layers - number - 1} layers were not begun." if number + 1 < layers else ""
    said = f"{sentence(failure)} {done} of {total} operations were done.{rest}"
    return Outcome("failed", None, failure, said, value=view.outputs, has_value=True)
