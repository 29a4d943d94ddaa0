"""The smaller verbs: what they print, how they exit, and what importing the command line costs."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from azops_tui import __version__, paths
from azops_tui.azure.profiles import read_profiles
from azops_tui.cli.main import VERBS
from tests.cli.azops import ROOT, azops

HEAVY = ("azure.core", "azure.identity", "azure.mgmt", "asyncssh", "aiohttp", "cryptography", "keyring", "textual")


def test_version_and_help() -> None:
    assert azops("--version").stdout == f"azops {__version__}\n"
    text = azops("--help").stdout
    assert all(re.search(rf"^  {verb}\s", text, re.MULTILINE) for verb in VERBS)
    assert "4  a confirmation was declined" in text


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(verb: str) -> None:
    done = azops(verb, "--help")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Usage:")


def test_a_verb_that_is_none_is_a_usage_error() -> None:
    done = azops("rnu")
    assert done.returncode == 2
    assert "rnu" in done.stderr


def test_the_command_line_loads_nothing_heavy() -> None:
    program = f"import sys, azops_tui.cli.main; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_history_and_replay_tell_what_was_run(tmp_path: Path) -> None:
    assert azops("history").stdout.strip() == "No runs yet."
    (tmp_path / "a.md").write_text("# A\n\n```bash {name=x}\necho seen\n```\n")
    assert azops("run", tmp_path / "a.md").returncode == 0
    rows = azops("history")
    assert re.search(r"^1\s+done in .*1/1\s+.*a\.md$", rows.stdout, re.MULTILINE), rows.stdout
    [row] = json.loads(azops("history", "--format", "json").stdout)
    assert (row["id"], row["state"], row["done"], row["steps"]) == (1, "done", 1, 1)
    again = azops("replay", "1")
    assert again.returncode == 0
    assert "seen" in again.stdout
    assert "1 of 1 steps done" in again.stdout


def test_a_run_that_never_was_is_bad_input() -> None:
    done = azops("replay", "7")
    assert done.returncode == 3
    assert "run 7 does not exist" in done.stderr


def test_the_list_without_a_terminal(tmp_path: Path) -> None:
    (tmp_path / "mine.md").write_text("# Mine\n\n```bash\ntrue\n```\n")
    (tmp_path / "prose.md").write_text("# Prose only\n")
    done = azops(cwd=tmp_path)
    assert done.returncode == 0
    assert "mine.md" in done.stdout
    assert "generic-cluster.md" in done.stdout
    assert "prose.md" not in done.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_name_the_program(shell: str) -> None:
    done = azops("completion", shell)
    assert done.returncode == 0
    assert "_AZOPS_COMPLETE" in done.stdout


def test_completion_knows_verbs_and_steps(tmp_path: Path) -> None:
    verbs = azops(COMP_WORDS="azops rep", COMP_CWORD="1", _AZOPS_COMPLETE="bash_complete")
    assert verbs.stdout.splitlines() == ["plain,replay"]
    file = tmp_path / "a.md"
    file.write_text("```bash {name=first}\ntrue\n```\n\n```bash {name=second}\ntrue\n```\n")
    steps = azops(COMP_WORDS=f"azops run {file} --step s", COMP_CWORD="4", _AZOPS_COMPLETE="bash_complete")
    assert steps.stdout.splitlines() == ["plain,second"]


def test_keys_are_listed_with_their_ids() -> None:
    done = azops("keys")
    assert done.returncode == 0
    assert re.search(r"^run\.step\s+⏎\s", done.stdout, re.MULTILINE)


def test_the_configuration_in_the_readme_is_valid() -> None:
    [example] = re.findall(r"^```toml\n(.*?)^```", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    config = paths.config() / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(example)
    done = azops("keys")
    assert done.stderr == ""
    assert re.search(r"^run\.step\s+f5\s", done.stdout, re.MULTILINE | re.IGNORECASE)
    profiles, problems = read_profiles()
    assert not problems
    assert profiles["production"].read_only


def test_one_step_from_a_step_and_a_dry_run(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_text(
        "".join(f"```bash {{name={name}}}\necho this-is-{name}\n```\n\n" for name in ("one", "two", "three"))
    )
    assert re.findall(r"│ this-is-(\w+)", azops("run", file, "--step", "two").stdout) == ["two"]
    assert re.findall(r"│ this-is-(\w+)", azops("run", file, "--from", "two").stdout) == ["two", "three"]
    dry = azops("run", file, "--dry-run")
    assert [line.split()[0] for line in dry.stdout.splitlines()[1:]] == ["one", "two", "three"]
    assert "1/3" in azops("history").stdout
    wrong = azops("run", file, "--step", "tow")
    assert wrong.returncode == 2
    assert "one, two, three" in wrong.stderr


def test_settings_win_over_the_document(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_text("```bash\nexport PLACE=there\n```\n\n```bash\necho in=$PLACE\n```\n")
    assert "in=there" in azops("run", file).stdout
    assert "in=here" in azops("run", file, "--set", "PLACE=here").stdout
    assert azops("run", file, "--set", "PLACE").returncode == 2


def test_the_local_cloud_stays_from_up_to_down() -> None:
    assert azops("sim", "status").returncode == 5
    try:
        up = azops("sim", "up", "--speed", "1000")
        assert up.returncode == 0, up.stderr
        assert "already running" in azops("sim", "up").stdout
        assert "0 resource groups" in azops("sim", "status").stdout
        printed = azops("sim", "env").stdout
        for name in ("CONFIG_DIR", "AUTHORITY_HOST", "TENANT_ID", "CLIENT_ID", "CLIENT_SECRET", "SUBSCRIPTION_ID"):
            assert f"export AZURE_{name}=" in printed
    finally:
        down = azops("sim", "down")
    assert "has stopped" in down.stdout
    assert azops("sim", "status").returncode == 5


def test_a_screen_needs_a_terminal(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_text("# A\n")
    done = azops("open", file)
    assert done.returncode == 2
    assert "azops run" in done.stderr
    for term in ("dumb", ""):
        output, code = on_terminal(["open", str(file)], when="\0", then="", TERM=term)
        assert code == 2
        assert f"TERM is '{term}'" in output


def test_without_flags_a_terminal_is_asked(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_text("```bash {name=x confirm=mutate}\necho did-it\n```\n")
    for answer, code in (("y\n", 0), ("\n", 4)):
        said, status = on_terminal(["run", str(file)], when="[y/N]", then=answer)
        assert status == code, said
        assert ("│ did-it" in said) is (code == 0)


def on_terminal(words: list[str], *, when: str, then: str, **env: str) -> tuple[str, int]:
    """Run azops on a terminal of its own, typing ``then`` once ``when`` is seen; returns its output and exit code."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "azops_tui", *words]
    with subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True, env={**os.environ, **env}
    ) as process:
        os.close(theirs)
        said, typed, end = "", False, time.monotonic() + 30
        while time.monotonic() < end:
            try:
                said += os.read(ours, 4096).decode(errors="replace")
            except OSError:  # the terminal is closed: azops has ended
                break
            if when in said and not typed:
                os.write(ours, then.encode())
                typed = True
        process.wait(timeout=10)
    os.close(ours)
    return said, process.returncode


def test_a_new_runbook_has_no_problem_and_is_not_written_over(tmp_path: Path) -> None:
    done = azops("new", "patch-day", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "patch-day.md is written. Open it:\n  azops open patch-day.md\n")
    assert azops("check", "patch-day.md", cwd=tmp_path).returncode == 0
    assert "# Patch day" in (tmp_path / "patch-day.md").read_text()
    again = azops("new", "patch-day.md", cwd=tmp_path)
    assert (again.returncode, again.stderr) == (3, "azops: patch-day.md exists; choose another name.\n")
