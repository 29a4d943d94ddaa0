"""Commands of the panes as steps of the document, with the equivalent ``az``."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass

from azops_tui.events.azure_views import GroupView, ResourceView
from azops_tui.runbook.edits import fenced
from azops_tui.runbook.model import Step
from azops_tui.runbook.native import SshStep


@dataclass(frozen=True)
class OfferedStep:
    """A command that can be put into the document."""

    label: str
    az: str
    """The equivalent ``az``, for people."""
    markdown: str


def _shell(label: str, *words: str) -> OfferedStep:
    command = shlex.join(words)
    return OfferedStep(label, command, fenced("bash", command))


def steps_for(item: GroupView | ResourceView) -> list[OfferedStep]:
    """The steps that act on a resource group or a resource."""
    lock = ("--name", "azops", "--lock-type", "CanNotDelete")
    if isinstance(item, GroupView):
        table = f"az resource list --resource-group {shlex.quote(item.name)} --output table"
        body = f"# the same with az: {table}\ngroup: {json.dumps(item.name)}\n"
        return [
            _shell("show", "az", "group", "show", "--name", item.name),
            OfferedStep("table", table, fenced("yaml {azops=resources}", body)),
            _shell("tag", "az", "group", "update", "--name", item.name, "--set", "tags.NAME=VALUE"),
            _shell("lock", "az", "lock", "create", *lock, "--resource-group", item.name),
            _shell("template", "az", "group", "export", "--name", item.name),
            _shell("delete", "az", "group", "delete", "--name", item.name, "--yes"),
        ]
    return [
        _shell("show", "az", "resource", "show", "--ids", item.id),
        _shell("tag", "az", "resource", "tag", "--ids", item.id, "--is-incremental", "--tags", "NAME=VALUE"),
        _shell("lock", "az", "lock", "create", *lock, "--resource", item.id),
        _shell("template", "az", "group", "export", "--name", item.group, "--resource-ids", item.id),
        _shell("delete", "az", "resource", "delete", "--ids", item.id),
    ]


def step_for_hosts(hosts: tuple[str, ...], ran: Step) -> OfferedStep:
    """The command of a step on some of its hosts only.

    Args:
        hosts: names of the hosts.
        ran: the step that ran on them.
    """
    native = ran.native if isinstance(ran.native, SshStep) else None
    command = (native.command if native is not None else ran.code).strip()
    group = (native.group if native is not None else "") or "${RESOURCE_GROUP}"
    az = (
        f"az vm run-command invoke --resource-group {group} --name {shlex.quote(hosts[0])}"
        f" --command-id RunShellScript --scripts {shlex.quote(command)}"
    )
    lines = [f"# the same with az: {az}".replace("\n", "; ")]
    if native is not None and native.group:
        lines.append(f"group: {json.dumps(native.group)}")
    if native is not None and native.scale_set:
        # Instances have no names to choose by: the step goes to all of them.
        lines.append(f"scale-set: {json.dumps(native.scale_set)}")
    else:
        kind = "machines" if native is not None and native.group else "hosts"
        lines.append(f"{kind}: {json.dumps(list(hosts))}")
    lines += ["command: |", *(f"  {line}" for line in command.split("\n"))]
    for name in ("user", "key", "via"):
        value = getattr(native, name, "") if native is not None else getattr(ran.attributes, name, "")
        if value:
            lines.append(f"{name}: {json.dumps(value)}")
    return OfferedStep("ssh", az, fenced("yaml {azops=ssh}", "\n".join(lines) + "\n"))
