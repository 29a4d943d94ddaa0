"""SSH targets: address, user, key and jump host."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import msgspec

from azops_tui.ssh.config import HostSettings, read_settings


def split_hosts(hosts: str) -> list[str]:
    """The parts of an expression, which white space and commas separate; a part in brackets stays whole."""
    return re.findall(r"(?:\[[^\]]*\]|[^\s,\[])+", hosts)


def expand_hosts(hosts: str | Sequence[str]) -> list[str]:
    """Expand host expressions as ClusterShell writes them, in order and without repetitions.

    Args:
        hosts: expressions such as ``web[1-10,15]!web3``; in a text, separated by white space or by commas.

    Raises:
        HostProblem: an expression is not valid.
    """
    from azops_tui.ssh.problems import HostProblem

    words = split_hosts(hosts) if isinstance(hosts, str) else list(hosts)
    expanded: dict[str, None] = {}
    for word in words:
        user, at, host = ("", "", word) if word.startswith("@") else word.rpartition("@")
        if not re.search(r"\[\d[\d,/-]*\]|[!&^@]", host):
            expanded[word] = None
            continue
        from ClusterShell.NodeSet import NodeSet, NodeSetException

        name, colon, port = host.rpartition(":") if re.search(r":\d{1,5}$", host) else (host, "", "")
        try:
            nodes = NodeSet(name)
        except NodeSetException as error:
            raise HostProblem(f"'{word}' is not a valid host expression: {error}.") from None
        expanded |= {f"{user}{at}{node}{colon}{port}": None for node in nodes}
    return list(expanded)


class Target(msgspec.Struct, frozen=True):
    """A host, and how to reach it."""

    name: str
    """Name on the screen; unique within a command of a fleet."""
    address: str
    """Name or address to connect to."""
    port: int = 0
    """0 for the port of ``ssh_config``, which is 22 by default."""
    user: str = ""
    """Empty for the user of ``ssh_config``, which is the local user's name by default."""
    key: str = ""
    """Path of the only private key to offer; empty for the keys of ``ssh_config`` and the agent."""
    via: Target | None = None
    """Jump host."""
    identity: str = ""
    """Name of the host key where machines reuse addresses; empty for the address."""
    resource: str = ""
    """Resource id of a machine of the cloud; empty for any other host."""
    settings: HostSettings | None = None
    """What ``ssh_config`` says; None for a target that it was not asked about."""

    @property
    def port_number(self) -> int:
        """Port to connect to."""
        return self.port or (self.settings.port if self.settings is not None else 22)

    @property
    def host_name(self) -> str:
        """Name or address to connect to, after ``HostName``."""
        return (self.settings.host_name if self.settings is not None else "") or self.address

    @property
    def where(self) -> str:
        """Endpoint as messages show it."""
        return self.host_name if self.port_number == 22 else f"{self.host_name}:{self.port_number}"

    @property
    def known_as(self) -> str:
        """Name of the host key in ``known_hosts``."""
        if self.identity:
            return re.sub(r"[\s,*?!|#@]", "_", self.identity)
        if self.settings is not None and self.settings.host_key_alias:
            return self.settings.host_key_alias
        return self.host_name if self.port_number == 22 else f"[{self.host_name}]:{self.port_number}"


async def resolve(targets: Sequence[Target], config: Path | None = None) -> list[Target]:
    """Add what ``ssh_config`` says to targets, and to their jump hosts. What a target says itself wins.

    Args:
        targets: as typed; those that have settings already are returned unchanged.
        config: a file in place of the user's and the system's.

    Raises:
        HostProblem: ``ssh_config`` is not valid, or a chain of jump hosts has no end.
    """
    return await _resolve(targets, config, 0)


async def _resolve(targets: Sequence[Target], config: Path | None, depth: int) -> list[Target]:
    from azops_tui.ssh.problems import HostProblem

    if depth > 8:
        raise HostProblem(f"The jump hosts of {targets[0].name} lead back to themselves.")
    asked = [target for target in targets if target.settings is None]
    if not asked:
        return list(targets)
    settings = iter(await read_settings([(t.address, t.user, t.port or None) for t in asked], config))
    resolved = [t if t.settings else msgspec.structs.replace(t, settings=next(settings)) for t in targets]
    # Jump hosts have settings of their own: those that targets name, and those that the files name for them.
    jumps: dict[Target | tuple[str, ...], Target | None] = {}
    for target in resolved:
        jumps.setdefault(_jump_key(target), None)
    hops = [key if isinstance(key, Target) else _chain(key) for key in jumps]
    known = [hop for hop in hops if hop is not None]
    chains = iter(await _resolve(known, config, depth + 1) if known else [])
    for key, hop in zip(jumps, hops, strict=True):
        jumps[key] = next(chains) if hop is not None else None
    return [msgspec.structs.replace(target, via=jumps[_jump_key(target)]) for target in resolved]


def _jump_key(target: Target) -> Target | tuple[str, ...]:
    if target.via is not None:
        return target.via
    return target.settings.proxy_jump if target.settings is not None else ()


def _chain(hops: tuple[str, ...]) -> Target | None:
    """The last of several jump hosts, reached through the others; None without any."""
    via: Target | None = None
    for hop in hops:
        match = re.fullmatch(r"(?:ssh://)?(?:([^@]+)@)?(\[[^\]]+\]|[^:]+)(?::(\d+))?/?", hop)
        if match:
            host = match[2].strip("[]")
            via = Target(host, host, int(match[3] or 0), match[1] or "", via=via)
    return via
