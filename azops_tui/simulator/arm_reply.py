"""A reply of Resource Manager."""

from __future__ import annotations

from dataclasses import dataclass, field

from azops_tui.json_types import Json
from azops_tui.simulator.operations import Operation


@dataclass(slots=True)
class ArmReply:
    """The reply to one request.

    Attributes:
        status: HTTP status.
        body: JSON body; None for an empty one.
        operation: the operation that continues after the reply.
        operation_headers: names of the headers that point to the operation.
        headers: further headers.
    """

    status: int
    body: Json = None
    operation: Operation | None = None
    operation_headers: tuple[str, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
