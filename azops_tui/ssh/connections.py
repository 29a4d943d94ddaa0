"""SSH connections: opened once, shared, and refused if the host's key has changed."""

from __future__ import annotations

import asyncio
import inspect
import logging
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncssh

from azops_tui.ssh.host_keys import HostKeyQuestion, HostKeys, fingerprint
from azops_tui.ssh.problems import HostProblem, explain
from azops_tui.ssh.targets import Target

# Without a handler, asyncssh's warnings overwrite the screen.
logging.getLogger("asyncssh").addHandler(logging.NullHandler())

Route = Callable[[str], Awaitable[tuple[str, int] | None] | tuple[str, int] | None]
"""Returns the endpoint behind an address; None for the address itself. Port 0 means that nothing listens."""
AskHostKey = Callable[[HostKeyQuestion], Awaitable[bool] | bool]
"""Returns True if an unknown host is to be trusted."""

PACE = 0.005
"""Seconds between the starts of two connections; starting all at once blocks the loop and is no faster."""

# The default of newer servers costs ten times as much; group exchange blocks the loop for 350 ms each.
_KEX = [
    "curve25519-sha256",
    "curve25519-sha256@libssh.org",
    "ecdh-sha2-nistp256",
    "ecdh-sha2-nistp384",
    "ecdh-sha2-nistp521",
    "diffie-hellman-group14-sha256",
    "diffie-hellman-group16-sha512",
]
_HOST_KEYS = [
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "rsa-sha2-512",
    "rsa-sha2-256",
]
_USUAL_KEYS = ("id_ed25519", "id_ecdsa", "id_rsa")


class Connections:
    """Connections of a fleet, by target. Open connections are reused."""

    def __init__(
        self,
        host_keys: HostKeys,
        *,
        route: Route | None = None,
        ask_host_key: AskHostKey | None = None,
        connect_timeout: float = 15,
        keepalive: float = 5,
        keepalive_misses: int = 3,
    ) -> None:
        """Open no connection yet.

        Args:
            host_keys: keys of the known hosts.
            route: returns the endpoint behind an address.
            ask_host_key: called before an unknown host is trusted; without it, the host is trusted.
            connect_timeout: seconds allowed for connecting and signing in.
            keepalive: seconds of silence before a keep-alive message is sent.
            keepalive_misses: unanswered keep-alive messages after which the connection counts as lost.
        """
        self.host_keys = host_keys
        self.connect_timeout = connect_timeout
        self._route = route
        self._ask = ask_host_key
        self._open: dict[Target, asyncio.Future[asyncssh.SSHClientConnection]] = {}
        self._keys: dict[str, list[Any]] = {}
        self._next = 0.0
        self._asking = asyncio.Lock()
        self._base = asyncssh.SSHClientConnectionOptions(
            config=None,
            known_hosts=([], [], []),
            kex_algs=_KEX,
            gss_host=None,
            agent_path=None,
            client_keys=None,
            x509_trusted_certs=None,
            x509_trusted_cert_paths=[],
            connect_timeout=connect_timeout,
            login_timeout=connect_timeout,
            keepalive_interval=keepalive,
            keepalive_count_max=keepalive_misses,
            username="nobody",
        )

    async def connect(self, target: Target) -> asyncssh.SSHClientConnection:
        """Return an open connection to the target, shared by all callers.

        Raises:
            HostProblem: the host cannot be reached, is not trusted, or refuses the user.
        """
        known = self._open.get(target)
        if (
            known is not None
            and known.done()
            and (known.cancelled() or known.exception() or known.result().is_closed())
        ):
            known = None
        if known is None:
            known = asyncio.ensure_future(self._connect(target))
            known.add_done_callback(lambda task: task.cancelled() or task.exception())
            self._open[target] = known
        return await asyncio.shield(known)

    def drop(self, target: Target) -> None:
        """Drop a dead connection; the next :meth:`connect` opens a new one."""
        known = self._open.pop(target, None)
        if known is not None and known.done() and not known.cancelled() and not known.exception():
            known.result().abort()

    async def close(self) -> None:
        """Close all connections, those of jump hosts last."""
        waiting, self._open = list(self._open.values()), {}
        for future in waiting:
            future.cancel()
        done = await asyncio.gather(*waiting, return_exceptions=True)
        connections = [result for result in done if isinstance(result, asyncssh.SSHClientConnection)]
        for connection in reversed(connections):
            connection.close()
        closing = [asyncio.ensure_future(connection.wait_closed()) for connection in connections]
        if closing:
            await asyncio.wait(closing, timeout=2)
        for task in closing:
            task.cancel()
        for connection in connections:
            connection.abort()

    async def _connect(self, target: Target) -> asyncssh.SSHClientConnection:
        where = target.address if target.port == 22 else f"{target.address}:{target.port}"
        tunnel = await self.connect(target.via) if target.via is not None else None
        try:
            host, port = await self._reach(target, tunnel)
            keys, agent = await self._credentials(target)
            for attempt in (1, 2):
                await self._pace()
                checker = _Checker(self.host_keys, target, asking=self._ask is not None)
                try:
                    async with asyncio.timeout(self.connect_timeout):
                        return await self._open_connection(host, port, target, checker, keys, agent, tunnel)
                except asyncssh.HostKeyNotVerifiable:
                    if checker.offered is None or attempt == 2 or not await self._trusts(target, checker.offered):
                        raise checker.problem(where) from None
            raise AssertionError("the second attempt returns or raises")
        except (OSError, asyncssh.Error, HostProblem, ValueError) as error:
            raise explain(error, where, self.connect_timeout) from None

    async def _open_connection(
        self,
        host: str,
        port: int,
        target: Target,
        checker: _Checker,
        keys: list[Any],
        agent: str | None,
        tunnel: asyncssh.SSHClientConnection | None,
    ) -> asyncssh.SSHClientConnection:
        trusted, authorities, revoked = self.host_keys.for_asyncssh(target.known_as)
        # A certificate is useful only if its authority is known; otherwise the plain key is requested.
        plain = _preferred([key.algorithm for key in self.host_keys.lookup(target.known_as) if not key.mark])
        algorithms = [f"{name}-cert-v01@openssh.com" for name in plain] + plain if authorities else plain
        connection, _ = await asyncssh.create_connection(
            lambda: checker,
            host,
            port,
            options=self._base,
            tunnel=tunnel if tunnel is not None else (),
            username=target.user or _local_user(),
            known_hosts=(trusted, authorities, revoked),
            server_host_key_algs=algorithms,
            client_keys=keys or None,
            agent_path=agent,
        )
        return connection

    async def _reach(self, target: Target, tunnel: object) -> tuple[str, int]:
        """Host and port to connect to. A jump host resolves the address behind it."""
        if self._route is not None and tunnel is None:
            try:
                route = self._route(target.address)
                routed = await route if inspect.isawaitable(route) else route
            except Exception as error:  # raised by the caller's function, with a text for people
                raise HostProblem(str(error)) from error
            if routed is not None and routed[1] == 0:
                raise HostProblem(f"Nothing listens on {target.address}: the machine is stopped or deleted.")
            if routed is not None:
                return routed
        return target.address, target.port

    async def _trusts(self, target: Target, key: asyncssh.SSHKey) -> bool:
        """Ask about an unknown host, one question at a time, and record its key if it is trusted."""
        algorithm, blob = _parts(key)
        question = HostKeyQuestion(
            host=target.name,
            address=target.address,
            port=target.port,
            algorithm=algorithm,
            fingerprint=fingerprint(blob),
        )
        async with self._asking:
            if any(known.blob == blob for known in self.host_keys.lookup(target.known_as) if not known.mark):
                return True
            answer = self._ask(question) if self._ask is not None else True
            if not (await answer if inspect.isawaitable(answer) else answer):
                return False
            self.host_keys.record(target.known_as, algorithm, blob)
            return True

    async def _credentials(self, target: Target) -> tuple[list[Any], str | None]:
        """Private keys and the agent's socket. Each key is read once, in a thread because decryption is slow."""
        if target.key:
            if target.key not in self._keys:
                self._keys[target.key] = await asyncio.to_thread(_read_key, target.key)
            return self._keys[target.key], None
        if "" not in self._keys:
            self._keys[""] = await asyncio.to_thread(_usual_keys)
        return self._keys[""], os.environ.get("SSH_AUTH_SOCK")

    async def _pace(self) -> None:
        """Wait until the next connection may start."""
        now = asyncio.get_running_loop().time()
        self._next = max(self._next + PACE, now)
        if self._next > now:
            await asyncio.sleep(self._next - now)


class _Checker(asyncssh.SSHClient):
    """Decides about host keys that are not trusted. The methods must not be coroutines."""

    def __init__(self, host_keys: HostKeys, target: Target, *, asking: bool) -> None:
        self._host_keys = host_keys
        self._target = target
        self._asking = asking
        self.offered: asyncssh.SSHKey | None = None
        """Key of an unknown host, if there is someone to ask about it."""
        self._refused: asyncssh.SSHKey | None = None

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        """Accept the key of an unknown host if there is nobody to ask; refuse the changed key of a known one."""
        known = [key for key in self._host_keys.lookup(self._target.known_as) if not key.mark]
        if known:
            self._refused = key
            return False
        if self._asking:
            self.offered = key
            return False
        self._host_keys.record(self._target.known_as, *_parts(key))
        return True

    def validate_host_ca_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        """Refuse authorities that the file does not name."""
        return False

    def problem(self, where: str) -> HostProblem:
        """Why the key was refused."""
        if self._refused is not None:
            known = [key for key in self._host_keys.lookup(self._target.known_as) if not key.mark]
            algorithm, blob = _parts(self._refused)
            old = next((key for key in known if key.algorithm == algorithm), known[0])
            return HostProblem(
                f"The host key of {where} has changed from {old.fingerprint} to {fingerprint(blob)}, so "
                f"nothing was sent. If the machine was recreated, remove line {old.line} of {self._host_keys.path}; "
                "otherwise the connection may be intercepted."
            )
        if self.offered is not None:
            return HostProblem(f"The host key of {where} was not trusted, so nothing was sent.")
        return HostProblem(f"The host key of {where} is revoked or its certificate is not valid, so nothing was sent.")


def _parts(key: asyncssh.SSHKey) -> tuple[str, str]:
    """Algorithm and Base64 text of a key."""
    words = key.export_public_key("openssh").decode().split()
    return words[0], words[1]


def _preferred(known: list[str]) -> list[str]:
    """Host key algorithms, those of the known keys first."""
    first = [name for name in _HOST_KEYS if name in known or (name.startswith("rsa-") and "ssh-rsa" in known)]
    return first + [name for name in _HOST_KEYS if name not in first]


def _read_key(name: str) -> list[Any]:
    path = Path(name).expanduser()
    try:
        return [asyncssh.read_private_key(str(path))]
    except OSError as error:
        raise HostProblem(f"The key {path} cannot be read: {error.strerror or error}.") from None
    except (asyncssh.KeyEncryptionError, asyncssh.KeyImportError) as error:
        if "assphrase" in str(error) or isinstance(error, asyncssh.KeyEncryptionError):
            raise HostProblem(f"The key {path} has a passphrase; add it to the agent with 'ssh-add {path}'.") from None
        raise HostProblem(f"{path} is not a private key.") from None


def _usual_keys() -> list[Any]:
    """The user's default keys, without those that need a passphrase."""
    keys = []
    for name in _USUAL_KEYS:
        path = Path.home() / ".ssh" / name
        if path.is_file():
            try:
                keys += _read_key(str(path))
            except HostProblem:
                continue
    return keys


def _local_user() -> str:
    import getpass

    return getpass.getuser()
