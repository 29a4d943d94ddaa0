"""Commands that documents name outside their steps: for choices, and for secrets."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Mapping
from pathlib import Path

from azops_tui.engine.problems import RunError
from azops_tui.sanitise import clean


async def command_output(command: str, folder: Path, environment: Mapping[str, str], limit_s: float) -> bytes:
    """What a command prints on standard output.

    Args:
        command: for bash.
        folder: its working directory.
        environment: variables besides those of azops.
        limit_s: seconds after which it is ended, with all that it started.

    Raises:
        RunError: it fails, or does not end in time.
    """
    process = await asyncio.create_subprocess_exec(
        "bash",
        "-c",
        command,
        cwd=folder,
        env={**os.environ, **environment},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        output, errors = await asyncio.wait_for(process.communicate(), limit_s)
    except TimeoutError:
        raise RunError(f"The command did not end within {limit_s:g} s.") from None
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    if process.returncode:
        messages = clean(errors).strip().splitlines()
        raise RunError(f"The command exited with {process.returncode}{': ' + messages[-1] if messages else ''}")
    return output
