"""Sections of a document: headings and the lines under them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from azops_tui.runbook.model import Section, Step


def divide(
    source: list[str], headings: list[tuple[int, str, int]], first: int, steps: list[Step]
) -> tuple[Section, ...]:
    """Divide a document at its headings.

    Args:
        source: lines of the document.
        headings: level, title and line of each heading.
        first: number of lines of the front matter.
        steps: of the document, in order.
    """
    last = len(source) - 1 if source[-1] == "" and len(source) > 1 else len(source)
    starts = list(headings)
    opening = "\n".join(source[first : starts[0][2] - 1 if starts else last])
    if not starts or opening.strip():
        starts.insert(0, (0, "", first + 1))
    lines = [step.line for step in steps]
    sections: list[Section] = []
    for at, (level, title, line) in enumerate(starts):
        end = starts[at + 1][2] - 1 if at + 1 < len(starts) else max(last, line)
        inside = tuple(step.name for step in steps[bisect_left(lines, line) : bisect_right(lines, end)])
        sections.append(Section(level, title, line, end, inside))
    return tuple(sections)
