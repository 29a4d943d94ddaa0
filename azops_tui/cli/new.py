"""``azops new``: a runbook to begin with, and ``azops scratch``: a page to try something on."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from azops_tui import exits, paths
from azops_tui.cli.options import assignments, fail, resolve_profile, runbook_options
from azops_tui.cli.out import echo
from azops_tui.cli.screen import screen, screen_options
from azops_tui.sanitise import clean

SCRATCH = "# Scratch page\n\n"
"""Text of a new scratch page."""


@click.command("new")
@click.argument("name")
@click.option("--title", help="Title of the runbook; by default made from the name.")
def new(name: str, title: str | None) -> None:
    """Write a runbook to begin with to NAME (.md is added).

    It has parameters, a step that makes a resource group, and a step that looks at it.
    """
    path = Path(name if name.casefold().endswith(".md") else f"{name}.md")
    from azops_tui.engine.new_document import write_new_runbook

    try:
        write_new_runbook(path, title or "")
    except FileExistsError:
        fail(f"{path} exists; choose another name.", exits.BAD_INPUT)
    except OSError as error:
        fail(f"{path} cannot be written: {error.strerror or error}", exits.BAD_INPUT)
    echo(clean(f"{path} is written. Open it:\n  azops open {path}"))


@click.command("scratch")
@click.option("--last", is_flag=True, help="Open the last scratch page again.")
@runbook_options
@screen_options
def scratch(
    last: bool,
    settings: tuple[str, ...],
    profile_name: str | None,
    read_only: bool,
    theme: str | None,
    ascii_only: bool,
) -> None:
    """Open a page to try something on.

    The page is kept in azops's state folder; S gives it a name when it proved useful. A page that stays empty is
    removed.
    """
    profile = resolve_profile(profile_name, read_only=read_only)
    parameters = assignments(settings)
    with scratch_page(last=last) as path:
        code = screen(path, profile=profile, parameters=parameters, theme=theme, ascii_only=ascii_only)
    sys.exit(code)


@contextmanager
def scratch_page(*, last: bool = False) -> Iterator[Path]:
    """A new scratch page, or the last one; removed at the end if nothing was written on it."""
    folder = paths.private(paths.scratch())
    pages = sorted(folder.glob("*.md"))
    if last and not pages:
        fail("There is no scratch page yet.", exits.BAD_INPUT)
    path = pages[-1] if last else folder / f"{time.strftime('%Y-%m-%d-%H%M%S')}.md"
    if not last:
        path.write_text(SCRATCH, "utf-8")
    try:
        yield path
    finally:
        if path.is_file() and path.read_text("utf-8", "replace") == SCRATCH:
            path.unlink()
