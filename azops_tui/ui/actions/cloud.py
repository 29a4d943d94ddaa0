"""Cloud actions that are not part of a step; each one says first what it will do, and asks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from textual.screen import Screen

from azops_tui.events.azure_views import GroupView, ResourceView, ScaleSetView
from azops_tui.ui.actions.base import Action
from azops_tui.ui.actions.resource_actions import ActionTarget, ResourceActions
from azops_tui.ui.appearance import app_of
from azops_tui.ui.controller import Controller, LiveRun
from azops_tui.ui.format import count
from azops_tui.ui.lines import safe
from azops_tui.ui.problems import UserError
from azops_tui.ui.screens.dialogs import Ask, Dialog, DialogAnswer
from azops_tui.ui.tasks import Tasks

if TYPE_CHECKING:
    from azops_tui.engine.cleanup import CleanupPlan
    from azops_tui.engine.contexts import Context
    from azops_tui.engine.resource_detail import ResourceDetail


def template_name(item: GroupView | ResourceView) -> str:
    """File name for an exported template."""
    kept = "".join(c if c.isalnum() or c in "-_.()" else "-" for c in item.name).lstrip(".-")
    return f"{kept or 'template'}.template.json"


def write_new(path: Path, text: str) -> Path:
    """Write a new file and return its path; a number is added to the name if the file exists.

    Raises:
        OSError: the file cannot be written.
    """
    for number in range(1, 1000):
        candidate = path if number == 1 else path.with_name(f"{path.stem}-{number}{path.suffix}")
        try:
            with candidate.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            continue
        return candidate
    raise FileExistsError(17, "a thousand files of that name exist", str(path))


class CloudCommands:
    """Reads, deletes and scales what the panes show.

    Args:
        screen: shows dialogs and messages.
        controller: the run, whose cloud is acted on.
        tasks: runs the commands.
        insert: inserts Markdown below the selected step of the document.
    """

    reveal: Callable[[str], None]
    """Selects a resource by its id; set by the screen that has the panes."""

    def __init__(
        self, screen: Screen[None], controller: Controller, tasks: Tasks, insert: Callable[[str], None]
    ) -> None:
        self._types = ResourceActions(screen, lambda: self._live, lambda: controller.place, tasks, insert)
        self._screen = screen
        self._controller = controller
        self._tasks = tasks

    @property
    def _live(self) -> LiveRun:
        live = self._controller.live
        if live is None:
            raise UserError("A replay has no cloud.")
        return live

    def _where(self) -> str:
        place = self._controller.place
        return f"{place.subscription} ({place.cloud})" if place.subscription else place.cloud

    def _refusal(self) -> str:
        """Why nothing can be changed by hand; empty if it can."""
        live = self._controller.live
        if live is not None and live.is_dashboard:
            return "this is a dashboard"
        return "this profile is read-only" if self._controller.place.read_only else ""

    def _is_refused(self, verb: str) -> bool:
        """Say why nothing can be changed by hand, if so."""
        refusal = self._refusal()
        if refusal:
            text = f"{refusal[:1].upper()}{refusal[1:]}: nothing can be {verb}."
            self._screen.notify(text, severity="error", markup=False)
        return bool(refusal)

    def table(self) -> Mapping[str, Action]:
        is_live = lambda: self._controller.live is not None  # noqa: E731 - a condition of two actions
        return {
            "pane.refresh": Action(self.refresh, is_live),
            "context": Action(self.choose_context, is_live, why_not=lambda: "A replay has no cloud."),
            "ledger.cleanup": Action(self.clean_up, lambda: not self._why_no_cleanup(), why_not=self._why_no_cleanup),
        }

    def choose_context(self) -> None:
        """Offer the profiles and subscriptions to go on in."""

        def show(contexts: list[Context]) -> None:
            from azops_tui.ui.screens.menus import Choice, Menu

            offered = {str(number): context for number, context in enumerate(contexts)}
            choices = [
                Choice(
                    key,
                    f"{'* ' if context.current else '  '}{context.name or context.subscription or context.profile}",
                    "  ".join(
                        filter(
                            None,
                            (
                                "PRODUCTION" if context.production else "",
                                "read-only" if context.read_only else "",
                                f"subscription {context.subscription}" if context.subscription else "profile",
                                f"tenant {context.tenant}" if context.tenant else "",
                            ),
                        )
                    ),
                    harm=context.production,
                )
                for key, context in offered.items()
            ]

            def choose(key: str | None) -> None:
                if key and not offered[key].current:
                    self._tasks.start(lambda: self._live.switch(offered[key]), group="watch")

            self._screen.app.push_screen(Menu("Act on", choices), choose)

        self._tasks.start(lambda: self._live.contexts(), show, group="contexts")

    def _why_no_cleanup(self) -> str:
        live = self._controller.live
        if live is None:
            return "This is a replay; “azops cleanup RUN” deletes what a past run created."
        if not self._controller.place.gate:
            return "The profile turns the gate off (gate = false), so the run has no ledger to clean up from."
        if live.busy:
            return "A step is running; wait for its end, or stop it."
        return "" if self._controller.view.requests else "The run has sent no write to Azure."

    def clean_up(self) -> None:
        """Delete what the run created, after a question about what a fresh read shows."""
        if self._is_refused("deleted"):
            return

        def ask(plan: CleanupPlan) -> None:
            from azops_tui.engine.cleanup import common_name

            run = self._controller.view.run
            if not plan.deletions:
                self._tell("\n".join([f"Nothing that run {run} created exists.", *plan.kept]))
                return
            lines = (f"in {self._where()}, read just now", *plan.lines())
            word, production = common_name(plan, run), self._controller.place.production
            question = Ask(f"Delete what run {run} created", lines, "Delete", word, harm=True, paste=not production)

            def answer(reply: DialogAnswer | None) -> None:
                if reply is not None and reply.accepted:
                    self._tasks.start(lambda: self._live.clean_up(plan), self._tell, group="act")

            self._screen.app.push_screen(Dialog(question), answer)

        self._tasks.start(lambda: self._live.plan_cleanup(), ask, group="deletion")

    def refresh(self) -> None:
        """Read the cloud again."""
        self._tasks.start(lambda: self._live.refresh(), lambda _: self._tell("Read again."), group="refresh")

    def look_at(self, group: str) -> None:
        """Read the resources of a group, or of all groups, from now on."""
        if self._controller.live is not None:
            self._tasks.start(lambda: self._live.look_at(group), group="look")

    def _tell(self, text: str) -> None:
        self._screen.notify(safe(text), markup=False)

    def open_menu(self, item: GroupView | ResourceView, is_open: bool, toggle: Callable[[], None]) -> None:
        """Offer the actions on a resource group or a resource.

        Args:
            item: what to act on.
            is_open: True if its details are open.
            toggle: opens or folds its details.
        """
        from azops_tui.ui.screens.menus import Choice, Menu

        read_only = self._refusal()
        writable = not read_only
        choices = {
            "detail": (Choice("detail", "details", "close them" if is_open else "open them here"), toggle),
            "inspect": (
                Choice("inspect", "inspect", "properties, locks, rights, history, references"),
                lambda: self.inspect(item),
            ),
            "json": (Choice("json", "JSON", "as the service has it"), lambda: self.show_json(item.id)),
            "tags": (
                Choice("tags", "tags", "add, change, take away" if writable else read_only, writable),
                lambda: self._edit_tags(item),
            ),
        }
        if isinstance(item, GroupView):
            label, note = ("unlock", "take azops's own lock away") if item.locked else ("lock", "against deletion")
            choices["lock"] = (
                Choice("lock", label, note if writable else read_only, writable),
                lambda: self._lock(item),
            )
        if isinstance(item, ResourceView):
            choices |= self._types.choices(ActionTarget(item.id, item.type, item.name))
        choices |= {
            "export": (
                Choice("export", "template", f"write {template_name(item)} into this folder"),
                lambda: self._export(item),
            ),
            "portal": (Choice("portal", "portal", "copy its address"), lambda: self._copy_portal_address(item)),
            "delete": (
                Choice("delete", "delete", "asks for the name" if writable else read_only, writable, harm=True),
                lambda: self.delete(item),
            ),
        }

        by_id = {choice.id: act for choice, act in choices.values()}

        def choose(choice: str | None) -> None:
            if choice:
                by_id[choice]()

        title = f"{'group ' if isinstance(item, GroupView) else ''}{item.name}"
        menu = Menu(title, [choice for choice, _ in choices.values()], insert=self._types.insert_command)
        self._screen.app.push_screen(menu, choose)

    def open_actions(self, targets: Sequence[ActionTarget], after: Callable[[], None] = lambda: None) -> None:
        """Offer the actions of the type of one resource or of several; ``after`` is called when one has begun."""
        if self._controller.live is not None:
            self._types.open_menu(targets, after)

    def _edit_tags(self, item: GroupView | ResourceView) -> None:
        from azops_tui.ui.screens.menus import TagsForm

        def save(tags: dict[str, str] | None) -> None:
            if tags is not None:
                done = f"{item.name} has {count(len(tags), 'tag')}."
                self._tasks.start(lambda: self._live.tag(item.id, tags), lambda _: self._tell(done), group="act")

        self._screen.app.push_screen(TagsForm(item.name, f"in {self._where()}", dict(item.tags)), save)

    def inspect(self, item: GroupView | ResourceView) -> None:
        """Show all that is known about a resource or a group."""

        def act(what: str, identifier: str) -> None:
            match what:
                case "open":
                    self._open_resource(identifier)
                case "json":
                    self.show_json(identifier)
                case "tags":
                    self._edit_tags(item)
                case "lock" if isinstance(item, GroupView):
                    self._lock(item)
                case "lock" if isinstance(item, ResourceView):
                    self._lock_resource(item, has_lock)
                case _ if isinstance(item, ResourceView):
                    self.open_actions([ActionTarget(item.id, item.type, item.name)])

        has_lock = False

        def show(detail: ResourceDetail) -> None:
            from azops_tui.ui.screens.detail import DetailSheet

            nonlocal has_lock
            has_lock = any(
                lock.startswith("azops (") and lock.endswith(f"{item.name.lower()})") for lock in detail.locks
            )
            self._screen.app.push_screen(DetailSheet(detail, act))

        self._tasks.start(lambda: self._live.detail(item.id), show, group="detail")

    def _open_resource(self, identifier: str) -> None:
        """Select another resource in the pane of resources, from a sheet."""
        self._screen.call_later(self.reveal, identifier)

    def _lock_resource(self, resource: ResourceView, locked: bool) -> None:
        """Lock a resource against deletion, or take azops's own lock away, after a question."""
        if self._controller.place.read_only:
            self._tell("This profile is read-only: locks cannot be changed.")
            return
        verb, done = ("Unlock", "unlocked") if locked else ("Lock", "locked")
        effect = "It can be deleted again." if locked else "It cannot be deleted until the lock is taken away."
        ask = Ask(f"{verb} resource", (f"{resource.name} in {self._where()}", "", effect), verb)
        self.confirm(ask, lambda: self._live.lock(resource.id, not locked), f"{resource.name} is {done}.")

    def _lock(self, group: GroupView) -> None:
        locked = not group.locked
        effect = (
            "Nothing in it can be deleted until the lock is taken away."
            if locked
            else "What is in it can be deleted again. Locks that others set stay."
        )
        verb = "Lock" if locked else "Unlock"
        ask = Ask(f"{verb} resource group", (f"{group.name} in {self._where()}", "", effect), verb)
        done = f"{group.name} is {'locked' if locked else 'unlocked'}."
        self.confirm(ask, lambda: self._live.lock(group.name, locked), done)

    def _export(self, item: GroupView | ResourceView) -> None:
        async def export() -> Path:
            text = await self._live.export(item.id)
            return await asyncio.to_thread(write_new, Path.cwd() / template_name(item), text + "\n")

        self._tasks.start(export, lambda path: self._tell(f"The template is in {path}"), group="export")

    def _copy_portal_address(self, item: GroupView | ResourceView) -> None:
        def show(address: str) -> None:
            # Shown as well: not every terminal lets programs write to its clipboard.
            app = app_of(self._screen)
            app.copy_to_clipboard(address)
            app.notify(safe(f"Copied: {address}"), markup=False, timeout=15)

        self._tasks.start(lambda: self._live.portal(item.id), show, group="portal")

    def show_json(self, identifier: str) -> None:
        """Show a resource as the service returns it."""

        def show(text: str) -> None:
            from azops_tui.ui.screens.json_sheet import JsonSheet

            self._screen.app.push_screen(JsonSheet(identifier.rpartition("/")[2], text))

        self._tasks.start(lambda: self._live.resource(identifier), show, group="json")

    def delete(self, item: GroupView | ResourceView) -> None:
        """Delete a group or a resource, after a question about what a fresh read shows."""
        place = self._controller.place
        if self._is_refused("deleted"):
            return

        def ask(lines: tuple[str, ...]) -> None:
            title = "Delete resource group" if isinstance(item, GroupView) else "Delete resource"
            question = Ask(title, lines, "Delete", item.name, harm=True, paste=not place.production)
            self.confirm(question, lambda: self._live.delete(item.id), f"{item.name} is deleted.")

        self._tasks.start(lambda: self._live.would_delete(item.id), ask, group="deletion")

    def scale(self, scale_set: ScaleSetView, capacity: int, after: Callable[[], None]) -> None:
        """Change a capacity, after a question; ``after`` is called with either answer."""
        if self._is_refused("scaled"):
            after()
            return
        place = self._controller.place
        fewer = scale_set.capacity - capacity
        head = (f"{scale_set.name} in {scale_set.group}, {place.subscription or place.cloud}", "")

        def show(lines: tuple[str, ...]) -> None:
            question = Ask(
                "Change capacity",
                (*head, *lines),
                "Scale",
                scale_set.name if fewer > 0 else "",
                harm=fewer > 0,
                paste=not place.production,
            )
            done = f"{scale_set.name} has {count(capacity, 'instance')}."
            self.confirm(question, lambda: self._live.scale(scale_set.group, scale_set.name, capacity), done, after)

        self._tasks.start(
            lambda: self._live.would_scale(scale_set.group, scale_set.name, capacity), show, group="scale-preview"
        )

    def confirm(
        self, ask: Ask, work: Callable[[], Awaitable[None]], done: str, after: Callable[[], None] | None = None
    ) -> None:
        """Ask, run ``work`` if the answer is yes, and say ``done`` when it has ended."""

        def answer(answer: DialogAnswer | None) -> None:
            if after is not None:
                after()
            if answer is not None and answer.accepted:
                self._tasks.start(work, lambda _: self._tell(done), group="act")

        self._screen.app.push_screen(Dialog(ask), answer)
