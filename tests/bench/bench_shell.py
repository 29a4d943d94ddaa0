"""What a step of ``true`` costs in the persistent shell, beside a bare ``bash -c true``."""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
import time

from azops_tui.engine.sessions.bash import ShellSession

STEPS = 100


async def main() -> None:
    """Prints medians in milliseconds and their ratio."""
    session = ShellSession()
    with tempfile.TemporaryDirectory() as folder:
        await session.start(dict(os.environ), folder)
        steps, bare = [], []
        for _ in range(STEPS):
            begun = time.perf_counter()
            await session.run("true", on_output=lambda text, stream: None)
            steps.append(time.perf_counter() - begun)
            begun = time.perf_counter()
            process = await asyncio.create_subprocess_exec("bash", "--norc", "-c", "true")
            await process.wait()
            bare.append(time.perf_counter() - begun)
        size = 50_000_000
        begun = time.perf_counter()
        await session.run(f"head -c {size} /dev/zero | tr '\\0' x", on_output=lambda text, stream: None)
        rate = size / (time.perf_counter() - begun) / 1e6
        await session.close()
    step, other = statistics.median(steps) * 1e3, statistics.median(bare) * 1e3
    print(
        f"step of true: {step:.2f} ms, bash -c true: {other:.2f} ms, ratio {step / other:.2f}; output {rate:.0f} MB/s"
    )


asyncio.run(main())
