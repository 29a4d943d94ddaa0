"""The file of known hosts, as OpenSSH writes and reads it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azops_tui.ssh import HostKeys, Target

KEY = "AAAAC3NzaC1lZDI1NTE5AAAAIGZ4dWz0cGJmXzA3cOHcKxkD0mJXgS1FmTzqXwTZq0d1"
OTHER = "AAAAC3NzaC1lZDI1NTE5AAAAIHFZ2Q0mRk7qQm9u9p3tTqk0vG1hDbl9d0yZ4xq8c3fE"


def hashed(name: str) -> str:
    salt = b"12345678901234567890"
    digest = hmac.digest(salt, name.encode(), hashlib.sha1)
    return f"|1|{base64.b64encode(salt).decode()}|{base64.b64encode(digest).decode()}"


@pytest.fixture
def known(tmp_path: Path) -> HostKeys:
    (tmp_path / "known_hosts").write_text(
        f"# a comment\n\nweb,10.0.0.4 ssh-ed25519 {KEY} with a comment\n"
        f"[web]:2222 ssh-ed25519 {OTHER}\n"
        f"{hashed('db')} ssh-ed25519 {KEY}\n"
        f"{hashed('[db]:2222')} ssh-ed25519 {OTHER}\n"
        f"@cert-authority *.example,!bad.example ssh-ed25519 {KEY}\n"
        f"@revoked * ssh-ed25519 {OTHER}\n"
        f"@unknown web ssh-ed25519 {KEY}\n"
        "broken\n|1|%%%|&&& ssh-ed25519 AAAA\nweb ssh-new !!!!\n"
    )
    return HostKeys(tmp_path / "known_hosts")


def test_lookup(known: HostKeys) -> None:
    def found(name: str) -> list[tuple[int, str]]:
        return [(key.line, key.mark) for key in known.lookup(name)]

    assert found("web") == [(3, ""), (8, "@revoked"), (12, "")]
    assert found("WEB") == found("web")
    assert found("10.0.0.4") == [(3, ""), (8, "@revoked")]
    assert found("[web]:2222") == [(4, ""), (8, "@revoked")]
    assert found("db") == [(5, ""), (8, "@revoked")]
    assert found("[db]:2222") == [(6, ""), (8, "@revoked")]
    assert found("a.example") == [(7, "@cert-authority"), (8, "@revoked")]
    assert found("bad.example") == [(8, "@revoked")]


def test_fingerprints_are_those_of_ssh_keygen(known: HostKeys, tmp_path: Path) -> None:
    program = shutil.which("ssh-keygen")
    if program is None:
        pytest.skip("ssh-keygen is not installed")
    (tmp_path / "key.pub").write_text(f"ssh-ed25519 {KEY}\n")
    said = subprocess.run(
        [program, "-l", "-f", tmp_path / "key.pub"], capture_output=True, text=True, check=True
    ).stdout
    assert known.lookup("db")[0].fingerprint in said


def test_what_ssh_keygen_hashed_is_found(tmp_path: Path) -> None:
    program = shutil.which("ssh-keygen")
    if program is None:
        pytest.skip("ssh-keygen is not installed")
    path = tmp_path / "known_hosts"
    path.write_text(f"host.example ssh-ed25519 {KEY}\n[10.0.0.4]:2222 ssh-ed25519 {OTHER}\n")
    subprocess.run([program, "-H", "-f", path], capture_output=True, check=True)
    assert "host.example" not in path.read_text()
    keys = HostKeys(path)
    assert keys.lookup("host.example")[0].blob == KEY
    assert keys.lookup(Target("x", "10.0.0.4", 2222).known_as)[0].blob == OTHER


def test_record_and_forget(tmp_path: Path) -> None:
    keys = HostKeys(tmp_path / "new" / "known_hosts")
    assert keys.lookup("web") == ()
    keys.record("web", "ssh-ed25519", KEY)
    keys.record("web", "ssh-ed25519", KEY)
    keys.record("[db]:2222", "ssh-ed25519", OTHER)
    assert stat.S_IMODE(keys.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(keys.path.parent.stat().st_mode) == 0o700
    assert keys.path.read_text() == f"web ssh-ed25519 {KEY}\n[db]:2222 ssh-ed25519 {OTHER}\n"
    assert keys.forget("web") == 1
    assert keys.lookup("web") == ()
    assert keys.lookup("[db]:2222")[0].blob == OTHER
    assert stat.S_IMODE(keys.path.stat().st_mode) == 0o600


def test_a_file_without_a_last_line_feed(tmp_path: Path) -> None:
    path = tmp_path / "known_hosts"
    path.write_text(f"web ssh-ed25519 {KEY}")
    keys = HostKeys(path)
    keys.record("db", "ssh-ed25519", OTHER)
    assert [key.blob for key in keys.lookup("web")] == [KEY]
    assert [key.blob for key in keys.lookup("db")] == [OTHER]


def test_another_process_may_write_the_file(tmp_path: Path) -> None:
    first, second = HostKeys(tmp_path / "known_hosts"), HostKeys(tmp_path / "known_hosts")
    assert first.lookup("web") == second.lookup("web") == ()
    first.record("web", "ssh-ed25519", KEY)
    assert second.lookup("web")[0].blob == KEY


def test_a_pattern_is_not_forgotten_with_one_host(known: HostKeys) -> None:
    assert known.forget("a.example") == 0
    assert known.forget("web") == 1  # the line that names web alone; the one with 10.0.0.4 stays
    assert [key.line for key in known.lookup("10.0.0.4") if not key.mark] == [3]


def test_asyncssh_takes_them(known: HostKeys) -> None:
    trusted, authorities, revoked = known.for_asyncssh("web")
    assert (len(trusted), len(authorities), len(revoked)) == (1, 0, 1)


def test_thousands_of_hosts_are_read_once(tmp_path: Path) -> None:
    path = tmp_path / "known_hosts"
    path.write_text("".join(f"host-{number} ssh-ed25519 {KEY}\n" for number in range(5000)))
    keys = HostKeys(path)
    assert all(keys.lookup(f"host-{number}") for number in range(5000))


@given(st.text(max_size=200))
def test_any_file_can_be_read(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("any") / "known_hosts"
    path.write_text(text, "utf-8", "surrogatepass")
    HostKeys(path).lookup("web")
