"""Highlighting for the code of steps, without loading a highlighter for 500 languages."""

from __future__ import annotations

import re

from azops_tui.ui.lines import Line

_SHELL = re.compile(
    r"(?P<comment>(?:^|(?<=\s))#.*)|(?P<string>\"(?:\\.|[^\"\\])*\"|'[^']*')|(?P<variable>\$\{[^}]*\}|\$\w+|\$[?#@*!$-])"
    r"|(?P<keyword>\b(?:if|then|else|elif|fi|for|while|until|do|done|case|esac|in|function|export|local|return)\b(?!-))"
    r"|(?P<option>(?<=\s)--?[A-Za-z][\w-]*)|(?P<command>(?:^|(?<=[|;&(]))\s*[A-Za-z_./][\w./+-]*(?=\s|$))"
)
_PYTHON = re.compile(
    r"(?P<comment>#.*)|(?P<string>[rbf]?\"(?:\\.|[^\"\\])*\"|[rbf]?'(?:\\.|[^'\\])*')"
    r"|(?P<keyword>\b(?:def|class|return|if|elif|else|for|while|in|import|from|as|with|try|except|finally|raise|lambda"
    r"|and|or|not|is|None|True|False|yield|await|async|pass|global)\b)|(?P<command>\b\w+(?=\())"
)
_YAML = re.compile(
    r"(?P<comment>(?:^|(?<=\s))#.*)|(?P<option>^\s*(?:- )?[\w.-]+(?=\s*:(?:\s|$)))|(?P<variable>\$\{[^}]*\})"
    r"|(?P<string>\"(?:\\.|[^\"\\])*\"|'[^']*')"
)
_JSON = re.compile(
    r"(?P<option>\"(?:\\.|[^\"\\])*\"(?=\s*:))|(?P<string>\"(?:\\.|[^\"\\])*\")"
    r"|(?P<keyword>\b(?:true|false|null)\b)|(?P<variable>-?\b\d+(?:\.\d+)?\b)"
)
_MARKDOWN = re.compile(
    r"(?P<keyword>^\s{0,3}#{1,6} .*)|(?P<option>^\s*(?:[-*+]|\d+[.)]) |^\s*>+ ?)|(?P<comment><!--.*?-->|^```.*|^~~~.*)"
    r"|(?P<string>`[^`]+`)|(?P<command>\*\*[^*]+\*\*|__[^_]+__)|(?P<variable>!?\[[^\]]*\]\([^)]*\))"
)
_LANGUAGES = {
    "markdown": _MARKDOWN,
    "python": _PYTHON,
    "python3": _PYTHON,
    "py": _PYTHON,
    "yaml": _YAML,
    "yml": _YAML,
    "json": _JSON,
    "bash": _SHELL,
    "sh": _SHELL,
    "shell": _SHELL,
    "zsh": _SHELL,
    "azurecli": _SHELL,
    "azurecli-interactive": _SHELL,
    "azcli": _SHELL,
    "terraform": _SHELL,
    "console": _SHELL,
    "shell-session": _SHELL,
}


def highlight(code: str, language: str) -> list[Line]:
    """Spans for each line of code; plain if the language is unknown."""
    pattern = _LANGUAGES.get(language.casefold())
    lines = code.split("\n")
    if pattern is None:
        return [[(line, "code")] for line in lines]
    return [_line(line, pattern) for line in lines]


def _line(text: str, pattern: re.Pattern[str]) -> Line:
    if len(text) > 2000:
        return [(text, "code")]
    spans: Line = []
    end = 0
    for match in pattern.finditer(text):
        if match.start() > end:
            spans.append((text[end : match.start()], "code"))
        spans.append((match.group(), match.lastgroup or "code"))
        end = match.end()
    if end < len(text) or not spans:
        spans.append((text[end:], "code"))
    return spans
