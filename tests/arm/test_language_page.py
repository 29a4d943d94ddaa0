"""The page of the template language says what the code does."""

from __future__ import annotations

import runpy
from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_page_is_current() -> None:
    program = runpy.run_path(str(DOCS / "template_language.py"))
    written = (DOCS / "template-language.md").read_text(encoding="utf-8")
    assert written == program["page"](), "run: python docs/template_language.py"
    assert "`roleDefinitions(roleName): object`" in written
    assert "### secret-in-variable" in written
