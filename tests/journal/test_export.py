"""``azops export``: what leaves the terminal."""

from __future__ import annotations

import base64
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat
import pytest
from click.testing import CliRunner

from azops_tui.cli.main import cli
from azops_tui.events.records import (
    AnyEvent,
    OutputWritten,
    Record,
    RunFinished,
    RunStarted,
    StepFinished,
    StepInfo,
    StepStarted,
)
from azops_tui.journal.export.html import html
from azops_tui.journal.export.results import RunResults, collect
from azops_tui.runbook import parse
from tests.cli.azops import azops

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
DOCUMENT = """\
---
azops:
  params:
    TOKEN: {type: secret}
---
# Quarterly <script>alert(1)</script> check

> [!WARNING]
> Read this first.

![chart](own.png) ![other](../other.png)

```bash {name=colours}
printf '\\033[31mred\\033[0m <b>&amp;\\n'; echo "with $TOKEN" >&2
```

1. In a list:

   ```bash {name=machines}
   echo '[{"name": "web1", "size": 2}, {"name": "web2", "size": 4}]'
   ```

```python {name=sum, hide=input}
print(1 + 1)
```

```yaml {azops=gate name=go-on}
message: Go on?
```

```bash {name=fails}
echo '```'; false
```

```bash {name=never}
echo never
```
"""


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a run's document, and the run in every format."""
    folder = tmp_path_factory.mktemp("export") / "inner"
    folder.mkdir()
    (folder / "check.md").write_text(DOCUMENT)
    (folder / "own.png").write_bytes(PIXEL)
    (folder.parent / "other.png").write_bytes(PIXEL + b"outside")
    patch = pytest.MonkeyPatch()
    patch.setenv("XDG_STATE_HOME", str(folder / "state"))
    try:
        ran = azops("run", "check.md", "--yes", "--set", "TOKEN=hunter2-hunter2", cwd=folder)
        assert ran.returncode == 1, ran.stdout + ran.stderr
        (folder / "run.txt").write_text(ran.stdout)
        patch.chdir(folder)
        for words in (
            *(["-o", f"out.{form}"] for form in ("md", "html", "ipynb", "json", "azops")),
            *(["-o", f"board.{form}", "--dashboard"] for form in ("md", "html")),
            ["--beside"],
        ):
            done = CliRunner().invoke(cli, ["export", "1", *words])
            assert done.exit_code == 0, done.output
    finally:
        patch.undo()
    return folder


def test_no_secret_leaves(exported: Path) -> None:
    for path in exported.glob("out.*"):
        data = path.read_bytes()
        if path.suffix == ".azops":
            import gzip

            data = gzip.decompress(data)
        if path.suffix != ".json" and path.suffix != ".azops":
            assert b"with \xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2" in data, path
        assert b"with hunter2" not in data, path


def test_markdown_runs_as_before(exported: Path) -> None:
    assert (exported / "check.run-1.md").read_text() == (exported / "out.md").read_text()
    text = (exported / "out.md").read_text()
    before, after = parse(DOCUMENT, Path("check.md")), parse(text, Path("check.md"))
    assert [(s.name, s.code) for s in after.steps] == [(s.name, s.code) for s in before.steps]
    assert not after.errors
    assert len(after.guessed) == len(before.guessed)
    assert re.search(r"\*\*● done\*\* in [\d.]+ m?s", text)
    assert "   ```text\n   [{" in text, "a result in a list stays in the list"
    assert "````text\n```\n````" in text, "a fence is longer than those in the output"
    assert "**✕ failed**" in text
    assert "**○ waiting**" in text


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_html_needs_nothing_and_runs_nothing(exported: Path) -> None:
    page = (exported / "out.html").read_text()
    parser = _Tags()
    parser.feed(page)
    names = {tag for tag, _ in parser.tags}
    assert not names & {"script", "link", "iframe", "object", "form"}
    assert [attributes["src"] for tag, attributes in parser.tags if tag == "img"] == [
        "data:image/png;base64," + base64.b64encode(PIXEL).decode()
    ]
    assert "[other]" in page, "an image outside of the document's folder is not read"
    assert "[!WARNING]" not in page
    assert 'class="callout warning"' in page
    assert "&lt;script&gt;alert(1)" in page
    assert "red &lt;b&gt;&amp;amp;" in page
    assert "<td>web2</td><td>4</td>" in page, "a list of objects is a table"
    assert "print(1 + 1)" not in page, "hide=input"
    assert "<code>echo never" in page


def test_a_dashboard_has_no_code(exported: Path) -> None:
    for name in ("board.html", "board.md"):
        text = (exported / name).read_text()
        assert "printf" not in text, name
        assert "echo never" not in text, name
        assert "Go on?" not in text, name
        assert "web2" in text, name
        assert "failed" in text, name


def test_the_notebook_is_valid_and_has_the_outputs(exported: Path) -> None:
    notebook: Any = nbformat.read(exported / "out.ipynb", as_version=4)  # type: ignore[no-untyped-call]
    nbformat.validate(notebook)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    first = cells[0]
    assert first.execution_count == 1
    assert first.source.startswith("%%bash")
    assert {output.name for output in first.outputs} == {"stdout", "stderr"}
    failed = next(cell for cell in cells if "false" in cell.source)
    assert failed.outputs[-1].output_type == "error"
    assert failed.metadata.azops.state == "failed"
    assert any("azops=gate" in cell.source and "done" in cell.source for cell in notebook.cells)


def test_json_for_programs(exported: Path) -> None:
    run = json.loads((exported / "out.json").read_text())
    assert run["verdict"] == "failed"
    assert run["run"] == 1
    steps = {step["name"]: step for step in run["steps"]}
    assert [step["state"] for step in steps.values()].count("done") == 4
    assert steps["fails"]["failure"]["code"] == "Exit1"
    assert steps["never"]["order"] is None


def test_an_exported_run_plays_elsewhere(exported: Path, tmp_path: Path) -> None:
    shown = azops("replay", exported / "out.azops", "--print", XDG_STATE_HOME=str(tmp_path), PATH="/nonexistent")
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout == (exported / "run.txt").read_text()


def test_a_bad_file_is_refused(exported: Path, tmp_path: Path) -> None:
    whole = (exported / "out.azops").read_bytes()
    for name, content, reason in (
        ("cut", whole[:-40], "cannot be read"),
        ("text", b"# A runbook\n", "cannot be read"),
        ("damaged", whole[:60] + b"\0\0\0\0" + whole[64:], "cannot be read"),
    ):
        path = tmp_path / f"{name}.azops"
        path.write_bytes(content)
        refused = azops("replay", path, "--print")
        assert (refused.returncode, reason in refused.stderr) == (3, True), refused.stderr
        assert "Traceback" not in refused.stderr
    assert azops("replay", "nothing-here").returncode == 3
    assert azops("export", "7").returncode == 3


def _results(*written: OutputWritten) -> RunResults:
    """A run with one step that wrote this."""
    info = StepInfo(name="a", title="A", kind="shell", effects="R", line=3, code="x")
    document = "# A\n\n```bash {name=a}\nx\n```\n"
    events: list[AnyEvent] = [
        RunStarted(at=1.0, path="a.md", title="A", digest="", document=document, cloud="", steps=(info,)),
        StepStarted(at=1.0, step="a", code="x"),
        *written,
        StepFinished(at=3.0, step="a", state="done", duration=2.0, status=0),
        RunFinished(at=3.0, state="done", duration=2.0, done=1),
    ]
    return collect(Record(run=1, seq=n, event=event) for n, event in enumerate(events, 1))


def test_output_of_hosts_keeps_its_colours() -> None:
    text = "\x1b[31mred\x1b[0m <b>\n"
    page = html(_results(OutputWritten(at=2.0, step="a", host="web1", text=text)))
    assert re.search(r'web1</span>\n<span style="color: #[0-9a-f]{6}[^>]*">red</span> &lt;b&gt;', page)


def test_a_long_output_keeps_both_ends() -> None:
    written = [OutputWritten(at=2.0, step="a", text=f"line {n}\n" * 100) for n in range(3000)]
    results = _results(*written)
    step = results.steps["a"]
    text = step.output()
    assert text.startswith("line 0\n")
    assert text.endswith("line 2999\n")
    assert text.count("are left out here") == 1
    whole = sum(len(event.text) for event in written)
    note = re.search(r"\n… (\d+) characters[^\n]*\n", text)
    assert note is not None
    assert int(note[1]) == step.kept.left_out == whole - (len(text) - len(note[0]))
