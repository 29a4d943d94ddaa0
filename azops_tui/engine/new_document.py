"""Writes a runbook to begin with."""

from __future__ import annotations

from pathlib import Path

from azops_tui.engine.trust import document_digest, trust
from azops_tui.runbook.template import new_runbook


def write_new_runbook(path: Path, title: str = "") -> None:
    """Write a new runbook, which is trusted.

    Raises:
        FileExistsError: the file exists.
        OSError: it cannot be written.
    """
    text = new_runbook(path.stem, title)
    with path.open("x", encoding="utf-8") as file:
        file.write(text)
    trust(path, document_digest(text))
