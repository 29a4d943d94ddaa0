"""What can be wrong around azops: its folders, its output, what it is told. One sentence each, and a code."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.azops import azops

ECHO = "# T\n\n```bash {name=one}\necho one\n```\n\n```bash {name=two}\necho two\n```\n"


def document(folder: Path, text: str = ECHO) -> Path:
    path = folder / "book.md"
    path.write_text(text)
    return path


@pytest.mark.parametrize("words", [("history",), ("replay", "1"), (), ("run", "book.md")])
@pytest.mark.parametrize("broken", ["folder", "file"])
def test_a_journal_that_cannot_be_used_is_a_sentence(tmp_path: Path, words: tuple[str, ...], broken: str) -> None:
    document(tmp_path)
    state = tmp_path / "state"
    if broken == "folder":
        state.write_text("a file where a folder should be")
    else:
        state.mkdir()
        (state / "azops").mkdir(mode=0o700)
        (state / "azops" / "journal.db").write_text("this is no database, and long enough to be seen as none\n" * 40)
    done = azops(*words, cwd=tmp_path, XDG_STATE_HOME=str(state))
    assert done.returncode == 3
    assert done.stderr.startswith("azops: ")
    assert "journal" in done.stderr
    assert "Traceback" not in done.stderr


def test_output_that_nobody_reads_does_not_end_a_run(tmp_path: Path) -> None:
    path = document(tmp_path, "# T\n\n```bash\nseq 200000\n```\n\n```bash\ntouch ran\n```\n")
    process = subprocess.Popen(
        [sys.executable, "-m", "azops_tui", "run", path],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "XDG_STATE_HOME": str(tmp_path / "state")},
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()
    assert process.wait(60) == 0
    assert said == "azops: output can no longer be written: Broken pipe. The journal has all of it.\n"
    assert (tmp_path / "ran").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_signals_stop_the_step_and_end_the_run(tmp_path: Path, number: signal.Signals) -> None:
    path = document(tmp_path, "# T\n\n```bash {name=one}\necho begun; sleep 60\n```\n\n```bash\ntouch ran\n```\n")
    env = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "state"), "TMPDIR": str(tmp_path)}
    env.pop("XDG_RUNTIME_DIR", None)
    process = subprocess.Popen(
        [sys.executable, "-m", "azops_tui", "run", path], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, env=env
    )
    assert process.stdout is not None
    while b"begun" not in process.stdout.readline():
        pass
    began = time.monotonic()
    process.send_signal(number)
    rest = process.stdout.read().decode()
    process.stdout.close()
    assert process.wait(60) == 4
    assert time.monotonic() - began < 10
    assert "1 stopped" in rest
    assert not (tmp_path / "ran").exists()
    assert list(tmp_path.glob("azops-*")) == []
    assert "stopped" in azops("history", XDG_STATE_HOME=str(tmp_path / "state")).stdout


def test_a_misspelt_parameter_is_an_error(tmp_path: Path) -> None:
    head = "---\nazops:\n  params:\n    LOCATION: {default: japanwest}\n---\n"
    text = head + '# T\n\n```bash\necho "$LOCATION $OTHER"\n```\n'
    path = document(tmp_path, text)
    done = azops("run", path, "--set", "LOCATON=x", "--set", "OTHER=y", XDG_STATE_HOME=str(tmp_path / "state"))
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "azops: --set LOCATON: the runbook has no such parameter; did you mean 'LOCATION'?"
    ]
    done = azops("run", path, "--set", "OTHER=y", XDG_STATE_HOME=str(tmp_path / "state"))
    assert "japanwest y" in done.stdout


def test_a_script_that_may_do_anything_acts_on_the_runs_cloud(tmp_path: Path) -> None:
    script = tmp_path / "deploy.sh"
    script.write_text('#!/bin/sh\necho "acts on ${AZURE_CONFIG_DIR-the one signed in to}"\n')
    script.chmod(0o700)
    path = document(tmp_path, "# T\n\n```bash\n./deploy.sh\n```\n")
    done = azops("run", path, "--yes", XDG_STATE_HOME=str(tmp_path / "state"))
    assert done.returncode == 0, done.stdout
    assert "acts on /" in done.stdout


def test_output_that_is_to_be_hidden_is_shown_only_of_what_fails(tmp_path: Path) -> None:
    text = "# T\n\n```bash {name=one hide=output}\necho kept-back\n```\n\n```bash {hide=both}\necho said; false\n```\n"
    done = azops("run", document(tmp_path, text), XDG_STATE_HOME=str(tmp_path / "state"))
    assert done.returncode == 1
    assert "kept-back" not in done.stdout
    assert "said" in done.stdout


def test_a_cloud_that_goes_away_in_the_middle_is_exit_code_5(tmp_path: Path) -> None:
    kill = "kill -9 $(ps -o pid=,args= --ppid $(ps -o ppid= -p $$) | awk '/[a]zops_tui.simulator/ {print $1}')"
    group = "```yaml {azops=group name=group}\ngroup: rg\nlocation: japanwest\n```\n"
    path = document(tmp_path, f"# T\n\n```bash {{name=kill}}\n{kill}\n```\n\n{group}")
    done = azops("run", path, "--yes", "--cloud", "local", XDG_STATE_HOME=str(tmp_path / "state"))
    assert done.returncode == 5, done.stdout
    assert "refused the connection" in done.stdout
    assert "Traceback" not in done.stderr


def test_a_bug_is_logged_whole_and_shown_as_one_sentence(tmp_path: Path) -> None:
    program = (
        "import sys; sys.argv = ['azops', 'history']; from azops_tui import cli; from azops_tui.cli import history;"
        "history._runs = lambda limit: {}['broken']; cli.main()"
    )
    env = {**os.environ, "XDG_STATE_HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=env, check=False)
    log = tmp_path / "azops" / "azops.log"
    assert done.returncode == 1
    assert done.stderr == f"azops: This is a bug in azops. Please report it with the end of {log}.\n"
    assert log.stat().st_mode & 0o777 == 0o600
    assert "Traceback" in log.read_text()
    assert "KeyError: 'broken'" in log.read_text()


def test_a_bug_on_the_screen_is_logged_and_shown_without_local_variables(tmp_path: Path) -> None:
    program = (
        "import sys; sys.argv = ['azops']; from azops_tui import cli\n"
        "from azops_tui.ui.screens.home import HomeScreen\n"
        "def broken(self):\n    password = 'hunter2'\n    raise KeyError('broken')\n"
        "HomeScreen.on_mount = broken; cli.main()"
    )
    ours, theirs = pty.openpty()
    env = {**os.environ, "XDG_STATE_HOME": str(tmp_path), "TERM": "xterm-256color", "COLUMNS": "300"}
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True, env=env
    ) as process:
        os.close(theirs)
        shown = b""
        try:
            while data := os.read(ours, 65536):
                shown += data
        except OSError:  # the terminal is closed: azops has ended
            pass
        assert process.wait(60) == 1
    os.close(ours)
    assert b"This is a bug in azops. Please report it" in shown
    assert b"hunter2" not in shown
    assert "KeyError: 'broken'" in (tmp_path / "azops" / "azops.log").read_text()
