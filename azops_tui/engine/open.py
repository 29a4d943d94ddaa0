"""Reads a runbook from files: the document, and what stands beside it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from azops_tui.errors import AzopsError
from azops_tui.runbook import parse
from azops_tui.runbook.model import Problem, Runbook, Severity
from azops_tui.runbook.parameters import from_ini

_LARGEST = 16 * 1024 * 1024
"""Bytes of a document; beyond, it is something else that was named by mistake."""
_DECIDING_TOOLS = ("pwsh",)
"""Programs without which steps of some language cannot run."""


class RunbookError(AzopsError):
    """A document cannot be read at all. ``str`` gives file, line and a sentence.

    ``line`` counts from 1; 0 where the trouble has none.
    """

    def __init__(self, path: Path, line: int, message: str) -> None:
        super().__init__(f"{path}:{line}: {message}" if line else f"{path}: {message}")
        self.path = path
        self.line = line
        self.message = message


def open_runbook(path: Path, *, environment: Mapping[str, str] | None = None) -> Runbook:
    """The runbook in a file. What is wrong within it is in its ``problems``.

    Beside it, ``metadata.json`` and an ``.ini`` of the same name are read for parameters; a name that the environment
    already has is not taken from the ``.ini``. Prerequisites that are not there become problems.

    Args:
        path: of the document.
        environment: the process's own by default.

    Raises:
        RunbookError: the file is not there, cannot be read, or is not UTF-8 text.
    """
    text = _read(path)
    given = os.environ if environment is None else environment
    trouble: list[Problem] = []
    initial = from_ini(_beside(path.with_suffix(".ini"), trouble))
    runbook = parse(
        text,
        path,
        metadata=_beside(path.parent / "metadata.json", trouble),
        initial={name: value for name, value in initial.items() if name not in given},
        tools={tool for tool in _DECIDING_TOOLS if shutil.which(tool)},
    )
    trouble += missing_prerequisites(runbook)
    if not trouble:
        return runbook
    problems = sorted((*runbook.problems, *trouble), key=lambda problem: problem.line)
    return replace(runbook, problems=tuple(problems))


def missing_prerequisites(runbook: Runbook) -> list[Problem]:
    """An error for each link under Prerequisites to a document that is not there."""
    return [
        Problem(
            Severity.ERROR,
            link.line,
            f"the prerequisite {link.target} is not there; it would be {link.path}",
            runbook.path,
        )
        for link in runbook.prerequisites
        if not link.path.is_file()
    ]


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except FileNotFoundError:
        raise RunbookError(path, 0, "there is no such file") from None
    except IsADirectoryError:
        raise RunbookError(path, 0, "this is a folder; name a Markdown file in it") from None
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise RunbookError(path, 0, f"it cannot be read: {said}") from None
    if len(data) > _LARGEST:
        raise RunbookError(path, 0, f"it is larger than {_LARGEST // 1024 // 1024} MB, which no runbook is")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        said = f"it is not UTF-8 text: byte 0x{data[error.start]:02x} cannot be read; save it as UTF-8"
        raise RunbookError(path, line, said) from None


def _beside(path: Path, trouble: list[Problem]) -> str:
    """Text of a file that need not be there; a warning where it is and cannot be read."""
    try:
        return path.read_text("utf-8-sig")
    except FileNotFoundError:
        return ""
    except (OSError, ValueError) as error:
        said = f"it is beside the document and cannot be read: {error}"
        trouble.append(Problem(Severity.WARNING, 0, said, path))
        return ""
