"""A session whose runs are recorded on a tape, or answered from it."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from pathlib import Path
from typing import Any, Literal, cast

from azops_tui.engine.sessions.process import OnOutput, SessionResult
from azops_tui.engine.sessions.session import StepSession
from azops_tui.engine.variables import is_noise
from azops_tui.replay.tape import Tape
from azops_tui.replay.tracks import OutputPiece, SessionRun

Start = Callable[[Mapping[str, str]], Awaitable[StepSession]]


class TapedSession:
    """A session that starts its process only for what the tape does not answer.

    Args:
        kind: ``shell``, ``python``, ``background``, or ``kernel`` with the name of a Jupyter kernel.
        tape: records or answers.
        start: starts the process with an environment.
        env: the environment of the session.
    """

    def __init__(self, kind: str, tape: Tape, start: Start, env: Mapping[str, str]) -> None:
        self._kind = kind
        self._tape = tape
        self._start = start
        self._values = dict(env)
        self._live: StepSession | None = None

    async def live(self) -> StepSession:
        """The session with a process, started with the variables as they are now."""
        if self._live is None:
            self._live = await self._start(self._values)
        return self._live

    @property
    def started(self) -> StepSession | None:
        """The session with a process; None while the tape has answered everything."""
        return self._live

    async def run(
        self,
        code: str,
        *,
        timeout: float | None = None,  # noqa: ASYNC109 - it stops the step, which a cancelled scope would not
        on_output: OnOutput,
        cwd: str | Path | None = None,
        env: Mapping[str, str] | None = None,
        keep: int = 0,
        **options: Any,
    ) -> SessionResult:
        """Answer from the tape, or run the code and record what it writes and changes.

        Raises:
            NotRecordedError: nothing is run, and the code was not recorded.
        """
        new = SessionRun(session=self._kind, code=code, interpreter=str(options.get("interpreter", "bash")))
        recorded = self._tape.find(new)
        if recorded is not None:
            return await self._play(recorded, on_output)
        session = await self.live()
        before = await session.variables(exact=False)
        pieces = _Pieces(on_output)
        result = await session.run(
            code, timeout=timeout, on_output=pieces.write, cwd=cwd, env=env, keep=keep, **options
        )
        after = await session.variables(exact=False)
        new.output = pieces.written
        new.status, new.stopped, new.timed_out = result.status, result.stopped, result.timed_out
        new.died, new.line, new.pictures = result.died, result.line, list(result.pictures)
        kept = result.stdout.decode("utf-8", "replace")
        if keep and kept != pieces.text("stdout"):
            new.stdout = kept
        new.set = {name: value for name, value in after.items() if before.get(name) != value and not is_noise(name)}
        new.unset = [name for name in before if name not in after and not is_noise(name)]
        if self._tape.records:
            self._tape.add(new, seconds=result.duration)
        return result

    async def variables(self, *, exact: bool = True) -> dict[str, str]:
        """The variables as the last step left them."""
        return dict(self._values) if self._live is None else await self._live.variables(exact=exact)

    async def set(self, name: str, value: str, export: bool = True) -> None:
        """Set a variable for the steps that follow."""
        self._values[name] = value
        if self._live is not None:
            await self._live.set(name, value, export=export)

    async def unset(self, name: str) -> None:
        """Delete a variable for the steps that follow."""
        self._values.pop(name, None)
        if self._live is not None:
            await self._live.unset(name)

    async def withdraw(self, names: Collection[str]) -> None:
        """Delete variables for the steps that follow, and take them out of the saved state."""
        self._values = {name: value for name, value in self._values.items() if name not in names}
        if self._live is not None:
            await self._live.withdraw(names)

    async def stop(self) -> None:
        """Stop the running step; what the tape answers has ended already."""
        if self._live is not None:
            await self._live.stop()

    async def close(self) -> None:
        """End the process, if one was started."""
        if self._live is not None:
            await self._live.close()

    async def _play(self, recorded: SessionRun, on_output: OnOutput) -> SessionResult:
        for piece in recorded.output:
            on_output(piece.text, cast(Literal["stdout", "stderr"], piece.stream))
        for name in recorded.unset:
            await self.unset(name)
        for name, value in recorded.set.items():
            await self.set(name, value)
        text = "".join(piece.text for piece in recorded.output if piece.stream == "stdout")
        return SessionResult(
            recorded.status,
            recorded.output[-1].at if recorded.output else 0.0,
            recorded.stopped,
            recorded.timed_out,
            recorded.died,
            recorded.line,
            (text if recorded.stdout is None else recorded.stdout).encode("utf-8", "surrogateescape"),
            tuple(recorded.pictures),
        )


class _Pieces:
    """Output as it came; what follows on the same stream is one piece."""

    def __init__(self, on_output: OnOutput) -> None:
        self._on_output = on_output
        self._began = time.monotonic()
        self.written: list[OutputPiece] = []

    def write(self, text: str, stream: Literal["stdout", "stderr"]) -> None:
        """Pass on and keep."""
        self._on_output(text, stream)
        if self.written and self.written[-1].stream == stream:
            self.written[-1].text += text
        else:
            self.written.append(OutputPiece(text=text, stream=stream, at=round(time.monotonic() - self._began, 3)))

    def text(self, stream: str) -> str:
        """All of a stream."""
        return "".join(piece.text for piece in self.written if piece.stream == stream)
