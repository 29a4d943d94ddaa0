"""The private folders of sessions: FIFOs, the step's code, and the saved state, which holds every variable.

All of them live in one folder of the user alone (0700), in memory where there is such a place (``XDG_RUNTIME_DIR``,
``/dev/shm``: faster, and secrets stay off the disk), or else in the state folder. A session
holds a lock on its own folder as long as its azops lives; a folder without a lock was left by an azops that was killed.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import stat
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from azops_tui import paths


def sessions_folder(env: Mapping[str, str]) -> Path:
    """The folder that holds the sessions' folders; only the user can read it."""
    runtime = env.get("XDG_RUNTIME_DIR", "")
    if runtime and os.access(runtime, os.W_OK | os.X_OK):
        return Path(runtime) / "azops"
    with contextlib.suppress(OSError):
        memory = Path(f"/dev/shm/azops-{os.getuid()}")
        memory.mkdir(mode=0o700, exist_ok=True)
        status = memory.lstat()
        if status.st_uid == os.getuid() and stat.S_ISDIR(status.st_mode) and not status.st_mode & 0o077:
            return memory
    return paths.state() / "sessions"


def make_session_folder(env: Mapping[str, str], files: Iterable[str]) -> tuple[Path, int]:
    """Make a folder for a session, after removing those that no azops uses any more.

    Args:
        env: the environment of the session.
        files: names of the files that the session writes; they are made empty and readable by the user alone.

    Returns:
        The folder, and the descriptor that holds its lock; close it with the session.

    Raises:
        OSError: the folder cannot be made.
    """
    parent = paths.private(sessions_folder(env))
    with _locked(parent):
        _sweep(parent)
        folder = Path(tempfile.mkdtemp(prefix="session-", dir=parent))
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        with contextlib.suppress(OSError):  # a file system without locks: nothing is swept there
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    for name in files:
        os.close(os.open(folder / name, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    return folder, lock


def _sweep(parent: Path) -> None:
    for folder in parent.glob("session-*"):
        with contextlib.suppress(OSError):  # its azops lives
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(lock)


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keeps other processes from sweeping or making a folder meanwhile."""
    lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with contextlib.suppress(OSError):
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
