"""Requests and responses where they leave the process: what records or answers them sees no client and no socket."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol

current_step: ContextVar[str] = ContextVar("current_step", default="")
"""Name of the step in whose name azops itself sends requests; empty outside of a step."""
Headers = tuple[tuple[str, str], ...]
"""Names as they were sent, and values; a name may occur several times."""


@dataclass(frozen=True, slots=True)
class HttpCall:
    """A request to Azure."""

    method: str
    url: str
    headers: Headers = ()
    body: bytes = b""
    step: str = ""
    """Name of the step that sends it; empty if the one who passes it on does not know."""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """The response to a request; its body is not compressed."""

    status: int
    reason: str = ""
    headers: Headers = ()
    body: bytes = b""


RECORDED_WAIT = "x-azops-recorded-wait"
"""Header of a recorded response in which a service asked to wait: what people are told, while nobody waits."""


class HttpEdge(Protocol):
    """Records requests with their responses, or answers them. Used from several threads."""

    @property
    def is_offline(self) -> bool:
        """True if nothing is sent: every request is answered, or fails."""

    async def answer(self, call: HttpCall) -> HttpAnswer | None:
        """The recorded response; None if the request must be sent.

        Raises:
            AzopsError: nothing is sent, and the request was not recorded.
        """

    def keep(self, call: HttpCall, answer: HttpAnswer, seconds: float) -> None:
        """Record the response to a request that was sent."""
