"""One automaton that finds all forms of all secrets, and the triggers of shapes, in a single pass over bytes."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator

_LONGEST = 32
"""Bytes of a form that the automaton knows; the remaining bytes are compared where these match."""
_LARGEST_TABLE = 64 * 1024
"""Bytes of patterns up to which the automaton may be a table."""
_WORTH_A_TABLE = 64_000_000
"""Bytes after which the automaton becomes a table: three times as fast, but ten times as long to build."""
_PREFIX = 4
"""Bytes by which a form that begins at the end of a piece is looked up."""


class Automaton:
    """Finds fixed byte strings. The library is imported here, on the first search.

    Args:
        keys: forms of secrets, without white space.
        triggers: fixed strings that occur in every secret of a shape.
    """

    def __init__(self, keys: Iterable[bytes], triggers: Iterable[bytes]) -> None:
        import ahocorasick_rs

        self._keys = sorted(keys)
        beginnings: dict[bytes, list[bytes]] = defaultdict(list)
        for key in self._keys:
            beginnings[key[:_LONGEST]].append(key)
        self._beginnings = list(beginnings.items())
        self.triggers = list(triggers)
        self._starts = sorted([*self._keys, *self.triggers])
        self.longest = max(map(len, self._starts), default=0)
        self._patterns = [*beginnings, *self.triggers]
        self._searched = 0
        self._kinds = ahocorasick_rs.Implementation
        self._build = ahocorasick_rs.BytesAhoCorasick
        self._search = self._build(self._patterns, implementation=self._kinds.ContiguousNFA)
        prefixes = {key[:_PREFIX] for key in self._starts}
        self._prefixes = self._build(prefixes, implementation=self._kinds.ContiguousNFA)
        self._shorter = {prefix[:size] for prefix in prefixes for size in range(1, _PREFIX)}

    def matches(self, data: bytes) -> Iterator[tuple[bytes, int, int]]:
        """Key or trigger, start and end of every match; of a key that only begins here, what there is of it."""
        is_worth_it = self._searched < _WORTH_A_TABLE <= self._searched + len(data)
        if is_worth_it and sum(map(len, self._patterns)) <= _LARGEST_TABLE:
            self._search = self._build(self._patterns, implementation=self._kinds.DFA)
        self._searched += len(data)
        for index, start, end in self._search.find_matches_as_indexes(data, overlapping=True):
            if index >= len(self._beginnings):
                yield self.triggers[index - len(self._beginnings)], start, end
                continue
            beginning, keys = self._beginnings[index]
            if len(keys) == 1 and keys[0] is beginning:
                yield beginning, start, end
                continue
            key, length = max(((key, _common(key, data, start)) for key in keys), key=lambda item: item[1])
            if length >= _LONGEST or length == len(key):
                yield key[:length], start, start + length

    def unfinished(self, data: bytes) -> int:
        """Index at which a key or trigger begins that the end of the data cuts off; else the data's length."""
        offset = max(0, len(data) - self.longest + 1)
        tail = data[offset:]
        for _, start, _ in self._prefixes.find_matches_as_indexes(tail, overlapping=True):
            if self._begins(tail[start:]):
                return offset + start
        for size in range(min(_PREFIX - 1, len(tail)), 0, -1):
            if tail[-size:] in self._shorter:
                return len(data) - size
        return len(data)

    def _begins(self, text: bytes) -> bool:
        """Whether a longer key or trigger begins with a text."""
        at = bisect_right(self._starts, text)
        return at < len(self._starts) and self._starts[at].startswith(text)


def _common(key: bytes, data: bytes, start: int) -> int:
    """Number of bytes that a key and the data from ``start`` have in common."""
    low, high = 0, min(len(key), len(data) - start)
    while low < high:
        middle = (low + high + 1) // 2
        if data.startswith(key[:middle], start):
            low = middle
        else:
            high = middle - 1
    return low
