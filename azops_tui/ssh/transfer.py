"""Files copied to a host or from it, over SFTP."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from pathlib import Path

import asyncssh
import msgspec

from azops_tui.sanitise import clean
from azops_tui.ssh.remote import Ended, Stream

_EVERY = 1.0
"""Seconds between two lines of progress on one file."""


class FileCopy(msgspec.Struct, frozen=True, kw_only=True):
    """What is copied, and in which direction."""

    upload: bool
    """True to copy from here to the host."""
    paths: tuple[str, ...]
    """Files and folders; those of a download may have ``*`` and ``?``."""
    target: str
    """Path on the host for an upload, folder here for a download."""
    by_host: bool = False
    """True to download into a folder for each host."""


class Transfer:
    """A copy over a connection; it can be ended. ``on_text`` gets progress and errors, safe to show."""

    def __init__(
        self, connection: asyncssh.SSHClientConnection, on_text: Callable[[str, Stream], object], host: str
    ) -> None:
        self._connection = connection
        self._on_text = on_text
        self._host = host
        self._task: asyncio.Future[None] | None = None
        self._shown: dict[bytes, float] = {}

    async def run(self, copy: FileCopy) -> int | None:
        """Copy and return 0, or 1 if a file cannot be read or written.

        Raises:
            asyncssh.Error: the host has no SFTP server, or the connection was lost.
        """
        try:
            async with self._connection.start_sftp_client() as sftp:
                self._task = asyncio.ensure_future(self._copy(sftp, copy))
                await self._task
        except (asyncssh.SFTPError, OSError) as error:
            if isinstance(error, asyncssh.SFTPConnectionLost):
                return None
            reason = error.reason if isinstance(error, asyncssh.SFTPError) else str(error)
            self._on_text(clean(reason) + "\n", "stderr")
            return 1
        return 0

    async def end(self) -> Ended:
        """End the copy; a file that was being written stays as it is."""
        if self._task is not None:
            self._task.cancel()
        return Ended(True)

    async def _copy(self, sftp: asyncssh.SFTPClient, copy: FileCopy) -> None:
        if copy.upload:
            target = _remote(copy.target)
            if len(copy.paths) > 1 or target.endswith("/"):
                await sftp.makedirs(target or ".", exist_ok=True)
            for path in copy.paths:
                await sftp.put(path, target or ".", recurse=True, preserve=True, progress_handler=self._progress)
            return
        folder = Path(copy.target) / _folder_name(self._host) if copy.by_host else Path(copy.target)
        folder.mkdir(parents=True, exist_ok=True)
        for path in copy.paths:
            await sftp.mget(_remote(path), str(folder), recurse=True, preserve=True, progress_handler=self._progress)

    def _progress(self, source: bytes, _target: bytes, done: int, total: int) -> None:
        now = time.monotonic()
        is_whole = done >= total
        last = self._shown.setdefault(source, now)
        if not is_whole and now - last < _EVERY:
            return
        self._shown[source] = now
        name = clean(os.fsdecode(source))
        share = "" if is_whole else f"{100 * done // total} % of "
        self._on_text(f"{name}: {share}{total:,} bytes\n", "stdout")


def _remote(path: str) -> str:
    """A path on the host; SFTP starts in the home folder and does not know ``~``."""
    return path[2:] if path.startswith("~/") else "" if path == "~" else path


def _folder_name(host: str) -> str:
    name = "".join(char if char.isalnum() or char in "._-" else "_" for char in host)
    return name if name.strip(".") else "_" + name
