"""Native steps: the bodies of ``yaml {azops=KIND}`` fences, as typed records.

``native_reader`` decodes a body strictly before anything runs: an unknown field or a value of the wrong type is a
problem at its line. Variables are replaced just before the step is executed.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from azops_tui.runbook.model import Effect
from azops_tui.runbook.references import REFERENCE

Number = int | str
"""A whole number, or a ``${NAME}`` before substitution."""


class NativeStep(msgspec.Struct, frozen=True, kw_only=True, rename="kebab", omit_defaults=True):
    """Base of the bodies of native steps."""


class GroupStep(NativeStep, frozen=True, kw_only=True):
    """Create, tag and lock a resource group, or delete it."""

    group: str
    """Also written ``name``."""
    location: str = ""
    tags: dict[str, str] = {}
    lock: Literal["", "none", "delete", "read-only"] = ""
    """``delete`` prevents deletion, ``read-only`` prevents changes, ``none`` removes the lock."""
    state: Literal["present", "absent"] = "present"


class KeypairStep(NativeStep, frozen=True, kw_only=True):
    """Create an SSH key pair, or keep an existing one."""

    path: str
    """Path of the private key; the public key has ``.pub`` appended."""
    kind: Literal["ed25519", "rsa"] = "ed25519"
    comment: str = ""
    public: str = ""
    """Variable to set to the public key."""
    private: str = ""
    """Variable to set to the path of the private key."""


class CleanupStep(NativeStep, frozen=True, kw_only=True):
    """Delete what a run created, and nothing else."""

    run: int = 0
    """Number of the run; 0 for the run that the step is part of."""


class DeployStep(NativeStep, frozen=True, kw_only=True):
    """Deploy a template."""

    group: str
    template: str | list[str]
    """One file, or several that are deployed in order."""
    parameters: str | dict[str, Any] | list[str | dict[str, Any]] = {}
    """A file, a map of values, or a list of both; later values win."""
    name: str = ""
    """Name of the deployment; if empty, derived from the step's name."""
    mode: Literal["incremental", "complete"] = "incremental"
    what_if: bool = False
    outputs: dict[str, str] = {}
    """Variables to set, by name of output."""


class ScaleStep(NativeStep, frozen=True, kw_only=True):
    """Set the capacity of a scale set."""

    group: str
    scale_set: str
    capacity: Number
    wait: bool = True
    """True to wait until every instance is ready."""


class HostsStep(NativeStep, frozen=True, kw_only=True):
    """Base of steps that act on named hosts, on machines of a group, or on instances of a scale set."""

    hosts: str | list[str] = []
    """Addresses or names; in text, separated by white space or commas."""
    group: str = ""
    machines: str | list[str] = []
    """Names of machines in ``group``; ``*`` and ``?`` stand for any characters."""
    scale_set: str = ""
    user: str = ""
    key: str = ""
    """Path of the private key."""
    via: str | list[str] = ""
    """Jump host; of several gateways, each carries its share of the hosts. ``run-command``: Azure's agent, not SSH."""
    serial: Number = ""
    """Number or percentage of hosts at a time."""
    max_fail: Number = ""
    """Number of failures tolerated, or a percentage of all hosts, before no further hosts are started."""
    timeout: Number = ""
    """Time limit for each host: ``30s``, ``10m``."""


class SshStep(HostsStep, frozen=True, kw_only=True):
    """Run a command on hosts, or reboot them, and wait until they are ready."""

    command: str = ""
    """Empty if the step only reboots or waits."""
    capture: str = ""
    """Variable to set to the output."""
    reboot: Literal["", "wait", "if-required"] = ""
    """After the command, reboot each host and wait until it runs again; ``if-required``: where its packages need it."""
    wait_for_port: Number = ""
    """After that, wait until this TCP port of the host accepts a connection."""
    wait_until: str = ""
    """After that, repeat this command on the host until it succeeds."""
    wait_timeout: Number = ""
    """Time limit of reboot and waits on each host; 10m by default."""

    @property
    def waits(self) -> bool:
        """True if something follows the command."""
        return bool(self.reboot or self.wait_for_port or self.wait_until)


class AnsibleStep(HostsStep, frozen=True, kw_only=True):
    """Run an Ansible playbook on hosts; the run's variables are its extra variables."""

    playbook: str = ""
    """Path of a playbook."""
    plays: list[Any] = []
    """The plays themselves, in place of a file."""
    vars: dict[str, str] = {}
    """Further extra variables."""
    tags: str = ""
    """Tags of the tasks to run, separated by commas."""
    check: bool = False
    """True to change nothing, as ``--check``."""


class CopyStep(HostsStep, frozen=True, kw_only=True):
    """Copy files to hosts, or from them."""

    upload: str | list[str] = []
    """Files and folders here; ``*`` and ``?`` stand for any characters."""
    download: str | list[str] = []
    """Files and folders on the hosts."""
    to: str
    """Path on the hosts for an upload, folder here for a download; from several hosts, with a folder for each."""


class InstancesStep(NativeStep, frozen=True, kw_only=True):
    """Act on instances of a scale set."""

    group: str
    scale_set: str
    action: Literal["start", "restart", "power-off", "deallocate", "reimage", "upgrade", "delete"]
    instances: str | int | list[str | int] = "all"
    """``all``, or ids and names of instances; ``*`` and ``?`` stand for any characters."""
    serial: Number = ""
    """Number or percentage of instances at a time."""


class WaitStep(NativeStep, frozen=True, kw_only=True):
    """Poll a resource, a group, a scale set or a command until a condition holds."""

    resource: str = ""
    """Id of a resource."""
    group: str = ""
    scale_set: str = ""
    command: str = ""
    """Shell command whose output, as JSON or text, is tested."""
    until: str = ""
    """JMESPath condition; a resource that does not exist is ``null``. Empty: provisioned, or exit status 0."""
    interval: Number = "5s"
    timeout: Number = "10m"
    capture: str = ""
    """Variable to set to the document with which the condition holds."""


class ChartStep(NativeStep, frozen=True, kw_only=True):
    """Plot numbers from a variable or from the output of a step."""

    data: str | list[Any] | dict[str, Any] = ""
    """JSON, or lines that end with a number; mostly ``${VARIABLE}``."""
    step: str = ""
    """Name of an earlier step whose table or output is plotted."""
    query: str = ""
    """JMESPath over the data."""
    label: str = ""
    """Field or column of labels; empty for the first with text."""
    value: str = ""
    """Field or column of values; empty for the first with numbers."""
    kind: Literal["bar", "line"] = "bar"
    title: str = ""


class IncludeStep(NativeStep, frozen=True, kw_only=True):
    """Run the steps of another runbook, once per run."""

    file: str
    """Path, relative to the document."""


class ResourcesStep(NativeStep, frozen=True, kw_only=True):
    """Query resources and show a table."""

    group: str = ""
    """Name of the group; empty for all."""
    type: str = ""
    """Resource type, such as ``Microsoft.Compute/virtualMachines``."""
    kind: Literal["resources", "addresses", "machines", "instances"] = "resources"
    scale_set: str = ""
    """For ``instances``."""
    query: str = ""
    """JMESPath over the list."""
    capture: str = ""
    """Variable to set to the result: text as it is, any other value as JSON."""


class GateStep(NativeStep, frozen=True, kw_only=True):
    """Wait for a person's approval."""

    message: str
    """The question; also written ``ask``."""
    approvers: str | list[str] = []
    """Names of people who may approve; empty for anyone."""


KINDS: dict[str, type[NativeStep]] = {
    "group": GroupStep,
    "keypair": KeypairStep,
    "deploy": DeployStep,
    "scale": ScaleStep,
    "ssh": SshStep,
    "resources": ResourcesStep,
    "gate": GateStep,
    "copy": CopyStep,
    "instances": InstancesStep,
    "wait": WaitStep,
    "chart": ChartStep,
    "include": IncludeStep,
    "cleanup": CleanupStep,
    "ansible": AnsibleStep,
}


DELETING = frozenset({"reimage", "delete"})
"""Actions on instances that delete what is on their disks."""


def native_effects(step: NativeStep) -> Effect:
    """Effects of a native step; the worst case if they depend on a variable."""
    match step:
        case KeypairStep():
            return Effect.MUTATES
        case GroupStep():
            return Effect.MUTATES if step.state == "present" else Effect.DESTROYS
        case DeployStep():
            return Effect.MUTATES if step.mode == "incremental" else Effect.MUTATES | Effect.DESTROYS
        case ScaleStep() | AnsibleStep():
            return Effect.MUTATES
        case CleanupStep():
            return Effect.DESTROYS
        case SshStep():
            from azops_tui.runbook.shell_effects import remote_effect

            effects = remote_effect(REFERENCE.sub("x", f"{step.command}\n{step.wait_until}")) or Effect.READS
            return effects | Effect.MUTATES if step.reboot or step.via == "run-command" else effects
        case GateStep() | ChartStep() | IncludeStep():
            return Effect.NONE
        case CopyStep():
            return Effect.MUTATES if step.upload else Effect.READS
        case InstancesStep():
            return Effect.MUTATES | Effect.DESTROYS if step.action in DELETING else Effect.MUTATES
        case WaitStep() if step.command:
            from azops_tui.runbook.shell_effects import shell_effect

            return shell_effect(REFERENCE.sub("x", step.command)) or Effect.READS
    return Effect.READS
