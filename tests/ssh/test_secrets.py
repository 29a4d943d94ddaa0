"""A secret on its way to a host."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from azops_tui import paths
from azops_tui.ssh.targets import Target
from tests.cli.azops import azops
from tests.security.test_planted_secrets import files_with, watched_arguments


async def test_a_secret_reaches_a_host_by_standard_input(
    tmp_path: Path, sshd: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    value = "sent-to-the-host-" + os.urandom(4).hex()
    document = tmp_path / "a.md"
    document.write_text(
        "---\nazops:\n  params:\n    TOKEN: {type: secret, from: env}\n    SSH_KEY: {type: path}\n---\n"
        f"```bash {{name=remote ssh={sshd.user}@127.0.0.1:{sshd.port}}}\n"
        'echo "got $TOKEN"; env | grep -c "^TOKEN="; sleep 0.4\n```\n'
    )
    monkeypatch.setenv("TOKEN", value)
    with watched_arguments({"plain": value.encode()}) as seen:
        words = ("run", document, "--yes", "--trust-new-hosts", "--set", f"SSH_KEY={sshd.key}")
        done = await asyncio.to_thread(azops, *words)
    assert "got •••" in done.stdout, done.stdout + done.stderr
    assert seen == set()
    assert value not in done.stdout + done.stderr
    assert files_with({"plain": value.encode()}, paths.state()) == []
