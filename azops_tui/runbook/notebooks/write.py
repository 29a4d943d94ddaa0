"""A runbook as a notebook: top-level shell and Python steps become code cells, all else Markdown cells."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from azops_tui.json_types import Json
from azops_tui.runbook.frontmatter import read_front_matter
from azops_tui.runbook.model import Block, Role, Runbook, StepKind
from azops_tui.runbook.tokens import normal_lines

KEY = "azops"
"""Key of our metadata: ``info`` of a code cell is the info string of its fence; ``front-matter`` marks a raw cell."""
_OPENING = re.compile(r" {0,3}(`{3,}|~{3,})")


@dataclass(frozen=True, slots=True)
class CellResult:
    """What came of a cell."""

    count: int | None = None
    """Place in the order in which cells were executed, from 1."""
    outputs: list[Json] = field(default_factory=list)
    """In the notebook format."""
    metadata: dict[str, Json] = field(default_factory=dict)
    """Added to our metadata of the cell."""


def notebook(runbook: Runbook, result: Callable[[int], CellResult | None] = lambda line: None) -> dict[str, Any]:
    """Return the notebook as JSON. :func:`azops_tui.runbook.notebooks.read.markdown` is the way back.

    Args:
        runbook: the runbook.
        result: returns what came of the step whose fence begins at a line; None if it was not run.
    """
    lines = normal_lines(runbook.text)
    cells: list[Json] = []

    def add(kind: str, source: str, metadata: dict[str, Json] | None = None, came: CellResult | None = None) -> None:
        digest = hashlib.sha256(f"{len(cells)}\0{source}".encode("utf-8", "surrogateescape")).hexdigest()[:12]
        cell: dict[str, Any] = {"id": digest, "cell_type": kind, "metadata": metadata or {}}
        if kind == "code":
            came = came or CellResult()
            cell |= {"execution_count": came.count, "outputs": came.outputs}
        cells.append(cell | {"source": source.splitlines(keepends=True)})

    def prose(start: int, end: int) -> None:
        source = "\n".join(lines[start:end]).strip("\n")
        if source.strip():
            add("markdown", source)

    front = read_front_matter(lines).lines
    if front:
        add("raw", "\n".join(lines[:front]), {KEY: {"front-matter": True}})
    at = front
    own = cell_lines(runbook)
    kinds = {step.line: step.kind for step in runbook.steps}
    for block in runbook.blocks:
        if block.line not in own:
            continue
        prose(at, block.line - 1)
        code = block.text.removesuffix("\n")
        magic = "" if kinds[block.line] is StepKind.PYTHON else "%%bash\n"
        came = result(block.line)
        add("code", magic + code, {KEY: {"info": block.info, **(came.metadata if came else {})}}, came)
        at = block.end_line
    prose(at, len(lines))
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "language_info": {"name": "python"},
        },
        "cells": cells,
    }


def cell_lines(runbook: Runbook) -> set[int]:
    """Lines of the fences that become code cells, from 1."""
    lines = normal_lines(runbook.text)
    kinds = {step.line: step.kind for step in runbook.steps}
    return {block.line for block in runbook.blocks if _is_cell(block, kinds.get(block.line), lines)}


def _is_cell(block: Block, kind: StepKind | None, lines: list[str]) -> bool:
    """True for a step that a cell can hold as it is: at top level, closed, without indentation, not only a prompt."""
    if block.role is not Role.STEP or block.depth or kind not in (StepKind.SHELL, StepKind.PYTHON):
        return False
    opening, closing = lines[block.line - 1], lines[block.end_line - 1]
    match = _OPENING.match(opening)
    if match is None or opening.startswith(" ") or block.end_line == block.line:
        return False
    rows = block.text.count("\n")
    return block.end_line - block.line - 1 == rows and closing.startswith(match[1]) and "\r" not in block.text
