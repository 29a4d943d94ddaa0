"""Opening the app from the command line."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from azops_tui.azure.profiles import Profile
    from azops_tui.enforcement import Sandbox
    from azops_tui.replay import Recording
    from azops_tui.replay.tape import Tape
    from azops_tui.ui.controller import Controller

SLOW_FPS = 12
"""Frames per second over SSH."""


def open_app(
    path: Path | None,
    *,
    profile: Profile,
    parameters: dict[str, str],
    theme: str | None = None,
    ascii_only: bool = False,
    replay: int | Recording | None = None,
    journal_path: Path | None = None,
    untagged: bool | None = None,
    sandbox: Sandbox | None = None,
    last: bool | None = None,
    pane: int = 0,
    is_dashboard: bool = False,
    tape: Callable[[], Tape] | None = None,
) -> int:
    """Show a runbook, a replay, or (with neither) the list of runbooks; returns the exit code.

    Why a document cannot run is shown on the screen and printed on standard error when the screen is gone.

    Args:
        path: the document.
        profile: the cloud to act on, and whether it may only be read.
        parameters: values that override the document's own.
        theme: name of a theme.
        ascii_only: draw with ASCII only.
        replay: number of a run in the journal, or an exported run.
        journal_path: the journal; the user's where None.
        untagged: run the fences that look like shell and do not say so; None asks.
        sandbox: what scripts may do inside the fence; None for no fence.
        last: show what came of the steps in earlier runs; None shows it if the last run was not done to its end.
        pane: number of the pane to begin in, which then shows the whole subscription; 0 begins in the document.
        is_dashboard: show outputs and forms without code.
        tape: opens the cassette that answers a run in place of a cloud.
    """
    if os.environ.get("SSH_CONNECTION"):
        # Textual reads these when it is imported: fewer frames and no animation on a link that may be slow.
        os.environ.setdefault("TEXTUAL_FPS", str(SLOW_FPS))
        os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    from azops_tui.ui.app import AzopsApp
    from azops_tui.ui.lines import safe
    from azops_tui.ui.screens.first import Opening

    app: AzopsApp

    def make(what: Path | int | Recording) -> Controller:
        if isinstance(what, int):
            from azops_tui.journal.store import Journal
            from azops_tui.ui.replay import ReplayController

            journal = Journal(journal_path)
            try:
                return ReplayController(journal.records(what))
            finally:
                journal.close()
        if not isinstance(what, Path):
            from azops_tui.ui.replay import ReplayController

            return ReplayController(what.records)
        from azops_tui.ui.live import LiveController

        return LiveController(
            what,
            profile=profile,
            parameters=parameters,
            journal_path=journal_path,
            hand_over=lambda: app.suspend(),
            untagged=untagged if what == path else None,
            sandbox=sandbox,
            last=last if what == path else None,
            whole_subscription=bool(pane) and what == path,
            is_dashboard=is_dashboard,
            tape=tape if what == path else None,
        )

    if replay is None:
        name = path.name if path is not None else ""
    else:
        name = f"run {replay}" if isinstance(replay, int) else replay.name
    app = AzopsApp(
        make=make,
        what=path if replay is None else replay,
        opening=Opening(
            file=name,
            cloud=profile.name if replay is None else "",
            mode=_mode(profile, sandbox),
            production=profile.production,
            text=_text(path) if replay is None else "",
        ),
        theme_name=theme,
        ascii_only=ascii_only,
        pane=pane,
    )
    code = app.run() or app.return_code or 0
    for problem in app.document_problems:
        sys.stderr.write(f"azops: {safe(problem)}\n")
    return code


def _mode(profile: Profile, sandbox: Sandbox | None) -> list[str]:
    """What is enforced, in words."""
    from azops_tui.enforcement import enforcement
    from azops_tui.gate.fence import fence_kind

    fence = fence_kind(read_only=profile.read_only, sandbox=sandbox is not None)
    return enforcement(gate=profile.gate, fence=fence, read_only=profile.read_only)


def _text(path: Path | None) -> str:
    """Text of the document; empty if it cannot be read, which the controller reports on the screen."""
    try:
        return path.read_text("utf-8-sig") if path is not None else ""
    except (OSError, UnicodeDecodeError):
        return ""
