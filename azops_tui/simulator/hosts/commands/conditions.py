"""``test``, ``[`` and ``[[``."""

from __future__ import annotations

import re

from azops_tui.simulator.hosts.arithmetic import calculate
from azops_tui.simulator.hosts.command import CommandCall, CommandTable
from azops_tui.simulator.hosts.control import ExpansionError
from azops_tui.simulator.hosts.expansion import matches
from azops_tui.simulator.hosts.options import UsageError
from azops_tui.simulator.hosts.patterns import ScriptPattern

COMMANDS = CommandTable()


@COMMANDS.register("test", "[", "[[")
async def test(call: CommandCall) -> int:
    """``test``, ``[`` and ``[[``."""
    words = list(call.args)
    if call.name.endswith("["):
        closing = "]]" if call.name.endswith("[[") else "]"
        if not words or words.pop() != closing:
            return call.fail(f"missing `{closing}'", 2)
    try:
        value, remaining = _disjunction(call, words)
    except (ValueError, IndexError, ExpansionError):
        return call.fail("syntax error in expression", 2)
    return call.fail("too many arguments", 2) if remaining else int(not value)


def _disjunction(call: CommandCall, words: list[str]) -> tuple[bool, list[str]]:
    value, words = _conjunction(call, words)
    while words and words[0] in ("-o", "||"):
        other, words = _conjunction(call, words[1:])
        value = value or other
    return value, words


def _conjunction(call: CommandCall, words: list[str]) -> tuple[bool, list[str]]:
    value, words = _primary(call, words)
    while words and words[0] in ("-a", "&&"):
        other, words = _primary(call, words[1:])
        value = value and other
    return value, words


_NUMBERS = {"-eq": "==", "-ne": "!=", "-lt": "<", "-le": "<=", "-gt": ">", "-ge": ">="}


def _primary(call: CommandCall, words: list[str]) -> tuple[bool, list[str]]:
    if not words:
        return False, []
    if len(words) >= 3 and (words[1] in _NUMBERS or words[1] in ("=", "==", "!=", "<", ">", "=~", "-nt", "-ot")):
        return _compare(call, words[0], words[1], words[2]), words[3:]
    if words[0] == "!":
        value, remaining = _primary(call, words[1:])
        return not value, remaining
    if words[0] == "(":
        value, remaining = _disjunction(call, words[1:])
        return value, remaining[1:]
    if len(words) >= 2 and re.fullmatch(r"-[a-zA-Z]", words[0]) and words[1] not in ("-a", "-o", "&&", "||"):
        return _test_word(call, words[0][1], words[1]), words[2:]
    return bool(words[0]), words[1:]


def _compare(call: CommandCall, left: str, how: str, right: str) -> bool:
    if how in _NUMBERS:
        return bool(calculate(f"({int(left or 0)}) {_NUMBERS[how]} ({int(right or 0)})", {}))
    if how == "=~":
        try:
            return ScriptPattern(right).search(left) is not None
        except ValueError as error:
            raise UsageError(f"invalid regular expression: {error}") from None
    if how in ("<", ">"):
        return (left < right) is (how == "<")
    if how in ("-nt", "-ot"):
        files = call.host.files
        times = [files.local(call.path(name)).stat().st_mtime for name in (left, right)]
        return (times[0] > times[1]) is (how == "-nt")
    same = matches(right, left) if call.name.endswith("[[") else left == right
    return same is (how != "!=")


def _test_word(call: CommandCall, letter: str, word: str) -> bool:
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
    return letter in "er"
