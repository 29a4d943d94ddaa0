"""Files copied to many hosts, or from them."""

from __future__ import annotations

import glob
from functools import partial
from pathlib import Path

from azops_tui.engine.context import Outcome, Prepared, StepContext
from azops_tui.engine.guard import Proposal
from azops_tui.engine.problems import problem
from azops_tui.engine.run_command_carrier import RUN_COMMAND
from azops_tui.engine.steps.ssh import find, run_on, seconds
from azops_tui.runbook.native import CopyStep

_SHOWN = 8


async def prepare(context: StepContext[CopyStep]) -> Prepared:
    """Find the files here; which hosts there are is read by each attempt."""
    body = context.body
    paths = tuple(_paths(context, body.upload) if body.upload else _words(body.download))
    execute = partial(_execute, context, paths)
    if not body.upload:
        profile = context.cloud.profile
        if context.policy.read_only or (profile is not None and profile.read_only):
            raise problem("ReadOnly", "The run is read-only, and this step writes files here; it was not run.")
        return Prepared(execute)
    shown = [str(path) for path in paths[:_SHOWN]]
    if len(paths) > _SHOWN:
        shown.append(f"… and {len(paths) - _SHOWN} more")
    where = body.hosts or body.scale_set or body.machines or f"all machines of {body.group}"
    hosts = where if isinstance(where, str) else ", ".join(where)
    return Prepared(execute, Proposal("mutate", f"Copy to {body.to} on {hosts}", tuple(shown)))


async def _execute(context: StepContext[CopyStep], paths: tuple[str, ...]) -> Outcome:
    """Copy to or from all hosts, as many at a time as the step says."""
    from azops_tui.ssh.transfer import FileCopy

    body = context.body
    targets = await find(context, body)
    upload = bool(body.upload)
    target = body.to if upload else str(context.path(body.to))
    copy = FileCopy(upload=upload, paths=paths, target=target, by_host=len(targets) > 1)
    return await run_on(
        context,
        targets,
        copy,
        serial=str(body.serial),
        max_fail=str(body.max_fail),
        limit=seconds(str(body.timeout)),
        by_run_command=body.via == RUN_COMMAND,
    )


def _words(paths: str | list[str]) -> list[str]:
    return paths.splitlines() if isinstance(paths, str) else paths


def _paths(context: StepContext[CopyStep], written: str | list[str]) -> list[str]:
    """Files and folders here.

    Raises:
        StepProblem: one does not exist.
    """
    paths: list[str] = []
    for text in _words(written):
        path = context.path(text)
        matches = [str(path)] if path.exists() else sorted(glob.glob(str(path)))
        if not matches:
            raise problem("FileNotFound", f"The file {path} does not exist.", target="upload")
        paths += matches
    return list(dict.fromkeys(str(Path(path)) for path in paths))
