"""A command on many hosts, whose output is shown by host."""

from __future__ import annotations

import asyncio
import fnmatch
import json
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from azops_tui.durations import parse_duration
from azops_tui.engine.context import Outcome, Prepared, StepContext
from azops_tui.engine.problems import problem
from azops_tui.engine.run_command_carrier import RUN_COMMAND, RunCommandCarrier
from azops_tui.engine.steps.scale import set_name
from azops_tui.engine.targets import find_targets, gateways, instance_target, locate, machine_target, spread
from azops_tui.events.azure_views import FailureView
from azops_tui.events.records import HostDifference, HostFinished, HostsChosen, HostsCompared, HostStarted
from azops_tui.runbook.native import HostsStep, SshStep
from azops_tui.text import last_line

if TYPE_CHECKING:
    from azops_tui.ssh.afterwards import Afterwards
    from azops_tui.ssh.fleet import HostResult
    from azops_tui.ssh.rolling import RollingPlan
    from azops_tui.ssh.targets import Target
    from azops_tui.ssh.transfer import FileCopy

_NAMED = 5
_DIFFERENCE_LINES = 200


async def prepare(context: StepContext[SshStep]) -> Prepared:
    """The command is known from the step; which hosts there are is read by each attempt."""
    return Prepared(partial(_execute, context))


async def _execute(context: StepContext[SshStep]) -> Outcome:
    """Find the hosts, run the command on them, and report on how many it succeeded."""
    body = context.body
    targets = await find(context, body)
    outcome = await run_on(
        context,
        targets,
        body.command or "true",
        serial=str(body.serial),
        max_fail=str(body.max_fail),
        limit=seconds(str(body.timeout)),
        then=_afterwards(body),
        by_run_command=body.via == RUN_COMMAND,
    )
    if body.capture and outcome.state == "done":
        await context.assign(body.capture, captured(outcome.value), "capture")
    return outcome


def _afterwards(body: SshStep) -> Afterwards | None:
    """What follows the command on each host; None for nothing.

    Raises:
        StepProblem: a field is not valid.
    """
    from azops_tui.ssh.afterwards import Afterwards

    if not body.waits:
        return None
    port = int(body.wait_for_port or 0)
    if not 0 <= port <= 65535:
        raise problem("InvalidStep", f"{port} is not a TCP port.", target="wait-for-port")
    limit = seconds(str(body.wait_timeout)) or 600.0
    return Afterwards(reboot=body.reboot, port=port, until=body.wait_until, limit=limit)


async def find(context: StepContext[Any], body: HostsStep) -> list[Target]:
    """The hosts that a step addresses, with how each is reached.

    Raises:
        StepProblem: no host matches, or one has no address.
    """
    key = str(context.path(body.key)) if body.key else ""
    via_all = gateways(body.via, body.user, key) if body.via != RUN_COMMAND else []
    via = via_all[0] if via_all else None
    if body.hosts:
        hosts = await find_targets(body.hosts, context.cloud.open, user=body.user, key=key, via=via)
        targets = [host.target for host in hosts]
    elif body.scale_set:
        targets = await _instances(context, body, key, via)
    else:
        targets = await _machines(context, body, key, via)
    if not targets:
        raise problem(
            "NoHosts", "No host matches the step.", "Check that the machines exist, or name hosts with 'hosts'."
        )
    if body.via == RUN_COMMAND:
        return targets
    return await locate(spread(targets, via_all), context.fleets.route)


async def _instances(context: StepContext[Any], body: HostsStep, key: str, via: Target | None) -> list[Target]:
    """The instances of the step's scale set that have an address, or all of them if SSH is not used."""
    cloud = await context.cloud.open()
    scale_set = await cloud.scale_sets.get(body.group, set_name(body.scale_set))
    targets = [
        instance_target(instance, body.user, key, via)
        for instance in scale_set.instances
        if instance.address or body.via == RUN_COMMAND
    ]
    if scale_set.instances and not targets:
        message = f"No instance of {scale_set.name} has an address to connect to."
        raise problem("NoAddress", message, resource=scale_set.id)
    return targets


async def _machines(context: StepContext[Any], body: HostsStep, key: str, via: Target | None) -> list[Target]:
    """The machines of a group whose names match the step's patterns; all without patterns."""
    cloud = await context.cloud.open()
    text = body.machines
    patterns = text.replace(",", " ").split() if isinstance(text, str) else list(text)
    machines = await cloud.machines.list(body.group)
    for pattern in patterns:
        if not any(fnmatch.fnmatch(machine.name.lower(), pattern.lower()) for machine in machines):
            names = ", ".join(machine.name for machine in machines) or "none"
            raise problem(
                "MachineNotFound", f"{body.group} has no machine {pattern}; it has {names}.", target="machines"
            )
    return [
        machine_target(machine, body.user, key, via)
        for machine in machines
        if not patterns or any(fnmatch.fnmatch(machine.name.lower(), pattern.lower()) for pattern in patterns)
    ]


async def run_on(
    context: StepContext[Any],
    targets: Sequence[Target],
    command: str | FileCopy,
    *,
    serial: str = "",
    max_fail: str = "",
    limit: float | None = None,
    then: Afterwards | None = None,
    by_run_command: bool = False,
) -> Outcome:
    """Run a command on hosts, or copy files, and record the output of each.

    ``limit`` is in seconds, for each host. The outcome's value is a list of
    ``{host, status, stdout, stderr, problem, cut}``; ``cut`` is the number of characters dropped from the
    beginning of the output. A retry runs on some of the hosts; the results of the others count as they are.
    """
    from azops_tui.ssh.folding import fold
    from azops_tui.ssh.rolling import plan

    if by_run_command and (then is not None or not isinstance(command, str)):
        raise problem("InvalidStep", "via: run-command runs a command; it copies nothing and waits for nothing.")
    all_targets = targets
    if context.only_hosts:
        targets = [target for target in targets if target.name in context.only_hosts]
        if not targets:
            names = ", ".join(sorted(context.only_hosts)[:_NAMED])
            raise problem("NoHosts", f"The step no longer runs on {names}.", "Run the whole step again.")
    try:
        rolling, judged = plan(len(targets), serial, max_fail), plan(len(all_targets), serial, max_fail)
    except ValueError as error:
        raise problem("InvalidStep", str(error)) from None
    if len(targets) > 1:
        context.output.say(rolling.sentence)
    fleet = await context.fleets.fleet(context.ask, can_ask=context.policy.interactive)
    context.on_stop = fleet.stop
    context.record(HostsChosen(at=context.now(), step=context.name, hosts=tuple(target.name for target in targets)))

    def started(host: str, address: str) -> None:
        context.output.flush()
        context.record(HostStarted(at=context.now(), step=context.name, host=host, address=address))

    def finished(result: HostResult) -> None:
        context.output.flush()
        context.record(
            HostFinished(
                at=context.now(),
                step=context.name,
                host=result.host,
                status=result.status,
                duration=result.duration,
                problem=result.problem,
                reason=result.reason,
                digest=result.digest,
            )
        )

    try:
        results = await fleet.run(
            targets,
            command,
            serial=serial,
            max_fail=max_fail,
            timeout=limit,
            then=then,
            carrier=RunCommandCarrier(context.cloud.open) if by_run_command else None,
            on_start=started,
            on_output=lambda host, text, stream: context.output.write(text, stream, host),
            on_finish=finished,
        )
    finally:
        context.on_stop = None
    if context.fleets.unanswered is not None:
        raise context.fleets.unanswered
    if context.only_hosts:
        results = _with_earlier(context, all_targets, results)
    if len(results) > 1:
        differences = tuple(
            HostDifference(group.hosts, group.diff[:_DIFFERENCE_LINES])
            for group in await asyncio.to_thread(fold, results)
            if group.diff
        )
        if differences:
            context.record(HostsCompared(at=context.now(), step=context.name, differences=differences))
    return _outcome(results, judged)


def _with_earlier(
    context: StepContext[Any], targets: Sequence[Target], results: Sequence[HostResult]
) -> list[HostResult]:
    """Results of all hosts of the step: those of the retry, and the earlier ones of the other hosts."""
    from azops_tui.ssh.fleet import HostResult

    by_name = {result.host: result for result in results}
    for name, host in context.view.step(context.name).hosts.items():
        if name not in by_name:
            by_name[name] = HostResult(
                host=name,
                status=host.status,
                duration=host.duration,
                problem=host.problem,
                stdout="".join(f"{line}\n" for line in host.output.tail()),
                digest=host.digest,
                cut=max(0, host.output.total - len(host.output.lines)),
            )
    return [by_name[target.name] for target in targets if target.name in by_name]


def _outcome(results: Sequence[HostResult], rolling: RollingPlan) -> Outcome:
    value = [
        {
            "host": result.host,
            "status": result.status,
            "stdout": result.stdout,
            "stderr": result.stderr,
            "problem": result.problem,
            "cut": result.cut,
        }
        for result in results
    ]
    bad = [result for result in results if result.status != 0]
    total = len(results)
    if rolling.succeeded(len(bad)):
        summary = f"Succeeded on {total} host{'s' * (total != 1)}."
        if bad:
            summary = f"Succeeded on {total - len(bad)} of {total} hosts. {_names(bad)} failed, which max-fail allows."
        return Outcome("done", 0 if not bad else None, summary=summary, value=value, has_value=True)
    reason = next((result for result in bad if result.started), bad[0])
    why = reason.problem or f"exit status {reason.status}"
    if not reason.problem and (last := last_line(reason.stderr, 200)):
        why += f": {last}"
    message = f"{len(bad)} of {total} host{'s' * (total != 1)} failed: {_names(bad)}. {reason.host}: {why}"
    unreached = all(result.status is None for result in bad)
    code = "HostUnreachable" if unreached else f"Exit{reason.status}" if total == 1 else "HostsFailed"
    view = FailureView(code=code, message=message, target=reason.host)
    return Outcome("failed", reason.status if total == 1 else None, view, message, value=value, has_value=True)


def _names(results: Sequence[HostResult]) -> str:
    names = ", ".join(result.host for result in results[:_NAMED])
    return f"{names} and {len(results) - _NAMED} more" if len(results) > _NAMED else names


def captured(value: Any) -> str:
    """Captured output of hosts: that of a single host as it is, of several as JSON by host.

    Raises:
        StepProblem: an output is so long that only its end was kept.
    """
    if cut := [result["host"] for result in value if result["cut"]]:
        raise problem(
            "OutputTooLong",
            f"The output of {', '.join(cut[:_NAMED])} is too long to be captured.",
            "Capture a part of it: filter it on the host.",
        )
    if len(value) == 1:
        return str(value[0]["stdout"]).rstrip("\n")
    return json.dumps({result["host"]: result["stdout"].rstrip("\n") for result in value}, ensure_ascii=False)


def seconds(text: str) -> float | None:
    """A duration such as ``30s`` or ``10m`` in seconds; None for an empty one.

    Raises:
        StepProblem: the text is not a duration.
    """
    if not text.strip():
        return None
    try:
        return parse_duration(text.strip())
    except ValueError as error:
        raise problem("InvalidStep", f"'{text}' is not a valid duration; write {error}.", target="timeout") from None
