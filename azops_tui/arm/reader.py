"""JSON as the service reads it: with comments, trailing commas, multi-line strings, and the position of every node.

Positions are found only when somebody asks for one, so reading costs what the C parser costs.

    >>> document = read('{"a": 1, // one\\n "b": [true,]}')
    >>> document.value
    {'a': 1, 'b': [True]}
    >>> document.position(("b", 0))
    (2, 11)
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from azops_tui.arm.errors import TemplateError
from azops_tui.arm.limits import TEMPLATE_BYTES, VALUE_DEPTH

Path = tuple[str | int, ...]

TOKEN = re.compile(
    r"""(?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    |(?P<comment>//[^\n]*|/\*.*?\*/)
    |(?P<mark>[{}\[\],:])
    |(?P<word>[^\s"'{}\[\],:/]+)
    |(?P<bad>\S)""",
    re.VERBOSE | re.DOTALL,
)
COMMENT = re.compile(r'"(?:[^"\\]|\\.)*"|(//[^\n]*|/\*.*?\*/)', re.DOTALL)
TRAILING_COMMA = re.compile(r'"(?:[^"\\]|\\.)*"|(,)(?=\s*[}\]])', re.DOTALL)
NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?\Z")
WORDS = {"true": True, "false": False, "null": None}


@dataclass(slots=True)
class Document:
    """A JSON text and what it says."""

    text: str
    value: Any
    path: Path = ()
    """Where `value` is in the text: () for the whole of it."""
    shown: tuple[str, ...] = ()
    """What stands before a path when the service prints it: ``properties``, ``template``."""
    lines: list[int] = field(default_factory=list)

    def position(self, path: Path = ()) -> tuple[int, int]:
        """Line and column of the node at `path`, of the nearest one around it where there is no such node.

        The service counts as its JSON reader does: the column of the token's last character, and for an object or
        array that of its opening bracket. Both from 1; (0, 0) where there is no text.
        """
        if not self.text:
            return 0, 0
        return self.line_and_column(locate(self.text, self.path + path))

    def line_and_column(self, offset: int) -> tuple[int, int]:
        """Line and column (from 1) of the character at `offset`."""
        if not self.lines:
            self.lines.extend(match.start() for match in re.finditer("\n", self.text))
        line = bisect_left(self.lines, offset)
        return line + 1, offset - (self.lines[line - 1] if line else -1)


def read(text: str | bytes, *, what: str = "template") -> Document:
    """Reads a template or parameter file; `what` names it in errors.

    Raises TemplateError (``InvalidRequestContent`` with line and column, ``RequestContentTooLarge``).
    """
    if len(text) > TEMPLATE_BYTES:
        raise TemplateError(
            "RequestContentTooLarge",
            f"The request content size exceeds the maximum size of {TEMPLATE_BYTES // 1024 // 1024} MB.",
            target=what,
        )
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = text.count(b"\n", 0, error.start) + 1
            column = error.start - text.rfind(b"\n", 0, error.start)
            raise refusal(f"The {what} is not UTF-8: byte 0x{text[error.start]:02x}", "", line, column) from None
    text = text.removeprefix("\ufeff")
    return Document(text, loads(text))


def loads(text: str) -> Any:
    """The value of a JSON text. Raises TemplateError."""
    try:
        return json.loads(text, strict=False)
    except RecursionError:
        raise too_deep() from None
    except ValueError:
        pass
    try:
        blanked = TRAILING_COMMA.sub(blank, COMMENT.sub(blank, text))
        return json.loads(blanked, strict=False)
    except RecursionError:
        raise too_deep() from None
    except ValueError:
        return Scanner(text).value()


def blank(match: re.Match[str]) -> str:
    """Spaces in place of a comment or comma, so that positions stay; a string stays itself."""
    found = match[1]
    return match[0] if found is None else re.sub(r"[^\n]", " ", found)


def too_deep() -> TemplateError:
    return TemplateError(
        "InvalidRequestContent",
        "The request content was invalid and could not be deserialized: "
        f"'The reader's MaxDepth of {VALUE_DEPTH} has been exceeded.'.",
    )


def refusal(problem: str, path: str, line: int, column: int) -> TemplateError:
    return TemplateError(
        "InvalidRequestContent",
        "The request content was invalid and could not be deserialized: "
        f"'{problem}. Path '{path}', line {line}, position {column}.'.",
        line=line,
        column=column,
        target=path,
    )


class Scanner:
    """Reads JSON with all that the service accepts, and says where it is wrong. Slow; used when the C parser refuses."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokens(text)
        self.path: list[str | int] = []

    def error(self, problem: str, offset: int) -> TemplateError:
        line, column = Document(self.text, None).line_and_column(max(offset, 0))
        return refusal(problem, show(tuple(self.path)), line, column)

    def next(self) -> tuple[str, str, int]:
        return next(self.tokens, ("end", "", len(self.text)))

    def value(self) -> Any:
        """The value of the whole text. Raises TemplateError."""
        root: list[Any] = []
        stack: list[Any] = [root]
        kind, token, end = self.next()
        while True:
            # Here a value begins.
            container = stack[-1]
            if token in ("{", "[") and kind == "mark":
                new: Any = {} if token == "{" else []
                self.put(container, new)
                stack.append(new)
                if len(stack) > VALUE_DEPTH + 2:
                    raise too_deep()
                if isinstance(new, list):
                    self.path.append(0)
                kind, token, end = self.next()
            else:
                self.put(container, self.scalar(kind, token, end))
                kind, token, end = self.after(stack)
            # Close what is closed, then read up to the next value.
            while True:
                container = stack[-1]
                if container is root:
                    if kind != "end":
                        raise self.error(
                            f"Additional text encountered after finished reading JSON content: {token}", end
                        )
                    return root[0]
                if kind == "mark" and token == ("}" if isinstance(container, dict) else "]"):
                    stack.pop()
                    if isinstance(container, list):
                        self.path.pop()
                    kind, token, end = self.after(stack)
                    continue
                break
            if isinstance(container, dict):
                if kind == "end":
                    raise self.error("Unexpected end when reading JSON", end)
                if kind not in ("string", "word"):
                    raise self.error(f"Invalid property identifier character: {token[:1]}", end)
                self.path.append(unquote(token) if kind == "string" else token)
                kind, token, end = self.next()
                if token != ":":
                    raise self.error(
                        f"Invalid character after parsing property name. Expected ':' but got: {token[:1]}", end
                    )
                kind, token, end = self.next()

    def after(self, stack: list[Any]) -> tuple[str, str, int]:
        """The token after a value: skips the comma, and leaves the property's name or counts the element."""
        container = stack[-1]
        token = self.next()
        if len(stack) > 1:
            if isinstance(container, dict):
                self.path.pop()
            else:
                self.path[-1] = len(container)
            if token[1] == "," and token[0] == "mark":
                return self.next()
            if token[0] == "end":
                raise self.error("Unexpected end of content while loading JSON", token[2])
            if token[1] not in ("}", "]"):
                raise self.error(
                    f"After parsing a value an unexpected character was encountered: {token[1][:1]}", token[2]
                )
        return token

    def put(self, container: Any, value: Any) -> None:
        if isinstance(container, dict):
            container[self.path[-1]] = value
        else:
            container.append(value)

    def scalar(self, kind: str, token: str, end: int) -> Any:
        if kind == "string":
            return unquote(token)
        if kind == "end":
            raise self.error("Unexpected end when reading JSON", end)
        if token in WORDS:
            return WORDS[token]
        if NUMBER.match(token) and len(token) < 400:
            return json.loads(token)
        raise self.error(f"Unexpected character encountered while parsing value: {token[:1]}", end)


def tokens(text: str) -> Iterator[tuple[str, str, int]]:
    """Kind, text and offset of the last character of each token; comments are left out."""
    for match in TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind != "comment":
            yield kind, match[0], match.end() - 1


def unquote(token: str) -> str:
    """The string that a quoted token stands for."""
    if token[0] == "'":
        token = '"' + token[1:-1].replace("\\'", "'").replace('"', '\\"') + '"'
    try:
        return str(json.loads(token, strict=False))
    except ValueError:
        return token[1:-1]


def locate(text: str, path: Path) -> int:
    """Offset of the last character of the token at `path`, or of the nearest node around it."""
    found = -1
    stream = tokens(text)
    depth = 0
    wanted = 0
    inside: list[int] = []  # for each open container: the next index of an array, -1 for an object
    key: str | int | None = None
    expecting_key = False
    matched = True  # whether the next value is the node at path[:wanted]
    for kind, token, end in stream:
        if kind == "mark" and token in "}]":
            depth -= 1
            inside.pop()
            if depth < wanted:
                return found
            expecting_key = False
            continue
        if kind == "mark" and token == ",":
            if inside and inside[-1] < 0:
                expecting_key = True
            elif inside:
                inside[-1] += 1
            continue
        if kind == "mark" and token == ":":
            continue
        if expecting_key:
            key, expecting_key = (unquote(token) if kind == "string" else token), False
            continue
        # A value begins.
        if depth == wanted and inside:
            matched = same_key(path[wanted - 1], inside[-1] if inside[-1] >= 0 else key)
        if depth == wanted and matched:
            found = end
            if wanted == len(path):
                return found
            wanted += 1
            if token not in "{[":
                return found
        if kind == "mark" and token in "{[":
            depth += 1
            inside.append(-1 if token == "{" else 0)
            expecting_key = token == "{"
    return max(found, 0)


def same_key(wanted: str | int, key: str | int | None) -> bool:
    if isinstance(wanted, str) and isinstance(key, str):
        return wanted.lower() == key.lower()
    return wanted == key


def show(path: Path) -> str:
    """A path as the service prints it: ``resources[0].name``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
