"""An entry in the registry of actions: what a command does, and when it can."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


def always() -> bool:
    """The condition of an action that is always enabled."""
    return True


def no_text() -> str:
    """The label or reason of an action that has none of its own."""
    return ""


class Action(NamedTuple):
    """What a command of :data:`azops_tui.ui.commands.COMMANDS` does on the main screen."""

    execute: Callable[[], None]
    is_enabled: Callable[[], bool] = always
    """False hides the command from the footer and the palette, and its key does nothing."""
    label: Callable[[], str] = no_text
    """Label for the footer; empty for the label of the command."""
    why_not: Callable[[], str] = no_text
    """Sentence for a person who presses the key of the disabled command; empty where another command has the key."""
