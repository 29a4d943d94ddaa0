"""Exit codes of ``azops``, the same for every verb; ``azops --help`` prints them."""

from __future__ import annotations

OK = 0
"""All went well."""
STEP_FAILED = 1
"""A step failed, or an expression could not be evaluated."""
USAGE = 2
"""The command line makes no sense."""
BAD_INPUT = 3
"""A runbook, template, parameter file or configuration is missing or wrong; nothing was run."""
DECLINED = 4
"""A confirmation was declined or missing, or the run was stopped."""
NO_CLOUD = 5
"""The cloud could not be reached or signed in to."""

HELP: tuple[tuple[int, str], ...] = (
    (OK, "all went well"),
    (STEP_FAILED, "a step failed"),
    (USAGE, "the command line makes no sense"),
    (BAD_INPUT, "a runbook, template or configuration is missing or wrong; nothing was run"),
    (DECLINED, "a confirmation was declined or missing, or the run was stopped"),
    (NO_CLOUD, "the cloud could not be reached or signed in to"),
)
"""Code and meaning, for ``--help``."""
