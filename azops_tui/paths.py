"""Folders of azops: the XDG folders, and the runbooks and themes that ship with it.

Every folder can be moved with the XDG variables (``XDG_STATE_HOME``, ``XDG_CONFIG_HOME`` …). Nothing here makes a
folder; whoever writes calls :func:`private`.
"""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import PlatformDirs

_DIRS = PlatformDirs("azops", appauthor=False)
_PRIVATE = ("journal.db", "journal.db-wal", "journal.db-shm", "azops.log", "trusted.jsonl", "simulator/log")
"""Files of the state folder that are for the user alone."""
_PACKAGE = Path(__file__).resolve().parent


def state() -> Path:
    """State folder: the journal, the simulator's state, known hosts."""
    return Path(_DIRS.user_state_dir)


def scratch() -> Path:
    """Folder of the scratch pages."""
    return state() / "scratch"


def config() -> Path:
    """Configuration folder: ``config.toml``, the user's themes."""
    return Path(_DIRS.user_config_dir)


def data() -> Path:
    """Data folder: key pairs, the secret file."""
    return Path(_DIRS.user_data_dir)


def cache() -> Path:
    """Cache folder: prerequisites that were fetched."""
    return Path(_DIRS.user_cache_dir)


def shipped(name: str) -> Path:
    """A folder that ships with azops: ``runbooks`` or ``themes``, in a checkout or in an installed package."""
    checkout = _PACKAGE.parent / name
    if (_PACKAGE.parent / "pyproject.toml").is_file() and checkout.is_dir():
        return checkout
    return _PACKAGE / "_shipped" / name


def private(folder: Path) -> Path:
    """Create a folder and its parents, readable by its owner only (0700), and return it.

    Raises:
        OSError: it cannot be made.
    """
    for missing in reversed([path for path in (folder, *folder.parents) if not path.exists()]):
        missing.mkdir(mode=0o700, exist_ok=True)
    return folder


def exposed() -> str:
    """What others could read or write of azops' state and keys, with the command that mends it; empty if nothing.

    Folders that do not exist yet are left out; symbolic links are followed.
    """
    for folder in (state(), data() / "keys"):
        try:
            status = folder.stat()
        except OSError:
            continue
        if status.st_uid != os.getuid():
            return f"{folder} belongs to another user; azops does not use it. Mend it:\n  chown {os.getuid()} {folder}"
        if status.st_mode & 0o077:
            return f"Others can look into {folder}. Mend it:\n  chmod 700 {folder}"
        files = [folder / name for name in _PRIVATE if _is_exposed(folder / name)]
        if files:
            return f"Others can read what azops recorded. Mend it:\n  chmod 600 {' '.join(map(str, files))}"
    return ""


def _is_exposed(file: Path) -> bool:
    try:
        status = file.stat()
    except OSError:
        return False
    return bool(status.st_mode & 0o077) or status.st_uid != os.getuid()
