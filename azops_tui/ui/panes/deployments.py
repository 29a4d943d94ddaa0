"""Pane 2: a deployment: each operation with its state and its span on a common time axis."""

from __future__ import annotations

import json
from typing import ClassVar

from textual.binding import BindingType

from azops_tui.durations import format_clock, format_duration
from azops_tui.events.azure_views import DeploymentView, FailureView, OperationView
from azops_tui.events.step_view import StepView
from azops_tui.ui.actions.resource_actions import ActionTarget
from azops_tui.ui.commands import bindings
from azops_tui.ui.format import age, count, short_type, time_of_day
from azops_tui.ui.glyphs import provisioning
from azops_tui.ui.lines import Line, crop, wrap
from azops_tui.ui.panes.base import Pane, PaneContext
from azops_tui.ui.panes.registry import PaneEntry
from azops_tui.ui.panes.whatif import WhatIfRows, pending_changes, predicted_changes_of
from azops_tui.ui.widgets.rows import Row, columns, facts, heading, text_row, wrapped


class DeploymentsPane(Pane):
    """Shows the deployment that changed last, or an earlier one."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("deployments")
    orders = ("order", "name", "type", "time taken", "state")
    shows_cloud = True
    hint = (
        "No deployment yet. When a step deploys a template, its operations appear here with their state and the time "
        "each one takes."
    )

    def __init__(self, entry: PaneEntry, context: PaneContext) -> None:
        super().__init__(entry, context)
        self._chosen = ""
        """Id of the deployment chosen by the user; empty to follow the latest."""
        self._what_if = WhatIfRows()

    def _deployments(self) -> list[DeploymentView]:
        """Deployments, oldest first."""
        return sorted(self.view.deployments.values(), key=lambda d: d.started or 0.0)

    def shown(self) -> DeploymentView | None:
        return self.view.deployments.get(self._chosen) or self._latest()

    def _latest(self) -> DeploymentView | None:
        """The last deployment of the current step, else the deployment that changed last."""
        step = self.view.steps.get(self.view.current)
        made = [self.view.deployments[key] for key in step.deployments if key in self.view.deployments] if step else []
        if made or self.view.phase != "new":
            return made[-1] if made else next(reversed(self.view.deployments.values()), None)
        # Without a run the pane shows what others do: what is in progress, else what began last.
        return max(self._deployments(), key=lambda d: (not d.finished, d.started or 0.0), default=None)

    def _preparing(self) -> StepView | None:
        """The current step if it has not started to deploy yet: earlier deployments are not its own."""
        step = self.view.steps.get(self.view.current)
        if step is None or step.kind != "azops=deploy" or step.state not in ("running", "asking") or step.deployments:
            return None
        return step

    def _rejected(self) -> StepView | None:
        """The current step if it failed before it deployed anything."""
        step = self.view.steps.get(self.view.current)
        if step is None or step.kind != "azops=deploy" or step.failure is None or step.deployments:
            return None
        return step if step.state in ("failed", "unknown", "done") else None

    def _with_reason_of_step(self, deployment: DeploymentView, reasons: list[FailureView]) -> list[FailureView]:
        """The failures of a deployment as its step tells them: a later read of the cloud can know less."""
        key = deployment.id.lower()
        step = next((step for step in self.view.steps.values() if key in step.deployments), None)
        told = step.failure if step is not None else None
        if told is None:
            return reasons
        for index, reason in enumerate(reasons):
            if reason.code == told.code and (not reason.resource or reason.resource == told.resource):
                return [*reasons[:index], told, *reasons[index + 1 :]]
        return [told, *reasons] if not reasons or told.code not in {reason.code for reason in reasons} else reasons

    def build(self) -> list[Row]:
        """Header, failures, operations, critical path and predicted changes of the deployment."""
        pending = pending_changes(self.view) if not self._chosen else None
        if pending is not None:
            return self._what_if.rows(pending, self.cells)
        preparing = self._preparing() if not self._chosen else None
        if preparing is not None:
            head: Line = [(f" {self.marks.state(preparing.state)} ", preparing.state), (preparing.name, "strong")]
            head.append(("  nothing is deployed yet", "muted"))
            told = " ".join(preparing.tail(1)) or "The template is being read and checked."
            earlier = [(f"   [ shows the last of {count(len(self.view.deployments), 'earlier deployment')}", "faint")]
            return [
                text_row("preparing", head),
                *wrapped("preparing:told", [(told, "muted")], self.cells, "   "),
                *(
                    [text_row("preparing:gap", []), text_row("preparing:earlier", list(earlier))]
                    if self.view.deployments
                    else []
                ),
            ]
        rejected = self._rejected() if not self._chosen else None
        if rejected is not None and rejected.failure is not None:
            line: Line = [(f" {self.marks.state('failed')} ", "failed"), (rejected.name, "strong")]
            line.append(("  nothing was deployed", "muted"))
            return [text_row("rejected", line), *self._failure("rejected:failure", rejected.failure, rejected.name)]
        deployment = self.shown()
        if deployment is None:
            return []
        rows = self._header(deployment)
        failed = [o for o in deployment.operations if o.failure is not None]
        reasons = [o.failure for o in failed if o.failure] or ([deployment.failure] if deployment.failure else [])
        reasons = self._with_reason_of_step(deployment, reasons)
        for number, reason in enumerate(reasons):
            rows += self._failure(
                f"{deployment.id}:failure:{number}", reason, failed[number].name if number < len(failed) else ""
            )
        end = self._end(deployment)
        longest = max((len(o.name) + 2 * o.depth for o in deployment.operations), default=10)
        for operation in self._ordered(deployment):
            rows.append(self._operation_row(deployment, operation, end, longest))
            if operation.id in self.opened:
                rows += self._detail(operation)
        path = critical_path(deployment)
        if len(path) > 1:
            rows.append(text_row(f"{deployment.id}:gap", []))
            text = f" {self.marks.arrow} ".join(path)
            rows += wrapped(f"{deployment.id}:path", [("critical path  ", "muted"), (text, "")], self.cells)
        if deployment.outputs and deployment.finished:
            rows.append(text_row(f"{deployment.id}:outputs", []))
            rows += facts(f"{deployment.id}:out", [(name, _value(v)) for name, v in deployment.outputs.items()], 1)
        foreseen = predicted_changes_of(self.view, deployment)
        if foreseen is not None:
            rows += [text_row(f"{deployment.id}:what-if", []), *self._what_if.rows(foreseen, self.cells)]
        return rows + self._others(deployment)

    def _others(self, shown: DeploymentView) -> list[Row]:
        """A row for each deployment of the subscription, the newest first; only where no document runs."""
        if self.view.phase != "new" or len(self.view.deployments) < 2:
            return []
        rows = heading("all", f"Deployments of the subscription ({len(self.view.deployments)})")
        for deployment in reversed(self._deployments()):
            state = provisioning(deployment.state)
            taken = format_clock(deployment.duration)
            when = age(self.controller.now() - deployment.started) if deployment.started else ""
            line: Line = [
                (f" {self.marks.state(state)} ", state),
                *columns(
                    (deployment.name, max(16, self.cells // 3), "strong" if deployment is shown else ""),
                    (deployment.group or "subscription", max(12, self.cells // 4), "muted"),
                    (taken, -6, "muted"),
                    (when, 12, "muted"),
                ),
            ]
            rows.append(text_row(f"all:{deployment.id}", line, selectable=True, copy=deployment.id, data=deployment.id))
        return rows

    def _ordered(self, deployment: DeploymentView) -> list[OperationView]:
        """The operations, failed ones first; nested ones follow their parent in the default order."""
        operations = list(deployment.operations)
        match self.order:
            case "name":
                operations.sort(key=lambda o: o.name.casefold())
            case "type":
                operations.sort(key=lambda o: o.type.casefold())
            case "time taken":
                operations.sort(key=lambda o: -o.duration)
            case "state":
                operations.sort(key=lambda o: o.state)
            case _ if _nested(deployment):
                return operations
        return sorted(operations, key=lambda o: o.failure is None)

    def _end(self, deployment: DeploymentView) -> float:
        """Time at the right end of the time axis."""
        started = deployment.started or 0.0
        ends = [(o.started or started) + o.duration for o in deployment.operations]
        now = [] if deployment.finished else [self.controller.now()]
        return max([started + 1, started + deployment.duration, *ends, *now])

    def _header(self, deployment: DeploymentView) -> list[Row]:
        marks = self.marks
        state = provisioning(deployment.state)
        took = deployment.duration
        if not deployment.finished and deployment.started is not None:
            took = max(took, self.controller.now() - deployment.started)
        others = self._deployments()
        place = others.index(deployment) + 1 if deployment in others else 0
        group = deployment.group.casefold()
        gone = bool(group and self.view.groups) and all(g.name.casefold() != group for g in self.view.groups)

        def draw(cells: int) -> Line:
            between = f" {marks.separator} "
            line: Line = [
                (" ", ""),
                (deployment.name, "strong"),
                (between, "faint"),
                (deployment.group or "subscription", "muted"),
            ]
            line += [
                (between, "faint"),
                (f"{marks.state(state)} {deployment.state} ", state),
                (format_clock(took), "muted"),
            ]
            if gone:
                line.append(("  its group is gone", "asking"))
            if len(others) > 1:
                line.append((f"   {place} of {len(others)}  [ ]", "faint"))
            return line

        return [
            Row(deployment.id, draw, deployment.name, deployment.id, data=deployment),
            text_row(f"{deployment.id}:space", []),
        ]

    def _failure(self, key: str, failure: FailureView, name: str) -> list[Row]:
        marks = self.marks
        line: Line = [
            (f"{marks.state('failed')} ", "failed"),
            (f"{name or failure.resource.rpartition('/')[2]}  ", "strong"),
        ]
        line += [(failure.code, "failed"), (f"  {failure.message}", "")]
        rows = [
            text_row(f"{key}:{n}", part, selectable=n == 0, copy=f"{failure.code}: {failure.message}")
            for n, part in enumerate(wrap(line, self.cells - 1, first=[(" ", "")], rest=[("   ", "")]))
        ]
        rows += facts(key, [("target", failure.target), ("correlation", failure.correlation_id)], 3)
        if failure.advice:
            advice: Line = [(f"{marks.arrow} ", "accent"), (failure.advice, "text")]
            rows += wrapped(f"{key}:advice", advice, self.cells - 1, "   ")
        rows.append(text_row(f"{key}:gap", []))
        return rows

    def _operation_row(self, deployment: DeploymentView, operation: OperationView, end: float, longest: int) -> Row:
        marks = self.marks
        state = provisioning(operation.state)
        started = deployment.started or 0.0

        def draw(cells: int) -> Line:
            indent = "  " * operation.depth
            bar_cells = max(8, cells // 5)
            name_cells = max(10, min(longest, (cells - bar_cells - 14) // 2 + 4))
            type_cells = max(0, cells - bar_cells - name_cells - 14)
            took = operation.duration
            if state == "running" and operation.started is not None:
                took = max(took, end - operation.started)
            line: Line = [(f" {indent}{marks.state(state)} ", state)]
            line += columns(
                (operation.name, name_cells - len(indent), "" if state != "waiting" else "muted"),
                (crop(short_type(operation.type), type_cells, marks.ellipsis), type_cells, "muted"),
                (_brief(took) if state != "waiting" else "", -4, "muted"),
            )
            if operation.started is not None and state != "waiting":
                scale = bar_cells / (end - started)
                left = min(bar_cells - 1, int((operation.started - started) * scale))
                right = max(left + 1, min(bar_cells, round((operation.started + took - started) * scale)))
                line += [(" " + " " * left, ""), (marks.span * (right - left), state)]
            return line

        return Row(
            operation.id,
            draw,
            f"{operation.name} {operation.type}",
            operation.resource_id or operation.name,
            data=operation,
        )

    def _detail(self, operation: OperationView) -> list[Row]:
        began = time_of_day(operation.started) if operation.started else ""
        failure = operation.failure
        return facts(
            operation.id,
            [
                ("id", operation.resource_id),
                ("type", operation.type),
                ("state", f"{operation.action} {operation.state}"),
                ("began", began),
                ("took", format_duration(operation.duration)),
                ("waits for", ", ".join(i.rpartition("/")[2] for i in operation.depends_on)),
                ("code", failure.code if failure else ""),
            ],
            6,
        )

    def _go(self, by: int) -> None:
        others = self._deployments()
        shown = self.shown()
        if shown is None:
            return
        first = len(others) - 1 if self._preparing() is not None and not self._chosen else others.index(shown) + by
        index = max(0, min(len(others) - 1, first))
        latest = others[index] is self._latest() and (by > 0 or self._preparing() is None)
        self._chosen = "" if latest else others[index].id.lower()
        self.update_view()

    def action_detail(self) -> None:
        """Offer the actions on the deployment in its first row; open or fold the detail of any other row."""
        item = self.current.data if self.current is not None else None
        if isinstance(item, str) and item.lower() in self.view.deployments:
            self._chosen = item.lower()
            self.update_view()
            self.action_first()
        elif isinstance(item, DeploymentView) and self.controller.live is not None:
            self.context.cloud.open_actions([ActionTarget(item.id, "Microsoft.Resources/deployments", item.name)])
        else:
            super().action_detail()

    def action_earlier(self) -> None:
        self._go(-1)

    def action_later(self) -> None:
        self._go(1)


def _nested(deployment: DeploymentView) -> bool:
    return any(operation.depth for operation in deployment.operations)


def _brief(seconds: float) -> str:
    """Seconds in at most four cells: ``0.4s``, ``48s``, ``12m``."""
    if seconds < 9.95:
        return f"{seconds:.1f}s"
    return f"{round(seconds)}s" if seconds < 600 else f"{round(seconds / 60)}m"


def _value(output: object) -> str:
    value = output.get("value", output) if isinstance(output, dict) else output
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def critical_path(deployment: DeploymentView) -> list[str]:
    """Names of the operations that decided when the deployment ended, each waiting for the one before."""
    by_id = {operation.resource_id.lower(): operation for operation in deployment.operations}

    def end(operation: OperationView) -> float:
        return (operation.started or 0.0) + operation.duration

    begun = [operation for operation in deployment.operations if operation.started is not None]
    current = max(begun, key=end, default=None)
    waiting = [o for o in deployment.operations if o.started is None]
    path: list[str] = []
    seen: set[str] = set()
    while current is not None and current.id not in seen:
        seen.add(current.id)
        path.append(current.name)
        before = [by_id[d] for d in current.depends_on if d in by_id and by_id[d].started is not None]
        current = max(before, key=end, default=None)
    path.reverse()
    if path and waiting and not deployment.finished:
        last = next((o for o in deployment.operations if o.name == path[-1]), None)
        follower = next((o for o in waiting if last and last.resource_id.lower() in o.depends_on), None)
        if follower is not None:
            path.append(follower.name)
    return path
