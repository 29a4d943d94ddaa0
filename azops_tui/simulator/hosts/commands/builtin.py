"""What a shell does itself: folders, variables, tests, leaving, jobs."""

from __future__ import annotations

import asyncio
import re

from azops_tui.simulator.hosts.expansion import ExpansionError, calculate, matches
from azops_tui.simulator.hosts.formatting import formatted, unescape
from azops_tui.simulator.hosts.shell import Call, Leave, Loop, Return

_SIGNALS = ["", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE"]
_SIGNALS += ["ALRM", "TERM"]
_OPTIONS = {"e": "errexit", "u": "nounset", "x": "xtrace", "f": "noglob"}


async def echo(call: Call) -> int:
    """``echo [-neE] WORDS``."""
    words, newline, escapes = list(call.args), True, False
    while words and re.fullmatch(r"-[neE]+", words[0]):
        newline = newline and "n" not in words[0]
        escapes = (escapes or "e" in words[0]) and "E" not in words[0]
        words.pop(0)
    text = " ".join(words)
    call.out((unescape(text) if escapes else text) + "\n" * newline)
    return 0


async def printf(call: Call) -> int:
    """``printf [-v NAME] FORMAT WORDS``: the format is used again while there are words."""
    args = call.args
    target = ""
    if args[:1] == ["-v"]:
        target, args = args[1], args[2:]
    if args[:1] == ["--"]:
        args = args[1:]
    if not args:
        return call.fail("usage: printf [-v var] format [arguments]", 2)
    form, words = args[0], list(args[1:])
    out: list[str] = []
    while True:
        before = len(words)
        out.append(formatted(form, words))
        if not words or len(words) == before:
            break
    text = "".join(out)
    if target:
        call.shell.variables[target] = text
    else:
        call.out(text)
    return 0


async def cd(call: Call) -> int:
    """``cd [FOLDER|-]``."""
    shell = call.shell
    target = call.args[0] if call.args else shell.variables.get("HOME", "/")
    if target == "-":
        target = shell.variables.get("OLDPWD", shell.cwd)
        call.out(f"{target}\n")
    path = call.path(target)
    if not call.host.files.is_folder(path):
        what = "Not a directory" if call.host.files.exists(path) else "No such file or directory"
        call.streams.err(f"bash: cd: {target}: {what}\n")
        return 1
    shell.variables["OLDPWD"], shell.cwd = shell.cwd, path
    return 0


async def pwd(call: Call) -> int:
    """The folder."""
    call.out(f"{call.shell.cwd}\n")
    return 0


async def nothing(call: Call) -> int:
    """Succeeds."""
    return 0


async def false(call: Call) -> int:
    """Fails."""
    return 1


def _status(call: Call) -> int:
    try:
        return int(call.args[0]) & 255 if call.args else call.shell.status
    except ValueError:
        call.streams.err(f"bash: {call.name}: {call.args[0]}: numeric argument required\n")
        return 2


async def exit_(call: Call) -> int:
    """``exit [N]``."""
    raise Leave(_status(call))


async def return_(call: Call) -> int:
    """``return [N]``."""
    raise Return(_status(call))


async def leave_loop(call: Call) -> int:
    """``break [N]`` and ``continue [N]``."""
    raise Loop(int(call.args[0]) if call.args and call.args[0].isdigit() else 1, call.name == "continue")


async def export(call: Call) -> int:
    """``export NAME[=VALUE] …``, also ``declare`` and ``local``; without words, what is exported."""
    shell = call.shell
    words = [word for word in call.args if not word.startswith("-")]
    if not words:
        call.out("".join(f'declare -x {name}="{value}"\n' for name, value in shell.environment().items()))
    for word in words:
        name, given, value = word.partition("=")
        if given:
            shell.variables[name] = value
        if call.name == "export" or "-x" in call.args:
            shell.exported.add(name)
    return 0


async def unset(call: Call) -> int:
    """``unset NAME …``."""
    for name in call.args:
        call.shell.variables.pop(name, None)
        call.shell.functions.pop(name, None)
    return 0


async def set_(call: Call) -> int:
    """``set [-e] [-u] [-o NAME] [--] WORDS``; without words, the variables."""
    shell, words = call.shell, list(call.args)
    if not words:
        call.out("".join(f"{name}={value}\n" for name, value in sorted(shell.variables.items())))
    while words and words[0][:1] in "-+" and len(words[0]) > 1 and words[0] != "--":
        word = words.pop(0)
        names = {_OPTIONS[letter] for letter in word[1:] if letter in _OPTIONS}
        if "o" in word and words:
            names.add(words.pop(0))
        shell.options = shell.options | names if word[0] == "-" else shell.options - names
    if words:
        shell.arguments = words[1:] if words[0] == "--" else words
    return 0


async def shift(call: Call) -> int:
    """``shift [N]``."""
    word = call.args[0] if call.args else "1"
    if not word.isascii() or not word.isdigit():
        call.streams.err(f"bash: shift: {word}: numeric argument required\n")
        return 1
    count = int(word)
    if count > len(call.shell.arguments):
        return 1
    del call.shell.arguments[:count]
    return 0


async def read(call: Call) -> int:
    """``read [-r] [-p PROMPT] NAMES``."""
    names = [word for word in call.args if not word.startswith("-")] or ["REPLY"]
    line = await call.streams.read()
    words = line.rstrip("\n").split(None, len(names) - 1) if len(names) > 1 else [line.strip()]
    for index, name in enumerate(names):
        call.shell.variables[name] = words[index] if index < len(words) else ""
    return 0 if line else 1


async def eval_(call: Call) -> int:
    """``eval WORDS``."""
    from azops_tui.simulator.hosts.parser import parse

    return await call.shell.script(parse(" ".join(call.args)), call.streams)


async def source(call: Call) -> int:
    """``source FILE``."""
    from azops_tui.simulator.hosts.parser import parse

    if not call.args:
        return call.fail("filename argument required", 2)
    try:
        return await call.shell.script(parse(call.host.files.read(call.path(call.args[0]))), call.streams)
    except Return as leave:
        return leave.status


async def which(call: Call) -> int:
    """``command -v``, ``which`` and ``type``: where commands are."""
    from azops_tui.simulator.hosts.commands import find

    status = 0
    for name in [word for word in call.args if not word.startswith("-")]:
        builtin = name in COMMANDS
        if name in call.shell.functions or (builtin and call.name != "which"):
            call.out(f"{name} is a shell builtin\n" if call.name == "type" else f"{name}\n")
        elif find(name) is not None:
            call.out(f"{name} is /usr/bin/{name}\n" if call.name == "type" else f"/usr/bin/{name}\n")
        else:
            status = 1
            if call.name == "type":
                call.streams.err(f"bash: type: {name}: not found\n")
    return status


async def command(call: Call) -> int:
    """``command [-v] NAME …``."""
    if call.args[:1] in (["-v"], ["-V"]):
        return await which(call)
    return await call.shell.call(call.args, call.streams) if call.args else 0


async def sleep(call: Call) -> int:
    """``sleep N[smhd] …``, at the simulator's speed."""
    seconds = 0.0
    for word in call.args:
        found = re.fullmatch(r"(\d*\.?\d+)([smhd]?)", word)
        if not found:
            return call.fail(f"invalid time interval ‘{word}’")
        seconds += float(found[1]) * {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}[found[2]]
    if not call.args:
        return call.fail("missing operand")
    await asyncio.sleep(seconds / call.host.speed)
    return 0


async def wait(call: Call) -> int:
    """``wait``: for all jobs in the background."""
    jobs = list(call.shell.background)
    call.shell.background.clear()
    for job in jobs:
        await asyncio.wait([job])
    return 0


async def kill(call: Call) -> int:
    """``kill [-s NAME|-NAME|-N] PID …``; a negative number is a group."""
    signal, words = "TERM", list(call.args)
    if words[:1] == ["-l"]:
        call.out(" ".join(_SIGNALS[1:]) + "\n")
        return 0
    if words[:1] in (["-s"], ["-n"]) and len(words) > 1:
        signal, words = words[1], words[2:]
    elif words and words[0].startswith("-") and words[0] != "--":
        signal, words = words[0][1:], words[1:]
    words = words[1:] if words[:1] == ["--"] else words
    signal = signal.upper().removeprefix("SIG")
    if signal.isdigit():
        signal = _SIGNALS[int(signal)] if 0 < int(signal) < len(_SIGNALS) else ""
    if not words:
        return call.fail("usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ...", 2)
    status = 0
    for word in words:
        if not re.fullmatch(r"-?\d+", word):
            call.streams.err(f"bash: kill: {word}: arguments must be process or job IDs\n")
            status = 1
        elif not (int(word) == 1 or call.host.processes.send(int(word), signal)):
            call.streams.err(f"bash: kill: ({word}) - No such process\n")
            status = 1
    # A shell that has ended itself says nothing more.
    await asyncio.sleep(0)
    return status


async def test(call: Call) -> int:
    """``test``, ``[`` and ``[[``."""
    words = list(call.args)
    if call.name.endswith("["):
        closing = "]]" if call.name.endswith("[[") else "]"
        if not words or words.pop() != closing:
            return call.fail(f"missing `{closing}'", 2)
    try:
        value, rest = _either(call, words)
    except (ValueError, IndexError, ExpansionError):
        return call.fail("syntax error in expression", 2)
    return call.fail("too many arguments", 2) if rest else int(not value)


def _either(call: Call, words: list[str]) -> tuple[bool, list[str]]:
    value, words = _both(call, words)
    while words and words[0] in ("-o", "||"):
        other, words = _both(call, words[1:])
        value = value or other
    return value, words


def _both(call: Call, words: list[str]) -> tuple[bool, list[str]]:
    value, words = _one(call, words)
    while words and words[0] in ("-a", "&&"):
        other, words = _one(call, words[1:])
        value = value and other
    return value, words


_NUMBERS = {"-eq": "==", "-ne": "!=", "-lt": "<", "-le": "<=", "-gt": ">", "-ge": ">="}


def _one(call: Call, words: list[str]) -> tuple[bool, list[str]]:
    if not words:
        return False, []
    if len(words) >= 3 and (words[1] in _NUMBERS or words[1] in ("=", "==", "!=", "<", ">", "=~", "-nt", "-ot")):
        return _compared(call, words[0], words[1], words[2]), words[3:]
    if words[0] == "!":
        value, rest = _one(call, words[1:])
        return not value, rest
    if words[0] == "(":
        value, rest = _either(call, words[1:])
        return value, rest[1:]
    if len(words) >= 2 and re.fullmatch(r"-[a-zA-Z]", words[0]) and words[1] not in ("-a", "-o", "&&", "||"):
        return _about(call, words[0][1], words[1]), words[2:]
    return bool(words[0]), words[1:]


def _compared(call: Call, left: str, how: str, right: str) -> bool:
    if how in _NUMBERS:
        return bool(calculate(f"({int(left or 0)}) {_NUMBERS[how]} ({int(right or 0)})", {}))
    if how == "=~":
        return re.search(right, left) is not None
    if how in ("<", ">"):
        return (left < right) is (how == "<")
    if how in ("-nt", "-ot"):
        files = call.host.files
        times = [files.local(call.path(name)).stat().st_mtime for name in (left, right)]
        return (times[0] > times[1]) is (how == "-nt")
    same = matches(right, left) if call.name.endswith("[[") else left == right
    return same is (how != "!=")


def _about(call: Call, letter: str, word: str) -> bool:
    if letter in "zn":
        return (not word) is (letter == "z")
    if letter == "v":
        return word in call.shell.variables
    if letter == "t":
        return call.shell.interactive
    files, path = call.host.files, call.path(word)
    if not word or not files.exists(path):
        return False
    if letter in "fs":
        return not files.is_folder(path) and (letter == "f" or bool(files.read(path)))
    if letter == "d":
        return files.is_folder(path)
    if letter == "x":
        return files.is_folder(path) or bool(files.local(path).stat().st_mode & 0o100)
    if letter == "w":
        return call.user == "root" or call.host.may_write(path, call.user)
    return letter in "erOGNpSbcgk" and letter in "er"


COMMANDS = {
    "echo": echo,
    "printf": printf,
    "cd": cd,
    "pwd": pwd,
    "true": nothing,
    ":": nothing,
    "umask": nothing,
    "trap": nothing,
    "hash": nothing,
    "ulimit": nothing,
    "shopt": nothing,
    "alias": nothing,
    "disown": nothing,
    "stty": nothing,
    "clear": nothing,
    "false": false,
    "exit": exit_,
    "logout": exit_,
    "return": return_,
    "break": leave_loop,
    "continue": leave_loop,
    "export": export,
    "declare": export,
    "local": export,
    "readonly": export,
    "unset": unset,
    "set": set_,
    "shift": shift,
    "read": read,
    "eval": eval_,
    "source": source,
    ".": source,
    "which": which,
    "type": which,
    "command": command,
    "sleep": sleep,
    "wait": wait,
    "kill": kill,
    "test": test,
    "[": test,
    "[[": test,
}
