"""Read a runbook from its file, with the parameter files beside it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from azops_tui.errors import AzopsError
from azops_tui.files import read_file
from azops_tui.runbook import parse
from azops_tui.runbook.model import Prerequisite, Problem, Runbook, Severity
from azops_tui.runbook.parameters import from_ini

_LARGEST = 16 * 1024 * 1024
"""Size limit of a document in bytes; a larger file is not a runbook."""
_DECIDING_TOOLS = ("pwsh",)
"""Programs without which steps in their language cannot run."""


class RunbookError(AzopsError):
    """A document cannot be read. ``line`` counts from 1; 0 stands for the whole file."""

    def __init__(self, path: Path, line: int, message: str) -> None:
        super().__init__(f"{path}:{line}: {message}" if line else f"{path}: {message}")
        self.path = path
        self.line = line
        self.message = message


def open_runbook(
    path: Path, *, environment: Mapping[str, str] | None = None, untagged: bool = False, text: str | None = None
) -> Runbook:
    """Read a runbook from a file. Errors in the document are in its ``problems``.

    ``metadata.json`` and an ``.ini`` file of the same name beside the document are read for parameters; a name that the
    environment has is not taken from the ``.ini`` file. Missing prerequisites become problems.

    Args:
        path: path of the document.
        environment: environment variables; by default those of the process.
        untagged: run the fences that look like shell and do not say so, and save the files that the document shows.
        text: text of the document; by default that of the file.

    Raises:
        RunbookError: the file does not exist, cannot be read, or is not UTF-8 text.
    """
    text = read_text(path).removeprefix("\ufeff") if text is None else text.removeprefix("\ufeff")
    variables = os.environ if environment is None else environment
    extra_problems: list[Problem] = []
    initial = from_ini(_beside(path.with_suffix(".ini"), extra_problems))
    runbook = parse(
        text,
        path,
        metadata=_beside(path.parent / "metadata.json", extra_problems),
        initial={name: value for name, value in initial.items() if name not in variables},
        untagged=untagged,
        variables=variables,
        tools={tool for tool in _DECIDING_TOOLS if shutil.which(tool)},
    )
    if runbook.prerequisites:
        runbook = replace(runbook, prerequisites=tuple(_resolved(link, path) for link in runbook.prerequisites))
    extra_problems += missing_prerequisites(runbook)
    if not extra_problems:
        return runbook
    problems = sorted((*runbook.problems, *extra_problems), key=lambda problem: problem.line)
    return replace(runbook, problems=tuple(problems))


def _resolved(link: Prerequisite, document: Path) -> Prerequisite:
    """A link with the path of its cached file, if it leads to the web."""
    from azops_tui.engine.web_prerequisites import address_of, trusted_file

    url = link.url or ("" if link.path.is_file() else address_of(document, link.target))
    return replace(link, url=url, path=trusted_file(url) or Path()) if url else link


def missing_prerequisites(runbook: Runbook) -> list[Problem]:
    """A warning for each link under Prerequisites to a document that does not exist."""
    return [
        Problem(
            Severity.WARNING,
            link.line,
            link.problem,
            runbook.path,
        )
        for link in runbook.prerequisites
        if not link.path.is_file()
    ]


def read_text(path: Path) -> str:
    """The text of a document, with its byte order mark if it has one.

    Raises:
        RunbookError: the file does not exist, cannot be read, or is not UTF-8 text.
    """
    try:
        data = read_file(path, _LARGEST)
    except FileNotFoundError:
        raise RunbookError(path, 0, "the file does not exist") from None
    except IsADirectoryError:
        raise RunbookError(path, 0, "this is a folder; name a Markdown file in it") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise RunbookError(path, 0, f"the file cannot be read: {reason}") from None
    if len(data) > _LARGEST:
        raise RunbookError(path, 0, f"the file is larger than {_LARGEST // 1024 // 1024} MB, too large for a runbook")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"the file is not UTF-8 text: byte 0x{data[error.start]:02x} is not valid; save it as UTF-8"
        raise RunbookError(path, line, message) from None


def _beside(path: Path, problems: list[Problem]) -> str:
    """Text of an optional file, empty if it does not exist; adds a warning if it cannot be read."""
    try:
        return read_file(path, _LARGEST).decode("utf-8-sig")
    except FileNotFoundError:
        return ""
    except (OSError, ValueError) as error:
        message = f"the file beside the document cannot be read: {error}"
        problems.append(Problem(Severity.WARNING, 0, message, path))
        return ""
