"""The Python side of a session in a Jupyter kernel: what ``python_child.py`` does around a step, for IPython.

Runs in the kernel, under Python 3.8 or later, without azops.
"""

from __future__ import annotations

import builtins
import json
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from azops_tui.engine.sessions.python_names import SharedNames, as_table
else:
    from python_names import SharedNames, as_table


class KernelSide:
    """Reads the request of a step before it, and writes the environment behind it.

    Args:
        shell: IPython.
        folder: the session's folder.
    """

    def __init__(self, shell: Any, folder: str) -> None:
        self._folder = folder
        self._names = SharedNames(shell.user_ns, vars(builtins))
        self._before: dict[str, str | None] = {}
        self._cwd = ""
        given = self._read("environment")
        self._own = {name: value for name, value in os.environ.items() if given.get(name) != value}
        """Variables that the kernel has set for itself, which are not the run's."""
        self._given = given
        formatter = shell.display_formatter.formatters["text/plain"]

        def show(value: object, printer: Any, cycle: bool) -> None:
            printer.text(("" if cycle else as_table(value)) or repr(value))

        for kind in ("DataFrame", "Series"):
            for module in ("pandas", "pandas.core.frame", "pandas.core.series"):
                formatter.for_type_by_name(module, kind, show)
        formatter.for_type(list, show)

    def _read(self, name: str) -> dict[str, Any]:
        with open(os.path.join(self._folder, name), encoding="utf-8", errors="surrogateescape") as file:
            content: dict[str, Any] = json.load(file)
        return content

    def before(self) -> None:
        """Take over variables, and what is for this step alone."""
        request = self._read("request")
        os.truncate(os.path.join(self._folder, "request"), 0)
        self._names.assign(request["set"])
        self._before = {name: os.environ.get(name) for name in request["env"]}
        self._cwd = os.getcwd() if request["cwd"] else ""
        os.environ.update(request["env"])
        self._names.lend({name: request["env"][name] for name in request["secrets"]})
        if request["cwd"]:
            os.chdir(request["cwd"])

    def after(self) -> None:
        """Put back what was for the step alone, and write the environment."""
        for name, value in self._before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        if self._cwd:
            os.chdir(self._cwd)
        self._names.take_back()
        self._names.share()
        now = {name: value for name, value in os.environ.items() if self._own.get(name) != value}
        now.update((name, self._given[name]) for name in self._own if name in self._given and name not in now)
        path = os.path.join(self._folder, "environment")
        with open(path, "w", encoding="utf-8", errors="surrogateescape") as file:
            json.dump(now, file)
