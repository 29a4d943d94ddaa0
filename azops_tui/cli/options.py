"""Options that several verbs share, and what they mean."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click
from click.shell_completion import CompletionItem

from azops_tui import exits, paths

if TYPE_CHECKING:
    from azops_tui.azure.profiles import Profile
    from azops_tui.runbook.model import Runbook

F = TypeVar("F", bound=Callable[..., Any])


def fail(message: str, code: int) -> NoReturn:
    """Prints a sentence to standard error and exits with ``code``."""
    click.echo(f"azops: {message}", err=True)
    sys.exit(code)


def assignments(values: Iterable[str]) -> dict[str, str]:
    """``NAME=VALUE`` pairs of ``--set`` as a mapping; later wins.

    Raises:
        click.BadParameter: one has no ``=`` or no name.
    """
    found: dict[str, str] = {}
    for text in values:
        name, equals, value = text.partition("=")
        if not equals or not name.isidentifier():
            raise click.BadParameter(f"'{text}' is not NAME=VALUE", param_hint="--set")
        found[name] = value
    return found


def runbook_options(function: F) -> F:
    """``--set``, ``--cloud`` and ``--read-only``: what every verb that opens a runbook takes."""
    for option in (
        click.option("--read-only", is_flag=True, help="Refuse every step that would change anything."),
        click.option(
            "--cloud",
            "profile_name",
            metavar="PROFILE",
            shell_complete=complete_profile,
            help="local, public, usgov, china, or a profile of config.toml. [default: $AZOPS_CLOUD, else local]",
        ),
        click.option(
            "--set", "settings", multiple=True, metavar="NAME=VALUE", help="Set a parameter; may be repeated."
        ),
    ):
        function = option(function)
    return function


def complete_profile(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of profiles that begin with what was typed."""
    from azops_tui.azure.profiles import read_profiles

    names, _ = read_profiles()
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


def complete_step(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of the steps of the runbook named before."""
    from azops_tui.engine.open import RunbookError, open_runbook

    # With the option's value still to come, click leaves the file among the arguments.
    file = ctx.params.get("file") or next(iter(ctx.args), None)
    if file is None:
        return []
    try:
        runbook = open_runbook(find_runbook(file))
    except RunbookError:
        return []
    return [CompletionItem(step.name, help=step.title) for step in runbook.steps if step.name.startswith(incomplete)]


def resolve_profile(name: str | None, *, read_only: bool) -> Profile:
    """The profile to act with. ``name`` None means ``$AZOPS_CLOUD``, else the local cloud.

    Exits with :data:`exits.BAD_INPUT` where the configuration is wrong or has no such profile.
    """
    import msgspec

    from azops_tui.azure.profiles import ProfileError, profile

    try:
        found = profile(name or os.environ.get("AZOPS_CLOUD") or "local")
    except ProfileError as error:
        fail(str(error), exits.BAD_INPUT)
    return msgspec.structs.replace(found, read_only=True) if read_only else found


def read_runbook(file: str) -> Runbook:
    """The runbook of a file, or of a name that ships with azops.

    Prints warnings to standard error. Exits with :data:`exits.BAD_INPUT` where it cannot be read or has errors.
    """
    from azops_tui.engine.open import RunbookError, open_runbook

    try:
        runbook = open_runbook(find_runbook(file))
    except RunbookError as error:
        fail(str(error), exits.BAD_INPUT)
    for problem in runbook.problems:
        click.echo(str(problem), err=True)
    if runbook.errors:
        sys.exit(exits.BAD_INPUT)
    return runbook


def mention_strangers(runbook: Runbook, names: Iterable[str]) -> None:
    """Warns of names given with ``--set`` that are no parameters and occur nowhere in the document: misspelt ones.

    What the documents that it draws in take is not known here, so one with prerequisites is taken at its word.
    """
    from azops_tui.runbook.suggest import did_you_mean

    known = [parameter.name for parameter in runbook.parameters]
    for name in names:
        if name not in known and not runbook.prerequisites and not re.search(rf"\b{name}\b", runbook.text):
            said = f"--set {name}: the runbook has no such parameter{did_you_mean(name, known)}"
            click.echo(f"azops: warning: {said}", err=True)


def find_runbook(file: str) -> Path:
    """The path itself where it exists, else a shipped runbook of that name, with or without ``.md``."""
    path = Path(file)
    if path.exists() or path.parent != Path("."):
        return path
    for candidate in (paths.shipped("runbooks") / path.name, paths.shipped("runbooks") / f"{path.name}.md"):
        if candidate.is_file():
            return candidate
    return path
