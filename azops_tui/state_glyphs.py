"""Glyphs of the states of steps, everywhere the same. The first frame needs them, so nothing is imported here."""

from __future__ import annotations

from collections.abc import Mapping

STATE_GLYPHS: Mapping[str, str] = {
    "waiting": "○",
    "running": "◐",
    "done": "●",
    "failed": "✕",
    "skipped": "⊘",
    "asking": "◇",
    "stopped": "‖",
    "unknown": "?",
}
