"""Documents are trusted by their content: azops trust, its list, and what is trusted without a question."""

from __future__ import annotations

import stat
from pathlib import Path

from azops_tui import paths
from azops_tui.engine.open import open_runbook
from azops_tui.engine.trust import document_digest, is_trusted, trust
from tests.cli.azops import RUNBOOKS, azops


def _is_trusted(path: Path) -> bool:
    return is_trusted(path, document_digest(open_runbook(path).text))


def test_trust_ends_when_the_document_changes(tmp_path: Path) -> None:
    document = tmp_path / "a.md"
    document.write_text("# A\n\n```bash\necho 1\n```\n")
    assert not _is_trusted(document)
    done = azops("trust", document)
    assert (done.returncode, done.stderr) == (0, "")
    assert _is_trusted(document)
    assert str(document) in azops("trust", "--list").stdout
    document.write_text("# A\n\n```bash\necho 2\n```\n")
    assert not _is_trusted(document)


def test_runbooks_that_ship_are_trusted() -> None:
    assert all(_is_trusted(path) for path in RUNBOOKS.glob("*.md"))
    assert not (paths.state() / "trusted.jsonl").exists()


def test_only_the_user_reads_the_list_and_a_damaged_line_is_left_out(tmp_path: Path) -> None:
    trust(tmp_path / "x.md", "1" * 64)
    file = paths.state() / "trusted.jsonl"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with file.open("a") as lines:
        lines.write("{\n")
    trust(tmp_path / "y.md", "2" * 64)
    assert is_trusted(tmp_path / "z.md", "1" * 64)
    assert is_trusted(tmp_path / "z.md", "2" * 64)


def test_trust_needs_a_document_or_the_list(tmp_path: Path) -> None:
    assert azops("trust").returncode == 2
    missing = azops("trust", tmp_path / "missing.md")
    assert missing.returncode == 3
    assert "does not exist" in missing.stderr
