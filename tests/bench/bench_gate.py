"""What the gate costs: its start, and each request through it. Run: ``python -m tests.bench.bench_gate``."""

from __future__ import annotations

import asyncio
import ssl
import tempfile
import time
from pathlib import Path
from statistics import median

import aiohttp
from aiohttp import web

from azops_tui.gate.classes import RequestClass
from azops_tui.gate.policy import Actor, GatePolicy, GateRequest

REQUESTS = 500


async def _answer(request: web.Request) -> web.Response:
    return web.json_response({"path": request.path})


async def _nobody(actor: Actor, request: GateRequest, reasons: tuple[str, ...]) -> str:
    return "nobody agreed to it."


async def _median(session: aiohttp.ClientSession, url: str, context: ssl.SSLContext, proxy: str | None) -> float:
    times = []
    for number in range(REQUESTS):
        began = time.perf_counter()
        async with session.get(f"{url}/{number}", ssl=context, proxy=proxy) as reply:
            await reply.read()
        times.append(time.perf_counter() - began)
    return median(times)


async def main() -> None:
    policy = GatePolicy(run=lambda: 1, read_only=lambda: False, ask=_nobody, record=lambda event: None)
    began = time.perf_counter()
    from azops_tui.gate.proxy import GateProxy
    from azops_tui.net.certificates import CertificateAuthority
    from azops_tui.net.upstream import LocalEndpoint

    imported = time.perf_counter() - began
    authority = CertificateAuthority()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", _answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=authority.context("127.0.0.1")).start()
    port = runner.addresses[0][1]
    with tempfile.TemporaryDirectory() as folder:
        ca = Path(folder) / "ca.pem"
        ca.write_bytes(authority.pem)
        began = time.perf_counter()
        proxy = GateProxy(policy, LocalEndpoint("127.0.0.1", port, str(ca)), {})
        print(f"start: {(imported + time.perf_counter() - began) * 1000:.0f} ms (limit 150)")
        actor = policy.admit("step", RequestClass.READS)
        context = ssl.create_default_context(cadata=(authority.pem + proxy.authority.pem).decode())
        async with aiohttp.ClientSession() as session:
            direct = await _median(session, f"https://127.0.0.1:{port}", context, None)
            through = await _median(session, "https://management.azure.com", context, proxy.url(actor))
        print(f"request: {direct * 1000:.2f} ms directly, {(through - direct) * 1000:.2f} ms more (limit 3)")
        await proxy.close()
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(main())
