"""The run's shell session: one bash, in which all shell steps of a run are run one after another.

What a step leaves (variables of every kind, functions, aliases, options, traps, folder, umask, jobs) is there for the
next one. A step ends at its first failing command, the session does not; see ``driver.bash`` for how. Pipelines fail as
bash has it, by their last command, unless a step says ``set -o pipefail``.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import Literal

from azops_tui.engine import members
from azops_tui.engine.declared import declaration, scalars
from azops_tui.engine.stream import StepStream
from azops_tui.secrets.redact import Replacer

OnOutput = Callable[[str, Literal["stdout", "stderr"]], None]

DRIVER = Path(__file__).with_name("driver.bash")
_FUNCTIONS = DRIVER.with_name("driver_functions.bash")

GRACE = (3.0, 2.0, 1.0)
"""Seconds that a step has to end after SIGINT, then after SIGTERM, then after SIGKILL to what it started."""

_START = 10.0
"""Seconds within which a shell must be ready."""
_SHELLS = frozenset(("", "bash", "sh", "shell", "zsh", "dash", "ksh", "ash"))
_WATCHED = re.compile(r"\b(?:export|declare|typeset|readonly|local)\b[^\n]*(?:\$\(|`)")
"""Code whose command substitutions are watched: their failure is lost to bash."""

_QUIET = {
    "PAGER": "cat",
    "GIT_PAGER": "cat",
    "MANPAGER": "cat",
    "SYSTEMD_PAGER": "cat",
    "GIT_TERMINAL_PROMPT": "0",
    "DEBIAN_FRONTEND": "noninteractive",
    "AZURE_CORE_NO_COLOR": "true",
    "AZURE_CORE_DISABLE_PROGRESS_BAR": "true",
    "COLUMNS": "120",
}
"""Set where the environment has no value of its own: nobody is there to press a key in a pager."""
_DROPPED = ("BASH_ENV", "ENV", "PROMPT_COMMAND", "BASHOPTS", "SHELLOPTS")


class ShellError(OSError):
    """No shell session can be had: a sentence that says why and what to do."""


@dataclass(frozen=True, slots=True)
class ShellResult:
    """How a step ended."""

    status: int | None
    """Exit status; None where the shell died, or the step would not end."""
    duration: float
    """Seconds."""
    stopped: bool = False
    timed_out: bool = False
    died: bool = False
    """The shell itself ended; the next step runs in one that goes on from the state before this step."""
    line: int | None = None
    """The line of the step's code (or of the function in it) whose command failed, where one did."""
    stdout: bytes = b""
    """Standard output as it was, as far as it was asked for."""


class ShellSession:
    """A persistent bash. Steps run one at a time; :meth:`stop` may be called while one runs."""

    def __init__(self, bash: str | None = None) -> None:
        """``bash`` is the program; by default the first on PATH."""
        self._bash = bash
        self._process: asyncio.subprocess.Process | None = None
        self._folder = Path()
        self._commands = self._reports = -1
        self._reported = bytearray()
        self._report: asyncio.Future[list[str]] | None = None
        self._stdout: StepStream
        self._stderr: StepStream
        self._slot = 0
        self._steps = 0
        self._set: dict[str, tuple[str, bool]] = {}
        """Assigned since the last step: bash learns of it with the next one."""
        self._running = False
        self._began = 0.0
        self._stopped = False
        self._stopping: asyncio.Task[None] | None = None
        self._plain_environment: dict[str, str] = {}

    async def start(self, env: Mapping[str, str], cwd: str | Path) -> None:
        """Starts bash in folder ``cwd`` with the environment ``env``.

        Raises:
            ShellError: there is no bash, it is older than 4.4, or it does not start.
            OSError: ``cwd`` is no folder, or no temporary folder can be made.
        """
        bash = self._bash or shutil.which("bash", path=env.get("PATH"))
        if bash is None:
            raise ShellError("Shell steps need bash, and there is none on PATH. Install bash 4.4 or later.")
        if not os.path.isdir(cwd):  # noqa: ASYNC240 - one look at a local folder
            raise NotADirectoryError(f"{cwd} is no folder, and the shell session cannot begin in it.")
        self._bash = bash
        loop = asyncio.get_running_loop()
        runtime = env.get("XDG_RUNTIME_DIR", "")
        parent = runtime if runtime and os.access(runtime, os.W_OK | os.X_OK) else None
        self._folder = Path(tempfile.mkdtemp(prefix="azops-", dir=parent))
        names = Replacer((f"{file}: " for file in self._own_files()), "bash: ")
        self._stdout = StepStream(str(self._folder / "stdout"), loop, Replacer())
        self._stderr = StepStream(str(self._folder / "stderr"), loop, names)
        for name in ("commands", "reports"):
            os.mkfifo(self._folder / name, 0o600)
        self._commands = os.open(self._folder / "commands", os.O_RDWR | os.O_CLOEXEC)
        self._reports = os.open(self._folder / "reports", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        loop.add_reader(self._reports, self._on_report)
        self._plain_environment = dict(env)
        quiet = {**_QUIET, **env, "TERM": "dumb"}
        for name in _DROPPED:
            quiet.pop(name, None)
        try:
            await self._spawn(quiet, cwd)
        except BaseException:
            await self.close()
            raise

    async def run(
        self,
        code: str,
        *,
        timeout: float | None = None,  # noqa: ASYNC109 - it stops the step, which a cancelled scope would not
        on_output: OnOutput,
        cwd: str | Path | None = None,
        env: Mapping[str, str] | None = None,
        interactive: bool = False,
        interpreter: str = "bash",
        keep: int = 0,
    ) -> ShellResult:
        """Runs a step and waits for its end.

        Args:
            code: what to run.
            timeout: seconds after which it is stopped.
            on_output: gets sanitised text with ``stdout`` or ``stderr``, in pieces of at most 64 k characters; a
                small output arrives within 40 ms.
            cwd: folder for this step alone.
            env: exported variables for this step alone.
            interactive: run on this process's terminal, which must be free; output is not seen here.
            interpreter: a program that runs the code as a file, with the session's exported variables; shells run it
                in the session.
            keep: bytes of standard output that the result has as they were.

        Raises:
            ShellError: the shell died before, and cannot be started again.
            RuntimeError: a step is running.
        """
        if self._running:
            raise RuntimeError("The shell session is running a step already.")
        began = time.monotonic()
        self._running, self._stopped = True, False
        self._began = members.now()
        try:
            if self._process is None or self._process.returncode is not None:
                await self._restart()
            self._write_step(code, cwd, dict(env or {}), interactive, interpreter)
            new = 1 - self._slot
            self._stdout.begin(lambda text: on_output(text, "stdout"), keep)
            self._stderr.begin(lambda text: on_output(text, "stderr"))
            try:
                if interactive:
                    status, timed_out, line = await self._on_terminal(new, timeout)
                else:
                    self._steps += 1
                    watch = "watch" if _WATCHED.search(code) else ""
                    status, timed_out, line = await self._in_session(f"run {self._steps} {new} {watch}", timeout)
            finally:
                raw = self._stdout.end()
                self._stderr.end()
            died = status is None
            if not died:
                self._slot = new
                self._set.clear()
            return ShellResult(
                status, time.monotonic() - began, self._stopped and not timed_out, timed_out, died, line, raw
            )
        finally:
            self._running = False

    async def stop(self) -> None:
        """Ends the running step: SIGINT to all its processes, then SIGTERM, then SIGKILL; returns when it has ended.

        Where nothing else helps the shell is ended too, and the next step begins with the state before this one.
        """
        if not self._running:
            return
        self._stopped = True
        if self._stopping is None:
            self._stopping = asyncio.create_task(self._end_step())
            self._stopping.add_done_callback(lambda _: setattr(self, "_stopping", None))
        await asyncio.shield(self._stopping)

    async def variables(self) -> dict[str, str]:
        """All variables of the shell that are no arrays, exported or not, as the last step left them."""
        found = scalars((self._folder / f"state.{self._slot}").read_bytes())
        return {
            **{name: value for name, value in found.items() if not name.startswith("__azops_")},
            **{name: value for name, (value, _) in self._set.items()},
        }

    async def set(self, name: str, value: str, export: bool = True) -> None:
        """Gives a variable a value, for the steps to come.

        Raises:
            ValueError: it is no name of a variable, or the value has a NUL character.
        """
        declaration(name, value, export=export)
        self._set[name] = (value, export)

    async def close(self) -> None:
        """Ends the session, its shell (whose EXIT trap runs) and all that its steps left running."""
        if self._running:
            await self.stop()
        process = self._process
        if process is not None:
            if process.returncode is None:
                os.write(self._commands, b"close\n")
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(process.wait(), 2.0)
            await _end_group(process)
        if self._commands >= 0:
            asyncio.get_running_loop().remove_reader(self._reports)
            os.close(self._commands)
            os.close(self._reports)
            self._stdout.close()
            self._stderr.close()
            self._commands = self._reports = -1
            shutil.rmtree(self._folder, ignore_errors=True)

    # Starting

    def _own_files(self) -> list[Path]:
        """What bash reads code from, and names in its messages; users know it as bash."""
        return [self._folder / name for name in ("step", "state.0", "state.1", "before")] + [DRIVER, _FUNCTIONS]

    async def _spawn(self, env: Mapping[str, str], cwd: str | Path, *mode: str) -> None:
        assert self._bash is not None
        report = self._expect()
        try:
            self._process = await asyncio.create_subprocess_exec(
                *(self._bash, "--norc", "--noprofile", str(DRIVER), str(self._folder), str(os.getpid()), *mode),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
                env=env,
                cwd=cwd,
                start_new_session=True,
                preexec_fn=_allow_interrupts if _interrupts_ignored() else None,
            )
        except OSError as error:
            raise ShellError(f"{self._bash} cannot be started: {error.strerror or error}.") from error
        words = await self._or_death(report, _START)
        if words is None or words[0] != "ready":
            version = f" {words[1]} is too old" if words and words[0] == "old" else " did not start"
            raise ShellError(
                f"{self._bash}{version}: shell steps need bash 4.4 or later. Install a newer one (on macOS: "
                "brew install bash) and put it first on PATH."
            )

    async def _restart(self) -> None:
        """A new shell, with the state that the last finished step left."""
        await self._spawn({}, "/", "again", str(self._slot))

    # Running

    def _write_step(
        self, code: str, cwd: str | Path | None, env: dict[str, str], interactive: bool, interpreter: str
    ) -> None:
        before = b"".join(declaration(name, value, export=export) for name, (value, export) in self._set.items())
        before = before.replace(b"\ndeclare", b" 2>/dev/null\ndeclare")
        after = quote(str(self._folder / "after"))
        if interactive:
            for name in ("TERM", *_QUIET):
                env.setdefault(name, self._plain_environment.get(name, ""))
        for name, value in env.items():
            undo = (
                f"{{ builtin printf 'builtin unset -v {name}\\n'; builtin declare -p {name}; }} >>{after} 2>/dev/null\n"
            )
            before += undo.encode() + declaration(name, value, export=True)
        if cwd is not None:
            before += (
                f"builtin printf 'builtin cd -- %q\\n' \"$PWD\" >>{after}\n"
                f"builtin cd -- {quote(os.fspath(cwd))} || __azops_refused=1\n"
            ).encode("utf-8", "surrogateescape")
        if interpreter.split("/")[-1] not in _SHELLS:
            script = self._folder / "script"
            script.write_text(code, "utf-8", "surrogateescape")
            code = f"{interpreter} {quote(str(script))}"
        (self._folder / "before").write_bytes(before)
        (self._folder / "after").write_bytes(b"")
        text = code.replace("\r\n", "\n")
        (self._folder / "step").write_bytes(text.encode("utf-8", "surrogateescape") + b"\n")

    async def _in_session(self, command: str, limit: float | None) -> tuple[int | None, bool, int | None]:
        """Has the driver do it; its status (None when the shell died), whether time ran out, and the failing line."""
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
        if words is None or words[0] != "end":
            return None, timed_out, None
        return int(words[2]), timed_out, int(words[3]) if len(words) > 3 else None

    async def _on_terminal(self, new: int, limit: float | None) -> tuple[int | None, bool, int | None]:
        """Runs the step in a shell of its own on this terminal, and has the session go on from where it ended."""
        assert self._bash is not None
        state = self._folder / f"state.{new}"
        state.unlink(missing_ok=True)
        with _interrupts_not_for_us():
            process = await asyncio.create_subprocess_exec(
                *(self._bash, "--norc", "--noprofile", str(DRIVER), str(self._folder), str(os.getpid())),
                *("once", str(self._slot), str(new)),
                env={},
                preexec_fn=_allow_interrupts,
            )
            timed_out = False
            try:
                status = await asyncio.wait_for(process.wait(), limit)
            except TimeoutError:
                timed_out = True
                process.terminate()
                status = await process.wait()
        if not state.exists() or not state.stat().st_size:
            return None, timed_out, None
        self._steps += 1
        await self._in_session(f"load {self._steps} {new} ", _START)
        return status, timed_out, None

    async def _end_step(self) -> None:
        process = self._process
        if process is None:
            return
        for number, grace in zip((signal.SIGINT, signal.SIGTERM, signal.SIGKILL), GRACE, strict=True):
            found = members.started_since(process.pid, self._began)
            members.send(found if number is signal.SIGKILL else [*found, process.pid], number)
            if await self._ended(grace):
                return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        await self._ended(1.0)

    async def _ended(self, grace: float) -> bool:
        """Whether the step ends within so many seconds."""
        report = self._report
        if report is not None and not report.done():
            await asyncio.wait([report], timeout=grace)
        return report is None or report.done() or not self._alive()

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

    def _alive(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def _or_death(self, report: asyncio.Future[list[str]], limit: float | None) -> list[str] | None:
        """The report; None when the shell ended without one, or time ran out."""
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


def _interrupts_ignored() -> bool:
    """Whether SIGINT is ignored here: a shell inherits that and could never be interrupted."""
    return signal.getsignal(signal.SIGINT) in (signal.SIG_IGN, None)


def _allow_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextlib.contextmanager
def _interrupts_not_for_us() -> Iterator[None]:
    """While a program has the terminal, Ctrl+C is for it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
