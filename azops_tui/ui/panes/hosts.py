"""Pane 4: a square for each host, then their output: equal output once, other output as a difference."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from azops_tui.durations import format_duration
from azops_tui.events.step_view import HostRun
from azops_tui.text import strip_ansi
from azops_tui.ui.commands import bindings
from azops_tui.ui.format import count
from azops_tui.ui.lines import Line
from azops_tui.ui.panes.base import Pane
from azops_tui.ui.widgets.rows import Row, columns, text_row, wrapped

_SHOWN_LINES = 60
"""Maximum lines shown of a host's output."""


class HostsPane(Pane):
    """Shows the hosts of the last step that used any."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("hosts")
    hint = "No host yet. When a step runs a command over SSH, its hosts and what they wrote appear here."

    def build(self) -> list[Row]:
        """The step, squares, last lines of running hosts, and folded output of finished hosts."""
        hosts = self.view.hosts
        if not hosts:
            return self._machines()
        marks = self.marks
        done = sum(host.state == "done" for host in hosts)
        bad = sum(host.state in ("failed", "unknown") for host in hosts)
        head: Line = [(" ", ""), (hosts[0].step, "strong"), (f" {marks.separator} ", "faint")]
        head.append((f"{done} of {count(len(hosts), 'host')} done", "done" if done == len(hosts) else "running"))
        if bad:
            head.append((f"  {marks.state('failed')} {bad} failed", "failed"))
        rows = [text_row("head", head), text_row("gap", [])]
        per_row = max(1, (self.cells - 2) // 2)
        for start in range(0, len(hosts), per_row):
            squares: Line = [(" ", "")]
            squares += [
                (f"{_square(host, marks.running, marks.creating, marks.failed)} ", host.state)
                for host in hosts[start : start + per_row]
            ]
            rows.append(text_row(f"squares:{start}", squares))
        rows.append(text_row("gap2", []))
        for host in hosts:
            if not host.finished:
                last = strip_ansi(next(reversed(host.output.lines), "")) or host.output.partial
                line: Line = [(f" {marks.state('running')} ", "running"), (host.host, ""), (f"  {last}", "muted")]
                rows.append(text_row(f"live:{host.host}", line, selectable=True, copy=host.host))
        return rows + self._folds([host for host in hosts if host.finished])

    def _machines(self) -> list[Row]:
        """The virtual machines of the subscription; read where the panes are shown without a runbook."""
        rows: list[Row] = []
        for machine in sorted(self.view.machines, key=lambda m: (m.group.casefold(), m.name.casefold())):
            state = "done" if machine.power == "running" else "failed" if machine.state == "Failed" else "stopped"
            line: Line = [
                (f" {self.marks.state(state)} ", state),
                *columns(
                    (machine.name, 22, ""),
                    (machine.power or machine.state, 12, state),
                    (machine.public_address or machine.private_address, 15, ""),
                    (machine.size, 16, "muted"),
                    (machine.group, 20, "muted"),
                ),
            ]
            address = machine.public_address or machine.fqdn or machine.private_address
            rows.append(text_row(machine.id, line, selectable=True, copy=address, data=machine))
        return rows

    def action_add_step(self) -> None:
        """Put the command of the step, on the selected hosts only, into the document."""
        from azops_tui.ssh.folding import Fold
        from azops_tui.ui.writing.commands_as_steps import step_for_hosts

        row, hosts, runbook = self.current, self.view.hosts, self.controller.runbook
        ran = runbook.step(hosts[0].step) if runbook is not None and hosts else None
        if row is None or ran is None:
            self.app.notify("Select a host here first.", markup=False, timeout=3)
            return
        names = tuple(row.data.hosts) if isinstance(row.data, Fold) else (row.copy,)
        self.context.insert(step_for_hosts(names, ran).markdown)

    def _folds(self, hosts: list[HostRun]) -> list[Row]:
        from azops_tui.ssh.fleet import HostResult
        from azops_tui.ssh.folding import fold

        results = [
            HostResult(
                host=host.host,
                status=host.status,
                duration=host.duration,
                problem=host.problem,
                stdout="\n".join(host.output.tail()),
                stderr="",
                digest=host.digest,
            )
            for host in hosts
        ]
        by_name = {host.host: host for host in hosts}
        rows: list[Row] = []
        for number, group in enumerate(fold(results)):
            first = by_name[group.hosts[0]]
            state = first.state
            slowest = max(by_name[name].duration for name in group.hosts)
            head: Line = [(f" {self.marks.state(state)} ", state), (group.label, "strong")]
            if len(group.hosts) > 1:
                head.append((f"  {count(len(group.hosts), 'host')}", "muted"))
            elif first.address:
                head.append((f"  {first.address}", "muted"))
            if group.status:
                head.append((f"  status {group.status}", "failed"))
            head.append((f"  {format_duration(slowest)}", "muted"))
            key = f"fold:{group.hosts[0]}"
            rows.append(text_row(key, head, selectable=True, copy=group.text, data=group))
            if group.problem:
                rows += wrapped(f"{key}:problem", [(group.problem, "error")], self.cells - 2, "   ")
            folded = key in self.opened
            if not folded and (group.text or not group.problem):
                differences = self.view.step(hosts[0].step).host_differences
                diff = differences.get(group.hosts, group.diff) if number else ()
                rows += self._text(key, group.text, diff)
            rows.append(text_row(f"{key}:end", []))
        return rows

    def _text(self, key: str, text: str, diff: tuple[str, ...]) -> list[Row]:
        lines = list(diff) if diff else text.rstrip("\n").split("\n")
        styles = {"+": "add", "-": "delete"} if diff else {}
        rows = [
            text_row(f"{key}:{n}", [("   ", ""), (strip_ansi(line), styles.get(line[:1], ""))])
            for n, line in enumerate(lines[:_SHOWN_LINES])
        ]
        if len(lines) > _SHOWN_LINES:
            rows.append(
                text_row(f"{key}:more", [(f"   {count(len(lines) - _SHOWN_LINES, 'more line')}; O shows all", "muted")])
            )
        return rows


def _square(host: HostRun, done: str, running: str, failed: str) -> str:
    return {"done": done, "running": running}.get(host.state, failed if host.state == "failed" else "?")
