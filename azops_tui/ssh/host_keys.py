"""Host keys: recorded when a host is first met, checked ever after.

The file is ``known_hosts`` as OpenSSH has it: names, addresses, ``[name]:port``, patterns, hashed names, and the marks
``@revoked`` and ``@cert-authority``. It is read once and again only when it has changed.
"""

from __future__ import annotations

import base64
import binascii
import fcntl
import fnmatch
import hashlib
import hmac
import os
from pathlib import Path
from typing import Any, Literal

import msgspec

Mark = Literal["", "@revoked", "@cert-authority"]


class KnownKey(msgspec.Struct, frozen=True):
    """One line of the file."""

    line: int
    mark: Mark
    algorithm: str
    blob: str
    """The key in Base64."""

    @property
    def fingerprint(self) -> str:
        """``SHA256:…`` as ``ssh-keygen -l`` prints it."""
        return fingerprint(self.blob)


class HostKeyQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """A host that is met for the first time: is it the right one?"""

    host: str
    """What the target is called."""
    address: str
    port: int
    algorithm: str
    fingerprint: str

    @property
    def sentence(self) -> str:
        """The question in one sentence."""
        where = self.address if self.port == 22 else f"{self.address}:{self.port}"
        key = f"its {self.algorithm} key is {self.fingerprint}"
        return f"{self.host} ({where}) is met for the first time; {key}. Trust it?"


class HostKeys:
    """The keys of known hosts."""

    def __init__(self, path: str | Path) -> None:
        """Nothing is read before the first look-up.

        Args:
            path: the file; it and its folder are made when the first key is recorded.
        """
        self.path = Path(path)
        self._stamp: tuple[int, int] | None = None
        self._lines = 0
        self._plain: dict[str, list[KnownKey]] = {}
        self._hashed: list[tuple[bytes, bytes, KnownKey]] = []
        self._patterns: list[tuple[list[str], KnownKey]] = []
        self._found: dict[str, tuple[KnownKey, ...]] = {}

    def lookup(self, name: str) -> tuple[KnownKey, ...]:
        """All lines about a host.

        Args:
            name: as ``address``, or ``[address]:port`` for a port other than 22; case does not matter.
        """
        self._refresh()
        name = name.lower()
        if name not in self._found:
            found = list(self._plain.get(name, ()))
            found += [key for salt, digest, key in self._hashed if hmac.digest(salt, name.encode(), "sha1") == digest]
            found += [key for patterns, key in self._patterns if _matches(patterns, name)]
            self._found[name] = tuple(sorted(found, key=lambda key: key.line))
        return self._found[name]

    def record(self, name: str, algorithm: str, blob: str) -> None:
        """Adds a key to the file, unless it is there already.

        Raises:
            OSError: the file cannot be written.
        """
        if any(key.blob == blob and not key.mark for key in self.lookup(name)):
            return
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            # Several azops may learn hosts at once: one writes at a time, and each line whole.
            fcntl.flock(handle, fcntl.LOCK_EX)
            size = os.fstat(handle).st_size
            open_line = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
            line = f"{name.lower()} {algorithm} {blob}"
            os.write(handle, (("\n" if open_line else "") + line + "\n").encode())
            after = os.fstat(handle)
        finally:
            os.close(handle)
        if size == (self._stamp[1] if self._stamp is not None else 0):
            # Nobody else wrote meanwhile: what is known stays, and thousands of lines are not read again.
            self._lines += 1
            self._read(self._lines, line)
            self._found.pop(name.lower(), None)
            self._stamp = (after.st_mtime_ns, after.st_size)

    def forget(self, name: str) -> int:
        """Takes a host's own lines out of the file, for a machine that is gone; returns how many there were.

        Patterns and lines that name other hosts too are left alone.

        Raises:
            OSError: the file cannot be written.
        """
        gone = {key.line for key in self.lookup(name) if not key.mark}
        if not gone:
            return 0
        lines = self.path.read_text("utf-8", "replace").splitlines(keepends=True)
        kept, removed = [], 0
        for number, line in enumerate(lines, 1):
            names = line.split(None, 1)[0] if line.strip() else ""
            if number in gone and "," not in names and not set(names) & set("*?!"):
                removed += 1
            else:
                kept.append(line)
        temporary = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as file:
            file.writelines(kept)
        os.replace(temporary, self.path)
        return removed

    def for_asyncssh(self, name: str) -> tuple[list[Any], list[Any], list[Any]]:
        """Trusted keys, certificate authorities and revoked keys of a host, as asyncssh takes them.

        Lines with keys that it cannot read, such as those of an unknown kind, are left out.
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
        """Reads the file if it is new or has changed."""
        try:
            status = self.path.stat()
            stamp = (status.st_mtime_ns, status.st_size)
        except OSError:
            stamp = None
        if stamp == self._stamp and (stamp is not None or not self._plain):
            return
        self._stamp = stamp
        self._plain, self._hashed, self._patterns, self._found = {}, [], [], {}
        self._lines = 0
        if stamp is None:
            return
        text = self.path.read_text("utf-8", "replace")
        for line in text.splitlines():
            self._lines += 1
            self._read(self._lines, line)

    def _read(self, number: int, line: str) -> None:
        """One line; one that cannot be understood is passed over, as ``ssh`` does."""
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
        key = KnownKey(number, mark, words[1], words[2])
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
    """``SHA256:…`` of a key in Base64."""
    try:
        raw = base64.b64decode(blob)
    except (binascii.Error, ValueError):
        return "SHA256:?"
    return "SHA256:" + base64.b64encode(hashlib.sha256(raw).digest()).decode().rstrip("=")


def _matches(patterns: list[str], name: str) -> bool:
    """Whether a list of patterns means the host: a negated one that matches outweighs all others."""
    if any(pattern.startswith("!") and _like(name, pattern[1:]) for pattern in patterns):
        return False
    return any(not pattern.startswith("!") and _like(name, pattern) for pattern in patterns)


def _like(name: str, pattern: str) -> bool:
    """Only ``*`` and ``?`` are special; a bracket is part of ``[host]:port``."""
    return fnmatch.fnmatchcase(name, pattern.replace("[", "[[]"))
