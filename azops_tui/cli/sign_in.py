"""Open a cloud from a verb without a screen: a code to sign in with is printed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from azops_tui.cli.out import echo
from azops_tui.durations import format_duration
from azops_tui.sanitise import clean

if TYPE_CHECKING:
    from azops_tui.azure.cloud import Cloud
    from azops_tui.azure.profiles import Profile
    from azops_tui.replay.tape import Tape


def print_code(url: str, code: str, expires: float) -> None:
    """Print where to enter which code, on standard error."""
    left = format_duration(max(0.0, expires - time.time()))
    echo(clean(f"To sign in, open {url} and enter the code {code} within {left}."), err=True)


async def open_cloud(profile: Profile, tape: Tape | None = None) -> Cloud:
    """Open the cloud of a profile; see :func:`azops_tui.engine.cloud.open_cloud`."""
    from azops_tui.engine.cloud import open_cloud

    return await open_cloud(profile, tape, prompt=print_code)
