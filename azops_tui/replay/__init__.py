"""Runs shown again: when each record of a journal has its turn. Pure; what is shown, and where, is for the screen."""

from azops_tui.replay.timeline import LONGEST_WAIT, SPEEDS, Timeline, other_speed

__all__ = ["LONGEST_WAIT", "SPEEDS", "Timeline", "other_speed"]
