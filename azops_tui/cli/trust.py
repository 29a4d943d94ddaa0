"""``azops trust``: trusts a document with its present content, and lists trusted documents."""

from __future__ import annotations

import sys
import time

import click

from azops_tui import exits
from azops_tui.cli.options import fail, find_runbook
from azops_tui.cli.out import echo
from azops_tui.sanitise import clean
from azops_tui.text import format_table


@click.command()
@click.argument("files", metavar="FILE", nargs=-1, type=click.Path())
@click.option("--list", "list_all", is_flag=True, help="List the documents that you trust.")
def trust(files: tuple[str, ...], list_all: bool) -> None:
    """Trust each FILE with its present content: azops runs it without asking first.

    A document that changes is asked about again. Runbooks that ship with azops are trusted, and naming a document to
    `azops run` is trust for that run.
    """
    if list_all == bool(files):
        fail("name a document to trust, or pass --list", exits.USAGE)
    echo(clean(_table() if list_all else "\n".join(map(_trust, files))))
    sys.exit(exits.OK)


def _trust(file: str) -> str:
    from azops_tui.engine import trust as store
    from azops_tui.engine.open import RunbookError, open_runbook

    path = find_runbook(file)
    try:
        digest = store.document_digest(open_runbook(path).text)
        store.trust(path, digest)
    except RunbookError as error:
        fail(clean(str(error)), exits.BAD_INPUT)
    except OSError as error:
        fail(clean(f"the list of trusted documents cannot be written: {error}"), exits.BAD_INPUT)
    return clean(f"trusted {path} ({digest[:12]})")


def _table() -> str:
    from azops_tui.engine.trust import trusted_documents

    rows = [
        (entry.digest[:12], time.strftime("%Y-%m-%d %H:%M", time.localtime(entry.at)), clean(entry.path))
        for entry in trusted_documents()
    ]
    return format_table(rows, ("CONTENT", "TRUSTED", "DOCUMENT")) if rows else "You trust no document yet."
