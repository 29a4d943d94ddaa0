"""Scripts that delete a resource group: which one, so that what is in it can be shown before."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from azops_tui.azure.errors import AzureFailure
from azops_tui.engine.deletion_preview import group_lines
from azops_tui.engine.guard import Proposal

if TYPE_CHECKING:
    from azops_tui.engine.context import StepContext

_DELETE = re.compile(r"(?<![\w-])az\s+group\s+delete\b(?P<rest>[^|;&\n]*)")
_NAME = re.compile(r"(?:^|\s)(?:-n|--name|-g|--resource-group)(?:\s+|=)(?P<name>\"[^\"]*\"|'[^']*'|[^\s\"']+)")
_VARIABLE = re.compile(r"\$(?:\{(?P<braced>[A-Za-z_]\w*)\}|(?P<plain>[A-Za-z_]\w*))")


def groups(code: str, variables: Mapping[str, str]) -> list[str] | None:
    """Names of the resource groups that a script deletes with ``az group delete``, each once.

    Args:
        code: the script.
        variables: their values before it runs.

    Returns:
        None where it deletes one whose name only the shell can tell.
    """
    found: dict[str, None] = {}
    for command in _DELETE.finditer(code.replace("\\\n", " ")):
        match = _NAME.search(command["rest"])
        name = _resolved(match["name"], code, variables) if match else None
        if not name:
            return None
        found[name] = None
    return list(found)


def _resolved(word: str, code: str, variables: Mapping[str, str]) -> str | None:
    """What a word of the script stands for; None where that is not known before it runs."""
    if word.startswith("'"):
        return word[1:-1]
    known = True

    def value(match: re.Match[str]) -> str:
        nonlocal known
        name = match["braced"] or match["plain"]
        if name not in variables or re.search(rf"(?<!\w){re.escape(name)}=|\bread\b|\bfor\s+{re.escape(name)}\b", code):
            known = False
        return variables.get(name, "")

    text = _VARIABLE.sub(value, word.strip('"'))
    return text if known and not set(text) & set("$`*?{}") else None


async def proposal(context: StepContext) -> Proposal | None:
    """What a script that deletes one group would delete, read now; None for any other, or where it cannot be read."""
    names = groups(context.code, context.variables)
    if names is None or len(names) != 1 or context.open_cloud is None:
        return None
    cloud = await context.cloud()
    try:
        group = await cloud.groups.get(names[0])
        if group is None:
            return None
        said = await group_lines(cloud, group.name, context.world.created)
    except AzureFailure:
        return None
    code = [line for line in context.code.splitlines() if line.strip()]
    more = [f"The step has {len(code)} lines; the deletion is one of them."] if len(code) > 1 else []
    return Proposal("destroy", "Delete resource group", (*said, *more), group.name)
