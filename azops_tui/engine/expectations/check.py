"""Whether an output is what a document expects of its step. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from azops_tui.engine.expectations.similarity import documents, plain, shown, similar
from azops_tui.runbook.model import Expectation

__all__ = ["Match", "check", "similar"]

_LONGEST = 1_000_000
"""Characters at an output's end that are searched."""


@dataclass(frozen=True, slots=True)
class Match:
    """The verdict on one expectation."""

    passed: bool
    text: str
    """One sentence: what was expected, and how it came out."""
    score: float | None = None
    """0 to 1 where outputs were compared."""


def check(
    expectation: Expectation, *, stdout: str, stderr: str = "", status: int | None = None, failure: str = ""
) -> Match:
    """Compares what a step gave with what is expected of it; all that one comment asks must hold.

    Args:
        expectation: from the document.
        stdout: what the step wrote, or the value of a native step as text.
        stderr: what it wrote there; ``contains``, ``regex`` and ``error`` look there too.
        status: exit status; None where it has none.
        failure: code of the step's failure, where it is known.
    """
    if expectation.similarity is not None:
        return _similarity(expectation, stdout)
    if expectation.pattern:
        found = re.search(expectation.pattern, plain(stdout)[-_LONGEST:])
        return Match(found is not None, _said("The output", found is not None, f"matches {expectation.pattern}"))
    verdicts = list(_forms(expectation, plain(stdout)[-_LONGEST:], plain(stderr)[-_LONGEST:], status, failure))
    failed = [text for passed, text in verdicts if not passed]
    return Match(not failed, " ".join(failed or [text for _, text in verdicts]))


def _similarity(expectation: Expectation, stdout: str) -> Match:
    likeness = similar(expectation.expected, stdout)
    needed = expectation.similarity or 0.0
    passed = not likeness.wrong and likeness.score >= needed - 1e-9
    if likeness.total:
        said = f"{likeness.matched} of {likeness.total} expected values are there"
    else:
        said = f"The output is {likeness.score:.0%} like the expected one"
    if likeness.wrong:
        return Match(False, f"{likeness.wrong}.", likeness.score)
    if passed:
        return Match(True, f"{said} ({needed:.0%} needed).", likeness.score)
    return Match(False, f"{said} ({needed:.0%} needed): {likeness.difference}.", likeness.score)


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
        yield has, _said("The output", has, f"contains {shown(expectation.contains)}")
    if expectation.regex is not None:
        has = re.search(expectation.regex, both, re.MULTILINE) is not None
        yield has, _said("The output", has, f"matches {expectation.regex}")
    if expectation.jmespath:
        yield _query(expectation.jmespath, expectation.equals or "", stdout)


def _error(code: str, said: str, status: int | None, failure: str) -> tuple[bool, str]:
    if status in (0, None) and not failure:
        return False, f"It was meant to fail{f' with {code}' if code else ''}, and did not."
    word = rf"(?<![A-Za-z0-9_]){re.escape(code)}(?![A-Za-z0-9_])"
    if not code or failure.casefold() == code.casefold() or re.search(word, said, re.IGNORECASE):
        return True, f"It failed as it was meant to{f', with {code}' if code else ''}."
    return False, f"It was meant to fail with {code}, and failed with {failure or f'exit status {status}'}."


def _query(query: str, wanted: str, stdout: str) -> tuple[bool, str]:
    import jmespath
    from jmespath.exceptions import JMESPathError

    found = documents(stdout)
    if not found:
        return False, f"The output is not JSON; {query} was expected to be {shown(wanted)}."
    try:
        value = jmespath.search(query, found[-1])
    except JMESPathError as error:
        return False, f"{query} cannot be evaluated on this output: {error}."
    same = _as_text(value) == wanted
    return same, f"{query} is {shown(value)}{'' if same else f', expected {shown(wanted)}'}."


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _said(subject: str, true: bool, claim: str) -> str:
    return f"{subject} {claim}." if true else f"{subject} was expected so that it {claim}, and does not."
