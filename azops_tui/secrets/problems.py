"""Errors of the places where secrets are kept."""

from __future__ import annotations

from azops_tui.errors import AzopsError


class SecretStoreError(AzopsError):
    """A secret cannot be stored or read. The text says what to do."""


class SecretStoreLocked(SecretStoreError):  # noqa: N818 - names the state, which a front end resolves by asking
    """The encrypted file needs its passphrase, and nobody was asked for it."""
