"""Record the journey of runbooks/generic-cluster.md on the local cloud: the cassette and the events that tests replay.

.venv/bin/python tests/bench/make_cassette.py
"""

from __future__ import annotations

import os
import socket
import tempfile
from pathlib import Path

from azops_tui.cli.main import cli

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "tests" / "replay" / "cassettes"


def azops(*words: str) -> None:
    """Run the command line in this process.

    Raises:
        SystemExit: it failed.
    """
    try:
        cli(list(words), prog_name="azops")
    except SystemExit as end:
        if end.code:
            raise


if __name__ == "__main__":
    os.environ["AZOPS_SIM_SPEED"] = "1000"
    # Neither the name of this machine nor the user's belongs into the repository.
    os.environ["USER"] = os.environ["LOGNAME"] = "me"
    socket.gethostname = lambda: "here"
    os.chdir(ROOT / "runbooks")
    with tempfile.TemporaryDirectory() as home:
        os.environ["HOME"] = home
        for name in ("STATE", "DATA", "CONFIG", "CACHE"):
            os.environ[f"XDG_{name}_HOME"] = f"{home}/{name.lower()}"
        cassette = str(FOLDER / "generic-cluster.yaml")
        azops("run", "generic-cluster.md", "--yes", "--yes-destroy", "--quiet", "--record", cassette)
        azops("export", "1", "--to", "azops", "--force", "--output", str(FOLDER / "generic-cluster.azops"))
