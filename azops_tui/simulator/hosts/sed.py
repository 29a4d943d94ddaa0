"""Interpreter of the part of sed that is common in one-liners."""

from __future__ import annotations

import re
from collections.abc import Callable

from azops_tui.simulator.hosts.options import ProgramError
from azops_tui.simulator.hosts.patterns import PatternMatch, ScriptPattern


def sed_program(text: str, *, quiet: bool, translate: Callable[[str], str]) -> Callable[[list[str]], str]:
    """Compile a sed program to a function from lines (with their ends) to text.

    Args:
        text: commands ``s///``, ``p``, ``d`` and ``q``, each with an optional line, range or ``/pattern/`` as address.
        quiet: True if only ``p`` prints.
        translate: converts a pattern to a Python regular expression.
    """
    commands = [_sed_command(piece, translate) for piece in _sed_pieces(text)]

    def run(lines: list[str]) -> str:
        out: list[str] = []
        for number, line in enumerate(lines, 1):
            body, end = line.removesuffix("\n"), "\n"
            shown, over = not quiet, False
            for chosen, letter, change in commands:
                if not chosen(number, body, number == len(lines)):
                    continue
                if letter == "s":
                    body, changed = change(body)
                    if changed:
                        out.append(body + end)
                elif letter == "p":
                    out.append(body + end)
                elif letter == "d":
                    shown = False
                    break
                else:
                    over = True
            if shown:
                out.append(body + end)
            if over:
                break
        return "".join(out)

    return run


def _sed_pieces(text: str) -> list[str]:
    """The commands of a program, separated by ``;`` outside patterns."""
    pieces, depth_mark, current, left = [], "", "", 0
    at = 0
    while at < len(text):
        char = text[at]
        if char == "\\":
            current += text[at : at + 2]
            at += 2
            continue
        if left and char == depth_mark:
            left -= 1
        elif not left and char == "s" and at + 1 < len(text) and not text[at + 1].isalnum():
            depth_mark, left = text[at + 1], 3
            current += char
            at += 1
            continue
        elif not left and char == "/":
            depth_mark, left = "/", 1
        elif not left and char in ";\n":
            pieces.append(current)
            current = ""
            at += 1
            continue
        current += char
        at += 1
        if left == 3 and char == depth_mark:
            left = 2
    return [piece.strip() for piece in [*pieces, current] if piece.strip()]


_ADDRESS = r"(?:\d+|\$|/(?:\\.|[^/\\])*/)"
_SedCommand = tuple[Callable[[int, str, bool], bool], str, Callable[[str], tuple[str, bool]]]


def _sed_command(text: str, translate: Callable[[str], str]) -> _SedCommand:
    parsed = re.fullmatch(rf"(?:({_ADDRESS})(?:,({_ADDRESS}))?)?\s*(!?)\s*(s.*|[pdq])", text, re.DOTALL)
    if not parsed:
        raise ProgramError(f"unknown command: `{text}'")
    first, last, inverted, command = parsed.groups()
    chosen = _range(first, last, translate)
    if inverted:
        plain = chosen
        chosen = lambda number, line, final: not plain(number, line, final)  # noqa: E731 - as short as what it inverts
    if command[0] != "s":
        return chosen, command, lambda line: (line, False)
    mark = re.escape(command[1])
    parts = re.fullmatch(
        rf"s{mark}((?:\\.|(?!{mark}).)*){mark}((?:\\.|(?!{mark}).)*){mark}([gpiI0-9]*)", command, re.DOTALL
    )
    if not parts:
        raise ProgramError("unterminated `s' command")
    expression = _compiled(translate(parts[1]), ignore_case="i" in parts[3].lower())
    new = parts[2]

    def replaced(match: PatternMatch) -> str:
        def replacement(piece: re.Match[str]) -> str:
            if piece[0] == "&":
                return match[0] or ""
            if piece[1].isdigit():
                return match[int(piece[1])] or ""
            return {"n": "\n", "t": "\t"}.get(piece[1], piece[1])

        return re.sub(r"&|\\(.)", replacement, new, flags=re.DOTALL)

    def change(line: str) -> tuple[str, bool]:
        result, count = expression.subn(replaced, line, count=0 if "g" in parts[3] else 1)
        return result, bool(count) and "p" in parts[3]

    return chosen, "s", change


def _compiled(text: str, *, ignore_case: bool = False) -> ScriptPattern:
    try:
        return ScriptPattern(text, ignore_case=ignore_case)
    except ValueError as error:
        raise ProgramError(f"Invalid regular expression: {error}") from None


def _range(first: str | None, last: str | None, translate: Callable[[str], str]) -> Callable[[int, str, bool], bool]:
    def at(address: str) -> Callable[[int, str, bool], bool]:
        if address.isdigit():
            return lambda number, line, final: number == int(address)
        if address == "$":
            return lambda number, line, final: final
        expression = _compiled(translate(address[1:-1]))
        return lambda number, line, final: expression.search(line) is not None

    if first is None:
        return lambda number, line, final: True
    begins = at(first)
    if last is None:
        return begins
    ends = at(last)
    inside = False

    def between(number: int, line: str, final: bool) -> bool:
        nonlocal inside
        if not inside:
            inside = begins(number, line, final)
            if inside and last.isdigit() and int(last) <= number:
                inside = False
                return True
            return inside
        inside = not ends(number, line, final)
        return True

    return between
