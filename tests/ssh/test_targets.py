"""Targets, and aliases of ssh_config."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from azops_tui.ssh import Target, resolve
from azops_tui.ssh.targets import is_alias


def test_what_a_host_is_known_as() -> None:
    assert Target("a", "10.0.0.4").known_as == "10.0.0.4"
    assert Target("a", "10.0.0.4", 2222).known_as == "[10.0.0.4]:2222"
    assert Target("a", "10.0.0.4", 2222, identity="vm-1").known_as == "vm-1"
    assert Target("a", "10.0.0.4", identity="a b,*").known_as == "a_b__"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "more").write_text("Host inner\n  HostName 10.0.0.9\n  ProxyJump ops@jump.example:2200\n")
    (tmp_path / "id").write_text("")
    (tmp_path / "config").write_text(
        f"Include {tmp_path}/more\nHost web db-*\n  HostName 10.0.0.4\n  User ops\n  Port 2222\n"
        f"  IdentityFile {tmp_path}/id\n"
        "Host * !web\n  ServerAliveInterval 5\n"
    )
    return tmp_path / "config"


def test_aliases(config: Path) -> None:
    assert is_alias("web", config)
    assert is_alias("db-3", config)
    assert is_alias("inner", config)
    assert not is_alias("other", config)
    assert not is_alias("10.0.0.4", config)
    assert not is_alias("web", config.parent / "missing")


async def test_ssh_resolves_an_alias(config: Path) -> None:
    if shutil.which("ssh") is None:
        pytest.skip("ssh is not installed")
    found = await resolve(Target("web", "web"), config)
    assert (found.name, found.address, found.port, found.user) == ("web", "10.0.0.4", 2222, "ops")
    assert found.key == str(config.parent / "id")
    kept = await resolve(Target("web", "web", 22, "root", "/my/key"), config)
    assert (kept.user, kept.key) == ("root", "/my/key")
    inner = await resolve(Target("inner", "inner"), config)
    assert inner.via == Target("jump.example", "jump.example", 2200, "ops")


async def test_other_hosts_stay_as_they_are(config: Path) -> None:
    target = Target("x", "other.example")
    assert await resolve(target, config) == target
