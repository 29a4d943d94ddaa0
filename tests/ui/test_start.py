"""What is imported before the first frame, and terminals that cannot show one."""

from __future__ import annotations

import subprocess
import sys

import pytest

FORBIDDEN = ("azure.", "asyncssh", "aiohttp", "cryptography", "keyring", "tree_sitter", "requests", "yaml", "sqlite3")
FIRST_FRAME = """
import asyncio, sys
from pathlib import Path
from azops_tui.azure.profiles import profile
from azops_tui.ui.app import AzopsApp
from azops_tui.ui.live import LiveController
from azops_tui.ui.screens.main import MainScreen

seen = []

class Watched(LiveController):
    async def load(self):
        seen.extend(sys.modules)
        return None
    async def watch(self):
        pass

async def main():
    app = AzopsApp(Watched(Path("x.md"), profile=profile("local"), parameters={}))
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause(0.3)

asyncio.run(main())
print(chr(10).join(seen))
"""


def modules(code: str) -> list[str]:
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    return result.stdout.split()


@pytest.mark.parametrize("name", ["azops_tui.ui.app", "azops_tui.ui.start", "azops_tui.ui.commands"])
def test_importing_the_screen_is_light(name: str) -> None:
    loaded = modules(f"import {name}, sys; print(chr(10).join(sys.modules))")
    assert [m for m in loaded if m.startswith(FORBIDDEN)] == []


def test_the_first_frame_needs_no_library_of_the_cloud() -> None:
    loaded = modules(FIRST_FRAME)
    assert "azops_tui.ui.app" in loaded
    assert [m for m in loaded if m.startswith(FORBIDDEN)] == []


def test_the_commands_need_no_screen() -> None:
    from azops_tui.ui.commands import COMMANDS, key_map

    assert len({item.id for item in COMMANDS}) == len(COMMANDS)
    assert ("run.step", "⏎", "run the selected step, or answer its question", "document") in key_map()
    assert ("run.next", "ctrl+n", "run the step and select the next one", "document") in key_map({"run.next": "ctrl+n"})
