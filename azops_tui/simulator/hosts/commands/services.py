"""Services: ``systemctl``, ``service``, ``journalctl``."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from azops_tui.simulator.hosts.command import CommandCall, CommandTable
from azops_tui.simulator.hosts.options import read

COMMANDS = CommandTable()

_ALIASES = {"sshd": "ssh", "crond": "cron", "waagent": "walinuxagent"}


@COMMANDS.register("systemctl")
async def systemctl(call: CommandCall) -> int:
    """``systemctl VERB UNITS``."""
    options = read(call.args, "qlan", "t", "no-pager quiet now type= state= all failed no-legend plain")
    verb, *units = options.words or ["list-units"]
    services = call.host.services
    names = [_ALIASES.get(unit.removesuffix(".service"), unit.removesuffix(".service")) for unit in units]
    if verb in ("list-units", "list-unit-files") or options.has("failed"):
        shown = {name: state for name, state in services.items() if not options.has("failed") or state == "failed"}
        rows = [
            f"  {name}.service loaded {state} {'running' if state == 'active' else 'dead'}"
            for name, state in shown.items()
        ]
        call.out("".join(f"{row}\n" for row in rows) + f"\n{len(rows)} loaded units listed.\n")
        return 0
    if verb in ("reboot", "poweroff"):
        return await call.shell.call(["reboot"], call.streams, elevated=call.elevated)
    if verb == "is-system-running":
        call.out("running\n")
        return 0
    if verb == "daemon-reload":
        return 0
    if verb in ("is-active", "is-enabled"):
        states = [services.get(name, "inactive") for name in names]
        if not options.has("quiet", "q"):
            shown_state = {"active": "enabled", "inactive": "disabled"} if verb == "is-enabled" else {}
            call.out("".join(f"{shown_state.get(state, state)}\n" for state in states))
        return 0 if "active" in states else 3 if verb == "is-active" else 1
    if verb == "status":
        return _status(call, names)
    return await _change(call, verb, names)


def _status(call: CommandCall, names: list[str]) -> int:
    status = 0
    for name in names:
        state = call.host.services.get(name)
        if state is None:
            call.streams.err(f"Unit {name}.service could not be found.\n")
            status = 4
            continue
        since = datetime.fromtimestamp(call.host.booted, UTC)
        running = state == "active"
        call.out(f"{'●' if running else '○'} {name}.service - {name}\n")
        call.out(f"     Loaded: loaded (/lib/systemd/system/{name}.service; enabled)\n")
        call.out(f"     Active: {state} ({'running' if running else 'dead'}) since {since:%a %Y-%m-%d %H:%M:%S} UTC\n")
        status = status or (0 if running else 3)
    return status


async def _change(call: CommandCall, verb: str, names: list[str]) -> int:
    if call.user != "root":
        call.streams.err(f"Failed to {verb} {names[0] if names else ''}: Interactive authentication required.\n")
        return 1
    states = {"start": "active", "restart": "active", "reload": "active", "stop": "inactive"}
    for name in names:
        if name not in call.host.services:
            call.streams.err(f"Failed to {verb} {name}.service: Unit {name}.service not found.\n")
            return 5
        if verb in states:
            await asyncio.sleep(0.5 / call.host.speed)
            call.host.services[name] = states[verb]
        elif verb not in ("enable", "disable", "mask", "unmask"):
            return call.fail(f"Unknown command verb {verb}.")
    return 0


@COMMANDS.register("service")
async def service(call: CommandCall) -> int:
    """``service NAME VERB``."""
    words = [word for word in call.args if not word.startswith("-")]
    if len(words) < 2:
        return call.fail("usage: service < option > | --status-all | [ service_name [ command ] ]")
    return await call.shell.call(["systemctl", words[1], words[0]], call.streams, elevated=call.elevated)


@COMMANDS.register("journalctl")
async def journalctl(call: CommandCall) -> int:
    """``journalctl [-u UNIT] [-n N] [-b]``."""
    host = call.host
    boot = datetime.fromtimestamp(host.booted, UTC).strftime("%b %d %H:%M:%S")
    lines = [f"kernel: Linux version {host.system.kernel}", "systemd[1]: Detected virtualization microsoft."]
    lines += [f"systemd[1]: Started {name}.service." for name in host.services]
    call.out("".join(f"{boot} {host.spec.name} {line}\n" for line in lines))
    return 0
