"""Keys that act on the cloud beside the run's steps; each says first what it will do, and asks."""

from __future__ import annotations

from collections.abc import Callable

from azops_tui.azure.views import GroupView
from azops_tui.ui.messages import DeletionRead, JsonRead, Told
from azops_tui.ui.panes.resources import ResourcesPane
from azops_tui.ui.panes.scalesets import ScaleSetsPane
from azops_tui.ui.screens.dialogs import Answer, Ask, Dialog
from azops_tui.ui.screens.part import Part
from azops_tui.ui.words import count


class ByHand(Part):
    """Reads, deletes and scales what is in the panes."""

    def action_refresh_data(self) -> None:
        """Read the cloud again."""
        me = self._me

        async def work() -> None:
            await me.controller.refresh()
            me.post_message(Told("Read again."))

        me.spawn(work, group="refresh")

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
