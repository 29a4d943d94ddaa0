"""Shell steps whose failures are lost."""

from __future__ import annotations

import re
from collections.abc import Iterator

from azops_tui.runbook.check.finding import DocumentFinding
from azops_tui.runbook.model import Runbook, Step, StepKind
from azops_tui.runbook.shell import read
from azops_tui.runbook.shell_grammar import syntax_tree

_DECLARING = frozenset({"export", "declare", "typeset", "readonly", "local"})


def lost_failures(runbook: Runbook) -> Iterator[DocumentFinding]:
    """Report ``export X=$(command)``, which succeeds in bash even if the command fails."""
    for step in runbook.steps:
        if step.kind is StepKind.SHELL and re.search(r"\$\(|`", step.code):
            yield from _of_step(step)


def _of_step(step: Step) -> Iterator[DocumentFinding]:
    if read(step.code).unknown:  # what the grammar cannot survive is read in its own process only
        return
    root, source = syntax_tree(step.code)
    pending = [root]
    while pending:
        node = pending.pop()
        pending.extend(reversed(node.children))
        if node.type != "declaration_command" or not node.children or node.children[0].type not in _DECLARING:
            continue
        for child in node.named_children:
            value = child.child_by_field_name("value") if child.type == "variable_assignment" else None
            name = child.child_by_field_name("name") if value is not None else None
            if value is None or name is None or not _substitutes(value):
                continue
            keyword = node.children[0].type
            variable = source[name.start_byte : name.end_byte].decode("utf-8", "replace")
            line = step.line + 1 + child.start_point[0] if step.code == step.block.text else step.line
            message = (
                f"step '{step.name}': if the command in {keyword} {variable}=$(…) fails, plain bash goes on; "
                f"write {variable}=$(…) and then {keyword} {variable}"
            )
            yield DocumentFinding.warning("lost-failure", line, message)


def _substitutes(node: object) -> bool:
    pending = [node]
    while pending:
        item = pending.pop()
        if getattr(item, "type", "") == "command_substitution":
            return True
        pending.extend(getattr(item, "children", ()))
    return False
