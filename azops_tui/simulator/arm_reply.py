"""A reply of Resource Manager."""

from __future__ import annotations

from dataclasses import dataclass, field

from azops_tui.json_types import Json
from azops_tui.simulator.operations import Operation


@dataclass(slots=True)
class ArmReply:
    """What a request gets back.

    Attributes:
        status: HTTP status.
        body: JSON body; None for an empty one.
        operation: the work that goes on, where there is some.
        lead: names of the headers that lead to the operation.
        headers: further headers.
    """

    status: int
    body: Json = None
    operation: Operation | None = None
    lead: tuple[str, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
