"""The panes: number, title, and the step kinds and events that each one follows. A new pane needs only an entry here.

Data only, so that ``azops keys`` can read it; the modules are imported when a pane is first shown.
"""

from __future__ import annotations

from dataclasses import dataclass

from azops_tui.events import records as ev


@dataclass(frozen=True)
class PaneEntry:
    """A pane."""

    number: int
    """Its key."""
    title: str
    verb: str
    """Its word on the ``:`` line."""
    description: str
    module: str
    """Module of ``azops_tui.ui.panes`` that has its class."""
    class_name: str
    step_kinds: frozenset[str] = frozenset()
    """The pane comes to the front when a step of these kinds starts."""
    events: tuple[type, ...] = ()
    """The pane comes to the front when a step sends one of these events."""
    shows_cloud: bool = False
    """True if it shows data read from the cloud, whose age is of interest."""


PANES = (
    PaneEntry(
        1,
        "Resources",
        "resources",
        "resources",
        "resources",
        "ResourcesPane",
        frozenset({"azops=group", "azops=resources"}),
        shows_cloud=True,
    ),
    PaneEntry(
        2,
        "Deployments",
        "deployments",
        "deployments",
        "deployments",
        "DeploymentsPane",
        frozenset({"azops=deploy"}),
        (ev.DeploymentChanged,),
        shows_cloud=True,
    ),
    PaneEntry(
        3,
        "Scale sets",
        "scale",
        "scale sets",
        "scalesets",
        "ScaleSetsPane",
        frozenset({"azops=scale", "azops=instances"}),
        (ev.ScaleSetChanged,),
        shows_cloud=True,
    ),
    PaneEntry(
        4,
        "Hosts",
        "hosts",
        "hosts and their output",
        "hosts",
        "HostsPane",
        frozenset({"azops=ssh", "azops=copy"}),
        (ev.HostStarted,),
    ),
    PaneEntry(5, "Run", "events", "variables and events of the run", "run", "RunPane"),
)
LOG = PaneEntry(0, "Log", "", "what the run does, the newest line first", "log", "LogPane")
"""The pane that stands below the others first."""


def pane_to_follow(event: ev.Event, kind: str) -> int:
    """Number of the pane that shows what a step does now; 0 if the event says nothing about that.

    Args:
        event: what happened.
        kind: kind of the event's step, such as ``azops=deploy``; empty if it has none.
    """
    if not event.step:
        return 0
    if isinstance(event, ev.StepStarted | ev.ConfirmationAsked):
        return next((entry.number for entry in PANES if kind in entry.step_kinds), 0)
    return next((entry.number for entry in PANES if isinstance(event, entry.events)), 0)
