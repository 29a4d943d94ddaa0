"""Targets, and aliases of ssh_config."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from azops_tui.ssh import Target, resolve
from azops_tui.ssh.problems import HostProblem
from azops_tui.ssh.targets import expand_hosts


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


async def test_ssh_config_completes_a_target(config: Path) -> None:
    if shutil.which("ssh") is None:
        pytest.skip("ssh is not installed")
    web, kept, inner, other = await resolve(
        [
            Target("web", "web"),
            Target("kept", "web", 22, "root", "/my/key"),
            Target("inner", "inner"),
            Target("other", "other.example"),
        ],
        config,
    )
    assert (web.name, web.host_name, web.port_number) == ("web", "10.0.0.4", 2222)
    assert web.settings is not None
    assert web.settings.user == "ops"
    assert web.settings.identity_files == (str(config.parent / "id"),)
    assert (kept.user, kept.key, kept.port_number) == ("root", "/my/key", 22)
    assert inner.via is not None
    assert (inner.via.host_name, inner.via.port_number, inner.via.user) == ("jump.example", 2200, "ops")
    assert (other.host_name, other.port_number, other.via) == ("other.example", 22, None)


async def test_a_jump_host_that_is_an_alias_is_resolved_too(tmp_path: Path) -> None:
    if shutil.which("ssh") is None:
        pytest.skip("ssh is not installed")
    config = tmp_path / "config"
    config.write_text("Host inner\n  ProxyJump gate\nHost gate\n  HostName 192.0.2.1\n  Port 2022\n")
    (target,) = await resolve([Target("inner", "inner")], config)
    assert target.via is not None
    assert (target.via.host_name, target.via.port_number) == ("192.0.2.1", 2022)


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("web[1-3]", ["web1", "web2", "web3"]),
        ("web[1-4,9]!web[2-3], db", ["web1", "web4", "web9", "db"]),
        ("ops@web[01-02]:2222 10.0.0.4", ["ops@web01:2222", "ops@web02:2222", "10.0.0.4"]),
        ("[2001:db8::1]:22 a.example", ["[2001:db8::1]:22", "a.example"]),
        ("web1 web1", ["web1"]),
    ],
)
def test_host_expressions(text: str, hosts: list[str]) -> None:
    assert expand_hosts(text) == hosts


def test_a_wrong_host_expression_is_refused() -> None:
    with pytest.raises(HostProblem, match=r"'web\[1-\]!' is not a valid host expression"):
        expand_hosts("web[1-]!")
