"""Input of the template verbs: a template, parameter files, and values from the command line."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from azops_tui import exits
from azops_tui.cli.options import assignments, fail
from azops_tui.files import read_file

if TYPE_CHECKING:
    from azops_tui.arm import Document, Expansion, TemplateError
    from azops_tui.arm.describe import Description
    from azops_tui.secrets.redact import Redactor

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")
GROUP_SCOPE = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/my-group"
"""Default of ``--scope``: where the template is assumed to be deployed."""


def template_options(function: F) -> F:
    """Add ``FILE``, ``--parameters``, ``--set``, ``--scope`` and ``--location``."""
    for option in (
        click.option("--location", default="", help="Location of the resource group, if the template depends on it."),
        click.option(
            "--scope", default=GROUP_SCOPE, metavar="ID", help="Id of the resource group, subscription … to deploy to."
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
            help="Parameter file; may be repeated, later files win.",
        ),
        click.argument("file", type=click.Path(path_type=Path)),
    ):
        function = option(function)
    return function


def expanded(file: Path, document: Document, parameters: Mapping[str, Any], scope: str, location: str) -> Expansion:
    """Expand the result of :func:`read_input` in plan mode; linked templates are searched beside the file.

    Exits with :data:`exits.BAD_INPUT` and a message that begins with ``FILE:LINE`` if the template is not valid.
    """
    return _refused(file, lambda: _expand(file, document, parameters, scope, location))


def masked(
    file: Path, document: Document, parameters: Mapping[str, Any], expansion: Expansion, scope: str, location: str
) -> tuple[Expansion, Redactor]:
    """Return the expansion with secrets as ``[parameters('name')]``, and a redactor for secrets that remain.

    If the template cannot be expanded without its secrets, the original expansion is returned.

    Args:
        file: path of the template.
        document: its text.
        parameters: its parameters.
        expansion: the template expanded with its real parameters.
        scope: id of the deployment scope.
        location: location of the group.
    """
    from azops_tui.arm import TemplateError
    from azops_tui.arm.secure import concealed

    redactor = _redactor(document, parameters)
    try:
        return _expand(file, document, concealed(document.value, parameters), scope, location), redactor
    except TemplateError:
        return expansion, redactor


def _redactor(document: Document, parameters: Mapping[str, Any]) -> Redactor:
    """Return a redactor for the values of secret parameters. Raises TemplateError."""
    from azops_tui.arm.secure import secrets, texts
    from azops_tui.secrets.redact import Redactor

    return Redactor(texts(list(secrets(document.value, parameters).values())))


def read_description(
    file: Path, files: tuple[Path, ...], settings: tuple[str, ...], scope: str, location: str
) -> tuple[Description, Redactor]:
    """Describe the template of a file without secrets; also return a redactor for those in resource bodies.

    Parameters without a value are placeholders. Exits as :func:`expanded` does.
    """
    from azops_tui.arm import TemplateError
    from azops_tui.arm.describe import describe, hidden, placeholders
    from azops_tui.arm.secure import concealed

    document, parameters = read_input(file, files, settings)
    redactor = _refused(file, lambda: _redactor(document, parameters))
    values = _refused(file, lambda: placeholders(document.value, parameters))
    supplied = {name.lower() for name in parameters}
    unset = {name for name in document.value.get("parameters") or {} if name.lower() not in supplied}
    safe = concealed(document.value, parameters)
    try:
        expansion = _expand(file, document, {**values, **safe}, scope, location, allow_missing=True)
        return hidden(describe(expansion, unset=unset), redactor.redact), redactor
    except TemplateError as error:
        failure = error
    # The template may reject a placeholder; then the parameter stays an expression. What cannot be evaluated at all is
    # left open, unless a supplied value is not valid.
    problems: list[TemplateError] = []
    partial: Description | None = None
    with contextlib.suppress(TemplateError):
        expansion = _expand(file, document, safe, scope, location, allow_missing=True, problems=problems)
        partial = hidden(describe(expansion, unset=unset), redactor.redact)
    if partial is not None and not problems:
        return partial, redactor
    if supplied and parameters != safe:  # a loop over a secret object needs the real values
        with contextlib.suppress(TemplateError):
            expansion = _expand(file, document, parameters, scope, location, allow_missing=True)
            return hidden(describe(expansion, unset=unset), redactor.redact), redactor
    if partial is not None and failure.target.removeprefix("parameters.").lower() not in supplied:
        return partial, redactor
    message = f"{place(file, failure)}: {failure.code}: {failure.message}"
    advice = f"\nSupply values with -p or --set for {', '.join(sorted(values))}." if values else ""
    return fail(message + advice, exits.BAD_INPUT)


def _expand(
    file: Path,
    document: Document,
    parameters: Mapping[str, Any],
    scope: str,
    location: str,
    *,
    allow_missing: bool = False,
    problems: list[TemplateError] | None = None,
) -> Expansion:
    from azops_tui.arm import expand

    return expand(
        document,
        parameters,
        scope=scope,
        location=location,
        linked=lambda link, _base: _linked(file, link),
        allow_missing=allow_missing,
        problems=problems,
    )


def _refused(file: Path, make: Callable[[], T]) -> T:
    """Return the result of `make`, or exit if the template is not valid."""
    from azops_tui.arm import TemplateError

    try:
        return make()
    except TemplateError as error:
        fail(f"{place(file, error)}: {error.code}: {error.message}", exits.BAD_INPUT)


def place(file: Path, error: TemplateError) -> str:
    """Return ``FILE:LINE:COLUMN``, or the file alone if the position is unknown."""
    return f"{file}:{error.line}:{error.column}" if error.line else str(file)


def read_input(
    file: Path, files: tuple[Path, ...], settings: tuple[str, ...]
) -> tuple[Document, dict[str, dict[str, Any]]]:
    """Read the template, with its text so that errors supplied a line, and the parameters."""
    from azops_tui.arm import Document, TemplateError, read

    if not files and not settings and file.suffix.lower() != ".bicep":
        # The common case needs no parameters; what comes below imports as much again, and explains what is wrong.
        with contextlib.suppress(OSError, TemplateError):
            document = read(read_file(file, 64 << 20))
            if isinstance(document.value, dict) and "resources" in document.value:
                return document, {}

    import asyncio

    from azops_tui.engine.problems import StepProblem
    from azops_tui.engine.templates import fitted, merged, read_template

    values = assignments(settings)

    async def read_files() -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
        template = await read_template(file)
        return template, fitted(template, await merged([*map(str, files), values], Path))

    try:
        template, parameters = asyncio.run(read_files())
    except StepProblem as error:
        fail(" ".join(filter(None, (error.view.message, error.view.advice))), exits.BAD_INPUT)
    compiled = file.suffix.lower() == ".bicep"
    return Document("", template) if compiled else _refused(file, lambda: read(read_file(file, 64 << 20))), parameters


def _linked(file: Path, link: Mapping[str, Any]) -> str:
    """Return the text of a linked template in the template's folder, by the longest suffix of its address that exists.

    Raises:
        LookupError: no suffix exists, or it is the template itself.
    """
    folder = file.parent
    address = str(link.get("relativePath") or link.get("uri") or "").split("?", 1)[0]
    parts = [part for part in address.split("/") if part not in ("", ".", "..")]
    for start in range(len(parts)):
        candidate = folder.joinpath(*parts[start:])
        if candidate.is_file() and not candidate.samefile(file):
            return read_file(candidate, 64 << 20).decode("utf-8-sig")
    raise LookupError(f"{address} is not in {folder}")
