"""How much an output is like the one a document shows: JSON by structure, text by ratio. Pure.

A document's output is an example: names carry ``xxx``, ids are all zero, parts are left out. So what the example says
must be in the real output; what the example leaves out does not count.
"""

from __future__ import annotations

import difflib
import json
import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

from azops_tui.engine.expectations.differences import MOST_LINES, different_lines
from azops_tui.text import strip_ansi

STATES = frozenset({"provisioningstate", "status", "powerstate"})
"""Keys (without case) whose value says whether a thing is well: no share of other values makes up for a wrong one."""

_WILD = re.compile(
    r"[xX]{3,}(?:-[xX]{3,})*|0{8}-0{4}-0{4}-0{4}-0{12}|<[^<>\n]*>|\.\.\.|…",
)
_TOKEN = re.compile(
    r'(?P<string>"(?:[^"\\\n]|\\.)*")|(?P<skip>\s+|//[^\n]*|/\*.*?\*/|#[^\n]*|\.{3,}|…)'
    r"|(?P<hole><[^<>\n]*>)|(?P<word>[^\s\"{}\[\],:/#<.…][^\s\"{}\[\],:/#<…]*)|(?P<mark>[{}\[\],:])",
    re.DOTALL,
)
_STATE_LINE = re.compile(
    r"""^[\s"'*-]*(provisioningState|status|powerState)["']?\s*[:=]\s*["']?([^"',\n]+)["']?\s*,?\s*$""",
    re.IGNORECASE | re.MULTILINE,
)
_CELL = re.compile(r"\S+(?: \S+)*")
"""A cell of a table's head: two spaces part it from the next."""
_RULE = re.compile(r"[-=\s|+]*")
_RANDOM_END = re.compile(r"[-_]?(?:x{3,}|[0-9a-f]{3,}|<[^<>]*>)+$")
MISSING: Any = object()
_BUDGET = 30_000
"""Leaves compared to find which elements of lists belong together; beyond, equal ones do, then neighbours."""
_PAIRS = 4096
"""Pairs of elements of two lists up to which each is compared with each."""
_LETTERS = 4_000_000
"""Product of two texts' lengths up to which they are compared letter by letter; beyond, line by line."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two outputs are.

    ``score`` goes from 0 to 1. ``wrong`` says which state differs, empty where none does; then no score is enough.
    ``difference`` says what else differs first.
    """

    score: float
    wrong: str = ""
    difference: str = ""
    matched: int = 0
    total: int = 0
    """Values of the expected JSON, and how many of them are there; 0 for text."""
    lines: tuple[str, ...] = ()
    """What differs: each expected value or line (``- …``) before the actual one (``+ …``)."""


def plain(text: str) -> str:
    """Text without terminal control sequences, line ends as ``\\n``, no white space at line ends and around it."""
    clean = strip_ansi(text).replace("\r\n", "\n").replace("\r", "\n")
    return "\n".join(line.rstrip() for line in clean.split("\n")).strip("\n").rstrip()


def similar(expected: str, actual: str) -> Likeness:
    """How much of ``expected`` is in ``actual``: by structure where ``expected`` is JSON, else by ratio."""
    wanted, got = plain(expected), plain(actual)
    if wanted == got:
        return Likeness(1.0)
    try:
        example = lenient_json(wanted)
        if example is not MISSING:
            found = documents(got)
            if not found:
                return Likeness(0.0, difference="the output is not JSON")
            return closest(example, found)[0]
    except RecursionError:
        pass  # nested too deeply to be compared by structure
    return _by_text(wanted, got)


def closest(example: Any, found: list[Any]) -> tuple[Likeness, Any]:
    """The JSON value that is most like the example, with how much it is."""
    pairs = [(_same_resource(example, value), value) for value in found]
    return max(pairs, key=lambda pair: (not pair[0].wrong, pair[0].score))


def documents(text: str) -> list[Any]:
    """The JSON objects and lists in an output, in order; a step of several commands prints several."""
    decoder = json.JSONDecoder()
    found: list[Any] = []
    at = 0
    while (start := _opening(text, at)) >= 0:
        try:
            value, at = decoder.raw_decode(text, start)
        except ValueError:
            at = start + 1
            if len(found) > 1000:
                break
            continue
        found.append(value)
    return found


def _opening(text: str, at: int) -> int:
    """Where the next line begins with a brace or bracket."""
    match = re.compile(r"^[ \t]*[{\[]", re.MULTILINE).search(text, at)
    return match.end() - 1 if match else -1


def lenient_json(text: str) -> Any:
    """An object or list as documents write it: with comments, ``...``, trailing commas and bare ``<placeholders>``.

    Returns a marker that equals no JSON value where it is none; compare with ``is``.
    """
    if not text.startswith(("{", "[")):
        return MISSING
    parts: list[str] = []
    at = 0
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:
            return MISSING
        at = token.end()
        if token["skip"]:
            continue
        part = json.dumps(token["hole"]) if token["hole"] else token[0]
        if part in {"}", "]", ","} and parts and parts[-1] in {",", "{", "["} and (part == "," or parts[-1] == ","):
            # A comma that a left-out part has orphaned.
            if part == ",":
                continue
            parts.pop()
        parts.append(part)
    try:
        value = json.loads("".join(parts))
    except ValueError:
        return MISSING
    return value if isinstance(value, (dict, list)) else MISSING


def compare(expected: Any, actual: Any) -> Likeness:
    """How much of a JSON value is in another: the share of its leaves that are there with an equal value.

    Keys and list elements may come in any order; what the other has besides does not count.
    """
    return _Tally([_BUDGET]).of(expected, actual)


def _same_resource(expected: Any, actual: Any) -> Likeness:
    """As :func:`compare`; an object whose ``id`` and ``name`` both differ is another resource, whatever else it has."""
    result = compare(expected, actual)
    if not isinstance(expected, dict) or not isinstance(actual, dict) or result.wrong:
        return result
    names = [key for key in ("id", "name") if isinstance(expected.get(key), str) and isinstance(actual.get(key), str)]
    if not names or any(_same_name(expected[key], actual[key]) for key in names):
        return result
    key = names[-1]
    return replace(result, wrong=f"{key} is {shown(actual[key])}, expected {shown(expected[key])}")


def _same_name(expected: str, actual: str) -> bool:
    """True for names that may differ in what is made up at random at their end; of an id, the last part counts."""
    want, got = (text.casefold().rpartition("/")[2] for text in (expected, actual))
    stem = _RANDOM_END.sub("", want)
    return wild_equal(want, got) or not stem or _RANDOM_END.sub("", got) == stem


def wild_equal(expected: str, actual: str) -> bool:
    """Whether a text equals another that may hold wildcards: ``xxx``, an all-zero GUID, ``<…>``."""
    parts = _WILD.split(expected)
    if len(parts) == 1:
        return expected == actual
    first, *middle, last = parts
    if len(actual) < len(first) + len(last) or not actual.startswith(first) or not actual.endswith(last):
        return False
    at, end = len(first), len(actual) - len(last)
    for part in middle:
        found = actual.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True


def shown(value: Any) -> str:
    """A JSON value in a sentence: text in quotes, the rest as JSON, shortened."""
    text = f"'{value}'" if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:77]}…"


class _Tally:
    """Counts leaves, and remembers the first that differs.

    Args:
        budget: one number, what is left of ``_BUDGET``; shared by all tallies of one comparison.
    """

    def __init__(self, budget: list[int]) -> None:
        self.budget = budget
        self.matched = 0
        self.total = 0
        self.wrong = ""
        self.difference = ""
        self.lines: list[str] = []

    def of(self, expected: Any, actual: Any) -> Likeness:
        self.value(expected, actual, ())
        score = self.matched / self.total if self.total else 1.0
        return Likeness(score, self.wrong, self.difference, self.matched, self.total, tuple(self.lines))

    def value(self, expected: Any, actual: Any, path: tuple[str, ...]) -> None:
        if isinstance(expected, dict) and expected:
            inside = actual if isinstance(actual, dict) else {}
            for key, item in expected.items():
                self.value(item, inside.get(key, MISSING), (*path, key))
        elif isinstance(expected, list) and expected:
            self._list(expected, actual if isinstance(actual, list) else [], path)
        else:
            self._leaf(expected, actual, path)

    def _list(self, expected: list[Any], actual: list[Any], path: tuple[str, ...]) -> None:
        for at, partner in enumerate(_partners(expected, actual, self.budget)):
            item = MISSING if partner is None else actual[partner]
            self.value(expected[at], item, (*path, f"[{at}]"))

    def _leaf(self, expected: Any, actual: Any, path: tuple[str, ...]) -> None:
        self.total += 1
        self.budget[0] -= 1
        is_state = bool(path) and path[-1].casefold() in STATES
        if _equal(expected, actual, state=is_state):
            self.matched += 1
            return
        where = ".".join(path).replace(".[", "[") or "it"
        if actual is MISSING:
            said = f"{where} is missing, expected {shown(expected)}"
        else:
            said = f"{where} is {shown(actual)}, expected {shown(expected)}"
            if is_state and not self.wrong:
                self.wrong = said
        if not self.difference:
            self.difference = said
        if len(self.lines) < MOST_LINES:
            self.lines.append(f"- {where}: {shown(expected)}")
            self.lines.append(f"+ {where}: {'(missing)' if actual is MISSING else shown(actual)}")


def _equal(expected: Any, actual: Any, *, state: bool = False) -> bool:
    if isinstance(expected, str):
        if _WILD.fullmatch(expected):
            return actual is not MISSING
        if not isinstance(actual, str):
            return False
        if state or expected.casefold().startswith("/subscriptions/"):
            return wild_equal(expected.casefold(), actual.casefold())
        return wild_equal(expected, actual)
    if isinstance(expected, (dict, list)):
        return isinstance(actual, type(expected))
    if isinstance(expected, bool) or isinstance(actual, bool) or expected is None:
        return expected is actual
    return isinstance(actual, (int, float)) and bool(expected == actual)


def _partners(expected: list[Any], actual: list[Any], budget: list[int]) -> list[int | None]:
    """For each expected element the place of the actual one it is compared with, each used once.

    Elements that match wholly are paired first, as many as can be; the rest go to the best that is left.
    """
    scores: list[list[Likeness]] = []
    for item in expected:
        row: list[Likeness] = []
        for other in actual:
            if budget[0] <= 0 or len(expected) * len(actual) > _PAIRS:
                return _partners_of_many(expected, actual)
            row.append(_Tally(budget).of(item, other))
        scores.append(row)
    owner: dict[int, int] = {}

    def settle(at: int, tried: set[int]) -> bool:
        for place, likeness in enumerate(scores[at]):
            if likeness.score == 1.0 and place not in tried:
                tried.add(place)
                if place not in owner or settle(owner[place], tried):
                    owner[place] = at
                    return True
        return False

    for at in range(len(expected)):
        settle(at, set())
    found: list[int | None] = [None] * len(expected)
    for place, at in owner.items():
        found[at] = place
    free = [place for place in range(len(actual)) if place not in owner]
    for at, settled in enumerate(found):
        if settled is None and free:
            best = max((scores[at][place].matched, -place) for place in free)[1] * -1
            free.remove(best)
            found[at] = best
    return found


def _partners_of_many(expected: list[Any], actual: list[Any]) -> list[int | None]:
    """As :func:`_partners` for long lists: equal elements first, the rest in order."""
    places: dict[str, list[int]] = {}
    for place, item in enumerate(actual):
        places.setdefault(json.dumps(item, sort_keys=True), []).append(place)
    found: list[int | None] = []
    for item in expected:
        same = places.get(json.dumps(item, sort_keys=True))
        found.append(same.pop(0) if same else None)
    used = {place for place in found if place is not None}
    free = iter([place for place in range(len(actual)) if place not in used])
    return [next(free, None) if place is None else place for place in found]


def _by_text(expected: str, actual: str) -> Likeness:
    wanted = expected.split("\n")
    got = actual.split("\n")
    wanted = _filled(wanted, got)
    wrong = _wrong_state("\n".join(wanted), actual)
    if wanted == got:
        return Likeness(1.0, wrong)
    pairs = ((at, *lines) for at, lines in enumerate(zip(wanted, got, strict=False), start=1))
    difference = next(
        (f"line {at} is {shown(line)}, expected {shown(want)}" for at, want, line in pairs if want != line),
        f"{len(got)} lines, expected {len(wanted)}",
    )
    return Likeness(_ratio(wanted, got), wrong, difference, lines=different_lines(wanted, got))


def _filled(wanted: list[str], got: list[str]) -> list[str]:
    """The expected lines, those with wildcards replaced by the line of the output that they match."""
    return [
        next((other for other in got if wild_equal(line, other)), line)
        if _WILD.search(line) and len(got) < 5000
        else line
        for line in wanted
    ]


def _ratio(wanted: list[str], got: list[str]) -> float:
    """Share of equal text, 0 to 1, in bounded time: letters, for long texts lines, for very long ones a count."""
    first, second = "\n".join(wanted), "\n".join(got)
    if not first or not second:
        return 0.0
    if len(first) * len(second) <= _LETTERS:
        return difflib.SequenceMatcher(None, first, second, autojunk=False).ratio()
    if len(wanted) * len(got) <= _LETTERS:
        blocks = difflib.SequenceMatcher(None, wanted, got, autojunk=False).get_matching_blocks()
        alike: float = sum(len(line) + 1 for block in blocks for line in wanted[block.a : block.a + block.size])
    else:
        # Which lines are there, and which stand in the same place, each for half.
        common = Counter(wanted) & Counter(got)
        placed = Counter(line for line, other in zip(wanted, got, strict=False) if line == other)
        alike = sum((len(line) + 1) * count for line, count in (common + placed).items()) / 2
    return min(1.0, 2 * alike / (len(first) + len(second) + 2))


def _wrong_state(expected: str, actual: str) -> str:
    """Which state of ``key: value`` lines and tables differs: the output has the key, and never with that value."""
    got: dict[str, set[str]] = {}
    for key, value in _states(actual):
        got.setdefault(key.casefold(), set()).add(value.casefold())
    for key, value in _states(expected):
        known = got.get(key.casefold())
        if known and not any(wild_equal(value.casefold(), one) for one in known):
            return f"{key} is {shown(min(known))}, expected {shown(value)}"
    return ""


def _states(text: str) -> list[tuple[str, str]]:
    """The states in a text: ``key: value`` lines, and the columns of tables."""
    found = [(key, value.strip()) for key, value in _STATE_LINE.findall(text)]
    columns: list[tuple[str, int, int | None]] = []
    for line in text.split("\n"):
        if not line.strip():
            columns = []
        heads = list(_CELL.finditer(line))
        if len(heads) > 1 and any(head[0].casefold() in STATES for head in heads):
            ends = [head.start() for head in heads[1:]]
            columns = [
                (head[0], head.start(), end)
                for head, end in zip(heads, [*ends, None], strict=True)
                if head[0].casefold() in STATES
            ]
        elif not _RULE.fullmatch(line):
            found.extend((name, line[start:end].strip()) for name, start, end in columns if line[start:end].strip())
    return found
