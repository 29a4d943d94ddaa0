"""Validation of SSH public keys."""

from __future__ import annotations

import base64
import binascii
import re

TYPES = {"ssh-rsa": 2, "ssh-ed25519": 1}
"""Key types that Azure accepts, with the number of fields after the type."""


def is_valid(text: object) -> bool:
    """Whether ``text`` is one public key, as a line of an authorized_keys file or in the RFC 4716 form."""
    if not isinstance(text, str):
        return False
    text = text.strip()
    if text.startswith("---- BEGIN SSH2 PUBLIC KEY ----"):
        lines = [line for line in text.splitlines()[1:-1] if ":" not in line]
        return _blob("".join(lines), "")
    if "\n" in text or "\r" in text:
        return False
    kind, _, rest = text.partition(" ")
    return kind in TYPES and _blob(rest.strip().split(" ")[0], kind)


def _blob(encoded: str, kind: str) -> bool:
    if not re.fullmatch(r"[A-Za-z0-9+/]+={0,2}", encoded):
        return False
    try:
        data = base64.b64decode(encoded + "=" * (-len(encoded) % 4))
    except (binascii.Error, ValueError):
        return False
    fields: list[bytes] = []
    while data:
        size = int.from_bytes(data[:4], "big")
        if len(data) < 4 + size or (size == 0 and not fields):
            return False
        fields.append(data[4 : 4 + size])
        data = data[4 + size :]
    if not fields:
        return False
    name = fields[0].decode("ascii", "replace")
    if name not in TYPES or (kind and name != kind) or len(fields) != 1 + TYPES[name]:
        return False
    if name == "ssh-rsa":
        return len(fields[2].lstrip(b"\0")) * 8 >= 1024
    return len(fields[1]) == 32
