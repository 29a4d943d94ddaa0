"""Messages of Azure as plain sentences: without JSON, stack traces or signatures."""

from __future__ import annotations

import json
import re

LONGEST = 600
"""Number of characters kept of a message."""

NO_REASON = "The service gave no reason."

_NOISE = (
    # What only the service's own people can use; the correlation id is kept apart.
    r"\s*(?:Request ?Id|Trace ID|Correlation ID|Activity ?Id|Time|Timestamp)\s*:\s*[\w.:\- ]*?(?=\n|\r|$|\.\s|\.$)",
    r"\s*Diagnostic information: .*$",
    r"\s*The tracking id is '[^']*'\.?",
    r"\s*See inner errors? for details?\.?",
    r"\s*\([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\)",
    r"\s*For more (?:details|information)[^.]*?(?:https?://|aka\.ms/)\S*",
    r"\s*(?:Please )?(?:see|refer to|go to|visit|read more about [\w ]+? at)\s+(?:https?://|aka\.ms/)\S*"
    r"(?:\s+for [^.]*)?\.?",
    r"\s*More information on [\w ]+ is available at (?:https?://|aka\.ms/)\S*",
    r"\s*Submit a request for .*? at (?:https?://|aka\.ms/)\S* by specifying [^.]*\.",
    r"\s*'<null>'",
    r"\s*To learn how to do this, see \S+",
)
_NOISES = [re.compile(pattern, re.IGNORECASE | re.DOTALL) for pattern in _NOISE]
_TRACE = re.compile(r"\s*(?:---> |\n\s+at \S|\r?\nStack trace:|Traceback \(most recent).*", re.DOTALL)
_URL = re.compile(r"(https?://[^\s?#'\"<>]+)[?#]\S*")
_ID = re.compile(r"/(?:subscriptions/[^/\s'\"]+|providers/[\w.]+)(?:/[^/\s'\",;()]+)+", re.IGNORECASE)
_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")


def clean(message: str, code: str = "") -> str:
    """Convert a message to plain sentences on one line, at most :data:`LONGEST` characters; the code if it is empty."""
    text = _TRACE.sub("", message)
    for noise in _NOISES:
        text = noise.sub("", text)
    text = _URL.sub(r"\1", text)
    text = _without_json(text)
    text = (
        re.sub(r"<[^<>]*>", " ", text)
        if re.search(r"<(?:html|body|div|p|h1|!DOCTYPE)\b", text, re.IGNORECASE)
        else text
    )
    text = re.sub(r"\s+", " ", text).strip().rstrip(":,;- ").strip()
    text = re.sub(r"\.{2,}$", ".", text)
    if not re.search(r"\w", text):
        text = words(code) or NO_REASON
    if len(text) > LONGEST:
        text = text[: LONGEST - 1].rsplit(" ", 1)[0].rstrip(",;:. ") + "…"
    return text if text[-1] in ".!?…" else text + "."


def words(code: str) -> str:
    """A code as words: ``InUseNetworkSecurityGroup`` as “In use network security group”."""
    parts = _WORDS.findall(code)
    text = " ".join(word if word.isupper() and len(word) > 1 else word.lower() for word in parts)
    return text[:1].upper() + text[1:]


def first_sentences(text: str, enough: int = 160) -> str:
    """Return the first sentence, and those after it that fit into ``enough`` characters.

    A full stop within a name, a number or an abbreviation does not end a sentence.
    """
    ends = [match.end() for match in re.finditer(r"(?<!\be\.g)(?<!\bi\.e)[.!?…](?=['\"”)]*\s+[A-Z'\"“(])", text)]
    ends.append(len(text))
    return text[: max((end for end in ends if end <= enough), default=ends[0])]


def as_sentence(message: str, target: str = "", resource: str = "", advice: str = "") -> str:
    """Format one line for people: the resource, the failure, and what to do. Ids become kind and name."""
    text = shorten_ids(first_sentences(message))
    if target and target.rpartition(".")[2].lower() not in text.lower():
        text = f"{shorten_ids(target)}: {text}"
    name = shorten_ids(resource) if resource.startswith("/") else resource
    if name and name.rpartition(" ")[2].lower() not in text.lower():
        text = f"{name[:1].upper()}{name[1:]}: {text}" if resource.startswith("/") else f"{name}: {text}"
    return f"{text} {advice}".strip()


def shorten_ids(text: str) -> str:
    """Replace every resource id in a text by kind and name: ``network interface nic-0``."""
    return _ID.sub(lambda match: _short_id(match[0], text[: match.start()]), text)


def kind_name(resource_type: str) -> str:
    """The last word of a type in plain words: ``Microsoft.Network/networkInterfaces`` is a network interface."""
    kind = resource_type.rpartition("/")[2]
    if kind.isupper() and "dnszones/" in resource_type.lower():
        return f"{kind} record"
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+", kind)
    if not words:
        return ""
    last = words[-1].lower()
    for ending, single in (("ies", "y"), ("sses", "ss"), ("ss", "ss"), ("s", "")):
        if last.endswith(ending) and len(last) > len(ending) + 1:
            last = last.removesuffix(ending) + single
            break
    return " ".join([*(word if word.isupper() else word.lower() for word in words[:-1]), last])


def _short_id(resource_id: str, before: str) -> str:
    # The template language is not needed to open a document.
    from azops_tui.arm.resource_id import split_id

    stop = "." if resource_id.endswith(".") else ""
    resource_id = resource_id.rstrip(".")
    _, kind, name = split_id(resource_id)
    kind = kind_name(kind)
    if not name or not kind:
        return resource_id + stop
    # “Network security group /subscriptions/…” names the kind already.
    word = kind.replace(" ", "").lower()
    initials = "".join(word[0].upper() for word in kind.split())
    is_named = re.sub(r"\W", "", before).lower().endswith((word, f"{word}s")) or (
        len(initials) > 1 and before.endswith(f" {initials} ")
    )
    return f"{name}{stop}" if is_named else f"{kind} {name}{stop}"


def _without_json(text: str) -> str:
    """Replace JSON in a text by the sentence that it contains, or remove it."""
    pieces: list[str] = []
    at = 0
    decoder = json.JSONDecoder(strict=False)
    for match in re.finditer(r"[{\[](?=\s*[\"{\[\\}])", text):
        if match.start() < at:
            continue
        try:
            value, end = decoder.raw_decode(text, match.start())
        except (ValueError, RecursionError):
            end, value = _balanced(text, match.start()), None
        pieces += [text[at : match.start()], _message_in(value)]
        at = end
    return "".join([*pieces, text[at:]])


def _message_in(value: object) -> str:
    """First message in a JSON value."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name.lower() in ("message", "error_description", "errors", "error"):
                message = inner if isinstance(inner, str) else _message_in(inner)
                if message:
                    return message
    if isinstance(value, list):
        for inner in value:
            message = inner if isinstance(inner, str) and " " in inner else _message_in(inner)
            if message:
                return message
    return ""


def _balanced(text: str, start: int) -> int:
    """Position after the bracket that closes the one at ``start``, or the end of the text."""
    depth = 0
    for at in range(start, len(text)):
        if text[at] in "{[":
            depth += 1
        elif text[at] in "}]":
            depth -= 1
            if not depth:
                return at + 1
    return len(text)
