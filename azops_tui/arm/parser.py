"""Parse expressions to syntax trees.

A string is an expression if it begins with one ``[`` and ends with ``]``. The parser keeps its own stack, so that
depth is limited by `limits.EXPRESSION_DEPTH` and never by Python's.

    >>> parse("[add(1, 2)]")
    FunctionCall(name='add', arguments=(Literal(value=1), Literal(value=2)))
    >>> is_expression("[[not one]"), is_expression("[nor] this")
    (False, False)
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from azops_tui.arm.errors import ParseError
from azops_tui.arm.limits import EXPRESSION_CHARACTERS, EXPRESSION_DEPTH
from azops_tui.arm.syntax import FunctionCall, Index, Literal, Node, Property

TOKEN = re.compile(
    r"""\s*(?:(?P<string>'(?:[^']|'')*')
    |(?P<float>[+-]?\d+\.\d+(?:[eE][+-]?\d+)?(?![\w.]))
    |(?P<number>[+-]?\d+(?![\w.]))
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<punctuation>[()\[\],.]))""",
    re.VERBOSE,
)


def is_expression(text: str) -> bool:
    """True if the service evaluates `text`; other text is a literal string."""
    return text[:1] == "[" and text[-1:] == "]" and text[1:2] != "[" and len(text) > 1


def unescape(text: str) -> str:
    """Unescape a literal string: ``[[x]`` becomes ``[x]``, but ``[[x`` stays."""
    return text[1:] if text.startswith("[[") and text.endswith("]") else text


def parse(text: str) -> Node:
    """Parse an expression with its brackets; other text becomes a literal.

    Raises ParseError.
    """
    return _parse_kept(text) if len(text) <= _KEPT_CHARACTERS else _parse(text)


_KEPT_CHARACTERS = 2000
"""Longer expressions are rare and not cached. The cache holds at most 16 million characters."""


def _parse(text: str) -> Node:
    if not is_expression(text):
        return Literal(unescape(text))
    if len(text) > EXPRESSION_CHARACTERS:
        raise ParseError(
            f"The template language expression limit exceeded. Limit: '{EXPRESSION_CHARACTERS}' and actual: "
            f"'{len(text)}'.",
            expression=text[:200] + "…",
            position=EXPRESSION_CHARACTERS,
        )
    return Parser(text).parse()


_parse_kept = lru_cache(maxsize=8192)(_parse)


@dataclass(slots=True)
class OpenBracket:
    """An unclosed call (name and arguments so far) or index bracket (with the node before it)."""

    name: str
    target: Node | None
    height: int = 0
    arguments: list[Node] = field(default_factory=list)


class Parser:
    """Parses one expression with an explicit stack of unclosed brackets."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.end = len(text) - 1
        self.position = 1
        self.kind = ""
        self.token = ""
        self.start = 1
        self.advance()

    def error(self, problem: str) -> ParseError:
        return ParseError(
            f"Unable to parse language expression '{shorten(self.text[1:-1])}': {problem}.",
            expression=self.text,
            position=self.start,
        )

    def advance(self) -> None:
        match = TOKEN.match(self.text, self.position, self.end)
        if match is None:
            remaining = self.text[self.position : self.end]
            self.start = self.position + len(remaining) - len(remaining.lstrip())
            if remaining.strip():
                raise ParseError(
                    f"The language expression '{shorten(self.text[1:-1])}' is not valid: the string character "
                    f"'{remaining.strip()[0]}' at position '{self.start - 1}' is not expected.",
                    expression=self.text,
                    position=self.start,
                )
            self.kind, self.token = "end", "EndOfData"
            return
        self.kind = match.lastgroup or ""
        self.token = match[self.kind]
        self.start = match.start(self.kind)
        self.position = match.end()
        if self.kind == "punctuation":
            self.kind = self.token

    def expect(self, kind: str, name: str) -> str:
        if self.kind != kind:
            raise self.error(f"expected token '{name}' and actual '{self.describe()}'")
        token = self.token
        self.advance()
        return token

    def describe(self) -> str:
        names = {
            "(": "LeftParenthesis",
            ")": "RightParenthesis",
            "[": "LeftSquareBracket",
            "]": "RightSquareBracket",
            ",": "Comma",
            ".": "Dot",
            "name": "Identifier",
            "string": "Literal",
            "number": "Integer",
            "float": "Float",
            "end": "EndOfData",
        }
        return names[self.kind]

    def parse(self) -> Node:
        stack: list[OpenBracket] = []
        while True:
            node: Node
            if self.kind == "string":
                node = Literal(self.token[1:-1].replace("''", "'"))
                self.advance()
            elif self.kind in ("number", "float"):
                node = self.number()
                self.advance()
            else:
                name = self.function_name()
                if self.kind != ")":
                    self.push(stack, OpenBracket(name, None))
                    continue
                self.advance()
                node = FunctionCall(name, ())
            height = 1
            # A value is complete: apply what follows it, and close what it closes.
            while True:
                if height > EXPRESSION_DEPTH:
                    raise self.too_deep()
                if self.kind == ".":
                    self.advance()
                    node = Property(node, self.expect("name", "Identifier"))
                    height += 1
                elif self.kind == "[":
                    self.advance()
                    self.push(stack, OpenBracket("", node, height))
                    break
                elif not stack:
                    self.expect("end", "EndOfData")
                    return node
                else:
                    bracket = stack[-1]
                    bracket.height = max(bracket.height, height)
                    if bracket.target is not None:
                        self.expect("]", "RightSquareBracket")
                        node = Index(bracket.target, node)
                    else:
                        bracket.arguments.append(node)
                        if self.kind == ",":
                            self.advance()
                            break
                        self.expect(")", "RightParenthesis")
                        node = FunctionCall(bracket.name, tuple(bracket.arguments))
                    stack.pop()
                    height = bracket.height + 1

    def push(self, stack: list[OpenBracket], bracket: OpenBracket) -> None:
        stack.append(bracket)
        if len(stack) > EXPRESSION_DEPTH:
            raise self.too_deep()

    def too_deep(self) -> ParseError:
        return self.error(f"it is nested more than {EXPRESSION_DEPTH} levels deep")

    def number(self) -> Literal:
        if self.kind == "float":
            return Literal(float(self.token))
        if len(self.token) > 20 or not -(2**63) <= int(self.token) < 2**63:
            raise self.error(f"the number at position '{self.start - 1}' is out of range")
        return Literal(int(self.token))

    def function_name(self) -> str:
        name = self.expect("name", "Identifier")
        while self.kind == ".":
            self.advance()
            name += "." + self.expect("name", "Identifier")
        self.expect("(", "LeftParenthesis")
        return name


def shorten(text: str, width: int = 1000) -> str:
    return text if len(text) <= width else text[:width] + "…"
