"""The sheet about one resource: overview, properties as a tree that folds, tags, locks, rights, history, references."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from azops_tui.engine.resource_detail import ResourceDetail
from azops_tui.json_types import Json
from azops_tui.ui.appearance import app_of
from azops_tui.ui.clipboard import copy
from azops_tui.ui.lines import Line, safe, wrap
from azops_tui.ui.screens.dialogs import WrappedSheet
from azops_tui.ui.screens.json_sheet import JsonNode, json_nodes
from azops_tui.ui.widgets.rows import Row, Rows, facts, heading, text_row, wrapped

_OVERVIEW = ("id", "type", "location", "kind", "managedBy", "etag")


class DetailSheet(WrappedSheet):
    """Shows all that is known about a resource.

    Args:
        detail: what was read; its secrets are masked.
        act: opens the JSON, tags, locks or actions of the resource, or another resource by its id.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "follow", "open or fold", show=False),
        Binding("z", "fold_all", "fold all", show=False),
        Binding("J", "act('json')", "JSON", show=False),
        Binding("t", "act('tags')", "tags", show=False),
        Binding("L", "act('lock')", "lock", show=False),
        Binding("a", "act('actions')", "actions", show=False),
        Binding("y", "copy", "copy", show=False),
    ]
    key_hints = (
        ("⏎", "open or fold"), ("J", "JSON"), ("t", "tags"), ("L", "lock"), ("a", "actions"), ("y", "copy"),
        ("esc", "back"),
    )  # fmt: skip

    def __init__(self, detail: ResourceDetail, act: Callable[[str, str], None]) -> None:
        super().__init__()
        self.heading = detail.id.rpartition("/")[2]
        self.detail = detail
        self._act = act
        nodes = list(json_nodes(detail.resource.get("properties") or {}))
        self._members = nodes
        self._folded = {node.path for node in nodes if node.opens and node.depth > 0}

    def body(self) -> ComposeResult:
        yield Rows(empty="Nothing is known of it.")

    def fill(self) -> None:
        rows_view = self.query_one(Rows)
        cells = max(20, rows_view.cells - 1)
        rows_view.set_rows(self._rows(cells))

    def _rows(self, cells: int) -> list[Row]:
        detail, resource = self.detail, self.detail.resource
        state = (resource.get("properties") or {}).get("provisioningState") or ""
        pairs = [(name, str(resource.get(name) or "")) for name in _OVERVIEW]
        pairs += [("sku", _brief(resource.get("sku"))), ("zones", _brief(resource.get("zones"))), ("state", str(state))]
        rows = [*heading("overview", "Overview")[1:], *facts("overview", [(name, safe(text)) for name, text in pairs])]
        rows += heading("tags", "Tags")
        tags = resource.get("tags") or {}
        rows += facts("tags", [(safe(name), safe(str(value))) for name, value in tags.items()]) or [
            _none("tags", "none")
        ]
        rows += self._properties(cells)
        rows += self._texts("locks", "Locks", detail.locks, cells)
        rows += self._texts("roles", "What you may do", detail.roles, cells)
        rows += self._ids("refers to", "Refers to", detail.refers_to)
        rows += self._ids("referred by", "Referred to by", detail.referred_by)
        events = tuple(f"{entry.at}  {entry.status:<10} {entry.operation}  {entry.caller}" for entry in detail.activity)
        return rows + self._texts("activity", "Activity log", events, cells)

    def _properties(self, cells: int) -> list[Row]:
        """The properties as a tree: what is in an object or a list is folded at first."""
        marks = app_of(self).marks
        rows = heading("properties", "Properties")
        hidden = ""
        for node in self._members:
            if hidden and node.path.startswith(hidden):
                continue
            hidden = f"{node.path}/" if node.path in self._folded else ""
            glyph = (marks.closed if node.path in self._folded else marks.opened) if node.opens else " "
            first: Line = [(" " * (2 * node.depth + 3) + f"{glyph} ", "faint")]
            line: Line = [(safe(node.name), "option"), ("  ", ""), (safe(node.text), "faint" if node.opens else "")]
            rest: Line = [(" " * (2 * node.depth + 7), "")]
            rows += [
                text_row(f"property:{node.path}#{n}", part, selectable=not n, copy=node.text, data=node)
                for n, part in enumerate(wrap(line, cells, first=first, rest=rest))
            ]
        return rows if self._members else [*rows, _none("properties", "none")]

    def _texts(self, key: str, title: str, texts: tuple[str, ...], cells: int) -> list[Row]:
        rows = heading(key, title)
        if problem := self.detail.problems.get(key):
            return rows + wrapped(f"{key}:problem", [(safe(problem), "muted")], cells, "    ")
        for number, text in enumerate(texts):
            rows += [
                text_row(f"{key}:{number}:{n}", part, selectable=not n, copy=text)
                for n, part in enumerate(wrap([(safe(text), "")], cells, first=[("    ", "")], rest=[("      ", "")]))
            ]
        return rows if texts else [*rows, _none(key, "none")]

    def _ids(self, key: str, title: str, ids: tuple[str, ...]) -> list[Row]:
        rows = heading(key, title)
        if problem := self.detail.problems.get(key):
            return [*rows, _none(key, problem)]
        for identifier in ids:
            parts = identifier.strip("/").split("/")
            line: Line = [(f"    {safe(parts[-1])}", ""), (f"  {safe('/'.join(parts[5:-1]))}", "muted")]
            line.append((f"  {safe(parts[3] if len(parts) > 3 else '')}", "faint"))
            rows.append(text_row(f"{key}:{identifier}", line, selectable=True, copy=identifier, data=identifier))
        return rows if ids else [*rows, _none(key, "none")]

    def action_follow(self) -> None:
        """Fold or unfold the selected property; go to the selected resource."""
        current = self.query_one(Rows).current
        item = current.data if current is not None else None
        if isinstance(item, JsonNode) and item.opens:
            self._folded ^= {item.path}
            self.fill()
        elif isinstance(item, str):
            self.dismiss(None)
            self._act("open", item)

    def action_fold_all(self) -> None:
        """Unfold all properties, or fold those below the first level."""
        below = {node.path for node in self._members if node.opens and node.depth > 0}
        self._folded = set() if self._folded else below
        self.fill()

    def action_act(self, what: str) -> None:
        """Close the sheet and open the JSON, the tags, the lock or the actions of the resource."""
        self.dismiss(None)
        self._act(what, self.detail.id)

    def action_copy(self) -> None:
        current = self.query_one(Rows).current
        copy(app_of(self), (current.copy if current is not None else "") or self.detail.id)


def _none(key: str, text: str) -> Row:
    return text_row(f"{key}:none", [(f"    {safe(text)}", "faint")])


def _brief(value: Json) -> str:
    """A small object or list on one line."""
    if isinstance(value, dict):
        return " ".join(str(part) for part in value.values() if part)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value or "")
