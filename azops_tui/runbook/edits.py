"""Edits of a document by its lines: text in, text out. All other lines keep every byte.

A step is edited with what belongs to it: the comments and blocks of its expected results.
"""

from __future__ import annotations

import json

from azops_tui.errors import AzopsError
from azops_tui.runbook.frontmatter import read_front_matter
from azops_tui.runbook.model import Block, Role, Runbook, Step
from azops_tui.runbook.source_lines import line_end, longer_fence, prefixed, read_fence, split_lines
from azops_tui.runbook.tokens import block_tokens, normal_lines

SIMILARITY = 0.8
"""Similarity that a new expected result asks for."""


class EditError(AzopsError):
    """An edit that the document does not allow; the text is a sentence for people."""


def replace_code(text: str, block: Block, code: str) -> str:
    """Replace the text between the fences of a block; a fence that the code would close grows.

    Args:
        text: the document that the block was parsed from.
        block: a fence of it.
        code: new text, with or without a newline at its end.
    """
    lines, end = split_lines(text), line_end(text)
    opening = read_fence(lines[block.line - 1])
    fence = longer_fence(code, opening.fence)
    body = code.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")
    new = [f"{opening.before}{fence}{opening.info}{end}"] if fence != opening.fence else [lines[block.line - 1]]
    if not new[0].endswith(("\r", "\n")):
        new[0] += end
    new += prefixed(body.split("\n"), opening.prefix, end) if body or code.strip("\n") else []
    closing = lines[block.end_line - 1]
    is_closed = block.end_line > block.line and _closes(closing, opening.fence)
    new.append(closing if is_closed and fence == opening.fence else f"{opening.prefix}{fence}{end}")
    after = lines[block.end_line :]
    return "".join([*lines[: block.line - 1], *new, *after])


def _closes(line: str, fence: str) -> bool:
    mark = line.strip().lstrip("> \t").rstrip()
    return len(mark) >= len(fence) and set(mark) == {fence[0]}


def fenced(info: str, code: str) -> str:
    """Markdown of a fence with an info string such as ``bash``."""
    fence = longer_fence(code)
    body = code.removesuffix("\n")
    return f"{fence}{info}\n{body}\n{fence}\n" if body else f"{fence}{info}\n{fence}\n"


def extent(runbook: Runbook, step: Step) -> tuple[int, int]:
    """First and last line of a step, with its expected results, from 1 and inclusive."""
    first, last = step.block.line, step.block.end_line
    following = [b for b in runbook.blocks if b.line > first]
    owned_until = next((b.line for b in following if b.role in (Role.STEP, Role.GUESSED)), None)
    lines = split_lines(runbook.text)
    for expectation in step.expectations:
        at = expectation.line
        if "<!--" in lines[at - 1]:
            while "-->" not in lines[at - 1] and at < len(lines):
                at += 1
        last = max(last, at)
    for block in following:
        is_own = block.role is Role.RESULT and (owned_until is None or block.line < owned_until)
        if is_own and any(block.text == e.expected and e.expected for e in step.expectations):
            last = max(last, block.end_line)
    return first, last


def insert_after(text: str, line: int, markdown: str, *, prefix: str = "") -> str:
    """Insert Markdown after a line, set off by blank lines.

    Args:
        text: the document.
        line: from 1; 0 inserts at the beginning.
        markdown: what to insert.
        prefix: what lines begin with in the container that the line stands in.
    """
    lines, end = split_lines(text), line_end(text)
    new = prefixed(markdown.replace("\r\n", "\n").strip("\n").split("\n"), prefix, end)
    before, after = lines[:line], lines[line:]
    if before and not before[-1].endswith(("\r", "\n")):
        before[-1] += end
    blank = prefix.rstrip() + end
    if before and _is_text(before[-1]):
        new.insert(0, blank)
    if after and _is_text(after[0]):
        new.append(blank)
    return "".join([*before, *new, *after])


def _is_text(line: str) -> bool:
    return bool(line.strip().strip(">").strip())


def lines_between(text: str, first: int, last: int) -> str:
    """Lines ``first`` to ``last`` of a document, from 1 and inclusive."""
    return "".join(split_lines(text)[first - 1 : last])


def replace_lines(text: str, first: int, last: int, markdown: str) -> str:
    """Replace lines ``first`` to ``last`` (from 1, inclusive); without any text they are removed."""
    if not markdown.strip():
        return remove_lines(text, first, last)
    lines, end = split_lines(text), line_end(text)
    new = [line + end for line in markdown.replace("\r\n", "\n").rstrip("\n").split("\n")]
    if last >= len(lines) and not lines[-1].endswith(("\r", "\n")):
        new[-1] = new[-1].removesuffix(end)
    return "".join([*lines[: first - 1], *new, *lines[last:]])


def remove_lines(text: str, first: int, last: int) -> str:
    """Remove lines ``first`` to ``last`` (from 1, inclusive), and one of the two blank lines around them."""
    lines = split_lines(text)
    before, after = lines[: first - 1], lines[last:]
    if after and not _is_text(after[0]) and (not before or not _is_text(before[-1])):
        after = after[1:]
    elif not after and before and not _is_text(before[-1]):
        before = before[:-1]
    return "".join([*before, *after])


def remove_step(runbook: Runbook, step: Step) -> str:
    """The document without a step and its expected results."""
    return remove_lines(runbook.text, *extent(runbook, step))


def insert_below(runbook: Runbook, step: Step | None, markdown: str) -> tuple[str, int]:
    """Insert Markdown below a step; at the end without one.

    Returns:
        The document, and the line (from 1) on which the Markdown begins.
    """
    text = runbook.text
    lines = split_lines(text)
    if step is None:
        new = insert_after(text, len(lines), markdown)
        return new, len(split_lines(new)) - markdown.strip("\n").count("\n")
    last = extent(runbook, step)[1]
    opening = read_fence(lines[step.line - 1])
    prefix = opening.prefix if step.block.depth else ""
    new = insert_after(text, last, markdown, prefix=prefix)
    return new, last + (2 if _is_text(lines[last - 1]) else 1)


def move_step(runbook: Runbook, step: Step, by: int) -> str:
    """Exchange a step with the paragraph, heading or step before (-1) or after (1) it.

    Raises:
        EditError: nothing stands there, or only the container that the step stands in.
    """
    lines, end = split_lines(runbook.text), line_end(runbook.text)
    if read_fence(lines[step.line - 1]).opens_item:
        raise EditError(f"{step.name} begins an item of a list; move the item in an editor.")
    chunks = _siblings(runbook, step)
    here = next(i for i, (first, last) in enumerate(chunks) if first <= step.line <= last)
    other = here + by
    if not 0 <= other < len(chunks):
        where = "begins" if by < 0 else "ends"
        place = "the list or quote that it stands in" if step.block.depth else "the document"
        raise EditError(f"{step.name} {where} {place}.")
    (a, b), (c, d) = sorted((chunks[here], chunks[other]))
    gap = lines[b : c - 1]
    if not gap:
        gap = [read_fence(lines[step.line - 1]).prefix.rstrip() + end]
    upper, lower = lines[a - 1 : b], lines[c - 1 : d]
    if lower and not lower[-1].endswith(("\r", "\n")):
        lower[-1] += end
    return "".join([*lines[: a - 1], *lower, *gap, *upper, *lines[d:]])


def _siblings(runbook: Runbook, step: Step) -> list[tuple[int, int]]:
    """Lines of the blocks in the container of a step, its own among them; steps with their expected results."""
    front = read_front_matter(normal_lines(runbook.text)).lines
    stack: list[list[tuple[int, int]]] = [[]]
    found: list[tuple[int, int]] | None = None
    for token in block_tokens(normal_lines(runbook.text), front):
        if token.nesting >= 0 and token.map and token.type != "inline":
            stack[-1].append((token.map[0] + 1, token.map[1]))
        if token.nesting > 0:
            stack.append([])
        elif token.nesting < 0:
            done = stack.pop()
            if found is None and _holds_fence(done, step):
                found = done
    chunks = found if found is not None else stack[0]
    extents = [extent(runbook, other) for other in runbook.steps]
    merged: list[tuple[int, int]] = []
    lines = split_lines(runbook.text)
    for first, last in chunks:
        while last > first and not _is_text(lines[last - 1]):
            last -= 1
        whole = next(((a, b) for a, b in extents if a <= first <= b), None)
        if whole is not None:
            first, last = whole[0], max(last, whole[1]) if first == whole[0] else whole[1]
        if not merged or first > merged[-1][1]:
            merged.append((first, last))
        else:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
    return merged


def _holds_fence(chunks: list[tuple[int, int]], step: Step) -> bool:
    return any(first == step.line and last == step.block.end_line for first, last in chunks)


def front_matter_text(text: str) -> str:
    """The YAML of the front matter; empty if there is none."""
    lines = normal_lines(text)
    count = read_front_matter(lines).lines
    return "\n".join(lines[1 : count - 1]) if count else ""


def with_front_matter(text: str, yaml: str) -> str:
    """The document with other front matter; without any if ``yaml`` is blank."""
    lines, end = split_lines(text), line_end(text)
    count = read_front_matter(normal_lines(text)).lines
    body = lines[count:]
    if not yaml.strip():
        return "".join(body)
    gap = [end] if body and _is_text(body[0]) else []
    new = prefixed(["---", *yaml.replace("\r\n", "\n").strip("\n").split("\n"), "---"], "", end)
    return "".join([*new, *gap, *body])


def with_expected(runbook: Runbook, step: Step, output: str) -> str:
    """Make an output the expected result of a step: a new one below it, or the text of the one it has.

    Args:
        runbook: the document.
        step: a step of it.
        output: what it should print; secrets in it are replaced by ``xxx``, which matches anything in JSON.
    """
    body = output.strip("\n") + "\n"
    texts = [e.expected for e in step.expectations if e.expected]
    block = next((b for b in runbook.blocks if b.line > step.line and b.text in texts), None)
    if block is not None:
        return replace_code(runbook.text, block, body)
    markdown = f"<!-- expected_similarity={SIMILARITY} -->\n\n" + fenced("json" if _is_json(body) else "text", body)
    opening = read_fence(split_lines(runbook.text)[step.line - 1])
    return insert_after(runbook.text, step.block.end_line, markdown, prefix=opening.prefix if step.block.depth else "")


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict | list)
    except ValueError:
        return False


__all__ = [
    "EditError",
    "extent",
    "fenced",
    "front_matter_text",
    "insert_after",
    "insert_below",
    "move_step",
    "remove_lines",
    "remove_step",
    "replace_code",
    "with_expected",
    "with_front_matter",
]
