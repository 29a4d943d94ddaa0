"""Keys that act on the cloud beside the run's steps; each says first what it will do, and asks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from azops_tui.events.azure_views import GroupView, ResourceView
from azops_tui.ui.format import count
from azops_tui.ui.lines import safe
from azops_tui.ui.messages import DeletionRead, JsonRead, LinkMade, Told
from azops_tui.ui.panes.resources import ResourcesPane
from azops_tui.ui.panes.scalesets import ScaleSetsPane
from azops_tui.ui.screens.dialogs import Answer, Ask, Dialog
from azops_tui.ui.screens.part import Part, look_app


def template_name(item: GroupView | ResourceView) -> str:
    """Name of the file that its template is written to."""
    kept = "".join(c if c.isalnum() or c in "-_.()" else "-" for c in item.name).lstrip(".-")
    return f"{kept or 'template'}.template.json"


def write_new(path: Path, text: str) -> Path:
    """Write a file that was not there before, under another name where it was; returns where it is.

    Raises:
        OSError: it cannot be written.
    """
    for number in range(1, 1000):
        candidate = path if number == 1 else path.with_name(f"{path.stem}-{number}{path.suffix}")
        try:
            with candidate.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            continue
        return candidate
    raise FileExistsError(17, "there are a thousand of that name", str(path))


class ByHand(Part):
    """Reads, deletes and scales what is in the panes."""

    def action_refresh_data(self) -> None:
        """Read the cloud again."""
        me = self._me

        async def work() -> None:
            await me.controller.refresh()
            me.post_message(Told("Read again."))

        me.spawn(work, group="refresh")

    def on_resources_pane_menu_wanted(self, message: ResourcesPane.MenuWanted) -> None:
        """Offer what can be done with a group or a resource."""
        from azops_tui.ui.screens.menus import Choice, Menu

        me, item = self._me, message.item
        is_group = isinstance(item, GroupView)
        free = not me.controller.place.read_only
        locked = "this profile is read-only"
        choices = [
            Choice("detail", "details", "close them" if message.opened else "open them here"),
            Choice("json", "JSON", "as the service has it"),
            Choice("tags", "tags", "add, change, take away" if free else locked, free),
            Choice("export", "template", f"write {template_name(item)} into this folder"),
            Choice("portal", "portal", "copy its address"),
            Choice("delete", "delete", "asks for the name" if free else locked, free, harm=True),
        ]
        if isinstance(item, GroupView):
            label, note = ("unlock", "take azops's own lock away") if item.locked else ("lock", "against deletion")
            choices.insert(3, Choice("lock", label, note if free else locked, free))
        title = f"{'group ' if is_group else ''}{item.name}"
        me.app.push_screen(Menu(title, choices), lambda chosen: self._chosen(item, chosen or ""))

    def _chosen(self, item: GroupView | ResourceView, chosen: str) -> None:
        me = self._me
        match chosen:
            case "detail":
                for pane in me.frame.query(ResourcesPane):
                    pane.toggle(item.id)
            case "json":
                self.on_resources_pane_json_wanted(ResourcesPane.JsonWanted(item.id))
            case "tags":
                self._edit_tags(item)
            case "lock" if isinstance(item, GroupView):
                self._lock(item)
            case "export":
                self._export(item)
            case "portal":
                self._portal(item)
            case "delete":
                self.on_resources_pane_delete_wanted(ResourcesPane.DeleteWanted(item))

    def _where(self) -> str:
        place = self._me.controller.place
        return f"{place.subscription} ({place.cloud})" if place.subscription else place.cloud

    def _edit_tags(self, item: GroupView | ResourceView) -> None:
        from azops_tui.ui.screens.menus import TagsForm

        me = self._me

        async def work(tags: dict[str, str]) -> None:
            await me.controller.tag(item.id, tags)
            me.post_message(Told(f"{item.name} has {count(len(tags), 'tag')}."))

        def filled(tags: dict[str, str] | None) -> None:
            if tags is not None:
                me.spawn(lambda: work(tags), group="act")

        me.app.push_screen(TagsForm(item.name, f"in {self._where()}", dict(item.tags)), filled)

    def _lock(self, group: GroupView) -> None:
        locked = not group.locked
        said = (
            "Nothing in it can be deleted until the lock is taken away."
            if locked
            else "What is in it can be deleted again. Locks that others set stay."
        )
        ask = Ask(
            f"{'Lock' if locked else 'Unlock'} resource group",
            (f"{group.name} in {self._where()}", "", said),
            "Lock" if locked else "Unlock",
        )
        work = self._me.controller.lock
        self.confirm(ask, lambda: work(group.name, locked), f"{group.name} is {'locked' if locked else 'unlocked'}.")

    def _export(self, item: GroupView | ResourceView) -> None:
        me = self._me

        async def work() -> None:
            text = await me.controller.export(item.id)
            path = await asyncio.to_thread(write_new, Path.cwd() / template_name(item), text + "\n")
            me.post_message(Told(f"The template is in {path}"))

        me.spawn(work, group="export")

    def _portal(self, item: GroupView | ResourceView) -> None:
        me = self._me

        async def work() -> None:
            me.post_message(LinkMade(await me.controller.portal(item.id)))

        me.spawn(work, group="portal")

    def on_link_made(self, message: LinkMade) -> None:
        """Copy an address, and show it for terminals that do not let themselves be copied to."""
        app = look_app(self._me)
        app.copy_to_clipboard(message.address)
        app.notify(safe(f"Copied: {message.address}"), markup=False, timeout=15)

    def on_resources_pane_json_wanted(self, message: ResourcesPane.JsonWanted) -> None:
        """Read a resource."""
        me, identifier = self._me, message.identifier

        async def work() -> None:
            me.post_message(JsonRead(identifier, await me.controller.resource(identifier)))

        me.spawn(work, group="json")

    def on_json_read(self, message: JsonRead) -> None:
        """Show a resource."""
        from azops_tui.ui.screens.sheets import TextSheet, json_rows

        title = message.identifier.rpartition("/")[2]
        self._me.app.push_screen(TextSheet(title, json_rows(message.text), message.text))

    def on_resources_pane_delete_wanted(self, message: ResourcesPane.DeleteWanted) -> None:
        """Read what would be deleted: what is on the screen may be old."""
        me, item = self._me, message.item
        if me.controller.place.read_only:
            me.notify("This profile is read-only: nothing can be deleted.", severity="error", markup=False)
            return

        async def work() -> None:
            me.post_message(DeletionRead(item, await me.controller.would_delete(item.id)))

        me.spawn(work, group="deletion")

    def on_deletion_read(self, message: DeletionRead) -> None:
        """Ask before something is deleted, and say what."""
        me, item = self._me, message.item
        title = "Delete resource group" if isinstance(item, GroupView) else "Delete resource"
        self.confirm(
            Ask(title, message.lines, "Delete", item.name, harm=True, paste=not me.controller.place.production),
            lambda: me.controller.delete(item.id),
            f"{item.name} is deleted.",
        )

    def on_scale_sets_pane_scale_wanted(self, message: ScaleSetsPane.ScaleWanted) -> None:
        """Ask before a capacity is changed."""
        me, scale_set, capacity = self._me, message.scale_set, message.capacity
        fewer = scale_set.capacity - capacity
        lines = [
            f"{scale_set.name} in {scale_set.group}, {me.controller.place.subscription or me.controller.place.cloud}",
            "",
            f"  from {scale_set.capacity} to {count(capacity, 'instance')} of {scale_set.sku}",
        ]
        if fewer > 0:
            lines.append(f"  {count(fewer, 'instance')} will be deleted")
        if scale_set.autoscale:
            lines += ["", scale_set.autoscale]
        frame = me.frame

        async def work() -> None:
            await me.controller.scale(scale_set.group, scale_set.name, capacity)

        def after() -> None:
            for pane in frame.query(ScaleSetsPane):
                pane.forget(scale_set.id.lower())

        ask = Ask(
            "Change capacity",
            tuple(lines),
            "Scale",
            scale_set.name if fewer > 0 else "",
            harm=fewer > 0,
            paste=not me.controller.place.production,
        )
        self.confirm(ask, work, f"{scale_set.name} has {count(capacity, 'instance')}.", after)

    def confirm(self, ask: Ask, work: Callable[[], object], done: str, after: Callable[[], None] | None = None) -> None:
        """Ask, and do it if the answer is yes."""
        me = self._me

        async def told() -> None:
            await work()  # type: ignore[misc]  # it returns an awaitable
            me.post_message(Told(done))

        def answered(answer: Answer | None) -> None:
            if after is not None:
                after()
            if answer is not None and answer.accepted:
                me.spawn(told, group="act")

        me.app.push_screen(Dialog(ask), answered)
