"""Commands that run other commands."""

from __future__ import annotations

import asyncio
import shlex
from dataclasses import replace

from azops_tui.simulator.hosts.command import CommandCall, CommandTable
from azops_tui.simulator.hosts.commands.builtin import COMMANDS as BUILTINS
from azops_tui.simulator.hosts.control import ShellExit
from azops_tui.simulator.hosts.options import read
from azops_tui.simulator.hosts.streams import Streams, no_input

COMMANDS = CommandTable()


@COMMANDS.register("sudo")
async def sudo(call: CommandCall) -> int:
    """``sudo [-n] [-u USER] [-E] [-H] [-i] [NAME=VALUE …] COMMAND``: without a password, as on Azure's images."""
    words, shell = list(call.args), call.shell.child()
    shell.elevated = True
    user = "root"
    while words and words[0].startswith("-"):
        word = words.pop(0)
        if word in ("-u", "-g", "-p") and words:
            user = words.pop(0) if word == "-u" else user
        elif word == "--":
            break
        elif word in ("-i", "-s") and not words:
            words = ["bash"]
        elif word in ("-l", "--list"):
            call.out(
                f"User {call.user} may run the following commands on {call.host.spec.name}:\n    (ALL) NOPASSWD: ALL\n"
            )
            return 0
        elif word in ("-v", "-k", "-K"):
            return 0
    while words and "=" in words[0] and words[0].partition("=")[0].isidentifier():
        name, _, value = words.pop(0).partition("=")
        shell.variables[name] = value
        shell.exported.add(name)
    if not words:
        return call.fail("usage: sudo -h | -K | -k | -V\nusage: sudo [-u user] [command]")
    if words[0] in ("cd", "export", "source", "."):
        return call.fail(f"{words[0]}: command not found")
    shell.elevated = user == "root"
    shell.variables["USER"] = shell.variables["LOGNAME"] = user
    shell.variables["SUDO_USER"] = call.user
    if user == "root":
        shell.variables["HOME"] = "/root"
    return await shell.call(words, call.streams, elevated=user == "root")


@COMMANDS.register("bash", "sh", "dash")
async def bash(call: CommandCall) -> int:
    """``bash [-c TEXT] [FILE] WORDS``; without either, what comes on standard input."""
    words = list(call.args)
    child = call.shell.child()
    child.variables = {**call.shell.environment(), "IFS": " \t\n"}
    child.functions = {}
    child.options = set()
    child.elevated = call.elevated
    text: str | None = None
    while words and words[0][:1] in "-+" and len(words[0]) > 1:
        word = words.pop(0)
        if word in ("-o", "+o") and words:
            child.options.add(words.pop(0))
        elif word in ("-h", "--help", "--version"):
            call.out("GNU bash, version 5.1.16(1)-release (x86_64-pc-linux-gnu)\n")
            return 0
        elif not word.startswith("--"):
            child.options |= {"errexit"} if "e" in word else set()
            child.options |= {"nounset"} if "u" in word else set()
            if "c" in word:
                if not words:
                    return call.fail("-c: option requires an argument", 2)
                text = words.pop(0)
                child.name, *words = words or [call.name]
                break
            if "s" in word:
                break
    streams = call.streams
    if text is None and words and "s" not in "".join(word for word in call.args if word.startswith("-")):
        name = words.pop(0)
        path = call.path(name)
        if not call.host.files.exists(path):
            return call.fail(f"{name}: No such file or directory", 127)
        text, child.name = call.host.files.read(path), name
    elif text is None:
        text = "".join(await call.lines())
        streams = replace(streams, read=no_input)
    child.arguments = words
    return await child.run(text, streams)


@COMMANDS.register("exec")
async def exec_(call: CommandCall) -> int:
    """``exec COMMAND``: replace the shell."""
    if not call.args:
        return 0
    raise ShellExit(await call.shell.call(call.args, call.streams))


@COMMANDS.register("nohup", "setsid", "nice", "ionice", "stdbuf")
async def plain(call: CommandCall) -> int:
    """``nohup``, ``setsid``, ``nice``, ``stdbuf``, ``builtin``: run the command unchanged."""
    words = list(call.args)
    while words and words[0].startswith("-"):
        word = words.pop(0)
        if word in ("-n", "-o", "-e", "-i") and call.name in ("nice", "ionice", "stdbuf") and words:
            words.pop(0)
    return await call.shell.call(words, call.streams, elevated=call.elevated) if words else 0


@COMMANDS.register("time")
async def time_(call: CommandCall) -> int:
    """``time COMMAND``."""
    began = asyncio.get_running_loop().time()
    status = await call.shell.call(call.args, call.streams) if call.args else 0
    taken = asyncio.get_running_loop().time() - began
    call.streams.err(f"\nreal\t0m{taken:.3f}s\nuser\t0m0.001s\nsys\t0m0.002s\n")
    return status


@COMMANDS.register("timeout")
async def timeout(call: CommandCall) -> int:
    """``timeout N COMMAND``."""
    options = read(_until_command(call.args), "fv", "ks", "foreground preserve-status kill-after= signal=")
    words = call.args[len(call.args) - len(options.words) :] if options.words else []
    rest = call.args[call.args.index(options.words[0]) + 1 :] if options.words else []
    if not words or not rest:
        return call.fail("missing operand", 125)
    number = options.words[0]
    factor = {"s": 1, "m": 60, "h": 3600}.get(number[-1:], 1)
    try:
        seconds = float(number.rstrip("smh")) * factor
    except ValueError:
        return call.fail(f"invalid time interval ‘{number}’", 125)
    try:
        return await asyncio.wait_for(call.shell.call(rest, call.streams), seconds / call.host.speed)
    except TimeoutError:
        return 124


def _until_command(args: list[str]) -> list[str]:
    """The options and the first word after them."""
    for index, word in enumerate(args):
        if not word.startswith("-") and (index == 0 or args[index - 1] not in ("-k", "-s")):
            return args[: index + 1]
    return args


@COMMANDS.register("env")
async def env(call: CommandCall) -> int:
    """``env [-i] [-u NAME] [NAME=VALUE …] [COMMAND]``; without a command, the environment."""
    child, words = call.shell.child(), list(call.args)
    while words and (words[0].startswith("-") or "=" in words[0]):
        word = words.pop(0)
        if word in ("-i", "-", "--ignore-environment"):
            child.exported = set()
        elif word == "-u" and words:
            child.exported.discard(words.pop(0))
        elif "=" in word:
            name, _, value = word.partition("=")
            child.variables[name] = value
            child.exported.add(name)
    if words:
        return await child.call(words, call.streams, elevated=call.elevated)
    call.out("".join(f"{name}={value}\n" for name, value in child.environment().items()))
    return 0


@COMMANDS.register("printenv")
async def printenv(call: CommandCall) -> int:
    """``printenv [NAME …]``."""
    environment = call.shell.environment()
    if not call.args:
        return await env(call)
    values = [environment[name] for name in call.args if name in environment]
    call.out("".join(f"{value}\n" for value in values))
    return int(len(values) < len(call.args))


@COMMANDS.register("xargs")
async def xargs(call: CommandCall) -> int:
    """``xargs [-0] [-n N] [-I TEXT] [-r] COMMAND``."""
    words, count, mark, has_nulls = list(call.args), 0, "", False
    while words and words[0].startswith("-"):
        word = words.pop(0)
        has_nulls = has_nulls or word in ("-0", "--null", "-0r", "-r0")
        if word[:2] in ("-n", "-I", "-P", "-L", "-d"):
            value = word[2:] or (words.pop(0) if words else "")
            count = int(value) if word[:2] in ("-n", "-L") and value.isdigit() else count
            mark = value if word[:2] == "-I" else mark
    words = words or ["echo"]
    text = "".join(await call.lines())
    if has_nulls:
        items = [item for item in text.split("\0") if item]
    else:
        items = text.splitlines() if mark else text.split() if "'" in text else shlex.split(text)
    streams = Streams(no_input, call.streams.out, call.streams.err)
    if not items and not mark:
        return 0 if "-r" in call.args else await call.shell.call(words, streams)
    if mark:
        groups = [[word.replace(mark, item) for word in words] for item in items]
    else:
        size = count or len(items)
        groups = [[*words, *items[at : at + size]] for at in range(0, len(items), size)]
    statuses = [await call.shell.call(group, streams, elevated=call.elevated) for group in groups]
    return 123 if any(statuses) else 0


@COMMANDS.register("builtin")
async def builtin(call: CommandCall) -> int:
    """``builtin COMMAND``."""
    if not call.args:
        return 0
    run = BUILTINS.get(call.args[0])
    if run is None:
        call.streams.err(f"bash: builtin: {call.args[0]}: not a shell builtin\n")
        return 1
    return await run(CommandCall(call.shell, call.args[0], call.args[1:], call.streams, call.elevated))
