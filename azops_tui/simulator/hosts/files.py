"""Files of a simulated machine: a local folder, and generated files such as those in ``/proc``."""

from __future__ import annotations

import fnmatch
import os
import posixpath
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

LARGEST = 64 * 1024 * 1024
"""Maximum size in bytes of a file that the simulated shell writes."""

_T = TypeVar("_T")
Generated = Mapping[str, Callable[[], str]]


class Files:
    """Files by their path on the machine. Neither ``..`` nor links lead out of its folder.

    All methods raise OSError with the path on the machine.
    """

    def __init__(self, root: Path, generated: Generated) -> None:
        """``root`` is the local folder; ``generated`` maps paths to functions that return the text."""
        self.root = Path(os.path.realpath(root))
        self.generated = generated
        self.root.mkdir(parents=True, exist_ok=True)

    def local(self, path: str) -> Path:
        """The local path of a path on the machine.

        Raises:
            PermissionError: a link leads out of the machine.
        """
        inside = _absolute(path)[1:]
        resolved = Path(os.path.realpath(self.root / inside))
        if resolved != self.root and self.root not in resolved.parents:
            raise PermissionError(13, "Permission denied", path)
        return resolved

    def exists(self, path: str) -> bool:
        """True if the path is a file or a folder."""
        return self._generated(path) is not None or self.local(path).exists() or self.is_folder(path)

    def is_folder(self, path: str) -> bool:
        prefix = _absolute(path).rstrip("/") + "/"
        return self.local(path).is_dir() or any(name.startswith(prefix) for name in self.generated)

    def read(self, path: str) -> str:
        """The text of a file. Bytes that are not UTF-8 become surrogates."""
        made = self._generated(path)
        if made is not None:
            return made()
        if self.is_folder(path):
            raise IsADirectoryError(21, "Is a directory", path)
        return _of_machine(path, lambda: self.local(path).read_bytes().decode("utf-8", "surrogateescape"))

    def write(self, path: str, text: str, *, append: bool = False) -> None:
        """Replace the text of a file, or append to it."""
        if self.is_folder(path):
            raise IsADirectoryError(21, "Is a directory", path)
        local = self.local(path)
        data = text.encode("utf-8", "surrogateescape")
        if len(data) + (local.stat().st_size if append and local.exists() else 0) > LARGEST:
            raise OSError(28, "No space left on device", path)

        def write() -> None:
            with local.open("ab" if append else "wb") as file:
                file.write(data)

        _of_machine(path, write)

    def names(self, path: str) -> list[str]:
        """Sorted names of the entries of a folder."""
        if not self.is_folder(path):
            kind, number, text = (NotADirectoryError, 20, "Not a directory")
            if not self.exists(path):
                raise FileNotFoundError(2, "No such file or directory", path)
            raise kind(number, text, path)
        prefix = _absolute(path).rstrip("/") + "/"
        made = {name[len(prefix) :].split("/")[0] for name in self.generated if name.startswith(prefix)}
        local = self.local(path)
        return sorted(made | ({item.name for item in local.iterdir()} if local.is_dir() else set()))

    def make_folder(self, path: str, *, parents: bool = False) -> None:
        _of_machine(path, lambda: self.local(path).mkdir(parents=parents, exist_ok=parents))

    def remove(self, path: str) -> None:
        """Remove a file, or a folder with its content."""
        if path in self.generated:
            raise PermissionError(1, "Operation not permitted", path)
        local = self.local(path)
        if local == self.root:
            raise PermissionError(1, "Operation not permitted", path)
        _of_machine(path, lambda: shutil.rmtree(local) if local.is_dir() else local.unlink())

    def matching(self, pattern: str, cwd: str) -> list[str]:
        """Sorted paths that match a pattern; relative if the pattern is."""
        absolute = pattern.startswith("/")
        paths = ["/" if absolute else ""]
        for part in [part for part in pattern.split("/") if part]:
            following: list[str] = []
            for base in paths:
                folder = base if absolute else posixpath.join(cwd, base)
                if not any(char in part for char in "*?["):
                    if self.exists(posixpath.join(folder, part)):
                        following.append(posixpath.join(base, part))
                elif self.is_folder(folder):
                    names = (name for name in self.names(folder) if not name.startswith(".") or part.startswith("."))
                    following += [posixpath.join(base, name) for name in names if fnmatch.fnmatchcase(name, part)]
            paths = following
        return sorted(paths)

    def _generated(self, path: str) -> Callable[[], str] | None:
        return self.generated.get(_absolute(path))


def _absolute(path: str) -> str:
    """Normalise a path; ``normpath`` alone keeps two slashes at its beginning."""
    return "/" + posixpath.normpath("/" + path).lstrip("/")


def _of_machine(path: str, act: Callable[[], _T]) -> _T:
    """Call ``act``; an OSError names the path on the machine, not the local one."""
    try:
        return act()
    except OSError as error:
        raise type(error)(error.errno, error.strerror, path) from None
