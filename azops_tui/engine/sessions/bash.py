"""The run's shell session: one bash, in which all shell steps of a run are run one after another.

Variables of every kind, functions, aliases, options, traps, the working folder, umask and jobs carry over to the next
step. A step ends at its first failing command, the session does not; ``bash_driver.bash`` says how. A pipeline fails by
its last command, as in bash, unless a step sets ``pipefail``.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import signal
import threading
import time
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from shlex import quote
from typing import Any

from azops_tui.engine.sessions.declared import declaration, scalars, without
from azops_tui.engine.sessions.large import LARGE, LargeVariables, split_environment
from azops_tui.engine.sessions.process import DriverSession, OnOutput, SessionError, SessionResult, prepare_child
from azops_tui.engine.sessions.process_group import StepProcesses
from azops_tui.secrets.replace import Replacer

DRIVER = Path(__file__).with_name("bash_driver.bash")
_FUNCTIONS = DRIVER.with_name("bash_driver_functions.bash")
_EXIT = '__azops_err=$?\n\\. {own}\n__azops_exit "$@"\n'
_TRAP = """if ((BASH_SUBSHELL)); then
  \\builtin trap "$@"
else
  \\. {own}
  __azops_trap "$@"
  __azops_sleep "$?"
fi
"""
"""Bodies of the functions ``exit`` and ``trap`` that a step has: they wake the driver."""

_LOAD = 10.0
"""Seconds that the session may take to load or to save variables."""
_SHELLS = frozenset(("", "bash", "sh", "shell", "zsh", "dash", "ksh", "ash"))
_WATCHED = re.compile(r"\b(?:export|declare|typeset|readonly|local)\b[^\n]*(?:\$\(|`)")
"""Code whose command substitutions are watched: their failure is lost to bash."""

_ENDS_OR_TRAPS = re.compile(rb"\b(?:exit|trap|source|eval)\b|(?:^|[\s;&|({])\.\s")
"""Code that may call ``exit`` or ``trap``."""

_ARITHMETIC = re.compile(r"\$\(\(|\$\[")
"""After an error in arithmetic bash ends the outermost command and continues with the next one of the file.

A step with arithmetic therefore runs as one group of commands, which ends as a whole."""
_READ_AS_IT_GOES = re.compile(r"\b(?:alias|extglob)\b")
"""Code that changes how the code after it is read, and so cannot be read whole."""

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
"""Defaults for the environment: nobody can press a key in a pager."""
_DROPPED = ("BASH_ENV", "ENV", "PROMPT_COMMAND", "BASHOPTS", "SHELLOPTS")


class ShellSession(DriverSession):
    """A persistent bash. Steps run one at a time; :meth:`stop` may be called while one runs."""

    files = (
        "step",
        "before",
        "after",
        "script",
        "state.0",
        "state.1",
        "functions.0",
        "functions.1",
        "large",
        "substituted",
    )

    def __init__(self, bash: str | None = None) -> None:
        """``bash`` is the program; by default the first on PATH."""
        super().__init__()
        self._bash = bash or ""
        self._slot = 0
        self._set: dict[str, tuple[str, bool] | None] = {}
        """Assigned, or (None) unset, since the last step: bash learns of it with the next one."""
        self._plain_environment: dict[str, str] = {}
        self._large = LargeVariables(self._save_large)
        self._on_tty: tuple[asyncio.subprocess.Process, StepProcesses] | None = None
        """The shell of the interactive step that runs, and what that started."""

    async def start(self, env: Mapping[str, str], cwd: str | Path) -> None:
        """Start bash in folder ``cwd`` with the environment ``env``.

        Raises:
            SessionError: bash is missing, older than 4.4, or does not start.
            OSError: ``cwd`` is not a folder, or the session's folder cannot be made.
        """
        self._bash = self._bash or shutil.which("bash", path=env.get("PATH")) or ""
        if not self._bash:
            raise SessionError("Shell steps need bash, and none is on PATH. Install bash 4.4 or later.")
        self._plain_environment = dict(env)
        small, large = split_environment(env)
        self._set.update((name, (value, False)) for name, value in large.items())
        quiet = {**_QUIET, **small, "TERM": "dumb"}
        for name in _DROPPED:
            quiet.pop(name, None)
        async with self._starting(env, cwd):
            self._write_driver()
            await self._begin(quiet, cwd)

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
        **_options: Any,
    ) -> SessionResult:
        """Execute a step and wait for its end.

        Args:
            code: what to run.
            timeout: seconds after which it is stopped.
            on_output: gets what it writes.
            cwd: folder for this step alone.
            env: exported variables for this step alone.
            interactive: run on this process's terminal, which must be free; output is not seen here.
            interpreter: a program that runs the code as a file, with the session's exported variables; shells run it
                in the session.
            keep: bytes of standard output that the result has as they were.

        Raises:
            SessionError: the shell died before, and cannot be started again.
            RuntimeError: a step is running.
        """
        began = time.monotonic()
        async with self._step():
            if not self._alive():
                await self._begin({}, "/", "again", str(self._slot))
            if self._large.must_read(before_restart=interactive):
                await self.variables(exact=interactive)
            await self._write_step(code, cwd, dict(env or {}), interactive, interpreter)
            new = 1 - self._slot
            self._listen(on_output, keep)
            try:
                if interactive:
                    status, timed_out, line = await self._on_terminal(new, timeout)
                else:
                    self._steps += 1
                    words, timed_out = await self._command(f"run {self._steps} {new} {self._options(code)}", timeout)
                    status = int(words[2]) if words is not None else None
                    line = int(words[3]) if words is not None and len(words) > 3 else None
            finally:
                raw = self._listened()
            if status is not None:
                self._slot = new
                self._large.end_step(code, self._set)
                self._set.clear()
            stopped = self._stopped and not timed_out
            return SessionResult(status, time.monotonic() - began, stopped, timed_out, status is None, line, raw)

    async def continue_from(self, other: ShellSession) -> None:
        """Take over all that another session has: variables of every kind, functions, aliases, options and folder."""
        await other.variables(exact=True)
        before, after = os.fsencode(other._folder), os.fsencode(self._folder)
        for name in ("state.{}", "functions.{}", "large"):
            state = await asyncio.to_thread((other._folder / name.format(other._slot)).read_bytes)
            # The driver's own variables name the folder of its session.
            (self._folder / name.format(self._slot)).write_bytes(state.replace(before, after))
        self._set.update(other._set)
        self._steps += 1
        await self._command(f"load {self._steps} {self._slot} ", _LOAD)

    async def variables(self, *, exact: bool = True) -> dict[str, str]:
        """All variables of the shell that are not arrays, exported or not, as the last step left them.

        Args:
            exact: read large variables again even where nothing tells that the last step changed them.
        """
        state = (self._folder / f"state.{self._slot}").read_bytes()
        values = await asyncio.to_thread(scalars, state) if len(state) > LARGE else scalars(state)
        values = await self._large.merge(values, exact=exact)
        there = {name: value for name, value in values.items() if not name.startswith("__azops_")}
        there.update((name, waiting[0]) for name, waiting in self._set.items() if waiting is not None)
        return {name: value for name, value in there.items() if self._set.get(name, "") is not None}

    async def set(self, name: str, value: str, export: bool = True) -> None:
        """Set a variable for the steps that follow.

        Raises:
            ValueError: the name is not valid, or the value has a NUL character.
        """
        declaration(name, value, export=export)
        self._set[name] = (value, export)

    async def unset(self, name: str) -> None:
        """Unset a variable for the steps that follow. A name that is not valid in a shell is ignored."""
        if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
            self._set[name] = None

    async def withdraw(self, names: Collection[str]) -> None:
        """Unset variables for the steps that follow, and take them out of the saved state."""
        file = self._folder / f"state.{self._slot}"
        file.write_bytes(without(file.read_bytes(), names))
        for name in names:
            await self.unset(name)

    async def _save_large(self, names: list[str]) -> bytes | None:
        """Declarations of these variables as they are now; None where the shell has ended."""
        file = self._folder / "large"
        os.truncate(file, 0)
        if names and self._alive():
            (self._folder / "before").write_text(f"__azops_large=({' '.join(names)})\n")
            self._steps += 1
            words, _ = await self._command(f"large {self._steps} 0 ", _LOAD)
            if words is None:
                return None
        return await asyncio.to_thread(file.read_bytes)

    def _messages(self) -> Replacer:
        names = ("step", "before", "driver/main", "driver/functions", "driver/own", "driver/exit", "driver/trap")
        return Replacer((f"{self._folder / name}: " for name in names), "bash: ")

    def _write_driver(self) -> None:
        """Copy the driver to the session's folder, by whose path bash tells the step's code from the driver's."""
        home = self._folder / "driver"
        home.mkdir(mode=0o700)
        own = quote(str(home / "own"))
        texts = {"main": DRIVER.read_text(), "functions": _FUNCTIONS.read_text(), "own": ""}
        texts |= {"exit": _EXIT.format(own=own), "trap": _TRAP.format(own=own)}
        for name, text in texts.items():
            (home / name).touch(0o600)
            (home / name).write_text(text)

    def _options(self, code: str) -> str:
        """What the driver must prepare for the step's code: ``w`` watched substitutions, ``x`` exit and trap."""
        options = "w" if _WATCHED.search(code) else ""
        texts = (code.encode("utf-8", "surrogateescape"), (self._folder / f"functions.{self._slot}").read_bytes())
        return options + "x" if any(_ENDS_OR_TRAPS.search(text) for text in texts) else options or "-"

    def _invocation(self, *mode: str) -> list[str]:
        return [self._bash, "--norc", "--noprofile", str(self._folder / "driver" / "main"), str(self._folder), *mode]

    async def _begin(self, env: Mapping[str, str], cwd: str | Path, *mode: str) -> None:
        words = await self._spawn(self._invocation(*mode), env, cwd)
        if words is None or words[0] != "ready":
            version = f" {words[1]} is too old" if words and words[0] == "old" else " did not start"
            raise SessionError(
                f"{self._bash}{version}: shell steps need bash 4.4 or later. Install a newer one (on macOS: "
                "brew install bash) and put it first on PATH."
            )

    async def _write_step(
        self, code: str, cwd: str | Path | None, env: dict[str, str], interactive: bool, interpreter: str
    ) -> None:
        """Writes the step's code, and what is done before and after it, where the driver reads it."""
        # Bash reads a sourced file whole before it executes the first line: values of secrets are not left in it.
        before = f"builtin : >|{quote(str(self._folder / 'before'))}\n".encode()
        before += f"__azops_large=({' '.join(self._large.left_out)})\n".encode()
        before += b"".join(
            declaration(name, waiting[0], export=waiting[1])
            if waiting is not None
            else f"builtin unset -v {name} 2>/dev/null\n".encode()
            for name, waiting in self._set.items()
        )
        after = quote(str(self._folder / "after"))
        if interactive:
            for name in ("TERM", *_QUIET):
                env.setdefault(name, self._plain_environment.get(name, ""))
        for name, value in env.items():
            undo = f"{{ builtin echo 'builtin unset -v {name}'; builtin declare -p {name}; }} >>{after} 2>/dev/null\n"
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
        step = self._folder / "step"
        step.write_bytes(text.encode("utf-8", "surrogateescape") + (b"" if text.endswith("\n") else b"\n"))
        if _ARITHMETIC.search(text) and not _READ_AS_IT_GOES.search(text) and await self._is_complete(step):
            step.write_bytes(f"{{ :; {text}\n\n}}\n".encode("utf-8", "surrogateescape"))

    async def _is_complete(self, script: Path) -> bool:
        """Whether bash reads the script to its end without an error or a warning, such as an open here-document.

        Only such a script means the same as the body of a group of commands.
        """
        process = await asyncio.create_subprocess_exec(
            self._bash, "-n", str(script), env={}, stderr=asyncio.subprocess.PIPE
        )
        _, messages = await process.communicate()
        return process.returncode == 0 and not messages

    async def _end_step(self) -> None:
        if self._on_tty is None:
            await super()._end_step()
        else:
            await self._end_terminal_step()

    async def _end_terminal_step(self) -> None:
        """End the interactive step: its programs, then its shell, which saves its state first if it can."""
        assert self._on_tty is not None
        process, processes = self._on_tty
        known = processes.members()
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await processes.end(known)
        try:
            await asyncio.wait_for(process.wait(), 1.0)
        except TimeoutError:
            process.kill()
            await process.wait()
        await processes.end(known)

    async def _on_terminal(self, new: int, limit: float | None) -> tuple[int | None, bool, int | None]:
        """Runs the step in a shell of its own on this terminal, and has the session go on from where it ended."""
        state = self._folder / f"state.{new}"
        os.truncate(state, 0)
        with _interrupts_not_for_us():
            with self._child_preparation(prepare_child) as prepare:
                process = await asyncio.create_subprocess_exec(
                    *self._invocation("once", str(self._slot), str(new)), env={}, preexec_fn=prepare
                )
            self._on_tty = process, StepProcesses(process.pid, all_descendants=True)
            timed_out = False
            try:
                if self._stopped:  # while the shell started
                    await self._end_terminal_step()
                status = await asyncio.wait_for(process.wait(), limit)
            except TimeoutError:
                timed_out = True
                await self._end_terminal_step()
                status = await process.wait()
            except asyncio.CancelledError:
                await self._end_terminal_step()
                raise
            finally:
                self._on_tty = None
        if not state.stat().st_size:
            return None, timed_out, None
        self._steps += 1
        await self._command(f"load {self._steps} {new} ", _LOAD)
        return status, timed_out, None


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
