"""Corrects what lint finds, where the correction cannot change what is deployed.

An unused variable is removed, and the type of a parameter that looks like a secret becomes ``securestring``. The rest
of the text stays as it is: comments, order and white space.
"""

from __future__ import annotations

import copy
import re
from datetime import date
from typing import Any

from azops_tui.arm.errors import TemplateError
from azops_tui.arm.lint import Finding, finding_of, reports
from azops_tui.arm.lint.positions import Positions
from azops_tui.arm.reader import Document, Path, StrictText, read

FIXABLE = frozenset({"unused-variable", "plain-secret"})
"""Ids of the rules whose findings can be corrected."""
_ROUNDS = 50
"""Removing a variable can leave others unused."""
_LINE_END = re.compile(r"[ \t]*(?://[^\n]*|/\*[^\n]*?\*/[ \t]*)?\n?[ \t]*")
"""The rest of a line behind a comma, and the indentation of the next line."""
_OWN_COMMENT = re.compile(r"\A[ \t]*//[^\n]*")


def fixed(text: str, *, today: date) -> tuple[str, list[Finding]]:
    """Return the text of a template with its findings corrected, and the findings that were, by line.

    Args:
        text: the template, with or without comments.
        today: reference date, as for `lint`.

    Raises:
        TemplateError: the text is not a JSON object.

    >>> text, findings = fixed('{"variables": {"v": 1}, "resources": []}', today=date(2026, 1, 1))
    >>> text
    '{"variables": {}, "resources": []}'
    >>> [finding.rule for finding in findings]
    ['unused-variable']
    """
    corrected: list[Finding] = []
    for _ in range(_ROUNDS):
        document = read(text)
        changed = False
        for report in {report[:2]: report for report in reports(document, today) if report[0] in FIXABLE}.values():
            better = _corrected(read(text), report[0], report[1])
            if better is not None:
                text, changed = better, True
                corrected.append(finding_of(document, report))
        if not changed:
            break
    return text, sorted(corrected)


def _corrected(document: Document, rule: str, path: Path) -> str | None:
    """The text without one finding; None if it cannot be corrected without touching anything else."""
    strict = document.strict or StrictText(document.text)
    if strict.starts or not isinstance(path[-1], str):
        return None  # names without quotes, which move positions; or a variable that a loop makes
    positions = Positions(document)
    expected: Any = copy.deepcopy(document.value)
    parent = expected
    for part in path[:-1]:
        parent = parent[part]
    if rule == "unused-variable":
        del parent[path[-1]]
        text = _without_member(document.text, strict.text, *positions.member(path))
    else:
        [key] = [key for key in parent[path[-1]] if key.lower() == "type"]
        parent[path[-1]][key] = "securestring"
        _, start, end = positions.member((*path, key))
        text = f'{document.text[:start]}"securestring"{document.text[end:]}'
    try:
        return text if read(text).value == expected else None
    except TemplateError:
        return None


def _without_member(text: str, strict: str, start: int, _value: int, end: int) -> str:
    """The text without the member of an object that begins and ends at these offsets, and without its comma.

    Args:
        text: the text as written.
        strict: the same with blanks for comments and trailing commas.
    """
    following = len(strict) - len(strict[end:].lstrip())
    if strict[following] == ",":
        line_end = _LINE_END.match(text, following + 1)
        assert line_end is not None
        return text[:start] + text[line_end.end() :]
    before = strict[:start].rstrip()
    kept = text[len(before) : start]
    if before[-1] == ",":
        after = _OWN_COMMENT.sub("", text[end:])
        kept = kept.rstrip()
        in_comment = "//" in kept.rpartition("\n")[2]
        newline = "\n" if in_comment and not after.lstrip(" \t").startswith("\n") else ""
        return text[: len(before) - 1] + kept + newline + after
    after = _OWN_COMMENT.sub("", text[end:].lstrip().removeprefix(","))
    return text[: len(before)] + (kept + after if kept.strip() else after.lstrip())
