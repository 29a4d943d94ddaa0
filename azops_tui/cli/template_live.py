"""``azops template what-if``: predicts what a deployment changes in a resource group, here or by the service."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from azops_tui import exits
from azops_tui.cli.options import fail
from azops_tui.cli.out import echo
from azops_tui.cli.template_input import expanded, masked, read_input
from azops_tui.sanitise import clean

if TYPE_CHECKING:
    from azops_tui.arm import Document, Expansion
    from azops_tui.arm.whatif import CloudFacts, Refusal, ShownChange
    from azops_tui.azure.cloud import Cloud
    from azops_tui.azure.errors import AzureFailure
    from azops_tui.azure.profiles import Profile
    from azops_tui.events.azure_views import ChangeView, PropertyChangeView
    from azops_tui.secrets.redact import Redactor

_COMPUTE = "2024-07-01"


@dataclass(frozen=True, slots=True)
class WhatIfRequest:
    """The deployment to predict."""

    file: Path
    files: tuple[Path, ...]
    settings: tuple[str, ...]
    group: str
    location: str
    """Location of the group if it does not exist yet."""
    mode: Literal["incremental", "complete"]
    service: bool = False
    """True to have the service predict the changes instead of comparing here."""


@dataclass(frozen=True, slots=True)
class _Prediction:
    """Predicted changes of a deployment."""

    scope: str
    changes: Sequence[ShownChange]
    refusal: Refusal | None
    """Error with which the service would refuse the deployment."""
    missing: bool
    """True if the group does not exist."""
    redactor: Redactor
    as_json: list[dict[str, Any]]
    """The changes in the JSON form of the service."""


def print_changes(request: WhatIfRequest, profile: Profile, *, noise: bool, output: str) -> int:
    """Print what the deployment would change; return the exit code.

    Exits with :data:`exits.BAD_INPUT` if the template or a parameter is not valid, and with :data:`exits.NO_CLOUD` if
    the cloud cannot be read.
    """
    from azops_tui.azure.errors import AzureFailure

    document, parameters = read_input(request.file, request.files, request.settings)
    try:
        prediction = asyncio.run(_read_and_compare(request, profile, document, parameters, noise))
    except AzureFailure as failure:
        fail(str(failure), exits.NO_CLOUD)
    if output == "json":
        _print_json(prediction)
    else:
        _print_text(request, prediction, noise=noise)
    return exits.STEP_FAILED if prediction.refusal is not None else exits.OK


async def _read_and_compare(
    request: WhatIfRequest, profile: Profile, document: Document, parameters: Mapping[str, Any], noise: bool
) -> _Prediction:
    """Compare the template with the existing resources. Raises AzureFailure."""
    from azops_tui.arm.whatif import hidden, validate, what_if
    from azops_tui.cli.sign_in import open_cloud
    from azops_tui.engine.whatif import read_resources

    cloud = await open_cloud(profile)
    try:
        group = await cloud.groups.get(request.group)
        scope = f"/subscriptions/{cloud.subscription}/resourceGroups/{group.name if group else request.group}"
        location = group.location if group else request.location
        expansion = expanded(request.file, document, parameters, scope, location)
        shown, redactor = masked(request.file, document, parameters, expansion, scope, location)
        if request.service:
            return await _from_service(request, cloud, document, parameters, scope, redactor)
        existing = await read_resources(
            cloud, expansion, request.group if group else "", whole=request.mode == "complete"
        )
        facts = await _facts(cloud, expansion)
    finally:
        await cloud.close()
    changes = hidden(what_if(shown, existing, mode=request.mode, follow_references=True), redactor.redact)
    as_json = [change.as_json(noise=noise) for change in changes]
    return _Prediction(scope, changes, validate(expansion, facts), group is None, redactor, as_json)


async def _from_service(
    request: WhatIfRequest,
    cloud: Cloud,
    document: Document,
    parameters: Mapping[str, Any],
    scope: str,
    redactor: Redactor,
) -> _Prediction:
    """Have the service predict the changes. Raises AzureFailure if it cannot."""
    from azops_tui.arm.whatif import Refusal
    from azops_tui.azure.errors import AzureFailure

    try:
        views = await cloud.deployments.what_if(request.group, "what-if", document.value, parameters, request.mode)
    except AzureFailure as failure:
        if not _about_deployment(failure):
            raise
        refusal = Refusal(failure.view.code, failure.view.message)
        return _Prediction(scope, [], refusal, False, redactor, [])
    return _Prediction(scope, views, None, False, redactor, [_shown(view) for view in views])


def _about_deployment(failure: AzureFailure) -> bool:
    """Return whether a failure refuses the deployment rather than the what-if request."""
    if failure.status is None:
        return failure.__cause__ is None  # from a response; a request that could not be sent has a cause
    return failure.status in (200, 400, 404, 409)


def _shown(view: ChangeView) -> dict[str, Any]:
    """Return a change in the JSON form of the service."""
    result: dict[str, Any] = {"resourceId": view.resource_id, "changeType": view.type}
    if view.after is not None:
        result["after"] = view.after
    if view.reason:
        result["unsupportedReason"] = view.reason
    if view.delta:
        result["delta"] = [_shown_property(change) for change in view.delta]
    return result


def _shown_property(view: PropertyChangeView) -> dict[str, Any]:
    result: dict[str, Any] = {"path": view.path, "propertyChangeType": view.type}
    if view.children:
        return result | {"children": [_shown_property(change) for change in view.children]}
    if view.before is not None:
        result["before"] = view.before
    if view.after is not None:
        result["after"] = view.after
    return result


async def _facts(cloud: Cloud, expansion: Expansion) -> CloudFacts:
    """Read the resource groups, and the core quotas of regions with machines; what cannot be read stays unknown."""
    from azops_tui.arm.whatif import CloudFacts, Quota
    from azops_tui.azure.errors import AzureFailure

    groups = frozenset(group.name.lower() for group in await cloud.groups.list())
    regions = {
        resource.location.replace(" ", "").lower()
        for resource in expansion.resources
        if resource.type.lower() in ("microsoft.compute/virtualmachines", "microsoft.compute/virtualmachinescalesets")
        and resource.location
        and "[" not in resource.location
    }
    cores: dict[str, Quota] = {}
    sizes: dict[str, int] = {}
    for region in sorted(regions):
        path = f"/subscriptions/{cloud.subscription}/providers/Microsoft.Compute/locations/{region}"
        try:
            for row in (await cloud.get(f"{path}/usages", _COMPUTE)).get("value") or []:
                if row.get("name", {}).get("value") == "cores":
                    cores[region] = Quota(int(row["limit"]), int(row["currentValue"]))
            for row in (await cloud.get(f"{path}/vmSizes", _COMPUTE)).get("value") or []:
                sizes[str(row["name"]).lower()] = int(row["numberOfCores"])
        except (AzureFailure, KeyError, TypeError, ValueError):
            continue
    # The deployment's own group can be created first; the others must exist.
    return CloudFacts(groups=groups | {expansion.scope.group.lower()}, cores=cores, sizes=sizes)


def _print_json(prediction: _Prediction) -> None:
    shown: dict[str, Any] = {"status": "Failed" if prediction.refusal is not None else "Succeeded"}
    if prediction.refusal is not None:
        shown["error"] = prediction.refusal.as_error()
    shown["properties"] = {"changes": prediction.as_json}
    echo(clean(prediction.redactor.redact(json.dumps(shown, indent=2, ensure_ascii=False)), colours=True))


def _print_text(request: WhatIfRequest, prediction: _Prediction, *, noise: bool) -> None:
    from azops_tui.arm.whatif import COLOURS, lines, summary
    from azops_tui.sanitise import clean

    if prediction.missing:
        echo(
            clean(f"Resource group '{request.group}' does not exist. Create it before deploying.", colours=True),
            err=True,
        )
    for line in lines(prediction.changes, scope=prediction.scope, noise=noise):
        echo(clean(click.style(prediction.redactor.redact(clean(str(line))), fg=COLOURS.get(line.mark)), colours=True))
    echo(clean(f"{summary(prediction.changes)} in {request.group}", colours=True))
    if prediction.refusal is not None:
        for refusal in (prediction.refusal, *prediction.refusal.details):
            echo(
                clean(
                    f"azops: the service would refuse the deployment: {refusal.code}: {refusal.message}", colours=True
                ),
                err=True,
            )
