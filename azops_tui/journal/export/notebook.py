"""A run as a Jupyter notebook: steps as cells, with their outputs."""

from __future__ import annotations

import base64
from dataclasses import replace
from html import escape
from pathlib import Path

from azops_tui.journal.export.markdown import markdown
from azops_tui.journal.export.results import ExportedStep, RunResults, timestamp
from azops_tui.json_types import Json
from azops_tui.runbook import parse
from azops_tui.runbook.notebooks.write import CellResult, cell_lines, notebook
from azops_tui.text import format_table, strip_ansi


def as_notebook(results: RunResults) -> dict[str, Json]:
    """The notebook as JSON. Native steps, which no cell can hold, have their results as text behind them."""
    runbook = results.runbook
    lines = cell_lines(runbook)
    cells = {step.name for step in runbook.steps if step.line in lines}
    text = markdown(results, shows=lambda step: step.info.name not in cells)
    shown = parse(text, Path(results.path), untagged=bool(runbook.guessed))
    names = {step.line: step.name for step in shown.steps}

    def result(line: int) -> CellResult | None:
        step = results.steps.get(names.get(line, ""))
        return _cell(step) if step is not None and step.order is not None else None

    return notebook(replace(shown, text=text), result)


def _cell(step: ExportedStep) -> CellResult:
    metadata: dict[str, Json] = {"state": step.state, "summary": step.summary}
    if step.started is not None:
        metadata["started"] = timestamp(step.started)
    if step.duration is not None:
        metadata["seconds"] = round(step.duration, 3)
    if step.hides_output:
        return CellResult(step.order, [], metadata)
    outputs: list[Json] = []
    for piece in step.pieces:
        name = "stderr" if piece.stream == "stderr" else "stdout"
        text = strip_ansi(piece.text) if not piece.host else f"── {piece.host}\n{strip_ansi(piece.text)}"
        if outputs and outputs[-1].get("name") == name:
            outputs[-1]["text"] += text
        else:
            outputs.append({"output_type": "stream", "name": name, "text": text})
    for table in step.tables:
        data = {"text/plain": format_table(table.rows, table.columns), "text/html": _html(table.columns, table.rows)}
        outputs.append({"output_type": "display_data", "data": data, "metadata": {}})
    for picture in step.pictures:
        data = {"image/png": base64.b64encode(picture.png).decode()}
        outputs.append({"output_type": "display_data", "data": data, "metadata": {}})
    if step.state == "failed":
        code = step.failure.code if step.failure is not None else "Failed"
        outputs.append({"output_type": "error", "ename": code, "evalue": step.summary, "traceback": [step.summary]})
    return CellResult(step.order, outputs, metadata)


def _html(columns: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> str:
    def row(tag: str, cells: tuple[str, ...]) -> str:
        return "<tr>" + "".join(f"<{tag}>{escape(strip_ansi(cell))}</{tag}>" for cell in cells) + "</tr>"

    return "<table>" + row("th", columns) + "".join(row("td", cells) for cells in rows) + "</table>"
