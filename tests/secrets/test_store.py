"""Secrets in the system's keyring; keyrings without protection are refused."""

from __future__ import annotations

from collections.abc import Iterator

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import chainer, fail
from keyring.errors import PasswordDeleteError

from azops_tui.secrets.problems import SecretStoreError, SecretStoreLocked
from azops_tui.secrets.redact import Secret
from azops_tui.secrets.store import SecretStore


class Memory(KeyringBackend):
    """Keeps in memory what a real one would keep behind a lock."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # keyring has no types here
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError("not there")


class Plain(Memory):
    """Looks like the plain text keyring."""


Plain.__module__ = "keyrings.alt.file"


@pytest.fixture
def use() -> Iterator[object]:
    before = keyring.get_keyring()
    yield keyring.set_keyring
    keyring.set_keyring(before)


def test_a_secret_is_stored_read_and_deleted(use: object) -> None:
    keyring.set_keyring(Memory())
    store = SecretStore()
    assert store.get("TOKEN") is None
    store.set("TOKEN", Secret("abc"))
    found = store.get("TOKEN")
    assert found is not None
    assert found.reveal() == "abc"
    assert store.delete("TOKEN")
    assert not store.delete("TOKEN")


def test_plain_text_is_refused(use: object) -> None:
    keyring.set_keyring(Plain())
    with pytest.raises(SecretStoreError, match="plain text"):
        SecretStore().set("TOKEN", Secret("abc"))


def test_where_there_is_no_keyring_the_encrypted_file_is_used(use: object) -> None:
    keyring.set_keyring(fail.Keyring())  # type: ignore[no-untyped-call]  # keyring has no types here
    assert SecretStore().get("TOKEN") is None
    assert "the encrypted file" in SecretStore().place
    with pytest.raises(SecretStoreLocked, match="azops-passphrase"):
        SecretStore().set("TOKEN", Secret("abc"))


def test_of_several_the_first_that_protects(use: object, monkeypatch: pytest.MonkeyPatch) -> None:
    safe = Memory()
    chain = chainer.ChainerBackend()  # type: ignore[no-untyped-call]  # keyring has no types here
    monkeypatch.setattr(chainer.ChainerBackend, "backends", [Plain(), safe])
    keyring.set_keyring(chain)
    SecretStore().set("TOKEN", Secret("abc"))
    assert safe.kept


def test_a_keyring_that_stays_locked(use: object, monkeypatch: pytest.MonkeyPatch) -> None:
    locked = Memory()

    def refuse(*_: str) -> None:
        raise RuntimeError("the collection is locked")

    monkeypatch.setattr(locked, "get_password", refuse)
    keyring.set_keyring(locked)
    with pytest.raises(SecretStoreError, match="TOKEN: the collection is locked"):
        SecretStore().get("TOKEN")
