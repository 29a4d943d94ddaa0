"""Values that a parameter's dynamic source offers: what the cloud has, or what a command prints."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from azops_tui.engine.problems import RunError

if TYPE_CHECKING:
    from azops_tui.azure.cloud import Cloud

COMMAND = "command:"
MOST = 500
"""Maximum number of choices."""
SECONDS = 20.0
"""Time limit of a command."""


async def read_choices(source: str, folder: Path, open_cloud: Callable[[], Awaitable[Cloud]]) -> list[str]:
    """The choices of a source, at most :data:`MOST`.

    Args:
        source: ``azure.locations``, ``azure.resource_groups``, ``azure.scale_sets``, ``ssh.targets`` or ``command: …``.
        folder: working directory of a command.
        open_cloud: opens the cloud.

    Raises:
        RunError: the source is unknown, or its command fails or may change something.
        AzureFailure: the cloud cannot be read.
    """
    if source.startswith(COMMAND):
        cloud = await open_cloud()
        return (await _printed(source.removeprefix(COMMAND).strip(), folder, cloud.environment))[:MOST]
    cloud = await open_cloud()
    match source:
        case "azure.locations":
            values = await cloud.locations()
        case "azure.resource_groups":
            values = [group.name for group in await cloud.groups.list()]
        case "azure.scale_sets":
            values = [scale_set.name for scale_set in await cloud.scale_sets.list()]
        case "ssh.targets":
            groups = await cloud.groups.list()
            machines = [machine for group in groups[:MOST] for machine in await cloud.machines.list(group.name)]
            values = [machine.fqdn or machine.public_address or machine.name for machine in machines]
        case _:
            raise RunError(f"'{source}' is not a known source of choices.")
    return list(dict.fromkeys(values))[:MOST]


async def _printed(command: str, folder: Path, environment: dict[str, str]) -> list[str]:
    """Lines that a command prints, sanitised."""
    from azops_tui.runbook.model import Effect
    from azops_tui.runbook.shell_effects import shell_effect
    from azops_tui.sanitise import clean

    if shell_effect(command) & (Effect.MUTATES | Effect.DESTROYS):
        raise RunError("The command may change something, so it is not run to list choices.")
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
        output, errors = await asyncio.wait_for(process.communicate(), SECONDS)
    except TimeoutError:
        raise RunError(f"The command did not end within {SECONDS:g} s.") from None
    finally:
        if process.returncode is None:
            import signal

            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    if process.returncode:
        messages = clean(errors).strip().splitlines()
        raise RunError(f"The command exited with {process.returncode}{': ' + messages[-1] if messages else ''}")
    return [line.strip() for line in clean(output).splitlines() if line.strip()]
