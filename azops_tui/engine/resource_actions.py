"""What can be done to a resource of each type, beyond tags, locks and deletion: its request, its class, its ``az``.

Data only: the panes offer the actions, :mod:`azops_tui.engine.cloud_actions` carries them out.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from azops_tui.json_types import Json

ActionEffect = Literal["R", "M", "D"]


@dataclass(frozen=True)
class ResourceAction:
    """An action on a resource of one type."""

    id: str
    """Unique within the type."""
    label: str
    effect: ActionEffect
    """R reads, M changes, D destroys data."""
    note: str
    """What it does, in a few words."""
    az: str
    """The equivalent ``az``, with ``{id}``, ``{name}``, ``{group}``, ``{parent}`` and ``{argument}``."""
    post: str = ""
    """Last segment of the address that the request is posted to; empty for an action of its own in the engine."""
    body: Callable[[str], Json] | None = None
    """Body of the request, from the argument."""
    ask: str = ""
    """What a person must type for it, such as ``script``; empty if it needs nothing."""
    answer: bool = False
    """True if its result is for people; that of others may hold secrets and is not kept."""

    def command(self, resource_id: str, argument: str = "") -> str:
        """The equivalent ``az``, ready for a shell."""
        parts = resource_id.strip("/").split("/")
        values = {
            "id": resource_id,
            "name": parts[-1],
            "group": parts[3] if len(parts) > 3 else "",
            "parent": parts[-3] if len(parts) > 3 else "",
            "argument": argument or self.ask.upper().replace(" ", "_"),
        }
        return self.az.format(**{name: shlex.quote(value) for name, value in values.items()})


def _script(text: str) -> Json:
    return {"commandId": "RunShellScript", "script": text.split("\n")}


def _machine(az: str) -> tuple[ResourceAction, ...]:
    """Actions that virtual machines and instances of scale sets share; ``az`` is the group of commands."""
    return (
        ResourceAction("start", "start", "M", "start it", f"az {az} start --ids {{id}}", "start"),
        ResourceAction("restart", "restart", "M", "restart it", f"az {az} restart --ids {{id}}", "restart"),
        ResourceAction("stop", "stop", "M", "power off; it is still billed", f"az {az} stop --ids {{id}}", "powerOff"),
        ResourceAction(
            "deallocate", "deallocate", "M", "stop and release it: no longer billed, a dynamic address may change",
            f"az {az} deallocate --ids {{id}}", "deallocate",
        ),
        ResourceAction(
            "redeploy", "redeploy", "M", "move it to another node; its temporary disk is lost",
            f"az {az} redeploy --ids {{id}}", "redeploy",
        ),
        ResourceAction(
            "run-command", "run a command", "M", "run a shell script on it through its agent, without SSH",
            f"az {az} run-command invoke --ids {{id}} --command-id RunShellScript --scripts {{argument}}",
            "runCommand", _script, "script", answer=True,
        ),
        ResourceAction(
            "boot-diagnostics", "boot diagnostics", "R", "addresses of its screenshot and its serial log",
            "az rest --method post --url {id}/retrieveBootDiagnosticsData?api-version=2024-07-01",
            "retrieveBootDiagnosticsData", answer=True,
        ),
    )  # fmt: skip


_SET = "--resource-group {group} --name {name}"
_INSTANCE = "--resource-group {group} --name {parent} --instance-ids {name}"
_INSTANCES = (
    *(
        ResourceAction(action.id, action.label, action.effect, action.note, f"az vmss {verb} {_INSTANCE}", action.post)
        for action, verb in zip(_machine("vm")[:5], ("start", "restart", "stop", "deallocate", "redeploy"), strict=True)
    ),
    ResourceAction(
        "run-command", "run a command", "M", "run a shell script on it through its agent, without SSH",
        "az vmss run-command invoke --resource-group {group} --name {parent} --instance-id {name}"
        " --command-id RunShellScript --scripts {argument}",
        "runCommand", _script, "script", answer=True,
    ),
    ResourceAction(
        "boot-diagnostics", "boot diagnostics", "R", "addresses of its screenshot and its serial log",
        "az vmss get-boot-log --resource-group {group} --name {parent} --instance-id {name}",
        "retrieveBootDiagnosticsData", answer=True,
    ),
    ResourceAction(
        "upgrade", "upgrade", "M", "bring it to the newest model of the scale set",
        f"az vmss update-instances {_INSTANCE}",
    ),
    ResourceAction(
        "protect", "protect", "M", "keep it when the scale set shrinks",
        "az vmss update --resource-group {group} --name {parent} --instance-id {name} --protect-from-scale-in true",
    ),
    ResourceAction(
        "unprotect", "unprotect", "M", "let the scale set remove it again",
        "az vmss update --resource-group {group} --name {parent} --instance-id {name} --protect-from-scale-in false",
    ),
    ResourceAction(
        "reimage", "reimage", "D", "replace its system disk by a new one from the image",
        f"az vmss reimage {_INSTANCE}", "reimage",
    ),
)  # fmt: skip


def _rotate(key: str, az: str) -> ResourceAction:
    return ResourceAction(
        f"rotate-{key}", f"rotate {key}", "M", f"replace {key}: clients that use it lose access",
        f"az storage account keys renew --resource-group {{group}} --account-name {{name}} --key {az}",
        "regenerateKey", lambda _: {"keyName": key},
    )  # fmt: skip


ACTIONS: dict[str, tuple[ResourceAction, ...]] = {
    "microsoft.compute/virtualmachines": _machine("vm"),
    "microsoft.compute/virtualmachinescalesets/virtualmachines": _INSTANCES,
    "microsoft.compute/virtualmachinescalesets": (
        ResourceAction("start", "start", "M", "start all instances", f"az vmss start {_SET}", "start"),
        ResourceAction("restart", "restart", "M", "restart all instances", f"az vmss restart {_SET}", "restart"),
        ResourceAction("stop", "stop", "M", "power all instances off", f"az vmss stop {_SET}", "powerOff"),
        ResourceAction(
            "deallocate", "deallocate", "M", "stop and release all instances", f"az vmss deallocate {_SET}",
            "deallocate",
        ),
        ResourceAction(
            "reimage", "reimage", "D", "replace the system disks of all instances", f"az vmss reimage {_SET}",
            "reimage",
        ),
    ),
    "microsoft.resources/deployments": (
        ResourceAction(
            "cancel", "cancel", "M", "end the deployment; what it has created stays",
            f"az deployment group cancel {_SET}",
        ),
        ResourceAction(
            "redeploy", "redeploy", "M", "deploy the same template and parameters again, incrementally",
            f"az deployment group export {_SET} > template.json"
            " && az deployment group create --resource-group {group} --template-file template.json",
        ),
    ),
    "microsoft.storage/storageaccounts": (_rotate("key1", "primary"), _rotate("key2", "secondary")),
    "microsoft.containerservice/managedclusters": (
        ResourceAction("start", "start", "M", "start the cluster", f"az aks start {_SET}", "start"),
        ResourceAction("stop", "stop", "M", "stop the nodes and the control plane", f"az aks stop {_SET}", "stop"),
        ResourceAction(
            "scale", "scale", "M", "set the number of nodes of the first pool",
            f"az aks scale {_SET} --node-count {{argument}}", ask="number of nodes",
        ),
    ),
}  # fmt: skip
"""Actions by type in lower case."""


def actions_for(resource_type: str) -> tuple[ResourceAction, ...]:
    """Actions on resources of a type, those that read first."""
    actions = ACTIONS.get(resource_type.lower(), ())
    return tuple(sorted(actions, key=lambda action: "RMD".index(action.effect)))


def action_of(resource_type: str, action_id: str) -> ResourceAction:
    """The action of that id.

    Raises:
        KeyError: the type does not have it.
    """
    return {action.id: action for action in actions_for(resource_type)}[action_id]
