"""Names of steps: explicit, or derived from the heading; unique in the document."""

from __future__ import annotations

import re
from collections.abc import Sequence

from azops_tui.runbook.model import Problem, Severity

_LONGEST = 48
_FEWEST, _MOST = 2, 5
"""Number of words that a name from a sentence has."""
_BOILERPLATE = re.compile(
    r"\b(?:(?:the|these|this|following|above|below|next|then|now|first|finally|also|again|please|once|you|your|we|our"
    r"|can|could|should|must|need|needs|want|to|a|an|is|are|be|it|its|that|which|with|by|using|use|uses|run|execute|enter"
    r"|type|command|commands|script|code|snippet|example|here|as|follows|in|of|for|on|from|and|or|so|will|let|lets|s"
    r"|issue|terminal|shell|if|has|have|do)\b\W*)+",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"`([^`]*)`|\[([^\]]*)\]\([^)]*\)|[*_~]{1,3}|<[^>]*>")


def step_names(steps: Sequence[tuple[str, str, int, str]]) -> tuple[list[str], list[Problem]]:
    """Return a name for each step, and an error for each explicit name that is used twice.

    A derived name comes from the heading for the first step under it, and from the sentence before the step for the
    others. It never takes a name that is explicit anywhere in the document; equal names count on: ``-2``, ``-3``.

    Args:
        steps: for each its own name or an empty string, its heading, its line, and the paragraph before it.
    """
    problems: list[Problem] = []
    explicit: dict[str, int] = {}
    for name, _, line, _ in steps:
        if name and name in explicit:
            message = f"step '{name}' has the name of the step at line {explicit[name]}"
            problems.append(Problem(Severity.ERROR, line, message))
        elif name:
            explicit[name] = line
    names: list[str] = []
    taken: set[str] = set()
    counts: dict[str, int] = {}
    last_heading: str | None = None
    for own, heading, _, before in steps:
        name = own
        if not own or own in taken:
            base = own or (heading == last_heading and sentence_name(before)) or slug(heading)
            name = base
            while name in taken or name in explicit:
                counts[base] = counts.get(base, 1) + 1
                name = f"{base}-{counts[base]}"
        taken.add(name)
        names.append(name)
        last_heading = heading
    return names, problems


def slug(heading: str) -> str:
    """Convert a heading to a short name: lower case, words joined by hyphens."""
    name = re.sub(r"[\W_]+", "-", heading.casefold()).strip("-") or "step"
    return name if len(name) <= _LONGEST else name[:_LONGEST].rpartition("-")[0] or name[:_LONGEST]


def sentence_name(paragraph: str) -> str:
    """A name of up to five words from the last sentence of a paragraph; empty if it says too little."""
    text = _MARKUP.sub(lambda match: match[1] or match[2] or "", paragraph)
    last = re.split(r"(?<=[.!?])\s+", text.strip())[-1]
    last = re.split(r"[,;(]\s", last)[-1] if len(last) > 2 * _LONGEST else last
    words = re.sub(r"[\W_]+", "-", _BOILERPLATE.sub(" ", last).casefold()).strip("-").split("-")
    name = slug(" ".join(words[:_MOST]))
    return name if len(words) >= _FEWEST else ""
