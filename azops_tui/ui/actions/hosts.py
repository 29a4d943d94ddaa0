"""Commands on hosts: typed ones, retries, and their output written to files."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from pathlib import Path

from textual.screen import Screen

from azops_tui import paths
from azops_tui.files import safe_name
from azops_tui.ui.controller import Controller, LiveRun
from azops_tui.ui.format import count
from azops_tui.ui.problems import UserError
from azops_tui.ui.tasks import Tasks

_TYPED = re.compile(r"""(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<plain>\S+))\s*(?P<command>.*)""", re.DOTALL)


class HostCommands:
    """Runs commands on hosts.

    Args:
        screen: shows messages.
        controller: the run.
        tasks: runs the commands.
    """

    def __init__(self, screen: Screen[None], controller: Controller, tasks: Tasks) -> None:
        self._screen = screen
        self._controller = controller
        self._tasks = tasks

    def _require_live(self) -> LiveRun:
        if self._controller.live is None:
            raise UserError("This is a replay: nothing is run.")
        if self._controller.live.is_dashboard:
            raise UserError("This is a dashboard: commands on hosts are not typed here.")
        return self._controller.live

    def run_typed(self, text: str) -> None:
        """Run ``TARGET COMMAND``; a target with white space stands in quotes."""
        match = _TYPED.match(text.strip())
        hosts = (match["double"] or match["single"] or match["plain"] or "") if match else ""
        command = match["command"] if match else ""
        self._tasks.start(lambda: self._require_live().run_on_hosts(hosts, command))

    def retry(self, step: str, hosts: Sequence[str]) -> None:
        """Try a step again on some of its hosts."""
        self._tasks.start(lambda: self._require_live().run_step(step, hosts=tuple(hosts)))

    def save(self, step: str, hosts: Sequence[str]) -> None:
        """Write the whole output of hosts to a new folder, a file for each."""

        async def write() -> Path:
            stamp = time.strftime("%Y%m%d-%H%M%S")
            folder = paths.private(paths.state() / "saved" / f"{safe_name(step)}-{stamp}")
            await self._require_live().save_hosts(step, hosts, folder)
            return folder

        def tell(folder: Path) -> None:
            self._screen.notify(f"Wrote {count(len(hosts), 'file')} to {folder}", markup=False, timeout=8)

        self._tasks.start(write, tell, group="save")
