"""Hosts to reach: where they are, as whom, and by way of what."""

from __future__ import annotations

import asyncio
import fnmatch
import glob
import ipaddress
import re
import shutil
from pathlib import Path

import msgspec


class Target(msgspec.Struct, frozen=True):
    """A host and how it is reached."""

    name: str
    """What it is called on the screen; unique within one run of a fleet."""
    address: str
    """Name or address to connect to."""
    port: int = 22
    user: str = ""
    """Empty for the name of the local user."""
    key: str = ""
    """Path of the private key; empty for the agent's and the user's usual ones."""
    via: Target | None = None
    """The host to jump over."""
    identity: str = ""
    """What its host key is remembered under, where addresses go from one machine to the next; else the address."""

    @property
    def known_as(self) -> str:
        """The name its host key is remembered under, as ``known_hosts`` has it."""
        if self.identity:
            return re.sub(r"[\s,*?!|#@]", "_", self.identity)
        return self.address if self.port == 22 else f"[{self.address}]:{self.port}"


def is_alias(name: str, config: Path | None = None) -> bool:
    """Whether the user's ``ssh_config`` has something to say about this very host, more than about every host.

    Args:
        name: as the user wrote it.
        config: the file; ``~/.ssh/config`` by default. Its includes are read.
    """
    try:
        ipaddress.ip_address(name)
    except ValueError:
        patterns = _patterns(config or Path.home() / ".ssh" / "config", 0)
        return any(pattern != "*" and fnmatch.fnmatchcase(name, pattern) for pattern in patterns)
    return False


async def resolve(target: Target, config: Path | None = None) -> Target:
    """The target as ``ssh`` would reach it, where its address is an alias of ``ssh_config``; else the target itself.

    ``ssh -G`` is asked, the one reader of that file that agrees with ``ssh``. What the target says itself is kept.
    Without ``ssh`` on PATH nothing is resolved.
    """
    program = shutil.which("ssh")
    if program is None or not is_alias(target.address, config):
        return target
    words = [program, "-G", *(["-F", str(config)] if config else []), "--", target.address]
    process = await asyncio.create_subprocess_exec(
        *words, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    output, _ = await process.communicate()
    if process.returncode:
        return target
    return _resolved(target, output.decode("utf-8", "replace"))


def _resolved(target: Target, said: str) -> Target:
    found: dict[str, str] = {}
    for line in said.splitlines():
        word, _, value = line.partition(" ")
        found.setdefault(word.lower(), value.strip())
    key = target.key or _first_key(said)
    via = target.via
    jump = found.get("proxyjump", "")
    if via is None and jump and jump.lower() != "none":
        for hop in jump.split(","):
            via = _hop(hop.strip(), via)
    return msgspec.structs.replace(
        target,
        address=found.get("hostname", target.address),
        port=int(found.get("port", "22")) if target.port == 22 else target.port,
        user=target.user or found.get("user", ""),
        key=key,
        via=via,
    )


def _first_key(said: str) -> str:
    """The first identity file that exists; ``ssh -G`` lists the usual ones too, whether they are there or not."""
    for line in said.splitlines():
        word, _, value = line.partition(" ")
        if word.lower() == "identityfile" and Path(value.strip()).expanduser().is_file():
            return str(Path(value.strip()).expanduser())
    return ""


def _hop(text: str, via: Target | None) -> Target | None:
    """A hop of ProxyJump: ``[user@]host[:port]`` or an ``ssh://`` URI."""
    match = re.fullmatch(r"(?:ssh://)?(?:([^@]+)@)?(\[[^\]]+\]|[^:]+)(?::(\d+))?/?", text)
    if not match:
        return via
    host = match[2].strip("[]")
    return Target(host, host, int(match[3] or 22), match[1] or "", via=via)


def _patterns(path: Path, depth: int) -> list[str]:
    """Patterns of the Host lines of a file and its includes; negated ones left out."""
    try:
        text = path.read_text("utf-8", "replace")
    except OSError:
        return []
    found: list[str] = []
    for line in text.splitlines():
        match = re.match(r"\s*(Host|Include)(?:\s+|\s*=\s*)(.*)", line, re.IGNORECASE)
        if not match:
            continue
        words = [word.strip('"') for word in match[2].split()]
        if match[1].lower() == "host":
            found += [word for word in words if not word.startswith("!")]
        elif depth < 8:
            for word in words:
                base = Path(word).expanduser()
                included = base if base.is_absolute() else Path.home() / ".ssh" / base
                found += [inner for name in glob.glob(str(included)) for inner in _patterns(Path(name), depth + 1)]
    return found
