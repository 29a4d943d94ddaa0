"""Runbooks from files, and files that are none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from azops_tui.engine import open as opening
from azops_tui.engine.open import RunbookError, open_runbook
from azops_tui.runbook.model import Severity


def written(folder: Path, text: str | bytes, name: str = "book.md") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def refused(path: Path) -> RunbookError:
    with pytest.raises(RunbookError) as caught:
        open_runbook(path)
    return caught.value


def test_what_stands_beside_the_document_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, "```bash\nexport A=1 B=2\n```\n")
    written(tmp_path, "B = 3\nC = 4\nHOME = x\n", "book.ini")
    written(tmp_path, '{"configurableParams": [{"commandKey": "D", "defaultValue": "5"}]}', "metadata.json")
    runbook = open_runbook(path, environment={"HOME": "/home"})
    assert [(p.name, p.default, p.literal) for p in runbook.parameters] == [
        ("B", "3", False),
        ("C", "4", False),
        ("A", "1", True),
        ("D", "5", False),
    ]
    assert not runbook.problems


def test_a_byte_order_mark_does_not_matter(tmp_path: Path) -> None:
    assert open_runbook(written(tmp_path, b"\xef\xbb\xbf---\ntitle: x\n---\n")).title == "x"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    error = refused(tmp_path / "no.md")
    assert (str(error), error.line) == (f"{tmp_path}/no.md: the file does not exist", 0)
    assert str(refused(tmp_path / "a\0b")).endswith("the file cannot be read: embedded null byte")


def test_a_folder(tmp_path: Path) -> None:
    assert str(refused(tmp_path)) == f"{tmp_path}: this is a folder; name a Markdown file in it"


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = written(tmp_path, "x")
    path.chmod(0)
    assert str(refused(path)) == f"{path}: the file cannot be read: Permission denied"


def test_bytes_that_are_not_utf_8(tmp_path: Path) -> None:
    path = written(tmp_path, b"# One\n\ncaf\xe9\n")
    error = refused(path)
    assert str(error) == f"{path}:3: the file is not UTF-8 text: byte 0xe9 is not valid; save it as UTF-8"
    assert (error.path, error.line) == (path, 3)


def test_a_file_that_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "_LARGEST", 1024 * 1024)
    assert str(refused(written(tmp_path, "x" * (1024 * 1024 + 1)))).endswith(
        "larger than 1 MB, too large for a runbook"
    )


def test_prerequisites_that_are_not_there_are_named(tmp_path: Path) -> None:
    written(tmp_path, "# A\n", "sub/there.md")
    path = written(tmp_path, "# T\n\n## Prerequisites\n\n[a](sub/there.md), [b](gone.md)\n")
    runbook = open_runbook(path)
    assert not runbook.errors
    assert [str(problem) for problem in runbook.problems] == [
        f"{path}:5: warning: the prerequisite gone.md does not exist and is not run; its path is {tmp_path}/gone.md"
    ]


def test_what_is_beside_and_cannot_be_read_is_a_warning(tmp_path: Path) -> None:
    path = written(tmp_path, "# A\n")
    (tmp_path / "metadata.json").mkdir()
    written(tmp_path, b"A=\xff\n", "book.ini")
    problems = open_runbook(path).problems
    assert [problem.severity for problem in problems] == [Severity.WARNING] * 2
    assert sorted(problem.path.name for problem in problems if problem.path) == ["book.ini", "metadata.json"]


def test_errors_within_the_document_have_its_path(tmp_path: Path) -> None:
    path = written(tmp_path, "---\na: [\n---\n\n```yaml {azops=group}\ngruop: x\n```\n")
    first, second = open_runbook(path).errors
    assert str(first).startswith(f"{path}:2: error: the front matter is not YAML: ")
    assert str(second) == f"{path}:6: error: unknown field 'gruop' in a group step; did you mean 'group'?"
