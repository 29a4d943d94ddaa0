"""Shell code parsed by a grammar. The grammar may hang or crash on a hostile text: only the worker imports this."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from azops_tui.runbook.shell_names import NameReader
from azops_tui.runbook.shell_script import Assignment, Export, ShellCommand, ShellScript, VariablePlace

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

_DYNAMIC = frozenset(
    {
        "simple_expansion",
        "expansion",
        "command_substitution",
        "process_substitution",
        "arithmetic_expansion",
        "brace_expression",
    }
)
_IN_QUOTES = '"\\$`\n'
"""Characters that a backslash makes literal between double quotes."""
_ASCII_ONLY = bytes(byte if byte < 128 else ord("%") for byte in range(256))
_PLAIN_EXPANSION = re.compile(r"\$(?:(\w+)|\{(\w+)\})")
_EXPORTING = frozenset({"export", "declare", "typeset"})


@functools.cache
def _parser() -> Parser:
    import tree_sitter
    import tree_sitter_bash

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_bash.language()))


class ShellReader:
    """Walks the syntax tree of one piece of code."""

    def __init__(self, code: str, values: Mapping[str, str]) -> None:
        self._values = values
        self._source = code.encode("utf-8", "surrogatepass")
        # The grammar's scanner looks characters up in tables that end with ASCII, and reads beyond them: an emoji can
        # end the process. To the grammar, all others are one that has no meaning; texts are taken from the original.
        self._root = _parser().parse(self._source.translate(_ASCII_ONLY)).root_node
        self._script = ShellScript(broken=self._root.has_error)

    def script(self) -> ShellScript:
        script = self._script
        names = NameReader(script, self._text)
        pending: list[tuple[Node, list[ShellCommand]]] = [(self._root, script.commands)]
        while pending:
            node, sink = pending.pop()
            names.visit(node)
            kind = node.type
            if kind == "function_definition":
                name = node.child_by_field_name("name")
                sink = script.functions.setdefault(self._text(name) if name else "", [])
            elif kind == "command":
                sink.append(self._command(node))
            elif kind == "declaration_command":
                self._declaration(node)
            elif kind == "file_redirect":
                script.writes = script.writes or self._writes(node)
            elif kind == "command_substitution" and (quoted := self._text(node)).startswith("`") and "\\" in quoted:
                # To the grammar, escaped back-quotes are text; the shell runs what stands between them.
                inner = ShellReader(re.sub(r"\\([\\`$])", r"\1", quoted[1:-1]), self._values).script()
                sink += inner.commands
                script.writes = script.writes or inner.writes
                script.broken = script.broken or inner.broken
                row = node.start_point[0]
                script.uses += [VariablePlace(use.name, row + use.row) for use in inner.uses]
                script.sets += inner.sets
                continue
            if kind == "variable_assignment":
                self._assignment(node)
            if kind == "variable_assignment" and (node.parent is None or node.parent.type != "command"):
                name = node.child_by_field_name("name")
                value = node.child_by_field_name("value")
                if name is not None:
                    script.variables[self._text(name)] = "" if value is None else self._literal(value)
            pending.extend((child, sink) for child in reversed(node.named_children))
        return script

    def _text(self, node: Node) -> str:
        return self._decoded(node.start_byte, node.end_byte)

    def _decoded(self, start: int, end: int) -> str:
        return self._source[start:end].decode("utf-8", "surrogatepass")

    def _command(self, node: Node) -> ShellCommand:
        words: list[str | None] = []
        for child in node.named_children:
            if child.type == "command_name":
                inner = child.named_children
                literal = self._literal(inner[0]) if len(inner) == 1 else self._text(child)
                # A variable keeps its spelling, so that it can be looked up.
                words.append(self._text(child) if literal is None else literal)
            elif child.type not in {"variable_assignment", "file_redirect", "herestring_redirect", "comment"}:
                words.append(self._literal(child))
        outer, piped = node, False
        document = ""
        while outer.parent is not None and outer.parent.type in {"redirected_statement", "pipeline"}:
            parent = outer.parent
            if parent.type == "pipeline":
                piped = piped or parent.named_children[0].id != outer.id
            else:
                document = document or self._document(parent)
            outer = parent
        return ShellCommand(tuple(words), piped, document)

    def _document(self, statement: Node) -> str:
        """Text of a statement's here-documents."""
        return "".join(
            self._text(child)
            for redirect in statement.named_children
            if redirect.type == "heredoc_redirect"
            for child in redirect.named_children
            if child.type == "heredoc_body"
        )

    def _value(self, expansion: Node) -> str | None:
        """Value of ``$NAME`` or ``${NAME}``; None if unknown."""
        match = _PLAIN_EXPANSION.fullmatch(self._text(expansion))
        return self._values.get(match[1] or match[2]) if match else None

    def _quoted(self, string: Node) -> str | None:
        """Text between double quotes; None if it contains an unknown value."""
        parts: list[str] = []
        at = string.start_byte + 1
        for child in string.named_children:
            if child.type in _DYNAMIC:
                value = self._value(child)
                if value is None:
                    return None
                parts += [_unescape(self._decoded(at, child.start_byte), _IN_QUOTES), value]
                at = child.end_byte
        return "".join(parts) + _unescape(self._decoded(at, string.end_byte)[:-1], _IN_QUOTES)

    def _writes(self, redirect: Node) -> bool:
        target = redirect.child_by_field_name("destination")
        if target is None or not any(child.type in {">", ">>", ">|", "&>", "&>>"} for child in redirect.children):
            return False
        return not (self._literal(target) or "").startswith("/dev/")

    def _assignment(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        if name is not None and name.type == "variable_name":
            self._script.assignments.append(Assignment(self._text(name), name.end_byte, node.end_byte))

    def _declaration(self, node: Node) -> None:
        keyword = node.children[0].type if node.children else ""
        flags = [self._text(child) for child in node.named_children if child.type == "word"]
        if keyword not in _EXPORTING or (keyword != "export" and not any("x" in flag for flag in flags)):
            return
        for child in node.named_children:
            if child.type != "variable_assignment":
                continue
            name, value = child.child_by_field_name("name"), child.child_by_field_name("value")
            if name is None or name.type != "variable_name":
                continue
            literal = "" if value is None else self._literal(value)
            if literal is None or (value is not None and value.type == "word" and literal.startswith("~")):
                continue
            start = value.start_byte if value is not None else child.end_byte
            end = value.end_byte if value is not None else child.end_byte
            self._script.exports.append(Export(self._text(name), literal, child.start_point[0], start, end))

    def _literal(self, node: Node) -> str | None:
        """Value of a word whose expansions are known; None for any other word."""
        kind = node.type
        if kind in {"simple_expansion", "expansion"}:
            value = self._value(node)
            # Without quotes the shell splits a value into words and expands its patterns.
            return value if value and not set(value) & set(" \t\n*?[]~\\") else None
        if kind in _DYNAMIC or kind == "array":
            return None
        if kind == "raw_string":
            return self._text(node)[1:-1]
        if kind == "ansi_c_string":
            source = self._text(node)[2:-1]
            return source if "\\" not in source else None
        if kind == "string":
            return self._quoted(node)
        if kind == "concatenation":
            parts = [self._literal(child) for child in node.children]
            return None if None in parts else "".join(part for part in parts if part is not None)
        if any(child.type in _DYNAMIC for child in node.named_children):
            return None
        return _unescape(self._text(node), None)


def _unescape(text: str, special: str | None) -> str:
    """Remove backslashes as the shell does: all, or those before a ``special`` character."""
    if "\\" not in text:
        return text
    parts: list[str] = []
    at = 0
    while at < len(text):
        letter = text[at]
        follows = text[at + 1] if at + 1 < len(text) else ""
        if letter == "\\" and follows and (special is None or follows in special):
            parts.append("" if follows == "\n" else follows)
            at += 2
        else:
            parts.append(letter)
            at += 1
    return "".join(parts)
