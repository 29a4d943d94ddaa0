"""Storage of secret parameters in the system's keyring. The ``keyring`` package is imported on first use.

Every call may wait for a person to unlock the keyring: make it in a thread.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from azops_tui.errors import AzopsError
from azops_tui.secrets.redact import Secret

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "azops"
"""Service name of all entries."""


class SecretStoreError(AzopsError):
    """There is no usable keyring, or it refused. The text says what to do."""


class SecretStore:
    """Secrets by name. Uses only keyrings that encrypt their content."""

    def __init__(self, service: str = SERVICE) -> None:
        self._service = service

    def get(self, name: str) -> Secret | None:
        """The secret with this name, or None.

        Raises:
            SecretStoreError: there is no usable keyring, or it stays locked.
        """
        backend = _backend()
        try:
            value = backend.get_password(self._service, name)
        except Exception as error:
            raise SecretStoreError(_refused("read", name, error)) from error
        return None if value is None else Secret(value)

    def set(self, name: str, value: Secret) -> None:
        """Store a secret under a name, replacing the previous one.

        Raises:
            SecretStoreError: there is no usable keyring, or it stays locked.
        """
        backend = _backend()
        try:
            backend.set_password(self._service, name, value.reveal())
        except Exception as error:
            raise SecretStoreError(_refused("keep", name, error)) from error

    def delete(self, name: str) -> bool:
        """Delete a secret; return False if it does not exist.

        Raises:
            SecretStoreError: there is no usable keyring, or it stays locked.
        """
        if self.get(name) is None:
            return False
        backend = _backend()
        try:
            backend.delete_password(self._service, name)
        except Exception as error:
            raise SecretStoreError(_refused("delete", name, error)) from error
        return True


def _refused(verb: str, name: str, error: Exception) -> str:
    reason = str(error).strip() or type(error).__name__
    return f"The keyring could not {verb} the secret {name}: {reason}. Unlock the keyring and try again."


def _backend() -> KeyringBackend:
    """The first keyring that encrypts its content."""
    import keyring

    chosen = keyring.get_keyring()
    candidates: list[KeyringBackend] = list(getattr(chosen, "backends", None) or [chosen])
    refused = [backend for backend in candidates if _plain_text(backend)]
    usable = [backend for backend in candidates if not _plain_text(backend) and not _empty(backend)]
    if usable:
        return usable[0]
    if refused:
        raise SecretStoreError(
            f"The only keyring, {_name(refused[0])}, stores secrets as plain text, and azops does not use it. "
            "Uninstall keyrings.alt, and unlock the system's keyring or pass the parameter as an environment variable."
        )
    raise SecretStoreError(
        "There is no keyring (on Linux, it needs a session bus with a secret service). "
        "Start one, or pass the parameter as an environment variable."
    )


def _name(backend: KeyringBackend) -> str:
    return f"{type(backend).__module__}.{type(backend).__qualname__}"


def _plain_text(backend: KeyringBackend) -> bool:
    """True for a backend of ``keyrings.alt``, whose files are readable without the keyring's password."""
    return any(base.__module__.split(".")[:2] == ["keyrings", "alt"] for base in type(backend).__mro__)


def _empty(backend: KeyringBackend) -> bool:
    """True for a backend that stores nothing: ``keyring.backends.fail`` and ``null``."""
    return type(backend).__module__ in ("keyring.backends.fail", "keyring.backends.null")
