"""A dashboard: outputs and forms without code, read steps run again by themselves, and nothing changed by hand."""

from __future__ import annotations

from pathlib import Path

from textual.pilot import Pilot

from azops_tui.azure.profiles import Profile
from azops_tui.engine.open import open_runbook
from azops_tui.ui.app import AzopsApp
from azops_tui.ui.live import LiveController
from azops_tui.ui.screens.main import MainScreen
from tests.ui.test_main import footer, ready, text, until

DOCUMENT = """# Health

How it is.

```bash {name=age refresh=0.2s}
echo x >> count; wc -l < count | sed 's/^ */looked /'
```

<!-- expect -->

```bash {name=change}
echo "this is the code"
```

```bash {name=writes refresh=1s}
az group delete --name demo --yes
```
"""


def shown(screen: MainScreen, name: str) -> str:
    return "\n".join(
        "".join(part for part, _ in line.spans) for line in screen.document._lines(screen.document._pieces_of[name])
    )


async def looks(pilot: Pilot[int], screen: MainScreen, number: int) -> None:
    await until(pilot, lambda: any(f"looked {n}" in shown(screen, "age") for n in range(number, number + 500)))


async def test_a_dashboard_refreshes_and_shows_no_code(tmp_path: Path) -> None:
    document = tmp_path / "health.md"
    document.write_text(DOCUMENT)
    controller = LiveController(
        document,
        profile=Profile(name="local", cloud="local"),
        parameters={},
        journal_path=tmp_path / "journal.db",
        is_dashboard=True,
    )
    async with AzopsApp(controller).run_test(size=(120, 36), notifications=True) as pilot:
        screen = await ready(pilot)
        await looks(pilot, screen, 2)
        assert screen.document.selected == "age"
        await pilot.press("j")
        assert screen.document.selected == "change"
        count = controller.view.step("age").started
        await until(pilot, lambda: controller.view.step("age").started != count)
        assert screen.document.selected == "change", "refreshing moves no bar"
        page = text(screen)
        assert "this is the code" not in page
        assert "every" in page
        assert controller.view.step("writes").state == "waiting"
        for key, words in (
            ("e", "This is a dashboard"),
            ("space", "shows no code"),
            ("d", "This is a dashboard"),
            ("Y", "This is a dashboard"),
            ("ctrl+o", "no other runbooks"),
        ):
            pilot.app._notifications.clear()
            await pilot.press(key)
            await until(pilot, lambda words=words: any(words in n.message for n in pilot.app._notifications))  # type: ignore[misc]
        assert "edit" not in footer(screen)
        await controller.close()
    assert document.read_text().count("bash") == 3


def test_a_step_that_changes_something_is_not_refreshed(tmp_path: Path) -> None:
    document = tmp_path / "health.md"
    document.write_text(DOCUMENT)
    runbook = open_runbook(document)
    assert [step.name for step in runbook.steps if step.is_refreshed] != []
    problems = [problem.message for problem in runbook.problems]
    assert any("refresh= is for steps that only read; writes is not run again" in text for text in problems)
