"""The sessions of a run: a shell, a Python and Jupyter kernels, started when first needed, with the same variables."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from azops_tui.engine.variables import Change, Namespace, is_noise

if TYPE_CHECKING:
    from azops_tui.engine.sessions.kernel import KernelSession
    from azops_tui.engine.sessions.session import StepSession
    from azops_tui.gate.fence import Fence
    from azops_tui.replay.tape import Tape


NO_KERNEL = "AZOPS_IPYKERNEL"
"""Variable of azops' own environment: with ``0``, Python steps run without ipykernel although it is installed."""


class Sessions:
    """Starts sessions and keeps their variables and the run's the same.

    Args:
        variables: the run's; what a session starts with.
        cwd: the folder in which sessions start.
        tape: records what sessions do, or answers in their place.
    """

    def __init__(self, variables: Namespace, cwd: Path, tape: Tape | None = None) -> None:
        self._variables = variables
        self._cwd = cwd
        self.fence: Fence | None = None
        """Fence of the sessions that start from now on."""
        self._tape = tape
        self._shell: StepSession | None = None
        self._pythons: dict[str, StepSession] = {}
        """By the name of their kernel; that of Python steps without one is empty."""
        self._background: list[StepSession] = []
        self._in_python: dict[str, set[str]] = {}
        """Names that Pythons had; one that is gone was deleted there, while the shell has many more."""

    async def shell(self) -> StepSession:
        """The run's shell session.

        Raises:
            OSError: there is no bash, or its folder is gone.
        """
        if self._shell is None:
            self._shell = await self._begin("shell", self._start_shell)
            await self._taken(self._shell)
        return self._shell

    async def python(self, kernel: str = "") -> StepSession:
        """The run's Python session, or that in a Jupyter kernel.

        Args:
            kernel: name of the kernel; without one, Python steps run in ipykernel where it is installed.

        Raises:
            OSError: there is no such Python or kernel, or its folder is gone.
        """
        if kernel not in self._pythons:
            start = partial(self._start_python, kernel)
            self._pythons[kernel] = await self._begin(f"kernel {kernel}" if kernel else "python", start)
            self._in_python[kernel] = set(self._variables.shared())
        return self._pythons[kernel]

    async def background(self) -> StepSession:
        """A shell of its own for a step that keeps running, with the variables and functions as they are now."""
        session = await self._begin("background", self._start_background)
        self._background.append(session)
        return session

    async def _begin(self, kind: str, start: Callable[[Mapping[str, str]], Awaitable[StepSession]]) -> StepSession:
        """A session with the run's variables; a tape stands before it, and starts it when it cannot answer."""
        if self._tape is None or self._tape.live_shell:
            return await start(self._variables.shared())
        from azops_tui.engine.sessions.taped import TapedSession

        session = TapedSession(kind, self._tape, start, self._variables.shared())
        if not self._tape.replays:
            await session.live()
        return session

    async def _start_shell(self, env: Mapping[str, str]) -> StepSession:
        from azops_tui.engine.sessions.bash import ShellSession

        session = ShellSession()
        session.fence = self.fence
        await session.start(env=dict(env), cwd=self._cwd)
        return session

    async def _start_python(self, kernel: str, env: Mapping[str, str]) -> StepSession:
        from azops_tui.engine.sessions.python import PythonSession

        session: PythonSession | KernelSession = await self._kernel(kernel) or PythonSession()
        session.fence = self.fence
        await session.start(env=dict(env), cwd=self._cwd)
        return session

    async def _kernel(self, kernel: str) -> KernelSession | None:
        """A session in a kernel; None for Python steps that run without one."""
        from azops_tui.engine.sessions.kernel import KernelSession, can_use_kernels, has_ipykernel
        from azops_tui.engine.sessions.process import SessionError
        from azops_tui.engine.sessions.python import find_python

        if kernel and not can_use_kernels():
            raise SessionError(
                f"The step runs in the Jupyter kernel '{kernel}', which needs the extra 'jupyter': "
                "pip install 'azops-tui[jupyter]'"
            )
        if kernel:
            return KernelSession(kernel)
        if os.environ.get(NO_KERNEL) == "0" or not can_use_kernels():
            return None
        python = find_python(self._variables)
        return KernelSession(python=python) if await has_ipykernel(python, self._variables) else None

    async def _start_background(self, env: Mapping[str, str]) -> StepSession:
        from azops_tui.engine.sessions.bash import ShellSession

        session = ShellSession()
        session.fence = self.fence
        await session.start(env=dict(env), cwd=self._cwd)
        shell = self._shell if self._tape is None else getattr(self._shell, "started", self._shell)
        if isinstance(shell, ShellSession):
            await session.continue_from(shell)
        return session

    async def assign(self, name: str, value: str) -> None:
        """Give an exported variable a value in the sessions that have begun."""
        for session in self._started():
            await session.set(name, value, export=True)

    async def after_shell(self) -> list[Change]:
        """Take over what a shell step changed."""
        return [] if self._shell is None else await self._taken(self._shell)

    async def after_python(self, kernel: str = "") -> list[Change]:
        """Take over what a Python step changed in ``os.environ``."""
        python = self._pythons.get(kernel)
        if python is None:
            return []
        now = await python.variables()
        gone = self._in_python[kernel] - now.keys()
        secrets = await self._withdraw(python, now)
        changes = self._variables.take(now)
        self._variables.forget(gone)
        for session in self._started():
            if session is not python:
                await self._tell(session, changes, gone)
        shared = set(self._variables.shared())
        self._in_python = {name: set(now) if name == kernel else shared for name in self._pythons}
        return secrets + changes

    async def refresh(self) -> list[Change]:
        """Take over large variables of the shell that changed unnoticed, before a step uses their values."""
        return [] if self._shell is None else await self._taken(self._shell, exact=True)

    async def _taken(self, shell: StepSession, *, exact: bool = False) -> list[Change]:
        """Take over all that the shell has, and forget what it has not: Python learns of both."""
        now = await shell.variables(exact=exact)
        secrets = await self._withdraw(shell, now)
        gone = self._variables.shared().keys() - now.keys()
        changes = self._variables.take(now)
        self._variables.forget(gone)
        for python in self._pythons.values():
            await self._tell(python, changes, gone)
        return secrets + changes

    async def _withdraw(self, session: StepSession, now: dict[str, str]) -> list[Change]:
        """Withhold what a step made of a secret, and take it out of the session and of ``now``."""
        names = self._variables.carriers(now)
        if not names:
            return []
        await session.withdraw(names)
        values = {name: now.pop(name) for name in sorted(names)}
        changes = [
            self._variables.withhold(name, value, "step") for name, value in values.items() if not is_noise(name)
        ]
        return [change for change in changes if change is not None]

    def _started(self) -> list[StepSession]:
        return [*([self._shell] if self._shell is not None else []), *self._pythons.values()]

    async def close(self) -> None:
        """End all sessions and what runs in them."""
        for session in (*self._background, *self._started()):
            await session.close()
        self._background.clear()
        self._pythons.clear()
        self._shell = None

    @staticmethod
    async def _tell(session: StepSession, changes: list[Change], gone: set[str]) -> None:
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
