"""JSON as the service reads it: with comments, trailing commas, multi-line strings, and the position of every node.

Python's C parser reads the text. Positions are computed on demand, by skipping values with the same parser.

    >>> document = read('{"a": 1, // one\\n "b": [true,]}')
    >>> document.value
    {'a': 1, 'b': [True]}
    >>> document.position(("b", 0))
    (2, 11)
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from json.decoder import JSONDecodeError, JSONDecoder
from typing import Any

from azops_tui.arm.errors import TemplateError
from azops_tui.arm.limits import TEMPLATE_BYTES, VALUE_DEPTH

Path = tuple[str | int, ...]

STRING = r'"(?:[^"\\]|\\.)*"'
SINGLE_QUOTED = r"'(?:[^'\\]|\\.)*'"
COMMENT = re.compile(rf"{STRING}|{SINGLE_QUOTED}|(//[^\n]*|/\*.*?\*/)", re.DOTALL)
TRAILING_COMMA = re.compile(rf"{STRING}|{SINGLE_QUOTED}|(,)(?=\s*[}}\]])", re.DOTALL)
"""Comments are blanked first, so only white space stands between the comma and the bracket."""
UNUSUAL = re.compile(rf"{STRING}|({SINGLE_QUOTED}|[A-Za-z_$][\w$-]*(?=\s*:))", re.DOTALL)
UNESCAPED_QUOTE = re.compile(r'(\\[^\'])|\\?(\'|")', re.DOTALL)
UNUSUAL_START = re.compile(r"['A-Za-z_$]")
TOKEN = re.compile(STRING + r"|[{}\[\],:]", re.DOTALL)
SPACE = re.compile(r"\s*")
LONGEST_PATH_SEARCH = 1_000_000
"""Errors beyond this offset, in characters, get no path."""


@dataclass(slots=True)
class Document:
    """A JSON text and its value."""

    text: str
    value: Any
    path: Path = ()
    """Path of `value` in the text; () for the whole text."""
    shown: tuple[str, ...] = ()
    """Prefix of paths in messages of the service: ``properties``, ``template``."""
    strict: StrictText | None = None
    """The text as strict JSON."""
    lines: list[int] = field(default_factory=list)
    starts: dict[Path, int] = field(default_factory=dict)
    """Offsets, in the strict text, at which nodes begin that were located before; by their path in the whole text."""

    def position(self, path: Path = ()) -> tuple[int, int]:
        """Line and column of the node at `path`, or of its nearest ancestor that exists.

        The service counts as its JSON reader does: the column of the token's last character, and for an object or
        array that of its opening bracket. Both from 1; (0, 0) where there is no text.
        """
        if not self.text:
            return 0, 0
        strict = self.strict or StrictText(self.text)
        return self.line_and_column(strict.original(locate(strict.text, self.path + path, self.starts)))

    def line_and_column(self, offset: int) -> tuple[int, int]:
        """Line and column (from 1) of the character at `offset`."""
        if not self.lines:
            self.lines.extend([match.start() for match in re.finditer("\n", self.text)])
        line = bisect_left(self.lines, offset)
        return line + 1, offset - (self.lines[line - 1] if line else -1)

    def part(self, *path: str) -> Document:
        """The document at a path of existing members; messages show the path from the whole document."""
        value = self.value
        for name in path:
            value = value[name]
        return Document(self.text, value, self.path + path, self.shown + path, self.strict, self.lines, self.starts)

    def within(self, value: Any, path: Path) -> Document:
        """A document for the part at `path`, such as a nested template; messages show paths within it."""
        return Document(self.text, value, self.path + path, (), self.strict, self.lines, self.starts)


@dataclass(frozen=True, slots=True)
class StrictText:
    """A strict JSON text, and how its offsets map to the original text."""

    text: str
    starts: tuple[int, ...] = ()
    """Offsets in the strict text after which it is longer than the original."""
    shifts: tuple[int, ...] = ()
    """Characters added up to each of these offsets."""

    def original(self, offset: int) -> int:
        """Offset in the original text of an offset in the strict text."""
        index = bisect_right(self.starts, offset) - 1
        return offset if index < 0 else max(offset - self.shifts[index], 0)


def read(text: str | bytes, *, what: str = "template") -> Document:
    """Read a template or parameter file; `what` names it in errors.

    Raises TemplateError (``InvalidRequestContent`` with line and column, ``RequestContentTooLarge``).
    """
    if len(text) > TEMPLATE_BYTES:
        raise TemplateError(
            "RequestContentTooLarge",
            f"The request content size exceeds the maximum size of {TEMPLATE_BYTES // 1024 // 1024} MB.",
            target=what,
        )
    text = decoded(text, what) if isinstance(text, bytes) else text.removeprefix("\ufeff")
    value, strict = loads(text)
    return Document(text, value, strict=strict)


def decoded(data: bytes, what: str) -> str:
    """Decode UTF-8. Raises TemplateError with the position of the first invalid byte."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        raise refusal(f"The {what} is not UTF-8: byte 0x{data[error.start]:02x}", "", line, column) from None


def loads(text: str) -> tuple[Any, StrictText]:
    """Parse lenient JSON; returns its value and the text as strict JSON. Raises TemplateError."""
    strict = StrictText(text)
    try:
        try:
            return json.loads(text, strict=False), strict
        except JSONDecodeError as error:
            failure = error
        plain = COMMENT.sub(blank, text) if "//" in text or "/*" in text else text
        plain = TRAILING_COMMA.sub(blank, plain)
        if plain != text:
            strict = StrictText(plain)
            try:
                return json.loads(plain, strict=False), strict
            except JSONDecodeError as error:
                failure = error
        if not UNUSUAL_START.match(plain, failure.pos):
            raise failure
        strict = quoted(plain)
        return json.loads(strict.text, strict=False), strict
    except RecursionError:
        raise TemplateError(
            "InvalidRequestContent",
            "The request content was invalid and could not be deserialized: "
            f"'The reader's MaxDepth of {VALUE_DEPTH} has been exceeded.'.",
        ) from None
    except JSONDecodeError as error:
        offset = strict.original(error.pos)
        line, column = Document(text, None).line_and_column(offset)
        path = show(path_at(text, offset)) if offset < LONGEST_PATH_SEARCH else ""
        raise refusal(problem(error, text[offset : offset + 1]), path, line, column) from None
    except ValueError as error:  # a number with thousands of digits
        raise refusal(str(error).partition(":")[0], "", 1, 1) from None


def blank(match: re.Match[str]) -> str:
    """Replace a comment or comma by spaces, which keeps positions; keep a string."""
    token = match[1]
    if token is None:
        return match[0]
    return re.sub(r"[^\n]", " ", token) if "\n" in token else " " * len(token)


def requote(match: re.Match[str]) -> str:
    """Convert an escape or quote of a single-quoted string for a double-quoted one."""
    return match[1] or (match[2] if match[2] == "'" else '\\"')


def quoted(text: str) -> StrictText:
    """Put bare names and single-quoted strings in double quotes."""
    starts: list[int] = []
    shifts: list[int] = []
    total = 0

    def quote(match: re.Match[str]) -> str:
        nonlocal total
        token = match[1]
        if token is None:
            return match[0]
        inside = UNESCAPED_QUOTE.sub(requote, token[1:-1]) if token[0] == "'" else token
        total += len(inside) + 2 - len(token)
        if inside != token[1:-1]:
            starts.append(match.end() + total)
            shifts.append(total)
        return f'"{inside}"'

    return StrictText(UNUSUAL.sub(quote, text), tuple(starts), tuple(shifts))


def problem(error: JSONDecodeError, character: str) -> str:
    """The service's message for a syntax error."""
    if not character:
        return "Unexpected end when reading JSON"
    words = {
        "Expecting property name enclosed in double quotes": "Invalid property identifier character: {}",
        "Expecting ':' delimiter": "Invalid character after parsing property name. Expected ':' but got: {}",
        "Expecting ',' delimiter": "After parsing a value an unexpected character was encountered: {}",
        "Expecting value": "Unexpected character encountered while parsing value: {}",
        "Extra data": "Additional text encountered after finished reading JSON content: {}",
        "Unterminated string starting at": "Unterminated string. Expected delimiter: {}",
    }
    return words.get(error.msg, f"{error.msg}: {{}}").format(character)


def refusal(problem: str, path: str, line: int, column: int) -> TemplateError:
    """The error for text that is not JSON."""
    return TemplateError(
        "InvalidRequestContent",
        "The request content was invalid and could not be deserialized: "
        f"'{problem}. Path '{path}', line {line}, position {column}.'.",
        line=line,
        column=column,
        target=path,
    )


def path_at(text: str, offset: int) -> Path:
    """Path of the node at an offset."""
    path: list[str | int] = []
    opened: list[str] = []
    for match in TOKEN.finditer(text, 0, offset):
        token = match[0]
        if token in ("{", "["):
            opened.append(token)
            path.append("" if token == "{" else 0)
        elif token in ("}", "]"):
            if opened:
                opened.pop()
                path.pop()
        elif token == ",":
            if path and isinstance(path[-1], int):
                path[-1] += 1
            elif path:
                path[-1] = ""
        elif token != ":" and path and path[-1] == "":
            path[-1] = token[1:-1]
    return tuple([part for part in path if part != ""])


def locate(text: str, path: Path, starts: dict[Path, int]) -> int:
    """Offset of the last character of the token at `path`, or of its nearest ancestor that exists.

    `starts` keeps the offsets of the nodes on the way: errors in one part of a large template share its ancestors.
    """
    scan = JSONDecoder(strict=False).raw_decode
    at = space(text, 0)
    for depth, part in enumerate(path, 1):
        if (start := starts.get(path[:depth])) is not None:
            at = start
            continue
        container = text[at]
        if container not in "{[":
            break
        inside = space(text, at + 1)
        count = 0
        matched = -1
        while text[inside] not in "}]":
            if container == "{":
                key, inside = scan(text, inside)
                inside = space(text, space(text, inside) + 1)
                matches = isinstance(part, str) and key.lower() == part.lower()
            else:
                matches = count == part
            if matches:
                matched = inside
                break
            _, inside = scan(text, inside)
            inside = space(text, inside)
            if text[inside] == ",":
                inside = space(text, inside + 1)
            count += 1
        if matched < 0:
            break
        at = starts[path[:depth]] = matched
    if text[at] in "{[":
        return at
    return int(scan(text, at)[1]) - 1


def space(text: str, offset: int) -> int:
    """Offset of the next character that is not white space."""
    match = SPACE.match(text, offset)
    assert match is not None
    return match.end()


def show(path: Path) -> str:
    """A path as the service prints it: ``resources[0].name``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
