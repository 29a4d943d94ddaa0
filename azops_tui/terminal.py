"""Whether the terminal can show the screen."""

from __future__ import annotations

import os
import sys


def screen_obstacle() -> str:
    """Return why this terminal cannot show the screen, as one sentence; empty if it can."""
    if os.environ.get("TEXTUAL_DRIVER", "").endswith(":WebDriver"):
        return ""  # a browser shows it: see azops serve
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return "The screen needs a terminal."
    term = os.environ.get("TERM", "")
    if term in ("", "dumb"):
        return f"The terminal cannot show the screen: TERM is '{term}'."
    return ""
