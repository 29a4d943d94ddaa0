"""Errors that azops did not raise on purpose: logged whole, shown as one sentence."""

from __future__ import annotations

import os
import traceback
from datetime import UTC, datetime
from typing import Protocol
from weakref import WeakSet

from azops_tui import __version__, paths


class Masks(Protocol):
    """Hides secrets in a text."""

    def redact(self, text: str) -> str: ...


redactors: WeakSet[Masks] = WeakSet()
"""Know the secrets of this process: one for each run."""


def report(error: BaseException) -> str:
    """Append the error and its traceback to ``azops.log`` in the state folder; return the sentence to show.

    The log is readable only by its owner. Values of local variables are not logged, and what is known to be secret is
    masked.
    """
    head = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} azops {__version__}"
    text = "".join(traceback.format_exception(error))
    for redactor in tuple(redactors):
        text = redactor.redact(text)
    log = paths.state() / "azops.log"
    try:
        paths.private(log.parent)
        with open(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8") as file:
            file.write(f"{head}\n{text}\n")
    except OSError as problem:
        summary = text.strip().splitlines()[-1]
        return (
            f"This is a bug in azops. Please report it: {summary} (the log {log} cannot be written: {problem.strerror})"
        )
    return f"This is a bug in azops. Please report it with the end of {log}."
