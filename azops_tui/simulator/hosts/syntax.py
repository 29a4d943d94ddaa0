"""The parts of a shell script, as the parser finds them and the interpreter runs them."""

from __future__ import annotations

from dataclasses import dataclass


class ShellSyntaxError(Exception):
    """The script cannot be read; the message is what bash would say after ``syntax error``."""


@dataclass(frozen=True, slots=True)
class TextPart:
    """Characters as they are."""

    text: str
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class ParameterPart:
    """``$NAME``, ``${NAME}``, ``${NAME:-word}`` and the like; ``operator`` is ``:-``, ``#`` … or ``length``."""

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
    """``$((…))``: the word is what is calculated, after expansion."""

    word: Word
    quoted: bool = False


Part = TextPart | ParameterPart | SubstitutionPart | ArithmeticPart


@dataclass(frozen=True, slots=True)
class Word:
    """Parts that stand together."""

    parts: tuple[Part, ...]

    @property
    def plain(self) -> str | None:
        """The text of a word without quotes and expansions; None for other words."""
        if any(not isinstance(part, TextPart) or part.quoted for part in self.parts):
            return None
        return "".join(part.text for part in self.parts if isinstance(part, TextPart))


@dataclass(frozen=True, slots=True)
class Redirect:
    """``FD OPERATOR WORD``; a here-document is operator ``<<`` with its text as the word."""

    fd: int
    operator: str
    words: list[Word]
    """One word. A here-document's comes when the lexer has read the line to its end."""

    @property
    def word(self) -> Word:
        """Where it leads, or what the here-document says."""
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
    """Conditions with their bodies, and what is done otherwise."""

    clauses: tuple[tuple[ScriptNode, ScriptNode], ...]
    otherwise: ScriptNode | None
    redirects: tuple[Redirect, ...] = ()


@dataclass(frozen=True, slots=True)
class ForNode:
    """``for NAME in WORDS``; without words over the parameters."""

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
    """Commands joined by ``|``, perhaps after ``!``."""

    commands: tuple[CommandNode, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class AndOrNode:
    """Pipelines joined by ``&&`` and ``||``."""

    first: PipelineNode
    rest: tuple[tuple[str, PipelineNode], ...]
    background: bool = False


@dataclass(frozen=True, slots=True)
class ScriptNode:
    """A list of commands."""

    items: tuple[AndOrNode, ...]
