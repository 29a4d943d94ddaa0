"""What would run: every step in order, with its class and whether it asks."""

from __future__ import annotations

from azops_tui.ui.controller import Controller
from azops_tui.ui.format import count
from azops_tui.ui.lines import Line
from azops_tui.ui.screens.sheets import TextSheet
from azops_tui.ui.widgets.rows import Row, columns, text_row

_ASKS = {"D": "asks for the name", "M": "changes things"}


def plan_sheet(controller: Controller, names: list[str]) -> TextSheet:
    """A sheet with the steps that ``run all`` would run."""
    rows: list[Row] = []
    waiting = 0
    for number, name in enumerate(names, 1):
        view = controller.view.steps.get(name)
        step = controller.runbook.step(name) if controller.runbook else None
        if view is None:
            continue
        effects = view.effects.split()
        note = next((text for letter, text in _ASKS.items() if letter in effects), "only reads" if effects else "")
        if view.state == "done":
            note = "done: left out"
        elif step is not None and step.runnable:
            note = step.runnable
        elif step is not None and (step.attributes.exclude_from_run_all or step.attributes.ignore):
            note = "left out of run all"
        elif step is not None and step.attributes.when:
            note = f"when {step.attributes.when}"
        else:
            waiting += 1
        style = {"D": "destroys", "M": "mutates"}.get(effects[-1] if effects else "", "muted")
        line: Line = [(f" {number:>3}  ", "muted")]
        line += columns((name, 28, ""), (view.kind, 14, "muted"), (view.effects, 5, style), (note, 34, style))
        rows.append(text_row(name, line, selectable=True, copy=name))
    place = controller.place
    where = ", ".join(filter(None, [place.cloud or "no cloud", place.subscription]))
    head = [text_row("head", [(f" {count(waiting, 'step')} would run on {where}", "strong")]), text_row("gap", [])]
    return TextSheet("What would run", head + rows)
