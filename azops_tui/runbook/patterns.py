"""Regular expressions that documents bring, in RE2's linear time: no pattern and no text makes them run for long.

RE2 has no look-around and no back-references; a pattern with one is refused by name. Look-ahead right after a leading
``^``, as in ``^(?!.*ERROR).*``, is searched for apart from the remaining pattern, and therefore works. Its syntax:
https://github.com/google/re2/wiki/Syntax (read 2026-11-24)
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import re2

_LONGEST = 4_096
"""Characters that a pattern may have."""
_BEYOND = (
    (re.compile(r"\(\?<?[=!]"), "look-around, such as (?=…) and (?!…)"),
    (re.compile(r"\\[1-9]|\(\?P="), r"back-references, such as \1"),
    (re.compile(r"\(\?>|[*+?}]\+"), "possessive quantifiers and atomic groups"),
    (re.compile(r"\(\?\("), "conditions, such as (?(1)…)"),
)
"""What Python's patterns have and RE2's have not."""
_AHEAD = re.compile(r"\^\(\?([=!])((?:[^()\[\]\\]|\\.|\[(?:\\.|[^\]\\])+\])*)\)")
"""Look-ahead without groups in it."""
_END = re.compile(r"((?:^|[^\\])(?:\\\\)*)\\Z")


def bad_pattern(pattern: str) -> str:
    """Why a text is not a regular expression that azops runs; empty if it is one."""
    import re2

    if len(pattern) > _LONGEST:
        return f"it is longer than {_LONGEST} characters"
    try:
        for _, part in _parts(pattern):
            _compiled(part, False)
    except (re2.error, ValueError) as error:
        for form, name in _BEYOND:
            if form.search(pattern):
                return f"{name}, cannot be searched for in linear time; write it without"
        reason = error.args[0] if error.args else ""
        return reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
    return ""


def search(pattern: str, text: str, *, multiline: bool = False) -> bool:
    """Whether a pattern matches anywhere in a text. As in Python, ``$`` matches before a final line feed too."""
    parts = _parts(pattern)
    if len(parts) > 1:
        starts = text.split("\n") if multiline else [text]
        return any(all(_matches(part, start, False) == wanted for wanted, part in parts) for start in starts)
    return _matches(pattern, text, multiline)


def fullmatch(pattern: str, text: str) -> bool:
    """Whether a pattern matches the whole text."""
    *ahead, (_, last) = _parts(pattern)
    return all(_matches(part, text, False) == wanted for wanted, part in ahead) and bool(
        _compiled(last, False).fullmatch(text)
    )


def _matches(pattern: str, text: str, multiline: bool) -> bool:
    form = _compiled(pattern, multiline)
    return bool(form.search(text) or (text.endswith("\n") and form.search(text[:-1])))


def _parts(pattern: str) -> list[tuple[bool, str]]:
    """Patterns that must match at the start of the text, or must not: look-ahead after ``^``, then what remains."""
    parts: list[tuple[bool, str]] = []
    remaining = pattern
    while match := _AHEAD.match(remaining):
        parts.append((match[1] == "=", f"^(?:{match[2]})"))
        remaining = "^" + remaining[match.end() :]
    return [*parts, (True, remaining)]


@functools.lru_cache(256)
def _compiled(pattern: str, multiline: bool) -> re2._Regexp[str]:
    import re2

    options = re2.Options()
    options.log_errors = False
    options.max_mem = 8 << 20
    return re2.compile(("(?m)" if multiline else "") + _END.sub(r"\1\\z", pattern), options)
