"""What-if: predict the changes that a deployment would make."""

from __future__ import annotations

import copy
import uuid
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Literal

from azops_tui.arm.resource_id import ResourceId
from azops_tui.arm.secure import concealed, secrets, texts
from azops_tui.arm.whatif import ChangeType, ResourceChange, what_if
from azops_tui.json_types import Json
from azops_tui.simulator.deployments.expansion import DEPLOYMENTS, Expansion
from azops_tui.simulator.deployments.preflight import preflight
from azops_tui.simulator.errors import ArmError
from azops_tui.simulator.providers.authorization.locks import check_lock

if TYPE_CHECKING:
    from azops_tui.simulator.deployments.engine import DeploymentEngine


_GROUPS = "microsoft.resources/resourcegroups"
_MASK = "*******"
_TELLING = 6
"""Shortest secret that is masked inside longer texts; shorter ones occur in too many texts by chance."""


def check(sent: Mapping[str, Json], address: ResourceId) -> None:
    """Refuse a request that is not valid before the prediction starts.

    Raises:
        ArmError: the content or the mode is not valid.
    """
    properties = sent.get("properties")
    if not isinstance(properties, dict):
        raise ArmError(400, "InvalidRequestContent", "The request content is not valid: 'properties' is missing.")
    if not address.group and not sent.get("location"):
        raise ArmError(400, "LocationRequired", "The location property is required for this definition.")
    if _complete(sent) and not address.group:
        raise ArmError(
            400,
            "InvalidDeploymentMode" if address.subscription else "InvalidRequestContent",
            "The 'Complete' deployment mode is not supported for deployment at this scope. Please use "
            "'Incremental' mode instead.",
        )


def predict(deployments: DeploymentEngine, address: ResourceId, sent: Mapping[str, Json]) -> dict[str, Json]:
    """The body of the reply: the predicted changes, or the error that the deployment would end with."""
    try:
        expansion, template = deployments.prepare(address, sent)
        preflight(deployments.manager, address, expansion)
    except ArmError as problem:
        return {"status": "Failed", "error": problem.error()}
    shown, visible = _concealed(deployments, address, sent, expansion, template)
    mode: Literal["incremental", "complete"] = "complete" if _complete(sent) else "incremental"
    changes = what_if(shown, _live(deployments, address, shown), mode=mode)
    changes = [_spared(deployments, change) for change in changes]
    settings = sent["properties"].get("whatIfSettings") or {}
    ids = str(settings.get("resultFormat") or "").lower() == "resourceidonly"
    rows = [change.as_id() if ids else change.as_json() for change in changes]
    properties = {"correlationId": str(uuid.uuid4()), "changes": _masked(rows, visible)}
    return {"status": "Succeeded", "properties": properties}


def _concealed(
    deployments: DeploymentEngine, address: ResourceId, sent: Mapping[str, Json], expansion: Expansion, template: Json
) -> tuple[Expansion, list[str]]:
    """The expansion with secret parameters concealed, and the secret texts that remain visible in it."""
    parameters = _parameters(sent)
    secret = list(secrets(template, parameters).values())
    if not secret:
        return expansion, []
    concealed_request = {**sent, "properties": {**sent["properties"], "parameters": concealed(template, parameters)}}
    try:
        shown, _ = deployments.prepare(address, concealed_request)
    except ArmError:
        return expansion, list(texts(secret))  # it computes with its secrets
    return shown, list(texts([value for value in secret if not isinstance(value, str)]))


def _complete(sent: Mapping[str, Json]) -> bool:
    return str((sent.get("properties") or {}).get("mode") or "").lower() == "complete"


def _parameters(sent: Mapping[str, Json]) -> dict[str, Json]:
    parameters = sent["properties"].get("parameters") or {}
    inner = parameters.get("parameters")
    return inner if isinstance(inner, dict) and "$schema" in parameters else parameters


def _live(deployments: DeploymentEngine, address: ResourceId, expansion: Expansion) -> dict[str, Json]:
    """The current documents of the group's resources and of those that the template names, by id."""
    cloud, registry = deployments.cloud, deployments.manager.registry
    documents: dict[str, Json] = {}
    group = cloud.store.group(address.subscription, address.group) if address.group else None
    if group is not None:
        for resource in cloud.store.in_group(group):
            if deployments.manager.is_tracked(resource):
                documents[resource.id] = copy.deepcopy(registry.of(resource.address.type).show(resource, {}))
    known = {id.lower() for id in documents}
    for resource_ in expansion.resources:
        kind = resource_.type.lower()
        if "[" in resource_.id or kind == DEPLOYMENTS or resource_.id.lower() in known:
            continue
        target = ResourceId.parse(resource_.id)
        if kind == _GROUPS:
            there = cloud.store.group(target.subscription, resource_.name)
            if there is not None:
                documents[resource_.id] = copy.deepcopy(there.as_json())
            continue
        resource_there = registry.of(target.type).find(target)
        if resource_there is not None:
            documents[resource_.id] = copy.deepcopy(registry.of(target.type).show(resource_there, {}))
    return documents


def _spared(deployments: DeploymentEngine, change: ResourceChange) -> ResourceChange:
    """The change, or Ignore for a deletion that a lock forbids."""
    if change.type is not ChangeType.DELETE:
        return change
    try:
        check_lock(deployments.cloud.store, ResourceId.parse(change.resource_id), "delete")
    except ArmError:
        return ResourceChange(change.resource_id, ChangeType.IGNORE, before=change.before)
    return change


def _masked(value: Json, secret: Collection[str]) -> Json:
    """The value with secrets masked; short secrets only where they are a whole text."""
    if isinstance(value, dict):
        return {key: _masked(item, secret) for key, item in value.items()}
    if isinstance(value, list):
        return [_masked(item, secret) for item in value]
    if not isinstance(value, str):
        return value
    if value and value in secret:
        return _MASK
    for text in secret:
        value = value.replace(text, _MASK) if len(text) >= _TELLING else value
    return value


__all__ = ["check", "predict"]
