"""Files copied to a host or from it, over SFTP: what is there already is left alone, what was interrupted goes on.

Files are compared by their SHA-256, which the host computes with ``sha256sum``; where it has none, all files are copied
and none is compared. A large file grows under the name ``NAME.azops-part`` and takes its own name when it is whole.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import asyncssh
import msgspec

from azops_tui.files import safe_name
from azops_tui.sanitise import clean
from azops_tui.ssh.remote import Ended, Stream

LARGE = 8 * 1024 * 1024
"""Size in bytes from which a file is copied in a way that can go on after an interruption."""
PART = ".azops-part"
"""End of the name of a file that is not whole yet."""

_EVERY = 1.0
"""Seconds between two lines of progress on one file."""
_BLOCK = 32 * 1024
_AT_ONCE = 64
"""Number of blocks that are on their way at a time."""


class FileCopy(msgspec.Struct, frozen=True, kw_only=True):
    """What is copied, and in which direction."""

    upload: bool
    """True to copy from here to the host."""
    paths: tuple[str, ...]
    """Files and folders; those of a download may have ``*`` and ``?``."""
    target: str
    """Path on the host for an upload, folder here for a download."""
    by_host: bool = False
    """True to download into a folder for each host."""


class _Pair(msgspec.Struct, frozen=True):
    """A regular file to copy."""

    here: Path
    there: str


class Transfer:
    """A copy over a connection; it can be ended. ``on_text`` gets progress and errors, safe to show."""

    def __init__(
        self, connection: asyncssh.SSHClientConnection, on_text: Callable[[str, Stream], object], host: str
    ) -> None:
        self._connection = connection
        self._on_text = on_text
        self._host = host
        self._task: asyncio.Future[int] | None = None
        self._shown: dict[str, float] = {}

    async def run(self, copy: FileCopy) -> int | None:
        """Copy and return 0, or 1 if a file cannot be read or written, or is not the same afterwards.

        Raises:
            asyncssh.Error: the host has no SFTP server, or the connection was lost.
        """
        try:
            async with self._connection.start_sftp_client() as sftp:
                self._task = asyncio.ensure_future(self._copy(sftp, copy))
                return await self._task
        except (asyncssh.SFTPError, OSError) as error:
            if isinstance(error, asyncssh.SFTPConnectionLost):
                return None
            reason = error.reason if isinstance(error, asyncssh.SFTPError) else str(error)
            self._on_text(clean(reason) + "\n", "stderr")
            return 1

    async def end(self) -> Ended:
        """End the copy; a large file goes on from there when it is copied again."""
        if self._task is not None:
            self._task.cancel()
        return Ended(True)

    async def _copy(self, sftp: asyncssh.SFTPClient, copy: FileCopy) -> int:
        pairs = await (self._uploads(sftp, copy) if copy.upload else self._downloads(sftp, copy))
        before = await self._remote_hashes([pair.there for pair in pairs])
        copied: dict[_Pair, str] = {}
        for pair in pairs:
            here = await asyncio.to_thread(_hash, pair.here) if pair.there in before or copy.upload else ""
            if here and before.get(pair.there) == here:
                self._on_text(f"{clean(pair.there)}: unchanged\n", "stdout")
                continue
            await (self._upload(sftp, pair) if copy.upload else self._download(sftp, pair))
            copied[pair] = here if copy.upload else before.get(pair.there, "")
        return await self._verify(copied, upload=copy.upload)

    async def _verify(self, copied: dict[_Pair, str], *, upload: bool) -> int:
        """Compare what was copied; the hash of the source is known unless the host has no sha256sum."""
        after = await self._remote_hashes([pair.there for pair in copied]) if upload else {}
        status = 0
        for pair, source in copied.items():
            target = after.get(pair.there) if upload else await asyncio.to_thread(_hash, pair.here)
            if source and target and source != target:
                self._on_text(f"{clean(pair.there)}: not the same after the copy; it was changed meanwhile\n", "stderr")
                status = 1
        return status

    async def _uploads(self, sftp: asyncssh.SFTPClient, copy: FileCopy) -> list[_Pair]:
        """Files to upload; makes their folders on the host, and copies what is no regular file as it is."""
        target = _remote(copy.target) or "."
        if len(copy.paths) > 1 or target.endswith("/"):
            await sftp.makedirs(target, exist_ok=True)
        is_folder = await sftp.isdir(target)
        pairs: list[_Pair] = []
        for path in map(Path, copy.paths):
            root = f"{target.rstrip('/')}/{path.name}" if is_folder else target
            for item in await asyncio.to_thread(_walk, path):
                there = root if item == path else f"{root}/{item.relative_to(path).as_posix()}"
                if item.is_dir() and not item.is_symlink():
                    await sftp.makedirs(there, exist_ok=True)
                elif item.is_file() and not item.is_symlink():
                    pairs.append(_Pair(item, there))
                elif item.is_symlink():
                    if await sftp.islink(there):
                        await sftp.remove(there)
                    await sftp.symlink(os.readlink(item), there)
        return pairs

    async def _downloads(self, sftp: asyncssh.SFTPClient, copy: FileCopy) -> list[_Pair]:
        """Files to download; makes their folders here."""
        folder = Path(copy.target) / safe_name(self._host) if copy.by_host else Path(copy.target)
        folder.mkdir(parents=True, exist_ok=True)
        pairs: list[_Pair] = []
        for pattern in copy.paths:
            for name in await sftp.glob(_remote(pattern)):
                await self._collect(sftp, os.fsdecode(name), folder, pairs)
        return pairs

    async def _collect(self, sftp: asyncssh.SFTPClient, there: str, folder: Path, pairs: list[_Pair]) -> None:
        name = there.rstrip("/").rpartition("/")[2]
        here = folder / name
        if name in ("", ".", ".."):
            here = folder
        if here.is_symlink():
            here.unlink()  # never written through: a host could lead it anywhere
        if await sftp.islink(there):
            here.symlink_to(os.fsdecode(await sftp.readlink(there)))
        elif await sftp.isdir(there):
            here.mkdir(exist_ok=True)
            for child in await sftp.listdir(there):
                # A host could name a file so that it lands elsewhere.
                if os.fsdecode(child) not in (".", "..") and "/" not in os.fsdecode(child):
                    await self._collect(sftp, f"{there.rstrip('/')}/{os.fsdecode(child)}", here, pairs)
        else:
            pairs.append(_Pair(here, there))

    async def _upload(self, sftp: asyncssh.SFTPClient, pair: _Pair) -> None:
        size = pair.here.stat().st_size
        if size < LARGE:
            await sftp.put(str(pair.here), pair.there, preserve=True, progress_handler=self._progress)
            return
        part = pair.there + PART
        offset = 0
        if await sftp.isfile(part):
            kept = int((await sftp.stat(part)).size or 0)
            hashes = await self._remote_hashes([part])
            if 0 < kept <= size and hashes.get(part) == await asyncio.to_thread(_hash, pair.here, kept):
                offset = kept
                self._on_text(f"{clean(pair.there)}: goes on at {100 * offset // size} %\n", "stdout")
        flags = asyncssh.FXF_WRITE | asyncssh.FXF_CREAT | (0 if offset else asyncssh.FXF_TRUNC)
        with pair.here.open("rb") as source:
            async with sftp.open(part, flags, encoding=None) as file:

                async def write(start: int) -> None:
                    await file.write(await asyncio.to_thread(os.pread, source.fileno(), _BLOCK, start), start)

                await self._blocks(write, pair.there, offset, size)
        status = pair.here.stat()
        await sftp.chmod(part, status.st_mode & 0o7777)
        await sftp.utime(part, (status.st_atime, status.st_mtime))
        await sftp.posix_rename(part, pair.there)

    async def _download(self, sftp: asyncssh.SFTPClient, pair: _Pair) -> None:
        attributes = await sftp.stat(pair.there)
        size = int(attributes.size or 0)
        if size < LARGE:
            await sftp.get(pair.there, str(pair.here), preserve=True, progress_handler=self._progress)
            return
        part = pair.here.with_name(pair.here.name + PART)
        offset = 0
        kept = part.stat().st_size if part.is_file() else 0
        if 0 < kept <= size:
            # Only the host can tell whether its file begins as the part here does.
            is_beginning = await self._remote_prefix(pair.there, kept) == await asyncio.to_thread(_hash, part)
            offset = kept if is_beginning else 0
        if offset:
            self._on_text(f"{clean(pair.there)}: goes on at {100 * offset // size} %\n", "stdout")
        with part.open("r+b" if offset else "wb") as target:
            async with sftp.open(pair.there, "rb", encoding=None) as file:

                async def read(start: int) -> None:
                    data: Any = await file.read(min(_BLOCK, size - start), start)
                    await asyncio.to_thread(os.pwrite, target.fileno(), data, start)

                await self._blocks(read, pair.there, offset, size)
        if attributes.permissions is not None:
            part.chmod(attributes.permissions & 0o7777)
        os.replace(part, pair.here)

    async def _blocks(self, copy: Callable[[int], Awaitable[None]], name: str, offset: int, size: int) -> None:
        """Copy blocks, many at a time, in rounds: after an interruption, what is there is a beginning without gaps."""
        step = _BLOCK * _AT_ONCE
        for start in range(offset, size, step):
            round_end = min(start + step, size)
            await asyncio.gather(*(copy(at) for at in range(start, round_end, _BLOCK)))
            self._progress(os.fsencode(name), b"", round_end, size)

    async def _remote_hashes(self, paths: Sequence[str]) -> dict[str, str]:
        """SHA-256 of files of the host by path; those that do not exist, or cannot be told, are left out."""
        if not paths:
            return {}
        text = "".join(f"{path}\0" for path in paths).encode("utf-8", "surrogateescape")
        lines = (await self._ask_host("xargs -0 sha256sum -- 2>/dev/null", text)).splitlines()
        pairs = [line.split("  ", 1) for line in lines if "  " in line and not line.startswith("\\")]
        return {path: digest for digest, path in pairs if len(digest) == 64}

    async def _remote_prefix(self, path: str, size: int) -> str:
        """SHA-256 of the beginning of a file of the host; empty if it cannot be told."""
        text = f"{path}\0".encode("utf-8", "surrogateescape")
        command = f"xargs -0 sh -c 'head -c {size} -- \"$1\" | sha256sum' sh 2>/dev/null"
        words = (await self._ask_host(command, text)).split()
        return words[0] if words else ""

    async def _ask_host(self, command: str, text: bytes) -> str:
        """What a short command prints; empty where the host cannot run it."""
        try:
            done = await self._connection.run(command, input=text, encoding=None)
        except asyncssh.ChannelOpenError:
            return ""  # a host for SFTP alone
        return done.stdout.decode("utf-8", "surrogateescape") if isinstance(done.stdout, bytes) else ""

    def _progress(self, source: bytes, _target: bytes, done: int, total: int) -> None:
        now = time.monotonic()
        is_whole = done >= total
        name = clean(os.fsdecode(source))
        last = self._shown.setdefault(name, now)
        if not is_whole and now - last < _EVERY:
            return
        self._shown[name] = now
        share = "" if is_whole else f"{100 * done // total} % of "
        self._on_text(f"{name}: {share}{total:,} bytes\n", "stdout")


def _walk(path: Path) -> Iterable[Path]:
    """The path, and what is below a folder, parents first."""
    found = [path]
    if path.is_dir() and not path.is_symlink():
        for folder, folders, files in os.walk(path):
            found += [Path(folder) / name for name in sorted(folders) + sorted(files)]
    return found


def _hash(path: Path, size: int | None = None) -> str:
    """SHA-256 of a file or of its beginning; empty if the file does not exist."""
    digest = hashlib.sha256()
    left = size if size is not None else -1
    try:
        with path.open("rb") as file:
            while left and (block := file.read(min(left, 1 << 20) if left > 0 else 1 << 20)):
                digest.update(block)
                left -= len(block) if left > 0 else 0
    except FileNotFoundError:
        return ""
    return digest.hexdigest()


def _remote(path: str) -> str:
    """A path on the host; SFTP starts in the home folder and does not know ``~``."""
    return path[2:] if path.startswith("~/") else "" if path == "~" else path
