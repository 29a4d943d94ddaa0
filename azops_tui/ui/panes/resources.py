"""Pane 1: the resource groups of the subscription and their resources."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import BindingType

from azops_tui.events.azure_views import GroupView, ResourceView
from azops_tui.ui.actions.resource_actions import ActionTarget
from azops_tui.ui.commands import bindings
from azops_tui.ui.format import count, short_type
from azops_tui.ui.glyphs import provisioning
from azops_tui.ui.lines import Line, safe
from azops_tui.ui.panes.base import Pane, PaneContext
from azops_tui.ui.panes.pasted import pasted_id
from azops_tui.ui.panes.registry import PaneEntry
from azops_tui.ui.widgets.rows import Row, columns, facts, text_row

_LETTERS = {
    "microsoft.compute/virtualmachines": "V",
    "microsoft.compute/virtualmachinescalesets": "S",
    "microsoft.compute/disks": "D",
    "microsoft.compute/availabilitysets": "A",
    "microsoft.network/virtualnetworks": "N",
    "microsoft.network/networkinterfaces": "I",
    "microsoft.network/publicipaddresses": "P",
    "microsoft.network/networksecuritygroups": "G",
    "microsoft.network/loadbalancers": "L",
    "microsoft.storage/storageaccounts": "B",
    "microsoft.keyvault/vaults": "K",
}

_FEW = 4
"""Number of groups up to which all of them are unfolded at first."""


def letter(resource_type: str) -> str:
    """Letter for a type: its own if the type is well known, else the provider's first in lower case."""
    folded = resource_type.casefold()
    return _LETTERS.get(folded) or (folded.removeprefix("microsoft.")[:1] or "?")


class ResourcesPane(Pane):
    """Groups and resources as a tree. Groups that the run uses are unfolded."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("resources")
    orders = ("type", "name", "location", "state")
    shows_cloud = True
    hint = (
        "No resource group yet. The groups of the subscription and the resources in them appear here, "
        "as steps make them or as anyone else does."
    )

    def __init__(self, entry: PaneEntry, context: PaneContext) -> None:
        super().__init__(entry, context)
        self._folded: dict[str, bool] = {}
        """Groups that the user folded or unfolded."""
        self._tag = ""
        """Name of the tag to group by; empty to group by resource group."""
        self._target = ""
        """Id to select as soon as it has been read, in lower case."""
        self._built_from: object = None
        self._marked: dict[str, ResourceView] = {}
        """Resources that are marked, by id."""
        self._asked_for_all = False

    def build(self) -> list[Row]:
        """A row for each group and resource, by resource group or by tag."""
        return self._by_tag(self._tag) if self._tag in self._tags_seen() else self._by_group()

    def update_view(self) -> None:
        """Build the rows again if anything that they show changed: there can be ten thousand of them."""
        shown = self._shown()
        if shown == self._built_from and self.rows:
            return
        super().update_view()
        self._built_from = shown
        if self._target:
            self._select_target()

    def _shown(self) -> object:
        """All that the rows are made from; quick to compare, since what did not change is the same object."""
        view = self.view
        return (
            view.groups,
            tuple(view.resources.items()),
            tuple(group.name for group in view.groups if self._touched(group)) if len(view.groups) > _FEW else (),
            dict(self._folded),
            set(self.opened),
            set(self._marked),
            (self.order, self._tag, self.filtered, self.marks.opened),
        )

    def set_filter(self, text: str) -> None:
        """Search the folded groups too, and in a large subscription those that were not read yet."""
        was_filtered = self.filtered
        super().set_filter(text)
        if self.filtered != was_filtered:
            self.update_view()
        unread = any(group.name.casefold() not in self.view.resources for group in self.view.groups)
        if self.filtered and unread and not self._asked_for_all:
            self._asked_for_all = True
            self.context.cloud.look_at("")

    def reveal(self, identifier: str) -> None:
        """Select a resource group or a resource by its id, reading its group first if that was not read."""
        group = identifier.split("/")[4].casefold()
        known = next((g for g in self.view.groups if g.name.casefold() == group), None)
        if known is None:
            place = self.controller.place
            text = f"There is no resource group '{identifier.split('/')[4]}' in {place.subscription or place.cloud}."
            self.app.notify(safe(text), severity="warning", markup=False)
            return
        self._target = identifier.casefold()
        self._tag = ""
        self.set_filter("")
        self._folded[group] = False
        if group not in self.view.resources:
            self.context.cloud.look_at(known.name)
        self.update_view()
        self._select_target()

    def _select_target(self) -> None:
        row = next((row for row in self.rows if row.selectable and row.key.casefold() == self._target), None)
        if row is not None:
            self._target = ""
            self.call_after_refresh(self.select, row.key)
        elif self._target and self._target.split("/")[4] in self.view.resources:
            name, self._target = self._target.rpartition("/")[2], ""
            self.app.notify(safe(f"There is no '{name}' in this group any more."), severity="warning", markup=False)

    def on_paste(self, event: events.Paste) -> None:
        """Go to the resource whose id or portal address is pasted."""
        if identifier := pasted_id(event.text):
            event.stop()
            self.reveal(identifier)

    def _tags_seen(self) -> list[str]:
        """Names of all tags, sorted."""
        items: list[GroupView | ResourceView] = [
            *self.view.groups,
            *(r for resources in self.view.resources.values() for r in resources),
        ]
        return sorted({name for item in items for name in item.tags}, key=str.casefold)

    def _by_tag(self, tag: str) -> list[Row]:
        """Groups and resources under each value of a tag; those without the tag last."""
        values: dict[str | None, list[Row]] = {}
        for group in self.view.groups:
            resources = self.view.resources.get(group.name.casefold())
            values.setdefault(group.tags.get(tag), []).extend(self._group_rows(group, resources, folded=True))
            for resource in self._ordered(resources or ()):
                values.setdefault(resource.tags.get(tag), []).extend(self._resource_rows(resource))
        rows = [text_row("by", [(f" by the tag {tag}", "heading"), ("   t another tag", "faint")])]
        for value in sorted(values, key=lambda v: (v is None, v or "")):
            head = f" without {tag}" if value is None else f" {tag}={value}"
            rows += [text_row(f"tag:{value}:gap", []), text_row(f"tag:{value}", [(head, "strong")]), *values[value]]
        return rows

    def _by_group(self) -> list[Row]:
        rows: list[Row] = []
        few = len(self.view.groups) <= _FEW
        for group in self.view.groups:
            key = group.name.casefold()
            resources = self.view.resources.get(key)
            folded = not self.filtered and self._folded.get(key, not few and not self._touched(group))
            rows += self._group_rows(group, resources, folded)
            if not folded:
                for resource in self._ordered(resources or ()):
                    rows += self._resource_rows(resource)
                if not resources:
                    text = "     empty" if resources is not None else "     being read"
                    rows.append(text_row(f"{group.id}:empty", [(text, "faint")]))
        return rows

    def _group_rows(self, group: GroupView, resources: tuple[ResourceView, ...] | None, folded: bool) -> list[Row]:
        """Rows of a group, including its details if they are open."""
        rows = [self._group_row(group, resources, folded)]
        if group.id in self.opened:
            rows += facts(group.id, [("id", group.id), ("state", group.state), ("tags", _tags(group.tags))])
        return rows

    def _resource_rows(self, resource: ResourceView) -> list[Row]:
        """Rows of a resource, including its details if they are open."""
        rows = [self._resource_row(resource)]
        if resource.id in self.opened:
            rows += facts(
                resource.id,
                [
                    ("id", resource.id),
                    ("location", resource.location),
                    ("kind", resource.kind),
                    ("sku", resource.sku),
                    ("state", resource.state),
                    ("tags", _tags(resource.tags)),
                ],
                8,
            )
        return rows

    def _ordered(self, resources: tuple[ResourceView, ...]) -> list[ResourceView]:
        def key(resource: ResourceView) -> tuple[str, ...]:
            values = {"name": resource.name, "location": resource.location, "state": resource.state}
            first = values.get(self.order, resource.type)
            return first.casefold(), resource.type.casefold(), resource.name.casefold()

        return sorted(resources, key=key)

    def _touched(self, group: GroupView) -> bool:
        return any(group.name.casefold() == v.value.casefold() for v in self.view.variables.values())

    def _group_row(self, group: GroupView, resources: tuple[ResourceView, ...] | None, folded: bool) -> Row:
        marks = self.marks

        def draw(cells: int) -> Line:
            number = "not read yet" if resources is None else count(len(resources), "resource")
            state = provisioning(group.state)
            line: Line = [(f" {marks.closed if folded else marks.opened} ", "muted"), (group.name, "strong")]
            line.append((f"  {group.location}", "muted"))
            if group.locked:
                line.append(("  locked", "asking"))
            if state != "done":
                line.append((f"  {marks.state(state)} {group.state}", state))
            return [*line, (f"  {marks.separator} {number}", "muted")]

        return Row(group.id, draw, f"{group.name} {group.location}", group.name, data=group)

    def _resource_row(self, resource: ResourceView) -> Row:
        marks, filtered, marked = self.marks, self.filtered, resource.id in self._marked

        def draw(cells: int) -> Line:
            state = provisioning(resource.state or "Succeeded")
            name_cells = max(12, min(28, cells // 2 - 4))
            kind = short_type(resource.type)
            return [
                (f" {marks.dot if marked else ' '} ", "accent"),
                (f"{marks.state(state)} " if state != "done" else "  ", state),
                (f"{letter(resource.type)} ", "accent"),
                *columns(
                    (resource.name, name_cells, ""),
                    (f"{kind}  {resource.group}" if filtered else kind, max(8, cells - name_cells - 10), "muted"),
                ),
            ]

        text = f"{resource.name} {resource.type} {resource.group} {resource.location} {_tags(resource.tags)}"
        return Row(resource.id, draw, text, resource.id, data=resource)

    def _set_fold(self, folded: bool) -> None:
        item = self.current.data if self.current else None
        if isinstance(item, ResourceView):
            self.select(next((g.id for g in self.view.groups if g.name.casefold() == item.group.casefold()), ""))
        elif isinstance(item, GroupView):
            self._folded[item.name.casefold()] = folded
            if not folded and item.name.casefold() not in self.view.resources:
                self.context.cloud.look_at(item.name)
            self.update_view()

    def action_fold(self) -> None:
        """Fold the group; on a resource, select its group."""
        self._set_fold(True)

    def action_unfold(self) -> None:
        if self.current is not None and isinstance(self.current.data, GroupView):
            self._set_fold(False)

    def _selected(self) -> GroupView | ResourceView | None:
        item = self.current.data if self.current else None
        return item if isinstance(item, GroupView | ResourceView) else None

    def action_detail(self) -> None:
        """Offer the actions on the selected row; in a replay, which has none, toggle its details."""
        item = self._selected()
        if self._marked and self.controller.live is not None:
            targets = [ActionTarget(marked.id, marked.type, marked.name) for marked in self._marked.values()]
            self.context.cloud.open_actions(targets, self._unmark)
        elif item is not None and self.controller.live is not None:
            self.context.cloud.open_menu(item, item.id in self.opened, lambda: self.toggle(item.id))
        else:
            super().action_detail()

    def action_mark(self) -> None:
        """Mark the selected resource, or take its mark away; enter acts on all that are marked."""
        item = self._selected()
        if isinstance(item, ResourceView):
            if self._marked.pop(item.id, None) is None:
                self._marked[item.id] = item
            self.update_view()
            self.action_cursor_down()

    def _unmark(self) -> None:
        self._marked.clear()
        self.update_view()

    def action_by_tag(self) -> None:
        """Group by the next tag, and after the last tag by resource group again."""
        names = ["", *self._tags_seen()]
        if len(names) == 1:
            self.app.notify("Nothing here has a tag.", markup=False, timeout=3)
            return
        self._tag = names[(names.index(self._tag) + 1) % len(names)] if self._tag in names else names[1]
        self.update_view()

    def action_inspect(self) -> None:
        """Show all that is known about the selected row."""
        if (item := self._selected()) and self.controller.live is not None:
            self.context.cloud.inspect(item)

    def action_json(self) -> None:
        """Show the selected resource as JSON."""
        if item := self._selected():
            self.context.cloud.show_json(item.id)

    def action_add_step(self) -> None:
        """Offer commands on the selected row as steps of the document."""
        from azops_tui.ui.screens.menus import Choice, Menu
        from azops_tui.ui.writing.commands_as_steps import steps_for

        item = self._selected()
        if item is None:
            return
        offered = {step.label: step for step in steps_for(item)}
        choices = [Choice(label, label, step.az, harm=label == "delete") for label, step in offered.items()]

        def insert(label: str | None) -> None:
            if label:
                self.context.insert(offered[label].markdown)

        self.app.push_screen(Menu(f"{item.name}: put a step into the document", choices), insert)

    def action_delete(self) -> None:
        """Delete the selected resource or group, after a question."""
        if item := self._selected():
            self.context.cloud.delete(item)


def _tags(tags: dict[str, str]) -> str:
    return ", ".join(f"{name}={value}" for name, value in tags.items())
