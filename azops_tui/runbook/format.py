"""Format a document: regular Markdown, with the same runbook in it."""

from __future__ import annotations

from pathlib import Path

from azops_tui.errors import AzopsError
from azops_tui.runbook import parse
from azops_tui.runbook.frontmatter import read_front_matter
from azops_tui.runbook.meaning import meaning


class FormattingError(AzopsError):
    """A document cannot be formatted without a change of what it means."""


def format_document(text: str, path: Path) -> str:
    """Return the document in mdformat's style; the front matter and the code of fences stay as they are.

    Raises:
        FormattingError: the formatted text would be another runbook.
    """
    import mdformat

    normal = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    lines = normal.split("\n")
    count = read_front_matter(lines).lines
    head, body = "\n".join(lines[:count]), "\n".join(lines[count:])
    try:
        formatted = mdformat.text(body, options={"wrap": "keep", "number": True}, extensions={"gfm"})
    except (ValueError, RecursionError) as error:
        raise FormattingError(f"mdformat cannot format it: {error}") from None
    result = f"{head}\n\n{formatted}" if head else formatted
    if meaning(parse(result, path)) != meaning(parse(text, path)):
        raise FormattingError("formatted, it would not be the same runbook; it is left as it is")
    return result
