"""Microsoft's extensions of Markdown, rewritten as plain Markdown, and the names of emoji.

The extensions: https://learn.microsoft.com/contribute/content/markdown-reference (read 2026-11-24).
"""

from __future__ import annotations

import re
from collections.abc import Collection

from markdown_it.common.utils import normalizeReference
from markdown_it.token import Token

CALLOUTS = {"NOTE": "accent", "TIP": "done", "IMPORTANT": "asking", "CAUTION": "failed", "WARNING": "failed"}
"""Style of each kind of callout."""
_FENCE = re.compile(r"\s*(?:>\s*)*(`{3,}|~{3,})")
_TAB = re.compile(r"^(\s*#{1,6}\s+)\[([^\]]+)\]\(#tab/[^)]*\)\s*$")
_INCLUDE = re.compile(r"\[!INCLUDE\s*\[([^\]]*)\]\(([^)]*)\)\]", re.IGNORECASE)
_VIDEO = re.compile(r"\[!VIDEO\s+([^\]\s]+)\]", re.IGNORECASE)
_EXTENSION = re.compile(r"^(\s*):::\s*([\w-]+)(.*?)(?::::)?\s*$")
_ATTRIBUTE = re.compile(r"([\w-]+)=\"([^\"]*)\"")
_UNDEFINED = re.compile(r"(?<![\w\]`!\\])\[((?:[^\[\]`]|`[^`]*`)+)\]\[([A-Za-z][^\[\]]*)\]")
_FOOTNOTE = re.compile(r"^\[\^([^\]\s]+)\]:\s+")
_MARKER = re.compile(r"^\[!(\w+)(?:\s+class=[\"“]?([\w-]+)[\"”]?)?\s*\]\s*")
_TAG = re.compile(r"<!--.*?-->|</?[A-Za-z][^>]*>", re.DOTALL)
_SUMMARY = re.compile(r"<summary[^>]*>(.*?)</summary>", re.DOTALL | re.IGNORECASE)
_EMOJI = re.compile(r":([a-z0-9_+-]+):")
_EMOJI_NAMES = {
    "heavy_check_mark": "✔",
    "white_check_mark": "✅",
    "ballot_box_with_check": "☑",
    "x": "❌",
    "heavy_multiplication_x": "✖",
    "warning": "⚠",
    "information_source": "ℹ",
    "bulb": "💡",
    "memo": "📝",
    "rocket": "🚀",
    "star": "⭐",
    "tada": "🎉",
    "bug": "🐛",
    "fire": "🔥",
    "lock": "🔒",
    "key": "🔑",
    "gear": "⚙",
    "cloud": "☁",
    "zap": "⚡",
    "link": "🔗",
    "construction": "🚧",
    "exclamation": "❗",
    "question": "❓",
    "no_entry": "⛔",
    "arrow_right": "➡",
    "point_right": "👉",
    "thumbsup": "👍",
    "+1": "👍",
    "-1": "👎",
    "eyes": "👀",
    "books": "📚",
    "package": "📦",
    "wrench": "🔧",
    "hourglass": "⌛",
    "red_circle": "🔴",
    "green_circle": "🟢",
    "large_blue_circle": "🔵",
}


def to_markdown(text: str, known: Collection[str] = ()) -> str:
    """Rewrite tabs, includes, zones, images, footnotes, and links that nothing defines; code fences stay as they are.

    Args:
        text: Markdown with Microsoft's extensions.
        known: labels of the links that are defined, in the parser's form.
    """
    lines: list[str] = []
    prose: list[str] = []
    fence = ""

    def close() -> None:
        if prose:
            lines.append(_UNDEFINED.sub(lambda match: _link(match, known), "\n".join(prose)))
            prose.clear()

    for line in text.split("\n"):
        mark = _FENCE.match(line)
        if fence:
            if mark and mark.group(1).startswith(fence) and not line[mark.end() :].strip():
                fence = ""
            lines.append(line)
        elif mark:
            close()
            fence = mark.group(1)
            lines.append(line)
        else:
            prose.append(_rewrite(line))
    close()
    return "\n".join(lines)


def _link(match: re.Match[str], known: Collection[str]) -> str:
    """A link by its label; its text alone if nothing defines the label."""
    return match.group() if normalizeReference(match.group(2)) in known else match.group(1)


def _rewrite(line: str) -> str:
    if "[" in line:
        line = _TAB.sub(r"\1\2 (tab)", line)
        line = _INCLUDE.sub(r"(included text: [\1](\2))", line)
        line = _VIDEO.sub(r"[video: \1](\1)", line)
        line = _FOOTNOTE.sub(r"(\1) ", line)
    extension = _EXTENSION.match(line) if ":::" in line else None
    return _extension(extension) if extension else line


def _extension(match: re.Match[str]) -> str:
    """A line that begins with ``:::`` as Markdown; empty for one that only arranges."""
    indent, kind, attributes = match.group(1), match.group(2), dict(_ATTRIBUTE.findall(match.group(3)))
    source = attributes.get("source", "")
    match kind:
        case "image":
            alt = re.sub(r"[\[\]]", "", attributes.get("alt-text", ""))
            return f"{indent}![{alt}]({source.replace(' ', '%20')})"
        case "code":
            return f"{indent}(code: [{source}]({source.replace(' ', '%20')}))"
        case "zone" | "moniker":
            label = attributes.get("pivot") or attributes.get("target") or attributes.get("range") or ""
            return f"{indent}*For {label}:*\n" if label else ""
        case _:
            return ""


def take_marker(inline: Token) -> tuple[str, str]:
    """Remove a marker such as ``[!NOTE]`` from the beginning of a quote: its word and its class; empty if none."""
    children = inline.children or []
    match = _MARKER.match(children[0].content) if children and children[0].type == "text" else None
    if match is None:
        return "", ""
    children[0].content = children[0].content[match.end() :]
    if not children[0].content:
        del children[0]
        if children and children[0].type in ("softbreak", "hardbreak"):
            del children[0]
    inline.content = "" if not children else inline.content
    return match.group(1).upper(), match.group(2) or ""


def replace_names(text: str, *, ascii_only: bool) -> str:
    """Replace names of emoji by their characters, and references to footnotes by their numbers."""
    if "[^" in text:
        text = re.sub(r"\[\^([^\]\s]+)\]", r"(\1)", text)
    if ":" not in text or ascii_only:
        return text
    return _EMOJI.sub(lambda match: _EMOJI_NAMES.get(match.group(1), match.group()), text)


def html_text(html: str) -> tuple[str, str]:
    """Text of a summary and the other text of an HTML block, without tags and comments."""
    summary = " ".join(_TAG.sub("", part).strip() for part in _SUMMARY.findall(html))
    return summary, _TAG.sub("", _SUMMARY.sub("", html)).strip()
