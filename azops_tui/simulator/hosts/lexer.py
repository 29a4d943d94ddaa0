"""Lexer of the simulated shell: quoting, expansions, here-documents."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from azops_tui.simulator.hosts.syntax import (
    ArithmeticPart,
    ParameterPart,
    Part,
    ScriptNode,
    ShellSyntaxError,
    SubstitutionPart,
    TextPart,
    Word,
)

_OPERATOR = re.compile(r"&>>|&>|&&|\|\||;;|<<-|<<<|<<|>>|>&|<&|>\||[|&;()<>\n]")
_NAME = re.compile(r"[A-Za-z_]\w*|[0-9?#@*$!-]")
_OPERATORS = (":-", ":=", ":+", ":?", "##", "%%", "//", "-", "=", "+", "?", "#", "%", "/")
_ESCAPED_IN_QUOTES = '$`"\\\n'
_ANSI = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", "a": "\a", "e": "\x1b", "0": "\0"}


@dataclass(frozen=True, slots=True)
class Token:
    """A word or an operator. ``fd`` is the number before a redirection."""

    word: Word | None
    operator: str = ""
    fd: int | None = None


@dataclass
class Lexer:
    """Reads tokens from ``text``. ``parse`` parses the inside of a substitution."""

    text: str
    parse: Callable[[str], ScriptNode]
    position: int = 0
    _pending: list[tuple[str, bool, bool, list[Word]]] = field(default_factory=list)
    """Here-documents whose text begins after this line: delimiter, strips tabs, is quoted, list that takes the text."""

    def token(self) -> Token | None:
        """Read the next token; None at the end."""
        self._blank()
        if self.position >= len(self.text):
            return None
        fd = re.compile(r"(\d)(?=[<>])").match(self.text, self.position)
        if fd:
            self.position = fd.end()
        operator = _OPERATOR.match(self.text, self.position)
        if operator:
            self.position = operator.end()
            if operator[0] == "\n":
                self._here_documents()
            return Token(None, operator[0], int(fd[1]) if fd else None)
        return Token(self._word())

    def here_document(self, end: Word, strip: bool) -> list[Word]:
        """Register a here-document; the list gets its text at the end of the line."""
        words: list[Word] = []
        text = "".join(part.text for part in end.parts if isinstance(part, TextPart))
        quoted = any(isinstance(part, TextPart) and part.quoted for part in end.parts)
        self._pending.append((text, strip, quoted, words))
        return words

    def finish(self) -> None:
        """End the here-documents that are still open at the end of the script."""
        self._here_documents()

    def _blank(self) -> None:
        while self.position < len(self.text):
            if self.text[self.position] in " \t\r":
                self.position += 1
            elif self.text.startswith("\\\n", self.position):
                self.position += 2
            elif self.text[self.position] == "#":
                end = self.text.find("\n", self.position)
                self.position = len(self.text) if end < 0 else end
            else:
                return

    def _here_documents(self) -> None:
        for end, strip, quoted, target in self._pending:
            lines: list[str] = []
            while self.position < len(self.text):
                stop = self.text.find("\n", self.position)
                stop = len(self.text) if stop < 0 else stop
                line = self.text[self.position : stop]
                self.position = min(stop + 1, len(self.text))
                line = line.lstrip("\t") if strip else line
                if line == end:
                    break
                lines.append(line + "\n")
            body = "".join(lines)
            target.append(Word((TextPart(body, True),)) if quoted else self._inner(body, here=True))
        self._pending.clear()

    def _inner(self, text: str, *, here: bool = False) -> Word:
        """Read a text as a word in double quotes."""
        lexer = Lexer(text, self.parse)
        parts: list[Part] = []
        lexer._quoted(parts, end="", plain='"' if here else "")
        return Word(tuple(parts))

    def _word(self) -> Word:
        parts: list[Part] = []
        run: list[str] = []

        def text() -> None:
            if run:
                parts.append(TextPart("".join(run)))
                run.clear()

        while self.position < len(self.text):
            char = self.text[self.position]
            if char in " \t\n\r|&;()<>":
                break
            if char == "\\":
                text()
                following = self.text[self.position + 1 : self.position + 2]
                self.position += 2
                if following != "\n":
                    parts.append(TextPart(following, True))
            elif char == "'":
                text()
                end = self._find("'", self.position + 1)
                parts.append(TextPart(self.text[self.position + 1 : end], True))
                self.position = end + 1
            elif char == '"':
                text()
                self.position += 1
                parts.append(TextPart("", True))
                self._quoted(parts, end='"')
            elif self.text.startswith("$'", self.position):
                text()
                self.position += 2
                parts.append(TextPart(self._ansi(), True))
            elif char in "$`":
                text()
                parts.append(self._expansion(quoted=False))
            else:
                run.append(char)
                self.position += 1
        text()
        return Word(tuple(parts))

    def _ansi(self) -> str:
        out: list[str] = []
        while self.position < len(self.text) and self.text[self.position] != "'":
            char = self.text[self.position]
            if char == "\\":
                self.position += 1
                following = self.text[self.position : self.position + 1]
                char = _ANSI.get(following, "\\" + following)
            out.append(char)
            self.position += 1
        self.position += 1
        return "".join(out)

    def _quoted(self, parts: list[Part], end: str, plain: str = "") -> None:
        """Read up to the closing quote, or to the end of the text if ``end`` is empty."""
        run: list[str] = []
        while True:
            if self.position >= len(self.text):
                if end:
                    raise ShellSyntaxError(f"unexpected EOF while looking for matching `{end}'")
                break
            char = self.text[self.position]
            if end and char == end:
                self.position += 1
                break
            if char == "\\" and self.text[self.position + 1 : self.position + 2] in _ESCAPED_IN_QUOTES:
                following = self.text[self.position + 1 : self.position + 2]
                run.append("" if following == "\n" else char + following if following in plain and plain else following)
                self.position += 2
            elif char in "$`":
                parts.append(TextPart("".join(run), True))
                run.clear()
                parts.append(self._expansion(quoted=True))
            else:
                run.append(char)
                self.position += 1
        parts.append(TextPart("".join(run), True))

    def _expansion(self, *, quoted: bool) -> Part:
        if self.text[self.position] == "`":
            end = self._find("`", self.position + 1)
            inside = re.sub(r"\\([$`\\])", r"\1", self.text[self.position + 1 : end])
            self.position = end + 1
            return SubstitutionPart(self.parse(inside), quoted)
        if self.text.startswith("$((", self.position):
            end = self._matching(self.position + 1, "(", ")")
            if self.text[end - 1] == ")":
                inside = self.text[self.position + 3 : end - 1]
                self.position = end + 1
                return ArithmeticPart(self._inner(inside), quoted)
        if self.text.startswith("$(", self.position):
            end = self._matching(self.position + 1, "(", ")")
            inside = self.text[self.position + 2 : end]
            self.position = end + 1
            return SubstitutionPart(self.parse(inside), quoted)
        if self.text.startswith("${", self.position):
            end = self._matching(self.position + 1, "{", "}")
            inside = self.text[self.position + 2 : end]
            self.position = end + 1
            return self._parameter(inside, quoted)
        name = _NAME.match(self.text, self.position + 1)
        if name is None:
            self.position += 1
            return TextPart("$", quoted)
        self.position = name.end()
        return ParameterPart(name[0], quoted=quoted)

    def _parameter(self, inside: str, quoted: bool) -> ParameterPart:
        if inside.startswith("#") and len(inside) > 1:
            return ParameterPart(inside[1:], "length", quoted=quoted)
        name = _NAME.match(inside)
        if name is None:
            raise ShellSyntaxError(f"${{{inside}}}: bad substitution")
        rest = inside[name.end() :]
        if not rest:
            return ParameterPart(name[0], quoted=quoted)
        for operator in _OPERATORS:
            if rest.startswith(operator):
                return ParameterPart(name[0], operator, self._operand(rest[len(operator) :], quoted), quoted)
        raise ShellSyntaxError(f"${{{inside}}}: bad substitution")

    def _operand(self, text: str, quoted: bool) -> Word:
        if quoted:
            return self._inner(text)
        lexer = Lexer(text, self.parse)
        parts: list[Part] = []
        while lexer.position < len(text):
            before = lexer.position
            parts.extend(lexer._word().parts)
            if lexer.position < len(text) and (lexer.position == before or text[lexer.position] in " \t\n|&;()<>"):
                parts.append(TextPart(text[lexer.position], True))
                lexer.position += 1
        return Word(tuple(parts))

    def _find(self, quote: str, start: int) -> int:
        position = start
        while position < len(self.text):
            if self.text[position] == "\\" and quote == "`":
                position += 1
            elif self.text[position] == quote:
                return position
            position += 1
        raise ShellSyntaxError(f"unexpected EOF while looking for matching `{quote}'")

    def _matching(self, start: int, opening: str, closing: str) -> int:
        """Index of the bracket that closes the one at ``start``; skips quotes and inner brackets."""
        depth, position = 0, start
        while position < len(self.text):
            char = self.text[position]
            if char == "\\":
                position += 1
            elif char == "'" and opening == "(":
                position = self._find("'", position + 1)
            elif char == '"':
                position += 1
                while position < len(self.text) and self.text[position] != '"':
                    if self.text.startswith("$(", position):
                        position = self._matching(position + 1, "(", ")")
                    position += 2 if self.text[position] == "\\" else 1
            elif char == opening:
                depth += 1
            elif char == closing:
                depth -= 1
                if depth == 0:
                    return position
            position += 1
        raise ShellSyntaxError(f"unexpected EOF while looking for matching `{closing}'")
