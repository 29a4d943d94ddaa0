"""Target expressions: what ``web[1-3]``, ``vm/master-0``, ``vmss/agents[0-4]`` or ``tag:role=web`` means, and why."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from azops_tui.engine.problems import problem

if TYPE_CHECKING:
    from azops_tui.azure.cloud import Cloud
    from azops_tui.events.azure_views import InstanceView, MachineView, ResourceView
    from azops_tui.ssh.targets import Target

_CLOUD_WORD = re.compile(r"!?(vm/|vmss/|tag:|group:)", re.IGNORECASE)
_MACHINE = "microsoft.compute/virtualmachines"
_SCALE_SET = "microsoft.compute/virtualmachinescalesets"

OpenCloud = Callable[[], Awaitable["Cloud"]]
Route = Callable[[str], Awaitable[tuple[str, int] | None]]


@dataclass(frozen=True, slots=True)
class FoundTarget:
    """A host that an expression means."""

    target: Target
    why: str
    """The part of the expression that names it, and what it is."""


def words_of(expression: str | Sequence[str]) -> list[str]:
    """The parts of an expression, or of several."""
    from azops_tui.ssh.targets import split_hosts

    parts = [expression] if isinstance(expression, str) else list(expression)
    return [word for part in parts for word in split_hosts(part)]


def names_cloud(expression: str | Sequence[str]) -> bool:
    """True if a part of the expression names machines of the cloud, which must be opened to find them."""
    return any(_CLOUD_WORD.match(word) for word in words_of(expression))


async def find_targets(
    expression: str | Sequence[str],
    open_cloud: OpenCloud,
    *,
    user: str = "",
    key: str = "",
    via: Target | None = None,
) -> list[FoundTarget]:
    """Find the hosts that an expression means, each once, in its order.

    Args:
        expression: hosts as ``[user@]host[:port]``, node sets as ClusterShell writes them, ``vm/NAME``,
            ``vmss/NAME`` or ``vmss/NAME[0-4]`` (instance ids), ``tag:KEY=VALUE``, ``group:PATTERN``; a part that
            begins with ``!`` excludes what it means. Names of machines, sets and groups may have ``*`` and ``?``.
        open_cloud: called if a part names machines of the cloud.
        user: for hosts that name none.
        key: path of the private key.
        via: jump host.

    Raises:
        StepProblem: a part is not valid, or means no host (``NoHosts``).
    """
    finder = _Finder(open_cloud, user, key, via)
    found: dict[str, FoundTarget] = {}
    for word in words_of(expression):
        excludes = word.startswith("!")
        hosts = await finder.hosts(word.removeprefix("!"))
        if not hosts and not excludes:
            raise problem(
                "NoHosts", f"'{word}' means no host.", "Check the name; `azops ssh targets` shows what is meant."
            )
        for host in hosts:
            if excludes:
                found.pop(host.target.name, None)
            else:
                found.setdefault(host.target.name, host)
    return list(found.values())


async def locate(targets: Sequence[Target], route: Route) -> list[Target]:
    """Complete targets with what is known of how to reach them.

    A machine of the local cloud is reached by its route, and its key is remembered under the port on which it really
    listens: names and addresses pass from one machine to another within minutes. Any other host is reached as
    ``ssh_config`` says.

    Raises:
        StepProblem: ``ssh_config`` is not valid.
    """
    from azops_tui.ssh.config import HostSettings
    from azops_tui.ssh.problems import HostProblem
    from azops_tui.ssh.targets import resolve

    async def routed(target: Target) -> Target:
        via = await routed(target.via) if target.via is not None else None
        target = msgspec.structs.replace(target, via=via)
        endpoint = await route(target.address)
        if endpoint is None:
            return target
        # ssh_config does not speak of simulated machines.
        return msgspec.structs.replace(target, identity=f"{target.address}/{endpoint[1]}", settings=HostSettings())

    located = [await routed(target) for target in targets]
    plain = [target for target in located if not target.identity and target.address]
    try:
        resolved = dict(zip(plain, await resolve(plain), strict=True))
    except HostProblem as error:
        raise problem("InvalidHost", str(error), target="hosts") from None
    return [resolved.get(target, target) for target in located]


def parse_host(text: str, user: str = "", key: str = "", via: Target | None = None) -> Target:
    """A target written as ``[user@]host[:port]``.

    Raises:
        StepProblem: it is not such a text (``InvalidHost``).
    """
    from azops_tui.ssh.targets import Target

    match = re.fullmatch(
        r"(?:([^@\s]+)@)?(\[[0-9A-Fa-f:.]+\]|[^\s:@]+|[0-9A-Fa-f:]{3,}(?:\.[\d.]+)?)(?::(\d{1,5}))?", text
    )
    if match is None:
        raise problem(
            "InvalidHost", f"'{text}' is not a valid host name; write host, user@host or host:port.", target="hosts"
        )
    host = match[2].strip("[]")
    return Target(host, host, int(match[3] or 0), match[1] or user, key, via)


def gateways(via: str | Sequence[str], user: str = "", key: str = "") -> list[Target]:
    """The jump hosts of an expression, or of several; none for an empty one.

    Raises:
        StepProblem: a part is not valid (``InvalidHost``).
    """
    from azops_tui.ssh.problems import HostProblem
    from azops_tui.ssh.targets import expand_hosts

    try:
        names = expand_hosts(words_of(via))
    except HostProblem as error:
        raise problem("InvalidHost", str(error), target="via") from None
    return [parse_host(name, user, key) for name in names]


def spread(targets: Sequence[Target], via: Sequence[Target]) -> list[Target]:
    """Give each gateway its share of the targets: one connection to a gateway carries those to its hosts."""
    if len(via) < 2:
        return list(targets)
    return [msgspec.structs.replace(target, via=via[n % len(via)]) for n, target in enumerate(targets)]


def machine_target(machine: MachineView, user: str, key: str, via: Target | None) -> Target:
    """The target of a virtual machine: its public address, or the private one behind a jump host."""
    from azops_tui.ssh.targets import Target

    public = machine.fqdn or machine.public_address
    address = machine.private_address if via is not None or not public else public
    # A machine without an address is reported as a host that failed; the others still run.
    return Target(machine.name, address, user=user or machine.user, key=key, via=via, resource=machine.id)


def instance_target(instance: InstanceView, user: str, key: str, via: Target | None) -> Target:
    """The target of an instance of a scale set."""
    from azops_tui.ssh.targets import Target

    return Target(instance.name, instance.address, user=user, key=key, via=via, resource=instance.id)


class _Finder:
    """Finds the hosts of single parts; what it reads of the cloud serves all of them."""

    def __init__(self, open_cloud: OpenCloud, user: str, key: str, via: Target | None) -> None:
        self._open_cloud = open_cloud
        self._user, self._key, self._via = user, key, via
        self._resources: list[ResourceView] | None = None
        self._machines: dict[str, list[MachineView]] = {}

    async def hosts(self, word: str) -> list[FoundTarget]:
        kind, _, rest = re.split("([/:])", word, maxsplit=1) if _CLOUD_WORD.match(word) else ("", "", word)
        match kind.lower():
            case "vm":
                return await self._of(word, lambda item: item.type.lower() == _MACHINE and _matches(item.name, rest))
            case "vmss":
                name, bracket, ids = rest.partition("[")
                return await self._of(
                    word, lambda item: item.type.lower() == _SCALE_SET and _matches(item.name, name), bracket + ids
                )
            case "tag":
                tag, equals, value = rest.partition("=")
                return await self._of(
                    word,
                    lambda item: any(
                        label.lower() == tag.lower() and (not equals or _matches(text, value))
                        for label, text in item.tags.items()
                    ),
                )
            case "group":
                return await self._of(word, lambda item: _matches(item.group, rest))
        return self._plain(word)

    def _plain(self, word: str) -> list[FoundTarget]:
        from azops_tui.ssh.problems import HostProblem
        from azops_tui.ssh.targets import expand_hosts

        try:
            names = expand_hosts([word])
        except HostProblem as error:
            raise problem("InvalidHost", str(error), target="hosts") from None
        why = "named" if names == [word] else f"of {word}"
        return [FoundTarget(parse_host(name, self._user, self._key, self._via), why) for name in names]

    async def _of(self, word: str, wanted: Callable[[ResourceView], bool], ids: str = "") -> list[FoundTarget]:
        """Machines and instances of the resources that a part means, by group and name."""
        cloud = await self._open_cloud()
        if self._resources is None:
            kinds = (_MACHINE, _SCALE_SET)
            self._resources = [item for item in await cloud.resources.list() if item.type.lower() in kinds]
        found: list[FoundTarget] = []
        for item in sorted(filter(wanted, self._resources), key=lambda item: (item.group.lower(), item.name.lower())):
            if item.type.lower() == _MACHINE:
                if item.group.lower() not in self._machines:
                    self._machines[item.group.lower()] = await cloud.machines.list(item.group)
                found += [
                    FoundTarget(
                        machine_target(machine, self._user, self._key, self._via),
                        f"{word}: virtual machine in {item.group}",
                    )
                    for machine in self._machines[item.group.lower()]
                    if machine.name.lower() == item.name.lower()
                ]
                continue
            chosen = _instance_ids(ids)
            for instance in (await cloud.scale_sets.get(item.group, item.name)).instances:
                if chosen is None or instance.instance_id in chosen:
                    target = instance_target(instance, self._user, self._key, self._via)
                    found.append(FoundTarget(target, f"{word}: instance {instance.instance_id} of {item.name}"))
        return found


def _matches(name: str, pattern: str) -> bool:
    return fnmatch.fnmatchcase(name.lower(), pattern.lower())


def _instance_ids(text: str) -> set[str] | None:
    """Instance ids in ``[0-4,7]``; None without brackets, for all."""
    from azops_tui.ssh.problems import HostProblem
    from azops_tui.ssh.targets import expand_hosts

    if not text:
        return None
    try:
        return {name.removeprefix("i") for name in expand_hosts([f"i{text}"])}
    except HostProblem:
        raise problem(
            "InvalidHost", f"'{text}' is not a list of instance ids such as [0-4,7].", target="hosts"
        ) from None
