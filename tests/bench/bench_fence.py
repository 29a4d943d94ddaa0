"""What the fence adds to the start of a session, once a session. Run: ``python -m tests.bench.bench_fence``."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from pathlib import Path
from statistics import median

from azops_tui.engine.sessions.bash import ShellSession
from azops_tui.gate.fence import Fence

STARTS = 21


async def _start(fence: Fence | None, folder: str) -> float:
    session = ShellSession()
    session.fence = fence
    began = time.perf_counter()
    await session.start(env=dict(os.environ), cwd=folder)
    duration = time.perf_counter() - began
    await session.close()
    return duration


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        fence = Fence((Path(folder),), (443,))
        # In turn, so that a busy machine slows both down.
        pairs = [(await _start(None, folder), await _start(fence, folder)) for _ in range(STARTS)]
    print(f"start of a shell session {median(plain for plain, _ in pairs) * 1000:6.1f} ms")
    print(f"the fence adds           {median(held - plain for plain, held in pairs) * 1000:6.1f} ms  (at most 15)")


if __name__ == "__main__":
    asyncio.run(main())
