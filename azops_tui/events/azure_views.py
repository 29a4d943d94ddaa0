"""Views of Azure resources: small frozen records, the same for a live cloud, the journal and a replay.

They import nothing of the SDK, so that the screen, the journal and a replay need not load it. Times are
seconds since the epoch (UTC), durations are seconds, ids are ARM resource ids as the service spelled them.
"""

from __future__ import annotations

import msgspec

from azops_tui.json_types import Json


class View(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all views: immutable, comparable, and encodable by msgspec."""


class FailureView(View, frozen=True, kw_only=True):
    """A failure, flattened from Azure's nested errors to the innermost one."""

    code: str
    """The most specific error code, such as ``InvalidParameter``."""
    message: str
    """The service's sentence."""
    target: str = ""
    """The parameter or property at fault, as ``linuxConfiguration.ssh.publicKeys.keyData``."""
    resource: str = ""
    """Id or name of the resource that failed."""
    correlation_id: str = ""
    advice: str = ""
    """What to do, one sentence; empty if the message says all that is known."""
    command: str = ""
    """The command of the script that failed; empty if it is not known, or nothing of a script failed."""
    difference: tuple[str, ...] = ()
    """Expected lines or values (``- …``), each before the actual one (``+ …``), those that differ first."""


class GroupView(View, frozen=True, kw_only=True):
    """A resource group."""

    id: str
    name: str
    location: str
    state: str = "Succeeded"
    tags: dict[str, str] = {}
    locked: bool = False


class ResourceView(View, frozen=True, kw_only=True):
    """A resource of any type, as the list of a group shows it."""

    id: str
    name: str
    type: str
    """Full type, as ``Microsoft.Network/virtualNetworks/subnets``."""
    group: str
    location: str = ""
    kind: str = ""
    sku: str = ""
    state: str = ""
    tags: dict[str, str] = {}
    managed_by: str = ""
    """Id of the resource that manages it, for example the virtual machine of a disk; empty for most resources."""
    created: float = 0.0
    """Time of creation in seconds since the epoch; 0 where it was not read."""


class OperationView(View, frozen=True, kw_only=True):
    """An operation of a deployment, on one resource."""

    id: str
    name: str
    """Name of the resource, with its parents: ``master-0/ext``."""
    type: str
    resource_id: str = ""
    action: str = "Create"
    state: str
    """``Running``, ``Succeeded``, ``Failed``, ``Canceled``, or ``Waiting`` before the operation begins."""
    started: float | None = None
    duration: float = 0.0
    failure: FailureView | None = None
    depth: int = 0
    """0 for the deployment's own operations, 1 for those of a nested deployment, and so on."""
    depends_on: tuple[str, ...] = ()
    """Ids of the resources that it depends on, in lower case."""


class DeploymentView(View, frozen=True, kw_only=True):
    """A deployment and its operations at one moment."""

    id: str
    name: str
    group: str
    """Empty for a deployment above resource groups."""
    state: str
    """``Accepted``, ``Running``, ``Succeeded``, ``Failed`` or ``Canceled``."""
    mode: str = "Incremental"
    started: float | None = None
    duration: float = 0.0
    correlation_id: str = ""
    operations: tuple[OperationView, ...] = ()
    outputs: dict[str, Json] = {}
    failure: FailureView | None = None

    @property
    def finished(self) -> bool:
        """True if the deployment will not change any more."""
        return self.state in ("Succeeded", "Failed", "Canceled")


class PropertyChangeView(View, frozen=True, kw_only=True, omit_defaults=True):
    """The predicted change of a property."""

    path: str
    """Path relative to the enclosing change: ``properties.subnets``, then ``0`` for an element of it."""
    type: str
    """``Create``, ``Modify``, ``Delete``, ``Array`` (see ``children``) or ``NoEffect``."""
    before: Json = None
    after: Json = None
    children: tuple[PropertyChangeView, ...] = ()


class ChangeView(View, frozen=True, kw_only=True, omit_defaults=True):
    """The predicted change of a resource."""

    resource_id: str
    type: str
    """``Create``, ``Modify``, ``Delete``, ``Deploy``, ``NoChange``, ``Ignore`` or ``Unsupported``."""
    delta: tuple[PropertyChangeView, ...] = ()
    """Of a modification."""
    after: Json = None
    """The resource after the change; None if it was not requested or is not kept."""
    reason: str = ""
    """Why the change is unsupported."""


class InstanceView(View, frozen=True, kw_only=True):
    """One instance of a scale set."""

    id: str
    name: str
    instance_id: str
    state: str
    """Provisioning state: ``Creating``, ``Updating``, ``Deleting``, ``Succeeded``, ``Failed``."""
    power: str = ""
    """``running``, ``starting``, ``stopped``, ``deallocated`` …; empty if it is not known."""
    fault_domain: int | None = None
    update_domain: int | None = None
    zone: str = ""
    latest_model: bool = True
    health: str = ""
    address: str = ""
    """Private address."""
    unique: str = ""
    """The service's unique id of the machine; a machine created again under the same name has another id."""


class ScaleSetView(View, frozen=True, kw_only=True):
    """A scale set and its instances at one moment."""

    id: str
    name: str
    group: str
    location: str
    sku: str
    capacity: int
    """Requested number of instances; ``instances`` has those that exist."""
    state: str
    orchestration: str = "Uniform"
    instances: tuple[InstanceView, ...] = ()
    autoscale: str = ""
    """One sentence about the autoscale rule that governs the scale set; empty if there is none."""


class MachineView(View, frozen=True, kw_only=True):
    """A virtual machine with its addresses."""

    id: str
    name: str
    group: str
    location: str
    size: str = ""
    state: str = ""
    power: str = ""
    user: str = ""
    """Name of the administrator that the machine was created with."""
    private_address: str = ""
    public_address: str = ""
    fqdn: str = ""
    unique: str = ""
    """The service's unique id of the machine; a machine created again under the same name has another id."""
