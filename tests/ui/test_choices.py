"""Values from a list that the document does not hold."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input

from azops_tui.azure.cloud import Cloud
from azops_tui.engine.choices import read_choices
from azops_tui.engine.problems import RunError
from azops_tui.ui.app import AzopsApp
from azops_tui.ui.problems import UserError
from azops_tui.ui.screens.form import ParametersSheet
from azops_tui.ui.screens.menus import Menu
from azops_tui.ui.widgets.bars import KeyBar
from tests.ui import fakes
from tests.ui.test_main import ready, until

DOCUMENT = """\
---
azops:
  params:
    REGION: {choices: azure.locations}
    PICKED: {choices: "command: printf 'one\\\\ntwo\\\\n'"}
---

# A

```bash
true
```
"""


def helps(sheet: ParametersSheet, number: int) -> str:
    return str(sheet.query_one(f"#help-{number}").render())


async def test_what_the_cloud_offers_can_be_listed_and_chosen() -> None:
    controller = fakes.FakeController(DOCUMENT)
    async with AzopsApp(controller).run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        await pilot.press("v")
        await pilot.pause(0.4)
        sheet = pilot.app.screen
        assert isinstance(sheet, ParametersSheet)
        assert controller.asked == [("choices", "azure.locations")]  # a command waits for a key
        assert "3 choices" in helps(sheet, 0)
        await pilot.press("ctrl+l")
        await until(pilot, lambda: isinstance(pilot.app.screen, Menu))
        assert isinstance(pilot.app.screen, Menu)
        await pilot.press("down", "enter")
        await until(pilot, lambda: sheet.query_one("#field-0", Input).value == "japanwest")
        await pilot.press("down", "ctrl+l")
        await until(pilot, lambda: controller.asked[1][0] == "choices")
        assert isinstance(pilot.app.screen, Menu)


async def test_where_there_is_no_list_any_text_is_taken() -> None:
    controller = fakes.FakeController(DOCUMENT)
    async with AzopsApp(controller).run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        controller.trouble = UserError("The cloud does not answer.")
        await pilot.press("v")
        await pilot.pause(0.4)
        sheet = pilot.app.screen
        assert isinstance(sheet, ParametersSheet)
        assert "type a value: The cloud does not answer." in helps(sheet, 0)
        controller.trouble = None
        await pilot.press(*"mars", "ctrl+s")
        await pilot.pause(0.2)
    assert ("parameters", {"REGION": "mars"}) in controller.asked


class _Shells:
    def __init__(self) -> None:
        self.environment = {"WHO": "me"}


async def some_cloud() -> Cloud:
    return _Shells()  # type: ignore[return-value]  # a command needs no more of it


async def test_a_commands_lines_are_choices(tmp_path: Path) -> None:
    assert await read_choices("command: echo a; echo $WHO; pwd", tmp_path, some_cloud) == ["a", "me", str(tmp_path)]


@pytest.mark.parametrize(
    ("command", "said"), [("echo no >&2; exit 3", "exited with 3: no"), ("rm -rf x", "may change something")]
)
async def test_a_command_that_gives_none_says_why(tmp_path: Path, command: str, said: str) -> None:
    with pytest.raises(RunError, match=said):
        await read_choices(f"command: {command}", tmp_path, some_cloud)


@pytest.mark.parametrize("size", [(58, 15), (80, 24)])
async def test_a_form_keeps_its_buttons_and_the_field_that_is_edited_in_view(size: tuple[int, int]) -> None:
    params = "".join(f"    NAME_{n}: {{default: v{n}, help: What number {n} is for}}\n" for n in range(12))
    text = f"---\nazops:\n  params:\n{params}---\n# A\n\n```bash\ntrue\n```\n"
    async with AzopsApp(fakes.FakeController(text)).run_test(size=size) as pilot:
        screen = await ready(pilot)
        await pilot.press("v")
        await until(pilot, lambda: isinstance(pilot.app.screen, ParametersSheet))
        sheet = pilot.app.screen
        shown = "".join(part for part, _ in screen.query_one(KeyBar).spans(58))
        assert "ctrl+s use these" in shown
        for _ in range(12):
            await pilot.pause(0.05)
            focused = pilot.app.focused
            assert focused is not None
            assert sheet.region.contains_region(sheet.query_one("#save").region)
            await until(pilot, lambda: sheet.query_one("#fields").region.contains_region(pilot.app.focused.region))  # type: ignore[union-attr]
            await pilot.press("tab")


FIELDS = """---
azops:
  params:
    NAME: {default: demo}
    WITH: {type: bool, default: "true"}
    STAGE: {choices: [test, staging, production], default: test}
    AGENTS: {type: int, default: 2, min: 1, max: 3}
    FILE: {type: path, default: "a"}
    NEEDED: {help: has no value}
    PLACE: {choices: azure.locations, default: westeurope}
---
# A

```bash
true
```
"""


async def test_each_type_has_its_input_and_what_is_missing_comes_first(tmp_path: Path) -> None:
    (tmp_path / "abc.txt").touch()
    controller = fakes.FakeController(FIELDS, path=str(tmp_path / "a.md"))
    async with AzopsApp(controller).run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        await pilot.press("v")
        await until(pilot, lambda: isinstance(pilot.app.screen, ParametersSheet))
        sheet = pilot.app.screen
        assert isinstance(sheet, ParametersSheet)
        names = [parameter.name for parameter in sheet.parameters]
        assert names[0] == "NEEDED"

        def value(name: str) -> str:
            return sheet.query_one(f"#field-{names.index(name)}", Input).value

        def focus(name: str) -> None:
            sheet.query_one(f"#field-{names.index(name)}", Input).focus()

        for name, keys, expected in (
            ("WITH", ("space",), "false"),
            ("STAGE", ("p",), "production"),
            ("AGENTS", ("+", "+", "+"), "3"),
            ("AGENTS", ("-", "-", "-", "-"), "1"),
        ):
            focus(name)
            await pilot.pause()
            await pilot.press(*keys)
            assert value(name) == expected, name
        focus("FILE")
        await pilot.press("end", "b")
        await until(pilot, lambda: sheet.query_one(f"#field-{names.index('FILE')}", Input)._suggestion == "abc.txt")
        await pilot.press("right")
        assert value("FILE") == "abc.txt"


async def test_many_choices_are_searched_by_typing() -> None:
    controller = fakes.FakeController(FIELDS)
    async with AzopsApp(controller).run_test(size=(58, 15)) as pilot:
        await ready(pilot)
        await pilot.press("v")
        await until(pilot, lambda: isinstance(pilot.app.screen, ParametersSheet))
        sheet = pilot.app.screen
        assert isinstance(sheet, ParametersSheet)
        number = [parameter.name for parameter in sheet.parameters].index("PLACE")
        await until(pilot, lambda: number in sheet._choices)
        sheet._choices[number] = [f"place{n}" for n in range(49)]
        sheet.query_one(f"#field-{number}", Input).focus()
        await pilot.press("ctrl+l", *"e48", "enter")
        await until(pilot, lambda: pilot.app.screen is sheet)
        assert sheet.query_one(f"#field-{number}", Input).value == "place48"
