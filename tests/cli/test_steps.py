"""``azops steps``: every fence, and what it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from azops_tui.cli.steps import steps
from tests.cli.azops import azops
from tests.runbook.shared import data

TEXT = """# One

```bash {name=make nmae=x}
az group create -n x
```

<!-- expected_similarity=0.5 -->
```json
{}
```

- item

  ```powershell
  Get-AzVM
  ```
"""


def ran(*words: str | Path) -> Result:
    return CliRunner().invoke(steps, [str(word) for word in words])


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", str(tmp_path))
    path = tmp_path / "book.md"
    path.write_text(TEXT)
    return path


def test_as_a_table(book: Path) -> None:
    result = ran(book)
    assert result.exit_code == 0
    assert result.stdout == (
        "LINE  LANGUAGE    ROLE    NAME  CLASS  DEPTH  HEADING\n"
        "3     bash        step    make  M             One\n"
        "8     json        result                      One\n"
        "14    powershell  step    one   R      2      One  (not runnable: PowerShell (pwsh) is not on PATH)\n"
    )
    assert result.stderr == f"{book}:3: warning: unknown attribute 'nmae'; did you mean 'name'?\n"


def test_as_json(book: Path) -> None:
    result = ran(book, "--format", "json")
    listed: dict[str, Any] = json.loads(result.stdout)
    assert (result.exit_code, result.stderr) == (0, "")
    assert (listed["path"], listed["title"]) == (str(book), "One")
    make, expected, shown = listed["fences"]
    assert make == {
        "line": 3,
        "end_line": 5,
        "language": "bash",
        "heading": "One",
        "depth": 0,
        "role": "step",
        "name": "make",
        "kind": "shell",
        "class": "M",
        "runnable": True,
        "expectations": 1,
    }
    assert expected["role"] == "result"
    assert (shown["depth"], shown["runnable"], shown["reason"]) == (2, False, "PowerShell (pwsh) is not on PATH")
    assert listed["problems"] == [
        {
            "severity": "warning",
            "path": str(book),
            "line": 3,
            "message": "unknown attribute 'nmae'; did you mean 'name'?",
        }
    ]


def test_a_document_without_fences(tmp_path: Path) -> None:
    path = tmp_path / "plain.md"
    path.write_text("Only text.\n")
    assert ran(path).stdout == "This document has no fences.\n"
    assert json.loads(ran(path, "--format=json").stdout)["fences"] == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"# A\n\n\xff\n", "book.md:3: the file is not UTF-8 text: byte 0xff is not valid; save it as UTF-8"),
        (b"---\na: b: c\n---\n", "book.md:2: error: the front matter is not YAML: mapping values are not allowed"),
        (
            b"# A\n\n```yaml {azops=deploy}\ngroup: g\ntemplate: t\nmoed: x\n```\n",
            "book.md:6: error: unknown field 'moed' in a deploy step; did you mean 'mode'?",
        ),
        (None, "book.md: the file does not exist"),
    ],
)
def test_bad_input_gives_file_line_and_a_sentence(tmp_path: Path, content: bytes | None, message: str) -> None:
    path = tmp_path / "book.md"
    if content is not None:
        path.write_bytes(content)
    result = ran(path)
    assert result.exit_code == 3
    assert message in result.stderr
    assert "Traceback" not in result.output


def test_a_missing_prerequisite_is_told_and_no_fault_of_the_list(tmp_path: Path) -> None:
    path = tmp_path / "book.md"
    path.write_text("## Prerequisites\n\n[a](gone.md)\n")
    result = ran(path)
    assert result.exit_code == 0
    assert f"{path}:3: warning: the prerequisite gone.md does not exist" in result.stderr


def test_usage() -> None:
    assert ran().exit_code == 2
    assert ran("x", "--format", "yaml").exit_code == 2


def test_real_documents() -> None:
    folder = data("runbooks/azure-docs")
    for name, expected in json.loads((folder / "expected.json").read_text()).items():
        result = ran(folder / name, "--format", "json")
        assert result.exit_code == 0, result.stderr
        fences = json.loads(result.stdout)["fences"]
        assert [fence["language"] for fence in fences] == [block["lang"] for block in expected["blocks"]]
        assert [fence["heading"] for fence in fences] == [block["heading"] for block in expected["blocks"]]
        assert sum(fence.get("kind") == "shell" for fence in fences) == expected["executable"]


def test_a_tag_selects_steps(tmp_path: Path) -> None:
    document = tmp_path / "tagged.md"
    document.write_text(
        "```bash {name=a tag=setup,fast}\necho ran-a\n```\n\n```bash {name=b}\necho ran-b\n```\n\n"
        "```bash {name=c tag=fast}\necho ran-c\n```\n"
    )
    run = azops("run", document, "--yes", "--tag", "fast", XDG_STATE_HOME=str(tmp_path))
    assert (run.returncode, [f"ran-{name}" in run.stdout for name in "abc"]) == (0, [True, False, True]), run.stdout
    dry = azops("run", document, "--tag", "setup", "--step", "b", "--dry-run").stdout
    assert [line.split()[0] for line in dry.splitlines()[1:]] == ["a", "b"]
    unknown = azops("run", document, "--tag", "slow")
    assert unknown.returncode == 2
    assert "its tags are fast, setup" in unknown.stderr
