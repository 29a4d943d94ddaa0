"""Compare the result of a step with an expectation of the document; pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from azops_tui.engine.expectations.similarity import documents, plain, shown, similar
from azops_tui.runbook.model import Expectation
from azops_tui.runbook.patterns import search

__all__ = ["Match", "check", "similar"]

_LONGEST = 1_000_000
"""Number of characters at the end of an output that are searched."""


@dataclass(frozen=True, slots=True)
class Match:
    """The result of a comparison with one expectation."""

    passed: bool
    text: str
    """One sentence: what was expected, and whether it is so."""
    score: float | None = None
    """Similarity of outputs, 0 to 1; None if outputs were not compared."""
    difference: tuple[str, ...] = ()
    """What differs: each expected value or line (``- …``) before the actual one (``+ …``)."""


def check(
    expectation: Expectation, *, stdout: str, stderr: str = "", status: int | None = None, failure: str = ""
) -> Match:
    """Compare the result of a step with an expectation; all conditions of the expectation must be met.

    Args:
        expectation: one expectation of the document.
        stdout: standard output of a script, or the value of a native step as text.
        stderr: standard error; ``contains``, ``regex`` and ``error`` search it too.
        status: exit status; None if the step has none.
        failure: code of the step's failure, if it is known.
    """
    if expectation.similarity is not None:
        return _similarity(expectation, stdout)
    if expectation.pattern:
        matches = search(expectation.pattern, plain(stdout)[-_LONGEST:])
        return Match(matches, _finding(matches, "match", expectation.pattern))
    verdicts = list(_forms(expectation, plain(stdout)[-_LONGEST:], plain(stderr)[-_LONGEST:], status, failure))
    failed = [text for passed, text in verdicts if not passed]
    return Match(not failed, " ".join(failed or [text for _, text in verdicts]))


def _similarity(expectation: Expectation, stdout: str) -> Match:
    likeness = similar(expectation.expected, stdout)
    needed = expectation.similarity or 0.0
    passed = not likeness.wrong and likeness.score >= needed - 1e-9
    if likeness.total:
        result = f"{likeness.matched} of {likeness.total} expected values are there"
    else:
        result = f"The output is {likeness.score:.0%} like the expected output"
    if likeness.wrong:
        return Match(False, f"{likeness.wrong}.", likeness.score, likeness.lines)
    if passed:
        return Match(True, f"{result} ({needed:.0%} needed).", likeness.score)
    return Match(False, f"{result} ({needed:.0%} needed): {likeness.difference}.", likeness.score, likeness.lines)


def _forms(
    expectation: Expectation, stdout: str, stderr: str, status: int | None, failure: str
) -> Iterator[tuple[bool, str]]:
    both = f"{stdout}\n{stderr}" if stderr else stdout
    if expectation.error is not None:
        yield _error(expectation.error, both, status, failure)
    if expectation.exit is not None:
        same = status == expectation.exit
        yield same, f"The exit status is {status}{'' if same else f', expected {expectation.exit}'}."
    if expectation.contains is not None:
        has = expectation.contains in both
        yield has, _finding(has, "contain", shown(expectation.contains))
    if expectation.regex is not None:
        has = search(expectation.regex, both, multiline=True)
        yield has, _finding(has, "match", expectation.regex)
    if expectation.jmespath:
        yield _query(expectation.jmespath, expectation.equals or "", stdout)


def _error(code: str, output: str, status: int | None, failure: str) -> tuple[bool, str]:
    if status in (0, None) and not failure:
        return False, f"The step was expected to fail{f' with {code}' if code else ''}, and did not."
    word = rf"(?<![A-Za-z0-9_]){re.escape(code)}(?![A-Za-z0-9_])"
    if not code or failure.casefold() == code.casefold() or re.search(word, output, re.IGNORECASE):
        return True, f"The step failed{f' with {code}' if code else ''}, as expected."
    return False, f"The step was expected to fail with {code}, and failed with {failure or f'exit status {status}'}."


def _query(query: str, expected: str, stdout: str) -> tuple[bool, str]:
    import jmespath
    from jmespath.exceptions import JMESPathError

    values = documents(stdout)
    if not values:
        return False, f"The output is not JSON; {query} was expected to be {shown(expected)}."
    try:
        value = jmespath.search(query, values[-1])
    except JMESPathError as error:
        return False, f"{query} cannot be evaluated on this output: {error}."
    same = _as_text(value) == expected
    return same, f"{query} is {shown(value)}{'' if same else f', expected {shown(expected)}'}."


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _finding(is_true: bool, verb: str, text: str) -> str:
    ending = "es" if verb.endswith("ch") else "s"
    return f"The output {verb}{ending} {text}." if is_true else f"The output does not {verb} {text}."
