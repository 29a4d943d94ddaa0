"""``azops ssh`` against a real sshd: expressions, output by host, folding, files, exit codes."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from azops_tui import paths
from azops_tui.ssh import Target
from tests.cli.azops import azops
from tests.ssh.conftest import key, sshd  # noqa: F401 - fixtures


@pytest.fixture
def config(sshd: Target) -> Target:  # noqa: F811 - the fixture
    """``box1`` to ``box3`` in ``ssh_config``, all on the same server."""
    folder = Path.home() / ".ssh"
    folder.mkdir(mode=0o700)
    (folder / "config").write_text(
        f"Host box*\n  HostName 127.0.0.1\n  Port {sshd.port}\n  User {sshd.user}\n  IdentityFile {sshd.key}\n"
    )
    return sshd


async def run(*words: str) -> tuple[int, str, str]:
    import asyncio

    done = await asyncio.to_thread(azops, "ssh", *words)
    return done.returncode, done.stdout, done.stderr


async def test_a_command_on_a_node_set(config: Target, tmp_path: Path) -> None:
    out_folder = tmp_path / "out"
    command = ("--", "echo", "hello; seq 1 100000 | tail -1")
    code, out, err = await run("--trust-new-hosts", "--to", str(out_folder), "box[1-3]!box2", *command)
    assert code == 0, err
    assert sorted(out.splitlines()) == ["box1: 100000", "box1: hello", "box3: 100000", "box3: hello"]
    assert sorted(os.listdir(tmp_path / "out")) == ["box1.stdout", "box3.stdout"]
    assert (tmp_path / "out" / "box1.stdout").read_text() == "hello\n100000\n"


async def test_the_largest_status_is_the_exit_code(config: Target) -> None:
    code, _, err = await run("--trust-new-hosts", "box1", "exit 7")
    assert (code, err.splitlines()[-1]) == (7, "box1: exit status 7")
    code, _, err = await run("--trust-new-hosts", "box1,nowhere.invalid", "true")
    assert code == 255
    assert "The name nowhere.invalid cannot be resolved." in err


async def test_long_output_is_whole_in_json_and_folds(config: Target) -> None:
    code, out, err = await run("--trust-new-hosts", "--output", "json", "box1", "seq 1 90000")
    assert (code, err) == (0, "")
    (result,) = json.loads(out)
    assert result["stdout"].splitlines()[0] == "1"
    assert len(result["stdout"].splitlines()) == 90000
    code, out, err = await run("--fold", "box[1-3]", "echo same")
    assert (code, err) == (0, "")
    assert out.splitlines()[0].startswith("── box[1-3] (3) ")
    assert out.splitlines()[1:] == ["same"]


async def test_retry_of_exactly_the_failed_hosts(config: Target, tmp_path: Path) -> None:
    command = f"mkdir {tmp_path}/lock 2>/dev/null && exit 3; mkdir {tmp_path}/twice 2>/dev/null && exit 4; echo done"
    code, out, _ = await run("--trust-new-hosts", "--serial", "1", "--max-fail", "3", "box[1-3]", "--", command)
    assert (code, out) == (4, "box3: done\n")
    assert (paths.state() / "ssh" / "last-command.json").stat().st_mode & 0o077 == 0
    code, out, err = await run("--retry")
    assert (code, err) == (0, "")
    assert sorted(out.splitlines()) == ["box1: done", "box2: done"]
    code, out, err = await run("--retry")
    assert (code, out, err) == (0, "", "azops: the last command succeeded on all hosts\n")


async def test_an_unknown_host_is_not_trusted_without_a_word(config: Target) -> None:
    code, out, err = await run("box1", "echo reached")
    assert (code, out) == (255, "")
    assert "SHA256:" in err
    assert "pass --trust-new-hosts to agree" in err


async def test_what_an_expression_means(config: Target) -> None:
    code, out, _ = await run("targets", "box[1-2] ops@10.0.0.4:2222")
    assert code == 0
    lines = out.splitlines()
    assert lines[0].split() == ["HOST", "ADDRESS", "USER", "VIA", "WHY"]
    assert lines[1].split()[:3] == ["box1", f"127.0.0.1:{config.port}", config.user]
    assert lines[1].endswith("of box[1-2]")
    assert lines[3].split()[:3] == ["10.0.0.4", "10.0.0.4:2222", "ops"]


async def test_a_wrong_expression_is_named() -> None:
    code, _, err = await run("targets", "web[1-]!")
    assert code == 3
    assert "'web[1-]!' is not a valid host expression" in err


async def test_a_file_is_compared_across_hosts(config: Target, tmp_path: Path) -> None:
    (tmp_path / "it's").write_text("one\ntwo\n")
    code, out, err = await run("--trust-new-hosts", "--diff", f"{tmp_path}/it's", "box[1-3]")
    assert (code, err) == (0, "")
    assert out.splitlines()[0].startswith("── box[1-3] (3) ")
    assert out.splitlines()[1:] == ["one", "two"]


async def test_gateways_share_the_hosts(config: Target) -> None:
    code, out, _ = await run("--via", "gw[1-2]", "targets", "web[1-5]")
    assert code == 0
    assert [line.split()[3] for line in out.splitlines()[1:]] == ["gw1", "gw2", "gw1", "gw2", "gw1"]
    code, out, err = await run("--trust-new-hosts", "--via", "box[1-2]", "box[3-6]", "echo through")
    assert (code, err) == (0, "")
    assert sorted(out.splitlines()) == [f"box{n}: through" for n in range(3, 7)]
