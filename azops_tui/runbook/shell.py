"""Reading of shell code in a process of its own. Nothing is executed."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping

from azops_tui.runbook.model import Problem, Severity
from azops_tui.runbook.shell_process import shell_process
from azops_tui.runbook.shell_script import ShellScript


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


def unreadable(code: str, line: int) -> list[Problem]:
    """A warning if the code of a step at a line cannot be read."""
    message = "the grammar of bash cannot read this step; it counts as a change"
    return [Problem(Severity.WARNING, line, message)] if read(code).unknown else []


def override(code: str, values: Mapping[str, str]) -> str:
    """Replace literal exports of the code by values of the user.

    An export whose value is computed (``export NAME=$(…)``) is left as it is.
    """
    if not any(name in code for name in values):
        return code
    source = code.encode("utf-8", "surrogatepass")
    for export in reversed(read(code).exports):
        if export.name in values:
            quoted = shlex.quote(values[export.name]).encode("utf-8", "surrogatepass")
            source = source[: export.start] + quoted + source[export.end :]
    return source.decode("utf-8", "surrogatepass")
