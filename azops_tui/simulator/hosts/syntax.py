"""Syntax tree of the simulated shell."""

from __future__ import annotations

from dataclasses import dataclass


class ShellSyntaxError(Exception):
    """The script is not valid. The message is what bash prints after ``syntax error``."""


@dataclass(frozen=True, slots=True)
class TextPart:
    """Literal text."""

    text: str
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class ParameterPart:
    """``$NAME``, ``${NAME}``, ``${NAME:-word}`` and so on. ``operator`` is ``:-``, ``#`` … or ``length``."""

    name: str
    operator: str = ""
    word: Word | None = None
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class SubstitutionPart:
    """``$(…)`` and ``…`` in backquotes."""

    body: ScriptNode
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class ArithmeticPart:
    """``$((…))``. The word is expanded and then evaluated."""

    word: Word
    quoted: bool = False


Part = TextPart | ParameterPart | SubstitutionPart | ArithmeticPart


@dataclass(frozen=True, slots=True)
class Word:
    """Adjacent parts."""

    parts: tuple[Part, ...]

    @property
    def plain(self) -> str | None:
        """The text if the word has neither quotes nor expansions; otherwise None."""
        if any(not isinstance(part, TextPart) or part.quoted for part in self.parts):
            return None
        return "".join(part.text for part in self.parts if isinstance(part, TextPart))


@dataclass(frozen=True, slots=True)
class Redirect:
    """``FD OPERATOR WORD``; a here-document has the operator ``<<`` and its text as the word."""

    fd: int
    operator: str
    words: list[Word]
    """One word. The word of a here-document is added when the lexer has read the line to its end."""

    @property
    def word(self) -> Word:
        """The target, or the text of the here-document."""
        return self.words[0] if self.words else Word(())


@dataclass(frozen=True, slots=True)
class SimpleNode:
    """A command with its assignments and redirections."""

    assignments: tuple[tuple[str, Word], ...]
    words: tuple[Word, ...]
    redirects: tuple[Redirect, ...]


@dataclass(frozen=True, slots=True)
class GroupNode:
    """``{ …; }`` or, as a subshell, ``( … )``."""

    body: ScriptNode
    subshell: bool
    redirects: tuple[Redirect, ...] = ()


@dataclass(frozen=True, slots=True)
class IfNode:
    """``if`` and ``elif`` clauses, each with its body, and the ``else`` body."""

    clauses: tuple[tuple[ScriptNode, ScriptNode], ...]
    otherwise: ScriptNode | None
    redirects: tuple[Redirect, ...] = ()


@dataclass(frozen=True, slots=True)
class ForNode:
    """``for NAME in WORDS``; without words, over the positional parameters."""

    name: str
    words: tuple[Word, ...] | None
    body: ScriptNode
    redirects: tuple[Redirect, ...] = ()


@dataclass(frozen=True, slots=True)
class WhileNode:
    """``while`` or ``until``."""

    condition: ScriptNode
    until: bool
    body: ScriptNode
    redirects: tuple[Redirect, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseNode:
    """``case WORD in PATTERNS) …``."""

    word: Word
    branches: tuple[tuple[tuple[Word, ...], ScriptNode], ...]
    redirects: tuple[Redirect, ...] = ()


@dataclass(frozen=True, slots=True)
class FunctionNode:
    """``name() { …; }``."""

    name: str
    body: CommandNode


CommandNode = SimpleNode | GroupNode | IfNode | ForNode | WhileNode | CaseNode | FunctionNode


@dataclass(frozen=True, slots=True)
class PipelineNode:
    """Commands joined by ``|``, with an optional ``!`` in front."""

    commands: tuple[CommandNode, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class AndOrNode:
    """Pipelines joined by ``&&`` and ``||``."""

    first: PipelineNode
    others: tuple[tuple[str, PipelineNode], ...]
    background: bool = False


@dataclass(frozen=True, slots=True)
class ScriptNode:
    """A list of commands."""

    items: tuple[AndOrNode, ...]
