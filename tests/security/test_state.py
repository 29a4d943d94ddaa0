"""What azops writes is for its user alone, and what others could read is refused with the command that mends it."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from azops_tui import bugs, paths
from azops_tui.secrets.redact import Redactor
from tests.cli.azops import azops


def test_folders_and_files_of_a_run_are_for_the_user_alone(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# A\n\n```bash\necho a; echo b >&2\n```\n")
    assert azops("run", tmp_path / "a.md").returncode == 0
    everything = [paths.state(), *paths.state().rglob("*")]
    assert paths.state() / "journal.db" in everything
    assert [path for path in everything if stat.S_IMODE(path.stat().st_mode) & 0o077] == []


@pytest.mark.parametrize(("name", "mode", "command"), [("", 0o755, "chmod 700"), ("journal.db", 0o640, "chmod 600")])
def test_what_others_could_read_is_refused(name: str, mode: int, command: str) -> None:
    paths.private(paths.state())
    (paths.state() / "journal.db").touch(0o600)
    (paths.state() / name).chmod(mode)
    done = azops("history")
    assert (done.returncode, f"{command} {paths.state() / name}".rstrip("/") in done.stderr) == (3, True), done.stderr
    assert azops("doctor").returncode != 3


def test_the_log_of_a_bug_has_no_secret() -> None:
    redactor = Redactor(["s3cr3t-in-the-error"])
    bugs.redactors.add(redactor)
    try:
        raise RuntimeError("cannot use s3cr3t-in-the-error")
    except RuntimeError as error:
        bugs.report(error)
    assert "cannot use •••" in (paths.state() / "azops.log").read_text()
