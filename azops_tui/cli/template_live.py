"""``azops template what-if``: what a deployment would change in a group, from fresh reads or as the service says."""

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
from azops_tui.cli.template_input import expanded, masked, read_input

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
    """What is asked: a template, its parameters, where it would go, and how."""

    file: Path
    files: tuple[Path, ...]
    settings: tuple[str, ...]
    group: str
    location: str
    """Of the group, where it is not there yet."""
    mode: Literal["incremental", "complete"]
    service: bool = False
    """Whether the service is asked, rather than what is there read and compared here."""


@dataclass(frozen=True, slots=True)
class _Found:
    """What was found out."""

    scope: str
    changes: Sequence[ShownChange]
    refusal: Refusal | None
    """Why the service would refuse the deployment."""
    missing: bool
    """Whether the group is not there."""
    redactor: Redactor
    answer: list[dict[str, Any]]
    """The changes as the service shows them, without noise unless it was asked for."""


def print_changes(asked: WhatIfRequest, profile: Profile, *, noise: bool, output: str) -> int:
    """Print what the deployment would change; returns the exit code.

    Exits with :data:`exits.BAD_INPUT` where the template or a parameter is wrong, and :data:`exits.NO_CLOUD` where the
    cloud cannot be read.
    """
    from azops_tui.azure.errors import AzureFailure

    document, given = read_input(asked.file, asked.files, asked.settings)
    try:
        found = asyncio.run(_read_and_compare(asked, profile, document, given, noise))
    except AzureFailure as failure:
        fail(str(failure), exits.NO_CLOUD)
    if output == "json":
        _print_json(found)
    else:
        _print_text(asked, found, noise=noise)
    return exits.STEP_FAILED if found.refusal is not None else exits.OK


async def _read_and_compare(
    asked: WhatIfRequest, profile: Profile, document: Document, given: Mapping[str, Any], noise: bool
) -> _Found:
    """Reads and compares. Raises AzureFailure."""
    from azops_tui.arm.whatif import hidden, validate, what_if
    from azops_tui.engine.cloud import open_cloud
    from azops_tui.engine.whatif import live

    cloud = await open_cloud(profile)
    try:
        group = await cloud.groups.get(asked.group)
        scope = f"/subscriptions/{cloud.subscription}/resourceGroups/{group.name if group else asked.group}"
        location = group.location if group else asked.location
        expansion = expanded(asked.file, document, given, scope, location)
        shown, redactor = masked(asked.file, document, given, expansion, scope, location)
        if asked.service:
            return await _from_service(asked, cloud, document, given, scope, redactor)
        there = await live(cloud, expansion, asked.group if group else "", whole=asked.mode == "complete")
        facts = await _facts(cloud, expansion)
    finally:
        await cloud.close()
    changes = hidden(what_if(shown, there, mode=asked.mode), redactor.redact)
    answer = [change.as_json(noise=noise) for change in changes]
    return _Found(scope, changes, validate(expansion, facts), group is None, redactor, answer)


async def _from_service(
    asked: WhatIfRequest, cloud: Cloud, document: Document, given: Mapping[str, Any], scope: str, redactor: Redactor
) -> _Found:
    """What the service foresees. Raises AzureFailure where it cannot be asked."""
    from azops_tui.arm.whatif import Refusal
    from azops_tui.azure.errors import AzureFailure

    try:
        views = await cloud.deployments.what_if(asked.group, "what-if", document.value, given, asked.mode)
    except AzureFailure as failure:
        if not _about_deployment(failure):
            raise
        refusal = Refusal(failure.view.code, failure.view.message)
        return _Found(scope, [], refusal, False, redactor, [])
    return _Found(scope, views, None, False, redactor, [_shown(view) for view in views])


def _about_deployment(failure: AzureFailure) -> bool:
    """Whether a failure says that the deployment would be refused, rather than that the question was."""
    if failure.status is None:
        return failure.__cause__ is None  # found in an answer; what could not be sent has a cause
    return failure.status in (200, 400, 404, 409)


def _shown(view: ChangeView) -> dict[str, Any]:
    """A change as the service shows it."""
    found: dict[str, Any] = {"resourceId": view.resource_id, "changeType": view.type}
    if view.after is not None:
        found["after"] = view.after
    if view.reason:
        found["unsupportedReason"] = view.reason
    if view.delta:
        found["delta"] = [_shown_property(one) for one in view.delta]
    return found


def _shown_property(view: PropertyChangeView) -> dict[str, Any]:
    found: dict[str, Any] = {"path": view.path, "propertyChangeType": view.type}
    if view.children:
        return found | {"children": [_shown_property(one) for one in view.children]}
    if view.before is not None:
        found["before"] = view.before
    if view.after is not None:
        found["after"] = view.after
    return found


async def _facts(cloud: Cloud, expansion: Expansion) -> CloudFacts:
    """Groups, and cores of the regions that get machines; what may not be read is left unknown."""
    from azops_tui.arm.whatif import CloudFacts, Quota
    from azops_tui.azure.errors import AzureFailure

    groups = frozenset(group.name.lower() for group in await cloud.groups.list())
    regions = {
        one.location.replace(" ", "").lower()
        for one in expansion.resources
        if one.type.lower() in ("microsoft.compute/virtualmachines", "microsoft.compute/virtualmachinescalesets")
        and one.location
        and "[" not in one.location
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
    # The group itself may be made first; only others must be there.
    return CloudFacts(groups=groups | {expansion.scope.group.lower()}, cores=cores, sizes=sizes)


def _print_json(found: _Found) -> None:
    shown: dict[str, Any] = {"status": "Failed" if found.refusal is not None else "Succeeded"}
    if found.refusal is not None:
        shown["error"] = found.refusal.as_error()
    shown["properties"] = {"changes": found.answer}
    click.echo(found.redactor.redact(json.dumps(shown, indent=2, ensure_ascii=False)))


def _print_text(asked: WhatIfRequest, found: _Found, *, noise: bool) -> None:
    from azops_tui.arm.whatif import COLOURS, lines, summary
    from azops_tui.sanitise import clean

    if found.missing:
        click.echo(f"The group {asked.group} is not there yet; a deployment needs it first.", err=True)
    for line in lines(found.changes, scope=found.scope, noise=noise):
        click.echo(click.style(found.redactor.redact(clean(str(line))), fg=COLOURS.get(line.mark)))
    click.echo(f"{summary(found.changes)} in {asked.group}")
    if found.refusal is not None:
        for one in (found.refusal, *found.refusal.details):
            click.echo(f"azops: the deployment would be refused: {one.code}: {one.message}", err=True)
