"""The sessions of a run: one shell and one Python, started when first needed, with the same variables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from azops_tui.engine.variables import Change, Namespace

if TYPE_CHECKING:
    from azops_tui.engine.sessions.bash import ShellSession
    from azops_tui.engine.sessions.python import PythonSession
    from azops_tui.gate.fence import Fence


class Sessions:
    """Starts sessions and keeps their variables and the run's the same.

    Args:
        variables: the run's; what a session starts with.
        cwd: the folder in which sessions start.
    """

    def __init__(self, variables: Namespace, cwd: Path) -> None:
        self._variables = variables
        self._cwd = cwd
        self.fence: Fence | None = None
        """Fence of the sessions that start from now on."""
        self._shell: ShellSession | None = None
        self._python: PythonSession | None = None
        self._background: list[ShellSession] = []
        self._in_python: set[str] = set()
        """Names that Python had; one that is gone was deleted there, while the shell has many more."""

    async def shell(self) -> ShellSession:
        """The run's shell session.

        Raises:
            OSError: there is no bash, or its folder is gone.
        """
        if self._shell is None:
            from azops_tui.engine.sessions.bash import ShellSession

            session = ShellSession()
            session.fence = self.fence
            await session.start(env=dict(self._variables), cwd=self._cwd)
            self._shell = session
            await self._taken(session)
        return self._shell

    async def python(self) -> PythonSession:
        """The run's Python session."""
        if self._python is None:
            from azops_tui.engine.sessions.python import PythonSession

            session = PythonSession()
            session.fence = self.fence
            await session.start(env=dict(self._variables), cwd=self._cwd)
            self._python = session
            self._in_python = set(self._variables)
        return self._python

    async def background(self) -> ShellSession:
        """A shell of its own for a step that keeps running, with the variables and functions as they are now."""
        from azops_tui.engine.sessions.bash import ShellSession

        session = ShellSession()
        session.fence = self.fence
        await session.start(env=dict(self._variables), cwd=self._cwd)
        if self._shell is not None:
            await session.continue_from(self._shell)
        self._background.append(session)
        return session

    async def assign(self, name: str, value: str) -> None:
        """Give an exported variable a value in the sessions that have begun."""
        for session in (self._shell, self._python):
            if session is not None:
                await session.set(name, value, export=True)

    async def after_shell(self) -> list[Change]:
        """Take over what a shell step changed."""
        return [] if self._shell is None else await self._taken(self._shell)

    async def after_python(self) -> list[Change]:
        """Take over what a Python step changed in ``os.environ``."""
        if self._python is None:
            return []
        now = await self._python.variables()
        gone, self._in_python = self._in_python - now.keys(), set(now)
        changes = self._variables.take(now)
        self._variables.forget(gone)
        await self._tell(self._shell, changes, gone)
        return changes

    async def refresh(self) -> list[Change]:
        """Take over large variables of the shell that changed unnoticed, before a step uses their values."""
        return [] if self._shell is None else await self._taken(self._shell, exact=True)

    async def _taken(self, shell: ShellSession, *, exact: bool = False) -> list[Change]:
        """Take over all that the shell has, and forget what it has not: Python learns of both."""
        now = await shell.variables(exact=exact)
        gone = set(self._variables) - now.keys()
        changes = self._variables.take(now)
        self._variables.forget(gone)
        await self._tell(self._python, changes, gone)
        return changes

    async def close(self) -> None:
        """End all sessions and what runs in them."""
        for session in (*self._background, self._shell, self._python):
            if session is not None:
                await session.close()
        self._background.clear()
        self._shell = self._python = None

    @staticmethod
    async def _tell(session: ShellSession | PythonSession | None, changes: list[Change], gone: set[str]) -> None:
        if session is not None:
            for name in gone:
                await session.unset(name)
            for change in changes:
                await session.set(change.name, change.value, export=True)


def base_environment(cloud: Mapping[str, str], interpreter: str) -> dict[str, str]:
    """The environment in which steps run: the user's, the cloud's, and ``azops`` itself on PATH.

    Args:
        cloud: what makes tools act on the run's cloud.
        interpreter: path of the running Python, beside which ``azops`` is installed.
    """
    environment = {**os.environ, **cloud}
    tools = str(Path(interpreter).parent)
    path = environment.get("PATH", os.defpath)
    if path.split(os.pathsep, 1)[0] != tools:
        environment["PATH"] = tools + os.pathsep + path
    return environment
