"""The commands of simulated machines, by name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from azops_tui.simulator.hosts.commands.builtin import COMMANDS as BUILTIN
from azops_tui.simulator.hosts.commands.files import COMMANDS as FILES
from azops_tui.simulator.hosts.commands.network import COMMANDS as NETWORK
from azops_tui.simulator.hosts.commands.packages import COMMANDS as PACKAGES
from azops_tui.simulator.hosts.commands.services import COMMANDS as SERVICES
from azops_tui.simulator.hosts.commands.system import COMMANDS as SYSTEM
from azops_tui.simulator.hosts.commands.text import COMMANDS as TEXT
from azops_tui.simulator.hosts.commands.wrappers import COMMANDS as WRAPPERS
from azops_tui.simulator.hosts.shell import Call

Run = Callable[[Call], Awaitable[int]]

_ALL: dict[str, Run] = {**BUILTIN, **FILES, **NETWORK, **PACKAGES, **SERVICES, **SYSTEM, **TEXT, **WRAPPERS}

_FOLDERS = ("/bin/", "/usr/bin/", "/sbin/", "/usr/sbin/", "/usr/local/bin/")


def find(name: str) -> Run | None:
    """The command of that name, which may be one with its folder; None if the machine has no such command."""
    for folder in _FOLDERS:
        if name.startswith(folder):
            return _ALL.get(name.removeprefix(folder))
    return _ALL.get(name)


def names() -> list[str]:
    """The names of all commands, sorted."""
    return sorted(_ALL)
