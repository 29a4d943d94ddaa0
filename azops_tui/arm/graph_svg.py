"""A template's graph as an SVG picture: one row for each level, arrows downwards, colours from the viewer's theme."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise

from azops_tui.arm.graph import Graph, Node

_HEIGHT, _ROW, _GAP, _LANE, _MARGIN = 44, 100, 24, 14, 24
"""Pixels: height of a box, from row to row, between boxes, width of an arrow that passes a row, around everything."""
_SMALLEST, _LARGEST, _LETTER = 110, 320, 7.8
_SWEEPS = 8
_STYLE = """
  svg { font: 13px ui-sans-serif, system-ui, sans-serif; background: #fff; color: #1b1f24 }
  .box { fill: #f2f6fc; stroke: #3a6ea5 } .exists { stroke-dasharray: 5 3 } .nested { fill: #f6f2fa; stroke: #7a5ba5 }
  .type { font-size: 11px; opacity: .7 } text { fill: currentColor; text-anchor: middle }
  .arrow { fill: none; stroke: #8a94a0; stroke-width: 1.3 } marker path { fill: #8a94a0 }
  @media (prefers-color-scheme: dark) {
    svg { background: #14181d; color: #e4e8ec } .box { fill: #1d2a3a; stroke: #6ea3dc } .nested { fill: #2a2238 }
  }
"""


def svg(found: Graph) -> str:
    """The picture, a whole file.

    Arrows that follow from others are left out. Every text in it is escaped.
    """
    shown = found.reduced()
    layout = _Layout(shown)
    width, height = layout.width, layout.height
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" role="img">',
        f"<title>{len(shown.nodes)} resources and what they wait for</title>",
        f"<style>{_STYLE}</style>",
        '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0 8 4 0 8z"/></marker></defs>',
    ]
    parts += [f'<path class="arrow" marker-end="url(#head)" d="{path}"/>' for path in layout.paths()]
    parts += [_box(node, *layout.place(index)) for index, node in enumerate(shown.nodes)]
    return "\n".join([*parts, "</svg>"])


def _box(node: Node, x: float, y: float) -> str:
    width = _width(node)
    kind = "box" + (" exists" if node.existing else "") + (" nested" if node.depth else "")
    room = int((width - 12) / _LETTER)
    full = escape(f"{node.title}, {node.type}")
    return (
        f'<g><title>{full}</title><rect class="{kind}" x="{x - width / 2:.1f}" y="{y:.1f}" width="{width:.1f}" '
        f'height="{_HEIGHT}" rx="6"/><text x="{x:.1f}" y="{y + 18:.1f}">{escape(_cut(node.title, room))}</text>'
        f'<text class="type" x="{x:.1f}" y="{y + 34:.1f}">{escape(_cut(node.type, int(room * 1.15)))}</text></g>'
    )


def _cut(text: str, room: int) -> str:
    """The text without what XML cannot hold, cut in its middle where it is too long."""
    text = "".join(character if character.isprintable() else " " for character in text)
    return text if len(text) <= room else f"{text[: room - room // 2 - 1]}…{text[-(room // 2) :]}"


def _width(node: Node) -> float:
    return min(_LARGEST, max(_SMALLEST, max(len(node.title), len(node.type) * 0.87) * _LETTER + 20))


class _Layout:
    """Places of boxes and of the lanes of arrows that pass rows: ordered to cross little, then moved to be straight.

    An item is a node by its number, or a lane: a number beyond them.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        count = len(graph.nodes)
        self.rows: list[list[int]] = [[] for _ in range(max((node.level for node in graph.nodes), default=0))]
        for index, node in enumerate(graph.nodes):
            self.rows[node.level - 1].append(index)
        self.chains: list[list[int]] = []
        self.above: dict[int, list[int]] = {}
        self.below: dict[int, list[int]] = {}
        for first, then in graph.arrows:
            chain = [first]
            for level in range(graph.nodes[first].level, graph.nodes[then].level - 1):
                chain.append(count)
                self.rows[level].append(count)
                count += 1
            chain.append(then)
            self.chains.append(chain)
            for upper, lower in pairwise(chain):
                self.below.setdefault(upper, []).append(lower)
                self.above.setdefault(lower, []).append(upper)
        self._order()
        self.x = self._across()
        left = min((self.x[item] - self._half(item) for row in self.rows for item in row), default=0.0)
        self.x = {item: x - left + _MARGIN for item, x in self.x.items()}
        self.width = max((self.x[item] + self._half(item) for item in self.x), default=100.0) + _MARGIN
        self.height = 2 * _MARGIN + max(len(self.rows) - 1, 0) * _ROW + _HEIGHT
        self.level = {item: level for level, row in enumerate(self.rows) for item in row}

    def place(self, item: int) -> tuple[float, float]:
        """The middle of its upper edge."""
        return self.x[item], _MARGIN + self.level[item] * _ROW

    def paths(self) -> list[str]:
        """The arrows, as SVG writes paths."""
        return [self._path(chain) for chain in self.chains]

    def _path(self, chain: Sequence[int]) -> str:
        x, y = self.place(chain[0])
        y += _HEIGHT
        path = f"M{x:.1f} {y:.1f}"
        for item in chain[1:]:
            to_x, to_y = self.place(item)
            middle = (y + to_y) / 2
            path += f"C{x:.1f} {middle:.1f} {to_x:.1f} {middle:.1f} {to_x:.1f} {to_y:.1f}"
            x, y = to_x, to_y
            if item != chain[-1]:
                y += _HEIGHT
                path += f"V{y:.1f}"
        return path

    def _half(self, item: int) -> float:
        return (_width(self.graph.nodes[item]) if item < len(self.graph.nodes) else _LANE) / 2

    def _order(self) -> None:
        """Orders each row by the mean place of its neighbours, down and up, and keeps the order that crosses least."""
        best, least = [list(row) for row in self.rows], self._crossings()
        for sweep in range(_SWEEPS):
            downwards = sweep % 2 == 0
            rows = self.rows if downwards else self.rows[::-1]
            neighbours = self.above if downwards else self.below
            for before, row in pairwise(rows):
                place = {item: index for index, item in enumerate(before)}
                own = {item: index for index, item in enumerate(row)}
                row.sort(key=lambda item: _mean(neighbours.get(item, ()), place, own[item]))
            crossings = self._crossings()
            if crossings < least:
                best, least = [list(row) for row in self.rows], crossings
            if not least:
                break
        self.rows = best

    def _crossings(self) -> int:
        """How many arrows cross between neighbouring rows."""
        total = 0
        for upper, lower in pairwise(self.rows):
            place = {item: index for index, item in enumerate(lower)}
            ends = [end for item in upper for end in sorted(place[one] for one in self.below.get(item, ()))]
            seen = [0] * (len(lower) + 1)
            for count, end in enumerate(ends):
                # Those before it that end further right, counted in a tree of sums.
                at, not_right = end + 1, 0
                while at:
                    not_right += seen[at]
                    at -= at & -at
                total += count - not_right
                at = end + 1
                while at <= len(lower):
                    seen[at] += 1
                    at += at & -at
        return total

    def _across(self) -> dict[int, float]:
        """The middle of each item: first side by side, then drawn to its neighbours as far as there is room."""
        x: dict[int, float] = {}
        for row in self.rows:
            at = 0.0
            for item in row:
                x[item] = at + self._half(item)
                at += 2 * self._half(item) + _GAP
            for item in row:
                x[item] -= at / 2
        for sweep in range(_SWEEPS):
            downwards = sweep % 2 == 0
            neighbours = self.above if downwards else self.below
            for row in self.rows[1:] if downwards else self.rows[-2::-1]:
                self._settle(row, {item: _mean(neighbours.get(item, ()), x, x[item]) for item in row}, x)
        return x

    def _settle(self, row: list[int], wanted: Mapping[int, float], x: dict[int, float]) -> None:
        """Puts the items of a row as near to where they want to be as their neighbours let them, in their order.

        Items that would overlap form a block, which stands at the mean of what its items want.
        """
        blocks: list[tuple[float, int, list[tuple[int, float]]]] = []
        for item in row:
            total, size, members = wanted[item], 1, [(item, 0.0)]
            while blocks:
                other_total, other_size, others = blocks[-1]
                last, offset = others[-1]
                apart = offset + self._half(last) + _GAP + self._half(members[0][0])
                if other_total / other_size + apart <= total / size:
                    break
                blocks.pop()
                total += other_total - size * apart
                size += other_size
                members = [*others, *((one, place + apart) for one, place in members)]
            blocks.append((total, size, members))
        for total, size, members in blocks:
            for item, offset in members:
                x[item] = total / size + offset


def _mean(items: Sequence[int], places: Mapping[int, float], own: float) -> float:
    return sum(places[item] for item in items) / len(items) if items else own
