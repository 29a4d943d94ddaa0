"""Word expansion of the simulated shell: parameters, substitutions, arithmetic, splitting, patterns."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterable

from azops_tui.simulator.hosts.arithmetic import calculate
from azops_tui.simulator.hosts.command import ShellProcess
from azops_tui.simulator.hosts.control import ExpansionError, ShellExit
from azops_tui.simulator.hosts.streams import Streams, TextSink
from azops_tui.simulator.hosts.syntax import ArithmeticPart, ParameterPart, Part, SubstitutionPart, TextPart, Word

_MOST_WORDS = 100_000
"""Words that one range in braces may stand for."""

_LONGEST_STRING = 8 * 1024 * 1024
"""Characters of the value of a variable."""


class Expander:
    """Expands the words of one command. ``status`` is that of the last substitution, or 0."""

    def __init__(self, shell: ShellProcess, streams: Streams) -> None:
        self._shell = shell
        self._streams = streams
        self.status = 0

    async def fields(self, words: Iterable[Word]) -> list[str]:
        """Expand words to fields: split them, and replace patterns with the paths that match."""
        expanded: list[str] = []
        for word in words:
            for choice in _braces(word):
                expanded.extend(await self._fields(choice))
        return expanded

    async def string(self, word: Word) -> str:
        """Expand a word to one string, for assignments, redirections and ``case``."""
        parts = [await self._part(part) for part in _tilde(word, self._shell.variables.get("HOME", "/")).parts]
        length = sum(len(value) + 1 for values in parts for value in values)
        if length > _LONGEST_STRING:
            raise ExpansionError(f"xrealloc: cannot allocate {length} bytes", fatal=True, status=2)
        return "".join(" ".join(values) for values in parts)

    async def pattern(self, word: Word) -> str:
        """Expand a word to a pattern in which quoted characters match themselves."""
        out: list[str] = []
        for part in word.parts:
            text = " ".join(await self._part(part))
            out.append(re.sub(r"([*?\[])", r"[\1]", text) if part.quoted else text)
        return "".join(out)

    async def _fields(self, word: Word) -> list[str]:
        word = _tilde(word, self._shell.variables.get("HOME", "/"))
        fields: list[list[tuple[str, bool]]] = []
        current: list[tuple[str, bool]] | None = None
        for part in word.parts:
            values = await self._part(part)
            if part.quoted or isinstance(part, TextPart):
                everything = isinstance(part, ParameterPart) and part.name == "@"
                if not values and everything:
                    continue
                for index, value in enumerate(values):
                    if index and current is not None:
                        fields.append(current)
                        current = None
                    current = [*(current or []), (value, part.quoted)]
                continue
            for value in values:
                pieces = re.split(r"[ \t\n]+", value)
                for index, piece in enumerate(pieces):
                    if index and current is not None:
                        fields.append(current)
                        current = None
                    if piece:
                        current = [*(current or []), (piece, False)]
        if current is not None:
            fields.append(current)
        expanded: list[str] = []
        for field in fields:
            expanded.extend(self._paths(field))
        return expanded

    def _paths(self, pieces: list[tuple[str, bool]]) -> list[str]:
        text = "".join(piece for piece, _ in pieces)
        if any(not quoted and re.search(r"[*?\[]", piece) for piece, quoted in pieces):
            pattern = "".join(re.sub(r"([*?\[])", r"[\1]", piece) if quoted else piece for piece, quoted in pieces)
            paths = self._shell.host.files.matching(pattern, self._shell.cwd)
            if paths:
                return paths
        return [text]

    async def _part(self, part: Part) -> list[str]:
        match part:
            case TextPart():
                return [part.text]
            case ParameterPart():
                return await self._parameter(part)
            case SubstitutionPart():
                return [await self._substitution(part)]
            case ArithmeticPart():
                return [str(calculate(await self.string(part.word), self._shell.variables))]

    async def _substitution(self, part: SubstitutionPart) -> str:
        collected = TextSink()
        child = self._shell.child()
        try:
            self.status = await child.script(part.body, Streams(self._streams.read, collected, self._streams.err))
        except ShellExit as leave:
            self.status = leave.status
        return collected.text().rstrip("\n")

    async def _parameter(self, part: ParameterPart) -> list[str]:
        shell = self._shell
        if part.name in "@*" and not part.operator:
            return list(shell.arguments) if part.name == "@" else [" ".join(shell.arguments)]
        value = self._value(part.name)
        if part.operator == "length":
            return [str(len(value or ""))]
        if value is None and not part.operator and "nounset" in shell.options:
            raise ExpansionError(f"{part.name}: unbound variable", fatal=True)
        if not part.operator or part.word is None:
            return [value or ""]
        missing = value is None or (part.operator.startswith(":") and not value)
        match part.operator.lstrip(":"):
            case "-":
                return [await self.string(part.word)] if missing else [value or ""]
            case "=":
                if missing:
                    value = shell.variables[part.name] = await self.string(part.word)
                return [value or ""]
            case "+":
                return [] if missing else [await self.string(part.word)]
            case "?":
                if missing:
                    text = await self.string(part.word) or "parameter null or not set"
                    raise ExpansionError(f"{part.name}: {text}", fatal=True, status=127)
                return [value or ""]
            case "/" | "//":
                old, _, new = (await self.pattern(part.word)).partition("/")
                return [re.sub(_regex(old), lambda _: new, value or "", count=int(part.operator == "/"))]
            case _:
                return [_trim(value or "", await self.pattern(part.word), part.operator)]

    def _value(self, name: str) -> str | None:
        shell = self._shell
        if name.isdigit():
            number = int(name)
            if number == 0:
                return shell.name
            return shell.arguments[number - 1] if number <= len(shell.arguments) else None
        special: dict[str, Callable[[], str]] = {
            "?": lambda: str(shell.status),
            "$": lambda: str(shell.pid),
            "!": lambda: str(shell.last_job or ""),
            "#": lambda: str(len(shell.arguments)),
            "-": lambda: "hBc",
            "PWD": lambda: shell.cwd,
            "HOSTNAME": lambda: shell.host.spec.name,
            "RANDOM": lambda: str(shell.host.random.randrange(32768)),
            "SECONDS": lambda: str(int(shell.host.now() - shell.started)),
            "BASH_VERSION": lambda: "5.1.16(1)-release",
        }
        if name in special:
            return special[name]()
        return shell.variables.get(name)


def matches(pattern: str, text: str) -> bool:
    """True if a shell pattern matches the whole text."""
    return fnmatch.fnmatchcase(text, pattern)


def _regex(pattern: str) -> str:
    return fnmatch.translate(pattern).removesuffix(r")\Z").removesuffix(r")\z").removeprefix("(?s:")


def _trim(value: str, pattern: str, how: str) -> str:
    ends = range(len(value) + 1)
    if how.startswith("#"):
        for end in reversed(ends) if how == "##" else ends:
            if matches(pattern, value[:end]):
                return value[end:]
    else:
        for start in ends if how == "%%" else reversed(ends):
            if matches(pattern, value[start:]):
                return value[:start]
    return value


def _tilde(word: Word, home: str) -> Word:
    first = word.parts[0] if word.parts else None
    if isinstance(first, TextPart) and not first.quoted and re.match(r"~(/|$)", first.text):
        return Word((TextPart(home, True), TextPart(first.text[1:]), *word.parts[1:]))
    return word


def _braces(word: Word) -> list[Word]:
    """``a{1..3}`` and ``a{x,y}`` as the words they stand for."""
    for index, part in enumerate(word.parts):
        if not isinstance(part, TextPart) or part.quoted:
            continue
        match = re.search(r"\{(-?\d+)\.\.(-?\d+)\}|\{([^{}\s]*,[^{}\s]*)\}", part.text)
        if not match:
            continue
        if match[3] is not None:
            choices = match[3].split(",")
        else:
            if max(len(match[1]), len(match[2])) > 18:
                continue
            first, last = int(match[1]), int(match[2])
            count = abs(last - first) + 1
            if count > _MOST_WORDS:
                raise ExpansionError(f"brace expansion: failed to allocate memory for `{count}' elements")
            step = 1 if last >= first else -1
            choices = [str(n) for n in range(first, last + step, step)]
        before, after = part.text[: match.start()], part.text[match.end() :]
        head, tail = word.parts[:index], word.parts[index + 1 :]
        return [
            expanded
            for choice in choices
            for expanded in _braces(Word((*head, TextPart(before + choice + after), *tail)))
        ]
    return [word]
