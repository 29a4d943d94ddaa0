"""State of a simulator in a SQLite file: kept up to date while it runs, and snapshots to start from.

What was in progress goes on after a restart: deployments run again from their request, and other work ends a moment
later as it would have.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import re
import sqlite3
from pathlib import Path

from azops_tui.simulator.endpoint import SimulatorError
from azops_tui.simulator.errors import ArmError
from azops_tui.simulator.operations import Operation
from azops_tui.simulator.resource_manager import record_success
from azops_tui.simulator.services import ArmServices
from azops_tui.simulator.state_records import VERSION, Row, StateReader, rows
from azops_tui.simulator.store import Resource

LOG = logging.getLogger(__name__)

SAVE_AFTER_S = 0.3
"""Seconds in which changes are collected before they are written."""
FINISH_AFTER_S = 5.0
"""Seconds, in Azure's time, after which interrupted work ends."""
_FINAL = ("succeeded", "failed", "canceled")
_POWER = {"starting": "running", "stopping": "stopped", "deallocating": "deallocated"}
_DEPLOYMENT = "microsoft.resources/deployments"


class StateFile:
    """A SQLite file with the state of a simulator. Only its owner can read it: it holds keys and parameters."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known: dict[tuple[str, str], bytes] = {}
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            self._database = sqlite3.connect(path, timeout=1)
        except (OSError, sqlite3.Error) as problem:
            raise SimulatorError(f"'{path}' cannot be opened: {problem}") from None
        try:
            self._database.executescript(
                "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
                "CREATE TABLE IF NOT EXISTS state"
                " (kind TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (kind, key))"
            )
        except sqlite3.Error as problem:
            self._database.close()
            raise SimulatorError(f"'{path}' cannot be used for the state of a simulator: {problem}") from None

    def read(self) -> list[Row]:
        """All records; none in a new file."""
        try:
            records = self._database.execute("SELECT kind, key, value FROM state ORDER BY rowid").fetchall()
        except sqlite3.Error as problem:
            raise SimulatorError(f"The state in '{self.path}' cannot be read: {problem}") from None
        self._known = {(kind, key): value for kind, key, value in records}
        return [(kind, key, value) for kind, key, value in records]

    def write(self, records: list[Row]) -> None:
        """Replace the records, in one transaction; those that are unchanged are not written."""
        new = {(kind, key): value for kind, key, value in records}
        gone = [place for place in self._known if place not in new]
        changed = [(*place, value) for place, value in new.items() if self._known.get(place) != value]
        if not gone and not changed:
            return
        with self._database:
            self._database.executemany("DELETE FROM state WHERE kind = ? AND key = ?", gone)
            self._database.executemany("INSERT OR REPLACE INTO state VALUES (?, ?, ?)", changed)
        self._known = new

    def close(self) -> None:
        self._database.close()


class StateKeeper:
    """Keeps the state of a simulator in a file while it runs."""

    def __init__(self, services: ArmServices, file: StateFile) -> None:
        self._services = services
        self._file = file
        self._task = asyncio.create_task(self._keep())

    @classmethod
    async def start(cls, services: ArmServices, path: Path) -> StateKeeper:
        """Load the state, if the file has one, and begin to keep it.

        Raises:
            SimulatorError: the file cannot be used, or has no state of a simulator of this version.
        """
        file = StateFile(path)
        try:
            records = file.read()
            if records:
                await load(services, records)
        except SimulatorError:
            file.close()
            raise
        return cls(services, file)

    async def _keep(self) -> None:
        changes = self._services.cloud.changes
        while True:
            await changes.wait()
            await asyncio.sleep(SAVE_AFTER_S)
            changes.clear()
            try:
                self.save()
            except sqlite3.Error as problem:
                LOG.error("the state of the simulator could not be saved: %s", problem)

    def save(self) -> None:
        """Write the state now."""
        self._file.write(list(rows(self._services)))

    async def close(self) -> None:
        """Write the state a last time, work in progress included."""
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        self.save()
        self._file.close()


async def load(services: ArmServices, records: list[Row]) -> None:
    """Replace the state of a running cloud, and go on with the work that was in progress.

    Raises:
        SimulatorError: the records are not those of a simulator of this version.
    """
    reader = StateReader(services, records)
    if reader.version != VERSION:
        raise SimulatorError(
            f"The file has no state of a simulator of this version ({VERSION}), but version {reader.version}."
        )
    cloud = services.cloud
    await cloud.operations.close()
    for resource in list(cloud.store.resources.values()):
        if resource.private.get("power"):
            await cloud.stop_host(resource.address.key, forget=True)
    pending = reader.read()
    for resource in list(cloud.store.resources.values()):
        provider = services.resources.registry.of(resource.address.type)
        cloud.operations.spawn(provider.restore(resource))
    _restart_deployments(services, pending)
    for group in list(cloud.store.groups.values()):
        if group.state == "Deleting":
            services.groups.resume_deletion(group, [o for o in pending if o.target.lower() == group.id.lower()])
    others = [o for o in pending if not o.is_done and o.task is None and o.kind.lower() != _DEPLOYMENT]
    deleting = {g.id.lower() for g in cloud.store.groups.values() if g.state == "Deleting"}
    cloud.operations.spawn(_finish(services, [o for o in others if o.target.lower() not in deleting]))


def _restart_deployments(services: ArmServices, pending: list[Operation]) -> None:
    """Run the deployments that were in progress again, from their requests; nested ones with their parents."""
    engine, operations = services.deployments, services.cloud.operations
    unfinished = [d for d in engine.known.values() if not d.is_done]
    nested = {child.id.lower() for deployment in unfinished for child in deployment.children}
    for deployment in unfinished:
        del engine.known[deployment.id.lower()]
    for deployment in unfinished:
        if deployment.id.lower() in nested:
            continue
        old = [o for o in pending if o.target.lower() == deployment.id.lower()]
        try:
            _, new = engine.start(deployment.address, deployment.sent, deployment.api_version, deployment.correlation)
        except ArmError as problem:
            deployment.error, deployment.state = problem, "Failed"
            deployment.finished.set()
            engine.known[deployment.id.lower()] = deployment
            for operation in old:
                operation.end("Failed", problem)
            continue
        for operation in old:
            operations.known[operation.id.lower()] = new


async def _finish(services: ArmServices, pending: list[Operation]) -> None:
    """End interrupted work as it would have ended."""
    cloud = services.cloud
    busy = [r for r in cloud.store.resources.values() if _is_busy(r)]
    if not busy and not pending:
        return
    await cloud.clock.sleep(FINISH_AFTER_S)
    for resource in busy:
        if cloud.store.get(resource.id) is not resource:
            continue
        if resource.state.lower() == "deleting":
            services.resources.remove(resource)
            continue
        provider = services.resources.registry.of(resource.address.type)
        power = str(resource.private.get("power") or "")
        resource.private |= {"power": _POWER[power]} if power in _POWER else {}
        if resource.state.lower() not in _FINAL:
            record_success(provider, resource)
        await provider.restore(resource)
    for operation in pending:
        operation.end("Succeeded")
    cloud.changes.set()


def _is_busy(resource: Resource) -> bool:
    return resource.state.lower() not in _FINAL or str(resource.private.get("power") or "") in _POWER


class Snapshots:
    """Saved states by name, in a folder."""

    def __init__(self, services: ArmServices, folder: Path) -> None:
        self._services = services
        self._folder = folder

    def names(self) -> list[str]:
        """The names of the snapshots, sorted."""
        return sorted(path.stem for path in self._folder.glob("*.db"))

    def save(self, name: str) -> None:
        """Save the state under a name; an older snapshot of the name is replaced.

        Raises:
            SimulatorError: the name is not valid, or the file cannot be written.
        """
        path = self._path(name)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = StateFile(path)
        try:
            file.read()
            file.write(list(rows(self._services)))
        finally:
            file.close()

    async def load(self, name: str) -> None:
        """Return to a saved state.

        Raises:
            SimulatorError: there is no snapshot of the name, or it cannot be read.
        """
        path = self._path(name)
        if not path.is_file():
            known = ", ".join(self.names()) or "none"
            raise SimulatorError(f"There is no snapshot named '{name}'. Snapshots: {known}.")
        file = StateFile(path)
        try:
            records = file.read()
        finally:
            file.close()
        await load(self._services, records)

    def _path(self, name: str) -> Path:
        if not re.fullmatch(r"\w[\w.-]{0,63}", name):
            raise SimulatorError(f"'{name}' is not a valid name of a snapshot: letters, digits, '.', '-' and '_' only.")
        return self._folder / f"{name}.db"
