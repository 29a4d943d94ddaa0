"""A template before it is deployed: its parameters, its resources in order, its outputs, and their JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import Screen

from azops_tui.arm.describe import Description, ParameterRow, ResourceRow, ValueRow, hidden
from azops_tui.arm.symbolic import plain
from azops_tui.ui.appearance import BaseApp, app_of
from azops_tui.ui.clipboard import copy
from azops_tui.ui.format import count as counted
from azops_tui.ui.lines import Line, width, wrap
from azops_tui.ui.screens.sheets import json_rows
from azops_tui.ui.widgets.bars import LineBar, key_hints
from azops_tui.ui.widgets.field import Field
from azops_tui.ui.widgets.rows import Row, Rows, text_row

_NARROW = 100
"""Below this many columns one half is shown at a time."""
_KEYS = (("/", "filter"), ("tab", "other half"), ("[ ]", "one of a loop"), ("y", "copy"), ("esc", "back"))
Item = ParameterRow | ResourceRow | ValueRow


class TemplateScreen(Screen[None]):
    """Shows a description.

    Args:
        name: of the template, for the head.
        description: of it.
        hide: takes secrets out of text before it is shown or copied.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "back"),
        Binding("q", "close", "close"),
        Binding("slash", "filter", "filter"),
        Binding("tab,shift+tab", "switch", "other half", priority=True),
        Binding("enter", "into", "detail"),
        Binding("left_square_bracket", "other(-1)", "the one before"),
        Binding("right_square_bracket", "other(1)", "the next one"),
        Binding("y", "copy", "copy"),
    ]
    DEFAULT_CSS = """
    TemplateScreen { background: $background; }
    TemplateScreen .top { dock: top; }
    TemplateScreen .bottom { dock: bottom; }
    TemplateScreen .frame { border: round $border-blurred; height: 1fr; width: 1fr; background: $background; }
    TemplateScreen .frame:focus-within { border: round $border; }
    TemplateScreen.-narrow .-behind { display: none; }
    TemplateScreen Field {
        display: none; height: 1; border: none; padding: 0 1; background: $panel; dock: bottom; margin-bottom: 1;
    }
    TemplateScreen Field.-open { display: block; }
    """

    def __init__(self, name: str, description: Description, *, hide: Callable[[str], str] = str) -> None:
        super().__init__()
        self._title = name
        self.description = hidden(description, hide)
        self._hide = hide
        self._turn = 0
        self._text = ""

    def compose(self) -> ComposeResult:
        yield LineBar(lambda _: self._head(), "top")
        with Horizontal():
            with Vertical(id="list", classes="frame") as frame:
                frame.border_title = Content("Template")
                yield Rows(empty="The template takes nothing, makes nothing and gives nothing.", id="items")
            with Vertical(id="beside", classes="frame -behind"):
                yield Rows(empty="Nothing in the list matches.", id="detail")
        yield Field()
        yield LineBar(lambda _: key_hints(_KEYS), "bottom")

    def _head(self) -> Line:
        resources = counted(self.description.count, "resource")
        text = f"   {resources} in {counted(self.description.levels, 'step')}"
        return [(f" {self._title}", "strong"), (text, "muted"), ("   nothing is deployed", "faint")]

    @property
    def items(self) -> Rows:
        return self.query_one("#items", Rows)

    @property
    def detail(self) -> Rows:
        return self.query_one("#detail", Rows)

    def on_mount(self) -> None:
        """Fill the list, with the bar on the first resource."""
        self.items.set_rows(rows_of(self.description, app_of(self)))
        self.items.select("resource:0")
        self.items.focus()
        self._show()

    def on_resize(self, event: events.Resize) -> None:
        """Show one half at a time on a narrow screen."""
        self.set_class(event.size.width < _NARROW, "-narrow")

    def on_rows_moved(self, message: Rows.Moved) -> None:
        """Show the details of the selected row."""
        if message.rows is self.items:
            self._turn = 0
            self._show()

    def on_rows_chosen(self, message: Rows.Chosen) -> None:
        """A second click moves to the other half."""
        if message.rows is self.items:
            self.action_into()

    def _item(self) -> Item | None:
        row = self.items.current
        return row.data if row is not None and isinstance(row.data, ParameterRow | ResourceRow | ValueRow) else None

    def _show(self) -> None:
        item = self._item()
        title, self._text = _detail(item, self._turn) if item is not None else ("", "")
        self._text = self._hide(self._text)
        self.detail.set_rows(json_rows(self._text) if self._text else [])
        self.detail.action_first()
        self.query_one("#beside", Vertical).border_title = Content(self._hide(title))

    def action_other(self, by: int) -> None:
        """Show another resource of the same copy loop."""
        item = self._item()
        if isinstance(item, ResourceRow) and len(item.resources) > 1:
            self._turn = (self._turn + by) % len(item.resources)
            self._show()

    def _front(self, detail: bool) -> None:
        self.query_one("#list").set_class(detail, "-behind")
        self.query_one("#beside").set_class(not detail, "-behind")
        (self.detail if detail else self.items).focus()

    def action_switch(self) -> None:
        self._front(not self.detail.has_focus)

    def action_into(self) -> None:
        if self.items.has_focus:
            self._front(True)

    def action_filter(self) -> None:
        self._front(False)
        field = self.query_one(Field)
        field.add_class("-open")
        field.focus()

    def on_input_changed(self) -> None:
        self.items.set_filter(self.query_one(Field).value)

    def on_input_submitted(self) -> None:
        self.query_one(Field).remove_class("-open")
        self.items.focus()

    def action_back(self) -> None:
        """Leave the filter, then the detail, then the screen."""
        field = self.query_one(Field)
        if field.has_class("-open") or field.value:
            field.value = ""
            self.on_input_submitted()
        elif self.detail.has_focus:
            self._front(False)
        else:
            self.action_close()

    def action_close(self) -> None:
        if len(self.app.screen_stack) > 1:
            self.dismiss(None)
        else:
            self.app.exit(0)

    def action_copy(self) -> None:
        copy(app_of(self), self._text)


def rows_of(description: Description, app: BaseApp) -> list[Row]:
    """The rows of the list: parameters, resources by step, outputs."""
    rows: list[Row] = []
    if description.text:
        rows += [
            text_row(f"text:{number}", line)
            for number, line in enumerate(wrap([(description.text, "muted")], 54, first=[(" ", "")]))
        ]
    _section(rows, "Parameters", [_parameter(row) for row in description.parameters])
    _section(rows, "Variables", [_value(row, "variable") for row in description.variables])
    resources: list[Row] = []
    step = 0
    for number, row in enumerate(description.resources):
        if row.level != step and not row.depth:
            step = row.level
            resources.append(text_row(f"step:{step}", [(f" step {step}", "faint")]))
        resources.append(_resource(number, row, app))
    _section(rows, "Resources", resources)
    _section(rows, "Outputs", [_value(row, "output") for row in description.outputs])
    return rows


def _section(rows: list[Row], title: str, section: list[Row]) -> None:
    if not section:
        return
    if rows:
        rows.append(text_row(f"{title}:gap", []))
    rows.append(text_row(title, [(f" {title}", "heading")]))
    rows += section


def _row(key: str, left: Line, right: Line, text: str, item: Item) -> Row:
    """A row with something at its right end."""

    def draw(cells: int) -> Line:
        gap = cells - width(left) - width(right) - 1
        return [*left, (" " * max(gap, 2), ""), *right]

    return Row(key, draw, text, data=item)


def _parameter(row: ParameterRow) -> Row:
    if row.secure:
        value, style = "•••", "muted"
    elif row.required and not row.given:
        value, style = "needs a value", "warning"
    else:
        value, style = _short(row.value), "muted" if not row.given else ""
    return _row(
        f"parameter:{row.name}",
        [(f"   {row.name}", ""), (f"  {row.type}", "faint")],
        [(value, style)],
        f"{row.name} {row.type} {row.description}",
        row,
    )


def _value(row: ValueRow, kind: str) -> Row:
    shown = "•••" if row.value is None and row.known and row.type.lower().startswith("secure") else _short(row.value)
    style = "muted" if row.known else "faint"
    return _row(f"{kind}:{row.name}", [(f"   {row.name}", "")], [(shown, style)], f"{row.name} {shown}", row)


def _resource(number: int, row: ResourceRow, app: BaseApp) -> Row:
    times = " x" if app.ascii_only else " ×"
    name = row.name + (f"{times}{row.count}" if row.count > 1 else "")
    state = "  exists" if row.existing else f"  {row.skipped} left out" if row.skipped else ""
    style = "faint" if row.existing or row.skipped == row.count else ""
    kind = row.type[len("Microsoft.") :] if row.type.lower().startswith("microsoft.") else row.type
    left: Line = [(f"   {'  ' * row.depth}{name}", style), (f"  {row.sku}", "muted"), (state, "warning")]
    text = f"{name} {row.type} {row.sku} {row.location}"
    return _row(f"resource:{number}", left, [(kind, "muted")], text, row)


def _short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(plain(value), ensure_ascii=False)
    return text if len(text) <= 40 else text[:39] + "…"


def _detail(item: Item, turn: int) -> tuple[str, str]:
    """Title and JSON of what a row stands for."""
    match item:
        case ResourceRow():
            resource = item.resources[turn]
            which = f"  {turn + 1} of {len(item.resources)}" if len(item.resources) > 1 else ""
            shown = {"id": resource.id, **plain(resource.body)}
            if resource.depends_on:
                shown["dependsOn"] = list(resource.depends_on)
            if not resource.condition:
                which += "  left out by its condition"
            return resource.name + which, _json(shown)
        case ParameterRow():
            facts = {
                "type": item.type,
                "description": item.description or None,
                "value": "•••" if item.secure else item.value,
                "allowed": list(item.allowed) or None,
                "limits": item.limits or None,
            }
            needed = "  needs a value" if item.required and not item.given else ""
            return item.name + needed, _json({key: value for key, value in facts.items() if value is not None})
        case ValueRow():
            return item.name, _json(item.value)


def _json(value: object) -> str:
    return json.dumps(plain(value), indent=2, ensure_ascii=False)
