"""The user's key pairs: created once, kept private, and validated before a service rejects them."""

from __future__ import annotations

import base64
import binascii
import os
import re
import struct
import tempfile
from pathlib import Path
from typing import Literal

from azops_tui.errors import AzopsError
from azops_tui.files import replacing

KINDS = ("ssh-ed25519", "ssh-rsa")
"""Kinds of public key that Azure accepts for machines."""
SMALLEST_RSA = 2048
"""Minimum size in bits of an RSA key that Azure accepts."""

_RSA_BITS = 3072


class KeyProblem(AzopsError):  # noqa: N818 - a sentence about a key, for people
    """A key cannot be used or created. The text says which and why."""


def ensure_keypair(path: str | Path, kind: Literal["ed25519", "rsa"] = "ed25519", comment: str = "") -> str:
    """Return the public key of the pair at ``path``; create the pair if it does not exist.

    The private key is written in OpenSSH's format with mode 0600, the public key to ``PATH.pub``. An existing pair is
    never replaced. RSA takes a second: call this in a thread.

    Returns:
        The public key as a line without a line feed: ``ssh-ed25519 AAAA… comment``.

    Raises:
        KeyProblem: the path cannot be written, or is not a private key.
    """
    path = Path(path).expanduser()
    try:
        if path.exists():
            return _existing(path)
        if os.path.lexists(_public_path(path)):
            raise KeyProblem(f"{_public_path(path)} exists without its private key {path}; it is not overwritten.")
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        private, public = _new_pair(kind, comment)
        if not _write_once(path, private, 0o600):
            return _existing(path)  # another azops process was faster
        _replace(_public_path(path), public + "\n", 0o644)
        return public
    except OSError as error:
        raise KeyProblem(f"The key pair {path} cannot be created: {error.strerror or error}.") from None


def valid_public_key(text: str, kinds: tuple[str, ...] = KINDS) -> str | None:
    """Return what is wrong with a public key, as a sentence for people; None for a valid key.

    Args:
        text: a line in OpenSSH's format, as templates expect it.
        kinds: the accepted kinds of key.
    """
    stripped = text.strip()
    if not stripped:
        return "The public key is empty."
    if "PRIVATE KEY" in stripped:
        return "This is a private key, which must stay secret. Use the public key, from the file that ends in .pub."
    if stripped.startswith(("-----BEGIN", "---- BEGIN")):
        return "The public key is not in OpenSSH's format; convert it with 'ssh-keygen -i -f FILE'."
    if len(stripped.splitlines()) > 1:
        return "The public key must be on one line."
    words = stripped.split(None, 2)
    accepted = " or ".join(kinds)
    if words[0] not in kinds:
        if re.fullmatch(r"(ssh|ecdsa|sk-ssh|sk-ecdsa)-[\w@.-]+", words[0]):
            return f"Azure does not accept keys of the kind {words[0]}. Create one of the kind {accepted}."
        return f"The public key must begin with {accepted}, not with '{words[0][:20]}'."
    if len(words) < 2:
        return f"The public key has nothing after {words[0]}."
    try:
        blob = base64.b64decode(words[1], validate=True)
    except (binascii.Error, ValueError):
        return f"The text after {words[0]} is not Base64. The key was truncated or changed."
    return _blob_problem(words[0], blob)


def _blob_problem(kind: str, blob: bytes) -> str | None:
    """Return what is wrong with a decoded key. Each field is a length of four bytes and that many bytes."""
    fields: list[bytes] = []
    at = 0
    while at < len(blob):
        if at + 4 > len(blob):
            return "The public key was truncated: its last field is incomplete."
        (length,) = struct.unpack_from(">I", blob, at)
        if at + 4 + length > len(blob):
            return "The public key was truncated: its last field is incomplete."
        fields.append(blob[at + 4 : at + 4 + length])
        at += 4 + length
    if not fields or fields[0] != kind.encode():
        return f"The key is labelled {kind}, but contains a key of another kind."
    if kind == "ssh-ed25519" and (len(fields) != 2 or len(fields[1]) != 32):
        return "The ed25519 key has the wrong length."
    if kind == "ssh-rsa":
        if len(fields) != 3 or not fields[1]:
            return "The RSA key is incomplete."
        bits = int.from_bytes(fields[2], "big").bit_length()
        if bits < SMALLEST_RSA:
            return f"The RSA key has {bits} bits; at least {SMALLEST_RSA} are required."
    return None


def _new_pair(kind: str, comment: str) -> tuple[str, str]:
    """Create a key pair; return the private and the public key in OpenSSH's format."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

    key: ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey
    if kind == "ed25519":
        key = ed25519.Ed25519PrivateKey.generate()
    else:
        key = rsa.generate_private_key(public_exponent=65537, key_size=_RSA_BITS)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    comment = " ".join(comment.split())
    return private.decode(), f"{public.decode()} {comment}".strip()


def _existing(path: Path) -> str:
    """The public key of an existing pair; its file is written if it is missing."""
    os.chmod(path, 0o600)
    public = _public_path(path)
    if public.is_file():
        text = public.read_text("utf-8", "replace").strip()
        if text:
            return text
    from cryptography.hazmat.primitives import serialization

    try:
        key = serialization.load_ssh_private_key(path.read_bytes(), None)
    except TypeError:
        message = f"{path} has a passphrase and {public} is missing; print it with 'ssh-keygen -y -f {path}'."
        raise KeyProblem(message) from None
    except Exception:
        raise KeyProblem(f"{path} exists but is not a private key in OpenSSH's format.") from None
    text = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH).decode()
    _replace(public, text + "\n", 0o644)
    return text


def _public_path(path: Path) -> Path:
    return path.with_name(path.name + ".pub")


def _write_once(path: Path, text: str, mode: int) -> bool:
    """Create a file atomically; return False if it exists."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w") as file:
            os.fchmod(file.fileno(), mode)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.link(name, path)
    except FileExistsError:
        return False
    finally:
        os.unlink(name)
    return True


def _replace(path: Path, text: str, mode: int) -> None:
    with replacing(path) as file:
        os.fchmod(file.fileno(), mode)
        file.write(text.encode())
