"""A document that leaves things open, from its opening to its end by keys: guessed fences, values, outputs."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from azops_tui.azure.profiles import Profile
from azops_tui.engine.remembered import remembered_values
from azops_tui.ui.app import AzopsApp
from azops_tui.ui.live import LiveController
from azops_tui.ui.screens.dialogs import Dialog
from azops_tui.ui.screens.form import ParametersSheet
from azops_tui.ui.screens.main import MainScreen
from tests.notes import CALLS, calls, write_notes
from tests.ui.test_main import ready, text, until

LOCAL = Profile(name="local", cloud="local")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZOPS_SIM_SPEED", "1000")


def open_notes(document: Path, folder: Path) -> AzopsApp:
    return AzopsApp(LiveController(document, profile=LOCAL, parameters={}, journal_path=folder / "journal.db"))


async def sheet(pilot: Pilot[int], title: str) -> ParametersSheet:
    """The form with this title, once it takes keys."""
    await until(
        pilot,
        lambda: (
            isinstance(pilot.app.screen, ParametersSheet)
            and pilot.app.screen.question is not None
            and title in pilot.app.screen.question.title
            and isinstance(pilot.app.focused, Input)
        ),
    )
    form = pilot.app.screen
    assert isinstance(form, ParametersSheet)
    return form


async def close(pilot: Pilot[int]) -> None:
    controller = main_screen(pilot).controller
    await controller.close()


def main_screen(pilot: Pilot[int]) -> MainScreen:
    return next(screen for screen in pilot.app.screen_stack if isinstance(screen, MainScreen))


async def test_notes_run_from_opening_to_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = write_notes(tmp_path, monkeypatch)
    async with open_notes(document, tmp_path).run_test(size=(120, 40)) as pilot:
        screen = await ready(pilot)
        assert len(screen.document.names) == 5
        await pilot.press("a")
        await until(pilot, lambda: isinstance(pilot.app.screen, Dialog))
        dialog = pilot.app.screen
        assert isinstance(dialog, Dialog)
        assert "4 look like shell; 1 file to save: values/ingress.yaml" in dialog.ask.lines[0]
        await pilot.press("right", "right", "enter")

        form = await sheet(pilot, "leaves open")
        assert [parameter.name for parameter in form.parameters] == ["RESOURCE_GROUP", "REGION"]
        assert "Then the cluster" in str(form.query_one("#help-0").render())
        await pilot.press(*"team-rg", "enter", *"westeurope", "ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, Dialog))
        await pilot.press("right", "enter")

        form = await sheet(pilot, "Values for")
        assert form.query_one("#field-0", Input).value == "5d1f2a60-77aa-4b7e-9e0c-1f2e3d4c5b6a"
        assert "from the output of" in str(form.query_one("#help-0").render())
        await pilot.press("ctrl+s")
        view = screen.controller.view
        await until(pilot, lambda: view.count("done") == 5 and not screen.busy, 60)
        assert not view.failed
        await close(pilot)
    assert calls(tmp_path) == CALLS
    assert (tmp_path / "values/ingress.yaml").read_text() == "controller:\n  replicaCount: 2\n"
    assert remembered_values(document)["RESOURCE_GROUP"] == "team-rg"

    async with open_notes(document, tmp_path).run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, MainScreen))
        screen = main_screen(pilot)
        await until(pilot, lambda: len(screen.document.names) == 5)
        await pilot.press("a")
        form = await sheet(pilot, "leaves open")
        assert form.query_one("#field-0", Input).value == "team-rg"
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is screen and not screen.busy)
        assert screen.controller.view.count("done") == 0
        await close(pilot)


GUESSED = "# A\n\n```bash {name=own}\necho own\n```\n\n## B\n\n```\necho guess > out\n```\n"


async def test_a_guessed_step_is_seen_at_once_and_asked_about_when_it_is_about_to_run(tmp_path: Path) -> None:
    document = tmp_path / "guess.md"
    document.write_text(GUESSED)
    async with open_notes(document, tmp_path).run_test(size=(80, 24)) as pilot:
        screen = await ready(pilot)
        view = screen.controller.view
        assert len(screen.document.names) == 2
        await pilot.press("enter")
        await until(pilot, lambda: view.count("done") == 1 and not screen.busy)
        assert pilot.app.screen is screen
        shown = text(screen)
        assert "looks like bash" in shown

        await pilot.press("G", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Dialog))
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is screen)
        assert len(screen.document.names) == 2

        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Dialog))
        await pilot.press("right", "enter")
        await until(pilot, lambda: screen.document.names == ["own"] and pilot.app.screen is screen)
        assert "echo guess > out" in text(screen)
        assert screen.controller.view.step("own").state == "done"
        await close(pilot)
    assert not (tmp_path / "out").exists()
    # The answer is remembered with the document, as a yes is.
    async with open_notes(document, tmp_path).run_test(size=(80, 24)) as pilot:
        screen = await ready(pilot)
        assert screen.document.names == ["own"]
        await pilot.press("a")
        await until(pilot, lambda: screen.controller.view.count("done") == 1 and not screen.busy)
        await close(pilot)


async def test_runmes_prompt_env_decides_what_is_asked(tmp_path: Path) -> None:
    document = tmp_path / "runme.md"
    document.write_text(
        '```sh {"promptEnv":"always"}\nexport NAME=one\n```\n\n'
        '```sh {"promptEnv":"no","id":"01HY0Y"}\nexport OTHER=two\necho "$NAME $OTHER YOUR_NAME" > out\n```\n'
    )
    async with open_notes(document, tmp_path).run_test(size=(120, 40)) as pilot:
        screen = await ready(pilot)
        await pilot.press("a")
        form = await sheet(pilot, "leaves open")
        assert [parameter.name for parameter in form.parameters] == ["NAME"]
        assert form.query_one("#field-0", Input).value == "one"
        await pilot.press("end", *"-b", "ctrl+s")
        await until(pilot, lambda: screen.controller.view.count("done") == 2 and not screen.busy)
        await close(pilot)
    assert (tmp_path / "out").read_text() == "one-b two YOUR_NAME\n"
    assert screen.controller.runbook is not None
    step = screen.controller.runbook.step("01HY0Y")
    assert step is not None
    assert step is screen.controller.runbook.steps[1]


async def test_values_are_asked_before_one_step_and_secrets_are_hidden(tmp_path: Path) -> None:
    document = tmp_path / "secret.md"
    document.write_text(
        "---\nazops:\n  params:\n    COUNT: {type: int, max: 9}\n---\n\n# A\n\n"
        'Paste the token from the portal:\n\n```bash\necho "token {{api_token}} $COUNT" > out\n```\n'
    )
    async with open_notes(document, tmp_path).run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, MainScreen))
        screen = main_screen(pilot)
        await until(pilot, lambda: bool(screen.document.names) and bool(screen.controller.view.steps))
        await pilot.press("enter")
        form = await sheet(pilot, "Values for")
        assert [parameter.name for parameter in form.parameters] == ["COUNT", "API_TOKEN"]
        assert form.query_one("#field-1", Input).password
        await pilot.press(*"12", "ctrl+s")
        await until(pilot, lambda: "at most 9" in str(form.query_one("#help-0").render()))
        await pilot.press("backspace", "ctrl+s")
        await until(pilot, lambda: "needs a value" in str(form.query_one("#help-1").render()))
        await pilot.press(*"s3cret-value", "ctrl+s")
        view = screen.controller.view
        await until(pilot, lambda: view.count("done") == 1 and not screen.busy)
        assert "s3cret-value" not in str(list(view.steps.values()))
        await close(pilot)
    assert (tmp_path / "out").read_text() == "token s3cret-value 1\n"
    assert remembered_values(document) == {"COUNT": "1"}


async def test_prerequisites_are_fetched_after_a_question_and_missing_ones_asked_about(
    site: tuple[str, Path], tmp_path: Path
) -> None:
    url, folder = site
    (folder / "first.md").write_text("# First\n\n```bash {name=begin}\nA=web\n```\n")
    document = tmp_path / "doc.md"
    document.write_text(
        f"## Prerequisites\n\n[First]({url}/first.md), [lost](lost.md)\n\n# Doc\n\n```bash {{name=own}}\necho $A\n```\n"
    )

    def title() -> str:
        return pilot.app.screen.ask.title if isinstance(pilot.app.screen, Dialog) else ""

    async with open_notes(document, tmp_path).run_test(size=(120, 40)) as pilot:
        screen = await ready(pilot)
        assert screen.document.names == ["own"]
        await pilot.press("a")
        await until(pilot, lambda: title() == "Fetch 1 prerequisite from the web")
        await pilot.press("right", "right", "enter")
        await until(pilot, lambda: "first/begin" in screen.controller.view.steps)
        await until(pilot, lambda: title() == "Run without 1 prerequisite")
        await pilot.press("right", "enter")
        await until(pilot, lambda: screen.controller.view.count("done") == 2 and not screen.busy)
        await close(pilot)
