"""The dependencies between the resources of a template, as a graph: a tree for terminals, a flowchart for Mermaid.

Arrows point from a resource to those that are deployed after it. A copy loop is one node.
"""

from __future__ import annotations

from dataclasses import dataclass

from azops_tui.arm.describe import Description, ResourceRow


@dataclass(frozen=True, slots=True)
class Node:
    """A resource, or all resources of a copy loop."""

    name: str
    type: str
    """Type without ``Microsoft.``: ``Compute/virtualMachines``."""
    level: int
    """From 1: one above the highest dependency."""
    count: int = 1
    depth: int = 0
    """Nesting depth: 1 for the resources of a nested deployment."""
    existing: bool = False

    @property
    def title(self) -> str:
        """Name with the number of resources."""
        return f"{self.name} ×{self.count}" if self.count > 1 else self.name


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes by level, and arrows as pairs of node numbers: dependency, dependent."""

    nodes: tuple[Node, ...]
    arrows: tuple[tuple[int, int], ...]

    def reduced(self) -> Graph:
        """Return the graph without arrows that follow from others (transitive reduction)."""
        after: dict[int, list[int]] = {}
        for first, then in self.arrows:
            after.setdefault(first, []).append(then)
        kept = []
        for first, targets in after.items():
            beyond: set[int] = set()
            stack = [next for target in targets for next in after.get(target, ())]
            while stack:
                node = stack.pop()
                if node not in beyond:
                    beyond.add(node)
                    stack += after.get(node, ())
            kept += [(first, target) for target in targets if target not in beyond]
        return Graph(self.nodes, tuple(sorted(kept)))


def graph(description: Description) -> Graph:
    """Return the graph of a template.

    A resource of a nested deployment without other dependencies depends on the deployment.
    """
    rows = description.resources
    arrows: set[tuple[int, int]] = set()
    parents: list[int] = []
    known: list[dict[str, int]] = [{}]
    for index, row in enumerate(rows):
        del parents[row.depth :], known[row.depth + 2 :]
        while len(known) < row.depth + 2:
            known.append({})
        if len(parents) == row.depth:
            parents.append(index)
        for resource in row.resources:
            known[row.depth][resource.id.lower()] = index
        # Ids inside one deployment are unknown to the next.
        known[row.depth + 1] = {}
        before = {
            known[row.depth][id]
            for resource in row.resources
            for id in resource.depends_on
            if id in known[row.depth] and known[row.depth][id] != index
        }
        if not before and row.depth:
            before = {parents[row.depth - 1]}
        arrows |= {(first, index) for first in before}
    levels = [1] * len(rows)
    for first, then in sorted(arrows, key=lambda arrow: arrow[1]):
        levels[then] = max(levels[then], levels[first] + 1)
    return Graph(tuple(map(_node, rows, levels)), tuple(sorted(arrows)))


def _node(row: ResourceRow, level: int) -> Node:
    kind = row.type[len("Microsoft.") :] if row.type.lower().startswith("microsoft.") else row.type
    return Node(row.name, kind, level, row.count, row.depth, row.existing)


def text(graph: Graph) -> str:
    """Draw the graph as a tree: each resource below its last dependency, with other dependencies beside it."""
    shown = graph.reduced()
    before: dict[int, list[int]] = {}
    for first, then in shown.arrows:
        before.setdefault(then, []).append(first)
    children: dict[int, list[int]] = {}
    roots = []
    for index in range(len(shown.nodes)):
        waits = before.get(index, [])
        if waits:
            children.setdefault(max(waits, key=lambda number: (shown.nodes[number].level, number)), []).append(index)
        else:
            roots.append(index)
    lines: list[str] = []

    stack = [(index, "", "") for index in reversed(roots)]
    while stack:
        index, head, indent = stack.pop()
        parent = max(
            before.get(index, [-1]), key=lambda number: (shown.nodes[number].level if number >= 0 else 0, number)
        )
        others = [shown.nodes[number].name for number in before.get(index, []) if number != parent]
        also = f"  (also after {', '.join(others)})" if others else ""
        node = shown.nodes[index]
        state = "  (exists)" if node.existing else ""
        lines.append(f"{head}{node.title}  {node.type}{state}{also}")
        below = children.get(index, [])
        for child in reversed(below):
            last = child == below[-1]
            stack.append((child, indent + ("└─ " if last else "├─ "), indent + ("   " if last else "│  ")))
    return "\n".join(lines) if lines else "no resources"


def mermaid(graph: Graph) -> str:
    """Draw the graph as a Mermaid flowchart."""
    lines = ["flowchart TD"]
    for index, node in enumerate(graph.nodes):
        label = f"{_quoted(node.title)}<br/><small>{_quoted(node.type)}</small>"
        opening, closing = ("([", "])") if node.existing else ("[", "]")
        lines.append(f'    r{index}{opening}"{label}"{closing}')
    lines += [f"    r{first} --> r{then}" for first, then in graph.reduced().arrows]
    return "\n".join(lines)


def _quoted(text: str) -> str:
    """Return text for a Mermaid label, with special characters as entities."""
    safe = {"&": "#amp;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "#": "#35;", "\\": "#92;", "`": "#96;"}
    return "".join(safe.get(character, character if character.isprintable() else " ") for character in text)
