"""Executable languages of fences, and the commands of recorded console sessions."""

from __future__ import annotations

import re

from azops_tui.runbook.commands import is_command
from azops_tui.runbook.model import StepKind

SHELL = frozenset({"bash", "sh", "shell", "zsh", "azurecli", "azurecli-interactive", "azcli", "terraform"})
PROMPTED = frozenset({"console", "shell-session"})
"""Recorded sessions: only lines with a prompt are executed, in the shell."""
PYTHON = frozenset({"python", "python3", "py"})
POWERSHELL = frozenset({"powershell", "azurepowershell", "azurepowershell-interactive", "pwsh"})
YAML = frozenset({"yaml", "yml"})
"""Languages of native steps, with ``azops=KIND``; otherwise of plain documents."""

_PROMPT = re.compile(
    r"[ \t]*(?:\([\w.-]+\) )?"
    r"(?:(?P<mark>[$#❯])|\[?[\w.-]+@[\w.-]+[^\s$#]*(?: [^\s$#\]]+)?\]? ?[$#]|~?(?:/[\w.-]+)* ?\$)"
    r" (?P<command>.*)"
)
_CONTINUED = re.compile(r"[ \t]*> ?(.*)")
_HEREDOC = re.compile(r"<<(-?)[ \t]*(?:'([^']+)'|\"([^\"]+)\"|\\?([A-Za-z_][\w.]*))")
_OPENING = re.compile(r"(?:^|[;&|\n])\s*(?:if|case|while|until|for|select)\b|\{[ \t]*$", re.MULTILINE)
_CLOSING = re.compile(r"(?:^|[;&|\n])\s*(?:fi|esac|done)\b|(?:^|[;\n])\s*\}", re.MULTILINE)


_SHEBANG = re.compile(r"#![ \t]*(\S+)[ \t]*([^\n]*)")
_SHELL_PROGRAMS = frozenset({"bash", "sh", "zsh", "dash", "ksh"})


def shebang(code: str) -> str:
    """The program that the first line of a script names (``#!/usr/bin/env python3``); empty for a shell."""
    match = _SHEBANG.match(code)
    if match is None:
        return ""
    words = [match[1], *match[2].split()]
    if words[0].rpartition("/")[2] == "env":
        words = [word for word in words[1:] if word != "-S"]
    if not words or words[0].rpartition("/")[2] in _SHELL_PROGRAMS or "=" in words[0]:
        return ""
    return " ".join(words)


def kind_of(language: str) -> StepKind | None:
    """Kind of step for a language, in any case; None for one that is not executable."""
    word = language.casefold()
    if word in SHELL or word in PROMPTED:
        return StepKind.SHELL
    if word in PYTHON:
        return StepKind.PYTHON
    if word in POWERSHELL:
        return StepKind.POWERSHELL
    return None


def has_prompt(text: str) -> bool:
    """True if the first command of a shell fence, after comments, stands behind a prompt other than ``#``."""
    for line in text.split("\n"):
        if line.strip() and not line.lstrip().startswith("#"):
            match = _PROMPT.fullmatch(line)
            return match is not None and bool(match["command"].strip())
    return False


def prompted_lines(text: str) -> list[tuple[int, str]]:
    """The lines of commands of a recorded session, without output, each with its place in the text, from 0.

    A command that its line does not end (a backslash, an open quote, a here-document, an ``if`` without ``fi``)
    goes on in the lines that follow, with or without the ``>`` that a shell shows there.
    """
    lines: list[tuple[int, str]] = []
    current: str | None = None
    has_dollar = has_prompt(text)
    source = text.split("\n")
    word, shows_prompts = None, True
    """The end of the here-document, and whether its lines have prompts as those of commands may have."""
    for row, line in enumerate(source):
        if current is not None and _open(current):
            before, word = word, _terminator(current)
            if word != before:
                shows_prompts = word is None or _ends_behind_prompt(source[row:], word)
            more = _CONTINUED.fullmatch(line) if shows_prompts else None
            command = more[1] if more else line
            current += "\n" + command
            lines.append((row, command))
            continue
        word, shows_prompts = None, True
        match = _PROMPT.fullmatch(line)
        current = match["command"] if match else None
        if current is not None and has_dollar and match and match["mark"] == "#":
            word, _, following = current.strip().partition(" ")
            current = current if is_command(word, following) else None  # a comment
        if current is not None:
            lines.append((row, current))
    return lines


def prompted_code(text: str, line: int) -> tuple[str, tuple[int, ...]]:
    """The commands behind prompts, and the line of the document for each of their lines."""
    lines = prompted_lines(text)
    return "".join(f"{command}\n" for _, command in lines), tuple(line + 1 + row for row, _ in lines)


def _ends_behind_prompt(lines: list[str], word: str) -> bool:
    """True if the word that ends a here-document stands behind a prompt."""
    ends = (line.strip() for line in lines)
    return next((line != word for line in ends if line in (word, f"> {word}", f">{word}")), False)


def _terminator(command: str) -> str | None:
    """The word that ends the here-document in which a command stops, or None."""
    waiting: list[tuple[bool, str]] = []
    for line in command.split("\n"):
        if waiting:
            tabs, word = waiting[0]
            if (line.lstrip("\t") if tabs else line).rstrip() == word:
                waiting.pop(0)
        else:
            waiting = [(bool(m[1]), m[2] or m[3] or m[4]) for m in _HEREDOC.finditer(line)]
    return waiting[0][1] if waiting else None


def _open(command: str) -> bool:
    """True if a shell would prompt for more lines."""
    if _terminator(command) is not None:
        return True
    if _HEREDOC.search(command):
        return False
    quote = ""
    plain: list[str] = []
    at = 0
    while at < len(command):
        letter = command[at]
        if letter == "\\" and quote != "'":
            if at == len(command) - 1:
                return True
            at += 2
            continue
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter == "#" and (at == 0 or command[at - 1] in " \t\n;"):
            at = command.find("\n", at)
            if at < 0:
                break
            continue
        else:
            plain.append(letter)
        at += 1
    code = "".join(plain)
    if quote or code.rstrip(" \t").endswith(("&&", "||", "|")):
        return True
    return len(_OPENING.findall(code)) > len(_CLOSING.findall(code))
