"""Reading and replacing of files that others name.

A FIFO or a device never ends, or never begins: only regular files are read.
"""

from __future__ import annotations

import os
import re
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO


def read_file(path: Path, limit: int) -> bytes:
    """The content of a regular file, up to one byte more than ``limit``.

    Raises:
        OSError: the file cannot be read, or is not a regular file.
    """
    # Without O_NONBLOCK, opening a FIFO waits for its writer.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(21, "this is a folder", str(path))
        if not stat.S_ISREG(mode):
            kind = {stat.S_IFIFO: "a pipe", stat.S_IFCHR: "a device", stat.S_IFBLK: "a device"}.get(stat.S_IFMT(mode))
            raise OSError(22, f"this is {kind or 'not a regular file'}; save its content in a file", str(path))
        return file.read(limit + 1)


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """Open a file that takes the place of another, or makes it, once it is complete. Until then the other one stays.

    The file is readable by its owner only, unless that is changed.

    Args:
        path: not a symbolic link, which would be replaced itself.

    Raises:
        OSError: the file cannot be written.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        os.replace(name, path)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(name)
        raise


def write_private(path: Path, content: bytes | str) -> None:
    """Write a file with mode 0600, replacing an older one in one step.

    Raises:
        OSError: the file cannot be written.
    """
    with replacing(path) as file:
        file.write(content.encode() if isinstance(content, str) else content)


def replace_file(path: Path, content: bytes, *, before: Callable[[], None] = lambda: None) -> None:
    """Replace a file in one step, or make it; its mode and owner stay.

    Args:
        path: as for `replacing`.
        content: the new content.
        before: called last, when all is written; an exception that it raises leaves the file as it is.

    Raises:
        OSError: the file cannot be written.
    """
    with replacing(path) as file:
        with suppress(FileNotFoundError):
            status = path.stat()
            os.fchmod(file.fileno(), status.st_mode & 0o7777)
            with suppress(PermissionError):
                os.fchown(file.fileno(), status.st_uid, status.st_gid)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
        before()


def safe_name(text: str) -> str:
    """A file name for a text such as a host: letters, digits, ``_``, ``.`` and ``-``, no dot at the beginning."""
    return re.sub(r"[^A-Za-z0-9_.-]", "_", text).lstrip(".") or "_"
