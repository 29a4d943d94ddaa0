"""Builtins of the shell: folders, variables, control flow, jobs."""

from __future__ import annotations

import asyncio
import re

from azops_tui.simulator.hosts.command import CommandCall, CommandTable
from azops_tui.simulator.hosts.commands.conditions import COMMANDS as CONDITIONS
from azops_tui.simulator.hosts.control import FunctionReturn, LoopExit, ShellExit
from azops_tui.simulator.hosts.formatting import formatted, unescape
from azops_tui.simulator.hosts.parser import parse

COMMANDS = CommandTable(CONDITIONS)

_SIGNALS = ["", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE"]
_SIGNALS += ["ALRM", "TERM"]
_OPTIONS = {"e": "errexit", "u": "nounset", "x": "xtrace", "f": "noglob"}


@COMMANDS.register("echo")
async def echo(call: CommandCall) -> int:
    """``echo [-neE] WORDS``."""
    words, newline, escapes = list(call.args), True, False
    while words and re.fullmatch(r"-[neE]+", words[0]):
        newline = newline and "n" not in words[0]
        escapes = (escapes or "e" in words[0]) and "E" not in words[0]
        words.pop(0)
    text = " ".join(words)
    call.out((unescape(text) if escapes else text) + "\n" * newline)
    return 0


@COMMANDS.register("printf")
async def printf(call: CommandCall) -> int:
    """``printf [-v NAME] FORMAT WORDS``: the format repeats while there are words."""
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


@COMMANDS.register("cd")
async def cd(call: CommandCall) -> int:
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


@COMMANDS.register("pwd")
async def pwd(call: CommandCall) -> int:
    """Print the working directory."""
    call.out(f"{call.shell.cwd}\n")
    return 0


@COMMANDS.register("true", ":", "umask", "trap", "hash", "ulimit", "shopt", "alias", "disown", "stty", "clear")
async def nothing(call: CommandCall) -> int:
    """Accept any arguments and succeed."""
    return 0


@COMMANDS.register("false")
async def false(call: CommandCall) -> int:
    """Fail."""
    return 1


def _status(call: CommandCall) -> int:
    try:
        return int(call.args[0]) & 255 if call.args else call.shell.status
    except ValueError:
        call.streams.err(f"bash: {call.name}: {call.args[0]}: numeric argument required\n")
        return 2


@COMMANDS.register("exit", "logout")
async def exit_(call: CommandCall) -> int:
    """``exit [N]``."""
    raise ShellExit(_status(call))


@COMMANDS.register("return")
async def return_(call: CommandCall) -> int:
    """``return [N]``."""
    raise FunctionReturn(_status(call))


@COMMANDS.register("break", "continue")
async def leave_loop(call: CommandCall) -> int:
    """``break [N]`` and ``continue [N]``."""
    raise LoopExit(int(call.args[0]) if call.args and call.args[0].isdigit() else 1, call.name == "continue")


@COMMANDS.register("export", "declare", "local", "readonly")
async def export(call: CommandCall) -> int:
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


@COMMANDS.register("unset")
async def unset(call: CommandCall) -> int:
    """``unset NAME …``."""
    for name in call.args:
        call.shell.variables.pop(name, None)
        call.shell.functions.pop(name, None)
    return 0


@COMMANDS.register("set")
async def set_(call: CommandCall) -> int:
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


@COMMANDS.register("shift")
async def shift(call: CommandCall) -> int:
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


@COMMANDS.register("read")
async def read(call: CommandCall) -> int:
    """``read [-r] [-p PROMPT] NAMES``."""
    names = [word for word in call.args if not word.startswith("-")] or ["REPLY"]
    line = await call.streams.read()
    words = line.rstrip("\n").split(None, len(names) - 1) if len(names) > 1 else [line.strip()]
    for index, name in enumerate(names):
        call.shell.variables[name] = words[index] if index < len(words) else ""
    return 0 if line else 1


@COMMANDS.register("eval")
async def eval_(call: CommandCall) -> int:
    """``eval WORDS``."""
    return await call.shell.script(parse(" ".join(call.args)), call.streams)


@COMMANDS.register("source", ".")
async def source(call: CommandCall) -> int:
    """``source FILE``."""
    if not call.args:
        return call.fail("filename argument required", 2)
    try:
        return await call.shell.script(parse(call.host.files.read(call.path(call.args[0]))), call.streams)
    except FunctionReturn as leave:
        return leave.status


@COMMANDS.register("which", "type")
async def which(call: CommandCall) -> int:
    """``command -v``, ``which`` and ``type``: print the paths of commands."""
    status = 0
    for name in [word for word in call.args if not word.startswith("-")]:
        builtin = name in COMMANDS
        if name in call.shell.functions or (builtin and call.name != "which"):
            call.out(f"{name} is a shell builtin\n" if call.name == "type" else f"{name}\n")
        elif call.shell.commands.find(name) is not None:
            call.out(f"{name} is /usr/bin/{name}\n" if call.name == "type" else f"/usr/bin/{name}\n")
        else:
            status = 1
            if call.name == "type":
                call.streams.err(f"bash: type: {name}: not found\n")
    return status


@COMMANDS.register("command")
async def command(call: CommandCall) -> int:
    """``command [-v] NAME …``."""
    if call.args[:1] in (["-v"], ["-V"]):
        return await which(call)
    return await call.shell.call(call.args, call.streams) if call.args else 0


@COMMANDS.register("sleep")
async def sleep(call: CommandCall) -> int:
    """``sleep N[smhd] …``, at the simulator's speed."""
    seconds = 0.0
    for word in call.args:
        match = re.fullmatch(r"(\d*\.?\d+)([smhd]?)", word)
        if not match:
            return call.fail(f"invalid time interval ‘{word}’")
        seconds += float(match[1]) * {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}[match[2]]
    if not call.args:
        return call.fail("missing operand")
    await asyncio.sleep(seconds / call.host.speed)
    return 0


@COMMANDS.register("wait")
async def wait(call: CommandCall) -> int:
    """``wait``: wait for all background jobs."""
    jobs = list(call.shell.background)
    call.shell.background.clear()
    for job in jobs:
        await asyncio.wait([job])
    return 0


@COMMANDS.register("kill")
async def kill(call: CommandCall) -> int:
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
    # A shell that has killed itself prints nothing more.
    await asyncio.sleep(0)
    return status
