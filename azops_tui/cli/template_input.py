"""What the template verbs read: a template, parameter files, and values of the command line."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from azops_tui import exits
from azops_tui.cli.options import assignments, fail

if TYPE_CHECKING:
    from azops_tui.arm import Document, Expansion, TemplateError
    from azops_tui.arm.describe import Description
    from azops_tui.secrets.redact import Redactor

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")
GROUP_SCOPE = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/my-group"
"""Where a template is thought to be deployed unless ``--scope`` says otherwise."""


def template_options(function: F) -> F:
    """``FILE``, ``--parameters``, ``--set``, ``--scope`` and ``--location``."""
    for option in (
        click.option("--location", default="", help="Location of the resource group, where it matters."),
        click.option(
            "--scope", default=GROUP_SCOPE, metavar="ID", help="Id of the group, subscription … to deploy to."
        ),
        click.option(
            "--set", "settings", multiple=True, metavar="NAME=VALUE", help="Set a parameter; may be repeated."
        ),
        click.option(
            "--parameters",
            "-p",
            "files",
            multiple=True,
            type=click.Path(path_type=Path),
            help="A parameter file; may be repeated, later ones win.",
        ),
        click.argument("file", type=click.Path(path_type=Path)),
    ):
        function = option(function)
    return function


def expanded(file: Path, document: Document, given: Mapping[str, Any], scope: str, location: str) -> Expansion:
    """What :func:`read_input` gave, expanded in plan mode; linked templates are looked for beside it.

    Exits with :data:`exits.BAD_INPUT` and a message that begins with ``FILE:LINE`` where something is wrong.
    """
    return _refused(file, lambda: _expand(file, document, given, scope, location))


def masked(
    file: Path, document: Document, given: Mapping[str, Any], expansion: Expansion, scope: str, location: str
) -> tuple[Expansion, Redactor]:
    """The expansion again with secrets as ``[parameters('name')]``, and what hides them where that cannot be.

    Args:
        file: of the template.
        document: its text.
        given: its parameters.
        expansion: of the template with its real parameters.
        scope: where it would be deployed.
        location: of the group.
    """
    from azops_tui.arm import TemplateError
    from azops_tui.arm.secure import concealed

    redactor = _redactor(document, given)
    try:
        return _expand(file, document, concealed(document.value, given), scope, location), redactor
    except TemplateError:
        return expansion, redactor


def _redactor(document: Document, given: Mapping[str, Any]) -> Redactor:
    """What hides the values of secret parameters. Raises TemplateError."""
    from azops_tui.arm.secure import secrets, texts
    from azops_tui.secrets.redact import Redactor

    return Redactor(texts(list(secrets(document.value, given).values())))


def read_description(
    file: Path, files: tuple[Path, ...], settings: tuple[str, ...], scope: str, location: str
) -> tuple[Description, Redactor]:
    """What there is to say about the template of a file, without secrets, and what hides those in its bodies.

    Parameters without a value have stand-ins in its names. Exits as :func:`expanded` does.
    """
    from azops_tui.arm import TemplateError
    from azops_tui.arm.describe import describe, hidden, placeholders
    from azops_tui.arm.secure import concealed
    from azops_tui.arm.shapes import shaped

    document, given = read_input(file, files, settings)
    redactor = _refused(file, lambda: _redactor(document, given))
    stand_ins = _refused(file, lambda: placeholders(document.value, given))
    have = {name.lower() for name in given}
    unset = {name for name in document.value.get("parameters") or {} if name.lower() not in have}
    safe = concealed(document.value, given)
    # A stand-in may be a value that the template cannot use; expressions can nearly always be shown. Where they cannot,
    # as in the count of a loop, an array of one element may do; where a secret object is looped over, its values must.
    attempts = [{**stand_ins, **safe}, safe, {**shaped(document.value), **stand_ins, **safe}, given]
    failure: TemplateError | None = None
    for parameters in attempts:
        try:
            expansion = _expand(file, document, parameters, scope, location, allow_missing=True)
            return hidden(describe(expansion, unset=unset), redactor.redact), redactor
        except TemplateError as error:
            failure = failure or error
    assert failure is not None
    said = f"{place(file, failure)}: {failure.code}: {failure.message}"
    required = [name for name in unset if name in stand_ins or name in shaped(document.value)]
    advice = f"\nIt may need values, with -p or --set, for {', '.join(sorted(required))}." if required else ""
    return fail(said + advice, exits.BAD_INPUT)


def _expand(
    file: Path,
    document: Document,
    given: Mapping[str, Any],
    scope: str,
    location: str,
    *,
    allow_missing: bool = False,
) -> Expansion:
    from azops_tui.arm import expand

    return expand(
        document,
        given,
        scope=scope,
        location=location,
        linked=lambda link, _base: _linked(file, link),
        allow_missing=allow_missing,
    )


def _refused(file: Path, make: Callable[[], T]) -> T:
    """What is made, or the exit that an error of the template means."""
    from azops_tui.arm import TemplateError

    try:
        return make()
    except TemplateError as error:
        fail(f"{place(file, error)}: {error.code}: {error.message}", exits.BAD_INPUT)


def place(file: Path, error: TemplateError) -> str:
    """``FILE:LINE:COLUMN``, or the file alone where the place is not known."""
    return f"{file}:{error.line}:{error.column}" if error.line else str(file)


def read_input(
    file: Path, files: tuple[Path, ...], settings: tuple[str, ...]
) -> tuple[Document, dict[str, dict[str, Any]]]:
    """The template with its text, so that what is wrong has a line, and the parameters."""
    from azops_tui.arm import Document, read
    from azops_tui.engine.problems import StepProblem
    from azops_tui.engine.templates import fitted, merged, read_template

    values = assignments(settings)

    async def found() -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
        template = await read_template(file)
        return template, fitted(template, await merged([*map(str, files), values], Path))

    try:
        template, given = asyncio.run(found())
    except StepProblem as error:
        fail(" ".join(filter(None, (error.view.message, error.view.advice))), exits.BAD_INPUT)
    compiled = file.suffix.lower() == ".bicep"
    return Document("", template) if compiled else _refused(file, lambda: read(file.read_bytes())), given


def _linked(file: Path, link: Mapping[str, Any]) -> str:
    """The text of a linked template in the template's folder, by the longest end of its address that is there.

    Raises:
        LookupError: none is, or it is the template itself.
    """
    folder = file.parent
    address = str(link.get("relativePath") or link.get("uri") or "").split("?", 1)[0]
    parts = [part for part in address.split("/") if part not in ("", ".", "..")]
    for start in range(len(parts)):
        candidate = folder.joinpath(*parts[start:])
        if candidate.is_file() and not candidate.samefile(file):
            return candidate.read_text(encoding="utf-8-sig")
    raise LookupError(f"{address} is not in {folder}")
