"""What large variables add to a step of ``true``: its time with 10 MB of variables beside that without them."""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
import time
from pathlib import Path

from azops_tui.engine.sessions.pool import Sessions
from azops_tui.engine.variables import Namespace

STEPS = 50


async def main() -> None:
    """Print medians in milliseconds and their ratio."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_STATE_HOME"] = folder
        variables = Namespace(lambda value: None)
        for name, value in os.environ.items():
            variables.set(name, value)
        sessions = Sessions(variables, Path(folder))
        shell = await sessions.shell()

        async def step(code: str) -> float:
            begun = time.perf_counter()
            await shell.run(code, on_output=lambda text, stream: None)
            await sessions.after_shell()
            return (time.perf_counter() - begun) * 1e3

        without = statistics.median([await step("true") for _ in range(STEPS)])
        first = await step("A=$(head -c 9000000 /dev/zero | tr '\\0' x); B=$(seq 160000)")
        await step("true")
        large = statistics.median([await step("true") for _ in range(STEPS)])
        await sessions.close()
    print(f"step of true: {without:.2f} ms, with 10 MB of variables {large:.2f} ms, ratio {large / without:.2f}")
    print(f"the step that sets them: {first:.0f} ms")


if __name__ == "__main__":
    asyncio.run(main())
