"""The first minutes of a person who has read nothing: what a key acts on is in view, and so is what came of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from azops_tui import paths
from azops_tui.azure.profiles import Profile
from azops_tui.ui.app import AzopsApp
from azops_tui.ui.live import LiveController
from azops_tui.ui.screens.dialogs import Dialog
from azops_tui.ui.screens.form import ParametersSheet
from azops_tui.ui.screens.main import MainScreen
from tests.ui.test_main import footer, ready, top, until
from tests.ui.test_seen import document, sees

SHARED = (
    "azure-docs__articles__virtual-machines__linux__quick-create-cli.md",
    "azure-docs__articles__aks__learn__quick-kubernetes-deploy-cli.md",
    "azure-compute-docs__articles__container-instances__container-instances-vnet.md",
)
LOCAL = Profile(name="local", cloud="local")
AZ = """#!/bin/sh
# Prints what az prints: nothing of these tests is about az.
printf '{\\n  "id": "/subscriptions/0/resourceGroups/demo",\\n  "location": "westeurope",\\n'
printf '  "name": "demo",\\n  "publicIpAddress": "20.40.0.4"\\n}\\n'
"""


@pytest.fixture(autouse=True)
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZOPS_SIM_SPEED", "1000")
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("az", "kubectl", "ssh", "curl"):
        (folder / name).write_text(AZ)
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def output_in_view(screen: MainScreen, name: str) -> bool:
    """Whether all that the card shows of a step's output is in view, or its beginning if that fills the view."""
    shown = screen.document
    index = shown._pieces_of[name]
    lines = shown.lines_in_view()
    places = [shown.head(index) + n for n, line in enumerate(shown._lines(index)) if line.part == "output"]
    return all(y in lines for y in places[: len(lines) - 1])


async def settled(pilot: Pilot[int], screen: MainScreen) -> None:
    """Answer what is asked, as a person does who agrees, until nothing runs and everything is drawn."""

    def is_settled() -> bool:
        at_rest = not screen.busy and not screen._records and screen._redraw_timer is None
        return pilot.app.screen is not screen or (at_rest and not any(w.group == "run" for w in screen.workers))

    while True:
        await until(pilot, is_settled, 60)
        asked = pilot.app.screen
        if asked is screen:
            await pilot.pause()
            return
        if isinstance(asked, Dialog):
            await pilot.click("#agree")
        elif isinstance(asked, ParametersSheet):
            await pilot.press("ctrl+s")
        await until(pilot, lambda asked=asked: pilot.app.screen is not asked)  # type: ignore[misc]


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
@pytest.mark.parametrize("name", ["generic-cluster", *SHARED])
async def test_every_key_acts_on_a_step_in_view_and_shows_its_output(
    name: str, size: tuple[int, int], tmp_path: Path
) -> None:
    if name in SHARED:
        path = tmp_path / "doc.md"
        path.write_text(document(name))
    else:
        path = paths.shipped("runbooks") / f"{name}.md"
    controller = LiveController(path, profile=LOCAL, parameters={}, journal_path=tmp_path / "journal.db")
    async with AzopsApp(controller).run_test(size=size) as pilot:
        screen = await ready(pilot)
        assert pilot.app.screen is screen
        assert "nothing run yet" in top(screen)
        assert "local" in top(screen)
        ran = 0
        for key in ("enter", "n", "n", "n", "pagedown", "enter", "enter", "n"):
            step, seen = screen.document.selected, sees(screen)
            acts = key in ("enter", "n")
            if acts:
                assert f"⏎ {'run' if seen else 'show'} {step[:10]}" in footer(screen)
            await pilot.press(key)
            await settled(pilot, screen)
            if acts and seen:
                ran += 1
                assert controller.view.step(step).state != "waiting"
                assert output_in_view(screen, step)
            else:
                assert sees(screen) or not acts
        assert ran >= 3
        await controller.close()
