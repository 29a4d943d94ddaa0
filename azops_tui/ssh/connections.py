"""SSH connections: opened once, shared, and refused if the host's key has changed."""

from __future__ import annotations

import asyncio
import inspect
import logging
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

import asyncssh

from azops_tui.ssh.challenges import AskAnswers, Challenges, SignIn
from azops_tui.ssh.config import expand_proxy_command
from azops_tui.ssh.credentials import Credentials
from azops_tui.ssh.host_key_checker import HostKeyChecker, host_key_question, preferred_algorithms
from azops_tui.ssh.host_keys import HostKeyQuestion, HostKeys
from azops_tui.ssh.problems import HostProblem, explain
from azops_tui.ssh.targets import Target

# Without a handler, asyncssh's warnings overwrite the screen.
logging.getLogger("asyncssh").addHandler(logging.NullHandler())

Route = Callable[[str], Awaitable[tuple[str, int] | None] | tuple[str, int] | None]
"""Returns the endpoint behind an address; None for the address itself. Port 0 means that nothing listens."""
AskHostKeys = Callable[[Sequence[HostKeyQuestion]], Awaitable[bool] | bool]
"""Returns True if all of these unknown hosts are to be trusted."""

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
_SCANS = 50
"""Number of unknown hosts whose keys are requested at a time."""


class Connections:
    """Connections of a fleet, by target. Open connections are reused."""

    def __init__(
        self,
        host_keys: HostKeys,
        *,
        route: Route | None = None,
        routed_host_keys: HostKeys | None = None,
        ask_host_keys: AskHostKeys | None = None,
        ask_answers: AskAnswers | None = None,
        connect_timeout: float = 15,
        keepalive: float = 5,
        keepalive_misses: int = 3,
    ) -> None:
        """Open no connection yet.

        Args:
            host_keys: keys of the known hosts, for targets whose settings name no files.
            route: returns the endpoint behind an address.
            routed_host_keys: keys of the hosts behind a route, which are trusted at first sight; they count for no
                other host, and other files not for them. Without it, ``host_keys`` serves them too.
            ask_host_keys: called before unknown hosts are trusted; without it, they are trusted.
            ask_answers: called for the passphrase of a locked key, and for passwords and codes that hosts ask for;
                without it, such a key is not used, and hosts are not answered.
            connect_timeout: seconds allowed for connecting and signing in.
            keepalive: seconds of silence before a keep-alive message is sent.
            keepalive_misses: unanswered keep-alive messages after which the connection counts as lost.
        """
        self.host_keys = host_keys
        self.connect_timeout = connect_timeout
        self._route = route
        self._routed_host_keys = routed_host_keys
        self._ask = ask_host_keys
        self._credentials = Credentials(ask_answers)
        self._challenges = Challenges(ask_answers)
        self._books: dict[tuple[str, ...], HostKeys] = {}
        self._open: dict[Target, asyncio.Future[asyncssh.SSHClientConnection]] = {}
        self._next = 0.0
        self._asking = asyncio.Lock()
        self._declined: set[str] = set()
        self._proxies: list[asyncio.subprocess.Process] = []
        self._base = asyncssh.SSHClientConnectionOptions(
            config=None,
            known_hosts=([], [], []),
            kex_algs=_KEX,
            gss_host=None,
            agent_path=None,
            client_keys=None,
            x509_trusted_certs=None,
            x509_trusted_cert_paths=[],
            login_timeout=0,  # the limit around each attempt, which stands still while a person is asked
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

    async def introduce(self, targets: Sequence[Target]) -> None:
        """Ask about all unknown hosts among the targets with one question, before anything runs on any of them.

        Jump hosts come first, in a question of their own: without them, the keys behind them cannot be seen. A host
        that cannot be reached is left to :meth:`connect`, which says why.
        """
        self._challenges.begin()
        if self._ask is None:
            return
        self._declined.clear()
        for level in _by_distance(targets):
            limit = asyncio.Semaphore(_SCANS)
            questions = await asyncio.gather(*(self._unknown(target, limit) for target in level))
            unknown = {question: target for question, target in zip(questions, level, strict=True) if question}
            if not unknown:
                continue
            if not await self._agreed(list(unknown)):
                self._declined.update(question.blob for question in unknown)
                continue
            for question, target in unknown.items():
                self._book(target).record(target.known_as, question.algorithm, question.blob)

    async def _unknown(self, target: Target, limit: asyncio.Semaphore) -> HostKeyQuestion | None:
        """The question about a host whose key is not known; None for any other host."""
        async with limit:
            try:
                tunnel = await self.connect(target.via) if target.via is not None else None
                host, port, is_routed = await self._reach(target, tunnel)
                book = self._book(target)
                if is_routed or _strictness(target) != "ask" or any(not k.mark for k in book.lookup(target.known_as)):
                    return None
                await self._pace()
                checker = HostKeyChecker(book, target, asking=True)
                async with asyncio.timeout(self.connect_timeout):
                    connection = await self._open_connection(host, port, target, checker, None, tunnel)
                connection.abort()  # a certificate of a known authority was enough
            except asyncssh.HostKeyNotVerifiable:
                return host_key_question(target, checker.offered) if checker.offered is not None else None
            except (OSError, asyncssh.Error, HostProblem, ValueError):
                return None
            return None

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
        for process in self._proxies:
            if process.returncode is None:
                process.terminate()
            await process.wait()
        self._proxies.clear()
        await self._credentials.close()

    async def _connect(self, target: Target) -> asyncssh.SSHClientConnection:
        hint = ""
        tunnel = await self.connect(target.via) if target.via is not None else None
        try:
            host, port, is_routed = await self._reach(target, tunnel)
            keys, hint = await self._credentials.keys(target)
            book = self._routed_host_keys if is_routed and self._routed_host_keys is not None else self._book(target)
            strict = "accept-new" if is_routed and self._routed_host_keys is not None else _strictness(target)
            for attempt in (1, 2):
                await self._pace()
                asking = strict == "yes" or (strict == "ask" and self._ask is not None)
                checker = SignIn(book, target, _user(target), self._challenges, asking=asking)
                try:
                    async with asyncio.timeout(self.connect_timeout) as limit:
                        checker.limit, checker.seconds = limit, self.connect_timeout
                        return await self._open_connection(host, port, target, checker, keys, tunnel)
                except asyncssh.HostKeyNotVerifiable:
                    unknown = checker.offered if strict != "yes" else None
                    if unknown is None or attempt == 2 or not await self._trusts(book, target, unknown):
                        raise checker.problem(target.where) from None
            raise AssertionError("the second attempt returns or raises")
        except asyncssh.PermissionDenied as error:
            raise HostProblem(f"{explain(error, target.where, self.connect_timeout)}{hint}") from None
        except (OSError, asyncssh.Error, HostProblem, ValueError) as error:
            raise explain(error, target.where, self.connect_timeout) from None

    async def _open_connection(
        self,
        host: str,
        port: int,
        target: Target,
        checker: HostKeyChecker,
        keys: list[Any] | None,
        tunnel: asyncssh.SSHClientConnection | None,
    ) -> asyncssh.SSHClientConnection:
        trusted, authorities, revoked = checker.host_keys.for_asyncssh(target.known_as)
        # A certificate is useful only if its authority is known; otherwise the plain key is requested.
        plain = preferred_algorithms(
            [key.algorithm for key in checker.host_keys.lookup(target.known_as) if not key.mark]
        )
        algorithms = [f"{name}-cert-v01@openssh.com" for name in plain] + plain if authorities else plain
        user = _user(target)
        command = target.settings.proxy_command if target.settings is not None and tunnel is None else ""
        sock = None
        if command:
            expanded = expand_proxy_command(command, host=host, port=port, user=user, typed=target.address)
            sock = await self._start_proxy(expanded)
        connection, _ = await asyncssh.create_connection(
            lambda: checker,
            host,
            port,
            options=self._base,
            tunnel=tunnel if tunnel is not None else (),
            sock=sock,
            username=user,
            known_hosts=(trusted, authorities, revoked),
            host_key_alias=(target.settings.host_key_alias if target.settings is not None else "") or None,
            server_host_key_algs=algorithms,
            client_keys=keys or None,
        )
        return connection

    async def _start_proxy(self, command: str) -> socket.socket:
        """Start a proxy command and return the socket that is connected to its standard input and output."""
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        try:
            process = await asyncio.create_subprocess_exec(
                "/bin/sh",
                "-c",
                f"exec {command}",
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                stderr=asyncio.subprocess.DEVNULL,
            )
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        self._proxies.append(process)
        return ours

    async def _reach(self, target: Target, tunnel: object) -> tuple[str, int, bool]:
        """Host and port to connect to, and whether they are a route. A jump host resolves the address behind it."""
        if not target.host_name:
            raise HostProblem(f"{target.name} has no address to connect to.")
        if tunnel is None:
            routed = await self._routed(target.address)
            if routed is not None and routed[1] == 0:
                raise HostProblem(f"Nothing listens on {target.address}: the machine is stopped or deleted.")
            if routed is not None:
                return *routed, True
        # A machine behind a routed jump host is one of the same network.
        return target.host_name, target.port_number, await self.is_routed(target.via)

    async def is_routed(self, target: Target | None) -> bool:
        """True if a jump host, or one before it, is behind a route."""
        if target is None:
            return False
        return await self._routed(target.address) is not None or await self.is_routed(target.via)

    async def _routed(self, address: str) -> tuple[str, int] | None:
        """The endpoint behind an address; None for the address itself."""
        if self._route is None:
            return None
        try:
            route = self._route(address)
            return await route if inspect.isawaitable(route) else route
        except Exception as error:  # raised by the caller's function, with a text for people
            raise HostProblem(str(error)) from error

    def _book(self, target: Target) -> HostKeys:
        """The files of host keys that count for a target."""
        if target.settings is None or not target.settings.known_hosts:
            return self.host_keys
        files = target.settings.known_hosts
        if files not in self._books:
            self._books[files] = HostKeys(files[0], files[1:])
        return self._books[files]

    async def _trusts(self, book: HostKeys, target: Target, key: asyncssh.SSHKey) -> bool:
        """Ask about an unknown host, one question at a time, and record its key if it is trusted."""
        question = host_key_question(target, key)
        async with self._asking:
            if any(known.blob == question.blob for known in book.lookup(target.known_as) if not known.mark):
                return True
            if question.blob in self._declined or not await self._agreed([question]):
                return False
            book.record(target.known_as, question.algorithm, question.blob)
            return True

    async def _agreed(self, questions: Sequence[HostKeyQuestion]) -> bool:
        answer = self._ask(questions) if self._ask is not None else True
        return await answer if inspect.isawaitable(answer) else answer

    async def _pace(self) -> None:
        """Wait until the next connection may start."""
        now = asyncio.get_running_loop().time()
        self._next = max(self._next + PACE, now)
        if self._next > now:
            await asyncio.sleep(self._next - now)


def _strictness(target: Target) -> str:
    return target.settings.strict if target.settings is not None else "ask"


def _by_distance(targets: Iterable[Target]) -> list[list[Target]]:
    """Targets and their jump hosts, those that are reached directly first."""
    levels: dict[int, dict[Target, None]] = {}
    for target in targets:
        chain = [target]
        while chain[-1].via is not None:
            chain.append(chain[-1].via)
        for distance, hop in enumerate(reversed(chain)):
            levels.setdefault(distance, {})[hop] = None
    return [list(levels[distance]) for distance in sorted(levels)]


def _user(target: Target) -> str:
    import getpass

    return target.user or (target.settings.user if target.settings is not None else "") or getpass.getuser()
