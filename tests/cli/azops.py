"""The real command line in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT / "../shared/data"
"""Documents and templates of the real world; tests that use it skip where it is missing."""
RUNBOOKS = ROOT / "runbooks"


def azops(
    *words: str | Path, cwd: Path | None = None, timeout: float = 100, **env: str
) -> subprocess.CompletedProcess[str]:
    """Run ``azops`` with these words and no standard input; returns what it printed and its exit code."""
    return subprocess.run(
        [sys.executable, "-m", "azops_tui", *map(str, words)],
        cwd=cwd,
        env={**os.environ, "PYTHONWARNINGS": "", "AZOPS_SIM_SPEED": "1000", **env},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=timeout,
        check=False,
    )
