"""The known name that a mistyped one was probably meant to be."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word closest to ``word`` without regard to case, or an empty string where none is close."""
    import difflib

    by_folded = {name.casefold().replace("_", "-"): name for name in known}
    found = difflib.get_close_matches(word.casefold().replace("_", "-"), by_folded, n=1, cutoff=0.6)
    return by_folded[found[0]] if found else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``; did you mean 'name'?`` to end a sentence with, or an empty string where no known word is close."""
    found = nearest(word, known)
    return f"; did you mean '{found}'?" if found else ""
