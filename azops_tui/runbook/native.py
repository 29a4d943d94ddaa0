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


class SshStep(NativeStep, frozen=True, kw_only=True):
    """Run a command on named hosts, on machines of a group, or on instances of a scale set."""

    command: str
    hosts: str | list[str] = []
    """Addresses or names; in text, separated by white space or commas."""
    group: str = ""
    machines: str | list[str] = []
    """Names of machines in ``group``; ``*`` and ``?`` stand for any characters."""
    scale_set: str = ""
    user: str = ""
    key: str = ""
    """Path of the private key."""
    via: str = ""
    """Jump host."""
    serial: Number = ""
    """Number or percentage of hosts at a time."""
    max_fail: Number = ""
    """Number of failures tolerated, or a percentage of all hosts, before no further hosts are started."""
    timeout: Number = ""
    """Time limit for each host: ``30s``, ``10m``."""
    capture: str = ""
    """Variable to set to the output."""


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
}


def native_effects(step: NativeStep) -> Effect:
    """Effects of a native step; the worst case if they depend on a variable."""
    match step:
        case GroupStep():
            return Effect.MUTATES if step.state == "present" else Effect.DESTROYS
        case DeployStep():
            return Effect.MUTATES if step.mode == "incremental" else Effect.MUTATES | Effect.DESTROYS
        case ScaleStep():
            return Effect.MUTATES
        case SshStep():
            from azops_tui.runbook.shell_effects import remote_effect

            return remote_effect(REFERENCE.sub("x", step.command)) or Effect.READS
        case GateStep():
            return Effect.NONE
    return Effect.READS
