"""The commands of simulated machines."""

from __future__ import annotations

from azops_tui.simulator.hosts.command import CommandTable
from azops_tui.simulator.hosts.commands import (
    builtin,
    digests,
    disks,
    files,
    network,
    packages,
    services,
    system,
    text,
    wrappers,
)

_MODULES = (builtin, digests, disks, files, network, packages, services, system, text, wrappers)

COMMANDS = CommandTable({name: function for module in _MODULES for name, function in module.COMMANDS.items()})
"""All commands by name."""
