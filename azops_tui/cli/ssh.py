"""``azops ssh``: a command, or a terminal, on hosts named by an expression, without a runbook."""

from __future__ import annotations

import asyncio
import contextlib
import getpass
import json
import shlex
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from azops_tui import exits
from azops_tui.cli.options import complete_profile, fail, resolve_profile
from azops_tui.cli.out import echo
from azops_tui.cli.ssh_retry import LastCommand, keep_last, read_last
from azops_tui.files import safe_name
from azops_tui.sanitise import clean
from azops_tui.text import format_table

if TYPE_CHECKING:
    from azops_tui.engine.guard import Proposal, Reply
    from azops_tui.engine.targets import FoundTarget
    from azops_tui.ssh.fleet import HostResult
    from azops_tui.ssh.targets import Target


@click.command(
    context_settings={"allow_interspersed_args": False},
    epilog="The exit code is the largest exit status of the hosts, 255 for a host without one.",
)
@click.option(
    "--cloud",
    "profile_name",
    metavar="PROFILE",
    shell_complete=complete_profile,
    help="Cloud of vm/, vmss/, tag: and group: targets. [default: $AZOPS_CLOUD, else local]",
)
@click.option("--user", "-l", default="", help="User on hosts for which none is named.")
@click.option("--key", "-i", default="", type=click.Path(), help="Private key, in place of all others.")
@click.option("--via", default="", help="Jump host; gateways as gw[1-3] share the hosts; run-command: no SSH.")
@click.option("--serial", default="", help="Hosts in a batch: 5, 25% or 1,5,25%.")
@click.option("--max-fail", default="", help="Number or percentage of failures tolerated.")
@click.option("--timeout", default="", help="Time limit on each host: 30s, 10m.")
@click.option("--connect-timeout", default="15s", show_default=True, help="Time limit for connecting to each host.")
@click.option("--fan-out", default=50, show_default=True, help="Hosts at a time.")
@click.option("--fold", "folded", is_flag=True, help="Print equal outputs once, other ones as a difference.")
@click.option("--diff", "file", default="", metavar="FILE", help="Compare FILE across the hosts, as --fold shows it.")
@click.option("--output", type=click.Choice(["text", "json"]), default="text", help="json: one object for each host.")
@click.option("--to", "folder", type=click.Path(file_okay=False), help="Write the output of each host to files in DIR.")
@click.option("--trust-new-hosts", is_flag=True, help="Trust and record SSH keys of unknown hosts.")
@click.option("--retry", is_flag=True, help="Run the last command, or COMMAND, on exactly the hosts that failed.")
@click.argument("hosts", required=False, default="")
@click.argument("command", nargs=-1)
def ssh(
    profile_name: str | None,
    user: str,
    key: str,
    via: str,
    serial: str,
    max_fail: str,
    timeout: str,
    connect_timeout: str,
    fan_out: int,
    folded: bool,
    file: str,
    output: str,
    folder: str | None,
    trust_new_hosts: bool,
    retry: bool,
    hosts: str,
    command: tuple[str, ...],
) -> None:
    """Run COMMAND on HOSTS; without a command, open a terminal on one host.

    HOSTS is an expression: host, user@host:port, an alias of ssh_config, a node set (web[1-10]), vm/NAME, vmss/NAME,
    vmss/NAME[0-4], tag:KEY=VALUE, group:PATTERN; parts are separated by commas, and !PART excludes hosts.
    `azops ssh targets HOSTS` shows what an expression means.
    """
    from azops_tui.engine.problems import StepProblem

    command = command[1:] if command[:1] == ("--",) else command
    if file:
        if command:
            fail("--diff takes no command", exits.USAGE)
        command, folded = (f"cat -- {shlex.quote(file)}",), True
    last = LastCommand(
        cloud=profile_name or "",
        hosts=hosts,
        command=" ".join(command),
        user=user,
        key=str(Path(key).expanduser()) if key else "",
        via=via,
        serial=serial,
        max_fail=max_fail,
        timeout=timeout,
    )
    failed: frozenset[str] = frozenset()
    if retry:
        last, failed = _merged(last, " ".join(filter(None, (hosts, *command))))
        if not failed:
            echo(clean("azops: the last command succeeded on all hosts"), err=True)
            sys.exit(exits.OK)
    elif not hosts:
        fail("name the hosts, or pass --retry", exits.USAGE)
    limit = _seconds("--timeout", last.timeout)
    patience = _seconds("--connect-timeout", connect_timeout) or 15.0
    spill = Path(tempfile.mkdtemp(prefix="azops-ssh-"))
    session = _Session(last, trust_new_hosts, fan_out, spill, patience)
    try:
        if hosts == "targets" and command and not retry:
            sys.exit(asyncio.run(session.show_targets(last.command)))
        if not last.command:
            sys.exit(asyncio.run(session.open_terminal(hosts)))
        lines = None if folded or output == "json" else _Lines()
        results = asyncio.run(session.run(last, failed, limit, lines))
        keep_last(last, results)
        if lines is not None:
            lines.end(results)
        else:
            _print(results, folded=folded)
        if folder is not None:
            _write(results, Path(folder))
    except StepProblem as error:
        advice = f" {error.view.advice}" if error.view.advice else ""
        fail(f"{error.view.message}{advice}", exits.BAD_INPUT)
    except ValueError as error:
        fail(str(error), exits.USAGE)
    finally:
        shutil.rmtree(spill, ignore_errors=True)
    sys.exit(max(255 if result.status is None else result.status for result in results))


def _merged(typed: LastCommand, command: str) -> tuple[LastCommand, frozenset[str]]:
    """The last command with what was typed now in place of its own, and the names of its failed hosts."""
    last = read_last()
    options = {name: getattr(typed, name) for name in ("user", "key", "via", "serial", "max_fail", "timeout")}
    changed = {name: value for name, value in {**options, "command": command, "cloud": typed.cloud}.items() if value}
    return msgspec.structs.replace(last, **changed), frozenset(last.failed)


def _seconds(option: str, text: str) -> float | None:
    """Seconds of a duration; None for an empty text."""
    from azops_tui.durations import parse_duration

    try:
        return parse_duration(text) if text else None
    except ValueError as error:
        fail(f"{option}: '{text}' is not a valid duration; write {error}", exits.USAGE)


class _Session:
    """What one call of the verb shares: the cloud, and the connections."""

    def __init__(self, last: LastCommand, trust_new_hosts: bool, fan_out: int, spill: Path, patience: float) -> None:
        from azops_tui.cli.sign_in import open_cloud
        from azops_tui.engine.cloud import RunCloud
        from azops_tui.engine.hosts import Fleets

        profile = resolve_profile(last.cloud or None, read_only=False)
        self._cloud = RunCloud(lambda: open_cloud(profile), profile)
        self._user, self._key, self._via = last.user, last.key, last.via
        self._fleets = Fleets(
            self._cloud, spill, fan_out=fan_out, connect_timeout=patience, trust_new_hosts=trust_new_hosts
        )

    async def show_targets(self, expression: str) -> int:
        """Print what an expression means: a line for each host."""
        async with self._opened():
            found, targets = await self._find(expression)
        rows = [
            (target.name, target.where, _user_of(target), target.via.where if target.via else "", host.why)
            for host, target in zip(found, targets, strict=True)
        ]
        echo(clean(format_table(rows, ("HOST", "ADDRESS", "USER", "VIA", "WHY"))))
        return exits.OK

    async def run(
        self, last: LastCommand, only: frozenset[str], limit: float | None, lines: _Lines | None
    ) -> Sequence[HostResult]:
        """Run the command on all hosts, or on those of a set; an interrupt ends it on the hosts too."""
        from azops_tui.engine.run_command_carrier import RUN_COMMAND, RunCommandCarrier

        async with self._opened():
            _, targets = await self._find(last.hosts)
            if only:
                targets = [target for target in targets if target.name in only]
                if gone := sorted(only - {target.name for target in targets}):
                    echo(clean(f"azops: {last.hosts} no longer means {', '.join(gone)}"), err=True)
            fleet = await self._fleets.fleet(self._answer, can_ask=sys.stdin.isatty())
            stops: set[asyncio.Task[None]] = set()
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                asyncio.get_running_loop().add_signal_handler(
                    number, lambda: stops.add(asyncio.ensure_future(fleet.stop()))
                )
            if lines is not None:
                lines.shows_host = len(targets) > 1
            on_output = lines.write if lines is not None else None
            return await fleet.run(
                targets,
                last.command,
                serial=last.serial,
                max_fail=last.max_fail,
                timeout=limit,
                carrier=RunCommandCarrier(self._cloud.open) if self._via == RUN_COMMAND else None,
                on_output=on_output,
            )

    async def open_terminal(self, expression: str) -> int:
        """Open a terminal on the only host that the expression means; return the status of its shell."""
        from azops_tui.ssh.problems import HostProblem
        from azops_tui.ssh.terminal import open_terminal

        async with self._opened():
            _, targets = await self._find(expression)
            if len(targets) != 1:
                fail(f"'{expression}' means {len(targets)} hosts; a terminal opens on one", exits.USAGE)
            try:
                return await open_terminal(
                    await self._fleets.connect(targets[0], self._answer, can_ask=sys.stdin.isatty())
                )
            except HostProblem as error:
                fail(str(error), 255)

    @contextlib.asynccontextmanager
    async def _opened(self) -> AsyncIterator[None]:
        try:
            yield
        finally:
            await self._fleets.close()
            await self._cloud.close()

    async def _find(self, expression: str) -> tuple[list[FoundTarget], list[Target]]:
        from azops_tui.engine.run_command_carrier import RUN_COMMAND
        from azops_tui.engine.targets import find_targets, gateways, locate, spread

        via = gateways(self._via, self._user, self._key) if self._via != RUN_COMMAND else []
        first = via[0] if via else None
        found = await find_targets(expression, self._cloud.open, user=self._user, key=self._key, via=first)
        targets = spread([host.target for host in found], via)
        return found, targets if self._via == RUN_COMMAND else await locate(targets, self._fleets.route)

    async def _answer(self, proposal: Proposal) -> Reply:
        """Ask on the terminal; without one, the answer is no."""
        from azops_tui.engine.guard import Reply

        echo(clean("\n".join((proposal.title, *proposal.lines))), err=True)
        if proposal.values:
            values = await asyncio.to_thread(_ask_values, proposal)
            return Reply(values is not None, "user", values=values or {})
        if not sys.stdin.isatty():
            echo(clean("azops: pass --trust-new-hosts to agree, or run this on a terminal"), err=True)
            return Reply(False, "policy")
        return Reply(await asyncio.to_thread(click.confirm, "Agree?", default=False, err=True), "user")


def _ask_values(proposal: Proposal) -> dict[str, str] | None:
    """Passphrases, and what hosts ask for; None for an empty line."""
    values: dict[str, str] = {}
    for value in proposal.values:
        try:
            text = getpass.getpass(f"{value.name}: ") if value.secret else input(f"{value.name}: ")
        except (EOFError, KeyboardInterrupt):
            return None
        if not text:
            return None
        values[value.name] = text
    return values


def _user_of(target: Target) -> str:
    return target.user or (target.settings.user if target.settings is not None else "")


class _Lines:
    """Prints output as it comes, whole lines only, each with its host where there are several."""

    def __init__(self) -> None:
        self.shows_host = False
        self._partial: dict[tuple[str, str], str] = {}

    def write(self, host: str, text: str, stream: str) -> None:
        """Print the lines that a piece of output completes."""
        *lines, self._partial[host, stream] = (self._partial.get((host, stream), "") + text).split("\n")
        for line in lines:
            self._line(host, line, stream)

    def end(self, results: Sequence[HostResult]) -> None:
        """Print last lines without an end, and what there is to say of hosts that did not succeed."""
        for (host, stream), line in self._partial.items():
            if line:
                self._line(host, line, stream)
        for result in results:
            if note := result.problem or (f"exit status {result.status}" if result.status else ""):
                echo(clean(f"{result.host}: {note}"), err=True)

    def _line(self, host: str, line: str, stream: str) -> None:
        echo(clean(f"{host}: {line}" if self.shows_host else line, colours=True), err=stream == "stderr")


def _print(results: Sequence[HostResult], *, folded: bool) -> None:
    """Print results as groups of equal ones, or as JSON."""
    from azops_tui.ssh.folding import fold

    if not folded:
        values = [
            {
                "host": result.host,
                "status": result.status,
                "stdout": _whole(result.stdout_file, result.stdout),
                "stderr": _whole(result.stderr_file, result.stderr),
                "problem": result.problem,
                "duration": round(result.duration, 3),
            }
            for result in results
        ]
        echo(clean(json.dumps(values, ensure_ascii=False, indent=2), colours=True))
        return
    by_name = {result.host: result for result in results}
    for number, group in enumerate(fold(results)):
        status = f", exit status {group.status}" if group.status else ""
        echo(clean(f"── {group.label} ({len(group.hosts)}{status}) {'─' * max(0, 60 - len(group.label))}"))
        if group.problem:
            echo(clean(group.problem))
        first = by_name[group.hosts[0]]
        whole = _whole(first.stdout_file, first.stdout) + _whole(first.stderr_file, first.stderr)
        text = "\n".join(group.diff) if number and group.diff else whole.rstrip("\n")
        if text:
            echo(clean(text, colours=True))


def _whole(file: str, text: str) -> str:
    """The whole output: from its file where it is long."""
    return Path(file).read_text("utf-8", "replace") if file else text


def _write(results: Sequence[HostResult], folder: Path) -> None:
    """Write ``HOST.stdout`` and, unless it is empty, ``HOST.stderr`` for each host."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for result in results:
        name = safe_name(result.host)
        (folder / f"{name}.stdout").write_text(_whole(result.stdout_file, result.stdout), "utf-8", "replace")
        if result.stderr or result.problem:
            errors = _whole(result.stderr_file, result.stderr) + result.problem
            (folder / f"{name}.stderr").write_text(errors, "utf-8", "replace")
