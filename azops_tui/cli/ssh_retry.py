"""The last command of ``azops ssh``, kept so that ``--retry`` runs it on exactly the hosts that failed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from azops_tui import exits, paths
from azops_tui.cli.options import fail
from azops_tui.files import write_private

if TYPE_CHECKING:
    from azops_tui.ssh.fleet import HostResult


class LastCommand(msgspec.Struct, frozen=True, kw_only=True):
    """A command as it was typed, and the hosts on which it did not succeed."""

    cloud: str
    """Name of the profile."""
    hosts: str
    """The expression."""
    command: str
    user: str = ""
    key: str = ""
    via: str = ""
    serial: str = ""
    max_fail: str = ""
    timeout: str = ""
    failed: tuple[str, ...] = ()
    """Names of the hosts that failed, were not reached or were not tried."""


def keep_last(last: LastCommand, results: Sequence[HostResult]) -> None:
    """Write the command and its failed hosts to a file that only the user can read."""
    failed = tuple(result.host for result in results if not result.ok)
    path = _path()
    paths.private(path.parent)
    write_private(path, msgspec.json.encode(msgspec.structs.replace(last, failed=failed)))


def read_last() -> LastCommand:
    """Return the last command. Exits with :data:`exits.BAD_INPUT` if there is none."""
    try:
        return msgspec.json.decode(_path().read_bytes(), type=LastCommand)
    except (OSError, msgspec.DecodeError):
        fail("no command on hosts was run yet; run `azops ssh HOSTS -- COMMAND` first", exits.BAD_INPUT)


def _path() -> Path:
    return paths.state() / "ssh" / "last-command.json"
