"""Fetch the prerequisites of a document that are on the web, once a person agreed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from azops_tui import exits
from azops_tui.cli.options import fail
from azops_tui.cli.out import echo
from azops_tui.sanitise import clean

if TYPE_CHECKING:
    from azops_tui.runbook.model import Runbook


def fetch_prerequisites(runbook: Runbook, *, agreed: bool) -> bool:
    """Fetch what a document and its prerequisites link to; returns True if the document must be read again.

    Exits with :data:`exits.BAD_INPUT` if a prerequisite cannot be fetched.

    Args:
        runbook: the document.
        agreed: ``--fetch`` was passed: what is fetched is trusted without a question.
    """
    from azops_tui.engine.open import open_runbook
    from azops_tui.engine.plan import plan_run
    from azops_tui.engine.problems import RunError
    from azops_tui.engine.web_prerequisites import PrerequisiteError, accept, fetch
    from azops_tui.runbook import parse

    if not agreed and not sys.stdin.isatty():
        return False
    declined: set[str] = set()
    is_changed = False
    while True:
        try:
            documents = plan_run(runbook, open_runbook).documents
        except RunError as error:
            fail(str(error), exits.BAD_INPUT)
        links = [link for book in documents for link in book.prerequisites if link.url and not link.path.is_file()]
        url = next((link.url for link in links if link.url not in declined), "")
        if not url:
            return is_changed
        declined.add(url)
        if not agreed and not click.confirm(clean(f"The prerequisite {url} is on the web. Fetch it?"), default=False):
            continue
        try:
            fetched = fetch(url)
            book = parse(fetched.text, runbook.path)
            steps = len(book.steps)
            echo(clean(f"{clean(book.title)}: {steps} step{'s' * (steps != 1)}, sha256 {fetched.digest}"), err=True)
            if agreed or click.confirm("Trust it, and run it before the document?", default=False):
                accept(fetched)
                is_changed = True
                runbook = open_runbook(runbook.path)
        except (PrerequisiteError, OSError) as error:
            fail(clean(str(error)), exits.BAD_INPUT)


def agree_to_outside_files(runbook: Runbook, *, agreed: bool) -> None:
    """Name the files from outside the document's folder and repository that decide what is run, and ask about them.

    Exits with :data:`exits.DECLINED` if a person does not agree, or if nobody can be asked.

    Args:
        runbook: the document.
        agreed: ``--yes`` was passed.
    """
    from azops_tui.engine.open import open_runbook
    from azops_tui.engine.plan import plan_run
    from azops_tui.engine.problems import RunError
    from azops_tui.engine.trust import untrusted
    from azops_tui.engine.trust_summary import outside_files

    try:
        documents = plan_run(runbook, open_runbook).documents
    except RunError:
        return  # the run says why
    files = outside_files(documents)
    if not files or agreed or not untrusted(documents):
        return
    names = "\n".join(f"  {clean(str(path))}" for path in files)
    sentence = f"{clean(runbook.path.name)} uses files from outside its folder and its repository:\n{names}"
    if not sys.stdin.isatty():
        how = f"To agree, pass --yes, or trust the document:\n  azops trust {clean(str(runbook.path))}"
        fail(f"{sentence}\n{how}", exits.DECLINED)
    echo(clean(sentence))
    if not click.confirm("Use them?", default=False):
        sys.exit(exits.DECLINED)
