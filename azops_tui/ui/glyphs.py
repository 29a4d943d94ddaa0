"""Glyphs in Unicode and ASCII. A glyph tells a state without colour."""

from __future__ import annotations

from dataclasses import dataclass, field

from azops_tui.state_glyphs import STATE_GLYPHS

_STATES = {**STATE_GLYPHS, "interrupted": STATE_GLYPHS["unknown"]}
_ASCII_STATES = {
    "waiting": ".",
    "running": ">",
    "done": "+",
    "failed": "x",
    "skipped": "-",
    "asking": "!",
    "stopped": "=",
    "unknown": "?",
    "interrupted": "?",
}


@dataclass(frozen=True)
class Glyphs:
    """One set of marks."""

    states: dict[str, str] = field(default_factory=lambda: dict(_STATES))
    bar: str = "▌"
    cloud: str = "☁"
    dot: str = "•"
    ellipsis: str = "…"
    separator: str = "·"
    span: str = "▆"
    """A piece of a time span."""
    opened: str = "▾"
    closed: str = "▸"
    running: str = "■"
    creating: str = "▣"
    updating: str = "▤"
    deallocated: str = "□"
    failed: str = "✕"
    enter: str = "⏎"
    arrow: str = "→"
    rule: str = "─"
    quote: str = "│"
    bullet: str = "•"
    check: str = "✓"
    box: str = "☐"
    box_done: str = "☑"
    track: str = "─"
    head: str = "●"
    bars: str = " ▁▂▃▄▅▆▇█"
    """From empty to full, for plots."""
    half: str = "▀"
    """Upper half of a cell, for pictures; empty where they are not drawn."""

    def state(self, state: str) -> str:
        """Glyph of a step's or run's state; ``?`` if the state is unknown."""
        return self.states.get(state, "?")


UNICODE = Glyphs()
ASCII = Glyphs(
    states=_ASCII_STATES,
    bar="|",
    cloud="@",
    dot="*",
    ellipsis="~",
    separator="-",
    span="#",
    opened="v",
    closed=">",
    running="#",
    creating="+",
    updating="=",
    deallocated="o",
    failed="x",
    enter="enter",
    arrow="->",
    rule="-",
    quote="|",
    bullet="*",
    check="+",
    box="[ ]",
    box_done="[x]",
    track="-",
    head="#",
    bars=" .:#",
    half="",
)


def glyphs(ascii_only: bool) -> Glyphs:
    """The ASCII or the Unicode set."""
    return ASCII if ascii_only else UNICODE


def provisioning(state: str) -> str:
    """Step state that corresponds to Azure's provisioning state (``Succeeded`` is ``done``)."""
    return {
        "succeeded": "done",
        "failed": "failed",
        "canceled": "stopped",
        "waiting": "waiting",
        "notstarted": "waiting",
        "": "unknown",
    }.get(state.casefold(), "running")
