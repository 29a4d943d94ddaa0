"""Managed run commands: scripts that Azure's agent executes on a machine as root, without SSH."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from dataclasses import dataclass

from azops_tui.azure.client import Clients
from azops_tui.azure.errors import AzureFailure

COMPUTE = "2024-07-01"
"""API version of Microsoft.Compute."""
LONGEST = 4096
"""Bytes that Azure keeps of each stream, from its end (learn.microsoft.com, 2026-11)."""
_ENDED = frozenset({"Succeeded", "Failed", "TimedOut", "Canceled"})


@dataclass(frozen=True, slots=True)
class RunCommandResult:
    """What a script wrote, and how it ended."""

    state: str
    """``Succeeded``, ``Failed``, ``TimedOut`` or ``Canceled``."""
    status: int
    stdout: str
    stderr: str
    message: str


class RunCommands:
    """Runs scripts on virtual machines and on instances of scale sets."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    async def run(self, machine: str, script: str) -> RunCommandResult:
        """Run a script and wait for its end. The resource of the command is deleted afterwards, also if cancelled.

        Args:
            machine: resource id of a virtual machine, or of an instance of a scale set.
            script: for ``sh``; runs as root.

        Raises:
            AzureFailure: the machine does not exist or does not run, or the command is refused.
        """
        location = (await self._clients.get(machine, COMPUTE))["location"]
        path = f"{machine}/runCommands/azops-{secrets.token_hex(4)}"
        # Asynchronous: the request is over when the script begins, and the instance view tells its end.
        properties = {"source": {"script": script}, "asyncExecution": True, "timeoutInSeconds": 0}
        await self._clients.send("PUT", path, COMPUTE, body={"location": location, "properties": properties})
        try:
            while True:
                command = await self._clients.get(path, COMPUTE, **{"$expand": "instanceView"})
                view = command["properties"].get("instanceView") or {}
                if view.get("executionState") in _ENDED:
                    break
                if command["properties"].get("provisioningState") == "Failed" and not view.get("exitCode"):
                    view = {**view, "executionState": "Failed", "exitCode": None}
                    break
                await asyncio.sleep(self._clients.poll)
        finally:
            with contextlib.suppress(AzureFailure):
                await asyncio.shield(self._clients.send("DELETE", path, COMPUTE))
        return RunCommandResult(
            str(view["executionState"]),
            int(view.get("exitCode") or 0),
            str(view.get("output") or ""),
            str(view.get("error") or ""),
            str(view.get("executionMessage") or ""),
        )
