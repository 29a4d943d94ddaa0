"""The encrypted file: what is kept in it, who can read it, and what is refused."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import pytest

from azops_tui.secrets.encrypted_file import EncryptedFile
from azops_tui.secrets.problems import SecretStoreError, SecretStoreLocked
from azops_tui.secrets.redact import Secret

VALUE = "s3cr3t-of-the-file"


def _file(path: Path, passphrase: str = "correct horse") -> EncryptedFile:
    return EncryptedFile(path / "secrets.azops", lambda _: Secret(passphrase), cost=16)


def test_a_secret_is_kept_encrypted_and_read_again(tmp_path: Path) -> None:
    _file(tmp_path).set_password("azops", "TOKEN", VALUE)
    file = tmp_path / "secrets.azops"
    assert (file.stat().st_mode & 0o777, VALUE.encode() in file.read_bytes(), b"TOKEN" in file.read_bytes()) == (
        0o600,
        False,
        False,
    )
    assert _file(tmp_path).get_password("azops", "TOKEN") == VALUE
    assert _file(tmp_path).get_password("azops", "OTHER") is None
    _file(tmp_path).delete_password("azops", "TOKEN")
    assert _file(tmp_path).get_password("azops", "TOKEN") is None


def test_a_wrong_passphrase_and_a_changed_file_are_refused(tmp_path: Path) -> None:
    _file(tmp_path).set_password("azops", "TOKEN", VALUE)
    with pytest.raises(SecretStoreError, match="passphrase is wrong"):
        _file(tmp_path, "wrong horse").get_password("azops", "TOKEN")
    file = tmp_path / "secrets.azops"
    content = json.loads(file.read_text())
    for change in ({"n": 32}, {"n": 2**30}, {"data": content["data"][:-8] + "AAAAAAA="}, {"version": 2}):
        file.write_text(json.dumps(content | change))
        with pytest.raises(SecretStoreError):
            _file(tmp_path).get_password("azops", "TOKEN")


def test_what_others_can_read_is_refused_with_the_command_that_mends_it(tmp_path: Path) -> None:
    _file(tmp_path).set_password("azops", "TOKEN", VALUE)
    (tmp_path / "secrets.azops").chmod(0o644)
    with pytest.raises(SecretStoreError, match=f"chmod 600 {tmp_path}"):
        _file(tmp_path).get_password("azops", "TOKEN")


def test_systemd_passes_the_passphrase(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _file(tmp_path).set_password("azops", "TOKEN", VALUE)
    with pytest.raises(SecretStoreLocked):
        EncryptedFile(tmp_path / "secrets.azops").get_password("azops", "TOKEN")
    (tmp_path / "azops-passphrase").write_text("correct horse\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert EncryptedFile(tmp_path / "secrets.azops").get_password("azops", "TOKEN") == VALUE


def test_a_short_new_passphrase_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SecretStoreError, match="at least 8"):
        _file(tmp_path, "short").set_password("azops", "TOKEN", VALUE)
    assert not (tmp_path / "secrets.azops").exists()


def test_writers_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    threads = [
        threading.Thread(target=_file(tmp_path).set_password, args=("azops", f"T{number}", VALUE))
        for number in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [_file(tmp_path).get_password("azops", f"T{number}") for number in range(8)] == [VALUE] * 8
    assert sorted(os.listdir(tmp_path)) == ["secrets.azops", "secrets.lock"]
