"""Commands that list, read, write and remove files."""

from __future__ import annotations

import base64
import hashlib
import os
import posixpath
import re
import stat
from datetime import UTC, datetime

from azops_tui.simulator.hosts.expansion import matches
from azops_tui.simulator.hosts.options import read
from azops_tui.simulator.hosts.shell import Call, describe


def human(number: float, unit: str = "") -> str:
    """A number of bytes as ``df -h`` writes it."""
    for letter in ("", "K", "M", "G", "T"):
        if number < 1024 or letter == "T":
            if letter and number < 10:
                return f"{number:.1f}{letter}{unit}"
            return f"{number:.0f}{letter}{unit}"
        number /= 1024
    return ""


def _owner(call: Call, path: str) -> str:
    home = f"/home/{call.host.spec.user}"
    return call.host.spec.user if path == home or path.startswith((home + "/", "/tmp/")) else "root"


async def cat(call: Call) -> int:
    """``cat [-n] FILES``."""
    options = read(call.args, "nAbeEstuv")
    status, texts = 0, []
    for name in options.words or ["-"]:
        try:
            texts.append("".join(await call.lines()) if name == "-" else call.host.files.read(_allowed(call, name)))
        except OSError as error:
            call.out("".join(texts))
            texts.clear()
            status = call.fail(describe(error))
    text = "".join(texts)
    if options.has("n"):
        text = "".join(f"{number:6}\t{line}" for number, line in enumerate(text.splitlines(keepends=True), 1))
    call.out(text)
    return status


def _allowed(call: Call, name: str) -> str:
    path = call.path(name)
    if call.user != "root" and path in ("/etc/shadow", "/etc/sudoers", "/var/log/auth.log"):
        raise PermissionError(13, "Permission denied", name)
    if not call.host.files.exists(path):
        raise FileNotFoundError(2, "No such file or directory", name)
    return path


async def ls(call: Call) -> int:
    """``ls [-laAh1dtr] PATHS``."""
    options = read(call.args, "laAh1dtrRFnisS", "", "color= all")
    files, status, shown = call.host.files, 0, []
    several = len(options.words) > 1
    for name in options.words or ["."]:
        path = call.path(name)
        if not files.exists(path):
            status = call.fail(f"cannot access '{name}': No such file or directory", 2)
            continue
        folder = files.is_folder(path) and not options.has("d")
        names = (
            [item for item in files.names(path) if options.has("a", "A", "all") or item[:1] != "."]
            if folder
            else [name]
        )
        if folder and options.has("a", "all"):
            names = [".", "..", *names]
        if options.has("r"):
            names.reverse()
        paths = [posixpath.normpath(posixpath.join(path, item)) if folder else path for item in names]
        rows = (
            [_row(call, item, where) for item, where in zip(names, paths, strict=True)]
            if options.has("l", "n")
            else names
        )
        head = f"{name}:\n" if several and folder else ""
        total = f"total {4 * len(names)}\n" if options.has("l") and folder else ""
        shown.append(head + total + "".join(f"{row}\n" for row in rows))
    call.out("\n".join(shown) if several else "".join(shown))
    return status


def _row(call: Call, name: str, path: str) -> str:
    files = call.host.files
    local = files.local(path)
    folder = files.is_folder(path)
    mode = stat.filemode(local.stat().st_mode) if local.exists() else "dr-xr-xr-x" if folder else "-r--r--r--"
    size = 4096 if folder else local.stat().st_size if local.exists() else 0
    changed = local.stat().st_mtime if local.exists() else call.host.booted
    owner = _owner(call, path)
    when = datetime.fromtimestamp(changed, UTC).strftime("%b %e %H:%M")
    return f"{mode} {2 if folder else 1} {owner} {owner} {size:>7} {when} {name}"


async def mkdir(call: Call) -> int:
    """``mkdir [-p] FOLDERS``."""
    options = read(call.args, "pv", "m", "parents")
    for name in options.words:
        _writable(call, name)
        path = call.path(name)
        try:
            call.host.files.make_folder(path, parents=options.has("p", "parents"))
        except OSError as error:
            return call.fail(f"cannot create directory ‘{name}’: {error.strerror}")
    return 0


def _writable(call: Call, name: str) -> str:
    path = call.path(name)
    if call.user != "root" and not call.host.may_write(path + "/", call.user):
        raise PermissionError(13, "Permission denied", name)
    return path


async def rm(call: Call) -> int:
    """``rm [-rf] FILES``, ``rmdir FOLDERS``."""
    options = read(call.args, "rRfdiv", "", "recursive force no-preserve-root")
    status = 0
    for name in options.words:
        path = _writable(call, name)
        files = call.host.files
        if not files.exists(path):
            if not options.has("f", "force"):
                status = call.fail(f"cannot remove '{name}': No such file or directory")
        elif files.is_folder(path) and call.name == "rm" and not options.has("r", "R", "recursive"):
            status = call.fail(f"cannot remove '{name}': Is a directory")
        elif path == "/":
            status = call.fail("it is dangerous to operate recursively on '/'")
        elif call.name == "rmdir" and files.names(path):
            status = call.fail(f"failed to remove '{name}': Directory not empty")
        else:
            files.remove(path)
    return status


async def copy(call: Call) -> int:
    """``cp [-r] FROM … TO`` and ``mv FROM … TO``."""
    options = read(call.args, "rRafpvnTi", "", "recursive force parents")
    if len(options.words) < 2:
        return call.fail("missing file operand")
    *sources, target = options.words
    files, status = call.host.files, 0
    for name in sources:
        path = call.path(name)
        if not files.exists(path):
            status = call.fail(f"cannot stat '{name}': No such file or directory")
            continue
        if files.is_folder(path) and call.name == "cp" and not options.has("r", "R", "a", "recursive"):
            status = call.fail(f"-r not specified; omitting directory '{name}'")
            continue
        to = _writable(call, target)
        if files.is_folder(to):
            to = posixpath.join(to, posixpath.basename(path))
        _copy(call, path, to)
        if call.name == "mv":
            files.remove(_writable(call, name))
    return status


def _copy(call: Call, path: str, to: str) -> None:
    files = call.host.files
    if not files.is_folder(path):
        files.write(to, files.read(path))
        return
    names = files.names(path)
    files.make_folder(to, parents=True)
    for name in names:
        _copy(call, f"{path}/{name}", f"{to}/{name}")


async def touch(call: Call) -> int:
    """``touch FILES``."""
    for name in read(call.args, "acm", "dtr").words:
        path = _writable(call, name)
        if not call.host.files.is_folder(path):
            call.host.files.write(path, "", append=True)
            os.utime(call.host.files.local(path))
    return 0


async def tee(call: Call) -> int:
    """``tee [-a] FILES``."""
    options = read(call.args, "ai", "", "append")
    text = "".join(await call.lines())
    call.out(text)
    for name in options.words:
        if name != "/dev/null":
            call.host.files.write(_writable(call, name), text, append=options.has("a", "append"))
    return 0


async def chmod(call: Call) -> int:
    """``chmod MODE FILES``."""
    options = read([word for word in call.args if not word.startswith("-") or word[1:] in ("R", "v")], "Rv")
    if len(options.words) < 2:
        return call.fail("missing operand")
    mode, *names = options.words
    if mode.isdigit() and not re.fullmatch("[0-7]{1,4}", mode):
        return call.fail(f"invalid mode: ‘{mode}’")
    for name in names:
        local = call.host.files.local(_allowed(call, name))
        before = stat.S_IMODE(local.stat().st_mode)
        if mode.isdigit():
            local.chmod(int(mode, 8) & 0o777 | 0o600)
        elif "x" in mode:
            local.chmod(before | 0o111 if "+" in mode else before & ~0o111)
    return 0


async def chown(call: Call) -> int:
    """``chown OWNER FILES``: looks whether they are there and whether one may."""
    words = read(call.args, "RvhfH").words
    for name in words[1:]:
        _allowed(call, name)
        if call.user != "root":
            return call.fail(f"changing ownership of '{name}': Operation not permitted")
    return 0


async def stat_(call: Call) -> int:
    """``stat [-c FORMAT] FILES``."""
    options = read(call.args, "Lf", "c", "format= printf=")
    for name in options.words:
        path = _allowed(call, name)
        local = call.host.files.local(path)
        status = local.stat() if local.exists() else None
        values = {
            "%n": name,
            "%s": str(status.st_size if status else 0),
            "%a": f"{stat.S_IMODE(status.st_mode):o}" if status else "444",
            "%A": stat.filemode(status.st_mode) if status else "-r--r--r--",
            "%U": _owner(call, path),
            "%G": _owner(call, path),
            "%Y": str(int(status.st_mtime if status else call.host.booted)),
            "%F": "directory" if call.host.files.is_folder(path) else "regular file",
        }
        form = options.value("c", "format", default="  File: %n\n  Size: %s\t%F\nAccess: (0%a/%A)  Uid: %U   Gid: %G")
        for mark, value in values.items():
            form = form.replace(mark, value)
        call.out(f"{form}\n")
    return 0


async def df(call: Call) -> int:
    """``df [-h] [PATHS]``."""
    options = read(call.args, "hTkmPiHa", "t", "human-readable total output= type=")
    host, gib = call.host, 1024 * 1024
    memory = host.memory()[0]
    rows = [("/dev/root", 30 * gib - 400_000, host.used + 0.02, "/"), ("tmpfs", memory // 2, 0.0, "/dev/shm")]
    rows += [("tmpfs", memory // 5, 0.004, "/run"), ("tmpfs", 5120, 0.0, "/run/lock")]
    rows += [("/dev/sda15", 106_858, 0.057, "/boot/efi")]
    if host.hardware.temporary_disk:
        rows.append(("/dev/sdb1", host.hardware.temporary_disk * gib - 300_000, 0.0005, "/mnt"))
    if options.words:
        wanted = [_allowed(call, name) for name in options.words]
        mounts = [row[3] for row in rows]
        best = {
            max((m for m in mounts if path == m or path.startswith(m.rstrip("/") + "/")), key=len) for path in wanted
        }
        rows = [row for row in rows if row[3] in best]
    readable = options.has("h", "H", "human-readable")
    titles = ("Filesystem", "Size" if readable else "1K-blocks", "Used", "Avail" if readable else "Available", "Use%")
    table = [[*titles, "Mounted on"]]
    for name, size, share, mount in rows:
        used = int(size * share)
        numbers = [size, used, size - used]
        shown = [human(number * 1024) if readable else str(number) for number in numbers]
        table.append([name, *shown, f"{round(100 * used / size)}%", mount])
    widths = [max(14 if column == 0 else 5, *(len(row[column]) for row in table)) for column in range(5)]
    for row in table:
        first = row[0].ljust(widths[0])
        cells = " ".join(cell.rjust(width) for cell, width in zip(row[1:5], widths[1:], strict=True))
        call.out(f"{first} {cells} {row[5]}\n")
    return 0


async def du(call: Call) -> int:
    """``du [-s] [-h] PATHS``."""
    options = read(call.args, "shacxk", "d", "max-depth= summarize human-readable")
    for name in options.words or ["."]:
        local = call.host.files.local(_allowed(call, name))
        size = 4096 + sum(item.stat().st_size for item in local.rglob("*") if item.is_file())
        call.out(f"{human(size) if options.has('h', 'human-readable') else size // 1024}\t{name}\n")
    return 0


async def find(call: Call) -> int:
    """``find FOLDERS [-name PATTERN] [-type f|d] [-maxdepth N]``."""
    words, starts = list(call.args), []
    while words and not words[0].startswith("-"):
        starts.append(words.pop(0))
    tests = dict(zip(words[::2], words[1::2], strict=False))
    deepest = int(tests.get("-maxdepth", "99"))

    def walk(name: str, path: str, depth: int) -> None:
        folder = call.host.files.is_folder(path)
        pattern = tests.get("-name", tests.get("-iname", "*"))
        if matches(pattern, posixpath.basename(name)) and tests.get("-type", "fd"[folder]) == "fd"[folder]:
            call.out(f"{name}\n")
        if folder and depth < deepest:
            for item in call.host.files.names(path):
                walk(posixpath.join(name, item), posixpath.join(path, item), depth + 1)

    status = 0
    for start in starts or ["."]:
        path = call.path(start)
        if call.host.files.exists(path):
            walk(start, path, 0)
        else:
            status = call.fail(f"‘{start}’: No such file or directory")
    return status


async def names(call: Call) -> int:
    """``basename``, ``dirname``, ``realpath``, ``readlink``."""
    words = read(call.args, "afems", "", "canonicalize").words
    if not words:
        return call.fail("missing operand")
    if call.name == "basename":
        base = posixpath.basename(words[0].rstrip("/"))
        call.out(f"{base.removesuffix(words[1]) if len(words) > 1 else base}\n")
    elif call.name == "dirname":
        call.out("".join(f"{posixpath.dirname(word) or '.'}\n" for word in words))
    else:
        call.out("".join(f"{call.path(word)}\n" for word in words))
    return 0


async def mktemp(call: Call) -> int:
    """``mktemp [-d]``."""
    options = read(call.args, "duqt", "p")
    name = "/tmp/tmp." + "".join(call.host.random.choices("abcdefghijkmnpqrstuvwxyzABCDEFGHJK23456789", k=10))
    if options.has("d"):
        call.host.files.make_folder(name)
    else:
        call.host.files.write(name, "")
    call.out(f"{name}\n")
    return 0


async def digest(call: Call) -> int:
    """``sha256sum``, ``sha1sum``, ``md5sum``."""
    for name in read(call.args, "b").words or ["-"]:
        text = "".join(await call.lines()) if name == "-" else call.host.files.read(_allowed(call, name))
        made = hashlib.new(
            call.name.removesuffix("sum"), text.encode("utf-8", "surrogateescape"), usedforsecurity=False
        )
        call.out(f"{made.hexdigest()}  {name}\n")
    return 0


async def base64_(call: Call) -> int:
    """``base64 [-d] [-w N] [FILE]``."""
    options = read(call.args, "di", "w", "decode wrap=")
    name = options.words[0] if options.words else "-"
    text = "".join(await call.lines()) if name == "-" else call.host.files.read(_allowed(call, name))
    raw = text.encode("utf-8", "surrogateescape")
    if options.has("d", "decode"):
        try:
            call.out(base64.b64decode(raw).decode("utf-8", "surrogateescape"))
        except ValueError:
            return call.fail("invalid input")
        return 0
    made = base64.b64encode(raw).decode()
    width = int(options.value("w", "wrap", default="76")) or len(made) or 1
    call.out("".join(f"{made[at : at + width]}\n" for at in range(0, len(made), width)))
    return 0


async def lsblk(call: Call) -> int:
    """``lsblk``."""
    rows = ["NAME    MAJ:MIN RM  SIZE RO TYPE MOUNTPOINTS", "sda       8:0    0   30G  0 disk "]
    rows += ["├─sda1    8:1    0 29.9G  0 part /", "└─sda15   8:15   0  106M  0 part /boot/efi"]
    if call.host.hardware.temporary_disk:
        size = f"{call.host.hardware.temporary_disk}G"
        rows += [f"sdb       8:16   0 {size:>5}  0 disk ", f"└─sdb1    8:17   0 {size:>5}  0 part /mnt"]
    call.out("".join(f"{row}\n" for row in rows))
    return 0


COMMANDS = {
    "cat": cat,
    "less": cat,
    "more": cat,
    "ls": ls,
    "mkdir": mkdir,
    "rm": rm,
    "rmdir": rm,
    "cp": copy,
    "mv": copy,
    "touch": touch,
    "tee": tee,
    "chmod": chmod,
    "chown": chown,
    "chgrp": chown,
    "stat": stat_,
    "df": df,
    "du": du,
    "find": find,
    "basename": names,
    "dirname": names,
    "realpath": names,
    "readlink": names,
    "mktemp": mktemp,
    "sha256sum": digest,
    "sha1sum": digest,
    "md5sum": digest,
    "base64": base64_,
    "lsblk": lsblk,
}
