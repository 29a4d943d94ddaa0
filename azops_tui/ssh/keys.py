"""Key pairs of the user: made once, kept private, and judged before a service refuses them."""

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

KINDS = ("ssh-ed25519", "ssh-rsa")
"""The kinds of public key that Azure takes for machines."""
SMALLEST_RSA = 2048
"""Bits of an RSA key that Azure takes at least."""

_RSA_BITS = 3072


class KeyProblem(AzopsError):  # noqa: N818 - it is a problem of the key, said to people
    """A key cannot be used or made; the text says which and why."""


def ensure_keypair(path: str | Path, kind: Literal["ed25519", "rsa"] = "ed25519", comment: str = "") -> str:
    """The public key of the pair at ``path``, which is made if it is not there.

    The private key is written in OpenSSH's format, readable by its owner alone (0600), the public one beside it as
    ``PATH.pub``. A pair that is there is never replaced. RSA takes a second: call it in a thread.

    Returns:
        The public key as one line, without a line feed: ``ssh-ed25519 AAAA… comment``.

    Raises:
        KeyProblem: the path cannot be written, or holds something that is no key.
    """
    path = Path(path).expanduser()
    try:
        if path.exists():
            return _existing(path)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        private, public = _made(kind, comment)
        if not _write_once(path, private, 0o600):
            return _existing(path)  # another azops was quicker
        _replace(_public_path(path), public + "\n", 0o644)
        return public
    except OSError as error:
        raise KeyProblem(f"The key pair {path} cannot be made: {error.strerror or error}.") from None


def valid_public_key(text: str, kinds: tuple[str, ...] = KINDS) -> str | None:
    """What is wrong with a public key, as one sentence for people; None where nothing is.

    Args:
        text: as it would be given to a template: one line in OpenSSH's format.
        kinds: the kinds that are taken.
    """
    stripped = text.strip()
    if not stripped:
        return "The public key is empty."
    if "PRIVATE KEY" in stripped:
        return (
            "This is a private key, which must not be given away; give the public one, from the file that ends in .pub."
        )
    if stripped.startswith(("-----BEGIN", "---- BEGIN")):
        return "The public key is in another format; “ssh-keygen -i -f FILE” turns it into OpenSSH's."
    if len(stripped.splitlines()) > 1:
        return "The public key must be on one line."
    words = stripped.split(None, 2)
    wanted = " or ".join(kinds)
    if words[0] not in kinds:
        if re.fullmatch(r"(ssh|ecdsa|sk-ssh|sk-ecdsa)-[\w@.-]+", words[0]):
            return f"Keys of the kind {words[0]} are not taken; make one of the kind {wanted}."
        return f"The public key must begin with {wanted}, not with “{words[0][:20]}”."
    if len(words) < 2:
        return f"The public key has nothing after {words[0]}."
    try:
        blob = base64.b64decode(words[1], validate=True)
    except (binascii.Error, ValueError):
        return f"What follows {words[0]} is not Base64: the key was cut or has been changed."
    return _blob_problem(words[0], blob)


def _blob_problem(kind: str, blob: bytes) -> str | None:
    """What is wrong with the decoded key: fields are a length of four bytes and so many bytes."""
    fields: list[bytes] = []
    at = 0
    while at < len(blob):
        if at + 4 > len(blob):
            return "The public key was cut: its last field is incomplete."
        (length,) = struct.unpack_from(">I", blob, at)
        if at + 4 + length > len(blob):
            return "The public key was cut: its last field is incomplete."
        fields.append(blob[at + 4 : at + 4 + length])
        at += 4 + length
    if not fields or fields[0] != kind.encode():
        return f"The key says {kind} before it, but is of another kind within."
    if kind == "ssh-ed25519" and (len(fields) != 2 or len(fields[1]) != 32):
        return "The ed25519 key has the wrong length."
    if kind == "ssh-rsa":
        if len(fields) != 3 or not fields[1]:
            return "The RSA key is incomplete."
        bits = int.from_bytes(fields[2], "big").bit_length()
        if bits < SMALLEST_RSA:
            return f"The RSA key has {bits} bits; {SMALLEST_RSA} are needed at least."
    return None


def _made(kind: str, comment: str) -> tuple[str, str]:
    """A new private key in OpenSSH's format, and its public one."""
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
    said = " ".join(comment.split())
    return private.decode(), f"{public.decode()} {said}".strip()


def _existing(path: Path) -> str:
    """The public key of a pair that is there; its file is written again where it is missing."""
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
        said = f"{path} is protected by a passphrase and {public} is missing; “ssh-keygen -y -f {path}” prints it."
        raise KeyProblem(said) from None
    except Exception:
        raise KeyProblem(f"{path} is there but holds no private key in OpenSSH's format.") from None
    made = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH).decode()
    _replace(public, made + "\n", 0o644)
    return made


def _public_path(path: Path) -> Path:
    return path.with_name(path.name + ".pub")


def _write_once(path: Path, text: str, mode: int) -> bool:
    """Writes a file that is not there yet, whole or not at all; returns whether it was us."""
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
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "w") as file:
        os.fchmod(file.fileno(), mode)
        file.write(text)
    os.replace(name, path)
