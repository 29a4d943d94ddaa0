"""Commands that reach machines by Azure's managed run command instead of SSH."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from azops_tui.azure.errors import AzureFailure, sentence
from azops_tui.azure.run_commands import LONGEST
from azops_tui.sanitise import clean
from azops_tui.ssh.fleet import HostEnd
from azops_tui.ssh.remote import Stream
from azops_tui.ssh.targets import Target

if TYPE_CHECKING:
    from azops_tui.azure.cloud import Cloud

RUN_COMMAND = "run-command"
"""Value of ``via`` that asks for it."""


class RunCommandCarrier:
    """Runs commands as root, by requests to the cloud's Resource Manager."""

    def __init__(self, open_cloud: Callable[[], Awaitable[Cloud]]) -> None:
        self._open_cloud = open_cloud

    async def execute(self, target: Target, command: str, write: Callable[[str, Stream], object]) -> HostEnd:
        """Run a command on a machine; only the last 4 KB of each stream come back, which the output says."""
        if not target.resource:
            problem = f"{target.name} is not a machine of the cloud, so Azure cannot run a command on it."
            return HostEnd(None, problem, "unreachable")
        cloud = await self._open_cloud()
        try:
            result = await cloud.run_commands.run(target.resource, command)
        except AzureFailure as error:
            return HostEnd(None, sentence(error.view), "unreachable")
        texts: tuple[tuple[Stream, str], ...] = (("stdout", result.stdout), ("stderr", result.stderr))
        for stream, text in texts:
            if len(text.encode()) >= LONGEST:
                write("(Azure keeps only the last 4 KB)\n", stream)
            write(clean(text) + ("\n" if text and not text.endswith("\n") else ""), stream)
        if result.state == "TimedOut":
            return HostEnd(None, "Azure ended the command at its time limit.", "timed out")
        if result.state == "Canceled":
            return HostEnd(None, "The command was cancelled in Azure.", "stopped")
        if result.state == "Failed" and not result.status:
            reason = clean(result.message) or "no reason given"
            return HostEnd(None, f"Azure could not run the command: {reason}", "lost")
        return HostEnd(result.status)
