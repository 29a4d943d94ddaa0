"""Exit codes of ``azops``, the same for every verb; ``azops --help`` prints them."""

from __future__ import annotations

OK = 0
STEP_FAILED = 1
"""A step failed, an expression could not be evaluated, or azops has a bug."""
USAGE = 2
BAD_INPUT = 3
DECLINED = 4
NO_CLOUD = 5

HELP: tuple[tuple[int, str], ...] = (
    (OK, "success"),
    (STEP_FAILED, "a step failed"),
    (USAGE, "the command line is not valid"),
    (BAD_INPUT, "a runbook, template or configuration is missing or not valid, or has nothing to run; nothing was run"),
    (DECLINED, "a confirmation was declined or missing, or the run was stopped"),
    (NO_CLOUD, "the cloud could not be reached, or sign-in failed"),
)
"""Code and meaning, for ``--help``."""

OF_VERDICT = {"done": OK, "failed": STEP_FAILED, "declined": DECLINED, "no-cloud": NO_CLOUD, "empty": BAD_INPUT}
"""Exit code of a run by its verdict."""
