"""An Ansible playbook on hosts of the run; each task's hosts are shown like those of an ``ssh`` step."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from azops_tui.engine.context import Outcome, Prepared, StepContext
from azops_tui.engine.guard import Proposal
from azops_tui.engine.problems import problem
from azops_tui.engine.steps.ssh import find
from azops_tui.events.azure_views import FailureView
from azops_tui.events.records import HostFinished, HostsChosen, HostStarted
from azops_tui.json_types import Json
from azops_tui.runbook.native import AnsibleStep

if TYPE_CHECKING:
    from azops_tui.ssh.targets import Target

_TASK = re.compile(r"(?:TASK|RUNNING HANDLER) \[(.*)\] \**")
_RESULT = re.compile(r"(ok|changed|skipping|fatal|failed|included|rescued|ignored): \[([^\]]+?)(?: -> .*?)?\]")
_RECAP = re.compile(r"(\S+)\s+: ok=(\d+)\s+changed=(\d+)\s+unreachable=(\d+)\s+failed=(\d+)")


async def prepare(context: StepContext[AnsibleStep]) -> Prepared:
    """Find the playbook here; which hosts there are is read by each attempt."""
    if shutil.which("ansible-playbook") is None:
        raise problem(
            "NotInstalled", "ansible-playbook is not installed on this machine.", "pipx install --include-deps ansible"
        )
    body = context.body
    lines = [f"check only: {'yes' if body.check else 'no'}"]
    if body.playbook:
        path = context.path(body.playbook)
        if not path.is_file():
            raise problem("FileNotFound", f"The playbook {path} does not exist.", target="playbook")
        lines.insert(0, str(path))
    where = body.hosts or body.scale_set or body.machines or f"all machines of {body.group}"
    hosts = where if isinstance(where, str) else ", ".join(where)
    return Prepared(partial(_execute, context), Proposal("mutate", f"Run a playbook on {hosts}", tuple(lines)))


async def _execute(context: StepContext[AnsibleStep]) -> Outcome:
    """Write inventory and variables to a private folder, and run ``ansible-playbook`` in a shell of its own."""
    body = context.body
    targets = await find(context, body)
    folder = Path(tempfile.mkdtemp(prefix="azops-ansible-"))
    session = await context.sessions.background()
    progress = _Progress(context, [target.name for target in targets])
    context.on_stop = session.stop
    try:
        command = _command(context, targets, folder)
        progress.begin()
        result = await session.run(
            command,
            timeout=context.step.attributes.timeout,
            on_output=progress.take,
            cwd=str(context.folder),
        )
    finally:
        context.on_stop = None
        await session.close()
        shutil.rmtree(folder, ignore_errors=True)
    bad = progress.end(is_stopped=result.stopped or result.timed_out)
    if result.stopped:
        return Outcome("stopped", result.status, summary="Stopped; tasks that had begun on hosts may go on there.")
    if result.status == 0:
        return Outcome("done", 0, summary=f"{progress.tasks} tasks on {len(targets)} hosts.")
    if context.cloud.opened is not None and context.cloud.opened.endpoint is not None:
        context.output.say(
            "Machines of the local cloud have no Python, which most modules of Ansible need: write gather_facts: false "
            "and use the modules raw and script there."
        )
    message = f"The playbook failed on {', '.join(bad[:5]) or 'no host that it names'}."
    return Outcome("failed", result.status, FailureView(code="PlaybookFailed", message=message), message)


def _command(context: StepContext[AnsibleStep], targets: Sequence[Target], folder: Path) -> str:
    """Write what Ansible reads to files of the user alone, and return the command line."""
    body = context.body
    playbook = folder / "playbook.yml"
    if body.playbook:
        playbook = context.path(body.playbook)
    else:
        playbook.write_text(json.dumps(body.plays), "utf-8")
    (folder / "inventory.json").write_text(json.dumps({"all": {"hosts": {t.name: _host(t) for t in targets}}}), "utf-8")
    # JSON is YAML; a file, since the arguments of a process can be read by all users.
    variables: dict[str, Json] = {**context.variables, **body.vars}
    (folder / "vars.json").write_text(json.dumps(variables), "utf-8")
    words = ["ansible-playbook", "-i", str(folder / "inventory.json"), "-e", f"@{folder / 'vars.json'}"]
    words += ["--check"] if body.check else []
    words += ["--tags", body.tags] if body.tags else []
    settings = "ANSIBLE_NOCOLOR=1 ANSIBLE_FORCE_COLOR=0 ANSIBLE_STDOUT_CALLBACK=default ANSIBLE_NOCOWS=1"
    # Ansible leaves its connections open for a minute; here they end with the step.
    sockets = shlex.quote(str(folder / "cp"))
    close = f'for socket in {sockets}/*; do ssh -o ControlPath="$socket" -O exit azops 2>/dev/null || :; done'
    run = f"ANSIBLE_SSH_CONTROL_PATH_DIR={sockets} {settings} {shlex.join([*words, str(playbook)])}"
    return f"status=0; {run} || status=$?\n{close}\n(exit $status)"


def _host(target: Target) -> dict[str, Json]:
    """What Ansible needs to reach a host; names of ``ssh_config`` are left to it."""
    user = target.user or (target.settings.user if target.settings is not None else "")
    values: dict[str, Json] = {"ansible_host": target.address}
    values |= {"ansible_port": target.port} if target.port else {}
    values |= {"ansible_user": user} if user else {}
    values |= {"ansible_ssh_private_key_file": target.key} if target.key else {}
    if target.via is not None:
        via = target.via
        jump = f"{via.user}@{via.address}" if via.user else via.address
        values["ansible_ssh_common_args"] = f"-J {shlex.quote(jump + (f':{via.port}' if via.port else ''))}"
    return values


class _Progress:
    """Reads the default output of ``ansible-playbook``, line by line, and records what happens on each host."""

    def __init__(self, context: StepContext[AnsibleStep], hosts: Sequence[str]) -> None:
        self._context = context
        self._hosts = dict.fromkeys(hosts, "")
        """Outcome of each host: ``done``, ``failed`` or ``unreachable`` once the recap has told it."""
        self._partial = ""
        self._host = ""
        self._began = 0.0
        self.tasks = 0

    def begin(self) -> None:
        context = self._context
        self._began = context.now()
        context.record(HostsChosen(at=self._began, step=context.name, hosts=tuple(self._hosts)))
        for host in self._hosts:
            context.record(HostStarted(at=self._began, step=context.name, host=host))

    def take(self, text: str, stream: Literal["stdout", "stderr"]) -> None:
        """Show output; a line that is about a host is shown as the host's."""
        if stream == "stderr":
            self._context.output.write(text, stream)
            return
        *lines, self._partial = (self._partial + text).split("\n")
        for line in lines:
            self._line(line)

    def _line(self, line: str) -> None:
        if match := _TASK.match(line):
            self.tasks += 1
            self._host = ""
        elif match := _RESULT.match(line):
            self._host = match[2]
        elif not line.strip() or line.startswith(("PLAY ", "NO MORE HOSTS")):
            self._host = ""
        elif match := _RECAP.match(line):
            self._host = match[1]
            outcome = "unreachable" if match[4] != "0" else "failed" if match[5] != "0" else "done"
            if self._host in self._hosts:
                self._hosts[self._host] = outcome
        self._context.output.write(line + "\n", "stdout", self._host if self._host in self._hosts else "")

    def end(self, *, is_stopped: bool) -> list[str]:
        """Record the end of every host; return the names of those on which the playbook failed."""
        if self._partial:
            self._line(self._partial)
        context = self._context
        context.output.flush()
        for host, outcome in self._hosts.items():
            reached = outcome in ("done", "failed")
            context.record(
                HostFinished(
                    at=context.now(),
                    step=context.name,
                    host=host,
                    status=None if not reached else 0 if outcome == "done" else 2,
                    duration=context.now() - self._began,
                    problem="" if reached else _PROBLEMS["stopped" if is_stopped else outcome or "not run"],
                    reason="" if reached else "stopped" if is_stopped else "unreachable" if outcome else "not run",
                )
            )
        return [host for host, outcome in self._hosts.items() if outcome in ("failed", "unreachable")]


_PROBLEMS = {
    "stopped": "Stopped; a task that had begun may go on there.",
    "unreachable": "Ansible could not reach the host.",
    "not run": "The playbook has no play for this host.",
}
