"""The syntax of a script, node by node, for checks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from azops_tui.runbook.shell import read
from azops_tui.runbook.shell_grammar import syntax_tree

if TYPE_CHECKING:
    from tree_sitter import Node

NodeText = Callable[["Node"], str]
"""Returns the text of a node."""


def syntax_nodes(code: str) -> Iterator[tuple[Node, NodeText]]:
    """All nodes of shell code in the order of the text; none if the grammar does not survive the code."""
    if read(code).unknown:  # what the grammar cannot survive is read in its own process only
        return
    root, source = syntax_tree(code)

    def text(node: Node) -> str:
        return source[node.start_byte : node.end_byte].decode("utf-8", "replace")

    pending: list[Node] = [root]
    while pending:
        node = pending.pop()
        yield node, text
        pending.extend(reversed(node.children))
