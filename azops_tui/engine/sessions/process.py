"""What the shell session and the Python session share: a child process that runs steps when it is told to.

The child leads a process group and a session of its own. Both sides meet in a private folder with four FIFOs: commands
go in and reports come out by lines, and standard output and error are read apart. The child opens them by name, so that
nothing it starts inherits a way to speak for it, and a program that outlives its step cannot keep the step from ending.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from azops_tui.engine.sessions.folder import make_session_folder
from azops_tui.engine.sessions.process_group import Member, StepProcesses, adopt_orphans, in_session, send
from azops_tui.engine.sessions.stream import StepStream
from azops_tui.engine.sessions.watcher import Watcher
from azops_tui.errors import AzopsError
from azops_tui.secrets.replace import Replacer

if TYPE_CHECKING:
    from azops_tui.gate.fence import Fence

OnOutput = Callable[[str, Literal["stdout", "stderr"]], None]
"""Gets sanitised text in pieces of at most 64 k characters; a small output arrives within 40 ms."""

GRACE = (3.0, 2.0, 1.0)
"""Seconds that a step has to end after SIGINT, then after SIGTERM, then after SIGKILL to what it started."""

MARK = "AZOPS_SESSION"
"""Variable of the environment of all that a session starts: the name of the session's folder."""
LARGEST_PICTURE = 4_000_000
"""Bytes of a picture that is kept."""
_RECHECK = 0.05
"""Seconds after which a stop looks again for processes that it has not told yet; doubled each time."""
_START = 10.0
"""Seconds within which the child must be ready."""


class SessionError(AzopsError, OSError):
    """A session cannot start; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class SessionResult:
    """How a step ended."""

    status: int | None
    """Exit status; None if the session's process died or the step did not end."""
    duration: float
    """Seconds."""
    stopped: bool = False
    timed_out: bool = False
    died: bool = False
    """The process itself ended; the next step runs in a new one."""
    line: int | None = None
    """Line of the step's code that failed, if known."""
    stdout: bytes = b""
    """The first bytes of standard output, unchanged, up to the ``keep`` of the call."""
    pictures: tuple[bytes, ...] = ()
    """Figures that the step shows, as PNG."""


class DriverSession:
    """A child process with its folder and streams. Steps run one at a time."""

    files: ClassVar[tuple[str, ...]] = ()
    """Names of the files in the folder that the two sides write."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._folder = Path()
        self._commands = self._reports = -1
        self._reported = bytearray()
        self._report: asyncio.Future[list[str]] | None = None
        self._stdout: StepStream
        self._stderr: StepStream
        self._steps = 0
        self._running = False
        self._processes: StepProcesses | None = None
        self._former: list[int] = []
        """Process ids of the processes of this session that have died; jobs of earlier steps may run in theirs."""
        self._stopped = False
        self._stopping: asyncio.Task[None] | None = None
        self._watcher: Watcher | None = None
        self._lock = -1
        self.fence: Fence | None = None
        """Holds the session's process and all that it starts; set it before the start."""

    async def stop(self) -> None:
        """Stop the running step: SIGINT to all its processes, then SIGTERM, then SIGKILL; return when it has ended.

        If the step still runs, the session's process is killed and the next step starts a new one.
        """
        if not self._running:
            return
        self._stopped = True
        if self._stopping is None:
            self._stopping = asyncio.create_task(self._end_step())
            self._stopping.add_done_callback(self._forget_stopping)
        await asyncio.shield(self._stopping)

    async def close(self) -> None:
        """End the session and the processes that its steps left in it."""
        if self._running:
            await self.stop()
        process = self._process
        if process is not None:
            if process.returncode is None:
                os.write(self._commands, b"close\n")
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(process.wait(), 2.0)
            await _end_group(process)
            self._process = None
        for leader in self._former:
            await StepProcesses(leader).end(in_session(leader))
        self._former.clear()
        if self._watcher is not None:
            self._watcher.dismiss()
            self._watcher = None
        if self._commands >= 0:
            asyncio.get_running_loop().remove_reader(self._reports)
            os.close(self._commands)
            os.close(self._reports)
            self._stdout.close()
            self._stderr.close()
            self._commands = self._reports = -1
            shutil.rmtree(self._folder, ignore_errors=True)
            os.close(self._lock)

    # For the sessions

    def _open(self, env: Mapping[str, str], cwd: str | Path) -> None:
        """Make the folder and open the streams.

        Raises:
            OSError: ``cwd`` is not a folder, or the session's folder cannot be made.
        """
        if not os.path.isdir(cwd):
            raise NotADirectoryError(f"'{cwd}' is not a folder; a session cannot start in it.")
        loop = asyncio.get_running_loop()
        self._folder, self._lock = make_session_folder(env, self.files)
        self._stdout = StepStream(str(self._folder / "stdout"), loop, Replacer((), ""))
        self._stderr = StepStream(str(self._folder / "stderr"), loop, self._messages())
        for name in ("commands", "reports"):
            os.mkfifo(self._folder / name, 0o600)
        self._commands = os.open(self._folder / "commands", os.O_RDWR | os.O_CLOEXEC)
        self._reports = os.open(self._folder / "reports", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        loop.add_reader(self._reports, self._on_report)

    @contextlib.asynccontextmanager
    async def _starting(self, env: Mapping[str, str], cwd: str | Path) -> AsyncIterator[None]:
        """Open the session for a start; it is closed again if the start fails.

        Raises:
            OSError: ``cwd`` is not a folder, or the session's folder cannot be made.
        """
        self._open(env, cwd)
        try:
            yield
        except BaseException:
            await self.close()
            raise

    def _messages(self) -> Replacer:
        """Changes what the child says on standard error of files that no user has heard of."""
        return Replacer((), "")

    async def _spawn(self, command: Sequence[str], env: Mapping[str, str], cwd: str | Path) -> list[str] | None:
        """Starts the child and waits for its first report; None when there is none.

        Raises:
            SessionError: the program cannot be started.
        """
        report = self._expect()
        await self._start_process(command, env, cwd)
        words = await self._or_death(report, _START)
        if words is None and self._alive():
            assert self._process is not None
            self._process.kill()
        return words

    async def _start_process(self, command: Sequence[str], env: Mapping[str, str], cwd: str | Path) -> None:
        """Start the child, in its fence if there is one.

        Raises:
            SessionError: the program cannot be started.
        """
        try:
            with self._child_preparation(prepare_child) as prepare:
                self._process = await asyncio.create_subprocess_exec(
                    *command,
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=asyncio.subprocess.DEVNULL,
                    stderr=asyncio.subprocess.DEVNULL,
                    env={**env, MARK: self._folder.name},
                    cwd=cwd,
                    start_new_session=True,
                    preexec_fn=prepare,
                )
            if self._watcher is not None:
                self._watcher.dismiss()
            self._watcher = Watcher(self._process.pid, self._folder)
        except OSError as error:
            raise SessionError(f"{command[0]} cannot be started: {error.strerror or error}.") from error
        except subprocess.SubprocessError as error:
            raise SessionError(f"{command[0]} cannot be started inside the fence: {error}") from error

    @contextlib.contextmanager
    def _child_preparation(self, prepare: Callable[[], None]) -> Iterator[Callable[[], None]]:
        """What a child does before its program starts: ``prepare``, then enter the fence if there is one."""
        if self.fence is None:
            yield prepare
            return
        with self.fence.prepared(self._folder) as enter:

            def prepare_and_enter() -> None:
                prepare()
                enter()

            yield prepare_and_enter

    @contextlib.asynccontextmanager
    async def _step(self) -> AsyncIterator[None]:
        """Around a step.

        Raises:
            RuntimeError: another one is running.
        """
        if self._running:
            raise RuntimeError("The session is already running a step.")
        self._running, self._stopped = True, False
        self._processes = None
        try:
            yield
        finally:
            if self._stopping is not None:
                # What the step has left must be gone before another one starts.
                await asyncio.shield(self._stopping)
            self._running = False

    def _listen(self, on_output: OnOutput, keep: int) -> None:
        self._stdout.begin(lambda text: on_output(text, "stdout"), keep)
        self._stderr.begin(lambda text: on_output(text, "stderr"))

    def _listened(self) -> bytes:
        raw = self._stdout.end()
        self._stderr.end()
        return raw

    async def _command(self, command: str, limit: float | None) -> tuple[list[str] | None, bool]:
        """Has the child do it: its report (None when it died), and whether it took longer than ``limit`` seconds."""
        assert self._process is not None
        self._processes = StepProcesses(self._process.pid)
        report = self._expect()
        os.write(self._commands, command.encode() + b"\n")
        timed_out = False
        try:
            words = await self._or_death(report, limit)
            if words is None and not report.done() and self._alive():
                timed_out = True
                await self.stop()
                words = await self._or_death(report, 1.0)
        except asyncio.CancelledError:
            await self.stop()
            raise
        if words is None:
            await self._end_orphans()
        return words, timed_out

    async def _end_orphans(self) -> None:
        """End what a step has left that ended the session's process too, such as by ``kill -9 $$``."""
        if self._processes is not None and not self._alive():
            self._former.append(self._processes.leader)
            await self._processes.end(self._processes.orphans(f"{MARK}={self._folder.name}"))

    def _alive(self) -> bool:
        return self._process is not None and self._process.returncode is None

    # Stopping

    def _forget_stopping(self, _: object) -> None:
        self._stopping = None

    async def _end_step(self) -> None:
        process, processes = self._process, self._processes
        if process is None or processes is None:
            return
        known: set[Member] = set()
        for number, grace in zip((signal.SIGINT, signal.SIGTERM, signal.SIGKILL), GRACE, strict=True):
            # A process that was only about to become a program loses the signal: each program gets its own, once.
            signalled: set[Member] = set()
            pause, left = _RECHECK, grace
            while left > 0:
                members = processes.members()
                if number is not signal.SIGKILL and not signalled:
                    with contextlib.suppress(ProcessLookupError):
                        process.send_signal(number)
                send(members - signalled, number)
                signalled |= members
                known |= members
                if await self._ended(min(pause, left)):
                    await processes.end(known)
                    return
                left, pause = left - pause, pause * 2
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        await processes.end(known)

    async def _ended(self, grace: float) -> bool:
        """Whether the step ends within so many seconds."""
        report = self._report
        if report is None or not self._alive():
            return True
        await self._or_death(report, grace)
        return report.done() or not self._alive()

    # Reports

    def _expect(self) -> asyncio.Future[list[str]]:
        self._reported.clear()
        self._report = asyncio.get_running_loop().create_future()
        return self._report

    def _on_report(self) -> None:
        try:
            self._reported += os.read(self._reports, 4096)
        except BlockingIOError:
            return
        line, separator, rest = self._reported.partition(b"\n")
        if separator:
            self._reported = bytearray(rest)
            if self._report is not None and not self._report.done():
                self._report.set_result(line.decode(errors="replace").split())

    async def _or_death(self, report: asyncio.Future[list[str]], limit: float | None) -> list[str] | None:
        """The report; None when the child ended without one, or time ran out."""
        assert self._process is not None
        death = asyncio.ensure_future(self._process.wait())
        try:
            waiting: list[asyncio.Future[list[str]] | asyncio.Future[int]] = [report, death]
            await asyncio.wait(waiting, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
            if death.done() and not report.done():
                # What it said last may still be on its way.
                self._on_report()
        finally:
            death.cancel()
        return report.result() if report.done() else None


async def _end_group(process: asyncio.subprocess.Process) -> None:
    """Ends all processes of the session's group: politely, then not."""
    for number, grace in ((signal.SIGTERM, 0.5), (signal.SIGKILL, 0.0)):
        deadline = time.monotonic() + grace
        try:
            os.killpg(process.pid, number)
            while time.monotonic() < deadline:
                await asyncio.sleep(0.01)
                os.killpg(process.pid, 0)
        except (ProcessLookupError, PermissionError):
            break
    await process.wait()


def allow_interrupts() -> None:
    """In a child before its program: SIGINT ends it even where azops ignores SIGINT, which a child inherits."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def prepare_child() -> None:
    """In a child before its program: it can be interrupted, and adopts what its descendants leave."""
    allow_interrupts()
    adopt_orphans()
