"""Options that several verbs share."""

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
from azops_tui.cli.out import echo
from azops_tui.files import read_file
from azops_tui.sanitise import clean

if TYPE_CHECKING:
    from azops_tui.azure.profiles import Profile
    from azops_tui.enforcement import Sandbox
    from azops_tui.runbook.model import Runbook

_LARGEST_VALUE = 1 << 20
"""Bytes of a file that a parameter is read from."""

F = TypeVar("F", bound=Callable[..., Any])


def fail(message: str, code: int) -> NoReturn:
    """Print a sentence to standard error and exit with ``code``."""
    echo(clean(f"azops: {message}"), err=True)
    sys.exit(code)


def assignments(values: Iterable[str]) -> dict[str, str]:
    """Return the parameters of ``--set`` as a mapping; later ones win.

    ``NAME=VALUE`` has the value itself, ``NAME=@FILE`` the content of a file, and ``NAME`` alone asks on the terminal
    without showing what is typed: others can read the arguments of a process.

    Raises:
        click.BadParameter: a name is not valid, a file cannot be read, or there is no terminal to ask on.
    """
    pairs: dict[str, str] = {}
    for text in values:
        name, equals, value = text.partition("=")
        if not name.isidentifier():
            raise click.BadParameter(f"'{text}' is not NAME=VALUE, NAME=@FILE or NAME", param_hint="--set")
        if not equals:
            pairs[name] = _typed(name)
        else:
            pairs[name] = _content(name, value[1:]) if value.startswith("@") else value
    return pairs


def _typed(name: str) -> str:
    if not sys.stdin.isatty():
        raise click.BadParameter(
            f"{name} has no value, and there is no terminal to ask on; pass {name}=@FILE", param_hint="--set"
        )
    value: str = click.prompt(clean(name), hide_input=True, err=True)
    return value


def _content(name: str, file: str) -> str:
    """Text of a file without its last line feed."""
    try:
        return read_file(Path(file), _LARGEST_VALUE).decode().removesuffix("\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise click.BadParameter(
            f"the value of {name} cannot be read from '{file}': {reason}", param_hint="--set"
        ) from None


def runbook_options(function: F) -> F:
    """Add ``--set``, ``--cloud`` and ``--read-only``, the options of every verb that opens a runbook."""
    for option in (
        click.option("--read-only", is_flag=True, help="Refuse every step that changes anything."),
        click.option(
            "--cloud",
            "profile_name",
            metavar="PROFILE",
            shell_complete=complete_profile,
            help="local, public, usgov, china or a profile of config.toml. [default: $AZOPS_CLOUD, else local]",
        ),
        click.option(
            "--set",
            "settings",
            multiple=True,
            metavar="NAME=VALUE",
            help="Set a parameter; NAME=@FILE reads it, NAME alone asks.",
        ),
    ):
        function = option(function)
    return function


def document_options(function: F) -> F:
    """Add ``--untagged`` and ``--answers``: what a document leaves open."""
    for option in (
        click.option(
            "--answers",
            type=click.Path(exists=True, dir_okay=False),
            help="A file of values, one NAME=VALUE a line; --set wins over it.",
        ),
        click.option(
            "--untagged",
            type=click.Choice(["bash", "no"]),
            help="Run fences without a language that look like shell, and save the files that the document shows.",
        ),
    ):
        function = option(function)
    return function


def sandbox_options(function: F) -> F:
    """Add ``--sandbox``, ``--allow-write`` and ``--allow-host``: the fence around the scripts of a run."""
    for option in (
        click.option("--allow-host", multiple=True, metavar="HOST:PORT", help="Allow connecting in the sandbox."),
        click.option(
            "--allow-write",
            multiple=True,
            metavar="PATH",
            type=click.Path(exists=True),
            help="Allow writing in the sandbox.",
        ),
        click.option(
            "--sandbox",
            is_flag=True,
            help="Keep scripts from writing files and connecting elsewhere (Linux 6.7 or later).",
        ),
    ):
        function = option(function)
    return function


def read_sandbox(sandbox: bool, read_only: bool, paths: tuple[str, ...], hosts: tuple[str, ...]) -> Sandbox | None:
    """The sandbox of a run, as the options say; None without ``--sandbox``.

    Exits with a usage error if the options do not fit together, and with :data:`exits.BAD_INPUT` if the kernel has no
    fence.
    """
    from azops_tui.enforcement import Sandbox, parse_host
    from azops_tui.gate.fence import can_fence

    if (paths or hosts) and (read_only or not sandbox):
        fail("--allow-write and --allow-host need --sandbox, and a run that is not read-only", exits.USAGE)
    if not sandbox:
        return None
    if not can_fence():
        fail("--sandbox needs Landlock 4 (Linux 6.7 or later); “azops doctor” shows what is missing", exits.BAD_INPUT)
    try:
        return Sandbox(tuple(map(os.path.abspath, paths)), tuple(map(parse_host, hosts)))
    except ValueError as error:
        fail(f"--allow-host: {error}", exits.USAGE)


def complete_profile(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from azops_tui.azure.profiles import read_profiles

    names, _ = read_profiles()
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


def complete_step(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete the name of a step in the runbook on the command line."""
    from azops_tui.engine.open import RunbookError, open_runbook

    # While the option's value is incomplete, click leaves the file in the arguments.
    file = ctx.params.get("file") or next(iter(ctx.args), None)
    if file is None:
        return []
    try:
        runbook = open_runbook(find_runbook(file))
    except RunbookError:
        return []
    return [
        CompletionItem(clean(step.name), help=clean(step.title))
        for step in runbook.steps
        if step.name.startswith(incomplete)
    ]


def resolve_profile(name: str | None, *, read_only: bool) -> Profile:
    """Return the profile to use. ``name`` None means ``$AZOPS_CLOUD``, else the local cloud.

    Exits with :data:`exits.BAD_INPUT` if the configuration is not valid or has no such profile.
    """
    import msgspec

    from azops_tui.azure.profiles import ProfileError, profile

    try:
        chosen = profile(name or os.environ.get("AZOPS_CLOUD") or "local")
    except ProfileError as error:
        fail(str(error), exits.BAD_INPUT)
    return msgspec.structs.replace(chosen, read_only=True) if read_only else chosen


def read_runbook(file: str, *, untagged: bool = False, quiet: bool = False) -> Runbook:
    """Read a runbook from a file, or by the name of a runbook that ships with azops.

    Prints warnings to standard error, unless ``quiet``. With ``untagged`` guessed steps are steps.

    Exits with :data:`exits.BAD_INPUT` if it cannot be read or has errors.
    """
    from azops_tui.engine.open import RunbookError, open_runbook

    try:
        runbook = open_runbook(find_runbook(file), untagged=untagged)
    except RunbookError as error:
        fail(str(error), exits.BAD_INPUT)
    for problem in () if quiet else runbook.problems:
        echo(clean(str(problem)), err=True)
    if runbook.errors:
        sys.exit(exits.BAD_INPUT)
    return runbook


def read_with_guesses(file: str, untagged: str | None) -> Runbook:
    """Read a runbook as :func:`read_runbook`, with its guessed steps if a person agrees or agreed to them.

    Args:
        file: the document.
        untagged: value of ``--untagged``; None if it was not passed.
    """
    from azops_tui.engine.remembered import ContentQuestion, content_answer, keep_content_answer
    from azops_tui.runbook.guessing import guessed_sentence

    if untagged == "bash":
        return read_runbook(file, untagged=True)
    runbook = read_runbook(file)
    if not runbook.guessed or untagged is not None:
        return runbook
    answer = content_answer(ContentQuestion.GUESSED_STEPS, runbook.path, runbook.text)
    if answer is None and sys.stdin.isatty():
        answer = click.confirm(clean(f"{guessed_sentence(runbook)}. Run them as bash?"), default=False)
        keep_content_answer(ContentQuestion.GUESSED_STEPS, runbook.path, runbook.text, answer)
        if not answer:
            return runbook
    if answer:
        return read_runbook(file, untagged=True, quiet=True)
    guesses_left_out(runbook)
    return runbook


def guesses_left_out(runbook: Runbook) -> None:
    """Warn about guessed fences that do not run."""
    from azops_tui.runbook.guessing import guessed_sentence

    if runbook.guessed:
        sentence = guessed_sentence(runbook)
        echo(clean(f"azops: warning: {sentence}; they are left out. To run them: --untagged=bash"), err=True)


def warn_unknown_parameters(runbook: Runbook, names: Iterable[str]) -> None:
    """Warn about names in ``--set`` that the document neither declares nor mentions: they are probably misspelt.

    The parameters of prerequisites are unknown here, so a document with prerequisites is not checked.
    """
    from azops_tui.runbook.suggest import did_you_mean

    known = [parameter.name for parameter in runbook.parameters]
    for name in names:
        if name not in known and not runbook.prerequisites and not re.search(rf"\b{name}\b", runbook.text):
            hint = did_you_mean(name, known)
            echo(clean(f"azops: warning: --set {name}: the runbook has no such parameter{hint}"), err=True)


def find_runbook(file: str) -> Path:
    """Return the path if it exists, else the shipped runbook of that name, with or without ``.md``."""
    path = Path(file)
    if path.exists() or path.parent != Path("."):
        return path
    for candidate in (paths.shipped("runbooks") / path.name, paths.shipped("runbooks") / f"{path.name}.md"):
        if candidate.is_file():
            return candidate
    return path
