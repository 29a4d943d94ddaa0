"""``azops secret``: keeps the secrets that runbooks name, lists their names, and says where secrets can come from."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import TypeVar

import click

from azops_tui import exits
from azops_tui.cli.options import fail, read_runbook
from azops_tui.cli.out import echo
from azops_tui.sanitise import clean
from azops_tui.secrets.problems import SecretStoreError, SecretStoreLocked
from azops_tui.secrets.redact import Secret
from azops_tui.secrets.store import SecretStore
from azops_tui.text import format_table

_LARGEST = 64 * 1024
"""Bytes of a secret; a variable of the environment holds hardly more."""
_NAME = re.compile(r"[A-Za-z0-9_][\w./@-]{0,126}", re.ASCII)

T = TypeVar("T")


@click.group()
def secret() -> None:
    """Keep the secrets that runbooks name. No command takes or prints a value."""


@secret.command("set")
@click.argument("name")
def set_secret(name: str) -> None:
    """Keep a secret under NAME. The value is asked for without being shown, or read from standard input.

    A runbook uses it with “NAME: {type: secret, from: keyring}” in its front matter.
    """
    if not _NAME.fullmatch(name):
        hint = "; the value is asked for" if "=" in name else ""
        fail(f"'{clean(name.partition('=')[0])}' is not a valid name of a secret{hint}", exits.USAGE)
    if sys.stdin.isatty():
        text = click.prompt(clean(name), hide_input=True, confirmation_prompt=True, err=True)
    else:
        data = sys.stdin.buffer.read(_LARGEST + 1)
        if len(data) > _LARGEST:
            fail(f"the secret has more than {_LARGEST // 1024} KiB", exits.BAD_INPUT)
        try:
            text = data.decode().removesuffix("\n")
        except UnicodeDecodeError:
            fail("the secret is not UTF-8 text", exits.BAD_INPUT)
    if not text or "\0" in text:
        fail("the secret is empty" if not text else "the secret has a NUL character", exits.BAD_INPUT)
    store = SecretStore(passphrase=_passphrase)

    def keep() -> str:
        store.set(name, Secret(text))
        return store.place

    echo(clean(f"kept {name} in {clean(_stored(keep))}"))


@secret.command("list")
def list_secrets() -> None:
    """Print the names of the secrets that azops keeps."""
    names = SecretStore().names()
    echo(clean("\n".join(map(clean, names)) if names else "azops keeps no secrets yet."))


@secret.command()
@click.argument("names", metavar="NAME", nargs=-1, required=True)
def rm(names: tuple[str, ...]) -> None:
    """Delete secrets."""
    store = SecretStore(passphrase=_passphrase)
    missing = [name for name in names if not _stored(lambda name=name: store.delete(name))]  # type: ignore[misc]
    for name in names:
        if name not in missing:
            echo(clean(f"deleted {clean(name)}"))
    if missing:
        fail(f"azops keeps no secret {clean(', '.join(missing))}", exits.BAD_INPUT)


@secret.command()
@click.argument("file", required=False, type=click.Path())
def sources(file: str | None) -> None:
    """Print where secrets can come from; with FILE, the secrets that the runbook names and their sources."""
    from azops_tui.runbook.secret_sources import KINDS

    if file is not None:
        runbook = read_runbook(file, quiet=True)
        secrets = [parameter for parameter in runbook.parameters if parameter.type == "secret"]
        rows = [(p.name, clean(p.secret_from or "prompt"), f"line {p.line}", clean(p.help)) for p in secrets]
        echo(clean(format_table(rows, ("SECRET", "FROM", "LINE", "HELP")) if rows else "The runbook names no secrets."))
        return
    echo(clean(format_table(list(KINDS.values()), ("FROM", "WHAT IT IS"))))
    echo()
    try:
        echo(clean(f"“keyring” is {clean(SecretStore().place)}."))
    except SecretStoreError as error:
        echo(clean(f"“keyring” is not available: {error}"))
    echo(clean("A variable of the environment with the secret's name always wins, and --set wins over it."))


def _stored(action: Callable[[], T]) -> T:
    """The result of an action on the store. Exits with :data:`exits.BAD_INPUT` if it fails."""
    try:
        return action()
    except SecretStoreError as error:
        fail(clean(str(error)), exits.BAD_INPUT)


def _passphrase(new: bool) -> Secret:
    """Ask on the terminal, also where standard input is the secret.

    Raises:
        SecretStoreLocked: there is no terminal.
    """
    import getpass

    from azops_tui.secrets.encrypted_file import CREDENTIAL

    try:
        with open("/dev/tty"):
            pass
    except OSError:
        raise SecretStoreLocked(
            "There is no keyring, and no terminal to ask for the passphrase of the encrypted file; "
            f"pass the systemd credential {CREDENTIAL}."
        ) from None
    title = "New passphrase of the encrypted file: " if new else "Passphrase of the encrypted file: "
    text = getpass.getpass(title)
    if new and getpass.getpass("The same again: ") != text:
        raise SecretStoreError("The two passphrases differ; nothing was kept.")
    return Secret(text)
