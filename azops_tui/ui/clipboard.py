"""Copy through the terminal, or into a file if the text is too large for it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from textual.app import App

from azops_tui import paths

LARGEST = 75_000
"""Maximum size in bytes for the terminal's clipboard; many terminals drop more."""


def copy(app: App[int], text: str) -> None:
    """Copy a text and confirm it; a large text is written to a private file, whose path is shown."""
    if not text:
        return
    if len(text.encode()) <= LARGEST:
        app.copy_to_clipboard(text)
        lines = text.count("\n") + 1
        app.notify("Copied." if lines == 1 else f"Copied {lines} lines.", markup=False, timeout=2)
        return
    try:
        handle, name = tempfile.mkstemp(prefix="copy-", suffix=".txt", dir=paths.private(paths.state()))
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        app.notify(f"Too large for the clipboard, and it could not be saved: {error}", severity="error", markup=False)
        return
    app.notify(f"Too large for the clipboard: saved as {Path(name)}", markup=False)
