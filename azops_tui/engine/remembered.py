"""What a person answered about a document: values of its parameters, whether its guessed steps run, and its profile.

Values are kept by the path of the document, so that they outlive an edit. The answers about guessed steps and the
profile hold for one content, as trust does. Values of secrets are never stored.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any

from azops_tui import paths
from azops_tui.engine.trust import document_digest
from azops_tui.files import write_private
from azops_tui.runbook.model import Runbook


def remembered_values(path: Path) -> dict[str, str]:
    """Values that a person entered for parameters of a document earlier."""
    values = _read(path).get("values")
    if not isinstance(values, dict):
        return {}
    return {name: value for name, value in values.items() if isinstance(value, str)}


def remember_values(runbook: Runbook, values: Mapping[str, str]) -> None:
    """Keep values for the next run of the document, but for those of secrets.

    Raises:
        OSError: the file cannot be written.
    """
    from azops_tui.secrets.named import may_name_secret

    secrets = {parameter.name for parameter in runbook.parameters if parameter.type == "secret"}
    kept = {name: value for name, value in values.items() if name not in secrets and not may_name_secret(name)}
    if kept:
        _write(runbook.path, {"values": remembered_values(runbook.path) | kept})


class ContentQuestion(Enum):
    """A question about one content of a document; the value names the digests of a yes and of a no in the record."""

    GUESSED_STEPS = ("untagged", "left_out")
    """Whether its guessed steps run."""
    PROFILE = ("profile", "no_profile")
    """Whether the run acts on the profile that it names."""


def content_answer(question: ContentQuestion, path: Path, text: str) -> bool | None:
    """What a person answered about a document with this content; None without an answer."""
    record, digest = _read(path), document_digest(text)
    yes, no = question.value
    return True if record.get(yes) == digest else False if record.get(no) == digest else None


def keep_content_answer(question: ContentQuestion, path: Path, text: str, agreed: bool) -> None:
    """Keep an answer about a document with this content; it takes the place of an earlier one.

    Raises:
        OSError: the file cannot be written.
    """
    digest = document_digest(text)
    yes, no = question.value
    _write(path, {yes: digest if agreed else "", no: "" if agreed else digest})


def _file(path: Path) -> Path:
    name = hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:32]
    return paths.state() / "documents" / f"{name}.json"


def _read(path: Path) -> dict[str, Any]:
    try:
        record = json.loads(_file(path).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def _write(path: Path, changes: dict[str, Any]) -> None:
    record = _read(path) | {"path": str(path.resolve())} | changes
    file = _file(path)
    paths.private(file.parent)
    write_private(file, json.dumps(record))
