"""Routes: which handler answers which method and path.

A pattern is a path with placeholders, compared without regard to case:

- ``{name}`` stands for one segment;
- ``{scope...}`` stands for any number of pairs, also none: what an extension or a deployment is attached to;
- ``{pairs...}`` stands for one or more pairs of a type and a name.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import unquote

from azops_tui.simulator.arm_reply import ArmReply
from azops_tui.simulator.arm_request import ArmRequest
from azops_tui.simulator.services import ArmServices

Handler: TypeAlias = Callable[[ArmServices, ArmRequest], ArmReply | Awaitable[ArmReply]]

_PLACEHOLDERS = {"{scope...}": r"(?P<scope>(?:/[^/]+/[^/]+)*)", "{pairs...}": r"(?P<pairs>(?:/[^/]+/[^/]+)+)"}


@dataclass(frozen=True, slots=True)
class Route:
    """One row of the table.

    Attributes:
        is_public: whether the path needs neither a token nor an API version: sign-in.
        has_versions: whether requests name an API version.
    """

    method: str
    pattern: str
    handler: Handler
    is_public: bool = False
    has_versions: bool = True


class RouteTable:
    """All routes, in the order in which they are tried."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._rows: dict[str, list[tuple[re.Pattern[str], Route]]] = {}
        for route in routes:
            self._rows.setdefault(route.method, []).append((_compile(route.pattern), route))

    def match(self, request: ArmRequest) -> Route | None:
        """The first route for the request's method and path, or None. Sets the request's ``params``."""
        for pattern, route in self._rows.get(request.method, ()):
            match = pattern.fullmatch(request.path)
            if match is not None:
                request.params = {name: unquote(value) for name, value in match.groupdict().items()}
                return route
        return None


def _compile(pattern: str) -> re.Pattern[str]:
    segments = pattern.strip("/").split("/")
    return re.compile("".join(_PLACEHOLDERS.get(s) or f"/{_segment(s)}" for s in segments), re.IGNORECASE)


def _segment(segment: str) -> str:
    return f"(?P<{segment[1:-1]}>[^/]+)" if segment.startswith("{") else re.escape(segment)
