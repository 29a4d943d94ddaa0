"""Errors that azops did not raise on purpose: logged whole, shown as one sentence."""

from __future__ import annotations

import os
import traceback
from datetime import UTC, datetime

from azops_tui import __version__, paths


def report(error: BaseException) -> str:
    """Append the error and its traceback to ``azops.log`` in the state folder; return the sentence to show.

    The log is readable only by its owner. Values of local variables are not logged: they can hold secrets.
    """
    head = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} azops {__version__}"
    text = "".join(traceback.format_exception(error))
    log = paths.state() / "azops.log"
    try:
        paths.private(log.parent)
        with open(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8") as file:
            file.write(f"{head}\n{text}\n")
    except OSError as problem:
        summary = f"{type(error).__name__}: {error}"
        return (
            f"This is a bug in azops. Please report it: {summary} (the log {log} cannot be written: {problem.strerror})"
        )
    return f"This is a bug in azops. Please report it with the end of {log}."
