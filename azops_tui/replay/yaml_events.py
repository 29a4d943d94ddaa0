"""Values of a YAML file one after another, without the whole of it in memory, and without what a hostile file could do.

A plain YAML loader reads a file whole, multiplies it through aliases, and makes objects of any class. This one gives
plain values only and has limits for the size of an entry, its depth and the number of its nodes.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import yaml

from azops_tui.replay.tracks import CassetteError

LARGEST_ENTRY = 64 * 1024 * 1024
"""Bytes of the file between two events of the parser: the length of the longest text."""
_DEEPEST = 40
_MOST_NODES = 200_000
"""Nodes of one entry, those that aliases repeat included."""
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_WORDS: dict[str, Any] = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_WORDS |= {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_TAG = "tag:yaml.org,2002:"
_TEXTS = frozenset({"!", f"{_TAG}str", f"{_TAG}python/unicode", f"{_TAG}python/str"})
_PLAIN = frozenset({f"{_TAG}{name}" for name in ("map", "seq", "int", "float", "bool", "null", "python/tuple")})


class _Limited:
    """A file that can be read only so far from one event to the next."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.read_since = 0

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(65_536 if size < 0 else size)
        self.read_since += len(data)
        if self.read_since > LARGEST_ENTRY:
            raise _TooLargeError
        return data


class _TooLargeError(Exception):
    """A text is longer than any entry may be."""


class EventReader:
    """Reads one file.

    Raises:
        CassetteError: from any method: the file is not YAML, or exceeds a limit.
    """

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        self._path = path
        self._stream = _Limited(file)
        self._line = 0
        self._events = yaml.parse(self._stream, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        self._next: Any = None
        self._anchors: dict[str, tuple[Any, int]] = {}

    @property
    def line(self) -> int:
        """Line of the last event, from 1."""
        return self._line + 1

    def problem(self, text: str) -> CassetteError:
        """An error at the place that was read last."""
        return CassetteError(f"{self._path}:{self.line}: {text}")

    def peek(self) -> Any:
        """The next event; it stays the next."""
        event = self._next
        if event is None:
            try:
                event = self._next = next(self._events, None)
            except Exception as error:
                raise self._explained(error) from None
            if event is None:
                raise self.problem("the file ends in the middle of an entry; it was cut off")
            self._stream.read_since = 0
            self._line = event.start_mark.line if event.start_mark is not None else self._line
        return event

    def take(self, kind: type | None = None, what: str = "") -> Any:
        """The next event, which must be of a kind if one is named."""
        event = self.peek()
        if kind is not None and not isinstance(event, kind):
            raise self.problem(f"{what} was expected here")
        self._next = None
        return event

    def open(self) -> None:
        """Read up to the mapping at the top of the file."""
        self.take(yaml.StreamStartEvent)
        if isinstance(self.peek(), yaml.StreamEndEvent):
            raise CassetteError(f"{self._path}: the file is empty; record it again")
        self.take(yaml.DocumentStartEvent)
        self.take(yaml.MappingStartEvent, "a mapping with the key “interactions”")

    def names(self) -> Iterator[str]:
        """The keys of a mapping that was begun; the caller reads the value of each before the next."""
        while not isinstance(self.peek(), yaml.MappingEndEvent):
            yield str(self.take(yaml.ScalarEvent, "a key").value)
        self.take()

    def items(self, what: str) -> Iterator[Any]:
        """The values of a list, one at a time; an empty value counts as an empty list."""
        if isinstance(self.peek(), yaml.ScalarEvent) and self.value() is None:
            return
        self.take(yaml.SequenceStartEvent, f"a list of {what}")
        while not isinstance(self.peek(), yaml.SequenceEndEvent):
            yield self.value()
        self.take()

    def value(self) -> Any:
        """The next value, whole."""
        return self._value(0, [0])

    def _value(self, depth: int, nodes: list[int]) -> Any:
        event = self.peek()
        self._next = None
        nodes[0] += 1
        if depth > _DEEPEST:
            raise self.problem(f"values are nested more than {_DEEPEST} deep")
        if isinstance(event, yaml.AliasEvent):
            value, size = self._anchors.get(event.anchor or "", (None, 0))
            if not size:
                raise self.problem(f"*{event.anchor} refers to nothing before it, or to itself")
            nodes[0] += size
            self._count(nodes)
            return value
        self._count(nodes)
        before = nodes[0]
        if isinstance(event, yaml.ScalarEvent):
            value = self._scalar(event)
        elif isinstance(event, yaml.SequenceStartEvent):
            self._check_tag(event.tag)
            value = []
            while not isinstance(self.peek(), yaml.SequenceEndEvent):
                value.append(self._value(depth + 1, nodes))
            self.take()
        elif isinstance(event, yaml.MappingStartEvent):
            self._check_tag(event.tag)
            value = {}
            while not isinstance(self.peek(), yaml.MappingEndEvent):
                name = self._value(depth + 1, nodes)
                if isinstance(name, list | dict):
                    raise self.problem("a key is not a text")
                value[str(name)] = self._value(depth + 1, nodes)
            self.take()
        else:
            raise self.problem("a value was expected here")
        if event.anchor:
            self._anchors[event.anchor] = (value, nodes[0] - before + 1)
        return value

    def _count(self, nodes: list[int]) -> None:
        if nodes[0] > _MOST_NODES:
            raise self.problem(f"an entry has more than {_MOST_NODES:,} values, with those that its aliases repeat")

    def _scalar(self, event: Any) -> Any:
        text, tag = event.value, event.tag
        if tag == f"{_TAG}binary":
            try:
                return base64.b64decode("".join(text.split()), validate=True)
            except (binascii.Error, ValueError):
                raise self.problem("a value with the tag !!binary is not base64") from None
        if tag in _TEXTS:
            return text
        self._check_tag(tag)
        if not event.implicit[0] and tag is None:
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _INTEGER.fullmatch(text) and len(text) < 20:
            return int(text)
        return float(text) if _FLOAT.fullmatch(text) and len(text) < 40 else text

    def _check_tag(self, tag: str | None) -> None:
        if tag is not None and tag not in _PLAIN:
            raise self.problem(f"the tag {tag.replace(_TAG, '!!')} is not allowed: a cassette holds plain values only")

    def _explained(self, error: Exception) -> Exception:
        """The error for people; one that a file cannot cause stays as it is."""
        match error:
            case _TooLargeError():
                return self.problem(f"an entry is larger than {LARGEST_ENTRY >> 20} MB")
            case yaml.MarkedYAMLError():
                mark = error.problem_mark or error.context_mark
                line = f":{mark.line + 1}" if mark is not None else ""
                return CassetteError(f"{self._path}{line}: this is not YAML: {error.problem or error.context}")
            case yaml.YAMLError() | ValueError():
                text = str(error).splitlines()[0] if str(error) else type(error).__name__
                return self.problem(f"this is not YAML: {text}")
            case OSError():
                return CassetteError(f"{self._path} cannot be read: {error.strerror or error}")
        return error
