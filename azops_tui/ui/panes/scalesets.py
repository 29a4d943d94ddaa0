"""Pane 3: the capacity of a scale set, and a square for each of its instances."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.timer import Timer

from azops_tui.events.azure_views import InstanceView, ScaleSetView
from azops_tui.ui.actions.resource_actions import ActionTarget
from azops_tui.ui.commands import bindings
from azops_tui.ui.format import count, time_of_day
from azops_tui.ui.glyphs import Glyphs
from azops_tui.ui.lines import Line
from azops_tui.ui.panes.base import Pane, PaneContext
from azops_tui.ui.panes.registry import PaneEntry
from azops_tui.ui.widgets.rows import Row, columns, text_row, wrapped

COUNT_SECONDS = 0.7
"""Time in which ``+`` or ``-`` must follow a digit; after it the digit selects a pane."""
MOST = 1000
"""Maximum capacity of a scale set."""


def square(instance: InstanceView, marks: Glyphs) -> tuple[str, str, str]:
    """Glyph, style and name of an instance's state."""
    state = instance.state.casefold()
    if state == "failed":
        return marks.failed, "failed", "failed"
    if state == "creating":
        return marks.creating, "running", "creating"
    if state in ("updating", "deleting"):
        return marks.updating, "stopped", state
    if instance.power in ("deallocated", "stopped"):
        return marks.deallocated, "muted", instance.power
    return marks.running, "done", instance.power or "running"


_TYPE = "microsoft.compute/virtualmachinescalesets"


class ScaleSetsPane(Pane):
    """Shows one scale set; ``wanted`` has the capacities chosen with + and - and not applied yet."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("scale sets")
    orders = ("instance", "state", "fault domain", "update domain", "address")
    shows_cloud = True
    hint = "No scale set yet. When a step makes one, a square for each of its instances appears here."

    def __init__(self, entry: PaneEntry, context: PaneContext) -> None:
        super().__init__(entry, context)
        self._chosen = ""
        self.wanted: dict[str, int] = {}
        self._count = ""
        """Digits typed before ``+`` or ``-``."""
        self._count_timer: Timer | None = None

    def update_view(self) -> None:
        """Draw the pane; without a scale set of the run, say where others are."""
        super().update_view()
        groups = [
            sum(resource.type.casefold() == _TYPE for resource in resources)
            for resources in self.view.resources.values()
        ]
        if not self.view.scale_sets and any(groups):
            places = count(sum(map(bool, groups)), "resource group")
            self.empty = f"No scale set of this run yet; {count(sum(groups), 'scale set')} in {places}: 1 lists them."
            self.changed()

    def shown(self) -> ScaleSetView | None:
        """The scale set that is shown: the chosen one, or the newest."""
        chosen = self.view.scale_sets.get(self._chosen)
        return chosen or next(reversed(self.view.scale_sets.values()), None)

    def build(self) -> list[Row]:
        """Rows of the header, the capacity, the squares and the instances."""
        scale_set = self.shown()
        if scale_set is None:
            return []
        marks = self.marks
        key = scale_set.id.lower()
        between = f" {marks.separator} "
        head: Line = [(" ", ""), (scale_set.name, "strong"), (between, "faint"), (scale_set.group, "muted")]
        head += [(between, "faint"), (scale_set.sku, "muted"), (between, "faint"), (scale_set.orchestration, "muted")]
        if len(self.view.scale_sets) > 1:
            place = list(self.view.scale_sets).index(key) + 1
            head.append((f"   {place} of {len(self.view.scale_sets)}", "faint"))
        rows = [text_row(key, head, selectable=True, copy=scale_set.id, data=scale_set), text_row(f"{key}:gap", [])]
        rows.append(text_row(f"{key}:capacity", self._capacity(scale_set)))
        if scale_set.autoscale:
            rows += wrapped(f"{key}:auto", [(scale_set.autoscale, "asking")], self.cells)
        rows.append(text_row(f"{key}:gap2", []))
        rows += self._squares(key, scale_set)
        rows += self._plot(key)
        rows += [text_row(f"{key}:gap3", []), *self._table(scale_set)]
        return rows

    def _capacity(self, scale_set: ScaleSetView) -> Line:
        here = len(scale_set.instances)
        ready = sum(instance.state == "Succeeded" for instance in scale_set.instances)
        line: Line = [(" capacity ", "muted"), (str(scale_set.capacity), "strong")]
        if self._count:
            line.append((f"  {self._count} + or -", "asking"))
        wanted = self.wanted.get(scale_set.id.lower())
        if wanted is not None and wanted != scale_set.capacity:
            line += [(f" {self.marks.arrow} ", "accent"), (str(wanted), "asking")]
            line.append((f"   {self.marks.enter} apply", "faint"))
        line.append((f"   {ready} of {count(here, 'instance')} ready", "done" if ready == here else "running"))
        return line

    def _plot(self, key: str) -> list[Row]:
        """Plot of the ready instances over time; empty if their number never changed."""
        history = list(self.context.event_log.ready.get(key, []))
        if len({ready for _, ready in history}) < 2:
            return []
        first, last = history[0][0], max(history[-1][0], history[0][0] + 1)
        most = max(ready for _, ready in history)
        label = len(str(most)) + 2
        cells = max(8, min(48, self.cells - label - 2))
        rows = [text_row(f"{key}:plot:gap", []), text_row(f"{key}:plot", [(" ready over time", "muted")])]
        for number, text in enumerate(plot(history, cells, 3, self.marks.bars)):
            mark = str(most) if number == 0 else "0" if number == 2 else ""
            rows.append(text_row(f"{key}:plot:{number}", [(mark.rjust(label) + " ", "faint"), (text, "accent")]))
        times = time_of_day(first) + time_of_day(last).rjust(max(9, cells - 8))
        return [*rows, text_row(f"{key}:plot:time", [(" " * (label + 1) + times, "faint")])]

    def _squares(self, key: str, scale_set: ScaleSetView) -> list[Row]:
        marks = self.marks
        each = 2 if len(scale_set.instances) * 2 <= self.cells * 6 else 1
        per_row = max(1, (self.cells - 2) // each)
        rows: list[Row] = []
        for start in range(0, len(scale_set.instances), per_row):
            line: Line = [(" ", "")]
            for instance in scale_set.instances[start : start + per_row]:
                glyph, style, _ = square(instance, marks)
                line.append((glyph.ljust(each), style))
            rows.append(text_row(f"{key}:squares:{start}", line))
        return rows

    def _key(self, instance: InstanceView) -> tuple[object, ...]:
        """Sort key of an instance; instances with equal keys keep their order."""
        match self.order:
            case "state":
                return (square(instance, self.marks)[2],)
            case "fault domain":
                return (-1 if instance.fault_domain is None else instance.fault_domain,)
            case "update domain":
                return (-1 if instance.update_domain is None else instance.update_domain,)
            case "address":
                return tuple(int(part) if part.isdigit() else 0 for part in instance.address.split("."))
            case _:
                return ()

    def _table(self, scale_set: ScaleSetView) -> list[Row]:
        marks = self.marks
        rows = [
            text_row(
                f"{scale_set.id}:columns",
                [
                    (" ", ""),
                    *columns(
                        ("  instance", 22, "muted"),
                        ("state", 12, "muted"),
                        ("FD", 2, "muted"),
                        ("UD", 2, "muted"),
                        ("address", 15, "muted"),
                    ),
                ],
            )
        ]
        for instance in sorted(scale_set.instances, key=self._key):
            glyph, style, word = square(instance, marks)
            line: Line = [
                (f" {glyph} ", style),
                *columns(
                    (instance.name, 20, ""),
                    (word, 12, style),
                    (_number(instance.fault_domain), 2, "muted"),
                    (_number(instance.update_domain), 2, "muted"),
                    (instance.address, 15, "muted"),
                ),
            ]
            if not instance.latest_model:
                line.append(("  model old", "asking"))
            if instance.health and instance.health.casefold() != "healthy":
                line.append((f"  {instance.health}", "failed"))
            rows.append(text_row(instance.id, line, selectable=True, copy=instance.id, data=instance))
        return rows

    def on_key(self, event: events.Key) -> None:
        """Collect digits before ``+`` or ``-``; a digit that neither follows selects a pane, as everywhere."""
        character = event.character or ""
        if character.isascii() and character.isdigit() and self.shown() is not None:
            self._set_count((self._count + character)[-4:])
            if self._count in ("1", "2", "3", "4", "5"):
                self._count_timer = self.set_timer(COUNT_SECONDS, self._go_to_pane)
        elif self._count and event.key in ("escape", "backspace"):
            self._set_count(self._count[:-1] if event.key == "backspace" else "")
        else:
            return
        event.stop()
        event.prevent_default()

    def _set_count(self, count: str) -> None:
        if self._count_timer is not None:
            self._count_timer.stop()
            self._count_timer = None
        self._count = count
        self.update_view()

    def _go_to_pane(self) -> None:
        number, self._count = self._count, ""
        self.update_view()
        self.app.call_later(self.screen.run_action, f"screen.do('pane.{number}')")

    def action_more(self, by: int) -> None:
        """Change the wanted capacity; enter and a yes apply it."""
        scale_set = self.shown()
        by *= int(self._count or "1")
        self._set_count("")
        if scale_set is not None:
            key = scale_set.id.lower()
            self.wanted[key] = max(0, min(MOST, self.wanted.get(key, scale_set.capacity) + by))
            self.update_view()

    def action_other(self, by: int) -> None:
        keys = list(self.view.scale_sets)
        scale_set = self.shown()
        if scale_set is not None:
            self._chosen = keys[(keys.index(scale_set.id.lower()) + by) % len(keys)]
            self.update_view()

    def action_detail(self) -> None:
        """Apply the wanted capacity if it differs from the current one; otherwise offer the actions of the row."""
        scale_set = self.shown()
        if scale_set is None:
            return
        wanted = self.wanted.get(scale_set.id.lower(), scale_set.capacity)
        if wanted != scale_set.capacity:
            self.context.cloud.scale(scale_set, wanted, lambda: self.forget(scale_set.id.lower()))
            return
        item = self.current.data if self.current is not None else None
        kind = "Microsoft.Compute/virtualMachineScaleSets"
        if isinstance(item, InstanceView) and item.id.startswith("/"):
            part = "/virtualMachines" if "/virtualmachinescalesets/" in item.id.lower() else ""
            of_machine = f"{kind}{part}" if part else "Microsoft.Compute/virtualMachines"
            self.context.cloud.open_actions([ActionTarget(item.id, of_machine, item.name)])
        elif isinstance(item, ScaleSetView):
            self.context.cloud.open_actions([ActionTarget(item.id, kind, item.name)])

    def forget(self, key: str) -> None:
        """Forget the wanted capacity of a scale set."""
        self.wanted.pop(key, None)
        self.update_view()


def plot(history: list[tuple[float, int]], cells: int, height: int, bars: str) -> list[str]:
    """Lines of a step plot, the top line first.

    Args:
        history: moment and number, in order.
        cells: width.
        height: how many lines.
        bars: characters from empty to full.
    """
    first, span = history[0][0], max(1e-9, history[-1][0] - history[0][0])
    most = max(1, *(number for _, number in history))
    levels: list[int] = []
    at = 0
    for cell in range(cells):
        moment = first + span * (cell + 1) / cells if cell + 1 < cells else history[-1][0]
        while at + 1 < len(history) and history[at + 1][0] <= moment:
            at += 1
        levels.append(round(history[at][1] / most * height * (len(bars) - 1)))
    full = len(bars) - 1
    return [
        "".join(bars[max(0, min(full, level - full * line))] for level in levels) for line in reversed(range(height))
    ]


def _number(value: int | None) -> str:
    return "" if value is None else str(value)
