"""``azops secret`` and what runs do with its secrets, through the command line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.cli.azops import azops

VALUE = "hunter-of-secrets-22"
RING = """
import keyring.backend
class Ring(keyring.backend.KeyringBackend):
    priority = 9
    def _file(self, name):
        import pathlib, os
        return pathlib.Path(os.environ["RING"]) / name
    def get_password(self, service, name):
        file = self._file(name)
        return file.read_text()[::-1] if file.exists() else None
    def set_password(self, service, name, value):
        self._file(name).write_text(value[::-1])
    def delete_password(self, service, name):
        self._file(name).unlink()
"""


def _ring(folder: Path) -> dict[str, Any]:
    """The environment of a keyring of the test's own."""
    (folder / "ring").mkdir()
    (folder / "testring.py").write_text(RING)
    return {"PYTHON_KEYRING_BACKEND": "testring.Ring", "PYTHONPATH": str(folder), "RING": str(folder / "ring")}


def _set(name: str, value: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "azops_tui", "secret", "set", name],
        input=value,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
        start_new_session=True,
    )


def test_a_secret_is_kept_listed_and_deleted(tmp_path: Path) -> None:
    ring = _ring(tmp_path)
    kept = _set("TOKEN", VALUE + "\n", **ring)
    assert (kept.returncode, VALUE in kept.stdout + kept.stderr) == (0, False), kept.stderr
    assert "testring.Ring" in kept.stdout
    assert azops("secret", "list", **ring).stdout == "TOKEN\n"
    assert azops("secret", "rm", "TOKEN", **ring).stdout == "deleted TOKEN\n"
    assert azops("secret", "list", **ring).stdout == "azops keeps no secrets yet.\n"
    assert azops("secret", "rm", "TOKEN", **ring).returncode == 3


def test_a_value_in_the_arguments_is_refused() -> None:
    for words in (("TOKEN", VALUE), (f"TOKEN={VALUE}",)):
        done = azops("secret", "set", *words)
        assert (done.returncode, f"TOKEN={VALUE}" in done.stderr) == (2, False)


def test_without_a_keyring_the_encrypted_file_takes_the_passphrase_of_systemd(tmp_path: Path) -> None:
    (tmp_path / "azops-passphrase").write_text("correct horse battery")
    env: dict[str, Any] = {
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        "CREDENTIALS_DIRECTORY": str(tmp_path),
    }
    assert "the encrypted file" in _set("TOKEN", VALUE, **env).stdout
    document = tmp_path / "x.md"
    document.write_text(
        "---\nazops:\n  params:\n    TOKEN: {type: secret, from: keyring}\n---\n"
        f'```bash\n[ "$TOKEN" = {VALUE} ] && echo right $TOKEN\n```\n'
    )
    done = azops("run", document, **env)
    assert "right •••" in done.stdout, done.stdout + done.stderr
    locked = _set("OTHER", VALUE, PYTHON_KEYRING_BACKEND="keyring.backends.fail.Keyring")
    assert (locked.returncode, "no terminal" in locked.stderr) == (3, True), locked.stderr


def test_a_plain_text_keyring_is_refused_by_name(tmp_path: Path) -> None:
    folder = tmp_path / "keyrings" / "alt"
    folder.mkdir(parents=True)
    (folder / "file.py").write_text(RING.replace("class Ring", "class PlaintextKeyring"))
    env: dict[str, Any] = {"PYTHON_KEYRING_BACKEND": "keyrings.alt.file.PlaintextKeyring", "PYTHONPATH": str(tmp_path)}
    done = _set("TOKEN", VALUE, RING=str(tmp_path), **env)
    assert (done.returncode, "keyrings.alt.file.PlaintextKeyring" in done.stderr) == (3, True), done.stderr
    assert not (tmp_path / "TOKEN").exists()


def test_sources_are_listed_and_a_wrong_one_is_an_error_at_its_line(tmp_path: Path) -> None:
    listed = azops("secret", "sources", **_ring(tmp_path)).stdout
    assert all(word in listed for word in ("keyring", "env", "keyvault:VAULT/NAME", "command: pass", "prompt", "Ring"))
    document = tmp_path / "x.md"
    document.write_text("---\nazops:\n  params:\n    TOKEN: {type: secret, from: keyrnig}\n---\n```bash\ntrue\n```\n")
    checked = azops("check", document)
    assert "'keyrnig' is not a source of secrets; did you mean 'keyring'?" in checked.stdout, checked.stdout
    assert ":4" in checked.stdout
