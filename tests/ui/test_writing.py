"""Writing in the document: by keys, with the file as the truth."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Static

from azops_tui import paths
from azops_tui.azure.profiles import Profile
from azops_tui.engine.open import open_runbook
from azops_tui.events.azure_views import GroupView, ResourceView
from azops_tui.journal.store import Journal
from azops_tui.runbook import edits, parse
from azops_tui.ui.app import AzopsApp
from azops_tui.ui.live import LiveController
from azops_tui.ui.panes.registry import PANES
from azops_tui.ui.replay import ReplayController
from azops_tui.ui.screens.main import MainScreen
from azops_tui.ui.screens.menus import Menu
from azops_tui.ui.writing.commands_as_steps import step_for_hosts, steps_for
from azops_tui.ui.writing.conflict import ConflictSheet
from azops_tui.ui.writing.editor import DocumentEditor
from azops_tui.ui.writing.jump import JumpScreen, labels
from azops_tui.ui.writing.save_as import NamePrompt
from azops_tui.ui.writing.snippets import SNIPPETS
from tests.ui import fakes
from tests.ui.test_main import dialog, footer, ready, text, top, until

DOCUMENT = """\
# Work

First.

```bash {name=one}
echo first
```

Between.

```bash {name=two}
echo second
```

```bash {name=three}
echo third
```
"""


@dataclass
class Page:
    """A document on the screen."""

    pilot: Pilot[int]
    screen: MainScreen
    controller: LiveController
    path: Path

    @property
    def states(self) -> dict[str, str]:
        return {name: step.state for name, step in self.controller.view.steps.items()}

    @property
    def working(self) -> str:
        assert self.controller.writing is not None
        return self.controller.writing.text

    async def done(self, *names: str) -> None:
        def all_done() -> bool:
            return all(self.states[name] == "done" for name in names) and not self.screen.busy

        await until(self.pilot, all_done)

    async def edit(self, *keys: str) -> None:
        """Press ``e``, then these keys in the editor, then esc."""
        await self.pilot.press("e")
        await self.in_editor(*keys)

    async def in_editor(self, *keys: str) -> None:
        await until(self.pilot, lambda: isinstance(self.pilot.app.focused, DocumentEditor))
        await self.pilot.press(*keys, "escape")
        await until(self.pilot, lambda: self.pilot.app.focused is self.screen.document)

    async def shows(self, part: str) -> None:
        await until(self.pilot, lambda: part in text(self.screen))


def write(path: Path, document: str) -> None:
    path.write_text(document, "utf-8")


@asynccontextmanager
async def opened(path: Path, document: str = DOCUMENT, size: tuple[int, int] = (120, 36)) -> AsyncIterator[Page]:
    write(path, document)
    local = Profile(name="local", cloud="local")
    controller = LiveController(path, profile=local, parameters={}, journal_path=path.parent / "journal.db")
    try:
        async with AzopsApp(controller).run_test(size=size) as pilot:
            await until(pilot, lambda: isinstance(pilot.app.screen, MainScreen) and controller.runbook is not None)
            screen = pilot.app.screen
            assert isinstance(screen, MainScreen)
            # A cloud that is still being opened when the app ends would outlive it.
            await until(pilot, lambda: controller._watch is not None)
            yield Page(pilot, screen, controller, path)
    finally:
        await controller.close()


async def test_a_step_is_edited_in_place_run_and_written(tmp_path: Path) -> None:
    async with opened(tmp_path / "work.md") as page:
        page.path.chmod(0o640)
        await page.pilot.press("n")
        await until(page.pilot, lambda: page.screen.document.selected == "two")
        await page.pilot.press("k")
        await page.edit("end", "space", "a")
        await page.shows("edited, not run")
        assert "echo first a" in page.working
        assert page.path.read_text() == DOCUMENT
        assert page.states["one"] == "waiting"
        await page.pilot.press("enter")
        await page.done("one")
        await until(page.pilot, lambda: "edited, not run" not in text(page.screen))
        await page.pilot.press("j")
        await page.edit("end", "2")
        await page.pilot.press("E")
        await until(page.pilot, lambda: "second2" in page.path.read_text())
        assert page.path.read_text() == DOCUMENT.replace("second", "second2")
        await page.pilot.press("S")
        await until(page.pilot, lambda: page.path.read_text() == page.working)
        assert page.path.stat().st_mode & 0o777 == 0o640
        assert names(tmp_path) == ["journal.db", "work.md"]
    replay = ReplayController(records(tmp_path))
    await replay.load()
    replay.jump(10_000)
    assert replay.runbook is not None
    assert replay.runbook.steps[1].code == "echo second2\n"
    assert replay.view.steps["one"].code == "echo first a\n"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_file() and "db-" not in path.name)


def records(folder: Path) -> list:  # type: ignore[type-arg]
    journal = Journal(folder / "journal.db")
    try:
        return list(journal.records(journal.runs(1)[0].id))
    finally:
        journal.close()


async def test_an_edit_begins_with_the_source_and_no_resolved_or_masked_text(tmp_path: Path) -> None:
    front = "---\nazops:\n  params:\n    WORD: {type: secret, default: hunter2}\n---\n"
    document = f"{front}\n```bash {{name=one}}\necho $WORD\n```\n"
    async with opened(tmp_path / "work.md", document) as page:
        await page.pilot.press("enter")
        await page.done("one")
        await page.pilot.press("e")
        await until(page.pilot, lambda: isinstance(page.pilot.app.focused, DocumentEditor))
        editor = page.pilot.app.focused
        assert isinstance(editor, DocumentEditor)
        assert editor.text == "echo $WORD"
        await page.pilot.press("escape")
        assert page.working == document
        assert page.states["one"] == "done"


async def test_an_outside_edit_shows_at_once_and_keeps_results_and_bar(tmp_path: Path) -> None:
    async with opened(tmp_path / "work.md") as page:
        await page.pilot.press("n")
        await until(page.pilot, lambda: page.screen.document.selected == "two")
        page.path.write_text(DOCUMENT.replace("Between.", "```bash\necho new\n```\n\nElsewhere.").replace("third", "3"))
        await page.shows("Elsewhere.")
        assert page.screen.document.selected == "two"
        assert page.states == {"one": "done", "work": "waiting", "two": "waiting", "three": "waiting"}
        assert page.controller.view.steps["three"].edited
        page.path.write_text(DOCUMENT.replace("first", "1"))
        await page.shows("Between.")
        assert page.states["one"] == "waiting"
        page.path.write_text(DOCUMENT)
        await until(page.pilot, lambda: page.states["one"] == "done")


async def test_a_conflict_is_a_difference_with_a_choice(tmp_path: Path) -> None:
    async with opened(tmp_path / "work.md") as page:
        await page.edit("end", *" here")
        page.path.write_text(DOCUMENT.replace("first", "there").replace("third", "fourth"))
        await until(page.pilot, lambda: isinstance(page.pilot.app.screen, ConflictSheet))
        await page.pilot.press("escape", "S")
        await until(page.pilot, lambda: isinstance(page.pilot.app.screen, ConflictSheet))
        assert "there" in page.path.read_text()
        await page.pilot.press("m")
        await until(page.pilot, lambda: "echo first here" in page.working)
        assert "echo fourth" in page.working
        await page.pilot.press("S")
        await until(page.pilot, lambda: page.path.read_text() == page.working)


async def test_steps_are_inserted_deleted_moved_and_brought_back(tmp_path: Path) -> None:
    async with opened(tmp_path / "work.md") as page:
        await page.pilot.press("n")
        await until(page.pilot, lambda: page.screen.document.selected == "two")
        await page.pilot.press("k", "i", "enter")
        await page.in_editor(*"ls")
        await until(page.pilot, lambda: len(page.screen.document.names) == 4)
        await until(page.pilot, lambda: page.screen.document.selected not in ("one", "two", "three"))
        assert "echo first\n```\n\n```bash\nls\n```\n\nBetween." in page.working
        await page.pilot.press("J")
        await until(page.pilot, lambda: "Between.\n\n```bash\nls\n```\n\n```bash {name=two}" in page.working)
        await page.pilot.press("K", "d", "d")
        await until(page.pilot, lambda: page.working == DOCUMENT)
        await page.pilot.press("g", "d", "d")
        await until(page.pilot, lambda: "one" not in page.states)
        await page.pilot.press("d", "j", "d")
        assert "two" in page.states
        await page.pilot.press("u")
        await until(page.pilot, lambda: page.working == DOCUMENT)
        assert page.states["one"] == "done"
        await page.pilot.press("U")
        await until(page.pilot, lambda: "one" not in page.states)


async def test_an_output_becomes_the_expected_result(tmp_path: Path) -> None:
    async with opened(tmp_path / "work.md") as page:
        await page.pilot.press("n")
        await until(page.pilot, lambda: page.screen.document.selected == "two")
        await page.pilot.press("k", "x")
        await until(page.pilot, lambda: "expected_similarity" in page.working)
        book = parse(page.working, page.path)
        assert [e.expected for e in book.steps[0].expectations] == ["first\n"]
        assert page.states["one"] == "done"


async def test_leaving_asks_about_edits_that_the_file_has_not(tmp_path: Path) -> None:
    async with opened(tmp_path / "work.md") as page:
        await page.edit("x")
        assert "E write step" in footer(page.screen)
        await page.pilot.press("q")
        await until(page.pilot, lambda: page.pilot.app.screen is not page.screen)
        await page.pilot.press("enter")
        await until(page.pilot, lambda: page.path.read_text() == DOCUMENT.replace("echo first", "xecho first"))


@pytest.mark.parametrize("name", [name for name, snippet in SNIPPETS.items() if snippet.info and snippet.body])
def test_what_is_inserted_is_a_valid_step(name: str) -> None:
    book = parse(SNIPPETS[name].markdown(SNIPPETS[name].body), Path("x.md"))
    assert (len(book.steps), book.problems) == (1, ())


async def test_everything_runs_anew_and_the_session_restarts(tmp_path: Path) -> None:
    document = "```bash {name=one}\nCOUNT=$((COUNT + 1))\n```\n\n```bash {name=two}\necho count=$COUNT\n```\n"
    async with opened(tmp_path / "work.md", document) as page:

        async def printed(text: str) -> None:
            await page.done("one", "two")
            await until(page.pilot, lambda: page.controller.view.steps["two"].tail(1) == [text])

        await page.pilot.press("a")
        await printed("count=1")
        await page.done("one", "two")
        await page.pilot.press("ctrl+r")
        await until(page.pilot, lambda: "COUNT" not in page.controller.view.variables)
        await page.done("one", "two")
        await page.controller.run_step("two")
        await printed("count=")
        first = page.controller.view.run
        await page.pilot.press("R")
        await until(page.pilot, lambda: page.controller.view.run == first + 1)
        await printed("count=1")
        await page.shows("count=1")


async def test_random_edits_on_disk_lose_no_result_and_nothing_is_written_over(tmp_path: Path) -> None:
    """100 edits, by others and on the page, while steps run."""
    choose = random.Random(7)
    path = tmp_path / "work.md"
    write(path, "# Work\n\n" + "".join(f"Prose {n}.\n\n```bash\necho step-{n}\n```\n\n" for n in range(6)))
    local = Profile(name="local", cloud="local")
    controller = LiveController(path, profile=local, parameters={}, journal_path=tmp_path / "journal.db")
    await controller.load()
    writing = controller.writing
    assert writing is not None

    async def run() -> None:
        while True:
            await controller.run_all()
            await asyncio.sleep(0.01)

    def change(text: str, token: str) -> str:
        book = parse(text, path)
        step = choose.choice(book.steps)
        how = choose.choice(
            ["code", "insert", "remove", "move", "prose"] if len(book.steps) > 3 else ["code", "insert"]
        )
        match how:
            case "code":
                return edits.replace_code(text, step.block, f"echo {token}")
            case "insert":
                return edits.insert_below(book, step, edits.fenced("bash", f"echo {token}"))[0]
            case "remove":
                return edits.remove_step(book, step)
            case "move":
                return edits.move_step(book, step, 1 if step is not book.steps[-1] else -1)
            case _:
                return edits.insert_after(text, step.line - 1, f"Prose {token}.")

    def results() -> dict[str, tuple[str, list[str]]]:
        """State and output of the steps that are done, by their code, which is unique."""
        assert controller.runbook is not None
        views = {step.code: controller.view.steps[step.name] for step in controller.runbook.steps}
        return {code: (v.state, v.tail(5)) for code, v in views.items() if v.state == "done" and not v.edited}

    await controller.run_all()
    running = asyncio.create_task(run())
    kept = 0
    try:
        for number in range(100):
            await asyncio.sleep(choose.choice([0, 0.01, 0.05]))
            here = number % 4 == 3
            before, disk = results(), path.read_text()
            if here:
                assert controller.runbook is not None
                await writing.edit(change(controller.runbook.text, f"page-{number}"), controller.runbook.text)
                if number % 8 == 7:
                    await writing.save()
                    assert path.read_text() == writing.text
            else:
                disk = change(disk, f"disk-{number}")
                write(path, disk)
                await writing.look()
                assert path.read_text() == disk
                if writing.conflict is not None:
                    await writing.decide(keep=False)
            assert controller.runbook is not None
            assert controller.runbook.text == writing.text
            after = results()
            for step in controller.runbook.steps:
                if step.code in before:
                    assert after.get(step.code) == before[step.code], (number, step.name)
                    kept += 1
    finally:
        running.cancel()
        await controller.close()
    assert kept > 50


async def test_a_runbook_is_written_from_nothing_run_saved_and_reopened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZOPS_SIM_SPEED", "1000")
    monkeypatch.chdir(tmp_path)
    page_path = paths.private(paths.scratch()) / "page.md"
    async with opened(page_path, "# Scratch page\n\n") as page:
        press = page.pilot.press

        async def insert(kind: str, *lines: str) -> None:
            count = len(page.screen.document.names)
            await press("i", *["down"] * list(SNIPPETS).index(kind), "enter")
            await until(page.pilot, lambda: isinstance(page.pilot.app.focused, DocumentEditor))
            await press("f7")
            page.pilot.app.post_message(events.Paste("\n".join(lines)))
            await until(page.pilot, lambda: getattr(page.pilot.app.focused, "text", "") == "\n".join(lines))
            await page.in_editor()
            more = count + bool(SNIPPETS[kind].info)
            await until(page.pilot, lambda: len(page.screen.document.names) == more and lines[0] in page.working)

        parameters = "{GROUP: {default: demo}, TOKEN: {type: secret, default: hush}}"
        await insert("parameters", "azops:", f"  params: {parameters}")
        await insert("text", "Made by keys.")
        await insert("group", "group: ${GROUP}", "location: westeurope")
        await insert("bash", "az group list -o tsv | wc -l")
        await insert("python", "import os; print('token', os.environ['TOKEN'])")
        await insert("table", "group: ${GROUP}")
        await insert("chart", "data: [3, 1, 2]")
        names = list(page.screen.document.names)
        assert len(names) == 5
        await press("a")
        asked = await dialog(page.pilot)
        await press("right", "enter")
        await until(page.pilot, lambda: page.pilot.app.screen is not asked)
        await page.done(*names)
        views = page.controller.view.steps
        assert views[names[2]].tail(1) == ["token •••"]
        assert views[names[3]].table is not None
        assert "hush" not in text(page.screen)
        await press("S")
        await until(page.pilot, lambda: isinstance(page.pilot.app.screen, NamePrompt))
        await press(*"kept", "enter")
        await until(page.pilot, lambda: (tmp_path / "kept.md").exists() and not page_path.exists())
        await until(page.pilot, lambda: "kept.md" in top(page.screen))
        assert page.states == dict.fromkeys(names, "done")
        written = page.controller.runbook
        assert written is not None
    again = open_runbook(tmp_path / "kept.md")
    assert not again.problems
    assert [(s.label, s.code) for s in again.steps] == [(s.label, s.code) for s in written.steps]
    assert [p.name for p in again.parameters] == ["GROUP", "TOKEN"]


@pytest.mark.parametrize("size", [(58, 15), (80, 24), (120, 36), (200, 50)])
async def test_the_outline_is_a_column_where_there_is_room_and_else_a_drawer(size: tuple[int, int]) -> None:
    controller = fakes.FakeController()
    async with AzopsApp(controller).run_test(size=size) as pilot:
        screen = await ready(pilot)
        column = screen.outline_column
        is_wide = size[0] >= 160
        assert column.has_class("-shown") == is_wide
        await pilot.press("t")
        await until(pilot, lambda: pilot.app.focused is column.rows and column.rows.size.width > 20)
        assert column.size.width > (size[0] - 3 if size[0] < 100 else 30)
        shown = ["".join(part for part, _ in row.draw(40)) for row in column.rows.rows]
        assert shown[1].strip() == "○ 2 Make the group"
        assert shown[2].strip() == "○ create-group"
        assert "go there" in footer(screen)
        await pilot.press("G", "enter")
        await until(pilot, lambda: pilot.app.focused is screen.document and screen.document.sees_selected)
        assert screen.document.selected == "delete-group"
        assert column.has_class("-shown") == is_wide
        await pilot.press("t", "escape")
        await until(pilot, lambda: pilot.app.focused is screen.document)
        assert controller.asked == []


async def test_a_step_is_copied_as_markdown_without_secrets(tmp_path: Path) -> None:
    front = "---\nazops:\n  params:\n    WORD: {type: secret, default: hunter2}\n---\n"
    async with opened(tmp_path / "work.md", f"{front}\n```bash {{name=one}}\necho $WORD\n```\n") as page:
        await page.pilot.press("enter")
        await page.done("one")
        await page.shows("•••")
        await page.pilot.press("Y")
        await until(page.pilot, lambda: bool(page.pilot.app.clipboard))
        assert page.pilot.app.clipboard == "```bash {name=one}\necho $WORD\n```\n\n```text\n•••\n```\n"


GROUP = GroupView(id="/subscriptions/1/resourceGroups/demo", name="demo", location="westeurope")
DISK = ResourceView(
    id=f"{GROUP.id}/providers/Microsoft.Compute/disks/d",
    name="d",
    type="Microsoft.Compute/disks",
    group="demo",
    location="westeurope",
)


def test_commands_of_the_panes_are_valid_steps_with_the_az_that_they_are() -> None:
    for item in (GROUP, DISK):
        for offered in steps_for(item):
            book = parse(offered.markdown, Path("x.md"))
            assert (len(book.steps), book.problems) == (1, ()), offered
            assert offered.az in book.steps[0].code
            assert ("D" in str(book.steps[0].effects)) == (offered.label == "delete")
    ran = parse("```yaml {azops=ssh}\ngroup: demo\nmachines: web-*\ncommand: uptime\n```\n", Path("x.md")).steps[0]
    step = parse(step_for_hosts(("web-1", "web-2"), ran).markdown, Path("x.md")).steps[0]
    assert (step.native.group, step.native.machines) == ("demo", ["web-1", "web-2"])
    assert step.native.command.strip() == "uptime"


async def test_plus_puts_a_command_of_the_resources_pane_into_the_document(monkeypatch: pytest.MonkeyPatch) -> None:
    controller = fakes.FakeController(events=[*fakes.started(), *fakes.group_made()])
    inserted: list[str] = []
    async with AzopsApp(controller).run_test(size=(120, 36)) as pilot:
        screen = await ready(pilot)
        monkeypatch.setattr(screen.writing, "insert_step", inserted.append)
        await pilot.press("1")
        await until(
            pilot, lambda: screen.frame.active_pane is not None and screen.frame.active_pane.current is not None
        )
        assert "+ as step" in footer(screen)
        await pilot.press("plus")
        await until(pilot, lambda: isinstance(pilot.app.screen, Menu))
        await pilot.press("enter")
        await until(pilot, lambda: inserted == ["```bash\naz group show --name cluster-demo\n```\n"])


async def test_every_target_on_the_screen_has_a_label(monkeypatch: pytest.MonkeyPatch) -> None:
    controller = fakes.FakeController(events=[*fakes.started(), *fakes.group_made()])
    async with AzopsApp(controller).run_test(size=(120, 36)) as pilot:
        screen = await ready(pilot)

        async def shown() -> dict[str, tuple[int, int]]:
            await pilot.press("semicolon")
            await until(pilot, lambda: isinstance(pilot.app.screen, JumpScreen) and bool(pilot.app.screen.children))
            return {str(label.content): label.region.offset for label in pilot.app.screen.query(Static)}

        found = await shown()
        heads = [y + screen.document.region.y for y, _ in screen.document.heads_in_view()]
        assert len(heads) > 1
        assert [y for x, y in found.values() if x == screen.document.region.x] == heads
        assert len([1 for _, y in found.values() if y == screen.frame.region.y]) == len(PANES)
        await pilot.press("s")
        await until(pilot, lambda: screen.document.selected == screen.document.heads_in_view()[1][1])
        last = list(await shown())[-1]
        await pilot.press(last)
        await until(pilot, lambda: screen.frame.has_keys)
        await shown()
        await pilot.press("a")
        await until(pilot, lambda: pilot.app.focused is screen.document)
        await pilot.press("m", "a", "G")
        assert screen.document.selected == "delete-group"
        await pilot.press("apostrophe", "a")
        await until(pilot, lambda: screen.document.selected == "create-group")
        assert controller.asked == []


def test_labels_are_unique_and_equally_long() -> None:
    for count in (1, 26, 27, 500):
        made = labels(count)
        assert len(set(made)) == count
        assert len({len(label) for label in made}) == 1
