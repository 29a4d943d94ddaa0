"""The actions of a resource's type, offered in a menu: each says its class and its ``az``, and asks before it acts."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from textual.screen import Screen

from azops_tui.engine.resource_actions import ResourceAction, actions_for
from azops_tui.runbook.edits import fenced
from azops_tui.ui.controller import LiveRun, Place
from azops_tui.ui.format import count
from azops_tui.ui.lines import safe
from azops_tui.ui.screens.dialogs import Ask, Dialog, DialogAnswer
from azops_tui.ui.screens.menus import Choice, Menu
from azops_tui.ui.screens.text_prompt import TextPrompt
from azops_tui.ui.tasks import Tasks

_AT_ONCE = 4
"""Number of resources that are acted on at the same time."""
READ_ONLY = "this profile is read-only"
_DELETE = ResourceAction("delete", "delete", "D", "delete them, after a fresh read", "az resource delete --ids {id}")


@dataclass(frozen=True)
class ActionTarget:
    """What an action acts on."""

    id: str
    type: str
    name: str


def action_choice(action: ResourceAction, resource_id: str, read_only: bool) -> Choice:
    """The menu entry of an action: its class, what it does, its ``az``."""
    possible = not read_only or action.effect == "R"
    note = f"{action.effect}  {action.note if possible else READ_ONLY}"
    return Choice(action.id, action.label, note, possible, action.effect == "D", az=action.command(resource_id))


class ResourceActions:
    """Offers actions and carries them out.

    Args:
        screen: shows menus, dialogs and messages.
        live: returns the run; raises UserError if it is a replay.
        place: returns the cloud that is acted on.
        tasks: runs the actions.
        insert: inserts Markdown below the selected step of the document.
    """

    def __init__(
        self,
        screen: Screen[None],
        live: Callable[[], LiveRun],
        place: Callable[[], Place],
        tasks: Tasks,
        insert: Callable[[str], None],
    ) -> None:
        self._screen = screen
        self._live = live
        self._place = place
        self._tasks = tasks
        self._insert = insert

    def insert_command(self, choice: Choice) -> None:
        """Put the ``az`` of a menu entry into the document, as a step."""
        self._insert(fenced("bash", choice.az))

    def choices(self, target: ActionTarget) -> dict[str, tuple[Choice, Callable[[], None]]]:
        """Menu entries of the actions on a resource, with what each one does."""
        read_only = self._place().read_only
        return {
            f"act:{action.id}": (
                replace(action_choice(action, target.id, read_only), id=f"act:{action.id}"),
                lambda action=action: self.begin(action, [target]),  # type: ignore[misc]  # bound now
            )
            for action in actions_for(target.type)
        }

    def open_menu(self, targets: Sequence[ActionTarget], after: Callable[[], None]) -> None:
        """Offer the actions that all of several resources have, and their deletion.

        Args:
            targets: resources to act on.
            after: called when an action has begun.
        """
        kinds = {target.type.lower() for target in targets}
        actions = list(actions_for(targets[0].type)) if len(kinds) == 1 else []
        if len(targets) > 1:
            actions.append(_DELETE)
        if not actions:
            self._tell("There is no action for this type.", "warning")
            return
        offered = {action.id: action for action in actions}
        read_only = self._place().read_only
        choices = [action_choice(action, targets[0].id, read_only) for action in actions]

        def choose(choice: str | None) -> None:
            if choice:
                after()
                self.begin(offered[choice], targets)

        title = targets[0].name if len(targets) == 1 else count(len(targets), "marked resource")
        self._screen.app.push_screen(Menu(title, choices, insert=self.insert_command), choose)

    def begin(self, action: ResourceAction, targets: Sequence[ActionTarget]) -> None:
        """Ask for the argument of an action if it has one, then whether to carry it out."""
        if not action.ask:
            self._confirm(action, targets, "")
            return

        def typed(argument: str | None) -> None:
            if argument:
                self._confirm(action, targets, argument)

        hint = f"{action.note.capitalize()}. Nothing happens before you have seen what will be done."
        self._screen.app.push_screen(TextPrompt(f"{action.label}: {action.ask}", hint), typed)

    def _confirm(self, action: ResourceAction, targets: Sequence[ActionTarget], argument: str) -> None:
        """Show all that will happen, and ask; what only reads is not asked about."""
        if action.effect == "R":
            self._start(action, targets, argument)
            return
        place = self._place()
        where = f"{place.subscription} ({place.cloud})" if place.subscription else place.cloud
        lines = [f"{action.effect}  {action.label}: {action.note}", f"in {where}", ""]

        def ask(details: Sequence[str]) -> None:
            harm = action.effect == "D"
            name = targets[0].name if len(targets) == 1 else f"{action.label} {len(targets)}"
            question = Ask(
                f"{action.label.capitalize()}: {count(len(targets), 'resource')}",
                (*lines, *details),
                action.label.capitalize(),
                name if harm else "",
                harm=harm,
                paste=not place.production,
            )

            def answer(answer: DialogAnswer | None) -> None:
                if answer is not None and answer.accepted:
                    self._start(action, targets, argument)

            self._screen.app.push_screen(Dialog(question), answer)

        if action is _DELETE:
            self._tasks.start(lambda: self._read_deletions(targets), ask, group="deletion")
        else:
            ask(
                [
                    line
                    for target in targets
                    for line in (f"  {target.name}", f"    {action.command(target.id, argument)}")
                ]
            )

    async def _read_deletions(self, targets: Sequence[ActionTarget]) -> list[str]:
        """What the deletion of each resource would delete, read now."""
        gate = asyncio.Semaphore(_AT_ONCE)

        async def read(target: ActionTarget) -> tuple[str, ...]:
            async with gate:
                return await self._live().would_delete(target.id)

        previews = await asyncio.gather(*(read(target) for target in targets))
        return [line for preview in previews for line in (*preview, "")]

    def _start(self, action: ResourceAction, targets: Sequence[ActionTarget], argument: str) -> None:
        gate = asyncio.Semaphore(_AT_ONCE)

        async def act(target: ActionTarget) -> tuple[str, str]:
            """Result, and why it failed."""
            async with gate:
                try:
                    if action is _DELETE:
                        await self._live().delete(target.id)
                        return "", ""
                    return await self._live().act(target.id, action.id, argument), ""
                except Exception as error:  # one failure must not hide what became of the others
                    return "", f"{target.name}: {error}"

        async def act_on_all() -> list[tuple[str, str]]:
            return list(await asyncio.gather(*(act(target) for target in targets)))

        def show(results: list[tuple[str, str]]) -> None:
            problems = [problem for _, problem in results if problem]
            for problem in problems:
                self._tell(problem, "error")
            done = len(results) - len(problems)
            if done and (len(targets) > 1 or not results[0][0]):
                names = targets[0].name if len(targets) == 1 else f"{done} of {len(targets)}"
                self._tell(f"{action.label.capitalize()}: {names} done.")
            self._show_results([text for text, _ in results if text], targets[0].name)

        if action.effect != "R":
            self._tell(f"{action.label.capitalize()} has begun; it is in the log of the run.")
        self._tasks.start(act_on_all, show, group="act")

    def _show_results(self, texts: list[str], name: str) -> None:
        """Show what actions returned: JSON as a tree, a command's output as text."""
        if not texts:
            return
        from azops_tui.ui.screens.json_sheet import JsonSheet
        from azops_tui.ui.screens.sheets import TextSheet
        from azops_tui.ui.widgets.rows import text_row

        text = "\n".join(texts)
        if len(texts) == 1 and _is_json(text):
            self._screen.app.push_screen(JsonSheet(name, text))
            return
        rows = [
            text_row(str(number), [(f" {safe(line)}", "")], selectable=True)
            for number, line in enumerate(text.rstrip("\n").split("\n"))
        ]
        self._screen.app.push_screen(TextSheet(name, rows, text))

    def _tell(self, text: str, severity: str = "information") -> None:
        self._screen.notify(safe(text), severity=severity, markup=False)  # type: ignore[arg-type]  # a literal


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict | list)
    except ValueError:
        return False
