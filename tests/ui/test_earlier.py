"""What came of the steps of a document in an earlier run: dimmed, with its date, and only if it is the same step."""

from __future__ import annotations

from pathlib import Path

from textual.pilot import Pilot

from azops_tui.azure.profiles import Profile
from azops_tui.ui.app import AzopsApp
from azops_tui.ui.live import LiveController
from azops_tui.ui.screens.main import MainScreen
from tests.cli.azops import azops
from tests.ui.test_main import ready, text, until

DOCUMENT = """# A

```bash {name=greet}
echo "hello from $((40 + 2))"
```

```bash {name=edited}
echo old
```

```bash {name=fails}
echo nothing here >&2; false
```
"""


def controller(document: Path, tmp_path: Path, last: bool | None = None) -> LiveController:
    profile = Profile(name="local", cloud="local")
    return LiveController(document, profile=profile, parameters={}, journal_path=tmp_path / "journal.db", last=last)


def shows(screen: MainScreen, words: str) -> bool:
    return words in text(screen)


async def until_shown(pilot: Pilot[int], screen: MainScreen, words: str) -> None:
    await until(pilot, lambda: shows(screen, words))


async def test_earlier_results_are_shown_until_the_step_runs_again(tmp_path: Path) -> None:
    document = tmp_path / "a.md"
    document.write_text(DOCUMENT)
    first = controller(document, tmp_path)
    await first.load()
    for step in ("greet", "edited", "fails"):
        await first.run_step(step)
    await first.close()
    document.write_text(DOCUMENT.replace("echo old", "echo new"))

    # The run failed, so its results are shown without being asked for.
    async with AzopsApp(controller(document, tmp_path)).run_test(size=(120, 36)) as pilot:
        screen = await ready(pilot)
        await until_shown(pilot, screen, "● done on 20")
        shown = text(screen)
        assert "in run 1" in shown
        assert "hello from 42" in shown
        assert "✕ failed on 20" in shown
        assert shown.count("done on 20") == 1, "the edited step shows nothing of another text"
        styles = {
            style
            for y in range(screen.document.count())
            for part, style in screen.document.line(y)[0]
            if "hello from 42" in part
        }
        assert styles == {"faint"}
        await pilot.press("L")
        assert not shows(screen, "done on 20")
        await pilot.press("L")
        await until_shown(pilot, screen, "done on 20")
        await pilot.press("enter")
        await until(pilot, lambda: screen.controller.view.step("greet").state == "done" and not screen.busy)
        await until(pilot, lambda: not shows(screen, "done on 20"))
        await screen.controller.close()


async def test_a_run_done_to_its_end_shows_only_when_asked_for(tmp_path: Path) -> None:
    document = tmp_path / "a.md"
    document.write_text("# A\n\n```bash {name=greet}\necho hello\n```\n")
    first = controller(document, tmp_path)
    await first.load()
    await first.run_step("greet")
    await first.close()
    for last, expected in ((None, 0), (True, 1), (False, 0)):
        again = controller(document, tmp_path, last)
        assert len(await again.earlier(always=False)) == expected
        assert len(await again.earlier(always=True)) == 1


def test_the_option_is_on_the_command_line() -> None:
    assert "--last / --no-last" in azops("open", "--help").stdout
