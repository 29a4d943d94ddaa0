"""Shell sessions at their edges, through the real ``azops run``: bytes that are not text, exit statuses, terminals."""

from __future__ import annotations

import contextlib
import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.azops import azops


def run_document(tmp_path: Path, text: str) -> subprocess.CompletedProcess[str]:
    """Run a document with a journal of its own."""
    document = tmp_path / "document.md"
    document.write_text(text)
    return azops("run", document, "--yes", XDG_STATE_HOME=str(tmp_path / "state"))


def test_bytes_that_are_not_utf8_pass_between_the_sessions(tmp_path: Path) -> None:
    run = run_document(
        tmp_path,
        "```bash\nexport X=$(printf 'caf\\351')\n```\n"
        "```python\nimport os\nos.environ['Y'] = os.environ['X'] + 'z'\n```\n"
        '```bash\nprintf %s "$X$Y" | od -An -tx1\n```\n',
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "63 61 66 e9 63 61 66 e9 7a" in run.stdout
    assert "3 of 3 steps done" in run.stdout
    history = azops("history", XDG_STATE_HOME=str(tmp_path / "state")).stdout
    assert "3/3" in history


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("exit 255", "exit status 255."),
        ("sh -c 'kill -KILL $$'", "exit status 137: SIGKILL ended a command."),
        ("exit 200", "exit status 200."),
    ],
)
def test_an_exit_status_is_a_signal_only_where_there_is_such_a_signal(tmp_path: Path, code: str, message: str) -> None:
    run = run_document(tmp_path, f"```bash\n{code}\n```\n")
    assert run.returncode == 1
    assert message in run.stdout


def test_an_interactive_step_reads_what_is_typed(tmp_path: Path) -> None:
    document = tmp_path / "document.md"
    document.write_text("```bash {interactive}\nread -r -p 'Name? ' name; echo \"<$name>\"\n```\n")
    leader, follower = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "azops_tui", "run", str(document), "--yes"],
        stdin=follower,
        stdout=follower,
        stderr=follower,
        start_new_session=True,
        env={**os.environ, "XDG_STATE_HOME": str(tmp_path / "state")},
    ) as process:
        os.close(follower)
        shown, typed, deadline = "", False, time.monotonic() + 30
        with contextlib.suppress(OSError):  # EIO: azops has ended
            while time.monotonic() < deadline:
                if select.select([leader], [], [], 1)[0]:
                    shown += os.read(leader, 4096).decode()
                if "Name? " in shown and not typed:
                    typed = True
                    os.write(leader, b"Ada\n")
        if process.poll() is None and time.monotonic() >= deadline:
            process.kill()
    os.close(leader)
    assert "<Ada>" in shown, shown
    assert process.returncode == 0
