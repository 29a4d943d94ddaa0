"""Makes ``docs/screen.svg``: the real screen, in the middle of a deployment on a local Azure.

.venv/bin/python docs/picture.py
"""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from textual.pilot import Pilot

from azops_tui import paths
from azops_tui.azure.profiles import profile
from azops_tui.ui.app import AzopsApp
from azops_tui.ui.live import LiveController

BEFORE = ("names", "create-group", "keypair", "look-at-base", "look-at-agents", "deploy-bad-key")
STEP = "deploy-base"
_FONTS = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
"""Rules that would fetch fonts from elsewhere; the reader's own monospaced one will do."""


async def main() -> None:
    """Run the cluster runbook up to the deployment of its base, and take the picture in the middle of it."""
    document = paths.shipped("runbooks") / "generic-cluster.md"
    with tempfile.TemporaryDirectory() as home:
        for name in ("STATE", "DATA", "CONFIG"):
            os.environ[f"XDG_{name}_HOME"] = home
        controller = LiveController(document, profile=profile("local"), parameters={})
        app = AzopsApp(controller)
        async with app.run_test(size=(120, 36)) as pilot:
            await until(pilot, lambda: bool(controller.view.steps) and controller.place.subscription != "")
            for name in BEFORE:
                await pilot.press("n")
                await until(pilot, partial(done, controller, name))
            await pilot.press("enter")
            await until(pilot, half_way(controller))
            svg = _FONTS.sub("", app.export_screenshot(title="azops"))
            (Path(__file__).parent / "screen.svg").write_text(svg, encoding="utf-8")
            await controller.stop()


def done(controller: LiveController, name: str) -> bool:
    """Whether the step is done and the next can be run."""
    return controller.view.steps[name].state == "done" and not controller.busy


def half_way(controller: LiveController) -> Callable[[], bool]:
    """Whether the machine is being made and the rest is there."""

    def test() -> bool:
        made = controller.view.steps[STEP].deployments
        if not made:
            return False
        states = [operation.state for operation in controller.view.deployments[made[-1]].operations]
        return states.count("Succeeded") >= 6 and "Running" in states

    return test


async def until(pilot: Pilot[int], holds: Callable[[], bool]) -> None:
    """Wait at most a minute, then a moment more for the screen to show it."""
    end = time.monotonic() + 60
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError("the screen did not come to it")
        await pilot.pause(0.05)
    await pilot.pause(0.3)


if __name__ == "__main__":
    asyncio.run(main())
