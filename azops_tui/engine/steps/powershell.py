"""Steps in PowerShell, where it is installed."""

from __future__ import annotations

import shlex
import shutil
import tempfile
from pathlib import Path

from azops_tui.engine.context import Outcome, StepContext
from azops_tui.engine.problems import problem
from azops_tui.engine.steps.shell import run_in

_STOP_AT_ERRORS = "$ErrorActionPreference = 'Stop'; $PSNativeCommandUseErrorActionPreference = $true\n"


async def execute(context: StepContext[str]) -> Outcome:
    """Run the block in ``pwsh``, in a process of its own with the run's environment.

    Raises:
        StepProblem: ``pwsh`` is not on PATH.
    """
    pwsh = shutil.which("pwsh", path=context.variables.get("PATH"))
    if pwsh is None:
        raise problem("NotRunnable", "This step is PowerShell, and pwsh is not on PATH.", "Install PowerShell 7.")
    session = await context.sessions.shell()
    with tempfile.TemporaryDirectory(prefix="azops-") as folder:
        script = Path(folder) / "step.ps1"
        script.touch(mode=0o600)
        script.write_text(_STOP_AT_ERRORS + context.code, encoding="utf-8")
        return await run_in(context, session, shlex.join([pwsh, "-NoProfile", "-NonInteractive", "-File", str(script)]))
