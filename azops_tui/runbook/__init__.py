"""Runbooks: text to model. Pure: no files, no processes, no clock.

:func:`parse` is the way in; files are read by ``engine.open``. The parser is loaded on its first use, so that the
model alone is cheap to import.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from azops_tui.runbook.model import Runbook

__all__ = ["parse"]


def parse(
    text: str,
    path: Path,
    *,
    metadata: str = "",
    initial: Mapping[str, str] | None = None,
    tools: Collection[str] | None = None,
    untagged: bool = False,
    variables: Collection[str] | None = None,
) -> Runbook:
    """Parse a Markdown document. Never raises; what is wrong is in ``problems`` of the runbook.

    Args:
        text: the document.
        path: of the document; its folder is the base of relative links and templates.
        metadata: text of a ``metadata.json`` beside it, whose ``configurableParams`` become parameters.
        initial: values of an ``.ini`` file of the same name beside it, which become defaults.
        tools: the programs that are there, of those that decide whether a step can run (``pwsh``);
            None where that is not known, and then every step counts as runnable.
        untagged: a person agreed to run guessed steps; so can ``azops.untagged: bash`` in front matter.
        variables: names of variables that exist before the run; None if that is not known, and then variables that
            the document uses and never sets are not parameters.
    """
    from azops_tui.runbook.parsing import parse_document
    from azops_tui.runbook.shell_process import shell_process

    if "```" in text or "~~~" in text:
        shell_process().begin_document()
    return parse_document(
        text, path, metadata=metadata, initial=initial, tools=tools, untagged=untagged, variables=variables
    )
