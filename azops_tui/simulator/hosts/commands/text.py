"""Commands that filter text."""

from __future__ import annotations

import re
from collections.abc import Callable

from azops_tui.simulator.hosts.awk import awk_program
from azops_tui.simulator.hosts.command import CommandCall, CommandTable
from azops_tui.simulator.hosts.formatting import unescape
from azops_tui.simulator.hosts.options import Options, ProgramError, read
from azops_tui.simulator.hosts.patterns import ScriptPattern
from azops_tui.simulator.hosts.sed import sed_program
from azops_tui.simulator.hosts.streams import describe

COMMANDS = CommandTable()


async def _inputs(call: CommandCall, names: list[str]) -> tuple[list[tuple[str, list[str]]], int]:
    """Read the lines of each file, or of standard input without files; status 1 or 2 if a file cannot be read."""
    if not names:
        return [("-", await call.lines())], 0
    inputs: list[tuple[str, list[str]]] = []
    status = 0
    for name in names:
        try:
            text = "".join(await call.lines()) if name == "-" else call.host.files.read(call.path(name))
            inputs.append((name, text.splitlines(keepends=True)))
        except OSError as error:
            status = call.fail(describe(error).replace(call.path(name), name), 2 if "grep" in call.name else 1)
    return inputs, status


async def _lines(call: CommandCall, names: list[str]) -> tuple[list[str], int]:
    inputs, status = await _inputs(call, names)
    return [line for _, lines in inputs for line in lines], status


def _ended(line: str) -> str:
    return line if line.endswith("\n") else line + "\n"


def basic(pattern: str) -> str:
    """Convert a basic regular expression to Python's; ``\\(``, ``\\|`` and ``\\+`` are its operators."""
    out = re.sub(r"\\([(){}|+?])|([(){}|+?])", lambda m: m[1] if m[1] else "\\" + m[2], pattern)
    return classes(out)


def classes(pattern: str) -> str:
    """Replace POSIX classes such as ``[:digit:]``."""
    names = {"digit": "0-9", "alpha": "A-Za-z", "alnum": "A-Za-z0-9", "space": r"\s", "upper": "A-Z", "lower": "a-z"}
    names |= {"blank": r" \t", "xdigit": "0-9A-Fa-f", "punct": r"!-/:-@\[-`{-~"}
    return re.sub(r"\[:(\w+):\]", lambda match: names.get(match[1], match[0]), pattern)


@COMMANDS.register("grep", "egrep", "fgrep")
async def grep(call: CommandCall) -> int:
    """``grep [-ivcnlqoEFrwxHh] [-e PATTERN] [-A N] [-B N] [-m N] PATTERN FILES``."""
    options = read(
        call.args, "ivcnlLqoEFGPrRwxsHhaz", "eABCm", "color= extended-regexp ignore-case count quiet invert-match"
    )
    pattern = options.value("e") or (options.words.pop(0) if options.words else "")
    expression = _expression(call.name, pattern, options)
    inputs, status = await _inputs(call, options.words)
    named = (len(options.words) > 1 or options.has("H")) and not options.has("h")
    total = 0
    for name, lines in inputs:
        hits = [
            number
            for number, line in enumerate(lines)
            if (expression.search(line.rstrip("\n")) is None) is options.has("v", "invert-match")
        ]
        if options.has("m"):
            hits = hits[: int(options.value("m"))]
        total += len(hits)
        if options.has("q", "quiet"):
            continue
        prefix = f"{name}:" if named else ""
        if options.has("l"):
            call.out(f"{name}\n" if hits else "")
        elif options.has("c", "count"):
            call.out(f"{prefix}{len(hits)}\n")
        else:
            call.out("".join(_matching(options, expression, lines, hits, prefix)))
    return 0 if total else status or 1


def _expression(name: str, pattern: str, options: Options) -> ScriptPattern:
    if options.has("F") or name == "fgrep":
        text = re.escape(pattern)
    else:
        extended = options.has("E", "P", "extended-regexp") or name == "egrep"
        text = classes(pattern) if extended else basic(pattern)
    text = rf"\b(?:{text})\b" if options.has("w") else rf"^(?:{text})$" if options.has("x") else text
    try:
        return ScriptPattern(text, ignore_case=options.has("i", "ignore-case"))
    except ValueError:
        return ScriptPattern(re.escape(pattern))


def _matching(options: Options, expression: ScriptPattern, lines: list[str], hits: list[int], prefix: str) -> list[str]:
    if options.has("o"):
        return [
            f"{prefix}{found[0]}\n" for at in hits for found in expression.finditer(lines[at].rstrip("\n")) if found[0]
        ]
    after = int(options.value("A", "C", default="0"))
    before = int(options.value("B", "C", default="0"))
    shown = sorted({at for hit in hits for at in range(max(0, hit - before), min(len(lines), hit + after + 1))})
    return [f"{prefix}{f'{at + 1}:' if options.has('n') else ''}{_ended(lines[at])}" for at in shown]


@COMMANDS.register("head", "tail")
async def head(call: CommandCall) -> int:
    """``head`` and ``tail`` ``[-n N|-N] [-c N] FILES``."""
    options = read(call.args, "qvf", "nc", "lines= bytes=", numbers=True)
    inputs, status = await _inputs(call, options.words)
    amount = options.value("n", "#", "lines", "c", "bytes", default="10")
    count = int(re.sub(r"\D", "", amount) or 10)
    for name, lines in inputs:
        if len(inputs) > 1 and not options.has("q"):
            call.out(f"==> {name} <==\n")
        pieces = "".join(lines) if options.has("c", "bytes") else lines
        if call.name == "head":
            chosen = pieces[:-count] if amount.startswith("-") and count else pieces[:count]
        else:
            chosen = pieces[count - 1 :] if amount.startswith("+") else pieces[-count:] if count else pieces[:0]
        call.out("".join(chosen))
    return status


@COMMANDS.register("wc")
async def wc(call: CommandCall) -> int:
    """``wc [-lwcm] FILES``."""
    options = read(call.args, "lwcmL")
    inputs, status = await _inputs(call, options.words)
    for name, lines in inputs:
        text = "".join(lines)
        counts = {"l": text.count("\n"), "w": len(text.split()), "c": len(text.encode("utf-8", "surrogateescape"))}
        letters = [letter for letter in "lwc" if options.has(letter) or (letter == "c" and options.has("m"))] or list(
            "lwc"
        )
        shown = [str(counts[letter]) for letter in letters]
        row = shown[0] if len(shown) == 1 else " ".join(item.rjust(7) for item in shown)
        call.out(f"{row}{'' if name == '-' else f' {name}'}\n")
    return status


@COMMANDS.register("sort")
async def sort(call: CommandCall) -> int:
    """``sort [-nruhV] [-k N] [-t C] FILES``."""
    options = read(call.args, "nruhVbfsd", "kt", "reverse numeric-sort unique human-numeric-sort version-sort")
    lines, status = await _lines(call, options.words)
    field = re.match(r"(\d+)", options.value("k"))
    separator = options.value("t") or None
    plain = [line.rstrip("\n") for line in lines]

    def key(line: str) -> tuple[float, object]:
        part = line
        if field:
            parts = line.split(separator)
            part = parts[int(field[1]) - 1] if int(field[1]) <= len(parts) else ""
        if options.has("n", "h", "numeric-sort", "human-numeric-sort") or "n" in options.value("k"):
            number = re.match(r"\s*(-?\d*\.?\d+)([KMGT]?)", part)
            return (float(number[1]) * 1024 ** " KMGT".index(number[2] or " ") if number else 0.0, part)
        if options.has("V", "version-sort"):
            return (0.0, [(int(piece), "") if piece.isdigit() else (-1, piece) for piece in re.split(r"(\d+)", part)])
        return (0.0, part.lower() if options.has("f") else part)

    plain.sort(key=key, reverse=options.has("r", "reverse") or "r" in options.value("k"))
    if options.has("u", "unique"):
        plain = list(dict.fromkeys(plain))
    call.out("".join(f"{line}\n" for line in plain))
    return status


@COMMANDS.register("uniq")
async def uniq(call: CommandCall) -> int:
    """``uniq [-cdui] [FILE]``."""
    options = read(call.args, "cdui", "fs")
    lines, status = await _lines(call, options.words[:1])
    groups: list[tuple[str, int]] = []
    for line in lines:
        text = line.rstrip("\n")
        same = groups and (groups[-1][0].lower() == text.lower() if options.has("i") else groups[-1][0] == text)
        groups[len(groups) - bool(same) :] = [(groups[-1][0], groups[-1][1] + 1) if same else (text, 1)]
    for text, count in groups:
        if (options.has("d") and count < 2) or (options.has("u") and count > 1):
            continue
        call.out(f"{count:7} {text}\n" if options.has("c") else f"{text}\n")
    return status


def _chosen(spec: str, length: int) -> list[int]:
    positions: set[int] = set()
    for piece in spec.split(","):
        first, dash, last = piece.partition("-")
        low = int(first) if first.isdigit() else 1
        high = (int(last) if last.isdigit() else length) if dash else low
        positions.update(range(low - 1, min(high, length)))
    return sorted(at for at in positions if at >= 0)


@COMMANDS.register("cut")
async def cut(call: CommandCall) -> int:
    """``cut -d C -f N | -c N FILES``."""
    options = read(call.args, "s", "dfcb", "delimiter= fields= characters= output-delimiter= only-delimited")
    mark = options.value("d", "delimiter", default="\t")
    fields, characters = options.value("f", "fields"), options.value("c", "b", "characters")
    if not fields and not characters:
        return call.fail("you must specify a list of bytes, characters, or fields")
    lines, status = await _lines(call, options.words)
    for line in (item.rstrip("\n") for item in lines):
        if characters:
            call.out("".join(line[at] for at in _chosen(characters, len(line))) + "\n")
        elif mark in line:
            parts = line.split(mark)
            call.out(
                options.value("output-delimiter", default=mark).join(parts[at] for at in _chosen(fields, len(parts)))
                + "\n"
            )
        elif not options.has("s", "only-delimited"):
            call.out(f"{line}\n")
    return status


@COMMANDS.register("tr")
async def tr(call: CommandCall) -> int:
    """``tr [-d] [-s] [-c] SET [SET]``."""
    options = read(call.args, "dscC", "", "delete squeeze-repeats complement")
    sets = [_set(unescape(word)) for word in options.words]
    if not sets:
        return call.fail("missing operand")
    text = "".join(await call.lines())
    first, second = sets[0], sets[1] if len(sets) > 1 else ""
    inside: Callable[[str], bool] = (
        (lambda char: char not in first) if options.has("c", "C", "complement") else (lambda char: char in first)
    )
    if options.has("d", "delete"):
        text = "".join(char for char in text if not inside(char))
    elif second:
        if options.has("c", "C", "complement"):
            text = "".join(second[-1] if inside(char) else char for char in text)
        else:
            text = text.translate({ord(a): second[min(at, len(second) - 1)] for at, a in enumerate(first)})
    if options.has("s", "squeeze-repeats"):
        squeezed = second or first
        text = re.sub(r"(.)\1+", lambda m: m[1] if m[1] in squeezed else m[0], text, flags=re.DOTALL)
    call.out(text)
    return 0


def _set(text: str) -> str:
    named = {"[:upper:]": "A-Z", "[:lower:]": "a-z", "[:digit:]": "0-9", "[:alpha:]": "A-Za-z"}
    named |= {"[:alnum:]": "A-Za-z0-9", "[:space:]": " \t\n\r\v\f", "[:punct:]": "!-/:-@[-`{-~"}
    for name, value in named.items():
        text = text.replace(name, value)
    return re.sub(r"(.)-(.)", lambda m: "".join(map(chr, range(ord(m[1]), ord(m[2]) + 1))), text, flags=re.DOTALL)


@COMMANDS.register("sed")
async def sed(call: CommandCall) -> int:
    """``sed [-n] [-E] [-i] [-e] PROGRAM FILES``: ``s``, ``p``, ``d``, ``q``, with line numbers and patterns."""
    options = read(call.args, "nErsiz", "e", "in-place quiet expression= regexp-extended")
    program = options.value("e", "expression") or (options.words.pop(0) if options.words else "")
    quiet, extended = options.has("n", "quiet"), options.has("E", "r", "regexp-extended")
    try:
        run = sed_program(program, quiet=quiet, translate=classes if extended else basic)
    except ProgramError as error:
        return call.fail(f"-e expression #1, char 1: {error}")
    inputs, status = await _inputs(call, options.words)
    if options.has("i", "in-place"):
        for name, lines in inputs:
            call.host.files.write(call.path(name), run(lines))
        return status
    call.out(run([line for _, lines in inputs for line in lines]))
    return status


@COMMANDS.register("awk", "gawk", "mawk")
async def awk(call: CommandCall) -> int:
    """``awk [-F C] [-v NAME=VALUE] PROGRAM FILES``: patterns with ``print`` and ``printf`` of fields."""
    options = read(call.args, "", "Fv")
    if not options.words:
        return call.fail("usage: awk [-F fs] 'program' [file ...]", 2)
    name, _, value = options.value("v").partition("=")
    begins_only = options.words[0].strip().startswith("BEGIN") and options.words[0].count("{") == 1
    lines, status = ([], 0) if begins_only else await _lines(call, options.words[1:])
    try:
        run = awk_program(options.words[0], options.value("F"), {name: value} if name else {})
        call.out(run([line.rstrip("\n") for line in lines]))
    except ProgramError as error:
        return call.fail(f"{error}", 2)
    return status


@COMMANDS.register("tac", "rev", "nl")
async def simple(call: CommandCall) -> int:
    """``tac``, ``rev``, ``nl``."""
    lines, status = await _lines(call, read(call.args, "a", "b").words)
    if call.name == "tac":
        lines = [_ended(line) for line in reversed(lines)]
    elif call.name == "rev":
        lines = [line.rstrip("\n")[::-1] + "\n" for line in lines]
    else:
        lines = [f"{number:6}\t{_ended(line)}" for number, line in enumerate(lines, 1)]
    call.out("".join(lines))
    return status


@COMMANDS.register("seq")
async def seq(call: CommandCall) -> int:
    """``seq [FIRST [STEP]] LAST``."""
    words = read(call.args, "w", "s", numbers=True).words
    if not words or not all(re.fullmatch(r"-?\d+", word) for word in words):
        return call.fail("missing operand" if not words else f"invalid floating point argument: ‘{words[0]}’")
    numbers = [int(word) for word in words]
    first, step, last = (1, 1, numbers[0]) if len(numbers) == 1 else (numbers[0], 1, numbers[1])
    if len(numbers) == 3:
        first, step, last = numbers
    sequence = range(first, last + (1 if step > 0 else -1), step)[:100_000]
    call.out("".join(f"{number}\n" for number in sequence))
    return 0
