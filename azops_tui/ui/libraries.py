"""Folders of runbooks that the user named in ``config.toml``: ``libraries = ["~/runbooks", "/srv/ops"]``."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from azops_tui import paths

_SKIPPED = frozenset({"node_modules", "__pycache__", "site-packages"})
_FOLDERS = 2_000
"""Folders of a library that are looked into."""


def libraries() -> list[Path]:
    """The folders, or checkouts of git repositories, that are named; without those that cannot be read as such."""
    try:
        content = tomllib.loads((paths.config() / "config.toml").read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return []  # the app's start reports a file that is not valid
    named = content.get("libraries", [])
    return [Path(name).expanduser() for name in named if isinstance(name, str)] if isinstance(named, list) else []


def markdown_files(folder: Path) -> Iterator[Path]:
    """Markdown files in a folder and the folders in it, in order; hidden folders are left out."""
    for parent, folders, files in islice(os.walk(folder), _FOLDERS):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _SKIPPED)
        yield from (Path(parent, name) for name in sorted(files) if name.endswith(".md"))
