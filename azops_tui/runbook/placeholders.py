"""Placeholders in commands: ``<your-group>``, ``{{name}}``, ``YOUR_NAME``, ``xxxx``."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from azops_tui.runbook.verbs import words as name_set

_PLACEHOLDER = re.compile(
    r"(?<![<$&\w#])<(?P<angle>[A-Za-z][\w .,/'’:-]{0,60}[\w.'’]|[A-Za-z])>(?!>)"
    r"|(?<!\$)(?<!\{)\{\{ *(?P<braces>[A-Za-z_][\w-]*) *\}\}(?!\})"
    r"|(?<![\w$/{.-])(?P<your>(?:YOUR|REPLACE|INSERT|ENTER)[_-][A-Z0-9][A-Z0-9_-]*|your[-_][a-z0-9]+(?:[-_][a-z0-9]+)*)(?![\w=])"
    r"|(?<![\w$/{.-])(?P<crosses>[xX]{4,}(?:-[xX]{3,})*|0{8}-0{4}-0{4}-0{4}-0{12})(?![\w-])"
)
_TAGS = name_set("""
    html head body title p h1 h2 h3 h4 div span br hr ul ol li table tr td th a b i em strong pre code script style
    form input button label meta link img footer header nav section string h limits.h
""")
_OWN_TEMPLATE = re.compile(r"\{\{-? *(?:\.|\$|range\b|if\b|end\b|else\b|with\b|include\b|toYaml\b)|\$\{\{")
_ARTICLES = re.compile(
    r"^(?:(?:paste|enter|insert|replace|with|add|put|type|use|your|my|the|a|an|some|here|own|this|of|is)[\s_-]+)+",
    re.IGNORECASE,
)
_ASSIGNED = re.compile(r"(?:^|[\s;])(?:export\s+)?([A-Za-z_]\w*)=[\"']?$")
_OPTION = re.compile(r"--([a-z][\w-]*)[ =][\"']?$")


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A placeholder in code. ``start`` and ``end`` are offsets of its text."""

    name: str
    """Name of the variable that holds its value."""
    text: str
    start: int
    end: int


def placeholders(code: str) -> list[Placeholder]:
    """The placeholders in shell code, in order. Comments, templates of other tools and HTML have none."""
    if not re.search(r"<[A-Za-z]|\{\{|YOUR|your[-_]|REPLACE|INSERT|ENTER|[xX]{4}|0{8}-", code):
        return []
    has_templates = _OWN_TEMPLATE.search(code) is not None
    found: list[Placeholder] = []
    for match in _PLACEHOLDER.finditer(code):
        line = code[code.rfind("\n", 0, match.start()) + 1 :].split("\n", 1)[0]
        before = code[: match.start()]
        if line.lstrip().startswith("#") or (match["braces"] and has_templates) or _is_markup(match, code):
            continue
        if match["crosses"] and ("mktemp" in line or before.endswith((":", "/"))):
            continue
        name = _name(match, before[before.rfind("\n") + 1 :])
        if name:
            found.append(Placeholder(name, match[0], match.start(), match.end()))
    return found


def without_placeholders(code: str) -> str:
    """The code with a word in the place of each placeholder, so that a shell can read it."""
    return replace_placeholders(code, lambda place: re.sub(r"\W", "x", place.text))


def replace_placeholders(code: str, value: Callable[[Placeholder], str | None]) -> str:
    """The code with each placeholder replaced by its value; one whose value is None is left as it is."""
    parts: list[str] = []
    at = 0
    for place in placeholders(code):
        text = value(place)
        parts += [code[at : place.start], place.text if text is None else text]
        at = place.end
    return "".join([*parts, code[at:]])


def _is_markup(match: re.Match[str], code: str) -> bool:
    """True for a tag of HTML or XML, an include of C, or two redirections of the shell."""
    inner = match["angle"]
    if not inner:
        return False
    tag = inner.split()[0]
    if tag.casefold() in _TAGS or f"</{tag}>" in code or re.search(r"\.(?:h|hpp|txt|sql|json|ya?ml|csv|log)$", inner):
        return True
    follows = code[match.end() : match.end() + 1]
    return re.fullmatch(r"[a-z]+", inner) is not None and follows.isalnum()


def _name(match: re.Match[str], line: str) -> str:
    assigned = _ASSIGNED.search(line)
    if assigned:
        return assigned[1]
    text = match["angle"] or match["braces"] or match["your"] or ""
    words = _ARTICLES.sub("", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text.replace("'s", "")))
    name = re.sub(r"\W+|_+", "_", re.sub(r"[\s_-]+(?:here|value)$", "", words, flags=re.IGNORECASE)).strip("_").upper()
    generic = not name or name in {"VALUE", "NAME", "ID", "STRING", "TEXT", "HERE"}
    option = _OPTION.search(line)
    if generic and option:
        stem = option[1].replace("-", "_").upper()
        name = stem if not name or name in stem else f"{stem}_{name}"
    name = name or "VALUE"
    return f"VALUE_{name}" if name[0].isdigit() else name[:60]
