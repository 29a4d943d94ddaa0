"""The run's Python session: one Python process, in which all Python steps of a run are run one after another.

Names stay from step to step, and the value of a last expression is shown, as at Python's prompt. The environment is
the run's: what shell steps export is in ``os.environ``, and what a step puts there is exported. A Python that dies
loses its names; the next step runs in a new one with the environment as it was.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from azops_tui.engine.sessions.declared import declaration
from azops_tui.engine.sessions.large import split_environment
from azops_tui.engine.sessions.process import (
    LARGEST_PICTURE,
    DriverSession,
    OnOutput,
    SessionError,
    SessionResult,
)

DRIVER = Path(__file__).with_name("python_child.py")


class PythonSession(DriverSession):
    """A persistent Python. Steps run one at a time; :meth:`stop` may be called while one runs."""

    files = ("step", "request", "environment")

    def __init__(self, python: str | None = None) -> None:
        """``python`` is the program; by default that of the active virtual environment, else the first on PATH."""
        super().__init__()
        self._python = python or ""
        self._cwd = ""
        self._set: dict[str, str | None] = {}
        """Assigned, or (None) deleted, since the last step: Python learns of it with the next one."""
        self._last: dict[str, str] = {}
        """The environment, for a Python that has to start again."""

    async def start(self, env: Mapping[str, str], cwd: str | Path) -> None:
        """Start Python in folder ``cwd`` with the environment ``env``.

        Raises:
            SessionError: Python is missing or does not start.
            OSError: ``cwd`` is not a folder, or the session's folder cannot be made.
        """
        self._python = self._python or find_python(env)
        self._cwd = os.fspath(cwd)
        self._last = {**env, "TERM": "dumb", "PYTHONUNBUFFERED": env.get("PYTHONUNBUFFERED", "1")}
        async with self._starting(env, cwd):
            await self._begin()

    async def run(
        self,
        code: str,
        *,
        timeout: float | None = None,  # noqa: ASYNC109 - it stops the step, which a cancelled scope would not
        on_output: OnOutput,
        cwd: str | Path | None = None,
        env: Mapping[str, str] | None = None,
        secrets: Mapping[str, str] | None = None,
        keep: int = 0,
        **_options: Any,
    ) -> SessionResult:
        """Runs a step and waits for its end; an exception in it is status 1, with a short traceback in its output.

        Args:
            code: what to run.
            timeout: seconds after which it is stopped.
            on_output: gets what it writes.
            cwd: folder for this step alone.
            env: environment variables for this step alone.
            secrets: as ``env``; names of Python that have their values in them are not exported.
            keep: bytes of standard output that the result has as they were.

        Raises:
            SessionError: Python died before, and cannot be started again.
            RuntimeError: a step is running.
        """
        began = time.monotonic()
        async with self._step():
            if not self._alive():
                await self._begin()
            own = {**(secrets or {}), **(env or {})}
            request = {
                "set": self._set,
                "env": own,
                "secrets": list(secrets or {}),
                "cwd": os.fspath(cwd) if cwd else "",
            }
            self._write("request", json.dumps(request))
            self._write("step", code)
            self._steps += 1
            self._listen(on_output, keep)
            try:
                words, timed_out = await self._command(f"run {self._steps}", timeout)
            finally:
                raw = self._listened()
            status = int(words[2]) if words is not None else None
            line = int(words[3]) if words is not None and len(words) > 3 else None
            if status is not None:
                self._last = self._environment()
                self._set = {}
            return SessionResult(
                status,
                time.monotonic() - began,
                self._stopped and not timed_out,
                timed_out,
                status is None,
                line,
                raw,
                self._pictures(),
            )

    async def variables(self, *, exact: bool = True) -> dict[str, str]:
        """The environment as the last step left it."""
        found = {**self._last, **self._set}
        return {name: value for name, value in found.items() if value is not None}

    async def set(self, name: str, value: str, export: bool = True) -> None:
        """Set an environment variable for the steps that follow; one that is not exported is for the shell alone.

        Raises:
            ValueError: the name is not valid, or the value has a NUL character.
        """
        declaration(name, value, export=export)
        if export:
            self._set[name] = value

    async def unset(self, name: str) -> None:
        """Delete an environment variable for the steps that follow."""
        self._set[name] = None

    async def withdraw(self, names: Collection[str]) -> None:
        """Delete environment variables for the steps that follow, and take them out of the saved state."""
        self._last = {name: value for name, value in self._last.items() if name not in names}
        self._write("environment", json.dumps(self._last))
        for name in names:
            await self.unset(name)

    async def _begin(self) -> None:
        command = [self._python, str(DRIVER), str(self._folder)]
        env, large = split_environment(self._last)
        self._set = {**large, **self._set}
        words = await self._spawn(command, env, self._cwd)
        if words is None or words[0] != "ready":
            raise SessionError(f"{self._python} did not start: Python steps need Python 3.8 or later on PATH.")

    def _pictures(self) -> tuple[bytes, ...]:
        """The figures of the step, which leave the folder."""
        pictures: list[bytes] = []
        for path in sorted(self._folder.glob("picture-*.png")):
            if not path.is_symlink() and path.stat().st_size <= LARGEST_PICTURE:
                pictures.append(path.read_bytes())
            path.unlink()
        return tuple(pictures)

    def _write(self, name: str, text: str) -> None:
        (self._folder / name).write_text(text, "utf-8", "surrogateescape")

    def _environment(self) -> dict[str, str]:
        found = json.loads((self._folder / "environment").read_text("utf-8", "surrogateescape"))
        return {str(name): str(value) for name, value in found.items()}


def find_python(env: Mapping[str, str]) -> str:
    """The Python that steps are run by: the active virtual environment's, else the first on PATH, else azops's own."""
    active = env.get("VIRTUAL_ENV", "")
    if active and os.access(f"{active}/bin/python", os.X_OK):
        return f"{active}/bin/python"
    return shutil.which("python3", path=env.get("PATH")) or sys.executable
