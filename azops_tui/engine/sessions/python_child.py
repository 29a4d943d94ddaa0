"""The Python side of a Python session: runs the steps that ``python.py`` hands to it, in one namespace.

Runs under the user's Python, 3.8 or later, which need not have azops: it imports nothing but the standard library, and
what stands beside it.

    python_child.py FOLDER

FOLDER holds the FIFOs ``commands``, ``reports``, ``stdout`` and ``stderr``, the step's code, and as JSON the request
and the environment as the last step left it.
"""

from __future__ import annotations

import ast
import asyncio
import builtins
import contextlib
import inspect
import io
import json
import linecache
import os
import signal
import sys
import traceback
import types
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from azops_tui.engine.sessions.python_figures import Figures
    from azops_tui.engine.sessions.python_names import SharedNames, as_table
else:
    from python_figures import Figures
    from python_names import SharedNames, as_table

NAME = "<step>"


class Driver:
    """Waits for steps and runs them."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.module = types.ModuleType("__main__")
        # Names that Python does not know are looked up among the builtins: there stand the variables of the run.
        self.builtins = dict(vars(builtins))
        self.module.__dict__["__builtins__"] = self.builtins
        self.shared = SharedNames(self.module.__dict__, self.builtins)
        self.figures = Figures(folder)
        self.loop: asyncio.AbstractEventLoop | None = None
        # This file's own names would go with its module if nothing held it.
        self.own = sys.modules["__main__"]
        sys.modules["__main__"] = self.module
        sys.argv = [""]
        sys.path[0] = ""
        self.commands = os.open(self.path("commands"), os.O_RDWR)
        self.reports = os.open(self.path("reports"), os.O_RDWR)
        os.set_inheritable(self.commands, False)
        os.set_inheritable(self.reports, False)
        for descriptor, name in ((1, "stdout"), (2, "stderr")):
            opened = os.open(self.path(name), os.O_WRONLY)
            os.dup2(opened, descriptor)
            os.close(opened)
        # Not the streams that are there: they belong to what the descriptors were before.
        sys.displayhook = self.show
        sys.stdout = _writer(1)
        sys.stderr = _writer(2)

    def path(self, name: str) -> str:
        """A file of the session's folder."""
        return os.path.join(self.folder, name)

    def serve(self) -> None:
        """Waits for commands until it is told to end."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        self.save()
        self.report("ready")
        waiting = b""
        while True:
            waiting += os.read(self.commands, 4096)
            while b"\n" in waiting:
                line, waiting = waiting.split(b"\n", 1)
                words = line.decode().split()
                if words[0] == "close":
                    return
                self.run(words[1])

    def report(self, text: str) -> None:
        """Says something to azops."""
        os.write(self.reports, text.encode() + b"\n")

    def save(self) -> None:
        """Writes the environment as it is now."""
        with open(self.path("environment"), "w", encoding="utf-8", errors="surrogateescape") as file:
            json.dump(dict(os.environ), file)

    def run(self, number: str) -> None:
        """Runs the step and reports its status and the line that failed."""
        with open(self.path("request"), encoding="utf-8", errors="surrogateescape") as file:
            request = json.load(file)
        os.truncate(self.path("request"), 0)
        self.shared.assign(request["set"])
        self.figures.begin()
        before = {name: os.environ.get(name) for name in request["env"]}
        folder = os.getcwd()
        line = 0
        try:
            if request["cwd"]:
                os.chdir(request["cwd"])
            os.environ.update(request["env"])
            self.shared.lend({name: request["env"][name] for name in request["secrets"]})
            status, line = self.execute()
        except OSError as error:
            sys.stderr.write(f"{error}\n")
            status = 1
        if request["cwd"]:
            os.chdir(folder)
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        self.shared.take_back()
        self.flush()
        self.shared.share()
        self.save()
        self.report(f"end {number} {status} {line or ''}")

    def show(self, value: object) -> None:
        """Shows the value of a last expression: a list of objects as a table."""
        if value is not None:
            self.builtins["_"] = value
            sys.stdout.write((as_table(value) or repr(value)) + "\n")

    def flush(self) -> None:
        """Hands on what the step wrote and has not seen off."""
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()

    def execute(self) -> tuple[int, int]:
        """The status of the step's code, and the line of it that failed or 0."""
        with open(self.path("step"), encoding="utf-8", errors="surrogateescape") as file:
            code = file.read()
        linecache.cache[NAME] = (len(code), None, code.splitlines(True), NAME)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            self.evaluate(code)
            self.figures.show()
            return 0, 0
        except SystemExit as end:
            if end.code is None or isinstance(end.code, int):
                return (end.code or 0) & 255, 0
            sys.stderr.write(f"{end.code}\n")
            return 1, 0
        except KeyboardInterrupt:
            sys.stderr.write("KeyboardInterrupt\n")
            return 130, 0
        except BaseException as error:
            return 1, self.complain(error)
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)

    def complain(self, error: BaseException) -> int:
        """Shows the error with the step's own part of the traceback; returns the line of the step."""
        trace = error.__traceback__
        while trace is not None and trace.tb_frame.f_code.co_filename != NAME:
            trace = trace.tb_next
        line = trace.tb_lineno if trace is not None else getattr(error, "lineno", 0) or 0
        sys.stdout.flush()
        traceback.print_exception(type(error), error, trace)
        return line

    def evaluate(self, code: str) -> None:
        """Runs all statements; shows the value of the last one if it is an expression."""
        tree = ast.parse(code, NAME)
        last: list[ast.stmt] = [tree.body.pop()] if tree.body and isinstance(tree.body[-1], ast.Expr) else []
        flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        parts: list[ast.Module | ast.Interactive] = [tree, ast.Interactive(last)]
        for part in parts:
            if part.body:
                mode = "exec" if part is tree else "single"
                compiled = compile(part, NAME, mode, flags=flags, dont_inherit=True)
                result = eval(compiled, self.module.__dict__)
                if inspect.iscoroutine(result) and compiled.co_flags & inspect.CO_COROUTINE:
                    if self.loop is None:
                        self.loop = asyncio.new_event_loop()
                    self.loop.run_until_complete(result)


def _writer(descriptor: int) -> io.TextIOWrapper:
    return open(descriptor, "w", 1, encoding="utf-8", errors="backslashreplace", closefd=False)


if __name__ == "__main__":
    Driver(sys.argv[1]).serve()
