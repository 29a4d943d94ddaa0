"""JSON as a tree that wraps, folds and can be searched."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from azops_tui.json_types import Json
from azops_tui.ui.appearance import app_of
from azops_tui.ui.clipboard import copy
from azops_tui.ui.format import count
from azops_tui.ui.lines import Line, safe, wrap
from azops_tui.ui.screens.dialogs import WrappedSheet
from azops_tui.ui.widgets.field import Field
from azops_tui.ui.widgets.rows import Row, Rows, text_row


@dataclass(frozen=True)
class JsonNode:
    """A member of an object, an element of a list, or the whole value."""

    path: str
    """As ``/properties/subnets/0``; identifies the node."""
    name: str
    value: Json
    depth: int

    @property
    def opens(self) -> bool:
        """True if there is something in it."""
        return isinstance(self.value, dict | list) and bool(self.value)

    @property
    def text(self) -> str:
        """The value on one line; of an object or a list, the number of its members."""
        if isinstance(self.value, dict):
            return "{" + count(len(self.value), "member") + "}" if self.value else "{}"
        if isinstance(self.value, list):
            return "[" + count(len(self.value), "element") + "]" if self.value else "[]"
        return self.value if isinstance(self.value, str) else json.dumps(self.value)


def json_nodes(value: Json, path: str = "", depth: int = 0) -> Iterator[JsonNode]:
    """All nodes below a value, each before what is in it."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, item in items:
        node = JsonNode(f"{path}/{name}", str(name), item, depth)
        yield node
        yield from json_nodes(item, node.path, depth + 1)


class JsonSheet(WrappedSheet):
    """Shows a JSON text; ``y`` copies all of it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "toggle_fold", "fold", show=False),
        Binding("left,h", "fold(True)", "fold", show=False),
        Binding("right,l", "fold(False)", "unfold", show=False),
        Binding("z", "fold_all", "fold all", show=False),
        Binding("slash", "search", "search", show=False),
        Binding("n", "next(1)", "next match", show=False),
        Binding("N", "next(-1)", "previous match", show=False),
        Binding("y", "copy", "copy", show=False),
    ]
    DEFAULT_CSS = """
    JsonSheet Input { display: none; height: 1; border: none; padding: 0 1; background: $panel; dock: bottom; }
    JsonSheet Input.-open { display: block; }
    """
    key_hints = (("⏎", "fold"), ("z", "fold all"), ("/", "search"), ("n", "next"), ("y", "copy"), ("esc", "back"))

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self.heading = title
        self.text = text
        self._members = list(json_nodes(json.loads(text)))
        self._folded: set[str] = set()
        self._search = ""

    def body(self) -> ComposeResult:
        yield Rows(empty="An empty object.")
        yield Field()

    def fill(self) -> None:
        rows_view = self.query_one(Rows)
        rows: list[Row] = []
        hidden = ""
        for node in self._members:
            if hidden and node.path.startswith(hidden):
                continue
            hidden = f"{node.path}/" if node.path in self._folded else ""
            rows += self._rows(node, max(20, rows_view.cells - 1))
        rows_view.set_rows(rows)

    def _rows(self, node: JsonNode, cells: int) -> list[Row]:
        """The rows of a node: a long value wraps."""
        marks = app_of(self).marks
        glyph = (marks.closed if node.path in self._folded else marks.opened) if node.opens else " "
        style = "faint" if node.opens else "string" if isinstance(node.value, str) else "variable"
        first: Line = [(" " * (2 * node.depth + 1) + f"{glyph} ", "faint")]
        name: Line = [(safe(node.name), "option"), ("  ", "")]
        indent: Line = [(" " * (2 * node.depth + 5), "")]
        line: Line = [*name, (safe(node.text), style)]
        if self._search:
            line = [(text, f"{kind} match".strip() if self._search in text.casefold() else kind) for text, kind in line]
        return [
            text_row(f"{node.path}#{number}" if number else node.path, part, selectable=not number, data=node)
            for number, part in enumerate(wrap(line, cells, first=first, rest=indent))
        ]

    def _node(self) -> JsonNode | None:
        current = self.query_one(Rows).current
        return current.data if current is not None and isinstance(current.data, JsonNode) else None

    def action_toggle_fold(self) -> None:
        """Fold or unfold the selected object or list."""
        node = self._node()
        if node is not None:
            self.action_fold(node.path not in self._folded)

    def action_fold(self, folded: bool) -> None:
        """Fold or unfold the selected node; to fold what cannot be folded selects what it is in."""
        node = self._node()
        if node is None:
            return
        if folded and (not node.opens or node.path in self._folded):
            self.query_one(Rows).select(node.path.rpartition("/")[0])
        elif node.opens and folded:
            self._folded.add(node.path)
        else:
            self._folded.discard(node.path)
        self.fill()

    def action_fold_all(self) -> None:
        """Fold every object and list of the first level, or unfold all."""
        tops = {node.path for node in self._members if node.opens}
        self._folded = set() if self._folded else tops
        self.fill()

    def action_search(self) -> None:
        field = self.query_one(Field)
        field.placeholder, field.value = "search names and values", self._search
        field.add_class("-open")
        field.focus()

    def on_input_submitted(self) -> None:
        """Go to the first match, also in what is folded."""
        field = self.query_one(Field)
        field.remove_class("-open")
        self.query_one(Rows).focus()
        self._search = field.value.casefold()
        self.fill()
        self.action_next(1, here=True)

    def action_next(self, by: int, here: bool = False) -> None:
        """Go to the next match (1) or the previous match (-1); behind the last comes the first."""
        if not self._search:
            return
        matches = [
            index
            for index, node in enumerate(self._members)
            if self._search in node.name.casefold() or (not node.opens and self._search in node.text.casefold())
        ]
        if not matches:
            self.notify(f"'{safe(self._search)}' is not here.", markup=False)
            return
        node = self._node()
        at = self._members.index(node) - (1 if here else 0) if node is not None else -1
        ahead = [index for index in matches[::by] if (index - at) * by > 0]
        target = self._members[(ahead or matches[::by])[0]]
        self._folded = {path for path in self._folded if not target.path.startswith(f"{path}/")}
        self.fill()
        self.query_one(Rows).select(target.path)

    def action_close(self) -> None:
        """Close the search line, or the sheet."""
        field = self.query_one(Field)
        if field.has_class("-open"):
            field.remove_class("-open")
            self.query_one(Rows).focus()
        else:
            self.dismiss(None)

    def action_copy(self) -> None:
        copy(app_of(self), self.text)
