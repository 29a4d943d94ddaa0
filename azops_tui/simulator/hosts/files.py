"""The files of a simulated machine: a folder of its own on this computer, and what the kernel makes up when asked."""

from __future__ import annotations

import fnmatch
import os
import posixpath
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

LARGEST = 64 * 1024 * 1024
"""Bytes that a command of the simulated shell writes to one file at most."""

_T = TypeVar("_T")
Generated = Mapping[str, Callable[[], str]]


class Files:
    """Files by their path on the machine. Nothing outside of its folder can be reached, not by ``..`` or links either.

    All methods raise OSError with the machine's path, as the commands show it.
    """

    def __init__(self, root: Path, generated: Generated) -> None:
        """``root`` is the folder here; ``generated`` are files whose text is made when they are read."""
        self.root = Path(os.path.realpath(root))
        self.generated = generated
        self.root.mkdir(parents=True, exist_ok=True)

    def local(self, path: str) -> Path:
        """Where a path of the machine is on this computer.

        Raises:
            PermissionError: a link leads out of the machine.
        """
        inside = _absolute(path)[1:]
        found = Path(os.path.realpath(self.root / inside))
        if found != self.root and self.root not in found.parents:
            raise PermissionError(13, "Permission denied", path)
        return found

    def exists(self, path: str) -> bool:
        """Whether there is a file or folder of that path."""
        return self._generated(path) is not None or self.local(path).exists() or self.is_folder(path)

    def is_folder(self, path: str) -> bool:
        """Whether it is a folder."""
        prefix = _absolute(path).rstrip("/") + "/"
        return self.local(path).is_dir() or any(name.startswith(prefix) for name in self.generated)

    def read(self, path: str) -> str:
        """The text of a file; bytes that are no UTF-8 are escaped."""
        made = self._generated(path)
        if made is not None:
            return made()
        if self.is_folder(path):
            raise IsADirectoryError(21, "Is a directory", path)
        return _of_machine(path, lambda: self.local(path).read_text("utf-8", "surrogateescape"))

    def write(self, path: str, text: str, *, append: bool = False) -> None:
        """Writes a file, in place of or after what it had."""
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
        """The names in a folder, sorted."""
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
        """Makes a folder."""
        _of_machine(path, lambda: self.local(path).mkdir(parents=parents, exist_ok=parents))

    def remove(self, path: str) -> None:
        """Removes a file, or a folder with all that is in it."""
        if path in self.generated:
            raise PermissionError(1, "Operation not permitted", path)
        local = self.local(path)
        if local == self.root:
            raise PermissionError(1, "Operation not permitted", path)
        _of_machine(path, lambda: shutil.rmtree(local) if local.is_dir() else local.unlink())

    def matching(self, pattern: str, cwd: str) -> list[str]:
        """The paths that a pattern stands for, sorted; as written (relative or not)."""
        absolute = pattern.startswith("/")
        found = ["/" if absolute else ""]
        for part in [part for part in pattern.split("/") if part]:
            following: list[str] = []
            for base in found:
                folder = base if absolute else posixpath.join(cwd, base)
                if not any(char in part for char in "*?["):
                    if self.exists(posixpath.join(folder, part)):
                        following.append(posixpath.join(base, part))
                elif self.is_folder(folder):
                    names = (name for name in self.names(folder) if not name.startswith(".") or part.startswith("."))
                    following += [posixpath.join(base, name) for name in names if fnmatch.fnmatchcase(name, part)]
            found = following
        return sorted(found)

    def _generated(self, path: str) -> Callable[[], str] | None:
        return self.generated.get(_absolute(path))


def _absolute(path: str) -> str:
    """The path from the root, without ``.``, ``..`` and doubled slashes (two at its begin are kept by the library)."""
    return "/" + posixpath.normpath("/" + path).lstrip("/")


def _of_machine(path: str, act: Callable[[], _T]) -> _T:
    """Does it; an error names the machine's path instead of the one here."""
    try:
        return act()
    except OSError as error:
        raise type(error)(error.errno, error.strerror, path) from None
