"""SSH targets: address, user, key and jump host."""

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
    """A host, and how to reach it."""

    name: str
    """Name on the screen; unique within a command of a fleet."""
    address: str
    """Name or address to connect to."""
    port: int = 22
    user: str = ""
    """Empty for the local user's name."""
    key: str = ""
    """Path of the private key; empty for the agent's and the user's default keys."""
    via: Target | None = None
    """Jump host."""
    identity: str = ""
    """Name of the host key where machines reuse addresses; empty for the address."""

    @property
    def known_as(self) -> str:
        """Name of the host key in ``known_hosts``."""
        if self.identity:
            return re.sub(r"[\s,*?!|#@]", "_", self.identity)
        return self.address if self.port == 22 else f"[{self.address}]:{self.port}"


def is_alias(name: str, config: Path | None = None) -> bool:
    """True if the user's ``ssh_config`` has a pattern other than ``*`` that matches the host.

    Args:
        name: as the user typed it.
        config: the file; ``~/.ssh/config`` by default. Includes are followed.
    """
    try:
        ipaddress.ip_address(name)
    except ValueError:
        patterns = _patterns(config or Path.home() / ".ssh" / "config", 0)
        return any(pattern != "*" and fnmatch.fnmatchcase(name, pattern) for pattern in patterns)
    return False


async def resolve(target: Target, config: Path | None = None) -> Target:
    """Resolve a target whose address is an alias of ``ssh_config``; return other targets unchanged.

    ``ssh -G`` reads the file, so the result agrees with ``ssh``. Settings of the target take precedence. Without
    ``ssh`` on PATH, targets are not resolved.
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


def _resolved(target: Target, output: str) -> Target:
    settings: dict[str, str] = {}
    for line in output.splitlines():
        word, _, value = line.partition(" ")
        settings.setdefault(word.lower(), value.strip())
    key = target.key or _first_key(output)
    via = target.via
    jump = settings.get("proxyjump", "")
    if via is None and jump and jump.lower() != "none":
        for hop in jump.split(","):
            via = _hop(hop.strip(), via)
    return msgspec.structs.replace(
        target,
        address=settings.get("hostname", target.address),
        port=int(settings.get("port", "22")) if target.port == 22 else target.port,
        user=target.user or settings.get("user", ""),
        key=key,
        via=via,
    )


def _first_key(output: str) -> str:
    """The first identity file that exists; ``ssh -G`` lists the default ones even if they do not exist."""
    for line in output.splitlines():
        word, _, value = line.partition(" ")
        if word.lower() == "identityfile" and Path(value.strip()).expanduser().is_file():
            return str(Path(value.strip()).expanduser())
    return ""


def _hop(text: str, via: Target | None) -> Target | None:
    """Parse a hop of ProxyJump: ``[user@]host[:port]`` or an ``ssh://`` URI."""
    match = re.fullmatch(r"(?:ssh://)?(?:([^@]+)@)?(\[[^\]]+\]|[^:]+)(?::(\d+))?/?", text)
    if not match:
        return via
    host = match[2].strip("[]")
    return Target(host, host, int(match[3] or 22), match[1] or "", via=via)


def _patterns(path: Path, depth: int) -> list[str]:
    """Patterns of the Host lines of a file and its includes, without negated ones."""
    try:
        text = path.read_text("utf-8", "replace")
    except OSError:
        return []
    patterns: list[str] = []
    for line in text.splitlines():
        match = re.match(r"\s*(Host|Include)(?:\s+|\s*=\s*)(.*)", line, re.IGNORECASE)
        if not match:
            continue
        words = [word.strip('"') for word in match[2].split()]
        if match[1].lower() == "host":
            patterns += [word for word in words if not word.startswith("!")]
        elif depth < 8:
            for word in words:
                base = Path(word).expanduser()
                included = base if base.is_absolute() else Path.home() / ".ssh" / base
                patterns += [inner for name in glob.glob(str(included)) for inner in _patterns(Path(name), depth + 1)]
    return patterns
