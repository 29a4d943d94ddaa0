"""What shell code says: its commands, functions and literal exports."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ShellCommand:
    """A simple command. A word is None if only the shell can tell its value."""

    words: tuple[str | None, ...]
    piped: bool = False
    """True if its input is the output of another command."""
    document: str = ""
    """Text of its here-document, if any."""


@dataclass(frozen=True, slots=True)
class Export:
    """``export NAME=value`` with a literal value. ``start`` and ``end`` are byte offsets of the value in UTF-8."""

    name: str
    value: str
    row: int
    """Line within the code, from 0."""
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Assignment:
    """``NAME=value``. ``start`` and ``end`` are byte offsets in UTF-8: from the sign after the name to its end."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class VariablePlace:
    """A variable at a line of the code."""

    name: str
    row: int
    """From 0."""
    by: str = ""
    """What sets the variable, in words; for a lost failure, the keyword before its assignment."""


@dataclass(frozen=True, slots=True)
class QuotedText:
    """Text in quotes, a comment, or the text of a here-document. ``start`` and ``end`` are byte offsets in UTF-8."""

    kind: str
    """Type of the node: ``string``, ``raw_string``, ``ansi_c_string``, ``heredoc_body`` or ``comment``."""
    start: int
    end: int


@dataclass(slots=True)
class ShellScript:
    """Commands and definitions of shell code."""

    commands: list[ShellCommand] = field(default_factory=list)
    """In order, including those in substitutions and loops, without those in functions."""
    functions: dict[str, list[ShellCommand]] = field(default_factory=dict)
    variables: dict[str, str | None] = field(default_factory=dict)
    """Assignments; None for a value that is not a literal."""
    exports: list[Export] = field(default_factory=list)
    assignments: list[Assignment] = field(default_factory=list)
    """All assignments, literal or not, but for elements of arrays."""
    uses: list[VariablePlace] = field(default_factory=list)
    """Variables that the code needs: expansions that do not say what happens without a value."""
    sets: list[str] = field(default_factory=list)
    """Variables that the code may set, in any way, or that it expects to be missing (``${X:-}``)."""
    other_settings: list[VariablePlace] = field(default_factory=list)
    """Where variables are set without a plain assignment: by loops, ``read``, ``unset`` and the like."""
    lost_failures: list[VariablePlace] = field(default_factory=list)
    """Declarations such as ``export X=$(command)``, which succeed even if the command fails."""
    quoted: list[QuotedText] = field(default_factory=list)
    writes: bool = False
    """True if output is redirected to a file other than a device such as ``/dev/null``."""
    broken: bool = False
    """True if the grammar cannot parse parts of the code."""
    unknown: bool = False
    """True if the code could not be read at all, or not in time; it may do anything."""
