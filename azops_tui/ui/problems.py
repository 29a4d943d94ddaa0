"""The error of a command on the screen."""

from __future__ import annotations

from azops_tui.errors import AzopsError


class UserError(AzopsError):
    """A command that cannot be carried out; the text is a sentence for people."""
