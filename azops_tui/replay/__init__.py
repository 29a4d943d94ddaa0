"""Replay of runs: the time at which each record is shown. Pure; the screen does the rest."""

from azops_tui.replay.recording import Recording
from azops_tui.replay.timeline import LONGEST_WAIT, SPEEDS, Timeline, joined_output, other_speed

__all__ = ["LONGEST_WAIT", "SPEEDS", "Recording", "Timeline", "joined_output", "other_speed"]
