"""Errors that no verb handles: one sentence and an exit code instead of a traceback."""

from __future__ import annotations

import os
import sqlite3

from azops_tui import bugs, exits
from azops_tui.cli.out import echo
from azops_tui.errors import AzopsError
from azops_tui.sanitise import clean
from azops_tui.secrets.redact import Redactor

DEBUG = "AZOPS_DEBUG"
"""Environment variable that shows tracebacks to developers of azops."""


def report_error(error: Exception) -> int:
    """Print the error to standard error as one sentence; return the exit code.

    Raises:
        Exception: the error itself if :data:`DEBUG` is set.
    """
    if os.environ.get(DEBUG):
        raise error
    code = exits.BAD_INPUT
    if isinstance(error, AzopsError):
        message = str(error)
    elif isinstance(error, sqlite3.Error):
        message = f"The journal cannot be read: {error}. Move it out of the state folder, or set XDG_STATE_HOME."
    elif isinstance(error, OSError):
        message = f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror or error)
    else:
        code = exits.STEP_FAILED
        shapes = Redactor()
        bugs.redactors.add(shapes)
        message = bugs.report(error)
    echo(clean(f"azops: {clean(message)}"), err=True)
    return code
