"""The simulator's own paths, beside the cloud it simulates: hosts, state, faults, image aliases."""

from __future__ import annotations

import os
from collections.abc import Callable

import msgspec

from azops_tui.simulator.arm_reply import ArmReply
from azops_tui.simulator.arm_request import ArmRequest
from azops_tui.simulator.endpoint import SimulatorError
from azops_tui.simulator.errors import ArmError
from azops_tui.simulator.fault_specs import Fault
from azops_tui.simulator.faults import decode_faults
from azops_tui.simulator.providers.compute.image_aliases import ALIASES
from azops_tui.simulator.routing import Route
from azops_tui.simulator.saved_state import Snapshots
from azops_tui.simulator.services import ArmServices


def list_hosts(services: ArmServices, request: ArmRequest) -> ArmReply:
    """The running machines and where they listen for SSH."""
    return ArmReply(200, services.cloud.hosts.addresses())


def show_status(services: ArmServices, request: ArmRequest) -> ArmReply:
    """Process id, speed, names of the groups, number of resources."""
    cloud = services.cloud
    groups = [g.name for g in cloud.store.groups.values()]
    status = {"pid": os.getpid(), "speed": cloud.clock.speed, "groups": groups}
    return ArmReply(200, status | {"resources": len(cloud.store.resources)})


def list_image_aliases(services: ArmServices, request: ArmRequest) -> ArmReply:
    """The document that ``az vm create --image`` reads aliases from."""
    return ArmReply(200, ALIASES)


def set_faults(services: ArmServices, request: ArmRequest) -> ArmReply:
    """Replace the injected faults. Raises ArmError as `_change_faults` does."""
    return _change_faults(services.cloud.faults.replace, request)


def add_faults(services: ArmServices, request: ArmRequest) -> ArmReply:
    """Add injected faults. Raises ArmError as `_change_faults` does."""
    return _change_faults(services.cloud.faults.add, request)


def _change_faults(change: Callable[[list[Fault]], None], request: ArmRequest) -> ArmReply:
    """Change the injected faults by those in a request.

    Raises:
        ArmError: the body is not a list of faults, or a path is not a regular expression.
    """
    try:
        change(decode_faults(request.content()))
    except ValueError as problem:
        raise ArmError(400, "BadRequest", str(problem)) from None
    return ArmReply(200, {})


def list_faults(services: ArmServices, request: ArmRequest) -> ArmReply:
    """The injected faults, each with how often it has hit."""
    faults = services.cloud.faults
    return ArmReply(
        200,
        [{"fault": msgspec.to_builtins(f), "hits": hits} for f, hits in zip(faults.current, faults.hits, strict=True)],
    )


def set_clock(services: ArmServices, request: ArmRequest) -> ArmReply:
    """Advance, freeze or resume the clock: ``{"advance": seconds}``, ``{"frozen": true}``. Returns the time.

    Raises:
        ArmError: the body says neither.
    """
    clock, sent = services.cloud.clock, request.document()
    seconds, frozen = sent.get("advance"), sent.get("frozen")
    if isinstance(seconds, int | float) and 0 <= seconds < 1e9:
        clock.advance(float(seconds))
    elif frozen is True:
        clock.freeze()
    elif frozen is False:
        clock.resume()
    elif sent:
        raise ArmError(400, "BadRequest", "The body must have 'advance', a number of seconds, or 'frozen'.")
    return ArmReply(200, {"now": clock.now(), "frozen": clock.frozen_at is not None, "ahead": clock.offset})


def _snapshots(services: ArmServices) -> Snapshots:
    if services.snapshots is None:
        raise ArmError(409, "Conflict", "The simulator has no folder for snapshots.")
    return Snapshots(services, services.snapshots)


def list_snapshots(services: ArmServices, request: ArmRequest) -> ArmReply:
    """The names of the snapshots."""
    return ArmReply(200, list(_snapshots(services).names()))


def save_snapshot(services: ArmServices, request: ArmRequest) -> ArmReply:
    """Save the state under a name.

    Raises:
        ArmError: the snapshot cannot be saved.
    """
    try:
        _snapshots(services).save(request.params["name"])
    except SimulatorError as problem:
        raise ArmError(400, "BadRequest", str(problem)) from None
    return ArmReply(200, {})


async def load_snapshot(services: ArmServices, request: ArmRequest) -> ArmReply:
    """Return to a saved state.

    Raises:
        ArmError: the snapshot cannot be loaded.
    """
    try:
        await _snapshots(services).load(request.params["name"])
    except SimulatorError as problem:
        raise ArmError(400, "BadRequest", str(problem)) from None
    return ArmReply(200, {})


URLS = (
    Route("GET", "/simulator/snapshots", list_snapshots, has_versions=False),
    Route("PUT", "/simulator/snapshots/{name}", save_snapshot, has_versions=False),
    Route("POST", "/simulator/snapshots/{name}/load", load_snapshot, has_versions=False),
    Route("GET", "/simulator/hosts", list_hosts, has_versions=False),
    Route("GET", "/simulator/status", show_status, has_versions=False),
    Route("GET", "/simulator/aliases.json", list_image_aliases, is_public=True),
    Route("GET", "/simulator/faults", list_faults, has_versions=False),
    Route("POST", "/simulator/faults", set_faults, has_versions=False),
    Route("POST", "/simulator/faults/add", add_faults, has_versions=False),
    Route("POST", "/simulator/clock", set_clock, has_versions=False),
)
