"""Commands that list, read, write and remove files."""

from __future__ import annotations

import os
import posixpath
import re
import stat
from datetime import UTC, datetime

from azops_tui.simulator.hosts.command import CommandCall, CommandTable
from azops_tui.simulator.hosts.expansion import matches
from azops_tui.simulator.hosts.options import read
from azops_tui.simulator.hosts.streams import describe

COMMANDS = CommandTable()


def _owner(call: CommandCall, path: str) -> str:
    home = f"/home/{call.host.spec.user}"
    return call.host.spec.user if path == home or path.startswith((home + "/", "/tmp/")) else "root"


@COMMANDS.register("cat", "less", "more")
async def cat(call: CommandCall) -> int:
    """``cat [-n] FILES``."""
    options = read(call.args, "nAbeEstuv")
    status, texts = 0, []
    for name in options.words or ["-"]:
        try:
            texts.append(await call.text(name))
        except OSError as error:
            call.out("".join(texts))
            texts.clear()
            status = call.fail(describe(error))
    text = "".join(texts)
    if options.has("n"):
        text = "".join(f"{number:6}\t{line}" for number, line in enumerate(text.splitlines(keepends=True), 1))
    call.out(text)
    return status


@COMMANDS.register("ls")
async def ls(call: CommandCall) -> int:
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


def _row(call: CommandCall, name: str, path: str) -> str:
    files = call.host.files
    local = files.local(path)
    folder = files.is_folder(path)
    mode = stat.filemode(local.stat().st_mode) if local.exists() else "dr-xr-xr-x" if folder else "-r--r--r--"
    size = 4096 if folder else local.stat().st_size if local.exists() else 0
    changed = local.stat().st_mtime if local.exists() else call.host.booted
    owner = _owner(call, path)
    when = datetime.fromtimestamp(changed, UTC).strftime("%b %e %H:%M")
    return f"{mode} {2 if folder else 1} {owner} {owner} {size:>7} {when} {name}"


@COMMANDS.register("mkdir")
async def mkdir(call: CommandCall) -> int:
    """``mkdir [-p] FOLDERS``."""
    options = read(call.args, "pv", "m", "parents")
    for name in options.words:
        call.writable_path(name)
        path = call.path(name)
        try:
            call.host.files.make_folder(path, parents=options.has("p", "parents"))
        except OSError as error:
            return call.fail(f"cannot create directory ‘{name}’: {error.strerror}")
    return 0


@COMMANDS.register("rm", "rmdir")
async def rm(call: CommandCall) -> int:
    """``rm [-rf] FILES``, ``rmdir FOLDERS``."""
    options = read(call.args, "rRfdiv", "", "recursive force no-preserve-root")
    status = 0
    for name in options.words:
        path = call.writable_path(name)
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


@COMMANDS.register("cp", "mv")
async def copy(call: CommandCall) -> int:
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
        to = call.writable_path(target)
        if files.is_folder(to):
            to = posixpath.join(to, posixpath.basename(path))
        _copy(call, path, to)
        if call.name == "mv":
            files.remove(call.writable_path(name))
    return status


def _copy(call: CommandCall, path: str, to: str) -> None:
    files = call.host.files
    if not files.is_folder(path):
        files.write(to, files.read(path))
        return
    names = files.names(path)
    files.make_folder(to, parents=True)
    for name in names:
        _copy(call, f"{path}/{name}", f"{to}/{name}")


@COMMANDS.register("touch")
async def touch(call: CommandCall) -> int:
    """``touch FILES``."""
    for name in read(call.args, "acm", "dtr").words:
        path = call.writable_path(name)
        if not call.host.files.is_folder(path):
            call.host.files.write(path, "", append=True)
            os.utime(call.host.files.local(path))
    return 0


@COMMANDS.register("tee")
async def tee(call: CommandCall) -> int:
    """``tee [-a] FILES``."""
    options = read(call.args, "ai", "", "append")
    text = "".join(await call.lines())
    call.out(text)
    for name in options.words:
        if name != "/dev/null":
            call.host.files.write(call.writable_path(name), text, append=options.has("a", "append"))
    return 0


@COMMANDS.register("chmod")
async def chmod(call: CommandCall) -> int:
    """``chmod MODE FILES``."""
    options = read([word for word in call.args if not word.startswith("-") or word[1:] in ("R", "v")], "Rv")
    if len(options.words) < 2:
        return call.fail("missing operand")
    mode, *names = options.words
    if mode.isdigit() and not re.fullmatch("[0-7]{1,4}", mode):
        return call.fail(f"invalid mode: ‘{mode}’")
    for name in names:
        local = call.host.files.local(call.readable_path(name))
        before = stat.S_IMODE(local.stat().st_mode)
        if mode.isdigit():
            local.chmod(int(mode, 8) & 0o777 | 0o600)
        elif "x" in mode:
            local.chmod(before | 0o111 if "+" in mode else before & ~0o111)
    return 0


@COMMANDS.register("chown", "chgrp")
async def chown(call: CommandCall) -> int:
    """``chown OWNER FILES``: check existence and permission only."""
    words = read(call.args, "RvhfH").words
    for name in words[1:]:
        call.readable_path(name)
        if call.user != "root":
            return call.fail(f"changing ownership of '{name}': Operation not permitted")
    return 0


@COMMANDS.register("stat")
async def stat_(call: CommandCall) -> int:
    """``stat [-c FORMAT] FILES``."""
    options = read(call.args, "Lf", "c", "format= printf=")
    for name in options.words:
        path = call.readable_path(name)
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


@COMMANDS.register("find")
async def find(call: CommandCall) -> int:
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


@COMMANDS.register("basename", "dirname", "realpath", "readlink")
async def names(call: CommandCall) -> int:
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


@COMMANDS.register("mktemp")
async def mktemp(call: CommandCall) -> int:
    """``mktemp [-d]``."""
    options = read(call.args, "duqt", "p")
    name = "/tmp/tmp." + "".join(call.host.random.choices("abcdefghijkmnpqrstuvwxyzABCDEFGHJK23456789", k=10))
    if options.has("d"):
        call.host.files.make_folder(name)
    else:
        call.host.files.write(name, "")
    call.out(f"{name}\n")
    return 0
