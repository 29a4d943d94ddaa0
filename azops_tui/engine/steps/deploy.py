"""Template deployments with live operations."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from azops_tui.azure.errors import AzureFailure, is_missing, sentence
from azops_tui.engine.context import Outcome, Prepared, StepContext
from azops_tui.engine.deletion_preview import lines
from azops_tui.engine.guard import Proposal
from azops_tui.engine.problems import problem
from azops_tui.engine.templates import fitted, merged, only_declared, read_template
from azops_tui.engine.variables import scalar
from azops_tui.engine.whatif import Layer, predict_changes, question_lines, with_deletions
from azops_tui.events.azure_views import DeploymentView, FailureView, ResourceView
from azops_tui.events.records import DeploymentChanged, ForeseenChanges
from azops_tui.json_types import Json
from azops_tui.runbook.native import DeployStep
from azops_tui.runbook.references import texts_in
from azops_tui.secrets.forms import SHORTEST_PART

if TYPE_CHECKING:
    from azops_tui.azure.cloud import Cloud
    from azops_tui.azure.operations import ExpectedResource

_LONGEST_NAME = 64


async def prepare(context: StepContext[DeployStep]) -> Prepared:
    """Read templates and parameters, once, and what complete mode would delete: what is shown is what is sent."""
    body = context.body
    cloud = await context.cloud.open()
    layers = await _layers(context)
    execute = partial(_deploy_layers, context, cloud, layers)
    place = f"to {body.group} in {context.cloud.label}"
    title = f"Deploy {', '.join(layer.name for layer in layers)}"
    predicted = await predict_changes(cloud, body.group, layers, body.mode) if body.what_if else None
    if body.mode != "complete":
        return Prepared(execute, Proposal("mutate", title, (place, *_what_if(context, predicted))))
    deleted = await _deleted_by_complete_mode(cloud, body.group, layers[-1])
    if predicted is not None:
        predicted = with_deletions(predicted, deleted)
    preview = ["Complete mode deletes what the template does not have:", *lines(deleted, context.footprint.created)]
    return Prepared(execute, Proposal("destroy", title, (place, *preview, *_what_if(context, predicted)), body.group))


def _what_if(context: StepContext[DeployStep], predicted: ForeseenChanges | None) -> list[str]:
    """Record the predicted changes, and return them as the lines of a question."""
    if predicted is None:
        return []
    context.record(msgspec.structs.replace(predicted, step=context.name))
    return question_lines(predicted)


async def _deploy_layers(context: StepContext[DeployStep], cloud: Cloud, layers: Sequence[Layer]) -> Outcome:
    """Deploy each layer in order, show every operation, and put outputs into variables."""
    body = context.body
    summaries, outputs = [], {}
    for number, layer in enumerate(layers):
        # In complete mode the second layer would delete the first: only the last one may complete.
        mode = body.mode if number == len(layers) - 1 else "incremental"
        last: DeploymentView | None = None
        async for view in cloud.deployments.run(
            body.group,
            layer.name,
            layer.template,
            layer.parameters,
            mode.capitalize(),
            expected=_expected(cloud, body.group, layer),
        ):
            context.if_stopped = (
                f"Stopped watching; the deployment {layer.name} continues in Azure. "
                f"az deployment group cancel -g {body.group} -n {layer.name} cancels it."
            )
            last = view
            context.record(DeploymentChanged(at=context.now(), step=context.name, deployment=view))
        context.if_stopped = ""
        if last is None:
            message = f"Azure reported nothing about the deployment {layer.name}."
            raise problem("DeploymentLost", message, resource=layer.name)
        if last.state != "Succeeded":
            return _failed(last, len(layers) - number - 1)
        outputs.update(last.outputs)
        summaries.append(_summary(last))
    await _assign_outputs(context, outputs)
    return Outcome("done", summary=" ".join(summaries), value=outputs, has_value=True)


async def _layers(context: StepContext[DeployStep]) -> list[Layer]:
    """The deployments of a step, in order.

    Raises:
        StepProblem: a file does not exist or is not valid.
    """
    body = context.body
    files = [body.template] if isinstance(body.template, str) else list(body.template)
    parameters = await merged(body.parameters, context.path)
    base = body.name or context.name.rpartition("/")[2]
    layers = []
    for number, file in enumerate(files, 1):
        template = await read_template(context.path(file))
        own = only_declared(template, parameters) if len(files) > 1 else parameters
        name = base if len(files) == 1 else f"{base}-{number}"
        name = re.sub(r"[^\w.()-]", "-", name)[:_LONGEST_NAME] or "azops"
        converted = fitted(template, own)
        _refuse_plain_secrets(template, converted, context.variables.withheld)
        for secret in _secure_values(template, converted):
            context.variables.hide(secret)
        layers.append(Layer(name, template, converted))
    return layers


def _secure_values(template: Mapping[str, Json], parameters: Mapping[str, Mapping[str, Json]]) -> Iterator[str]:
    """The texts in values of ``secureString`` and ``secureObject`` parameters: outputs and errors may repeat them."""
    values = {name.lower(): entry.get("value") for name, entry in parameters.items()}
    for name, declaration in (template.get("parameters") or {}).items():
        if str(declaration.get("type", "")).lower().startswith("secure"):
            value = values.get(name.lower(), declaration.get("defaultValue"))
            for _, text in texts_in(value):
                if len(text) >= SHORTEST_PART and not text.startswith("["):
                    yield text


def _refuse_plain_secrets(
    template: Mapping[str, Json], parameters: Mapping[str, Mapping[str, Json]], secrets: Mapping[str, str]
) -> None:
    """Keep secrets out of parameters that Azure shows to every reader of the deployment.

    Raises:
        StepProblem: a parameter that is neither ``secureString`` nor ``secureObject`` has a secret in it.
    """
    types = {name.lower(): str(entry.get("type", "")) for name, entry in (template.get("parameters") or {}).items()}
    for name, entry in parameters.items():
        if types.get(name.lower(), "").lower().startswith("secure"):
            continue
        text = json.dumps(entry.get("value"), ensure_ascii=False)
        for secret, value in secrets.items():
            if len(value) >= SHORTEST_PART and json.dumps(value, ensure_ascii=False)[1:-1] in text:
                raise problem(
                    "SecretInPlainParameter",
                    f"The parameter {name} has the secret {secret} in it, and its type is {types.get(name.lower())}: "
                    "everybody who can read the deployment could read it; nothing was deployed.",
                    "Declare the parameter as secureString, or as secureObject, in the template.",
                    target=name,
                )


def _expanded(cloud: Cloud, group: str, layer: Layer) -> Any:
    """The template's expansion; None if it cannot be expanded here, and only the service can say why."""
    from azops_tui.arm import TemplateError, expand

    scope = f"/subscriptions/{cloud.subscription}/resourceGroups/{group}"
    try:
        return expand(layer.template, layer.parameters, scope=scope, name=layer.name, mode="plan")
    except (TemplateError, LookupError):
        return None


def _expected(cloud: Cloud, group: str, layer: Layer) -> list[ExpectedResource]:
    """Resources that the deployment is going to create, so that operations are shown before they begin."""
    from azops_tui.azure.operations import ExpectedResource

    expansion = _expanded(cloud, group, layer)
    if expansion is None:
        return []
    return [
        ExpectedResource(resource.id, resource.type, resource.name, tuple(resource.depends_on))
        for resource in expansion.resources
        if resource.condition and not resource.existing and isinstance(resource.id, str)
    ]


async def _deleted_by_complete_mode(cloud: Cloud, group: str, layer: Layer) -> list[ResourceView]:
    """What is in the group and not in the last layer's template.

    Resources that another resource manages, for example a virtual machine's disks, are left alone by the service.
    """
    try:
        resources = await cloud.groups.resources(group)
    except AzureFailure as failure:
        if not is_missing(failure):
            raise
        return []
    expansion = _expanded(cloud, group, layer)
    # Resources that cannot be told are listed: they may be deleted.
    kept = {str(item.id).lower() for item in expansion.resources if item.condition} if expansion is not None else set()
    return [resource for resource in resources if resource.id.lower() not in kept and not resource.managed_by]


async def _assign_outputs(context: StepContext[DeployStep], outputs: Mapping[str, Json]) -> None:
    """Put deployment outputs into the variables that the step names.

    Raises:
        StepProblem: the template has no such output.
    """
    known = {name.lower(): value for name, value in outputs.items()}
    for output, variable in context.body.outputs.items():
        if output.lower() not in known:
            message = f"The deployment has no output {output}; it has {', '.join(outputs) or 'none'}."
            raise problem("OutputNotFound", message, target=output)
        await context.assign(variable, scalar(known[output.lower()]), "output")


def _progress(view: DeploymentView) -> tuple[int, int]:
    """How many of the deployment's own operations succeeded, and how many it has."""
    own = [operation for operation in view.operations if operation.depth == 0]
    return sum(operation.state == "Succeeded" for operation in own), len(own)


def _summary(view: DeploymentView) -> str:
    done, total = _progress(view)
    took = f"{view.duration:.1f}" if view.duration < 10 else f"{view.duration:.0f}"
    return f"{view.name}: {done} of {total} operations done in {took} s."


def _failed(view: DeploymentView, layers_left: int) -> Outcome:
    if view.state == "Canceled":
        failure = FailureView(code="Canceled", message=f"The deployment {view.name} was cancelled.", resource=view.id)
    else:
        own = [operation.failure for operation in view.operations if operation.failure is not None]
        failure = (own[0] if own else view.failure) or FailureView(
            code="DeploymentFailed", message=f"The deployment {view.name} failed.", resource=view.id
        )
    done, total = _progress(view)
    more = f" {layers_left} layers were not deployed." if layers_left else ""
    summary = f"{sentence(failure)} {done} of {total} operations were done.{more}"
    return Outcome("failed", None, failure, summary, value=view.outputs, has_value=True)
