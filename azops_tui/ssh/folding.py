"""Folding: groups hosts with equal output, and shows the others as differences."""

from __future__ import annotations

import difflib
import itertools
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from azops_tui.ssh.fleet import HostResult

LONGEST = 2000
"""Maximum number of lines, between equal beginnings and ends, that are compared line by line."""


class Fold(msgspec.Struct, frozen=True, kw_only=True):
    """Hosts with equal results."""

    hosts: tuple[str, ...]
    status: int | None
    problem: str
    text: str
    """Output: stdout, then stderr."""
    diff: tuple[str, ...] = ()
    """Difference from the first fold, as lines that begin with ``-`` or ``+``; empty for the first fold."""
    label: str = ""
    """Short form of the host names, for example ``master-[0-4], agent-7``."""


def fold(results: Iterable[HostResult]) -> list[Fold]:
    """Group hosts with equal output, status and problem: the largest group, then failed ones, then the others.

    Names and addresses of hosts in the output are compared like any other text.
    """
    groups: dict[tuple[int | None, str, str], list[HostResult]] = {}
    for result in results:
        # A problem names its host; without the name, unreachable hosts form one group.
        problem = result.problem.replace(result.host, "the host") if result.host else result.problem
        groups.setdefault((result.status, problem, result.digest or _text(result)), []).append(result)
    ordered = sorted(groups.items(), key=lambda item: -len(item[1]))
    ordered[1:] = sorted(ordered[1:], key=lambda item: (item[0][0] == 0, -len(item[1])))
    folds = []
    for index, ((status, problem, _), members) in enumerate(ordered):
        hosts = [member.host for member in members]
        diff = _difference(_whole(ordered[0][1][0]), _whole(members[0])) if index else ()
        folds.append(
            Fold(
                hosts=tuple(hosts),
                status=status,
                problem=problem,
                text=_text(members[0]),
                diff=diff,
                label=compress(hosts),
            )
        )
    return folds


def _text(result: HostResult) -> str:
    """The output in memory: stdout, then stderr."""
    return result.stdout + ("\n" if result.stdout and not result.stdout.endswith("\n") else "") + result.stderr


def _whole(result: HostResult) -> list[str]:
    """The lines of the whole output, from its files where it is long."""
    lines: list[str] = []
    for path, text in ((result.stdout_file, result.stdout), (result.stderr_file, result.stderr)):
        try:
            whole = Path(path).read_text("utf-8", "replace") if path else text
        except OSError:
            whole = text
        lines += whole.splitlines()
    return lines


def compress(hosts: Sequence[str]) -> str:
    """Shorten host names: names that differ in one number form one word, for example ``web-[1-3,7].example``."""
    families: dict[tuple[str, str, int], list[int]] = {}
    order: list[tuple[str, str, int] | str] = []
    for host in hosts:
        match = re.match(r"(.*?)(\d+)(\D*)$", host)
        if not match or len(match[2]) > 15:
            order.append(host)
            continue
        # 07 and 7 are different names: numbers form a family only with the same number of leading zeros.
        width = len(match[2]) if match[2].startswith("0") and len(match[2]) > 1 else 0
        key = (match[1], match[3], width)
        if key not in families:
            families[key] = []
            order.append(key)
        families[key].append(int(match[2]))
    words = []
    for item in order:
        if isinstance(item, str):
            words.append(item)
            continue
        before, after, width = item
        numbers = sorted(families[item])
        if len(numbers) == 1:
            words.append(f"{before}{numbers[0]:0{width}d}{after}")
        else:
            words.append(f"{before}[{_ranges(numbers, width)}]{after}")
    return ", ".join(words)


def _ranges(numbers: list[int], width: int) -> str:
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ",".join(f"{a:0{width}d}" if a == b else f"{a:0{width}d}-{b:0{width}d}" for a, b in runs)


def _difference(a: list[str], b: list[str]) -> tuple[str, ...]:
    """Lines that differ, with ``-`` and ``+``; where more than :data:`LONGEST` may, what is known of them."""
    start = next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    end = 0
    while end < min(len(a), len(b)) - start and a[-1 - end] == b[-1 - end]:
        end += 1
    a, b = a[start : len(a) - end], b[start : len(b) - end]
    if len(a) > LONGEST or len(b) > LONGEST:
        first = [f"{sign}{lines[0]}" for sign, lines in (("-", a), ("+", b)) if lines]
        return (f"(lines {start + 1} to {start + max(len(a), len(b))} differ, beginning with)", *first)
    changes = difflib.unified_diff(a, b, lineterm="", n=0)
    return tuple(line for line in itertools.islice(changes, 2, None) if not line.startswith("@@"))
