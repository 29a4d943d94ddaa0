"""The figures of docs/simulator-coverage.md do not fall below what was reached."""

from __future__ import annotations

import re
from pathlib import Path

COVERAGE = Path(__file__).parents[2] / "docs/simulator-coverage.md"
ALIKE, STATUS, CORE = 88.5, 96.3, 95.7
"""Shares of the recorded requests, in percent: answered alike, with the recorded status, alike for the core types."""


def test_the_simulator_answers_as_often_alike_as_it_did() -> None:
    text = COVERAGE.read_text("utf-8")
    total = re.search(r"Of \d+ requests ([\d.]+)% are alike and ([\d.]+)% have the recorded status", text)
    assert total is not None
    assert (float(total[1]) >= ALIKE, float(total[2]) >= STATUS) == (True, True), total[0]
    rows = re.findall(r"^\| \S+ \\\* \| [^|]* \| (\d+) \| \d+% \| (\d+)% \|", text, re.MULTILINE)
    assert len(rows) > 15
    share = sum(int(count) * int(alike) for count, alike in rows) / sum(int(count) for count, _ in rows)
    assert share >= CORE, f"{share:.1f}% of the requests for core types"
