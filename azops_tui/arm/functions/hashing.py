"""Deterministic names: the service's 64-bit hash and what `uniqueString` and `guid` make of it.

The hash is a Murmur3 variant with two 32-bit lanes; the service uses it for `uniqueString` and for template hashes.
"""

from __future__ import annotations

from collections.abc import Sequence
from struct import iter_unpack
from uuid import UUID, uuid5

from azops_tui.arm.functions.values import utf8

_MASK = 0xFFFFFFFF
_C1 = 0x239B961B
_C2 = 0xAB0E9789
_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
_NAMESPACE = UUID("11fb06fb-712d-4ddd-98c7-e71bbd588830")


def murmur64(text: str) -> int:
    """The service's hash of a text's UTF-8 bytes, an unsigned 64-bit number."""
    data = utf8(text)
    size = len(data)
    first = second = 0
    end = size - size % 8
    # Written out rather than with _rotate: templates of megabytes are hashed too.
    for low, high in iter_unpack("<II", data[:end]):
        low = low * _C1 & _MASK
        first ^= (low << 15 | low >> 17) * _C2 & _MASK
        first = ((first << 19 | first >> 13) + second) * 5 + 0x561CCD1B & _MASK
        high = high * _C2 & _MASK
        second ^= (high << 17 | high >> 15) * _C1 & _MASK
        second = ((second << 13 | second >> 19) + first) * 5 + 0x0BCAA747 & _MASK
    tail = data[end:]
    if len(tail) > 4:
        second ^= _rotate(int.from_bytes(tail[4:], "little") * _C2 & _MASK, 17) * _C1 & _MASK
    if tail:
        first ^= _rotate(int.from_bytes(tail[:4], "little") * _C1 & _MASK, 15) * _C2 & _MASK
    first ^= size
    second ^= size
    first = first + second & _MASK
    second = second + first & _MASK
    first = _mix(first)
    second = _mix(second)
    first = first + second & _MASK
    second = second + first & _MASK
    return second << 32 | first


def _rotate(value: int, bits: int) -> int:
    return (value << bits | value >> 32 - bits) & _MASK


def _mix(value: int) -> int:
    value ^= value >> 16
    value = value * 0x85EBCA6B & _MASK
    value ^= value >> 13
    value = value * 0xC2B2AE35 & _MASK
    return value ^ value >> 16


def unique_string(parts: Sequence[str]) -> str:
    """Thirteen characters of a-z and 2-7 that depend on all parts and their order."""
    value = murmur64("-".join(parts))
    return "".join(
        _ALPHABET[value >> 59 - 5 * place & 31] if place < 12 else _ALPHABET[(value & 15) << 1] for place in range(13)
    )


def arm_guid(parts: Sequence[str]) -> str:
    """A version 5 UUID in lower case that depends on all parts and their order."""
    # The name is given as text with U+FFFD in place of lone surrogates, which uuid5 could not encode.
    return str(uuid5(_NAMESPACE, utf8("-".join(parts)).decode()))
