"""Storage of secrets: the system's keyring, or an encrypted file where there is none.

The ``keyring`` package is imported on first use. Every call may wait for a person to unlock the keyring: make it in a
thread.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from azops_tui import paths
from azops_tui.files import write_private
from azops_tui.secrets.problems import SecretStoreError
from azops_tui.secrets.redact import Secret

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

    from azops_tui.secrets.encrypted_file import AskPassphrase

SERVICE = "azops"
"""Service name of all entries."""


class SecretStore:
    """Secrets by name. Uses only keyrings that encrypt their content.

    Args:
        service: service name of the entries.
        passphrase: asks for the passphrase of the encrypted file.
    """

    def __init__(self, service: str = SERVICE, *, passphrase: AskPassphrase | None = None) -> None:
        self._service = service
        self._ask = passphrase
        self._backend_in_use: KeyringBackend | None = None

    def get(self, name: str) -> Secret | None:
        """The secret with this name, or None.

        Raises:
            SecretStoreError: there is no usable keyring, or it stays locked.
        """
        backend = self._backend()
        try:
            value = backend.get_password(self._service, name)
        except Exception as error:
            raise _refused("read", name, error) from error
        return None if value is None else Secret(value)

    def set(self, name: str, value: Secret) -> None:
        """Store a secret under a name, replacing the previous one.

        Raises:
            SecretStoreError: there is no usable keyring, or it stays locked.
        """
        backend = self._backend()
        try:
            backend.set_password(self._service, name, value.reveal())
        except Exception as error:
            raise _refused("keep", name, error) from error
        _write_names({*self.names(), name})

    def delete(self, name: str) -> bool:
        """Delete a secret; return False if it does not exist.

        Raises:
            SecretStoreError: there is no usable keyring, or it stays locked.
        """
        exists = self.get(name) is not None
        if exists:
            try:
                self._backend().delete_password(self._service, name)
            except Exception as error:
                raise _refused("delete", name, error) from error
        names = set(self.names())
        if name in names:
            _write_names(names - {name})
        return exists

    def names(self) -> list[str]:
        """Names of the secrets that azops stored, sorted. Keyrings list none, so azops keeps the names itself."""
        try:
            names = json.loads(_names_file().read_text())
        except (OSError, ValueError):
            return []
        return sorted(name for name in names if isinstance(name, str)) if isinstance(names, list) else []

    @property
    def place(self) -> str:
        """Where secrets are kept, for people.

        Raises:
            SecretStoreError: there is no usable keyring.
        """
        backend = self._backend()
        file = getattr(backend, "path", None)
        return f"the encrypted file {file}" if isinstance(file, Path) else f"the keyring {_name(backend)}"

    def unlock(self, passphrase: Secret) -> None:
        """Use a passphrase for the encrypted file.

        Raises:
            SecretStoreError: it is wrong.
        """
        from azops_tui.secrets.encrypted_file import EncryptedFile

        backend = self._backend()
        if isinstance(backend, EncryptedFile):
            backend.unlock(passphrase)

    def _backend(self) -> KeyringBackend:
        """The first keyring that encrypts its content, else the encrypted file.

        Raises:
            SecretStoreError: the only keyring stores plain text.
        """
        if self._backend_in_use is None:
            self._backend_in_use = _choose(self._ask)
        return self._backend_in_use


def _choose(ask: AskPassphrase | None) -> KeyringBackend:
    import keyring

    from azops_tui.secrets.encrypted_file import EncryptedFile

    chosen = keyring.get_keyring()
    candidates: list[KeyringBackend] = list(getattr(chosen, "backends", None) or [chosen])
    refused = [backend for backend in candidates if _plain_text(backend)]
    usable = [backend for backend in candidates if not _plain_text(backend) and not _empty(backend)]
    if usable and not isinstance(usable[0], EncryptedFile):
        return usable[0]
    if refused and not usable:
        raise SecretStoreError(
            f"The only keyring, {_name(refused[0])}, stores secrets as plain text, and azops does not use it. "
            "Uninstall keyrings.alt, or have azops use its encrypted file:\n"
            "  export PYTHON_KEYRING_BACKEND=azops_tui.secrets.encrypted_file.EncryptedFile"
        )
    return EncryptedFile(passphrase=ask)


def _refused(verb: str, name: str, error: Exception) -> SecretStoreError:
    if isinstance(error, SecretStoreError):
        return error
    reason = str(error).strip() or type(error).__name__
    return SecretStoreError(
        f"The keyring could not {verb} the secret {name}: {reason}. Unlock the keyring and try again."
    )


def _name(backend: KeyringBackend) -> str:
    return f"{type(backend).__module__}.{type(backend).__qualname__}"


def _plain_text(backend: KeyringBackend) -> bool:
    """True for a backend of ``keyrings.alt``, whose files are readable without the keyring's password."""
    return any(base.__module__.split(".")[:2] == ["keyrings", "alt"] for base in type(backend).__mro__)


def _empty(backend: KeyringBackend) -> bool:
    """True for a backend that stores nothing: ``keyring.backends.fail`` and ``null``."""
    return type(backend).__module__ in ("keyring.backends.fail", "keyring.backends.null")


def _names_file() -> Path:
    return paths.data() / "secret-names.json"


def _write_names(names: set[str]) -> None:
    """Replace the list of names.

    Raises:
        SecretStoreError: it cannot be written.
    """
    file = _names_file()
    try:
        paths.private(file.parent)
        write_private(file, json.dumps(sorted(names)))
    except OSError as error:
        raise SecretStoreError(f"The names of secrets cannot be written to {file}: {error.strerror}.") from error
