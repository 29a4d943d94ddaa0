"""``azops`` without a verb: recent runs and the list of runbooks, as text without a terminal."""

from __future__ import annotations

import sys
from pathlib import Path

from azops_tui import exits, paths
from azops_tui.cli.options import resolve_profile
from azops_tui.cli.out import echo
from azops_tui.cli.screen import screen
from azops_tui.sanitise import clean
from azops_tui.text import format_table


def home() -> int:
    """Show the list; return the exit code."""
    if sys.stdin.isatty() and sys.stdout.isatty():
        return screen(None, profile=resolve_profile(None, read_only=False), parameters={}, theme=None, ascii_only=False)
    from azops_tui.cli.history import run_rows
    from azops_tui.engine.open import RunbookError, open_runbook

    rows = run_rows(limit=5)
    if rows:
        echo(clean(format_table(rows, ("RUN", "STATE", "STARTED", "STEPS", "RUNBOOK")) + "\n"))
    runbooks = []
    for path in [*sorted(Path.cwd().glob("*.md")), *sorted(paths.shipped("runbooks").glob("*.md"))]:
        try:
            runbook = open_runbook(path)
        except RunbookError:
            continue
        if runbook.steps:
            runbooks.append((str(path), str(len(runbook.steps)), runbook.title))
    echo(clean(format_table(runbooks, ("RUNBOOK", "STEPS", "TITLE"))))
    return exits.OK
