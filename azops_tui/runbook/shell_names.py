"""Variables and quotes in shell code, node by node. Only the worker imports this."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from azops_tui.runbook.shell_script import QuotedText, ShellScript, VariablePlace

if TYPE_CHECKING:
    from tree_sitter import Node

_OPTIONAL = frozenset({":-", "-", ":=", "=", ":+", "+", ":?", "?"})
"""Operators of ``${NAME…}`` that say what happens without a value."""
_DECLARING = frozenset({"export", "declare", "typeset", "readonly", "local"})
_READERS = frozenset({"read", "mapfile", "readarray", "getopts", "unset"})
_SETTING = _READERS | {"let", "local"}
_QUOTED = frozenset({"string", "raw_string", "ansi_c_string", "heredoc_body", "comment"})
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class NameReader:
    """Adds the variables and quotes of syntax nodes to a script.

    Args:
        script: the script.
        text: returns the text of a node.
    """

    def __init__(self, script: ShellScript, text: Callable[[Node], str]) -> None:
        self._script = script
        self._text = text

    def visit(self, node: Node) -> None:
        """Read a node, without its children."""
        kind = node.type
        if kind in _QUOTED:
            self._script.quoted.append(QuotedText(kind, node.start_byte, node.end_byte))
        elif kind in {"simple_expansion", "expansion"}:
            self._expansion(node)
        elif kind == "variable_assignment":
            self._assignment(node)
        elif kind in {"for_statement", "select_statement"}:
            name = node.child_by_field_name("variable")
            if name is not None:
                self._set(self._text(name), node, "a loop")
        elif kind in {"declaration_command", "unset_command"}:
            for child in node.named_children:
                if child.type == "variable_name" and kind == "unset_command":
                    self._set(self._text(child), node, "unset")
                elif child.type == "variable_name":
                    self._script.sets.append(self._text(child))
            if kind == "declaration_command" and node.children[0].type in _DECLARING:
                self._declaration(node)
        elif kind == "command":
            self._command([self._text(child) for child in node.named_children], node)

    def _set(self, name: str, node: Node, by: str) -> None:
        self._script.sets.append(name)
        self._script.other_settings.append(VariablePlace(name, node.start_point[0], by))

    def _expansion(self, node: Node) -> None:
        children = node.children
        variable = next((child for child in children if child.type == "variable_name"), None)
        if variable is None:
            return
        name = self._text(variable)
        if any(child.type in _OPTIONAL for child in children):
            # ``${X:=default}`` sets it; a script that tests ``${X:-}`` expects that it may be missing.
            self._script.sets.append(name)
        elif _NAME.fullmatch(name):
            self._script.uses.append(VariablePlace(name, node.start_point[0]))

    def _assignment(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        if name is None:
            return
        variable, bracket, _ = self._text(name).partition("[")
        if bracket:
            self._set(variable, node, "an element of an array")
        else:
            self._script.sets.append(variable)

    def _declaration(self, node: Node) -> None:
        for child in node.named_children:
            value = child.child_by_field_name("value") if child.type == "variable_assignment" else None
            name = child.child_by_field_name("name") if value is not None else None
            if value is not None and name is not None and _substitutes(value):
                place = VariablePlace(self._text(name), child.start_point[0], node.children[0].type)
                self._script.lost_failures.append(place)

    def _command(self, words: list[str], node: Node) -> None:
        if words[:2] == ["printf", "-v"] and len(words) > 2:
            self._set(words[2], node, "printf -v")
        elif words and words[0] in _SETTING:
            for word in words[1:]:
                if word.startswith("-"):
                    continue
                name = word.partition("=")[0].strip("'\"")
                if words[0] in _READERS:
                    self._set(name, node, words[0])
                else:
                    self._script.sets.append(name)


def _substitutes(value: Node) -> bool:
    pending = [value]
    while pending:
        node = pending.pop()
        if node.type == "command_substitution":
            return True
        pending.extend(node.named_children)
    return False
