"""Host keys: recorded on the first connection, checked on all later ones.

The file has OpenSSH's ``known_hosts`` format: names, addresses, ``[name]:port``, patterns, hashed names, and the marks
``@revoked`` and ``@cert-authority``. It is read again only after a change.
"""

from __future__ import annotations

import base64
import binascii
import fcntl
import fnmatch
import hashlib
import hmac
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec

from azops_tui.files import write_private

Mark = Literal["", "@revoked", "@cert-authority"]


class KnownKey(msgspec.Struct, frozen=True):
    """A line of the file."""

    line: int
    mark: Mark
    algorithm: str
    blob: str
    """The key in Base64."""
    path: str = ""
    """The file that the line is in."""

    @property
    def fingerprint(self) -> str:
        """``SHA256:…`` as ``ssh-keygen -l`` prints it."""
        return fingerprint(self.blob)


class HostKeyQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """Question whether an unknown host is to be trusted."""

    host: str
    """Name of the target."""
    address: str
    port: int
    algorithm: str
    blob: str
    """The key in Base64."""

    @property
    def fingerprint(self) -> str:
        """``SHA256:…`` as ``ssh-keygen -l`` prints it."""
        return fingerprint(self.blob)

    @property
    def sentence(self) -> str:
        where = self.address if self.port == 22 else f"{self.address}:{self.port}"
        return f"{self.host} ({where}) is an unknown host; its {self.algorithm} key is {self.fingerprint}."


class HostKeys:
    """Keys of the known hosts."""

    def __init__(self, path: str | Path, others: Sequence[str | Path] = ()) -> None:
        """Read nothing before the first lookup.

        Args:
            path: the file; it and its folder are created when the first key is recorded.
            others: files that are only read, for example the system's.
        """
        self.path = Path(path)
        self._others = [HostKeys(other) for other in others]
        self._stamp: tuple[int, int] | None = None
        self._lines = 0
        self._plain: dict[str, list[KnownKey]] = {}
        self._hashed: list[tuple[bytes, bytes, KnownKey]] = []
        self._patterns: list[tuple[list[str], KnownKey]] = []
        self._cache: dict[str, tuple[KnownKey, ...]] = {}

    def lookup(self, name: str) -> tuple[KnownKey, ...]:
        """All lines that apply to a host.

        Args:
            name: ``address``, or ``[address]:port`` for a port other than 22; case-insensitive.
        """
        name = name.lower()
        return tuple(key for book in (self, *self._others) for key in book._own(name))

    def _own(self, name: str) -> tuple[KnownKey, ...]:
        """Lines of the first file."""
        self._refresh()
        if name not in self._cache:
            keys = list(self._plain.get(name, ()))
            keys += [key for salt, digest, key in self._hashed if hmac.digest(salt, name.encode(), "sha1") == digest]
            keys += [key for patterns, key in self._patterns if _matches(patterns, name)]
            self._cache[name] = tuple(sorted(keys, key=lambda key: key.line))
        return self._cache[name]

    def record(self, name: str, algorithm: str, blob: str) -> None:
        """Add a key to the file, unless the file has it.

        Raises:
            OSError: the file cannot be written.
        """
        if any(key.blob == blob and not key.mark for key in self.lookup(name)):
            return
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            # Several azops processes may record keys at once: the lock keeps lines whole.
            fcntl.flock(handle, fcntl.LOCK_EX)
            size = os.fstat(handle).st_size
            open_line = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
            line = f"{name.lower()} {algorithm} {blob}"
            os.write(handle, (("\n" if open_line else "") + line + "\n").encode())
            after = os.fstat(handle)
        finally:
            os.close(handle)
        if size == (self._stamp[1] if self._stamp is not None else 0):
            # No other process wrote: keep the cache instead of reading thousands of lines again.
            self._lines += 1
            self._read(self._lines, line)
            self._cache.pop(name.lower(), None)
            self._stamp = (after.st_mtime_ns, after.st_size)

    def forget(self, name: str) -> int:
        """Remove a deleted host's lines from the file; return their number.

        Patterns, and lines that name other hosts too, are kept.

        Raises:
            OSError: the file cannot be written.
        """
        own_lines = {key.line for key in self._own(name.lower()) if not key.mark}
        if not own_lines:
            return 0
        lines = self.path.read_text("utf-8", "replace").splitlines(keepends=True)
        kept, removed = [], 0
        for number, line in enumerate(lines, 1):
            names = line.split(None, 1)[0] if line.strip() else ""
            if number in own_lines and "," not in names and not set(names) & set("*?!"):
                removed += 1
            else:
                kept.append(line)
        write_private(self.path, "".join(kept))
        return removed

    def for_asyncssh(self, name: str) -> tuple[list[Any], list[Any], list[Any]]:
        """Trusted keys, certificate authorities and revoked keys of a host, for asyncssh.

        Skips keys that asyncssh cannot read, for example of an unknown algorithm.
        """
        import asyncssh

        sorted_keys: dict[str, list[Any]] = {"": [], "@cert-authority": [], "@revoked": []}
        for key in self.lookup(name):
            try:
                sorted_keys[key.mark].append(asyncssh.import_public_key(f"{key.algorithm} {key.blob}"))
            except (asyncssh.KeyImportError, ValueError):
                continue
        return sorted_keys[""], sorted_keys["@cert-authority"], sorted_keys["@revoked"]

    def _refresh(self) -> None:
        """Read the file if it has changed."""
        try:
            status = self.path.stat()
            stamp = (status.st_mtime_ns, status.st_size)
        except OSError:
            stamp = None
        if stamp == self._stamp and (stamp is not None or not self._plain):
            return
        self._stamp = stamp
        self._plain, self._hashed, self._patterns, self._cache = {}, [], [], {}
        self._lines = 0
        if stamp is None:
            return
        text = self.path.read_text("utf-8", "replace")
        for line in text.splitlines():
            self._lines += 1
            self._read(self._lines, line)

    def _read(self, number: int, line: str) -> None:
        """Parse a line; skip a malformed one, as ``ssh`` does."""
        words = line.split()
        if not words or words[0].startswith("#"):
            return
        mark: Mark = ""
        if words[0].startswith("@"):
            if words[0] == "@revoked":
                mark = "@revoked"
            elif words[0] == "@cert-authority":
                mark = "@cert-authority"
            else:
                return
            words = words[1:]
        if len(words) < 3:
            return
        key = KnownKey(number, mark, words[1], words[2], str(self.path))
        names = words[0]
        if names.startswith("|1|"):
            try:
                salt, digest = (base64.b64decode(part, validate=True) for part in names[3:].split("|", 1))
            except (binascii.Error, ValueError):
                return
            self._hashed.append((salt, digest, key))
        elif set(names) & set("*?!"):
            self._patterns.append((names.lower().split(","), key))
        else:
            for name in names.lower().split(","):
                self._plain.setdefault(
                    name.removesuffix("]:22").lstrip("[") if name.endswith("]:22") else name, []
                ).append(key)


def fingerprint(blob: str) -> str:
    """Fingerprint ``SHA256:…`` of a key in Base64."""
    try:
        raw = base64.b64decode(blob)
    except (binascii.Error, ValueError):
        return "SHA256:?"
    return "SHA256:" + base64.b64encode(hashlib.sha256(raw).digest()).decode().rstrip("=")


def _matches(patterns: list[str], name: str) -> bool:
    """True if a list of patterns matches the host; a negated pattern that matches excludes it."""
    if any(pattern.startswith("!") and _like(name, pattern[1:]) for pattern in patterns):
        return False
    return any(not pattern.startswith("!") and _like(name, pattern) for pattern in patterns)


def _like(name: str, pattern: str) -> bool:
    """Match ``*`` and ``?`` only; a bracket is part of ``[host]:port``."""
    return fnmatch.fnmatchcase(name, pattern.replace("[", "[[]"))
