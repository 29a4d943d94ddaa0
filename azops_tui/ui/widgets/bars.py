"""The top line, which tells where a run acts, and the bottom line, which tells which keys work now."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from textual import events
from textual.binding import ActiveBinding
from textual.strip import Strip
from textual.widget import Widget

from azops_tui.durations import format_clock
from azops_tui.enforcement import enforcement
from azops_tui.events.run_view import RunView
from azops_tui.ui.actions.base import Action
from azops_tui.ui.appearance import app_of
from azops_tui.ui.commands import COMMANDS, key_name
from azops_tui.ui.controller import Place
from azops_tui.ui.lines import Line, crop, shorten_middle, width

_LACKS = ("gate off", "no fence")


class Bar(Widget):
    """A widget of one line."""

    DEFAULT_CSS = "Bar { height: 1; background: $footer-background; color: $foreground; }"

    def spans(self, cells: int) -> Line:
        """The line for a width."""
        raise NotImplementedError

    def render_line(self, y: int) -> Strip:
        at = app_of(self)
        return at.draw(self.spans(self.size.width) if y == 0 else [], self.size.width, self.rich_style)


class TopLine(Bar):
    """File; cloud, subscription, read-only or read-write; the run and how far it is."""

    def __init__(self, file: str, place: Place, view: RunView, *, is_replay: bool = False) -> None:
        super().__init__()
        self.is_replay = is_replay
        self.file = file
        self.place = place
        self.view = view
        self.busy = False
        self.elapsed: float | None = None
        self.note = ""
        """Shown instead of the run, such as while the document is being read."""

    def update(self, view: RunView, place: Place, *, busy: bool, elapsed: float | None) -> None:
        """Show the run as it is now.

        Args:
            view: state of the run.
            place: cloud that it acts on.
            busy: True while a step runs.
            elapsed: seconds that the run has taken; None if it has not started.
        """
        self.view, self.place, self.busy, self.elapsed = view, place, busy, elapsed
        self.refresh()

    def spans(self, cells: int) -> Line:
        """Shortened from the middle: first the subscription goes, then the file's name; the cloud stays."""
        where = self._where(detail=2)
        run = self._run(full=cells >= 70)
        name = "replay" if self.is_replay else "azops"
        room = cells - width(where) - width(run) - len(name) - 6
        for detail in (1, 0):
            if room >= min(len(self.file), 16):
                break
            where = self._where(detail)
            room = cells - width(where) - width(run) - len(name) - 6
        style = "asking" if self.is_replay else "strong"
        left: Line = [(f" {name}", style), ("  ", "")]
        if room >= 4:
            left.append((shorten_middle(self.file, room), "muted"))
        gap = cells - width(left) - width(where) - width(run) - 1
        if gap < 2:
            left = [(f" {name} ", style)] if self.is_replay else [(" ", "")]
            gap = max(1, cells - width(where) - width(run) - width(left) - 1)
        before = min(gap // 2, 12) if cells >= 100 else gap // 2
        return [*left, (" " * before, ""), *where, (" " * (gap - before), ""), *run]

    def _where(self, detail: int) -> Line:
        """Cloud and what is enforced; first the gate that is on is left out, then the subscription."""
        marks = app_of(self).marks
        place = self.place
        if not place.cloud:
            return [("no cloud", "muted")]
        between = f" {marks.separator} "
        full = detail > 0
        *holds, mode = enforcement(gate=place.gate, fence=place.fence, read_only=place.read_only, brief=detail < 2)
        if place.production:
            text = between.join(filter(None, [place.cloud, place.subscription if full else "", *holds, mode]))
            return [(f" {marks.cloud} {text} ", "production")]
        line: Line = [(f"{marks.cloud} ", "accent"), (place.cloud, "strong")]
        if full and place.subscription:
            line += [(between, "faint"), (crop(place.subscription, 30), "muted")]
        for text in holds:
            line += [
                (between, "faint"),
                (text, "muted" if text == "gate on" else "asking" if text in _LACKS else "done"),
            ]
        return [*line, (between, "faint"), (mode, "done" if place.read_only else "asking")]

    def _run(self, full: bool) -> Line:
        marks = app_of(self).marks
        view = self.view
        if self.note:
            return [(self.note, "muted")]
        if view.phase == "new":
            steps = len(view.steps)
            return (
                [(f"nothing run yet {marks.separator} {steps} steps" if full else f"0/{steps}", "muted")]
                if steps
                else []
            )
        state = self._state()
        ended = view.count("done", "failed", "skipped", "unknown")
        line: Line = [(f"run {view.run}  ", "muted")] if full and view.run else []
        line += [(f"{marks.state(state)} ", state), (f"{ended}/{len(view.steps)}", "strong")]
        if view.count("failed", "unknown"):
            line.append((f"  {marks.state('failed')} {view.count('failed', 'unknown')}", "failed"))
        if self.elapsed is not None:
            line.append((f"  {format_clock(self.elapsed)}", "muted"))
        return line

    def _state(self) -> str:
        """State of the run: a pending question first, then a running step, then the result."""
        view = self.view
        if view.question:
            return "asking"
        if self.busy or (view.phase != "running"):
            return "running" if self.busy else view.phase
        if view.count("failed", "unknown"):
            return "failed"
        if not view.count("waiting", "stopped"):
            return "done"
        last = view.steps.get(view.current)
        return last.state if last is not None and last.state in ("stopped", "skipped") else "waiting"


class LineBar(Bar):
    """A line drawn by a function of the width."""

    def __init__(self, draw: Callable[[int], Line], classes: str) -> None:
        super().__init__(classes=classes)
        self._draw = draw

    def spans(self, cells: int) -> Line:
        """The line for a width."""
        return self._draw(cells)


def key_hints(keys: Iterable[tuple[str, str]]) -> Line:
    """Keys with their labels, for the last line of a screen."""
    line: Line = [(" ", "")]
    for key, label in keys:
        line += [(key, "key"), (f" {label}  ", "muted")]
    return line


class KeyBar(Bar):
    """Shows only the keys that work now, in the current focus."""

    def __init__(self, actions: Mapping[str, Action]) -> None:
        super().__init__()
        self._actions = actions
        self._spots: list[tuple[int, int, str]] = []
        """First cell, end and action of each key."""
        self._last: Line = []

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self._changed())

    def _changed(self) -> None:
        """Redraw only if the keys are others."""
        before = self._last
        if self.size.width and self.spans(self.size.width) != before:
            self.refresh()

    def _keys_above(self) -> Line:
        """Keys of the dialog or sheet that covers the screen."""
        hints = getattr(self.app.screen, "key_hints", (("esc", "back"),))
        self._spots = []
        self._last = key_hints((key, label) for key, label in hints)
        return self._last

    def spans(self, cells: int) -> Line:
        """As many keys as fit, the first ones first; help is always there."""
        if self.app.screen is not self.screen:
            return self._keys_above()
        hints = getattr(self.screen.focused, "key_hints", None)
        if hints is not None:
            self._spots, self._last = [], key_hints(hints)
            return self._last
        ascii_only = app_of(self).ascii_only
        active: dict[str, ActiveBinding] = {}
        for binding in self.screen.active_bindings.values():
            if binding.enabled and binding.binding.show and binding.binding.id:
                active.setdefault(binding.binding.id, binding)
        entries: list[tuple[str, str, str]] = []
        for item in COMMANDS:
            here = active.get(item.id)
            action = self._actions.get(item.id)
            if here is None or not item.footer or not (item.action or (action and action.is_enabled())):
                continue
            label = (action.label() if action else "") or item.label
            entries.append((key_name(here.binding.key, ascii_only), label, item.id))
        last = [entry for entry in entries if entry[2] in ("pane.switch", "help", "command")]
        room = cells - 1 - sum(len(key) + len(label) + 3 for key, label, _ in last)
        shown: list[tuple[str, str, str]] = []
        for entry in entries:
            size = len(entry[0]) + len(entry[1]) + 3
            if entry not in last and size <= room:
                shown.append(entry)
                room -= size
        line: Line = [(" ", "")]
        self._spots = []
        at = 1
        for key, label, identifier in [*shown, *last]:
            size = len(key) + 1 + len(label)
            self._spots.append((at, at + size, active[identifier].binding.key))
            line += [(key, "key"), (f" {label}  ", "muted")]
            at += size + 2
        self._last = line
        return line

    def on_click(self, event: events.Click) -> None:
        """A click on a key presses it."""
        for first, end, key in self._spots:
            if first <= event.x < end:
                self.app.simulate_key(key)
