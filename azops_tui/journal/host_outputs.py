"""The output of hosts, from the journal into files."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from azops_tui.events import records as ev
from azops_tui.files import safe_name
from azops_tui.journal.store import Journal
from azops_tui.text import strip_ansi


def write_host_outputs(journal: Journal, run: int, step: str, hosts: Sequence[str], folder: Path) -> None:
    """Write all that a step wrote on hosts, the last time that it ran on each, to ``HOST.txt`` in a folder.

    Raises:
        OSError: a file cannot be written.
    """
    with contextlib.ExitStack() as stack:
        files: dict[str, IO[str]] = {
            host: stack.enter_context((folder / f"{safe_name(host)}.txt").open("w", encoding="utf-8", errors="replace"))
            for host in hosts
        }
        for record in journal.records(run):
            event = record.event
            if isinstance(event, ev.HostStarted | ev.OutputWritten) and event.step == step and event.host in files:
                file = files[event.host]
                if isinstance(event, ev.OutputWritten):
                    file.write(strip_ansi(event.text))
                else:
                    file.seek(0)
                    file.truncate()
