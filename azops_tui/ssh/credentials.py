"""Keys to sign in with, in OpenSSH's order: certificates and keys of the agent, then key files.

Each file is read once, in a thread because decryption is slow. A key that needs a passphrase is used through the agent
if the agent holds it; else its passphrase is asked for once.
"""

from __future__ import annotations

import asyncio
import copy
import os
from pathlib import Path
from typing import Any

import asyncssh

from azops_tui.ssh.challenges import AskAnswers, SignInPrompt
from azops_tui.ssh.config import default_settings
from azops_tui.ssh.problems import HostProblem
from azops_tui.ssh.targets import Target


class Credentials:
    """The user's keys, read once for all hosts of a fleet."""

    def __init__(self, ask: AskAnswers | None = None) -> None:
        self._ask = ask
        self._asking = asyncio.Lock()
        self._agents: dict[str, asyncio.Future[tuple[Any, list[Any]]]] = {}
        self._files: dict[str, asyncio.Future[Any]] = {}

    async def keys(self, target: Target) -> tuple[list[Any], str]:
        """Keys to offer to a host, and a hint for the case that it accepts none of them.

        Raises:
            HostProblem: the target names a key file that cannot be used.
        """
        settings = target.settings
        if settings is None or not settings.host_name:
            settings = await asyncio.to_thread(default_settings)
        socket = "" if target.key and not target.settings else _socket(settings.identity_agent)
        held = await self._held_by_agent(socket)
        files = (target.key,) if target.key else settings.identity_files
        certificates = await asyncio.to_thread(_certificates, files, settings.certificate_files)
        from_agent, from_files, locked = [], [], []
        named: set[bytes] = set()
        for name in files:
            public = await asyncio.to_thread(_public_data, name)
            pair = next((key for key in held if public and key.public_data == public), None)
            if pair is not None:
                named.add(public)
                from_agent += [*_certified(pair, certificates), copy.copy(pair)]
                continue
            try:
                key = await self._file(name)
            except HostProblem:
                if target.key:
                    raise
                locked.append(name)
                continue
            if key is not None:
                from_files += [(key, certificate) for certificate in certificates.get(key.public_data, ())]
                from_files.append(key)
        if not settings.identities_only and not target.key:
            from_agent += [copy.copy(key) for key in held if key.public_data not in named]
        hint = f" {locked[0]} has a passphrase; add it to the agent with 'ssh-add {locked[0]}'." if locked else ""
        return [*from_agent, *from_files], hint

    async def close(self) -> None:
        """Close the connections to agents."""
        for future in self._agents.values():
            if future.done() and not future.exception() and future.result()[0] is not None:
                future.result()[0].close()
        self._agents.clear()

    async def _held_by_agent(self, socket: str) -> list[Any]:
        if not socket:
            return []
        if socket not in self._agents:
            self._agents[socket] = asyncio.ensure_future(_agent_keys(socket))
        return (await asyncio.shield(self._agents[socket]))[1]

    async def _file(self, name: str) -> Any:
        if name not in self._files:
            self._files[name] = asyncio.ensure_future(self._read(name))
            self._files[name].add_done_callback(lambda task: task.cancelled() or task.exception())
        return await asyncio.shield(self._files[name])

    async def _read(self, name: str) -> Any:
        """The private key in a file; None for a public key, which only an agent can use."""
        path = await asyncio.to_thread(os.path.expanduser, name)
        passphrase: str | None = None
        for attempt in range(4):
            try:
                return await asyncio.to_thread(asyncssh.read_private_key, path, passphrase)
            except OSError as error:
                raise HostProblem(f"The key {path} cannot be read: {error.strerror or error}.") from None
            except (asyncssh.KeyEncryptionError, asyncssh.KeyImportError) as error:
                is_locked = isinstance(error, asyncssh.KeyEncryptionError) or "assphrase" in str(error)
                if not is_locked:
                    if await asyncio.to_thread(_public_data, path):
                        return None
                    raise HostProblem(f"{path} is not a private key.") from None
                if self._ask is None or attempt == 3:
                    message = f"The key {path} has a passphrase; add it to the agent with 'ssh-add {path}'."
                    raise HostProblem(message) from None
            async with self._asking:
                lines = ["The passphrase was not right."] if attempt else []
                answers = await self._ask(f"Unlock the key {path}", lines, [SignInPrompt("Passphrase")])
            passphrase = answers[0] if answers else None
            if not passphrase:
                raise HostProblem(f"The key {path} has a passphrase, which was not given.")
        raise AssertionError("the last attempt returns or raises")


async def _agent_keys(socket: str) -> tuple[Any, list[Any]]:
    """The agent's connection and its keys; no keys where no agent answers."""
    try:
        agent = await asyncssh.connect_agent(socket)
        return agent, list(await agent.get_keys())
    except (OSError, asyncssh.Error, ValueError):
        return None, []


def _socket(identity_agent: str) -> str:
    """Path of the agent's socket; empty for none."""
    if identity_agent.lower() == "none":
        return ""
    if identity_agent == "SSH_AUTH_SOCK":
        return os.environ.get("SSH_AUTH_SOCK", "")
    if identity_agent.startswith("$"):
        return os.environ.get(identity_agent.strip("${}"), "")
    return str(Path(identity_agent).expanduser())


def _public_data(name: str) -> bytes:
    """The public key of a key file, from ``NAME.pub`` or from the file itself; empty if there is none to read."""
    for candidate in (f"{name}.pub", name):
        try:
            return bytes(asyncssh.read_public_key(str(Path(candidate).expanduser())).public_data)
        except (OSError, asyncssh.KeyImportError, ValueError):
            continue
    return b""


def _certificates(files: tuple[str, ...], named: tuple[str, ...]) -> dict[bytes, list[Any]]:
    """User certificates by the public key that they certify: the named ones, and ``KEY-cert.pub`` beside each key."""
    certificates: dict[bytes, list[Any]] = {}
    for name in dict.fromkeys([*named, *(f"{file.removesuffix('.pub')}-cert.pub" for file in files)]):
        try:
            certificate = asyncssh.read_certificate(str(Path(name).expanduser()))
        except (OSError, asyncssh.KeyImportError, ValueError):
            continue
        certificates.setdefault(bytes(certificate.key.public_data), []).append(certificate)
    return certificates


def _certified(pair: Any, certificates: dict[bytes, list[Any]]) -> list[Any]:
    """Copies of an agent's key with each of its certificates."""
    certified = []
    for certificate in certificates.get(pair.public_data, ()):
        with_certificate = copy.copy(pair)
        with_certificate.set_certificate(certificate)
        certified.append(with_certificate)
    return certified
