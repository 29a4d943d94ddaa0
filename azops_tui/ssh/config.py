"""What the user's ``ssh_config`` says of a host, as ``ssh`` itself reads it.

``ssh -G`` evaluates the files, with ``Include``, ``Match``, ``Host *`` and every token, so azops reaches what ``ssh``
reaches. Where there is no ``ssh``, asyncssh's own reader is used, which knows fewer keywords.
"""

from __future__ import annotations

import asyncio
import os
import pwd
import re
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from azops_tui.ssh.problems import HostProblem

Strict = Literal["yes", "ask", "accept-new"]

_PARALLEL = 8
"""Number of ``ssh -G`` processes at a time; more are no faster on few cores."""
_DEFAULT_KEYS = ("id_ed25519", "id_ecdsa", "id_rsa")


class HostSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Settings of one host. Paths are absolute."""

    host_name: str = ""
    """Name or address to connect to; empty for the name as typed."""
    port: int = 22
    user: str = ""
    identity_files: tuple[str, ...] = ()
    """Private keys, or public keys whose private half the agent holds; files that exist."""
    certificate_files: tuple[str, ...] = ()
    identities_only: bool = False
    """True if the agent's other keys are not offered."""
    identity_agent: str = "SSH_AUTH_SOCK"
    """Socket of the agent, the name of a variable that holds it, or ``none``."""
    proxy_jump: tuple[str, ...] = ()
    """Jump hosts as ``[user@]host[:port]``, the one nearest to this machine first."""
    proxy_command: str = ""
    """Command whose standard input and output carry the connection."""
    known_hosts: tuple[str, ...] = ()
    """Files of host keys: the user's own first. New keys are recorded in the first."""
    host_key_alias: str = ""
    strict: Strict = "ask"
    """What happens to an unknown host: refused, asked about, or recorded."""


def default_settings() -> HostSettings:
    """Settings of a host of which no ``ssh_config`` speaks."""
    home = Path.home() / ".ssh"
    keys = tuple(str(home / name) for name in _DEFAULT_KEYS if (home / name).is_file())
    return HostSettings(identity_files=keys, known_hosts=_default_known_hosts())


async def read_settings(hosts: Sequence[tuple[str, str, int | None]], config: Path | None = None) -> list[HostSettings]:
    """Read the settings of hosts, in their order.

    Args:
        hosts: ``(host, user, port)`` as typed; an empty user and no port leave the choice to the files.
        config: a file in place of the user's and the system's.

    Raises:
        HostProblem: the file is not valid; names file and line as ``ssh`` does.
    """
    program = shutil.which("ssh")
    config = config or _config_of_other_home()
    unique = list(dict.fromkeys(hosts))
    limit = asyncio.Semaphore(_PARALLEL)

    async def settings(host: str, user: str, port: int | None) -> HostSettings:
        async with limit:
            if program is None:
                return await asyncio.to_thread(_by_asyncssh, host, user, port, config)
            return parse_settings(await _ask_ssh(program, host, user, port, config))

    read = dict(zip(unique, await asyncio.gather(*(settings(*host) for host in unique)), strict=True))
    return [read[host] for host in hosts]


async def _ask_ssh(program: str, host: str, user: str, port: int | None, config: Path | None) -> str:
    words = [program, "-G"]
    words += ["-F", str(config)] if config else []
    words += ["-l", user] if user else []
    words += ["-p", str(port)] if port else []
    process = await asyncio.create_subprocess_exec(
        *words,
        *("--", host),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await process.communicate()
    if process.returncode:
        reason = errors.decode("utf-8", "replace").strip().splitlines()
        raise HostProblem(f"ssh cannot read its configuration for {host}: {reason[0] if reason else 'no reason given'}")
    text = output.decode("utf-8", "replace")
    return text.replace(f" {_account_home()}/.ssh/", f" {Path.home()}/.ssh/")


def _config_of_other_home() -> Path | None:
    """The file under ``$HOME`` where that is not the account's home, which is the only one that ``ssh`` looks into."""
    if Path.home() == _account_home():
        return None
    path = Path.home() / ".ssh" / "config"
    return path if path.is_file() else Path(os.devnull)


def _account_home() -> Path:
    try:
        return Path(pwd.getpwuid(os.getuid()).pw_dir)
    except KeyError:
        return Path.home()


def parse_settings(output: str) -> HostSettings:
    """Parse what ``ssh -G`` prints: a keyword and a value on each line, keywords repeated for lists."""
    values: dict[str, list[str]] = {}
    for line in output.splitlines():
        word, _, value = line.partition(" ")
        values.setdefault(word.lower(), []).append(value.strip())

    def first(word: str, default: str = "") -> str:
        value = values.get(word, [default])[0]
        return "" if value.lower() == "none" and word != "identityagent" else value

    host_name, port, user = first("hostname"), int(first("port", "22")), first("user")
    known_hosts = [*first("userknownhostsfile").split(), *first("globalknownhostsfile").split()]
    return HostSettings(
        host_name=host_name,
        port=port,
        user=user,
        identity_files=_existing(values.get("identityfile", ())),
        certificate_files=_existing(values.get("certificatefile", ())),
        identities_only=first("identitiesonly") == "yes",
        identity_agent=first("identityagent", "SSH_AUTH_SOCK").strip('"'),
        proxy_jump=tuple(hop.strip() for hop in first("proxyjump").split(",") if hop.strip()),
        proxy_command=first("proxycommand"),
        known_hosts=tuple(_expanded(name) for name in known_hosts) or _default_known_hosts(),
        host_key_alias=first("hostkeyalias"),
        strict=_strictness(first("stricthostkeychecking", "ask")),
    )


def expand_proxy_command(command: str, *, host: str, port: int, user: str, typed: str) -> str:
    """Replace the tokens of a ProxyCommand: ``%h`` host, ``%p`` port, ``%r`` user, ``%n`` host as typed, ``%%``."""
    tokens = {"h": host, "p": str(port), "r": user, "n": typed, "%": "%"}
    return re.sub(r"%([hprn%])", lambda match: tokens[match[1]], command)


def _strictness(word: str) -> Strict:
    """``no`` and ``off`` accept even changed keys in OpenSSH; azops accepts new ones only."""
    strict: dict[str, Strict] = {"yes": "yes", "true": "yes", "accept-new": "accept-new"}
    strict |= {"no": "accept-new", "false": "accept-new", "off": "accept-new"}
    return strict.get(word.lower(), "ask")


def _existing(names: Iterable[str]) -> tuple[str, ...]:
    """Paths of the files that exist; ``ssh -G`` lists the default ones even if they do not."""
    paths = [_expanded(name.strip('"')) for name in names]
    return tuple(dict.fromkeys(path for path in paths if Path(path).is_file()))


def _expanded(name: str) -> str:
    return str(Path(name.strip('"')).expanduser())


def _default_known_hosts() -> tuple[str, ...]:
    home = Path.home() / ".ssh"
    return (
        str(home / "known_hosts"),
        str(home / "known_hosts2"),
        "/etc/ssh/ssh_known_hosts",
        "/etc/ssh/ssh_known_hosts2",
    )


def _by_asyncssh(host: str, user: str, port: int | None, config: Path | None) -> HostSettings:
    """Settings as asyncssh reads them; the defaults where there is no file."""
    import getpass

    import asyncssh
    from asyncssh.config import SSHClientConfig

    path = config or Path.home() / ".ssh" / "config"
    if not path.is_file():
        return default_settings()
    try:
        read = SSHClientConfig.load(None, [path], False, False, False, getpass.getuser(), user or (), host, port or ())
    except (asyncssh.ConfigParseError, OSError) as error:
        raise HostProblem(f"{path} cannot be read: {error}") from None

    def text(word: str) -> str:
        value = read.get(word)
        return "" if value in (None, ()) else str(value)

    def texts(word: str) -> tuple[str, ...]:
        value = read.get(word) or ()
        return (value,) if isinstance(value, str) else tuple(map(str, value)) if isinstance(value, list | tuple) else ()

    default = default_settings()
    return HostSettings(
        host_name=text("Hostname"),
        port=int(text("Port") or 22),
        user=text("User"),
        identity_files=_existing(texts("IdentityFile")) or default.identity_files,
        certificate_files=_existing(texts("CertificateFile")),
        identities_only=bool(read.get("IdentitiesOnly")),
        identity_agent=text("IdentityAgent") or "SSH_AUTH_SOCK",
        proxy_jump=tuple(hop.strip() for hop in text("ProxyJump").split(",") if hop.strip()),
        proxy_command=" ".join(texts("ProxyCommand")),
        known_hosts=tuple(map(_expanded, texts("UserKnownHostsFile"))) or default.known_hosts,
        host_key_alias=text("HostKeyAlias"),
    )
