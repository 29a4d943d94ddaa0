"""The only way to the terminal for verbs. It takes text that was sanitised, and nothing else type-checks.

What others write (titles, names, tags, messages of services, file names) can hold sequences that a terminal obeys.
"""

from __future__ import annotations

from typing import TextIO

import click

from azops_tui.sanitise import SafeText, clean

_NOTHING = clean("")


def echo(text: SafeText = _NOTHING, *, err: bool = False, nl: bool = True, file: TextIO | None = None) -> None:
    """Print text to standard output, to standard error, or to a stream.

    Args:
        text: from :func:`azops_tui.sanitise.clean`.
        err: print to standard error.
        nl: end with a line feed.
        file: the stream, instead of either.
    """
    click.echo(text, file=file, err=err, nl=nl)  # noqa: TID251 - this is the place
