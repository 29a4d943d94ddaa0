"""Attributes of a fence: the text after the info word.

Three spellings mean the same: ``{name=x timeout=10m}``, Runme's JSON ``{"name":"x","interactive":"false"}`` and its
older ``{ name=x }``. Values are bare words, or quoted with a backslash before a quote inside. A bare name is a flag.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from typing import Any

from azops_tui.durations import parse_duration
from azops_tui.runbook.model import Attributes, Problem, Severity
from azops_tui.runbook.suggest import did_you_mean

Value = str | bool | dict[str, Any] | list[Any]

# A comma parts attributes, or the words of one value where no ``=`` follows: ``tag=a,b``.
_PAIR = re.compile(
    r"""[\s,]*(?P<name>[^\s,={}"']+)"""
    r"""(?:\s*=\s*(?:"(?P<double>(?:[^"\\]|\\.)*)"|'(?P<single>(?:[^'\\]|\\.)*)'|(?P<bare>(?:[^\s,"'{}]|,(?=[^\s,="'{}]+(?:[\s,]|$)))*)))?"""
    r"""(?=[\s,]|$)""",
    re.DOTALL,
)
_ESCAPE = re.compile(r"""\\(["'\\])""")
_SHARE = re.compile(r"\d+%?")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ASSIGNS = re.compile(r"""(?:^|\s)[A-Za-z][\w-]*=(?!["']?$)""")
_QUOTED_OR_BRACE = re.compile(r"""(?P<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|[{}]""")
_UNBALANCED = "the braces of the attributes are not balanced"


def pairs(text: str) -> list[tuple[str, str | bool]]:
    """Split ``name=value other="quoted value" flag`` into names and values; the value of a flag is True.

    Raises:
        ValueError: with the part that cannot be read.
    """
    items: list[tuple[str, str | bool]] = []
    at = 0
    end = len(text.rstrip(" \t\n\r,"))
    while at < end:
        match = _PAIR.match(text, at, end)
        if match is None:
            raise ValueError(text[at:end].strip(" ,"))
        for quoted in ("double", "single"):
            if match[quoted] is not None:
                items.append((match["name"], _ESCAPE.sub(r"\1", match[quoted])))
                break
        else:
            items.append((match["name"], True if match["bare"] is None else match["bare"]))
        at = match.end()
    return items


def _text(value: Value) -> str:
    if isinstance(value, bool):
        raise ValueError("a value")
    if isinstance(value, (dict, list)):
        raise ValueError("text")
    return value


def _word(value: Value) -> str:
    text = _text(value).strip()
    if not text:
        raise ValueError("a value")
    return text


def _flag(value: Value) -> bool:
    if isinstance(value, bool):
        return value
    text = _text(value).casefold()
    if text in {"true", "yes", "1", "on"}:
        return True
    if text in {"false", "no", "0", "off"}:
        return False
    raise ValueError("true or false")


def _count(value: Value) -> int:
    text = _text(value)
    if not re.fullmatch(r"[0-9]{1,6}", text):
        raise ValueError("a whole number")
    return int(text)


def _share(value: Value) -> str:
    text = _text(value)
    if not _SHARE.fullmatch(text):
        raise ValueError("a number or a percentage, such as 1 or 25%")
    return text


def _variable(value: Value) -> str:
    text = _text(value)
    if not _NAME.fullmatch(text):
        raise ValueError("a variable's name")
    return text


def _query(value: Value) -> str:
    from azops_tui.runbook.queries import bad_query

    text = _text(value)
    if "${" not in text and (message := bad_query(text)):
        raise ValueError(f"a JMESPath query ({message})")
    return text


def _seconds(value: Value) -> float:
    return parse_duration(_text(value))


def _timeout(value: Value) -> float:
    seconds = _seconds(value)
    if seconds <= 0:
        raise ValueError("a duration longer than nothing")
    return seconds


def _environment(value: Value) -> dict[str, str]:
    allowed = "assignments such as \"A=1 B='two words'\""
    if isinstance(value, dict):
        items = [(str(name), item if isinstance(item, str) else json.dumps(item)) for name, item in value.items()]
    else:
        try:
            words = [str(word) for word in value] if isinstance(value, list) else shlex.split(_text(value))
        except ValueError:
            raise ValueError(allowed) from None
        if any("=" not in word for word in words):
            raise ValueError(allowed)
        items = [(name, rest) for name, _, rest in (word.partition("=") for word in words)]
    if any(not _NAME.fullmatch(name) for name, _ in items):
        raise ValueError(allowed)
    return dict(items)


def _tags(value: Value) -> tuple[str, ...]:
    words = [str(word) for word in value] if isinstance(value, list) else re.split(r"[\s,]+", _text(value))
    return tuple(word for word in words if word)


def _one_of(*choices: str) -> Callable[[Value], str]:
    def check(value: Value) -> str:
        text = _text(value).casefold()
        if text not in choices:
            raise ValueError(", ".join(choices[:-1]) + f" or {choices[-1]}")
        return text

    return check


def _prompts(value: Value) -> str:
    text = str(value).casefold()
    words = {"true": "always", "yes": "always", "false": "never", "no": "never"}
    return _one_of("always", "never", "auto")(words.get(text, text))


_KNOWN: dict[str, tuple[str, Callable[[Value], Any]]] = {
    "name": ("name", _word),
    "timeout": ("timeout", _timeout),
    "retries": ("retries", _count),
    "retry-delay": ("retry_delay", _seconds),
    "on-error": ("on_error", _one_of("stop", "continue")),
    "when": ("when", _text),
    "confirm": ("confirm", _one_of("none", "mutate", "destroy")),
    "capture": ("capture", _variable),
    "query": ("query", _query),
    "format": ("format", _one_of("json", "tsv", "text")),
    "interactive": ("interactive", _flag),
    "background": ("background", _flag),
    "refresh": ("refresh", _timeout),
    "hide": ("hide", _one_of("input", "output", "both")),
    "ssh": ("ssh", _word),
    "serial": ("serial", _share),
    "max-fail": ("max_fail", _share),
    "user": ("user", _word),
    "via": ("via", _word),
    "cwd": ("cwd", _word),
    "env": ("env", _environment),
    "excludeFromRunAll": ("exclude_from_run_all", _flag),
    "tag": ("tags", _tags),
    "ignore": ("ignore", _flag),
    "id": ("id", _word),
    "promptEnv": ("prompt_env", _prompts),
    "interpreter": ("interpreter", _word),
    "kernel": ("kernel", _word),
    "azops": ("azops", _word),
}
NAMES = frozenset(_KNOWN)


def parse_attributes(text: str, line: int) -> tuple[Attributes, list[Problem]]:
    """Parse the text after the info word into attributes and problems, each at ``line``.

    Text before the first brace (other tools' ``title="…"``) is not ours and is left alone, as are line numbers in
    braces, by which other tools mark lines. A malformed value is an error and leaves the default in its place; an
    unknown attribute is a warning and is kept in ``extra``.
    """
    start, end = text.find("{"), text.rfind("}")
    problems: list[Problem] = []
    if start < 0:
        if end >= 0 and _ASSIGNS.search(text):
            problems = [Problem(Severity.WARNING, line, "the attributes have no opening brace and are not read")]
        return Attributes(), problems
    if end < start:
        problems.append(Problem(Severity.WARNING, line, f"{_UNBALANCED}: no closing brace; the line ends them"))
        text, end = f"{text}}}", len(text)
    elif _ASSIGNS.search(text[end + 1 :]):
        message = f"'{text[end + 1 :].strip()}' stands behind the attributes and is not read"
        problems.append(Problem(Severity.WARNING, line, message))
    inside = text[start + 1 : end]
    if re.fullmatch(r"[\d\s,-]*", inside):
        return Attributes(), problems
    values: list[tuple[str, Value]]
    if inside.lstrip().startswith('"'):
        try:
            values = _from_json(text[start : end + 1])
        except ValueError as error:
            return Attributes(), [Problem(Severity.ERROR, line, f"the attributes are not valid JSON: {error}")]
    else:
        try:
            values = list(pairs(inside))
        except ValueError as error:
            try:
                values = list(pairs(_QUOTED_OR_BRACE.sub(lambda match: match["quoted"] or " ", inside)))
            except ValueError:
                message = f"cannot read the attribute at '{error}'; write name=value or name=\"a value\""
                return Attributes(), [Problem(Severity.ERROR, line, message)]
            problems.append(Problem(Severity.WARNING, line, f"{_UNBALANCED}: one of them has no meaning"))
    attributes, more = _checked(values, line)
    return attributes, problems + more


def _from_json(text: str) -> list[tuple[str, Value]]:
    try:
        value = json.loads(text)
    except RecursionError:
        raise ValueError("too deeply nested") from None
    items: list[tuple[str, Value]] = []
    for name, item in value.items():
        if isinstance(item, (str, bool, dict, list)):
            items.append((name, item))
        elif item is not None:
            items.append((name, json.dumps(item)))
    return items


def _checked(written: list[tuple[str, Value]], line: int) -> tuple[Attributes, list[Problem]]:
    problems: list[Problem] = []
    values: dict[str, Any] = {}
    extra: dict[str, str] = {}
    for name, value in written:
        if name in values or name in extra:
            problems.append(Problem(Severity.WARNING, line, f"attribute '{name}' is given twice; the last one counts"))
        known = _KNOWN.get(name)
        if known is None:
            extra[name] = value if isinstance(value, str) else json.dumps(value)
            message = f"unknown attribute '{name}'{did_you_mean(name, NAMES)}"
            problems.append(Problem(Severity.WARNING, line, message))
            continue
        try:
            values[name] = known[1](value)
        except ValueError as error:
            shown = "" if isinstance(value, bool) else f", not '{value}'"
            problems.append(Problem(Severity.ERROR, line, f"attribute '{name}' takes {error}{shown}"))
    for other in ("interactive", "background", "ssh", "interpreter") if "kernel" in values else ():
        if values.pop(other, None):
            message = f"attribute '{other}' has no meaning for a step in a Jupyter kernel"
            problems.append(Problem(Severity.ERROR, line, message))
    fields = {_KNOWN[name][0]: value for name, value in values.items()}
    return Attributes(**fields, extra=extra), problems


def condition_code(when: str) -> str:
    """The shell code that evaluates ``when=``: the test itself, or a bare expression between brackets."""
    test = when.strip()
    return test if test.startswith(("[", "((", "test ", "!")) else f"[[ {test} ]]"
