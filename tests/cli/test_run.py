"""``azops run``: whole documents, in a process of their own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.azops import RUNBOOKS, SHARED, azops

JOURNEY = RUNBOOKS / "generic-cluster.md"


def test_the_cluster_runbook_runs_from_end_to_end_on_a_local_azure() -> None:
    done = azops("run", JOURNEY, "--cloud", "local", "--yes", "--yes-destroy")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "13 of 13 steps done" in done.stdout
    assert "InvalidParameter" in done.stdout
    assert "linuxConfiguration.ssh.publicKeys.keyData" in done.stdout
    assert "Linux demo-master-0" in done.stdout
    assert "Traceback" not in done.stderr


def test_without_yes_nothing_is_changed() -> None:
    done = azops("run", JOURNEY, "--cloud", "local")
    assert done.returncode == 4
    assert "--yes" in done.stdout
    assert "create-group" in done.stdout


def test_yes_does_not_agree_to_deletions(tmp_path: Path) -> None:
    file = tmp_path / "delete.md"
    file.write_text(
        "```yaml {azops=group name=make}\ngroup: g\nlocation: westus\n```\n\n"
        "```yaml {azops=group name=unmake}\ngroup: g\nstate: absent\n```\n"
    )
    done = azops("run", file, "--cloud", "local", "--yes")
    assert done.returncode == 4, done.stdout + done.stderr
    assert "--yes-destroy" in done.stdout


def test_read_only_refuses_even_with_yes() -> None:
    done = azops("run", JOURNEY, "--cloud", "local", "--yes", "--yes-destroy", "--read-only")
    assert done.returncode == 4
    assert "read-only" in done.stdout


@pytest.mark.parametrize(
    ("document", "code", "sentence"),
    [
        ("# Only prose\n", 3, "Nothing was run: the document has no steps."),
        (
            "```bash {name=a excludeFromRunAll=true}\necho ran\n```\n",
            3,
            "Nothing was run: every step is excluded from running the whole document.",
        ),
        (
            '```bash {name=a when="1 = 2"}\necho ran\n```\n\n```bash {name=b when="-n \'\'"}\necho ran\n```\n',
            0,
            "Nothing was run: the conditions of all 2 steps are false.",
        ),
        (
            "```yaml {azops=ssh name=a}\nhosts: nowhere.invalid\ncommand: hostname\nmax-fail: 100%\n```\n",
            1,
            "1 of 1 host failed: nowhere.invalid.",
        ),
    ],
)
def test_a_run_in_which_nothing_was_done_says_so(document: str, code: int, sentence: str, tmp_path: Path) -> None:
    file = tmp_path / "nothing.md"
    file.write_text(document)
    done = azops("run", file)
    assert done.returncode == code, done.stdout + done.stderr
    assert sentence in done.stdout
    assert " steps done" not in done.stdout.replace("0 of 1 steps done, 1 failed", "")


@pytest.mark.parametrize(
    "name", ["CodeBlocks", "CommentTest", "fuzzyMatchTest", "reporting", "variables", "brokenMarkdown"]
)
def test_documents_written_for_another_tool_run_as_they_are(name: str, tmp_path: Path) -> None:
    file = SHARED / "runbooks/innovation-engine" / f"{name}.md"
    if not file.exists():
        pytest.skip(f"{file} is not here")
    done = azops("run", file, "--yes", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_failed_step_ends_the_run_with_1(tmp_path: Path) -> None:
    file = tmp_path / "bad.md"
    file.write_text("```bash {name=bad}\necho before\nexit 3\n```\n\n```bash {name=after}\necho after\n```\n")
    done = azops("run", file)
    assert done.returncode == 1
    assert "before" in done.stdout
    assert "after" not in done.stdout.replace("--after", "")


@pytest.mark.parametrize(
    ("content", "line", "says"),
    [
        (b"\xff\xfe not text", None, "UTF-8"),
        (b"---\nazops: [unclosed\n---\n# T\n", 2, "YAML"),
        (b"# T\n\n```yaml {azops=group name=g}\ngroup: g\nlocatoin: westus\n```\n", 5, "locatoin"),
    ],
)
def test_bad_input_names_file_and_line(tmp_path: Path, content: bytes, line: int | None, says: str) -> None:
    file = tmp_path / "bad.md"
    file.write_bytes(content)
    done = azops("run", file)
    assert done.returncode == 3, done.stdout + done.stderr
    assert f"bad.md:{line}" in done.stderr if line else "bad.md" in done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_that_is_not_there() -> None:
    done = azops("run", "no-such-file.md")
    assert done.returncode == 3
    assert "no-such-file.md" in done.stderr


def test_an_unclosed_fence_ends_with_the_document_and_is_a_warning(tmp_path: Path) -> None:
    file = tmp_path / "open.md"
    file.write_text("# T\n\n```bash\necho it runs\n")
    done = azops("run", file)
    assert done.returncode == 0
    assert "it runs" in done.stdout
    assert "open.md:3: warning" in done.stderr


def test_a_template_that_is_not_json_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text('{\n  "resources": [\n    oops\n  ]\n}\n')
    file = tmp_path / "deploy.md"
    file.write_text("```yaml {azops=deploy name=d}\ngroup: g\ntemplate: t.json\n```\n")
    done = azops("run", file, "--cloud", "local", "--yes")
    assert done.returncode in (1, 3)
    assert "t.json:3" in done.stdout + done.stderr


def test_a_run_that_is_killed_is_shown_as_interrupted_with_all_that_was_shown(tmp_path: Path) -> None:
    file = tmp_path / "long.md"
    file.write_text("```bash {name=first}\necho one\n```\n\n```bash {name=second}\necho two\nsleep 60\n```\n")
    with subprocess.Popen(
        [sys.executable, "-m", "azops_tui", "run", str(file)],
        stdout=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        shown = ""
        while "two" not in shown:
            line = process.stdout.readline()
            assert line, shown
            shown += line
        process.send_signal(signal.SIGKILL)
        process.wait()
        shown += process.stdout.read()
    rows = azops("history")
    assert "interrupted" in rows.stdout
    again = azops("replay", "1", "--print")
    assert "one" in again.stdout
    assert "two" in again.stdout


def test_a_document_with_powershell_alone_ends_nothing_and_says_why(tmp_path: Path) -> None:
    file = tmp_path / "only.md"
    file.write_text("```powershell {name=only}\nRemove-AzResourceGroup -Name x\n```\n")
    for words in ((), ("--read-only",)):
        done = azops("run", file, *words, PATH="/usr/bin:/bin")
        assert done.returncode == 0, done.stdout
        assert "Nothing was run. Skipped: PowerShell (pwsh) is not on PATH." in done.stdout


def test_a_difference_from_an_example_is_shown_when_operating(tmp_path: Path) -> None:
    file = tmp_path / "example.md"
    file.write_text("```bash\nprintf 'one\\nthree\\n'\n```\n\n<!-- expected_similarity=0.9 -->\n\n```\none\ntwo\n```\n")
    done = azops("run", file)
    assert done.returncode == 0
    assert "differs from the example at line" in done.stdout
    assert [line.strip() for line in done.stdout.splitlines() if line.strip()[:2] in ("- ", "+ ")] == [
        "- two",
        "+ three",
    ]


def test_the_whole_difference_is_in_the_export_and_a_few_lines_of_it_on_the_console(tmp_path: Path) -> None:
    file = tmp_path / "long.md"
    expected = "".join(f"{number}\n" for number in range(100, 140))
    file.write_text(f"```bash\nseq 200 239\n```\n\n<!-- expected_similarity=0.9 -->\n\n```\n{expected}```\n")
    done = azops("run", file)
    assert sum(line.strip()[:2] in ("- ", "+ ") for line in done.stdout.splitlines()) == 12
    (step,) = json.loads(azops("export", "1", "--to", "json").stdout)["steps"]
    difference = step["checks"][0]["difference"]
    assert difference[:3] == ["--- expected", "+++ output", "@@ -1,40 +1,40 @@"]
    assert difference[3:] == [f"-{n}" for n in range(100, 140)] + [f"+{n}" for n in range(200, 240)]
