"""Documents from the real world that the tests read in place, and a short way to parse text."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import HealthCheck, settings

from azops_tui.runbook import parse
from azops_tui.runbook.model import Runbook

steady = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""For properties: how long an example takes says nothing on a machine that does other things too."""
DATA = (Path(__file__).resolve().parents[2] / "../shared/data").resolve()
HERE = Path("folder/example.md")


def data(name: str) -> Path:
    """A file or folder of the shared data; the test skips where it is missing."""
    path = DATA / name
    if not path.exists():
        pytest.skip(f"the shared data is missing: {name}")
    return path


def book(text: str, **more: object) -> Runbook:
    """The runbook of an indented text."""
    return parse(dedent(text).lstrip("\n"), HERE, **more)  # type: ignore[arg-type]  # passed on as given


def problems(runbook: Runbook) -> list[tuple[int, str]]:
    """Line and message of each problem."""
    return [(problem.line, problem.message) for problem in runbook.problems]
