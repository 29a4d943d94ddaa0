"""The model is cheap to import: what reads documents is loaded when a document is read."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("code", "unwanted"),
    [
        ("import azops_tui.runbook.model", ["markdown_it", "yaml", "tree_sitter", "msgspec"]),
        ("from azops_tui.runbook import parse", ["markdown_it", "yaml", "tree_sitter", "msgspec"]),
        ("import azops_tui.runbook.parsing", ["tree_sitter", "jmespath", "difflib", "asyncio", "azure", "textual"]),
        ("import azops_tui.engine.document_check", ["tree_sitter", "asyncio", "azops_tui.arm", "textual"]),
        ("import azops_tui.engine.open", ["markdown_it", "tree_sitter", "asyncio", "azure", "textual"]),
    ],
)
def test_imports(code: str, unwanted: list[str]) -> None:
    program = f"{code}\nimport sys\nprint([name for name in {unwanted!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
