"""An entry in the registry of actions: what a command does, and when it can."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


def always() -> bool:
    """The condition of an action that is always enabled."""
    return True


class Action(NamedTuple):
    """What a command of :data:`azops_tui.ui.commands.COMMANDS` does on the main screen."""

    execute: Callable[[], None]
    is_enabled: Callable[[], bool] = always
    """False hides the command from the footer and the palette, and its key does nothing."""
