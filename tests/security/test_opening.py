"""Opening a document is safe and ends, whatever the document is: in two seconds, with file, line and a sentence."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from azops_tui.engine.open import RunbookError, open_runbook
from azops_tui.runbook import parse, shell_process
from azops_tui.runbook.model import Effect, Runbook
from azops_tui.runbook.patterns import bad_pattern, fullmatch, search
from azops_tui.runbook.shell_process import GrammarProcess

LIMIT = 2.0


def _opened(text: str) -> Runbook:
    began = time.process_time()
    runbook = parse(text, Path("x.md"))
    assert time.process_time() - began < LIMIT
    return runbook


def _front(text: str) -> str:
    return f"---\n{text}\n---\n# X\n\n```bash\necho\n```\n"


_BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "\n".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)
)
_MERGES = "a0: &a0 {x: 1, y: 1}\n" + "\n".join(
    f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}], k{n}: 1}}" for n in range(1, 30)
)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: " + "[" * 50_000, "nest"),
        ("a: " + "{a: " * 50_000, "nest"),
        (_BOMB, "more than 20000 values"),
        (_MERGES, "more than 20000 values"),
        ("a: " + "x" * 2_000_000, "longer than 1 MB"),
        ("azops:\n  params:\n" + "\n".join(f"    P{n}: {n}" for n in range(30_000)), "more than 20000 values"),
    ],
    ids=["lists", "mappings", "aliases", "merge keys", "length", "parameters"],
)
def test_front_matter_has_limits(text: str, sentence: str) -> None:
    [problem] = _opened(_front(text)).errors
    assert sentence in problem.message
    assert problem.line >= 2
    assert str(problem).startswith("x.md:")


def test_many_parameters_are_read_in_linear_time() -> None:
    parameters = "\n".join(f"    P{n}: {{default: {n}, help: x}}" for n in range(3_000))
    assert len(_opened(_front("azops:\n  params:\n" + parameters)).parameters) == 3_000


def test_patterns_of_documents_run_in_linear_time() -> None:
    began = time.process_time()
    assert not fullmatch("(a+)+$", "a" * 5_000 + "!")
    assert not search("(a|aa)+$", "a" * 100_000 + "!")
    assert not search("(x+x+)+y", "x" * 100_000, multiline=True)
    assert time.process_time() - began < LIMIT
    assert search("^Ready$", "Ready\n")
    assert search(r"Ready\Z", "Ready\n")
    assert search("^b$", "a\nb\nc", multiline=True)
    assert search("^(?!.*ignored).*", "all is well")
    assert not search("^(?!.*ignored).*", "it will be ignored")
    assert fullmatch("^(?=.*[0-9])[a-z0-9]+$", "abc1")
    assert not fullmatch("^(?=.*[0-9])[a-z0-9]+$", "abcd")


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [(r"(a)\1", "back-references"), ("a(?=b)", "look-around"), ("a(?!b)", "look-around"), ("(", "missing")],
)
def test_a_pattern_that_is_not_linear_is_refused_by_name(pattern: str, reason: str) -> None:
    assert reason in bad_pattern(pattern)
    text = _front(f"azops:\n  params:\n    P: {{pattern: '{pattern}'}}") + f'<!-- expect regex="{pattern}" -->\n'
    messages = [problem.message for problem in _opened(text).errors]
    assert len(messages) == 2
    assert all(reason in message for message in messages)


@pytest.mark.parametrize(
    "text",
    [
        "<!-- expect " * 20_000,
        "x <!-- expect " * 20_000,
        "<!-- expect exit=0 -->\n" * 5_000,
        "- " * 3_000,
        "[" * 100_000,
    ],
    ids=["comments", "inline comments", "expectations", "lists", "brackets"],
)
def test_long_documents_are_read_in_linear_time(text: str) -> None:
    _opened(f"# X\n\n```bash\necho\n```\n\n{text}\n")


def test_a_query_with_a_huge_index_is_refused() -> None:
    text = f'```bash\necho\n```\n<!-- expect jmespath="a[{"9" * 10_000}]" equals="1" -->\n'
    [problem] = _opened(text).errors
    assert (problem.line, "jmespath" in problem.message) == (4, True)


@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_a_pipe_or_a_device_is_not_opened(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "x.md" if kind == "pipe" else Path("/dev/zero")
    if kind == "pipe":
        os.mkfifo(path)
    with pytest.raises(RunbookError, match=f"this is a {kind}"):
        open_runbook(path)
    done = subprocess.run(
        [sys.executable, "-m", "azops_tui", "run", str(path)], capture_output=True, text=True, timeout=20, check=False
    )
    assert done.returncode == 3
    assert f"{path}: the file cannot be read: this is a {kind}" in done.stderr


def test_files_beside_the_document_may_be_pipes(tmp_path: Path) -> None:
    (tmp_path / "x.md").write_text("```bash\necho\n```\n")
    os.mkfifo(tmp_path / "x.ini")
    os.mkfifo(tmp_path / "metadata.json")
    assert len(open_runbook(tmp_path / "x.md").problems) == 2


_CALLS = "".join(f"f{n}() {{ f{n + 1}; f{n + 1}; }}\n" for n in range(60)) + "f0\n"
_CHAIN = "".join(f"f{n}() {{ f{n + 1}; }}\n" for n in range(3_000)) + "f0\n"


@pytest.mark.parametrize(
    ("code", "effect"),
    [
        (_CALLS, Effect.READS),
        (_CHAIN, Effect.MUTATES),
        ("$(" * 50_000, Effect.MUTATES),
        ("x " + "`" * 50_000, Effect.READS),
        ("echo ${p€-", Effect.MUTATES),
        ("sudo " * 20_000 + "rm x", Effect.MUTATES),
        ("{" * 20_000, Effect.MUTATES),
        ('"$(' * 20_000, Effect.READS),
    ],
    ids=["functions", "chain", "substitutions", "back-quotes", "euro", "sudo", "braces", "quotes"],
)
def test_a_hostile_shell_text_ends_and_has_a_class(code: str, effect: Effect) -> None:
    began = time.monotonic()
    step = _opened(f"```bash\n{code}\n```\n").steps[0]
    assert time.monotonic() - began < 5 * LIMIT  # the machine may be busy; the reader counts processor time
    assert effect in step.effects
    assert _opened("```bash\necho\n```\n").steps[0].effects == Effect.READS


def test_a_text_that_ends_the_reader_is_reported_with_its_line() -> None:
    [problem] = _opened("# X\n\n```bash\necho ${p€-\n```\n").problems
    assert str(problem) == "x.md:3: warning: the grammar of bash cannot read this step; it counts as a change"


def test_a_reader_that_hangs_is_ended_and_started_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A program in place of Python that never answers."""
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\nexec sleep 100\n")
    program.chmod(0o700)
    monkeypatch.setattr(shell_process, "_PATIENCE", 0.2)
    reader = GrammarProcess()
    monkeypatch.setattr(sys, "executable", str(program))
    assert reader.read("echo", {}).unknown
    monkeypatch.undo()
    assert [command.words for command in reader.read("echo x", {}).commands] == [("echo", "x")]
    reader.close()


def test_many_texts_that_end_the_reader_cost_no_more_than_a_few() -> None:
    began = time.monotonic()
    runbook = _opened("".join(f"```bash\necho ${{p€-{n}\n```\n" for n in range(100)))
    assert time.monotonic() - began < 5 * LIMIT
    assert all(Effect.MUTATES in step.effects for step in runbook.steps)
    assert _opened("```bash\necho 1\n```\n").steps[0].effects == Effect.READS
