"""A notebook as a runbook: code cells become fences, with magics as what they do."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from azops_tui.errors import AzopsError
from azops_tui.json_types import Json
from azops_tui.runbook.notebooks.magics import convert_cell
from azops_tui.runbook.notebooks.write import KEY

_FENCE = re.compile(r"`{3,}")
_SHELLS = frozenset({"bash", "sh", "shell", "zsh"})
_MOST_OUTPUT = 20_000
"""Characters of an output up to which it becomes an expected result."""


class NotebookError(AzopsError):
    """A text is not a notebook; the message says why."""


def markdown(text: str, *, outputs: bool = False) -> str:
    """Return the runbook of a notebook.

    Args:
        text: the notebook, nbformat 4.
        outputs: keep the outputs of cells as expected results.

    Raises:
        NotebookError: it is not a notebook of that format.
    """
    try:
        document: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotebookError(f"it is not JSON: {error}") from None
    cells = document.get("cells") if isinstance(document, dict) else None
    if not isinstance(cells, list) or not str(document.get("nbformat", "4")).startswith("4"):
        raise NotebookError("it is not a notebook of nbformat 4; open it in Jupyter and save it again")
    language = _language(document.get("metadata"))
    parts: list[str] = []
    for cell in cells:
        if isinstance(cell, dict):
            parts += _cell(cell, language, outputs)
    return "\n\n".join(part for part in parts if part.strip()) + "\n"


def _language(metadata: Json) -> str:
    """Language of the kernel, in lower case."""
    if not isinstance(metadata, dict):
        return "python"
    for key, name in (("kernelspec", "language"), ("language_info", "name"), ("kernelspec", "name")):
        value = (metadata.get(key) or {}).get(name)
        if isinstance(value, str) and value:
            return "python" if value.startswith("python") else value.casefold()
    return "python"


def _cell(cell: dict[str, Json], language: str, outputs: bool) -> list[str]:
    source = _text(cell.get("source"))
    metadata = cell.get("metadata") or {}
    ours = metadata.get(KEY) if isinstance(metadata, dict) else None
    ours = ours if isinstance(ours, dict) else {}
    if cell.get("cell_type") == "markdown":
        return [source.strip("\n")]
    if cell.get("cell_type") == "raw":
        return [source if ours.get("front-matter") else fence("text", source)]
    if cell.get("cell_type") != "code" or (not source.strip() and "info" not in ours):
        return []
    if isinstance(info := ours.get("info"), str):
        code = source if language in _SHELLS else re.sub(r"\A%%(?:bash|sh)[^\n]*(?:\n|\Z)", "", source)
        parts = [fence(info, code)]
    else:
        parts = [fence(word, code) for word, code in convert_cell(source, language)]
    shown = cell.get("outputs")
    return parts + (_expected(shown) if outputs and isinstance(shown, list) else [])


def fence(info: str, code: str) -> str:
    """A fence around code, longer than any in it."""
    longest = max((len(run) for run in _FENCE.findall(code)), default=2)
    ticks = "`" * max(3, longest + 1)
    # The line end before the closing fence belongs to the fence.
    return f"{ticks}{info}\n{code}\n{ticks}" if code else f"{ticks}{info}\n{ticks}"


def _expected(outputs: Sequence[Json]) -> list[str]:
    """The text of a cell's outputs as an expected result; pictures and errors are left out."""
    pieces: list[str] = []
    for output in outputs:
        if not isinstance(output, dict):
            continue
        if output.get("output_type") == "stream" and output.get("name") != "stderr":
            pieces.append(_text(output.get("text")))
        elif output.get("output_type") in ("execute_result", "display_data"):
            data = output.get("data")
            pieces.append(_text(data.get("text/plain")) if isinstance(data, dict) else "")
    text = "".join(pieces).rstrip("\n")
    if not text.strip() or len(text) > _MOST_OUTPUT:
        return []
    try:
        is_json = isinstance(json.loads(text), dict | list)
    except (ValueError, RecursionError):
        is_json = False
    return ["<!-- expected_similarity=0.8 -->", fence("json" if is_json else "text", text)]


def _text(value: Json) -> str:
    """Text of a notebook: a string, or a list of lines."""
    if isinstance(value, list):
        value = "".join(str(item) for item in value)
    return value.replace("\r\n", "\n").replace("\r", "\n") if isinstance(value, str) else ""
