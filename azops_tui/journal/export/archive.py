"""A run as one file that another machine replays: a line of JSON for each record, compressed."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from azops_tui import __version__
from azops_tui.errors import AzopsError
from azops_tui.events.records import Record

SUFFIX = ".azops"
_FORMAT = 1
_LONGEST = 64 * 1024 * 1024
"""Bytes of one line; a longer one was not written by azops."""


class ArchiveError(AzopsError):
    """A file is not a run that azops exported."""


class _Header(msgspec.Struct, kw_only=True):
    azops_run: int
    """Version of this format."""
    version: str = ""
    """Version of azops that wrote the file."""


def write(records: Iterable[Record], file: BinaryIO) -> None:
    """Write the records of a run."""
    encoder = msgspec.json.Encoder()
    with gzip.GzipFile(fileobj=file, mode="wb", mtime=0) as packed:
        packed.write(encoder.encode(_Header(azops_run=_FORMAT, version=__version__)) + b"\n")
        for record in records:
            packed.write(encoder.encode(record) + b"\n")


def read(path: Path) -> Iterator[Record]:
    """The records of an exported run, as they are needed.

    Raises:
        ArchiveError: the file cannot be read, is damaged, or comes from a newer azops.
    """
    decoder = msgspec.json.Decoder(Record)
    number = 0
    try:
        with gzip.open(path, "rb") as packed:
            while line := packed.readline(_LONGEST):
                number += 1
                if not line.endswith(b"\n"):
                    raise ArchiveError(f"{path}:{number}: the line is too long or cut off; export the run again.")
                if number == 1:
                    _check(path, line)
                else:
                    yield decoder.decode(line)
    except msgspec.MsgspecError as error:
        raise ArchiveError(f"{path}:{number}: this is not a record of a run: {error}.") from error
    except (OSError, EOFError, zlib.error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ArchiveError(f"{path}: the exported run cannot be read: {reason}.") from error
    if number < 2:
        raise ArchiveError(f"{path}: the exported run has no records.")


def _check(path: Path, line: bytes) -> None:
    try:
        header = msgspec.json.decode(line, type=_Header)
    except msgspec.MsgspecError:
        message = f"{path}: this is not a run that azops exported; “azops export RUN --to azops” writes one."
        raise ArchiveError(message) from None
    if header.azops_run > _FORMAT:
        raise ArchiveError(f"{path}: the run was exported by a newer azops ({header.version}). Upgrade azops.")
