"""What a step costs through the whole engine: guard, shell session, variables, journal, state.

Prints the median of 100 steps of ``true`` beside that of a new ``bash -c true`` measured in the same run, and how fast
50 MB of output go through beside the same bytes read by a plain subprocess.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

STEPS = 100
FLOOD = "head -c 50000000 /dev/zero | tr '\\0' x | fold -w 99"


async def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_STATE_HOME"] = folder
        await measure(Path(folder))


async def measure(folder: Path) -> None:
    """Run the documents and print ratios."""
    from azops_tui.engine.open import open_runbook
    from azops_tui.engine.run import Run
    from azops_tui.journal.store import Journal

    document = folder / "bench.md"
    steps = "".join(f"```bash {{name=s{number}}}\ntrue\n```\n\n" for number in range(STEPS + 1))
    document.write_text(f"{steps}```bash {{name=flood}}\n{FLOOD}\n```\n")
    with Journal() as journal:
        run = Run(open_runbook(document), journal=journal)
        await run.run_step("s0")
        ours = []
        for number in range(1, STEPS + 1):
            began = time.perf_counter()
            await run.run_step(f"s{number}")
            ours.append(time.perf_counter() - began)
        began = time.perf_counter()
        await run.run_step("flood")
        flood = time.perf_counter() - began
        await run.close()
    step = statistics.median(ours) * 1000
    shell, read = baseline()
    print(f"step of true   {step:6.2f} ms   {step / shell:5.2f} × bash -c true ({shell:.2f} ms)")
    print(f"50 MB output   {flood:6.2f} s    {flood / read:5.2f} × a plain subprocess ({read:.2f} s)")


def baseline() -> tuple[float, float]:
    """Milliseconds of a new ``bash -c true``, the median, and seconds in which a subprocess's 50 MB are read."""
    plain = []
    for _ in range(STEPS):
        began = time.perf_counter()
        subprocess.run(["bash", "-c", "true"], check=True)
        plain.append(time.perf_counter() - began)
    began = time.perf_counter()
    subprocess.run(["bash", "-c", FLOOD], check=True, capture_output=True)
    return statistics.median(plain) * 1000, time.perf_counter() - began


if __name__ == "__main__":
    asyncio.run(main())
