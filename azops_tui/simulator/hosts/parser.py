"""Parser of the simulated shell: the part of bash's grammar that is common on hosts."""

from __future__ import annotations

import re

from azops_tui.simulator.hosts.lexer import Lexer, Token
from azops_tui.simulator.hosts.syntax import (
    AndOrNode,
    CaseNode,
    CommandNode,
    ForNode,
    FunctionNode,
    GroupNode,
    IfNode,
    PipelineNode,
    Redirect,
    ScriptNode,
    ShellSyntaxError,
    SimpleNode,
    TextPart,
    WhileNode,
    Word,
)

_REDIRECTS = frozenset(("<", ">", ">>", ">|", "<<", "<<-", "<<<", ">&", "<&", "&>", "&>>"))
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)
_RESERVED = frozenset(["then", "elif", "else", "fi", "do", "done", "esac", "}", ";;"])
_DEEPEST = 60
"""Maximum nesting of commands; protects the stack."""


def parse(text: str, *, depth: int = 0) -> ScriptNode:
    """Parse a script.

    Raises:
        ShellSyntaxError: it cannot be read.
    """
    if depth > _DEEPEST:
        raise ShellSyntaxError("too many commands within commands")
    parser = _Parser(text, depth)
    script = parser.script(())
    if parser.token is not None:
        raise parser.unexpected()
    return script


class _Parser:
    def __init__(self, text: str, depth: int) -> None:
        self._lexer = Lexer(text, lambda inside: parse(inside, depth=depth + 1))
        self._depth = depth
        self.token: Token | None = None
        self._next()

    def _next(self) -> Token | None:
        before = self.token
        self.token = self._lexer.token()
        if self.token is None:
            self._lexer.finish()
        return before

    def unexpected(self) -> ShellSyntaxError:
        """The error for the current token."""
        if self.token is None:
            return ShellSyntaxError("unexpected end of file")
        shown = "newline" if self.token.operator == "\n" else self.token.operator or self._plain() or "word"
        return ShellSyntaxError(f"near unexpected token `{shown}'")

    def _plain(self) -> str | None:
        return self.token.word.plain if self.token is not None and self.token.word is not None else None

    def _is(self, *operators: str) -> bool:
        return self.token is not None and self.token.word is None and self.token.operator in operators

    def _keyword(self, word: str) -> None:
        if self._plain() != word:
            raise self.unexpected()
        self._next()

    def _lines(self) -> None:
        while self._is("\n"):
            self._next()

    def script(self, ends: tuple[str, ...]) -> ScriptNode:
        """Parse commands up to a word or operator in ``ends``, or the end of the text."""
        items: list[AndOrNode] = []
        while True:
            while self._is("\n", ";"):
                self._next()
            if self.token is None or self._is(")", ";;") or self._plain() in (*ends, *_RESERVED):
                return ScriptNode(tuple(items))
            item = self._and_or()
            if self._is("&"):
                item = AndOrNode(item.first, item.others, background=True)
                self._next()
            elif not self._is(";", "\n", ")", ";;") and self.token is not None:
                raise self.unexpected()
            items.append(item)

    def _and_or(self) -> AndOrNode:
        first = self._pipeline()
        others: list[tuple[str, PipelineNode]] = []
        while self._is("&&", "||"):
            operator = self.token.operator if self.token else ""
            self._next()
            self._lines()
            others.append((operator, self._pipeline()))
        return AndOrNode(first, tuple(others))

    def _pipeline(self) -> PipelineNode:
        negated = False
        while self._plain() == "!":
            negated = not negated
            self._next()
        commands = [self._command()]
        while self._is("|"):
            self._next()
            self._lines()
            commands.append(self._command())
        return PipelineNode(tuple(commands), negated)

    def _command(self) -> CommandNode:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ShellSyntaxError("too many commands within commands")
        try:
            return self._one_command()
        finally:
            self._depth -= 1

    def _one_command(self) -> CommandNode:
        if self._is("("):
            self._next()
            body = self.script(())
            self._operator(")")
            return GroupNode(body, True, self._redirects())
        match self._plain():
            case "{":
                self._next()
                body = self.script(("}",))
                self._keyword("}")
                return GroupNode(body, False, self._redirects())
            case "if":
                return self._if()
            case "for":
                return self._for()
            case "while" | "until" as word:
                self._next()
                condition = self.script(("do",))
                return WhileNode(condition, word == "until", self._do(), self._redirects())
            case "case":
                return self._case()
            case "function":
                self._next()
                name = self._plain() or ""
                self._next()
                return self._function(name)
            case _:
                return self._simple()

    def _operator(self, operator: str) -> None:
        if not self._is(operator):
            raise self.unexpected()
        self._next()

    def _words(self, separator: str = "") -> tuple[Word, ...]:
        words: list[Word] = []
        while self.token is not None and self.token.word is not None:
            words.append(self.token.word)
            self._next()
            self._past(separator)
        return tuple(words)

    def _past(self, operator: str) -> None:
        if self._is(operator):
            self._next()

    def _if(self) -> IfNode:
        clauses: list[tuple[ScriptNode, ScriptNode]] = []
        otherwise = None
        while self._plain() in ("if", "elif"):
            self._next()
            condition = self.script(("then",))
            self._keyword("then")
            clauses.append((condition, self.script(("elif", "else", "fi"))))
        if self._plain() == "else":
            self._next()
            otherwise = self.script(("fi",))
        self._keyword("fi")
        return IfNode(tuple(clauses), otherwise, self._redirects())

    def _do(self) -> ScriptNode:
        while self._is(";", "\n"):
            self._next()
        self._keyword("do")
        body = self.script(("done",))
        self._keyword("done")
        return body

    def _for(self) -> ForNode:
        self._next()
        name = self._plain()
        if not name or not name.isidentifier():
            raise self.unexpected()
        self._next()
        self._lines()
        words: tuple[Word, ...] | None = None
        if self._plain() == "in":
            self._next()
            words = self._words()
        return ForNode(name, words, self._do(), self._redirects())

    def _case(self) -> CaseNode:
        self._next()
        if self.token is None or self.token.word is None:
            raise self.unexpected()
        word = self.token.word
        self._next()
        self._lines()
        self._keyword("in")
        branches: list[tuple[tuple[Word, ...], ScriptNode]] = []
        while True:
            self._lines()
            if self._plain() == "esac":
                self._next()
                return CaseNode(word, tuple(branches), self._redirects())
            self._past("(")
            patterns = self._words("|")
            self._operator(")")
            branches.append((patterns, self.script(("esac",))))
            self._past(";;")

    def _function(self, name: str) -> FunctionNode:
        if self._is("("):
            self._next()
            self._operator(")")
        self._lines()
        return FunctionNode(name, self._command())

    def _redirects(self) -> tuple[Redirect, ...]:
        redirects: list[Redirect] = []
        while self.token is not None and self.token.word is None and self.token.operator in _REDIRECTS:
            redirects.append(self._redirect())
        return tuple(redirects)

    def _redirect(self) -> Redirect:
        token = self._next()
        if token is None or self.token is None or self.token.word is None:
            raise self.unexpected()
        operator = token.operator
        fd = token.fd if token.fd is not None else int(not operator.startswith("<"))
        word = self.token.word
        if operator in ("<<", "<<-"):
            words, operator = self._lexer.here_document(word, operator == "<<-"), "<<"
        else:
            words = [word]
        self._next()
        return Redirect(fd, operator, words)

    def _simple(self) -> CommandNode:
        assignments: list[tuple[str, Word]] = []
        words: list[Word] = []
        redirects: list[Redirect] = []
        while self.token is not None:
            if self.token.word is None:
                if words and words[0].plain == "[[" and words[-1].plain != "]]" and self.token.operator != "\n":
                    words.append(Word((TextPart(self.token.operator),)))
                    self._next()
                    continue
                if self.token.operator in _REDIRECTS:
                    redirects.append(self._redirect())
                    continue
                name = words[0].plain if len(words) == 1 else None
                if self._is("(") and name and not assignments and not redirects:
                    return self._function(name)
                break
            word = self.token.word
            assignment = _assignment(word) if not words else None
            if assignment:
                assignments.append(assignment)
            else:
                words.append(word)
            self._next()
        if not assignments and not words and not redirects:
            raise self.unexpected()
        return SimpleNode(tuple(assignments), tuple(words), tuple(redirects))


def _assignment(word: Word) -> tuple[str, Word] | None:
    first = word.parts[0] if word.parts else None
    if not isinstance(first, TextPart) or first.quoted:
        return None
    match = _ASSIGNMENT.fullmatch(first.text)
    if match is None:
        return None
    return match[1], Word((TextPart(match[2]), *word.parts[1:]))
