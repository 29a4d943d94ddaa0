"""A keyring backend that needs no desktop: one file, encrypted with a passphrase.

The key is derived with scrypt, the content is encrypted with AES-256-GCM. The header (parameters and salt) is
authenticated with the content, so a changed file is refused. The file is replaced as a whole, under a lock.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import json
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError

from azops_tui import paths
from azops_tui.files import read_file, replacing
from azops_tui.secrets.problems import SecretStoreError, SecretStoreLocked
from azops_tui.secrets.redact import Secret

CREDENTIAL = "azops-passphrase"
"""Name of the systemd credential that has the passphrase: ``LoadCredentialEncrypted=azops-passphrase``."""
SHORTEST_PASSPHRASE = 8
_COST = 2**17
"""``n`` of scrypt: 128 MiB and about half a second for each guess (OWASP's recommendation in 2024)."""
_HIGHEST_COST = 2**20
_BLOCK, _PARALLEL = 8, 1
_LARGEST = 4 << 20
"""Bytes of the file that are read at most."""

AskPassphrase = Callable[[bool], Secret]
"""Asks a person for the passphrase; True for a new one, which must be typed twice."""


class EncryptedFile(KeyringBackend):
    """Secrets in one encrypted file; also usable as ``PYTHON_KEYRING_BACKEND``.

    Args:
        path: the file; by default ``secrets.azops`` in the data folder.
        passphrase: asks for the passphrase where systemd passes none.
        cost: ``n`` of scrypt for what is written from now on.
    """

    priority = 0.5  # below what keyring recommends, so that a system's own keyring always comes first

    def __init__(self, path: Path | None = None, passphrase: AskPassphrase | None = None, *, cost: int = _COST) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # keyring has no types here
        self.path = path or paths.data() / "secrets.azops"
        self._ask = passphrase
        self._cost = cost
        self._passphrase: Secret | None = None
        self._salt = b""
        """Salt of the file as it was read last; each write has a nonce of its own."""
        self._derived: tuple[int, bytes, bytes] | None = None
        """The last derived key with the cost and the salt that it belongs to."""

    @property
    def exists(self) -> bool:
        """True once a secret was kept in it."""
        return self.path.exists()

    @property
    def is_locked(self) -> bool:
        """True if a person has to be asked for the passphrase."""
        return self._passphrase is None and not _credential().is_file()

    def unlock(self, passphrase: Secret) -> None:
        """Use this passphrase from now on.

        Raises:
            SecretStoreError: it is not the file's.
        """
        self._passphrase, self._derived = passphrase, None
        if self.exists:
            self._read()

    def get_password(self, service: str, username: str) -> str | None:
        """The secret of that name; None if there is none.

        Raises:
            SecretStoreError: the file cannot be decrypted, or others can read it.
            SecretStoreLocked: nobody can be asked for the passphrase.
        """
        return self._read().get(service, {}).get(username) if self.exists else None

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep a secret. Raises as :meth:`get_password`."""
        with self._locked():
            content = self._read() if self.exists else {}
            content.setdefault(service, {})[username] = password
            self._write(content)

    def delete_password(self, service: str, username: str) -> None:
        """Delete a secret. Raises as :meth:`get_password`.

        Raises:
            PasswordDeleteError: there is no such secret.
        """
        with self._locked():
            content = self._read() if self.exists else {}
            if content.get(service, {}).pop(username, None) is None:
                raise PasswordDeleteError(f"there is no secret {username}")
            self._write(content)

    def _read(self) -> dict[str, dict[str, str]]:
        try:
            self._check_owner()
            header = json.loads(read_file(self.path, _LARGEST))
            cost, salt = int(header["n"]), base64.b64decode(header["salt"])
            nonce, sealed = base64.b64decode(header["nonce"]), base64.b64decode(header["data"])
            if header["version"] != 1 or not 2 <= cost <= _HIGHEST_COST:
                raise ValueError
        except OSError as error:
            raise SecretStoreError(f"The secret file {self.path} cannot be read: {error.strerror or error}.") from error
        except (ValueError, KeyError, TypeError) as error:
            raise SecretStoreError(f"{self.path} is not a secret file of azops, or it is damaged.") from error
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        try:
            plain = AESGCM(self._key(cost, salt, new=False)).decrypt(nonce, sealed, _authenticated(cost, salt))
        except (InvalidTag, ValueError) as error:
            self._passphrase = self._derived = None
            raise SecretStoreError(
                f"The secret file {self.path} cannot be decrypted: the passphrase is wrong, or the file was changed."
            ) from error
        self._salt = salt
        content: dict[str, dict[str, str]] = json.loads(plain)
        return content

    def _write(self, content: dict[str, dict[str, str]]) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        salt, nonce = self._salt or secrets.token_bytes(16), secrets.token_bytes(12)
        key = self._key(self._cost, salt, new=not self.exists)
        sealed = AESGCM(key).encrypt(nonce, json.dumps(content).encode(), _authenticated(self._cost, salt))
        encoded: dict[str, Any] = {"version": 1, "n": self._cost}
        encoded |= {
            name: base64.b64encode(data).decode() for name, data in (("salt", salt), ("nonce", nonce), ("data", sealed))
        }
        try:
            with replacing(self.path) as file:
                file.write(json.dumps(encoded).encode())
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise SecretStoreError(f"The secret file {self.path} cannot be written: {error.strerror}.") from error

    def _key(self, cost: int, salt: bytes, *, new: bool) -> bytes:
        from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

        if self._passphrase is None:
            self._passphrase = self._credential_or_answer(new=new)
        if self._derived is None or self._derived[:2] != (cost, salt):
            key = Scrypt(salt, 32, cost, _BLOCK, _PARALLEL).derive(self._passphrase.reveal().encode())
            self._derived = cost, salt, key
        return self._derived[2]

    def _credential_or_answer(self, *, new: bool) -> Secret:
        with contextlib.suppress(OSError, UnicodeDecodeError):
            return Secret(read_file(_credential(), 4096).decode().rstrip("\n"))
        if self._ask is None:
            raise SecretStoreLocked(
                f"The secret file {self.path} is locked, and nobody can be asked for its passphrase. "
                f"Run azops on a terminal, or pass the systemd credential {CREDENTIAL}."
            )
        passphrase = self._ask(new)
        if new and len(passphrase.reveal()) < SHORTEST_PASSPHRASE:
            raise SecretStoreError(f"The passphrase needs at least {SHORTEST_PASSPHRASE} characters; nothing was kept.")
        return passphrase

    def _check_owner(self) -> None:
        status = self.path.lstat()
        if not stat.S_ISREG(status.st_mode) or status.st_uid != os.getuid():
            raise SecretStoreError(f"The secret file {self.path} is not yours; azops does not use it.")
        if status.st_mode & 0o077:
            raise SecretStoreError(f"Others can read the secret file. Mend it:\n  chmod 600 {self.path}")

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Keep other processes from writing meanwhile."""
        try:
            paths.private(self.path.parent)
            lock = os.open(self.path.with_suffix(".lock"), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise SecretStoreError(f"The secret file {self.path} cannot be written: {error.strerror}.") from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)


def _authenticated(cost: int, salt: bytes) -> bytes:
    return f"azops secrets 1 scrypt {cost} {_BLOCK} {_PARALLEL} ".encode() + salt


def _credential() -> Path:
    """The file in which systemd passes the passphrase; it need not exist."""
    return Path(os.environ.get("CREDENTIALS_DIRECTORY") or "/nonexistent") / CREDENTIAL
