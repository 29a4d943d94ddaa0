"""A watcher beside each session process: ends the session when azops is gone, however azops ended.

The end of a pipe is the sure sign of that. A session cannot watch for itself: it may be blocked on opening a FIFO that
nobody reads any more, and what a step runs may do anything to it.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
from pathlib import Path

_WATCH = """
read -r _ && exit
kill -s TERM -- "-$1"
sleep 1
kill -s KILL -- "-$1"
rm -rf -- "$2"
"""


class Watcher:
    """Kills the process group that ``leader`` leads, and removes ``folder``, once this process has ended.

    Raises:
        OSError: the watcher cannot be started.
    """

    def __init__(self, leader: int, folder: Path) -> None:
        read, self._write = os.pipe()
        try:
            self._process = subprocess.Popen(
                ["/bin/sh", "-c", _WATCH, "azops-watcher", str(leader), str(folder)],
                stdin=read,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={"PATH": os.defpath},
                cwd="/",
                start_new_session=True,
            )
        except BaseException:
            os.close(self._write)
            raise
        finally:
            os.close(read)

    def dismiss(self) -> None:
        """End the watcher; it does nothing."""
        with contextlib.suppress(BrokenPipeError):
            os.write(self._write, b"\n")
        os.close(self._write)
        self._process.wait()
