"""The parts of a shell script, as the parser finds them and the interpreter runs them."""

from __future__ import annotations

from dataclasses import dataclass


class ShellSyntaxError(Exception):
    """The script cannot be read; the message is what bash would say after ``syntax error``."""


@dataclass(frozen=True, slots=True)
class Text:
    """Characters as they are."""

    text: str
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Parameter:
    """``$NAME``, ``${NAME}``, ``${NAME:-word}`` and the like; ``operator`` is ``:-``, ``#`` … or ``length``."""

    name: str
    operator: str = ""
    word: Word | None = None
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Substitution:
    """``$(…)`` and ``…`` in backquotes."""

    body: Script
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """``$((…))``: the word is what is calculated, after expansion."""

    word: Word
    quoted: bool = False


Part = Text | Parameter | Substitution | Arithmetic


@dataclass(frozen=True, slots=True)
class Word:
    """Parts that stand together."""

    parts: tuple[Part, ...]

    @property
    def plain(self) -> str | None:
        """The text of a word without quotes and expansions; None for other words."""
        if any(not isinstance(part, Text) or part.quoted for part in self.parts):
            return None
        return "".join(part.text for part in self.parts if isinstance(part, Text))


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
class Simple:
    """A command with its assignments and redirections."""

    assignments: tuple[tuple[str, Word], ...]
    words: tuple[Word, ...]
    redirects: tuple[Redirect, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """``{ …; }`` or, as a subshell, ``( … )``."""

    body: Script
    subshell: bool
    redirects: tuple[Redirect, ...] = ()


@dataclass(frozen=True, slots=True)
class If:
    """Conditions with their bodies, and what is done otherwise."""

    clauses: tuple[tuple[Script, Script], ...]
    otherwise: Script | None
    redirects: tuple[Redirect, ...] = ()


@dataclass(frozen=True, slots=True)
class For:
    """``for NAME in WORDS``; without words over the parameters."""

    name: str
    words: tuple[Word, ...] | None
    body: Script
    redirects: tuple[Redirect, ...] = ()


@dataclass(frozen=True, slots=True)
class While:
    """``while`` or ``until``."""

    condition: Script
    until: bool
    body: Script
    redirects: tuple[Redirect, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """``case WORD in PATTERNS) …``."""

    word: Word
    branches: tuple[tuple[tuple[Word, ...], Script], ...]
    redirects: tuple[Redirect, ...] = ()


@dataclass(frozen=True, slots=True)
class Function:
    """``name() { …; }``."""

    name: str
    body: Command


Command = Simple | Group | If | For | While | Case | Function


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Commands joined by ``|``, perhaps after ``!``."""

    commands: tuple[Command, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class AndOr:
    """Pipelines joined by ``&&`` and ``||``."""

    first: Pipeline
    rest: tuple[tuple[str, Pipeline], ...]
    background: bool = False


@dataclass(frozen=True, slots=True)
class Script:
    """A list of commands."""

    items: tuple[AndOr, ...]
