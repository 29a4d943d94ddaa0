"""``azops doctor``: what this machine has of what azops uses, and what is not possible without it."""

from __future__ import annotations

import shutil

import click

from azops_tui.cli.out import echo
from azops_tui.sanitise import clean
from azops_tui.text import format_table

_PROGRAMS = {
    "bash": "no shell step can run",
    "az": "steps that call az fail",
    "ssh": "aliases and jump hosts of the user's SSH configuration are not known",
    "sshd": "tests against a real SSH server are skipped",
}
"""Program -> what is not possible without it."""


@click.command()
def doctor() -> None:
    """Check the fence of read-only runs and the programs that azops uses."""
    echo(clean(format_table([_fence(), *map(_program, _PROGRAMS)], ("WHAT", "STATE", "CONSEQUENCE"))))


def _fence() -> tuple[str, str, str]:
    from azops_tui.gate.fence import can_fence, landlock_version

    version = landlock_version()
    state = f"Landlock {version}" if version else "no Landlock"
    if can_fence():
        return "fence", state, "the kernel keeps scripts of read-only runs from writing files and connecting elsewhere"
    return "fence", state, "read-only runs refuse every script that is not known to only read (needs Linux 6.7)"


def _program(name: str) -> tuple[str, str, str]:
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    return name, path or "missing", "" if path else _PROGRAMS[name]
