"""Long-running operations: work that continues after the reply, and the URLs that show its progress.

An operation has two URLs: the status URL (``Azure-AsyncOperation``) answers 200 with a status; the result URL
(``Location``) answers 202 until the work has ended and then with its result. Their paths differ by namespace; the
last segment is always the operation's id.
"""

from __future__ import annotations

import asyncio
import logging
import random
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from azops_tui.json_types import Json
from azops_tui.simulator.clock import Clock, offset_stamp
from azops_tui.simulator.errors import ArmError

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OperationFormat:
    """How a namespace shows its operations.

    Attributes:
        status_segment, result_segment: path segments of the status and result urls.
        has_times: whether the status shows the operation's name, start and end.
        has_id: whether the status shows the operation's id and name, and its states begin in lower case.
        has_path: whether the status shows the operation's path as its id, and empty properties.
        deleted_status: status of the result URL when a deletion has ended.
    """

    status_segment: str = "operationStatuses"
    result_segment: str = "operationResults"
    has_times: bool = True
    has_id: bool = False
    has_path: bool = False
    deleted_status: int = 200


RESOURCE_MANAGER_FORMAT = OperationFormat(has_times=False)
"""Format of the operations of Resource Manager itself: groups, deployments."""


class Operation:
    """One long-running operation.

    Attributes:
        status: ``InProgress``, ``Succeeded``, ``Failed`` or ``Canceled``.
        error: the reason for a failure.
        result: returns the body of the result URL; None for an empty body.
        output: whether the status shows the result, as those of disks do.
        target: id of what the operation works on; empty if it is none.
    """

    def __init__(
        self, id_: str, kind: str, clock: Clock, subscription: str, location: str, format: OperationFormat
    ) -> None:
        self.id = id_
        self.kind = kind
        self.clock = clock
        self.format = format
        self.subscription = subscription
        self.location = location or "eastus"
        self.started = clock.now()
        self.ended: float | None = None
        self.status = "InProgress"
        self.error: ArmError | None = None
        self.result: Callable[[], Json] | None = None
        self.empty_status = 200
        self.output = False
        self.target = ""
        self.interval = 5.0
        self.task: asyncio.Task[None] | None = None
        self.finished = asyncio.Event()

    @property
    def is_done(self) -> bool:
        """Whether the work has ended."""
        return self.status != "InProgress"

    async def wait(self) -> None:
        """Wait until the work has ended.

        Raises:
            ArmError: the work failed.
        """
        await self.finished.wait()
        if self.error is not None:
            raise self.error

    def end(self, status: str, error: ArmError | None = None) -> None:
        """Record the end of the work. Further calls change nothing."""
        if not self.is_done:
            self.status, self.error, self.ended = status, error, self.clock.now()
            self.finished.set()

    def urls(self, base: str, api_version: str) -> dict[str, str]:
        """The two URLs, by header name."""
        scope = f"/subscriptions/{self.subscription}" if self.subscription else ""
        root = f"{base}{scope}/providers/{self.kind.split('/')[0]}/locations/{self.location}"
        status, result = self.format.status_segment, self.format.result_segment
        return {
            "azure-asyncoperation": f"{root}/{status}/{self.id}?api-version={api_version}",
            "location": f"{root}/{result}/{self.id}?monitor=true&api-version={api_version}",
        }

    def as_json(self) -> dict[str, Json]:
        """The body of the status URL."""
        body: dict[str, Json] = {"status": self.status}
        if self.format.has_id:
            path = urlsplit(self.urls("", "")["azure-asyncoperation"]).path
            body = {"id": path, "name": self.id, "status": self.status[:1].lower() + self.status[1:]}
        if self.format.has_times:
            body |= {"name": self.id, "startTime": offset_stamp(self.started)}
            if self.ended is not None:
                body["endTime"] = offset_stamp(self.ended)
        if self.format.has_path:
            body |= {"id": urlsplit(self.urls("", "")["azure-asyncoperation"]).path, "properties": {}}
        if self.output and self.result is not None and self.status == "Succeeded":
            body["properties"] = {"output": self.result()}
        if self.error is not None:
            body["error"] = self.error.error()
        return body


class Operations:
    """All operations, and the tasks that do their work."""

    def __init__(self, clock: Clock, randomness: random.Random) -> None:
        self.clock = clock
        self.random = randomness
        self.known: dict[str, Operation] = {}
        self.on_ended: Callable[[], None] = lambda: None
        """Called when the work of an operation has ended."""
        self._tasks: set[asyncio.Task[None]] = set()

    def find(self, id_: str) -> Operation | None:
        return self.known.get(id_.lower())

    def make(
        self,
        kind: str,
        subscription: str,
        location: str = "",
        *,
        id_: str = "",
        format: OperationFormat = RESOURCE_MANAGER_FORMAT,
        target: str = "",
    ) -> Operation:
        """A new operation on a resource of type ``kind``; `start` begins its work."""
        operation = Operation(id_ or str(uuid.uuid4()), kind, self.clock, subscription, location, format)
        operation.target = target
        self.known[operation.id.lower()] = operation
        return operation

    def start(self, operation: Operation, work: Callable[[], Awaitable[None]]) -> Operation:
        """Start the work. If it raises an ArmError, the operation fails with it."""
        operation.task = self.spawn(self._carry_out(operation, work))
        return operation

    def spawn(self, work: Any) -> asyncio.Task[None]:
        """Run a coroutine until it ends or the simulator closes."""
        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _carry_out(self, operation: Operation, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except ArmError as problem:
            operation.end("Failed", problem)
        except asyncio.CancelledError:
            operation.end("Canceled", ArmError(409, "OperationPreempted", "The operation was cancelled."))
            raise
        except Exception:
            LOG.exception("operation %s of %s failed by a fault of the simulator", operation.id, operation.kind)
            operation.end("Failed", ArmError(500, "InternalServerError", "Encountered internal server error."))
        else:
            operation.end("Succeeded")
        self.on_ended()

    def vary(self, seconds: float) -> float:
        """The seconds with a random variation of −15 % to +20 %."""
        return seconds * self.random.uniform(0.85, 1.2)

    async def close(self) -> None:
        """Cancel all unfinished work."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
