"""Options of the verbs that record to a cassette or replay from one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from azops_tui import exits
from azops_tui.cli.options import fail
from azops_tui.cli.out import echo
from azops_tui.sanitise import clean

if TYPE_CHECKING:
    from azops_tui.azure.profiles import Profile
    from azops_tui.replay.inventory import OfflineTape
    from azops_tui.replay.tape import RecordMode, Tape

F = TypeVar("F", bound=Callable[..., Any])
_MODES = ("none", "once", "new_episodes", "all")


def tape_options(function: F) -> F:
    """Add ``--record``, ``--record-mode``, ``--replay`` and ``--live-shell``."""
    for option in (
        click.option(
            "--live-shell",
            is_flag=True,
            help="With --replay: run the scripts, and answer their requests to Azure and the hosts from the cassette.",
        ),
        click.option(
            "--replay",
            type=click.Path(dir_okay=False),
            metavar="CASSETTE",
            help="Answer everything from a cassette: no cloud, no host, no shell.",
        ),
        click.option(
            "--record-mode",
            type=click.Choice(_MODES),
            default="all",
            show_default=True,
            help="What to record: nothing; all if there is no cassette; what is new; all.",
        ),
        click.option(
            "--record",
            type=click.Path(dir_okay=False),
            metavar="CASSETTE",
            help="Record requests, scripts and hosts to a cassette, without secrets.",
        ),
    ):
        function = option(function)
    return function


def open_tape(record: str | None, mode: str, replay: str | None, *, live_shell: bool = False) -> Tape | None:
    """The tape that the options name; None without one.

    Exits with a usage error if they do not fit together, and with :data:`exits.BAD_INPUT` if the cassette is not valid.
    """
    if record and replay:
        fail("--record and --replay exclude each other; --record-mode new_episodes does both", exits.USAGE)
    if live_shell and not replay:
        fail("--live-shell needs --replay CASSETTE", exits.USAGE)
    path = record or replay
    if path is None:
        return None
    from azops_tui.replay.tape import Tape
    from azops_tui.replay.tracks import CassetteError

    try:
        tape = Tape(Path(path), "none" if replay else cast("RecordMode", mode), live_shell=live_shell)
        if tape.is_offline and not tape.header.version:
            from azops_tui.replay.inventory import OfflineTape

            tape.close()
            tape = OfflineTape(Path(path), live_shell=live_shell)
        return tape
    except CassetteError as error:
        fail(str(error), exits.BAD_INPUT)


def open_offline(path: str, profile_name: str | None = None) -> OfflineTape:
    """The tape with which a recorded subscription is looked at.

    Exits with :data:`exits.BAD_INPUT` if the cassette is not valid or names no cloud.
    """
    if profile_name:
        fail("--cloud and --replay exclude each other: the cassette is the cloud", exits.USAGE)
    from azops_tui.replay.inventory import OfflineTape
    from azops_tui.replay.tracks import CassetteError

    try:
        tape = OfflineTape(Path(path))
    except CassetteError as error:
        fail(str(error), exits.BAD_INPUT)
    if not tape.header.subscription:
        fail(f"the cassette {path} has no request to a subscription of Azure", exits.BAD_INPUT)
    return tape


def recorded(tape: Tape, *, read_only: bool = True) -> Profile:
    """The profile of the cloud of a cassette."""
    from azops_tui.engine.recorded_cloud import recorded_profile

    return recorded_profile(tape, read_only=read_only)


def tell_missing(tape: Tape) -> None:
    """Say what was not recorded, so that an empty list is not taken for an empty subscription."""
    for text in tape.take_notes(""):
        echo(clean(f"azops: note: {text}"), err=True)
