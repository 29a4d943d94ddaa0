"""A session in a Jupyter kernel: ``{kernel=NAME}``, and Python steps where ipykernel is installed.

Needs the extra ``jupyter``. azops starts the kernel itself, in the session's fence, and speaks Jupyter's protocol with
it, every message signed (https://jupyter-client.readthedocs.io/en/stable/messaging.html).
Kernels of Python share variables with the run as the Python session does; others get the environment when they start.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import time
from collections.abc import Collection, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from azops_tui.engine.sessions.declared import declaration
from azops_tui.engine.sessions.kernel_replies import KernelReplies
from azops_tui.engine.sessions.large import split_environment
from azops_tui.engine.sessions.process import DriverSession, OnOutput, SessionError, SessionResult
from azops_tui.engine.sessions.process_group import StepProcesses

if TYPE_CHECKING:
    from jupyter_client.asynchronous.client import AsyncKernelClient

_START_SECONDS = 60.0
_SETUP = """
def azops_setup(sources, folder):
    import sys, types
    for name, source in sources.items():
        module = sys.modules[name] = types.ModuleType(name)
        exec(compile(source, name, "exec"), module.__dict__)
    module.side = module.KernelSide(get_ipython(), folder)
azops_setup({sources!r}, {folder!r})
del azops_setup
"""
_SIDE = "__import__('python_kernel').side"


def can_use_kernels() -> bool:
    """Whether the extra ``jupyter`` is installed."""
    return find_spec("jupyter_client") is not None


def installed_kernels() -> list[str]:
    """Names of the installed kernels; needs the extra ``jupyter``."""
    from jupyter_client.kernelspec import KernelSpecManager

    return sorted(KernelSpecManager().find_kernel_specs())


async def has_ipykernel(python: str, env: Mapping[str, str]) -> bool:
    """Whether a Python has ipykernel."""
    probe = "import importlib.util, sys; sys.exit(importlib.util.find_spec('ipykernel') is None)"
    with contextlib.suppress(OSError):
        process = await asyncio.create_subprocess_exec(
            python,
            "-c",
            probe,
            env=dict(env),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        return await process.wait() == 0
    return False


class KernelSession(DriverSession):
    """A persistent kernel. Steps run one at a time; :meth:`stop` interrupts one, and the kernel lives.

    Args:
        kernel: name of an installed kernel.
        python: program of a Python that has ipykernel, instead of a name.
    """

    files = ("request", "environment", "connection")

    def __init__(self, kernel: str = "", python: str = "") -> None:
        super().__init__()
        self._kernel = kernel
        self._python = python
        self._is_python = bool(python)
        self._client: AsyncKernelClient | None = None
        self._cwd = ""
        self._set: dict[str, str | None] = {}
        """Assigned, or (None) deleted, since the last step."""
        self._last: dict[str, str] = {}

    async def start(self, env: Mapping[str, str], cwd: str | Path) -> None:
        """Start the kernel in folder ``cwd`` with the environment ``env``.

        Raises:
            SessionError: the kernel is not installed, or does not start.
            OSError: ``cwd`` is not a folder, or the session's folder cannot be made.
        """
        self._cwd, self._last = os.fspath(cwd), dict(env)
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
        """Run a step and wait for its end; see :meth:`PythonSession.run`.

        Raises:
            SessionError: the kernel died before, and cannot be started again.
            RuntimeError: a step is running.
        """
        began = time.monotonic()
        async with self._step():
            if not self._alive():
                await self._begin()
            assert self._process is not None
            assert self._client is not None
            if self._is_python:
                own = {**(secrets or {}), **(env or {})}
                request: dict[str, Any] = {"set": self._set, "env": own, "secrets": list(secrets or {})}
                request["cwd"] = os.fspath(cwd) if cwd else ""
                (self._folder / "request").write_text(json.dumps(request), "utf-8", "surrogateescape")
                await self._execute_silently(f"{_SIDE}.before()")
            self._processes = StepProcesses(self._process.pid)
            replies = KernelReplies(on_output, keep)
            timed_out = not await self._follow(code, replies, timeout)
            died = not self._alive()
            await self._end_orphans()
            if not died and self._is_python:
                await self._execute_silently(f"{_SIDE}.after()")
                self._last = json.loads((self._folder / "environment").read_text("utf-8", "surrogateescape"))
                self._set = {}
            replies.finish()
            return SessionResult(
                None if died else replies.status,
                time.monotonic() - began,
                self._stopped and not timed_out,
                timed_out,
                died,
                replies.line,
                bytes(replies.kept),
                tuple(replies.pictures),
            )

    async def variables(self, *, exact: bool = True) -> dict[str, str]:
        """The environment as the last step left it."""
        variables = {**self._last, **self._set}
        return {name: value for name, value in variables.items() if value is not None}

    async def set(self, name: str, value: str, export: bool = True) -> None:
        """Set an environment variable for the steps that follow.

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
        (self._folder / "environment").write_text(json.dumps(self._last), "utf-8", "surrogateescape")
        for name in names:
            await self.unset(name)

    async def close(self) -> None:
        """End the kernel and the processes that its steps left in it."""
        client, self._client = self._client, None
        if client is not None:
            if self._alive() and not self._running:
                client.shutdown()
            client.stop_channels()
        await super().close()

    async def _begin(self) -> None:
        from jupyter_client.asynchronous.client import AsyncKernelClient
        from jupyter_client.connect import write_connection_file

        if self._client is not None:
            self._client.stop_channels()
        path = self._folder / "connection"
        path.unlink(missing_ok=True)
        command = [word.replace("{connection_file}", str(path)) for word in self._command_line()]
        write_connection_file(str(path), key=os.urandom(32).hex().encode(), **self._transport())
        env, large = split_environment(self._last)
        self._set = {**large, **self._set}
        # IPython copies this file with its mode, which the fence denies, unless the file is there.
        readme = self._folder / "profile_default/startup/README"
        readme.parent.mkdir(parents=True, exist_ok=True)
        readme.touch()
        (self._folder / "environment").write_text(json.dumps(env), "utf-8", "surrogateescape")
        # The user's own folder of IPython cannot be written to in a fence, and is none of the document's business.
        own = {"IPYTHONDIR": str(self._folder)} if self._is_python else {}
        await self._start_process(command, {**env, **own}, self._cwd)
        client = AsyncKernelClient()
        client.load_connection_file(str(path))
        # The heartbeat of a busy machine's kernel stops now and then; its process tells whether it lives.
        client.start_channels(hb=False)
        self._client = client
        deadline = time.monotonic() + _START_SECONDS
        while not await self._answers(client):
            if not self._alive() or time.monotonic() > deadline:
                how = "in time" if self._alive() else "and ended"
                raise SessionError(f"The kernel {self._kernel or self._python} did not start {how}.")
        if self._is_python:
            here = Path(__file__)
            sources = {name: here.with_name(f"{name}.py").read_text() for name in ("python_names", "python_kernel")}
            setup = _SETUP.replace("{sources!r}", repr(sources)).replace("{folder!r}", repr(str(self._folder)))
            await self._execute_silently(setup)

    @staticmethod
    async def _answers(client: AsyncKernelClient) -> bool:
        """Whether the kernel answers a request and its broadcasts arrive, within half a second."""
        from queue import Empty

        client.kernel_info()
        try:
            await client.get_shell_msg(timeout=0.5)
            await client.get_iopub_msg(timeout=0.5)
        except Empty:
            return False
        return True

    def _transport(self) -> dict[str, Any]:
        """How messages travel, so that no other user reads them: by sockets in the session's folder.

        A fence denies such sockets; in it messages travel encrypted over the loopback interface.

        Raises:
            SessionError: the kernel cannot encrypt.
        """
        if self.fence is None:
            return {"transport": "ipc", "ip": str(self._folder / "socket")}
        if not self._is_python:
            raise SessionError(f"The kernel {self._kernel} cannot run in a sandbox: it does not encrypt its messages.")
        import zmq

        public, secret = zmq.curve_keypair()
        return {"ip": "127.0.0.1", "curve_publickey": public, "curve_secretkey": secret}

    def _command_line(self) -> list[str]:
        """The command that starts the kernel, with a place for the connection file.

        Raises:
            SessionError: it is not installed.
        """
        from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

        argv = [self._python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        if self._kernel:
            specs = KernelSpecManager()
            try:
                spec = specs.get_kernel_spec(self._kernel)
            except NoSuchKernel:
                installed = ", ".join(installed_kernels()) or "none"
                raise SessionError(
                    f"The Jupyter kernel '{self._kernel}' is not installed. Installed: {installed}."
                ) from None
            argv, self._is_python = list(spec.argv), "ipykernel_launcher" in spec.argv
            self._last = {**self._last, **spec.env}
        if self._is_python:
            argv += ["--HistoryManager.enabled=False", "--InteractiveShell.colors=nocolor"]
        return argv

    async def _execute_silently(self, code: str) -> None:
        """Run code of azops itself; what it shows goes nowhere."""
        assert self._client is not None
        message = self._client.execute(code, silent=True, store_history=False, allow_stdin=False)
        reply = asyncio.ensure_future(self._reply(message))
        assert self._process is not None
        death = asyncio.ensure_future(self._process.wait())
        await asyncio.wait({reply, death}, return_when=asyncio.FIRST_COMPLETED)
        death.cancel()
        if not reply.done():
            reply.cancel()
        elif reply.result()["status"] == "error":
            raise SessionError(f"The kernel cannot prepare a step: {reply.result().get('evalue', '')}")

    async def _reply(self, message: str) -> dict[str, Any]:
        assert self._client is not None
        while True:
            reply = await self._client.get_shell_msg()
            if reply["parent_header"].get("msg_id") == message:
                content: dict[str, Any] = reply["content"]
                return content

    async def _follow(self, code: str, replies: KernelReplies, limit: float | None) -> bool:
        """Execute code and hand on what it shows; False if it took longer than ``limit`` seconds."""
        self._report = report = asyncio.get_running_loop().create_future()
        reading = asyncio.ensure_future(self._read(code, replies))

        def ended(_: asyncio.Future[None]) -> None:
            if not report.done():
                report.set_result(["end"])

        reading.add_done_callback(ended)
        try:
            await self._or_death(report, limit)
            in_time = report.done() or not self._alive()
            if not in_time:
                await self.stop()
        except asyncio.CancelledError:
            await self.stop()
            raise
        finally:
            reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await reading
        return in_time

    async def _read(self, code: str, replies: KernelReplies) -> None:
        assert self._client is not None
        message = self._client.execute(code, allow_stdin=False)
        while True:
            shown = await self._client.get_iopub_msg()
            if shown["parent_header"].get("msg_id") == message and not replies.take(shown):
                break
        replies.end(await self._reply(message))
