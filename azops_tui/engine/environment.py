"""The environment of a run's steps: its variables, its sessions, and what points tools at the run's cloud."""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from azops_tui.engine.az_config import make_az_config, token_files
from azops_tui.engine.cloud import RunCloud
from azops_tui.engine.environment_rules import WHERE
from azops_tui.engine.event_recorder import EventRecorder
from azops_tui.engine.parameters import Resolved
from azops_tui.engine.recorded_cloud import recorded_pointers
from azops_tui.engine.sessions.pool import Sessions, base_environment
from azops_tui.engine.variables import GATE_VARIABLES, Change, Namespace, Origin, is_noise
from azops_tui.events import records as ev
from azops_tui.gate.fence import Fence
from azops_tui.runbook.model import Step, StepKind

if TYPE_CHECKING:
    from azops_tui.azure.cloud import Cloud
    from azops_tui.replay.tape import Tape

_OF_CLOUD = frozenset({"PATH", *WHERE, *GATE_VARIABLES})
"""Variables that azops itself sets, on replay too."""


class RunEnvironment:
    """The only place where steps get their environment from.

    Args:
        folder: folder in which sessions start.
        cloud: the run's cloud.
        recorder: takes the events that tell of variables.
        tape: records what sessions do, or answers in their place.
    """

    def __init__(self, folder: Path, cloud: RunCloud, recorder: EventRecorder, tape: Tape | None = None) -> None:
        self.variables = Namespace(recorder.hide)
        self.sessions = Sessions(self.variables, folder, tape)
        self._tape = tape
        self.overrides: dict[str, str] = {}
        """Parameters that the user set; they win over literal exports of the document."""
        self.fetched: dict[str, str] = {}
        """Secrets that were read from their sources; they outlive a restart of the sessions."""
        self.own_folders = ""
        """The beginning of PATH that is azops' own, with a separator at its end."""
        self._cloud = cloud
        self._recorder = recorder
        self._has_cloud_variables = False
        self._where: dict[str, str] = {}
        """The variables that say where tools act, as azops set them."""
        self._scratch: Path | None = None

    def begin(self, parameters: Resolved, own: Mapping[str, str]) -> None:
        """Set the variables of the first step: the user's environment, the cloud's, the run's own, the parameters."""
        cloud = self._cloud.opened
        self._has_cloud_variables = cloud is not None
        if self._cloud.exists:
            pointers = self._pointers(cloud) if cloud is not None else {}
        else:
            # A tool of the user's own may call az, which must not act on the account that the user is signed in to.
            pointers = {"AZURE_CONFIG_DIR": str(self._scratch_folder() / "az")}
        environment = base_environment(pointers, sys.executable)
        values = {**environment, **own, **parameters.values}
        if "PATH" in parameters.values:
            # The document's folders come after those of the run's cloud and of azops itself.
            values["PATH"] = _own_folders(environment) + values["PATH"]
        for name, value in values.items():
            if name in parameters.secrets:
                self.variables.withhold(name, value)
            else:
                self.variables.set(name, value, "parameter")
        for name, value in self.fetched.items():
            self.variables.withhold(name, value)
        self.own_folders = _own_folders(environment)
        self._where = {name: environment[name] for name in WHERE & environment.keys()}

    def take_recorded(self, tape: Tape, text: str) -> None:
        """Record the variables of this machine that a document names; on replay take those of the recorded run."""
        words = set(re.findall(r"[A-Za-z_]\w*", text)) & self.variables.keys()
        named = [name for name in words - _OF_CLOUD if not is_noise(name)]
        values = tape.reading("environment", lambda: {name: self.variables[name] for name in sorted(named)})
        if tape.plays_sessions:
            for name, value in values.items():
                if name not in self.overrides:
                    self.variables.set(name, value, "parameter")

    async def restart(self, parameters: Resolved, own: Mapping[str, str]) -> None:
        """End the sessions, and set the variables as :meth:`begin` does."""
        await self.sessions.close()
        self.variables.forget(set(self.variables))
        self.begin(parameters, own)

    async def reach_cloud(self) -> None:
        """Open the run's cloud if the run began without it: no step may run before, or ``az`` would act on another.

        Raises:
            StepProblem: the cloud cannot be opened.
        """
        if not self._cloud.exists or self._has_cloud_variables:
            return
        cloud = await self._cloud.open()
        pointers = self._pointers(cloud)
        for name, value in pointers.items():
            await self.assign(name, value, "parameter")
        self.own_folders = _own_folders(cloud.environment) or self.own_folders
        self._where |= {name: value for name, value in pointers.items() if name in WHERE}
        self._has_cloud_variables = True

    def _pointers(self, cloud: Cloud) -> dict[str, str]:
        """The variables that point tools at a cloud; ``az`` at a real one gets a folder of the run's own."""
        pointers = dict(cloud.environment)
        if self._tape is not None and self._tape.is_offline:
            return pointers | recorded_pointers(cloud, self._scratch_folder() / "az")
        if cloud.endpoint is None:
            folder = self._scratch_folder() / "az"
            if not folder.exists():
                user = Path(os.environ.get("AZURE_CONFIG_DIR") or Path.home() / ".azure")
                make_az_config(folder, user, cloud.subscription)
            pointers["AZURE_CONFIG_DIR"] = str(folder)
        return pointers

    async def restore_target(self) -> None:
        """Point tools at the run's cloud again, where a script of an earlier step pointed them elsewhere."""
        for name, value in self._where.items():
            if self.variables.get(name) != value:
                await self.assign(name, value, "parameter")

    def fence_in(self, gate: int, more: Iterable[Path], ports: Iterable[int], *, keeps_modes: bool) -> None:
        """Start sessions inside a fence from now on: a scratch folder to write to, and only the gate's port.

        Args:
            gate: port of the gate; 0 if it was not started.
            more: further paths that may be written to.
            ports: further TCP ports that may be connected to.
            keeps_modes: deny changes of modes, owners and extended attributes.
        """
        if self.sessions.fence is not None:
            return
        scratch = self._scratch_folder()
        self.variables.set("TMPDIR", str(scratch), "parameter")
        writable, open_ports = [scratch, *more], [*([gate] if gate else []), *ports]
        cloud = self._cloud.opened
        if cloud is not None:
            # Where azops itself put it, and not where a document's variable says.
            folder = Path(self._pointers(cloud)["AZURE_CONFIG_DIR"])
            writable += [folder, *token_files(folder)]
        self.sessions.fence = Fence(
            tuple(writable), tuple(open_ports), keeps_modes=keeps_modes, datagrams=len(open_ports) > bool(gate)
        )

    def _scratch_folder(self) -> Path:
        """The run's own folder for temporary files; it is removed with the run."""
        if self._scratch is None:
            self._scratch = Path(tempfile.mkdtemp(prefix="azops-scratch-"))
        return self._scratch

    async def close(self) -> None:
        """End the sessions and remove the scratch folder."""
        await self.sessions.close()
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)

    async def lead_through(self, variables: Mapping[str, str]) -> None:
        """Give the sessions the variables that lead them through the gate, in the name of one step. Not recorded."""
        for name, value in variables.items():
            self.variables.set(name, value, "parameter")
            await self.sessions.assign(name, value)

    async def assign(self, name: str, value: str, origin: Origin, step: str = "", *, secret: bool = False) -> None:
        """Set a variable, in the sessions too, and record it. A ``secret`` goes only to the steps that name it."""
        if secret:
            change = self.variables.withhold(name, value, origin)
        else:
            change = self.variables.set(name, value, origin)
            await self.sessions.assign(name, value)
        if change is not None:
            self._record(change, step)

    async def refresh(self, step: Step) -> None:
        """Take over large variables that changed unnoticed, before a step that may use their values."""
        if step.kind is not StepKind.SHELL or step.attributes.env or step.attributes.cwd:
            for change in await self.sessions.refresh():
                self._record(change, "")

    async def collect(self, name: str, step: Step) -> None:
        """Take over and record the variables that a script changed."""
        if step.kind is StepKind.NATIVE or step.attributes.background or step.attributes.ssh:
            return
        try:
            if step.kind in (StepKind.PYTHON, StepKind.KERNEL):
                changes = await self.sessions.after_python(step.attributes.kernel)
            else:
                changes = await self.sessions.after_shell()
        except Exception as error:
            text = f"The variables after this step cannot be read: {error}"
            self._recorder.record(ev.Notice(at=time.time(), step=name, text=text, level="warning"))
            return
        for change in changes:
            self._record(change, name)

    def _record(self, change: Change, step: str) -> None:
        if not is_noise(change.name):
            self._recorder.record(
                ev.VariableSet(
                    at=time.time(),
                    step=step,
                    name=change.name,
                    value=change.shown,
                    secret=change.secret,
                    origin=change.origin,
                )
            )


def _own_folders(environment: Mapping[str, str]) -> str:
    """What stands in PATH before the user's own folders."""
    return environment.get("PATH", "").removesuffix(os.environ.get("PATH", os.defpath))
