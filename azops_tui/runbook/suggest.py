"""Suggestions for misspelled names."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word closest to ``word``, ignoring case; empty if none is close."""
    import difflib

    by_folded = {name.casefold().replace("_", "-"): name for name in known}
    close = difflib.get_close_matches(word.casefold().replace("_", "-"), by_folded, n=1, cutoff=0.6)
    return by_folded[close[0]] if close else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``; did you mean 'name'?`` for the end of a sentence; empty if no known word is close."""
    close = nearest(word, known)
    return f"; did you mean '{close}'?" if close else ""
