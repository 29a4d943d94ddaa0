"""Decides about the host keys that asyncssh does not find among the known ones."""

from __future__ import annotations

import asyncssh

from azops_tui.ssh.host_keys import HostKeyQuestion, HostKeys, fingerprint
from azops_tui.ssh.problems import HostProblem
from azops_tui.ssh.targets import Target

_HOST_KEYS = [
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "rsa-sha2-512",
    "rsa-sha2-256",
]


class HostKeyChecker(asyncssh.SSHClient):
    """Decides about host keys that are not trusted. The methods must not be coroutines."""

    def __init__(self, host_keys: HostKeys, target: Target, *, asking: bool) -> None:
        self.host_keys = host_keys
        self._target = target
        self._asking = asking
        self.offered: asyncssh.SSHKey | None = None
        """Key of an unknown host, if there is someone to ask about it."""
        self._refused: asyncssh.SSHKey | None = None

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        """Accept the key of an unknown host if there is nobody to ask; refuse the changed key of a known one."""
        known = [key for key in self.host_keys.lookup(self._target.known_as) if not key.mark]
        if known:
            # Another connection may have recorded the key since this one began.
            if key_parts(key)[1] in {trusted.blob for trusted in known}:
                return True
            self._refused = key
            return False
        if self._asking:
            self.offered = key
            return False
        self.host_keys.record(self._target.known_as, *key_parts(key))
        return True

    def validate_host_ca_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        """Refuse authorities that the file does not name."""
        return False

    def problem(self, where: str) -> HostProblem:
        """Why the key was refused."""
        if self._refused is not None:
            known = [key for key in self.host_keys.lookup(self._target.known_as) if not key.mark]
            algorithm, blob = key_parts(self._refused)
            old = next((key for key in known if key.algorithm == algorithm), known[0])
            return HostProblem(
                f"The host key of {where} has changed from {old.fingerprint} to {fingerprint(blob)}, so "
                f"nothing was sent. If the machine was recreated, remove line {old.line} of {old.path}; "
                "otherwise the connection may be intercepted."
            )
        if self.offered is not None:
            return HostProblem(f"The host key of {where} was not trusted, so nothing was sent.")
        return HostProblem(f"The host key of {where} is revoked or its certificate is not valid, so nothing was sent.")


def key_parts(key: asyncssh.SSHKey) -> tuple[str, str]:
    """Algorithm and Base64 text of a key."""
    words = key.export_public_key("openssh").decode().split()
    return words[0], words[1]


def preferred_algorithms(known: list[str]) -> list[str]:
    """Host key algorithms, those of the known keys first."""
    first = [name for name in _HOST_KEYS if name in known or (name.startswith("rsa-") and "ssh-rsa" in known)]
    return first + [name for name in _HOST_KEYS if name not in first]


def host_key_question(target: Target, key: asyncssh.SSHKey) -> HostKeyQuestion:
    algorithm, blob = key_parts(key)
    return HostKeyQuestion(
        host=target.name, address=target.host_name, port=target.port_number, algorithm=algorithm, blob=blob
    )
