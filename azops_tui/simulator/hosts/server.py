"""SSH server of a simulated machine."""

from __future__ import annotations

import contextlib
import os
import posixpath
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

import asyncssh

from azops_tui.simulator.hosts.session import Session

if TYPE_CHECKING:
    from azops_tui.simulator.hosts.machine import Machine

Find = Callable[[str], int | None]
"""Returns the loopback port of the machine with an address or name."""


class HostServer(asyncssh.SSHServer):
    """Admits the deployed user with the deployed keys, and forwards to other machines."""

    def __init__(self, keys: list[asyncssh.SSHKey], user: str, find: Find, connections: set[Any]) -> None:
        self._keys = keys
        self._user = user
        self._find = find
        self._connections = connections
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        self._connections.add(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        self._connections.discard(self._connection)

    def begin_auth(self, username: str) -> bool:
        """Require authentication of every user."""
        return True

    def public_key_auth_supported(self) -> bool:
        """Allow public keys only."""
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        """Admit only the deployed user with one of the deployed keys."""
        return username == self._user and any(key.public_data == known.public_data for known in self._keys)

    def connection_requested(
        self, dest_host: str, dest_port: int, orig_host: str, orig_port: int
    ) -> Coroutine[Any, Any, Any]:
        """Forward to the SSH server of another machine, as a jump host does; refuse everything else."""
        port = self._find(dest_host) if dest_port == 22 else None
        if port is None or self._connection is None:
            raise asyncssh.ChannelOpenError(
                asyncssh.OPEN_CONNECT_FAILED, f"Connection to {dest_host}:{dest_port} refused"
            )
        return self._connection.forward_connection("127.0.0.1", port)


class HostFiles(asyncssh.SFTPServer):
    """The machine's files over SFTP; relative paths start in the user's home folder."""

    def __init__(self, channel: asyncssh.SSHServerChannel[bytes], machine: Machine) -> None:
        super().__init__(channel, chroot=os.fsencode(machine.files.root))
        self._machine = machine

    def map_path(self, path: bytes) -> bytes:
        """The local path of a path on the machine; links cannot lead out of its folder."""
        home = os.fsencode(self._machine.home)
        wanted = posixpath.normpath(posixpath.join(home, path))
        parent, name = posixpath.split(wanted)
        try:
            inside = self._machine.files.local(os.fsdecode(parent))
            self._machine.files.local(os.fsdecode(wanted))
        except PermissionError:
            raise asyncssh.SFTPPermissionDenied("Permission denied") from None
        return os.fsencode(inside / os.fsdecode(name)) if name else os.fsencode(inside)

    def symlink(self, oldpath: bytes, newpath: bytes) -> None:
        """Refuse to create links."""
        raise asyncssh.SFTPOpUnsupported("Links cannot be made here")

    def exit(self) -> None:
        """Exit with status 0; ``scp`` reports a failure otherwise."""
        with contextlib.suppress(OSError, asyncssh.Error):
            self.channel.exit(0)


class Listener:
    """SSH server of a machine, with its connections."""

    def __init__(self, machine: Machine, host_key: asyncssh.SSHKey, find: Find) -> None:
        self._machine = machine
        self._host_key = host_key
        self._find = find
        self._acceptor: asyncssh.SSHAcceptor | None = None
        self._connections: set[Any] = set()

    async def open(self, port: int = 0) -> int:
        """Listen on loopback, on this port if it is free; return the port.

        Raises:
            OSError: no port can be had.
        """
        try:
            self._acceptor = await self._listen(port)
        except OSError:
            if not port:
                raise
            self._acceptor = await self._listen(0)
        return int(self._acceptor.get_port())

    async def _listen(self, port: int) -> asyncssh.SSHAcceptor:
        spec = self._machine.spec
        keys = list(_keys(spec.public_keys))
        return await asyncssh.listen(
            "127.0.0.1",
            port,
            reuse_address=True,
            server_factory=lambda: HostServer(keys, spec.user, self._find, self._connections),
            server_host_keys=[self._host_key],
            process_factory=self._process,
            sftp_factory=lambda channel: HostFiles(channel, self._machine),
            allow_scp=True,
            encoding="utf-8",
            errors="surrogateescape",
            gss_host=None,
            login_timeout=30,
            kex_algs=["curve25519-sha256", "ecdh-sha2-nistp256", "diffie-hellman-group14-sha256"],
            # The comment tells azops that a command ends with its channel here.
            server_version="OpenSSH_8.9p1 azops",
        )

    async def _process(self, process: asyncssh.SSHServerProcess[str]) -> None:
        await Session(self._machine, process).run()

    async def close(self) -> None:
        """Stop listening and drop all connections."""
        if self._acceptor is not None:
            self._acceptor.close()
            for connection in list(self._connections):
                connection.abort()
            await self._acceptor.wait_closed()
            self._acceptor = None


def _keys(texts: list[str]) -> list[asyncssh.SSHKey]:
    """Parse public keys in OpenSSH's format; skip texts that are not public keys."""
    keys = []
    for text in texts:
        with contextlib.suppress(asyncssh.KeyImportError, ValueError):
            keys.append(asyncssh.import_public_key(text.strip() + "\n"))
    return keys
