"""Key pairs: created once, and validated."""

from __future__ import annotations

import shutil
import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azops_tui.ssh.keys import KeyProblem, ensure_keypair, valid_public_key


@pytest.mark.parametrize("kind", ["ed25519", "rsa"])
def test_a_pair_is_created_once(tmp_path: Path, kind: Literal["ed25519", "rsa"]) -> None:
    path = tmp_path / "keys" / "id"
    public = ensure_keypair(path, kind, "me@home")
    assert public.startswith(f"ssh-{kind} AAAA")
    assert public.endswith(" me@home")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (tmp_path / "keys" / "id.pub").read_text() == public + "\n"
    private = path.read_text()
    assert private.startswith("-----BEGIN OPENSSH PRIVATE KEY-----")
    assert ensure_keypair(path, "ed25519", "other") == public
    assert path.read_text() == private
    assert valid_public_key(public) is None
    assert sorted(file.name for file in path.parent.iterdir()) == ["id", "id.pub"]


def test_ssh_keygen_agrees(tmp_path: Path) -> None:
    program = shutil.which("ssh-keygen")
    if program is None:
        pytest.skip("ssh-keygen is not installed")
    public = ensure_keypair(tmp_path / "id")
    said = subprocess.run([program, "-y", "-f", tmp_path / "id"], capture_output=True, text=True, check=True).stdout
    assert said.split()[:2] == public.split()[:2]


def test_a_lost_public_key_is_written_again(tmp_path: Path) -> None:
    public = ensure_keypair(tmp_path / "id")
    (tmp_path / "id.pub").unlink()
    (tmp_path / "id").chmod(0o644)
    assert ensure_keypair(tmp_path / "id") == public
    assert (tmp_path / "id.pub").exists()
    assert stat.S_IMODE((tmp_path / "id").stat().st_mode) == 0o600


def test_two_at_once_make_one_pair(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda _: ensure_keypair(tmp_path / "id").split()[1], range(8)))
    assert len(made) == 1
    assert (tmp_path / "id.pub").read_text().split()[1] in made


def test_a_file_that_is_not_a_key_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "id").write_text("something else")
    with pytest.raises(KeyProblem, match="is not a private key"):
        ensure_keypair(tmp_path / "id")
    assert (tmp_path / "id").read_text() == "something else"
    with pytest.raises(KeyProblem, match="cannot be created"):
        ensure_keypair(tmp_path / "id" / "below" / "a-file")


GOOD = "AAAAC3NzaC1lZDI1NTE5AAAAIGZ4dWz0cGJmXzA3cOHcKxkD0mJXgS1FmTzqXwTZq0d1"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("not-a-key", "must begin with ssh-ed25519 or ssh-rsa"),
        ("ssh-rsa", "has nothing after"),
        ("ssh-rsa not-base64!", "is not Base64"),
        (f"ssh-ed25519 {GOOD[:40]}", "was truncated"),
        (f"ssh-rsa {GOOD}", "contains a key of another kind"),
        ("ssh-dss AAAAB3NzaC1kc3M=", "does not accept keys of the kind ssh-dss"),
        ("ecdsa-sha2-nistp256 AAAA", "does not accept keys of the kind ecdsa-sha2-nistp256"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nx", "is a private key"),
        ("---- BEGIN SSH2 PUBLIC KEY ----\nx", "is not in OpenSSH's format"),
        (f"ssh-ed25519 {GOOD}\nssh-ed25519 {GOOD}", "must be on one line"),
        ("ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQC7", "was truncated"),
    ],
)
def test_bad_keys_are_explained(text: str, said: str) -> None:
    problem = valid_public_key(text)
    assert problem is not None
    assert said in problem
    assert problem.endswith(".")


def test_a_short_rsa_key(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=1024).public_key()
    text = key.public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH).decode()
    assert valid_public_key(text) == "The RSA key has 1024 bits; at least 2048 are required."


@given(st.text(max_size=300))
def test_any_text_is_validated(text: str) -> None:
    problem = valid_public_key(text)
    assert problem is None or problem.endswith(".")
