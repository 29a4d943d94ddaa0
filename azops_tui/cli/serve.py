"""``azops serve``: a runbook in a browser on this machine."""

from __future__ import annotations

import os
import shlex
import sys

import click

from azops_tui import exits
from azops_tui.cli.options import fail, find_runbook, read_runbook, resolve_profile, runbook_options
from azops_tui.cli.out import echo
from azops_tui.sanitise import clean

_EXTRA = "azops serve needs the extra 'web': pip install 'azops-tui[web]'"


@click.command(epilog=f"Exit codes: {exits.OK} ended by ctrl+c; {exits.BAD_INPUT} FILE cannot be served.")
@click.argument("file", type=click.Path())
@runbook_options
@click.option("--dashboard", is_flag=True, help="Show outputs and forms without code; steps with refresh= run again.")
@click.option("--read-write", is_flag=True, help="Let steps change the cloud.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port on 127.0.0.1. [default: a free one]")
def serve(
    file: str,
    settings: tuple[str, ...],
    profile_name: str | None,
    read_only: bool,
    dashboard: bool,
    read_write: bool,
    port: int,
) -> None:
    """Show FILE in a browser, at an address on 127.0.0.1 that holds a secret token.

    Whoever has the address acts as you. Each visit is a run of its own. Nothing may be changed in the cloud, unless
    --read-write is passed.
    """
    if read_only and read_write:
        fail("--read-only and --read-write exclude each other", exits.USAGE)
    for setting in settings:
        if "=" not in setting:
            fail(f"a browser cannot be asked for {setting}; pass --set {setting}=@FILE", exits.USAGE)
    resolve_profile(profile_name, read_only=not read_write)
    read_runbook(file)
    try:
        from azops_tui.cli.web import WebPages
    except ImportError:
        fail(_EXTRA, exits.BAD_INPUT)
    words = [sys.executable, "-m", "azops_tui", "open", str(find_runbook(file).resolve())]
    words += ["--dashboard"] if dashboard else []
    words += [] if read_write else ["--read-only"]
    words += ["--cloud", profile_name] if profile_name else []
    for setting in settings:
        words += ["--set", setting]
    pages = WebPages(shlex.join(words), os.path.basename(file))
    try:
        sys.exit(pages.serve(port, lambda address: echo(clean(f"{address}\nctrl+c ends it."))))
    except OSError as error:
        fail(f"port {port} cannot be used: {error.strerror or error}", exits.BAD_INPUT)
