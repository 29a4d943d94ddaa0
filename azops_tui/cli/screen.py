"""Options and checks of the verbs that open the screen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from azops_tui import exits
from azops_tui.cli.options import fail
from azops_tui.terminal import screen_obstacle

if TYPE_CHECKING:
    from azops_tui.azure.profiles import Profile
    from azops_tui.enforcement import Sandbox
    from azops_tui.replay import Recording
    from azops_tui.replay.tape import Tape

F = TypeVar("F", bound=Callable[..., Any])


def screen_options(function: F) -> F:
    """``--theme`` and ``--ascii``."""
    for option in (
        click.option("--ascii", "ascii_only", is_flag=True, help="Draw with ASCII characters only."),
        click.option("--theme", metavar="NAME", help="azops-dark, azops-light, azops-ansi or a theme of your own."),
    ):
        function = option(function)
    return function


def screen(
    path: Path | None,
    *,
    profile: Profile,
    parameters: dict[str, str],
    theme: str | None,
    ascii_only: bool,
    replay: int | Recording | None = None,
    untagged: bool | None = None,
    sandbox: Sandbox | None = None,
    last: bool | None = None,
    pane: int = 0,
    is_dashboard: bool = False,
    tape: Callable[[], Tape] | None = None,
) -> int:
    """Open the screen; return its exit code. With ``pane``, that pane is in front and shows the whole subscription.

    Exits with :data:`exits.USAGE` if the terminal cannot show it.
    """
    if obstacle := screen_obstacle():
        fail(f"{obstacle} `azops run` works without it.", exits.USAGE)
    from azops_tui.ui.start import open_app

    return open_app(
        path,
        profile=profile,
        parameters=parameters,
        theme=theme,
        ascii_only=ascii_only,
        replay=replay,
        untagged=untagged,
        sandbox=sandbox,
        last=last,
        pane=pane,
        is_dashboard=is_dashboard,
        tape=tape,
    )
