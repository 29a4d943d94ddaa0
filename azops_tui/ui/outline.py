"""A document as a sequence of pieces: prose, and steps. Built once from the runbook, drawn piece by piece."""

from __future__ import annotations

import re
from dataclasses import dataclass

from azops_tui.runbook.model import Role, Runbook

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_PROSE_LIMIT = 200
"""Maximum lines of prose in a piece, so that a page without steps is drawn piece by piece too."""


@dataclass(frozen=True)
class Prose:
    """Markdown between two steps, within one section."""

    text: str
    line: int
    """First line in the document, from 1."""


@dataclass(frozen=True)
class StepPiece:
    """Position of a step in the document."""

    name: str
    line: int


Piece = Prose | StepPiece


@dataclass(frozen=True)
class Outline:
    """Pieces of a document in order, and its sections."""

    pieces: tuple[Piece, ...]
    sections: tuple[tuple[int, str], ...]
    """(line, title) of every heading."""

    def section(self, line: int) -> tuple[int, str]:
        """Number (from 1) and title of the section that a line stands in; (0, "") before the first."""
        section = (0, "")
        for number, (start, title) in enumerate(self.sections, 1):
            if start > line:
                break
            section = (number, title)
        return section


def outline(runbook: Runbook, *, is_dashboard: bool = False) -> Outline:
    """Split a document into pieces. Front matter and HTML comments are left out; step fences become step pieces.

    A dashboard has no expected results, and no steps that hide all they show.
    """
    lines = runbook.text.split("\n")
    first = _front_matter_end(lines)
    steps = {step.line: step for step in runbook.steps}
    taken = {
        number: block.line
        for block in runbook.blocks
        if (block.role is Role.STEP and block.line in steps) or (is_dashboard and block.role is Role.RESULT)
        for number in range(block.line, block.end_line + 1)
    }
    starts = {section.line for section in runbook.sections if section.level}
    pieces: list[Piece] = []
    prose: list[str] = []
    began = first + 1

    def close(following: int) -> None:
        nonlocal prose, began
        text = _COMMENT.sub("", _dedent(prose)).strip("\n")
        if text.strip():
            pieces.append(Prose(text, began))
        prose, began = [], following

    for number in range(first + 1, len(lines) + 1):
        block = taken.get(number)
        if block is not None:
            if block == number:
                close(number)
                if block in steps:
                    pieces.append(StepPiece(steps[block].name, number))
            began = number + 1
            continue
        if number in starts or (len(prose) > _PROSE_LIMIT and not lines[number - 1].strip()):
            close(number)
        prose.append(lines[number - 1])
    close(len(lines))
    sections = tuple((section.line, section.title) for section in runbook.sections if section.level)
    return Outline(tuple(pieces), sections)


def _front_matter_end(lines: list[str]) -> int:
    """Number of lines that the front matter takes, its fences included."""
    if not lines or lines[0].strip() != "---":
        return 0
    return next((number for number, line in enumerate(lines[1:], 2) if line.strip() in ("---", "...")), 0)


def _dedent(lines: list[str]) -> str:
    """The lines without the indent they share, and without the quote mark they share: what follows a nested step."""
    full = [line for line in lines if line.strip()]
    if full and all(line.lstrip().startswith(">") for line in full) and not any(line.startswith(">") for line in full):
        return "\n".join(line.lstrip() for line in lines)
    indent = min((len(line) - len(line.lstrip(" ")) for line in full[:1]), default=0)
    if indent:
        return "\n".join(line[min(indent, len(line) - len(line.lstrip(" "))) :] for line in lines)
    return "\n".join(lines)


def with_prerequisites(document: Outline, names: list[str]) -> Outline:
    """The document with steps of its prerequisites, which run first, before its own first step."""
    if not names:
        return document
    first = next((i for i, piece in enumerate(document.pieces) if isinstance(piece, StepPiece)), len(document.pieces))
    line = document.pieces[first].line if first < len(document.pieces) else 0
    added = tuple(StepPiece(name, line) for name in names)
    return Outline(document.pieces[:first] + added + document.pieces[first:], document.sections)
