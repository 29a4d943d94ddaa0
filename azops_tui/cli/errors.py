"""What went wrong outside of any verb's own care, as one sentence: nobody is shown a traceback."""

from __future__ import annotations

import os
import sqlite3

import click

from azops_tui.cli import exits
from azops_tui.journal.store import JournalError

DEBUG = "AZOPS_DEBUG"
"""The environment variable that has tracebacks shown, for whoever works on azops."""


def told(error: Exception) -> int:
    """Prints a sentence to standard error; returns the exit code.

    Raises:
        Exception: the error itself, where :data:`DEBUG` is set.
    """
    if os.environ.get(DEBUG):
        raise error
    code = exits.BAD_INPUT
    if isinstance(error, JournalError):
        said = str(error)
    elif isinstance(error, sqlite3.Error):
        said = f"the journal cannot be read: {error}. Move it away (it is in the state folder), or set XDG_STATE_HOME."
    elif isinstance(error, OSError):
        said = f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror or error)
    else:
        code = exits.STEP_FAILED
        said = (
            f"azops itself failed: {type(error).__name__}: {error}. This is a mistake in azops; please report it with "
            f"what {DEBUG}=1 shows."
        )
    click.echo(f"azops: {said}", err=True)
    return code
