"""Choices of a parameter that are not written in the document: what the cloud has, or what a command prints."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from azops_tui.ui.controller import UserError

if TYPE_CHECKING:
    from azops_tui.azure.cloud import Cloud

COMMAND = "command:"
MOST = 500
"""Choices that are offered."""
SECONDS = 20.0
"""How long a command may take."""


async def read_choices(source: str, folder: Path, open_cloud: Callable[[], Awaitable[Cloud]]) -> list[str]:
    """The choices of a source, at most :data:`MOST`.

    Args:
        source: ``azure.locations``, ``azure.resource_groups``, ``azure.scale_sets``, ``ssh.targets`` or ``command: …``.
        folder: where a command runs.
        open_cloud: gives the cloud.

    Raises:
        UserError: there are none to be had; says why.
        AzureFailure: the cloud cannot be read.
    """
    if source.startswith(COMMAND):
        cloud = await open_cloud()
        return (await _printed(source.removeprefix(COMMAND).strip(), folder, cloud.environment))[:MOST]
    cloud = await open_cloud()
    match source:
        case "azure.locations":
            found = await cloud.locations()
        case "azure.resource_groups":
            found = [group.name for group in await cloud.groups.list()]
        case "azure.scale_sets":
            found = [one.name for one in await cloud.scale_sets.list()]
        case "ssh.targets":
            groups = await cloud.groups.list()
            machines = [machine for group in groups[:MOST] for machine in await cloud.machines.list(group.name)]
            found = [machine.fqdn or machine.public_address or machine.name for machine in machines]
        case _:
            raise UserError(f"{source} is no source of choices.")
    return list(dict.fromkeys(found))[:MOST]


async def _printed(command: str, folder: Path, environment: dict[str, str]) -> list[str]:
    """The lines that a command prints, sanitised."""
    from azops_tui.runbook.model import Effect
    from azops_tui.runbook.shell_effects import shell_effect
    from azops_tui.sanitise import clean

    if shell_effect(command) & (Effect.MUTATES | Effect.DESTROYS):
        raise UserError("Its command may change something, so it is not run for choices.")
    process = await asyncio.create_subprocess_exec(
        "bash",
        "-c",
        command,
        cwd=folder,
        env={**os.environ, **environment},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        out, wrong = await asyncio.wait_for(process.communicate(), SECONDS)
    except TimeoutError:
        raise UserError(f"Its command did not end within {SECONDS:g} s.") from None
    finally:
        if process.returncode is None:
            import signal

            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    if process.returncode:
        said = clean(wrong).strip().splitlines()
        raise UserError(f"Its command ended with {process.returncode}{': ' + said[-1] if said else ''}")
    return [line.strip() for line in clean(out).splitlines() if line.strip()]
