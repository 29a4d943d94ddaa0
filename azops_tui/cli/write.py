"""Write what a verb made to a file or to standard output."""

from __future__ import annotations

import sys
from pathlib import Path

from azops_tui import exits
from azops_tui.cli.options import fail
from azops_tui.cli.out import echo
from azops_tui.sanitise import clean


def write_file(output: str | None, text: str, *, force: bool, executable: bool = False) -> None:
    """Write a text to a file, or to standard output for None and ``-``.

    Exits with :data:`exits.BAD_INPUT` if the file exists and ``force`` is false, or cannot be written.
    """
    if output in (None, "-"):
        if sys.stdout.isatty():
            echo(clean(text), nl=False)
        else:
            # For a file or another program: byte for byte.
            sys.stdout.write(text)
        return
    path = Path(str(output))
    if path.exists() and not force:
        fail(f"{path} exists. Pass --force to replace it.", exits.BAD_INPUT)
    try:
        path.write_text(text, "utf-8", "surrogateescape")
        if executable:
            path.chmod(path.stat().st_mode | 0o111)
    except OSError as error:
        fail(f"{path} cannot be written: {error.strerror or error}", exits.BAD_INPUT)
