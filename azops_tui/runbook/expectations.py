"""Expectations in comments of the document, each for the step above it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from azops_tui.runbook.attributes import pairs
from azops_tui.runbook.model import Expectation, Problem, Severity
from azops_tui.runbook.patterns import bad_pattern
from azops_tui.runbook.queries import bad_query
from azops_tui.runbook.suggest import did_you_mean, nearest

_WORD = re.compile(r"\s*(expect(?:ed)?[_-]?\w*)\b(.*)", re.DOTALL)
_SIMILARITY = re.compile(r"""\s*=\s*(?:"(?P<pattern>.*)"|'(?P<single>.*)'|(?P<number>\d+(?:\.\d+)?))\s*""", re.DOTALL)
_FORMS = ("exit", "contains", "regex", "jmespath", "equals", "error", "failed")


@dataclass(frozen=True, slots=True)
class Comment:
    """An expectation from a comment, before its result block is read."""

    expectation: Expectation
    compares: bool
    """True if the expectation compares with the block that follows (``expected_similarity``)."""


def comments(text: str) -> Iterator[tuple[int, str]]:
    """Position and text of every HTML comment that is closed."""
    at = 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        yield start, text[start + 4 : end]
        at = end + 3


def read_comment(text: str, line: int) -> tuple[Comment | None, list[Problem]]:
    """Parse the text of an HTML comment; None without an expectation in it."""
    match = _WORD.fullmatch(text)
    if match is None:
        return None, []
    word, rest = match[1], match[2]
    if word == "expected_similarity":
        return _similarity(rest, line)
    if word == "expect":
        return _forms(rest, line)
    if rest.lstrip().startswith("=") and nearest(word, ["expected_similarity", "expect"]):
        message = f"unknown expectation '{word}'{did_you_mean(word, ['expected_similarity'])}"
        return None, [Problem(Severity.WARNING, line, message)]
    return None, []


def _similarity(rest: str, line: int) -> tuple[Comment | None, list[Problem]]:
    match = _SIMILARITY.fullmatch(rest)
    if match is None:
        message = 'expected_similarity takes a number from 0 to 1 or a quoted regular expression, as in "^Ready"'
        return None, [Problem(Severity.ERROR, line, message)]
    if match["number"]:
        number = float(match["number"])
        if number > 1:
            message = f"expected_similarity takes a number from 0 to 1, not {match['number']}"
            return None, [Problem(Severity.ERROR, line, message)]
        return Comment(Expectation(line, similarity=number), True), []
    pattern = match["pattern"] if match["pattern"] is not None else match["single"]
    wrong = bad_pattern(pattern)
    if wrong:
        return None, [Problem(Severity.WARNING, line, f"expected_similarity: not a regular expression: {wrong}")]
    return Comment(Expectation(line, pattern=pattern), True), []


def _forms(rest: str, line: int) -> tuple[Comment | None, list[Problem]]:
    def error(message: str) -> tuple[None, list[Problem]]:
        return None, [Problem(Severity.ERROR, line, f"expect: {message}")]

    try:
        fields = dict(pairs(rest))
    except ValueError as wrong:
        return (None, []) if "=" not in rest else error(f"cannot read '{wrong}'")
    known = [name for name in fields if name in _FORMS]
    if not known and all(value is True for value in fields.values()):
        return None, []  # prose that begins with the word
    for name, value in fields.items():
        if name not in _FORMS:
            return error(f"unknown form '{name}'{did_you_mean(name, _FORMS)}")
        if (value is True) != (name == "failed"):
            return error(f"'{name}' takes {'no value' if name == 'failed' else 'a value'}")
    texts = {name: value for name, value in fields.items() if isinstance(value, str)}
    status = texts.get("exit")
    if status is not None and not re.fullmatch(r"\d{1,3}", status):
        return error(f"'exit' takes an exit status, not '{status}'")
    if "regex" in texts and (wrong_pattern := bad_pattern(texts["regex"])):
        return error(f"'regex' is not a regular expression: {wrong_pattern}")
    if ("equals" in texts) != ("jmespath" in texts):
        return error("'jmespath' and 'equals' go together")
    if "jmespath" in texts and (wrong_query := bad_query(texts["jmespath"])):
        return error(f"'jmespath' is not a query: {wrong_query}")
    expectation = Expectation(
        line,
        exit=int(status) if status is not None else None,
        contains=texts.get("contains"),
        regex=texts.get("regex"),
        jmespath=texts.get("jmespath", ""),
        equals=texts.get("equals"),
        error=texts.get("error", "" if "failed" in fields else None),
    )
    return Comment(expectation, False), []
