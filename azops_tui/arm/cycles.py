"""Find circular dependencies."""

from __future__ import annotations


def find_circle(waits: dict[str, list[str]], first: str | None = None) -> list[str] | None:
    """Nodes of a circular dependency in order, or None; with `first`, search only what it depends on.

    >>> find_circle({"a": ["b"], "b": ["c"], "c": ["b"]})
    ['b', 'c']
    """
    done: set[str] = set()
    for start in waits if first is None else (first,):
        if start in done:
            continue
        trail: list[str] = [start]
        on_trail = {start}
        stack = [iter(waits.get(start, ()))]
        while stack:
            following = next(stack[-1], None)
            if following is None:
                stack.pop()
                last = trail.pop()
                on_trail.discard(last)
                done.add(last)
            elif following in on_trail:
                return trail[trail.index(following) :]
            elif following not in done and following in waits:
                trail.append(following)
                on_trail.add(following)
                stack.append(iter(waits[following]))
    return None
