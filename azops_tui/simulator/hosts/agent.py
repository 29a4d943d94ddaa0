"""Run command: scripts that a machine's agent executes as root, without an SSH connection."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from azops_tui.simulator.hosts.commands import COMMANDS
from azops_tui.simulator.hosts.machine import Machine
from azops_tui.simulator.hosts.shell import Shell
from azops_tui.simulator.hosts.streams import Streams, no_input

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_CWD = "/var/lib/waagent/run-command/download/0"


async def execute(
    machine: Machine, script: str, arguments: Sequence[str] = (), variables: Mapping[str, str] | None = None
) -> tuple[int, str, str]:
    """Execute a script.

    Args:
        machine: the machine that executes it.
        script: text for ``bash``.
        arguments: values of ``$1`` and so on.
        variables: additional environment variables.

    Returns:
        Exit status, standard output, standard error. Of a script that ends with the machine: status 137 and what it
        has written.
    """
    out: list[str] = []
    errors: list[str] = []
    known = {"USER": "root", "LOGNAME": "root", "HOME": "/root", "SHELL": "/bin/bash", "PATH": _PATH, "LANG": "C.UTF-8"}
    known |= variables or {}
    machine.files.make_folder(_CWD, parents=True)

    async def work() -> int:
        shell = Shell(
            machine, pid, {**known, "IFS": " \t\n"}, set(known), _CWD, COMMANDS, list(arguments), elevated=True
        )
        return await shell.run(script, Streams(no_input, out.append, errors.append))

    task = asyncio.get_running_loop().create_task(work())
    pid = machine.processes.add("run-command", task)
    try:
        await asyncio.wait([task])
    finally:
        task.cancel()
    status = 137 if task.cancelled() else task.result()
    return status, "".join(out), "".join(errors)
