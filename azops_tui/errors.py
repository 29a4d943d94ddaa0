"""The root of the errors that azops raises on purpose."""

from __future__ import annotations


class AzopsError(Exception):
    """Something cannot be done, and the text is a sentence for people: what failed, on what, why, what to do.

    Whatever reaches the top of the program and is not an `AzopsError` is a bug: it is logged whole and shown as one.
    """
