"""Reading of shell code in a process of its own. Nothing is executed."""

from __future__ import annotations

import re
import shlex
from collections.abc import Container, Iterable, Mapping

from azops_tui.runbook.model import Problem, Severity
from azops_tui.runbook.shell_process import shell_process
from azops_tui.runbook.shell_script import Assignment, ShellScript


def read(code: str, variables: Mapping[str, str] | None = None) -> ShellScript:
    """Parse shell code in a process of its own; never raises. The result is shared: it must not be changed.

    ``broken`` is set for code that cannot be parsed whole, ``unknown`` for code that cannot be read.

    Args:
        code: the code.
        variables: values of variables before the code runs. They are put into the words of commands, but for those that
            the code may set itself.
    """
    values = {
        name: value
        for name, value in (variables or {}).items()
        if name in code and not re.search(rf"(?<![\w$])(?<!\$\{{){re.escape(name)}\b", code)
    }
    return shell_process().read(code, values)


def read_ahead(codes: Iterable[str]) -> None:
    """Parse many pieces of code at once; :func:`read` then has them."""
    shell_process().read_ahead(codes)


def unreadable(code: str, line: int) -> list[Problem]:
    """A warning if the code of a step at a line cannot be read."""
    message = "the grammar of bash cannot read this step; it counts as a change"
    return [Problem(Severity.WARNING, line, message)] if read(code).unknown else []


def override(code: str, values: Mapping[str, str], secrets: Container[str] = ()) -> str:
    """Replace the value of every assignment to these names, literal or computed, exported or not.

    A secret that the step's environment has is assigned to itself, so that its value does not stand in the code.

    Assignments to elements of arrays stay, as do variables that a loop or ``read`` sets.
    """
    if not any(name in code for name in values):
        return code
    source = code.encode("utf-8", "surrogatepass")
    outer: list[Assignment] = []
    for assignment in sorted(read(code).assignments, key=lambda item: item.start):
        if assignment.name in values and not (outer and assignment.start < outer[-1].end):
            outer.append(assignment)
    for assignment in reversed(outer):
        name = assignment.name
        quoted = f'"${name}"' if name in secrets else shlex.quote(values[name])
        source = source[: assignment.start] + b"=" + quoted.encode("utf-8", "surrogatepass") + source[assignment.end :]
    return source.decode("utf-8", "surrogatepass")
