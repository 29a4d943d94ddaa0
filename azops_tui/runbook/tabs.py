"""Tabs of Microsoft's documentation: headings such as ``# [PowerShell](#tab/azure-powershell)``."""

from __future__ import annotations

from azops_tui.runbook.languages import kind_of
from azops_tui.runbook.model import Block, StepKind


def tabs_beside_bash(blocks: list[Block]) -> list[Block]:
    """Blocks of PowerShell in a tab (``# [PowerShell](#tab/…)``) next to a tab with a shell step."""
    tabs: list[tuple[str, list[Block]]] = []
    for block in blocks:
        if not tabs or tabs[-1][0] != block.heading:
            tabs.append((block.heading, []))
        tabs[-1][1].append(block)
    beside: list[Block] = []
    for at, (heading, inside) in enumerate(tabs):
        neighbours = [tabs[place] for place in (at - 1, at + 1) if 0 <= place < len(tabs)]
        if "(#tab/" in heading and any(
            "(#tab/" in other and any(kind_of(block.language) is StepKind.SHELL for block in others)
            for other, others in neighbours
        ):
            beside += [block for block in inside if kind_of(block.language) is StepKind.POWERSHELL]
    return beside
