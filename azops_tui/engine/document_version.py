"""The event that tells of a new version of the document."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable

from azops_tui.events import records as ev
from azops_tui.runbook.versions import NewVersion


def digest_of(text: str) -> str:
    """SHA-256 of a document, hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def version_event(version: NewVersion, steps: Iterable[ev.StepInfo]) -> ev.DocumentChanged:
    """The event of a new version.

    Args:
        version: the version, its steps named.
        steps: all steps of the run, those of prerequisites too.
    """
    return ev.DocumentChanged(
        at=time.time(),
        document=version.runbook.text,
        digest=digest_of(version.runbook.text),
        steps=tuple(steps),
        changed=tuple(sorted(version.changed)),
        renamed=version.names,
    )
