"""YAML with the line of every value.

Scalars are read by the rules of YAML 1.2: ``no`` is a word, ``22:30`` is not a number and dates are text. A value's own
spelling (``007``, ``1.10``) can be had with :meth:`Located.spelling`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    _Base = yaml.SafeLoader
else:
    _Base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):
    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's own


_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""])
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"[-+]?(?:0|[1-9][0-9]*)$"), list("-+0123456789"))
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$"),
    list("-+.0123456789"),
)
_Loader.add_implicit_resolver("tag:yaml.org,2002:merge", re.compile(r"<<$"), ["<"])


_LARGEST = 1_000_000
"""Characters that a YAML text may have."""
_DEEPEST = 40
"""Levels of mappings and lists."""
_MOST_VALUES = 20_000
"""Values that a text may have, those that its aliases repeat included."""


class YamlError(ValueError):
    """The text is not YAML; ``line`` is the line in the file."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


class Located:
    """The value of a YAML document with positions.

    Args:
        text: the YAML.
        first_line: line in the file on which ``text`` begins.

    Raises:
        YamlError: it is not YAML, or more than one document.
    """

    def __init__(self, text: str, first_line: int) -> None:
        self._first = first_line
        self._keys: dict[int, dict[str, tuple[yaml.Node, int]]] = {}
        try:
            _check_limits(text, first_line)
            loader = _Loader(text)
            try:
                self._root = loader.get_single_node()
                self.value: Any = loader.construct_document(self._root) if self._root is not None else None
            finally:
                loader.dispose()
        except YamlError:
            raise
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            row = mark.line if mark else 0
            last = text.rstrip().count("\n")
            if row > last:
                # Found out at the end: the trouble is where the unfinished part begins.
                row = min(error.context_mark.line if error.context_mark else last, last)
            raise YamlError(first_line + row, _sentence(error, text, row)) from None
        except yaml.reader.ReaderError as error:
            row = text.count("\n", 0, error.position)
            raise YamlError(first_line + row, "has a character that YAML does not allow") from None
        except (yaml.YAMLError, ValueError, OverflowError, RecursionError) as error:
            shown = "it is too deeply nested" if isinstance(error, RecursionError) else str(error)
            raise YamlError(first_line, shown) from None

    def line(self, *path: str | int) -> int:
        """Line of the value at a path of keys and indexes, or of the longest part of the path that exists."""
        node, row = self._walk(path)
        return self._first + (row if row is not None else node.start_mark.line if node is not None else 0)

    def spelling(self, *path: str | int) -> str | None:
        """A scalar as written, without quotes; None for null, for other values and for a missing one."""
        node, _ = self._walk(path, whole=True)
        if not isinstance(node, yaml.ScalarNode) or node.tag == "tag:yaml.org,2002:null":
            return None
        return str(node.value)

    def _children(self, node: yaml.MappingNode) -> dict[str, tuple[yaml.Node, int]]:
        """Values of a mapping by key, with the rows of the keys."""
        if id(node) not in self._keys:
            self._keys[id(node)] = {
                str(key.value): (value, key.start_mark.line)
                for key, value in node.value
                if isinstance(key, yaml.ScalarNode)
            }
        return self._keys[id(node)]

    def _walk(self, path: tuple[str | int, ...], *, whole: bool = False) -> tuple[yaml.Node | None, int | None]:
        """The node at the path, and the row of the last key on the path."""
        node: yaml.Node | None = self._root
        row: int | None = None
        for part in path:
            step: yaml.Node | None = None
            if isinstance(node, yaml.MappingNode):
                step, row = self._children(node).get(str(part), (None, row))
            elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
                step = node.value[part]
                row = step.start_mark.line
            if step is None:
                return (None if whole else node), row
            node = step
        return node, row


def _check_limits(text: str, first_line: int) -> None:
    """Refuse a text that would take too long to read, or too much memory.

    Raises:
        YamlError: a limit is exceeded; or a :class:`yaml.YAMLError`.
    """
    if len(text) > _LARGEST:
        raise YamlError(first_line, f"it is longer than {_LARGEST // 1_000_000} MB")
    sizes: dict[str, int] = {}
    open_values: list[tuple[str | None, int]] = []
    count = 0
    loader = _Loader(text)
    try:
        while loader.check_event():
            event = loader.get_event()  # type: ignore[no-untyped-call]
            line = first_line + event.start_mark.line
            if isinstance(event, yaml.AliasEvent):
                count += sizes.get(str(event.anchor), 1)
            elif isinstance(event, yaml.ScalarEvent):
                count += 1
                if event.anchor:
                    sizes[str(event.anchor)] = 1
            elif isinstance(event, yaml.CollectionStartEvent):
                count += 1
                open_values.append((event.anchor, count))
                if len(open_values) > _DEEPEST:
                    raise YamlError(line, f"it is nested more than {_DEEPEST} levels deep")
            elif isinstance(event, yaml.CollectionEndEvent):
                anchor, before = open_values.pop()
                if anchor:
                    sizes[str(anchor)] = count - before + 1
            if count > _MOST_VALUES:
                raise YamlError(line, f"it has more than {_MOST_VALUES} values, with those that aliases repeat")
    finally:
        loader.dispose()


def _sentence(error: yaml.MarkedYAMLError, text: str, row: int) -> str:
    what = error.problem or error.context or "it cannot be read"
    lines = text.split("\n")
    shown = lines[row] if row < len(lines) else ""
    bracket = re.search(r"[{\[]", shown)
    if bracket and "${" in shown[bracket.end() :]:
        what += "; inside { } and [ ] a ${NAME} must be quoted"
    elif "\t" in shown[: len(shown) - len(shown.lstrip())]:
        what += "; indent with spaces, not tabs"
    return what
