"""The order of strings in .NET's invariant culture: letters before case, `a` before `A` before `b`."""

from __future__ import annotations

import unicodedata

_COMPARED = 10_000
"""Characters after the common beginning that are looked at; what differs no sooner is compared by its codes."""

Key = tuple[list[tuple[int, str]], list[str], list[bool]]


def compare(first: str, second: str) -> int:
    """Negative, 0 or positive as the first string comes before the second, equals it, or comes after it."""
    if first == second:
        return 0
    differing = (at for at, (left, right) in enumerate(zip(first, second, strict=False)) if left != right)
    # An accent belongs to the letter before it.
    start = max(next(differing, min(len(first), len(second))) - 1, 0)
    left, right = (_key(text[start : start + _COMPARED]) for text in (first, second))
    if left == right:
        return -1 if first < second else 1
    return -1 if left < right else 1


def _key(text: str) -> Key:
    """Orders strings by their characters without case, then by accents, then lower case before upper."""
    bases: list[tuple[int, str]] = []
    accents: list[str] = []
    cases: list[bool] = []
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
    return bases, accents, cases


def _rank(character: str, category: str) -> int:
    """White space, then punctuation, symbols, digits and letters."""
    if character.isspace():
        return 0
    return {"P": 1, "S": 2, "N": 3}.get(category[0], 4)
