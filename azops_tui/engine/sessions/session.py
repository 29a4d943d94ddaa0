"""What a step uses of a session, whether a process stands behind it or a cassette."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Protocol

from azops_tui.engine.sessions.process import OnOutput, SessionResult


class StepSession(Protocol):
    """Runs the code of steps, one at a time."""

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
        """Run a step and wait for its end; ``options`` are those of a shell."""

    async def variables(self, *, exact: bool = True) -> dict[str, str]:
        """The variables as the last step left them."""

    async def set(self, name: str, value: str, export: bool = True) -> None:
        """Set a variable for the steps that follow."""

    async def unset(self, name: str) -> None:
        """Delete a variable for the steps that follow."""

    async def withdraw(self, names: Collection[str]) -> None:
        """Delete variables for the steps that follow, and take them out of the saved state."""

    async def stop(self) -> None:
        """Stop the running step."""

    async def close(self) -> None:
        """End the session."""
