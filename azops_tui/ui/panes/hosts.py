"""Pane 4: a square for each host, then a row for each, failures first, then their output, equal output once."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from azops_tui.durations import format_duration
from azops_tui.events.azure_views import MachineView
from azops_tui.events.step_view import HostRun
from azops_tui.text import strip_ansi
from azops_tui.ui.actions.resource_actions import ActionTarget
from azops_tui.ui.commands import bindings
from azops_tui.ui.format import count
from azops_tui.ui.glyphs import Glyphs
from azops_tui.ui.lines import Line
from azops_tui.ui.panes.base import Pane, PaneContext
from azops_tui.ui.panes.registry import PaneEntry
from azops_tui.ui.widgets.rows import Row, columns, text_row, wrapped

if TYPE_CHECKING:
    from azops_tui.ssh.folding import Fold

_SHOWN_LINES = 60
"""Maximum lines shown of a group's output."""
_LIVE_LINES = 12
"""Lines shown of a single host while it runs."""
_WORDS = ("waiting", "running", "done", "failed", "unreachable", "timed out", "lost", "stopped", "not run")


class HostsPane(Pane):
    """Shows the hosts of the last step that used any."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("hosts")
    hint = "No host yet. When a step runs a command over SSH, its hosts and what they wrote appear here."

    def __init__(self, entry: PaneEntry, context: PaneContext) -> None:
        super().__init__(entry, context)
        self._marked: set[str] = set()
        self._shows_folds = True
        self._folds: tuple[tuple[object, ...], list[Fold]] = ((), [])
        """Groups of equal output, and what they were made from."""

    def build(self) -> list[Row]:
        """Counts, squares, a row for each host, and the folded output of finished hosts."""
        hosts = self.view.hosts
        if not hosts:
            return self._machines()
        self._marked &= {host.host for host in hosts}
        rows = [text_row("head", self._head(hosts)), text_row("gap", [])]
        per_row = max(1, (self.cells - 2) // 2)
        for start in range(0, len(hosts), per_row):
            squares: Line = [(" ", "")]
            squares += [(f"{_square(host, self.marks)} ", host.state) for host in hosts[start : start + per_row]]
            rows.append(text_row(f"squares:{start}", squares))
        rows.append(text_row("gap2", []))
        if len(hosts) > 1 or not hosts[0].finished:
            rows += self._host_rows(hosts)
        finished = [host for host in hosts if host.finished]
        if self._shows_folds and finished:
            rows += self._fold_rows(finished)
        return rows

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

    def _head(self, hosts: list[HostRun]) -> Line:
        """The step, and how many hosts are in which state."""
        counts = Counter(map(state_word, hosts))
        styles = {"waiting": "muted", "running": "running", "done": "done", "stopped": "stopped", "not run": "muted"}
        head: Line = [(" ", ""), (hosts[0].step, "strong"), (f" {self.marks.separator} ", "faint")]
        head.append(
            (
                f"{counts['done']} of {count(len(hosts), 'host')} done",
                styles["done" if all(host.state == "done" for host in hosts) else "running"],
            )
        )
        head += [
            (f"  {counts[word]} {word}", styles.get(word, "failed"))
            for word in _WORDS
            if counts[word] and word != "done"
        ]
        if self._marked:
            head.append((f"  {len(self._marked)} marked", "accent"))
        return head

    def _host_rows(self, hosts: list[HostRun]) -> list[Row]:
        order = {"failed": 0, "unknown": 0, "running": 1, "waiting": 2, "done": 3}
        name_cells = max(6, min(max(len(host.host) for host in hosts), self.cells // 3, 28))
        rows: list[Row] = []
        for host in sorted(hosts, key=lambda host: order.get(host.state, 1)):
            key = f"host:{host.host}"
            rows.append(self._host_row(key, host, name_cells))
            if key in self.opened or (len(hosts) == 1 and not host.finished):
                lines = host.output.tail(None if key in self.opened else _LIVE_LINES)
                rows += [
                    text_row(f"{key}:{n}", [("     ", ""), (strip_ansi(line), "")]) for n, line in enumerate(lines)
                ]
                if host.problem:
                    rows += wrapped(f"{key}:problem", [(host.problem, "error")], self.cells - 4, "     ")
        rows.append(text_row("hosts:end", []))
        return rows

    def _host_row(self, key: str, host: HostRun, name_cells: int) -> Row:
        word = state_word(host)
        if word == "failed" and host.status is not None:
            word = f"status {host.status}"
        elif word == "done":
            word = format_duration(host.duration)
        last = host.output.partial or next(reversed(host.output.lines), "")
        last = strip_ansi(host.problem or last)
        mark = "*" if host.host in self._marked else " "
        square, state = _square(host, self.marks), host.state

        def draw(cells: int) -> Line:
            named = columns(
                (host.host, name_cells, "strong" if mark == "*" else ""),
                (word, 11, state),
                (last, max(4, cells - name_cells - 19), "muted"),
            )
            return [(mark, "accent"), (f"{square} ", state), *named]

        text = f"{host.host} {state_word(host)} {word} {last}"
        return Row(key, draw, text, "\n".join(host.output.tail()) or host.host, data=host)

    def _fold_rows(self, hosts: list[HostRun]) -> list[Row]:
        by_name = {host.host: host for host in hosts}
        differences = self.view.step(hosts[0].step).host_differences
        rows: list[Row] = []
        for number, group in enumerate(self._folded(hosts)):
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
                diff = differences.get(group.hosts, group.diff) if number else ()
                rows += self._text(key, group.text, diff)
            rows.append(text_row(f"{key}:end", []))
        return rows

    def _folded(self, hosts: list[HostRun]) -> list[Fold]:
        """Groups of equal output, made again only when another host has finished."""
        from azops_tui.ssh.fleet import HostResult
        from azops_tui.ssh.folding import fold

        seen = (hosts[0].step, *((host.host, host.started, host.duration) for host in hosts))
        if self._folds[0] != seen:
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
            self._folds = (seen, fold(results))
        return self._folds[1]

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

    def _selected(self) -> tuple[str, ...]:
        """Names of the hosts of the selected row."""
        data = self.current.data if self.current is not None else None
        if isinstance(data, HostRun):
            return (data.host,)
        return tuple(getattr(data, "hosts", ()))

    def _chosen(self) -> tuple[str, ...]:
        """The marked hosts in their order; none if none is marked."""
        return tuple(host.host for host in self.view.hosts if host.host in self._marked)

    def action_mark(self) -> None:
        """Mark the hosts of the selected row, or unmark them, and go to the next row."""
        names = set(self._selected())
        self._marked = self._marked - names if names <= self._marked else self._marked | names
        self.update_view()
        self.action_cursor_down()

    def action_mark_all(self) -> None:
        """Mark all hosts that the filter shows; unmark them if all are marked."""
        names = {row.data.host for row in self.rows if isinstance(row.data, HostRun)}
        self._marked = set() if names <= self._marked else self._marked | names
        self.update_view()

    def action_fold_output(self) -> None:
        """Show or hide the folded output."""
        self._shows_folds = not self._shows_folds
        self.update_view()

    def action_retry(self) -> None:
        """Try the step again on the marked hosts; without a mark, on all that did not succeed."""
        hosts = self.view.hosts
        names = self._chosen() or tuple(host.host for host in hosts if host.state in ("failed", "unknown"))
        if not names:
            self.app.notify("No host has failed; space marks hosts.", markup=False, timeout=3)
            return
        self.context.hosts.retry(hosts[0].step, names)
        self._marked.clear()

    def action_save(self) -> None:
        """Write the whole output of the marked hosts, or of all, to files."""
        hosts = self.view.hosts
        if hosts:
            self.context.hosts.save(hosts[0].step, self._chosen() or tuple(host.host for host in hosts))

    def action_detail(self) -> None:
        """Offer the actions on the selected virtual machine; on a host of a step, open or fold its output."""
        machine = self.current.data if self.current is not None else None
        if isinstance(machine, MachineView):
            target = ActionTarget(machine.id, "Microsoft.Compute/virtualMachines", machine.name)
            self.context.cloud.open_actions([target])
        else:
            super().action_detail()

    def action_add_step(self) -> None:
        """Put the command of the step, on the marked or selected hosts only, into the document."""
        from azops_tui.ui.writing.commands_as_steps import step_for_hosts

        names, hosts, runbook = self._chosen() or self._selected(), self.view.hosts, self.controller.runbook
        ran = runbook.step(hosts[0].step) if runbook is not None and hosts else None
        if not names or ran is None:
            self.app.notify("Select a host here first.", markup=False, timeout=3)
            return
        self.context.insert(step_for_hosts(names, ran).markdown)


def state_word(host: HostRun) -> str:
    """State of a host as a word to count by; one without an exit status has its reason."""
    return host.state if host.state != "unknown" else host.reason or "lost"


def _square(host: HostRun, marks: Glyphs) -> str:
    states = {"done": marks.running, "running": marks.creating, "waiting": marks.deallocated, "failed": marks.failed}
    return states.get(host.state, "?")
