"""What the simulator says of itself, beside the cloud it simulates: hosts, state, faults, image aliases."""

from __future__ import annotations

import os

import msgspec
from aiohttp import web

from azops_tui.simulator.cloud import SimulatedCloud
from azops_tui.simulator.faults import Fault
from azops_tui.simulator.providers.compute.image_aliases import ALIASES


async def handle(cloud: SimulatedCloud, request: web.Request) -> web.Response:
    """Answers a path under ``/simulator/``."""
    name = request.path.removeprefix("/simulator/").strip("/")
    if name == "hosts":
        return web.json_response(cloud.hosts.addresses())
    if name == "status":
        groups = [g.name for g in cloud.store.groups.values()]
        status = {"pid": os.getpid(), "speed": cloud.clock.speed, "groups": groups}
        return web.json_response(status | {"resources": len(cloud.store.resources)})
    if name == "aliases.json":
        return web.json_response(ALIASES)
    if name == "faults" and request.method == "POST":
        return await _set_faults(cloud, request)
    return web.json_response({"error": {"code": "NotFound", "message": f"/simulator/{name} is nothing"}}, status=404)


async def _set_faults(cloud: SimulatedCloud, request: web.Request) -> web.Response:
    try:
        cloud.faults.replace(msgspec.json.decode(await request.read(), type=list[Fault]))
    except (msgspec.DecodeError, ValueError) as problem:
        return web.json_response({"error": {"code": "BadRequest", "message": str(problem)}}, status=400)
    return web.json_response({})
