"""The order of strings in .NET's invariant culture: letters before case, `a` before `A` before `b`."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

Key = tuple[tuple[tuple[int, str], ...], str, tuple[int, ...], str]


@lru_cache(maxsize=4096)
def sort_key(text: str) -> Key:
    """A key that orders strings by their characters without case, then by accents, then lower case before upper."""
    bases: list[tuple[int, str]] = []
    accents: list[str] = []
    cases: list[int] = []
    for character in text if text.isascii() else unicodedata.normalize("NFD", text):
        category = unicodedata.category(character)
        if category == "Mn":
            accents.append(character)
            continue
        if category in ("Cc", "Cf") and not character.isspace():
            continue
        accents.append("")
        bases.append((_rank(character, category), character.lower()))
        cases.append(category == "Lu")
    return tuple(bases), "\0".join(accents), tuple(cases), text


def _rank(character: str, category: str) -> int:
    """White space, then punctuation, symbols, digits and letters."""
    if character.isspace():
        return 0
    return {"P": 1, "S": 2, "N": 3}.get(category[0], 4)
