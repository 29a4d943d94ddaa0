"""Formatting and conversion keep what a runbook means."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent
from typing import Any

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azops_tui.runbook import parse
from azops_tui.runbook.format import FormattingError, format_document
from azops_tui.runbook.meaning import meaning, meaning_of_step
from azops_tui.runbook.notebooks.read import NotebookError, markdown
from azops_tui.runbook.notebooks.write import notebook
from tests.runbook.shared import HERE, data, steady

FRONT = "---\ntitle: Demo\nazops:\n  params: {A: {default: b}}\n---\n"
PIECES = [
    "# Title\n",
    "Setext\n===\n",
    "text with *emphasis*, a `code` and [link](other.md)\n",
    "* item\n\n  ```bash\n  echo nested\n  ```\n",
    "1) one\n2) two\n",
    "```bash {name=%d timeout=5s}\necho *a*   \n\n```\n",
    "~~~~python\nprint('''\n```\n''')\n~~~~\n",
    "```console\n$ ls\nout\n```\n",
    "```azurecli\naz group list\n```\n<!-- expected_similarity=0.8 -->\n```json\n{}\n```\n",
    "```yaml {azops=wait}\ngroup: g\n```\n",
    "<!-- expect exit=0 -->\n",
    "| a | b |\n|--|:-:|\n| 1 | 2 |\n",
    "> quote\n> ```bash\n> echo quoted\n> ```\n",
    "## Prerequisites\n\n- [x](y.md)\n",
    "```\nplain\n```\n",
]


@st.composite
def documents(draw: st.DrawFn) -> str:
    pieces = draw(st.lists(st.sampled_from(PIECES), max_size=8))
    glue = draw(st.sampled_from(["", "\n", "\n\n\n"]))
    body = glue.join(piece.replace("%d", f"s{number}") for number, piece in enumerate(pieces))
    return draw(st.sampled_from(["", FRONT])) + body


@given(documents())
@settings(steady, max_examples=40)
def test_formatted_twice_it_is_the_same_runbook(text: str) -> None:
    try:
        formatted = format_document(text, HERE)
    except FormattingError:
        return
    assert meaning(parse(formatted, HERE)) == meaning(parse(text, HERE))
    assert format_document(formatted, HERE) == formatted


def test_a_usual_document_is_formatted() -> None:
    text = FRONT + "\n\n# T\n* a\n* b\n```bash {name=x}\necho *\n```\n|a|\n|-|\n|1|\n"
    formatted = format_document(text, HERE)
    assert formatted.startswith(FRONT)
    assert "- a\n- b\n\n```bash {name=x}\necho *\n```\n" in formatted


@given(documents())
@settings(steady, max_examples=40)
def test_to_a_notebook_and_back_the_steps_are_the_same(text: str) -> None:
    runbook = parse(text, HERE)
    made = notebook(runbook)
    nbformat.validate(nbformat.from_dict(made))  # type: ignore[no-untyped-call]
    back = parse(markdown(json.dumps(made)), HERE)
    assert [meaning_of_step(step) for step in back.steps] == [meaning_of_step(step) for step in runbook.steps]


def test_the_shared_documents_survive_both() -> None:
    for path in sorted(data("runbooks/azure-docs").glob("*.md")):
        text = path.read_text("utf-8")
        runbook = parse(text, path)
        back = parse(markdown(json.dumps(notebook(runbook))), path)
        assert [meaning_of_step(s) for s in back.steps] == [meaning_of_step(s) for s in runbook.steps], path.name


def cell(source: str, *outputs: dict[str, Any], kind: str = "code") -> dict[str, Any]:
    return {"cell_type": kind, "metadata": {}, "source": source.splitlines(keepends=True), "outputs": list(outputs)}


def converted(*cells: dict[str, Any], language: str = "python", outputs: bool = False) -> list[tuple[str, str]]:
    kernel = {"kernelspec": {"name": language, "language": language, "display_name": language}}
    text = json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": kernel, "cells": list(cells)})
    return [(block.language, block.text) for block in parse(markdown(text, outputs=outputs), HERE).blocks]


@pytest.mark.parametrize(
    ("source", "blocks"),
    [
        ("%%bash\necho hi", [("bash", "echo hi\n")]),
        ("!az group list\n!ls", [("bash", "az group list\nls\n")]),
        ("%env NAME=a b\n%cd /tmp", [("bash", "export NAME='a b'\ncd /tmp\n")]),
        ("%pip install x", [("bash", "python3 -m pip install x\n")]),
        ("%%writefile a.txt\nhello", [("bash", "cat > a.txt <<'EOF'\nhello\nEOF\n")]),
        (
            "x = 1\nout = !echo {x}",
            [
                (
                    "python",
                    "import subprocess\nx = 1\nout = subprocess.run(f'echo {x}', shell=True, text=True, "
                    "stdout=subprocess.PIPE).stdout.splitlines()\n",
                )
            ],
        ),
        ("%matplotlib inline\nprint(1)", [("python", "# %matplotlib inline\nprint(1)\n")]),
        ("%%html\n<b>", [("html", "<b>\n")]),
    ],
)
def test_magics_become_what_they_do(source: str, blocks: list[tuple[str, str]]) -> None:
    assert converted(cell(source)) == blocks


def test_outputs_become_expected_results_on_request() -> None:
    shown = {"output_type": "stream", "name": "stdout", "text": ["hi\n"]}
    assert converted(cell("!echo hi", shown), outputs=True) == [("bash", "echo hi\n"), ("text", "hi\n")]
    assert converted(cell("!echo hi", shown)) == [("bash", "echo hi\n")]
    assert converted(cell("ls", kind="code"), language="bash") == [("bash", "ls\n")]


@pytest.mark.parametrize("text", ["", "[]", '{"nbformat": 3, "worksheets": []}'])
def test_other_files_are_refused(text: str) -> None:
    with pytest.raises(NotebookError):
        markdown(text)


def test_an_indented_fence_stays_in_its_markdown(tmp_path: Path) -> None:
    made = notebook(parse(dedent("- a\n\n  ```bash\n  ls\n  ```\n"), tmp_path / "x.md"))
    assert [item["cell_type"] for item in made["cells"]] == ["markdown"]
