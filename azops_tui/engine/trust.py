"""Documents that this user trusts, by the hash of their content.

A document comes from others: its steps, variables and tools act on this machine with the user's rights. So azops asks
before the first step of a document that was not trusted with exactly this content. Runbooks that ship with azops are
trusted as they are installed, and so is what a person writes in azops. Naming a file to ``azops run`` is trust for that
run and is not stored.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from azops_tui import paths
from azops_tui.runbook.model import Runbook


@dataclass(frozen=True, slots=True)
class TrustEntry:
    """A document that was trusted."""

    digest: str
    path: str
    """Where the document was when it was trusted; its content counts, not its place."""
    at: float
    """Time of the decision, in seconds since the epoch."""


def document_digest(text: str) -> str:
    """SHA-256 of a document's text in hexadecimal, as ``RunStarted.digest`` has it."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def is_trusted(path: Path, digest: str) -> bool:
    """Whether a document ships with azops or was trusted by this user with this content.

    Args:
        path: path of the document.
        digest: hash of its text, from :func:`document_digest`.
    """
    return _ships(path) or any(entry.digest == digest for entry in trusted_documents())


def untrusted(documents: Iterable[Runbook]) -> list[Runbook]:
    """The documents about which a person is asked before their first step."""
    return [document for document in documents if not is_trusted_text(document.path, document.text)]


def trust_all(documents: Iterable[Runbook]) -> None:
    """Trust documents with their present content.

    Raises:
        OSError: the list of trusted documents cannot be written.
    """
    for document in documents:
        trust(document.path, document_digest(document.text))


def is_trusted_text(path: Path, text: str) -> bool:
    """As :func:`is_trusted`, for the text of a document."""
    return is_trusted(path, document_digest(text))


def trust(path: Path, digest: str) -> None:
    """Trust a document with this content from now on.

    Raises:
        OSError: the list of trusted documents cannot be written.
    """
    if is_trusted(path, digest):
        return
    line = json.dumps({"digest": digest, "path": str(path.resolve()), "at": time.time()}) + "\n"
    file = paths.private(paths.state()) / "trusted.jsonl"
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, line.encode())
    finally:
        os.close(descriptor)


def trusted_documents() -> list[TrustEntry]:
    """The documents that this user trusts, in the order of the decisions; lines that cannot be read are left out."""
    try:
        lines = (paths.state() / "trusted.jsonl").read_text("utf-8", "replace").splitlines()
    except OSError:
        return []
    entries = []
    for line in lines:
        try:
            record = json.loads(line)
            entries.append(TrustEntry(str(record["digest"]), str(record["path"]), float(record["at"])))
        except (ValueError, KeyError, TypeError):
            continue
    return entries


def _ships(path: Path) -> bool:
    """Whether azops wrote a document itself: runbooks that ship, and scratch pages."""
    own = (paths.shipped("runbooks"), paths.scratch())
    return any(path.resolve().is_relative_to(folder.resolve()) for folder in own)
