"""What of a subscription the watch reads besides the groups of a run; light, because the first frame makes one."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class WatchScope:
    """Changed while the watch goes on, by what a person looks at."""

    groups: set[str] = field(default_factory=set)
    """Names of further groups."""
    everything: bool = False
    """Read the resources, scale sets and running deployments of all groups, however many there are."""
    machines: bool = False
    """Read the virtual machines and their addresses."""
