"""Folders of azops: the XDG folders, and the runbooks and themes that ship with it.

Every folder can be moved with the XDG variables (``XDG_STATE_HOME``, ``XDG_CONFIG_HOME`` …). Nothing here makes a
folder; whoever writes calls :func:`private`.
"""

from __future__ import annotations

from pathlib import Path

from platformdirs import PlatformDirs

_DIRS = PlatformDirs("azops", appauthor=False)
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
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
