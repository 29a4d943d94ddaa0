"""How each resource type answers: status codes, long-running style, first state and a believable time.

The figures are what the real service was seen to do. A type that is not named has its namespace's style; a namespace
that is not named answers at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

ASYNC = "azure-asyncoperation"
LOCATION = "location"


@dataclass(frozen=True, slots=True)
class LroProfile:
    """How one resource type answers.

    Attributes:
        created, updated: status of a PUT that makes or changes the resource.
        put_headers: headers of those answers that lead to the operation; none where the work is done at once.
        put_body: whether the first answer shows the resource; ``empty`` is the body where it does not.
        patched, patch_headers: the same for PATCH.
        deleted, delete_headers: the same for DELETE.
        missing: status of a DELETE of what is not there.
        action, action_headers: for POST actions that take time.
        state: provisioning state while it is made; ``updating`` while it is changed.
        shows_state: whether properties have a provisioningState at all.
        seconds: how long making takes, ``update_seconds`` changing, ``delete_seconds`` deleting, in Azure's time.
        output: whether the operation's status shows the resource.
    """

    created: int = 201
    updated: int = 200
    put_headers: tuple[str, ...] = ()
    put_body: bool = True
    empty: dict[str, str] | None = None
    patched: int = 200
    patch_headers: tuple[str, ...] = ()
    deleted: int = 200
    delete_headers: tuple[str, ...] = ()
    missing: int = 204
    action: int = 202
    action_headers: tuple[str, ...] = (ASYNC, LOCATION)
    state: str = "Succeeded"
    updating: str = "Updating"
    shows_state: bool = True
    seconds: float = 2.0
    update_seconds: float = 1.0
    delete_seconds: float = 2.0
    output: bool = False


PLAIN = LroProfile()
QUIET = LroProfile(shows_state=False, seconds=0.5)
NETWORK = LroProfile(
    put_headers=(ASYNC,), deleted=202, delete_headers=(ASYNC, LOCATION), state="Updating", seconds=4, delete_seconds=8
)
COMPUTE = LroProfile(
    created=201,
    put_headers=(ASYNC,),
    patch_headers=(ASYNC,),
    deleted=202,
    delete_headers=(ASYNC, LOCATION),
    state="Creating",
    seconds=6,
    update_seconds=6,
    delete_seconds=12,
)
DISK = LroProfile(
    created=202,
    updated=202,
    put_headers=(ASYNC, LOCATION),
    patched=202,
    patch_headers=(ASYNC, LOCATION),
    deleted=202,
    delete_headers=(ASYNC, LOCATION),
    state="Updating",
    seconds=3,
    output=True,
)
BUSY = LroProfile(
    created=201,
    put_headers=(ASYNC,),
    deleted=202,
    delete_headers=(ASYNC, LOCATION),
    state="Creating",
    seconds=60,
    delete_seconds=30,
)

NAMESPACES: dict[str, LroProfile] = {
    "microsoft.network": NETWORK,
    "microsoft.compute": COMPUTE,
    "microsoft.storage": LroProfile(created=200, seconds=1),
    "microsoft.authorization": QUIET,
    "microsoft.resources": PLAIN,
    "microsoft.insights": QUIET,
    "microsoft.managedidentity": QUIET,
    "microsoft.containerservice": BUSY,
    "microsoft.containerregistry": replace(BUSY, seconds=12, delete_seconds=5, deleted=200, delete_headers=()),
    "microsoft.keyvault": replace(PLAIN, created=200, seconds=10),
    "microsoft.web": replace(PLAIN, created=200, seconds=15),
    "microsoft.sql": replace(BUSY, created=202),
    "microsoft.operationalinsights": replace(PLAIN, seconds=10),
}

TYPES: dict[str, LroProfile] = {
    "microsoft.network/loadbalancers": replace(NETWORK, state="Succeeded", updating="Succeeded", seconds=5),
    "microsoft.network/virtualnetworks": replace(NETWORK, seconds=5),
    "microsoft.network/virtualnetworks/subnets": replace(NETWORK, seconds=4),
    "microsoft.network/networksecuritygroups": replace(NETWORK, seconds=3),
    "microsoft.network/publicipaddresses": replace(NETWORK, seconds=4),
    "microsoft.network/networkinterfaces": replace(NETWORK, state="Succeeded", updating="Succeeded", seconds=2),
    "microsoft.network/virtualnetworkgateways": replace(NETWORK, seconds=1500),
    "microsoft.network/applicationgateways": replace(NETWORK, seconds=300),
    "microsoft.network/bastionhosts": replace(NETWORK, seconds=280),
    "microsoft.network/natgateways": replace(NETWORK, seconds=10),
    "microsoft.network/privateendpoints": replace(NETWORK, seconds=40),
    "microsoft.network/dnszones": replace(NETWORK, state="Succeeded", put_headers=(), seconds=2),
    "microsoft.network/privatednszones": replace(
        NETWORK, created=202, updated=202, put_headers=(ASYNC, LOCATION), put_body=False, empty={}, seconds=30
    ),
    "microsoft.network/privatednszones/virtualnetworklinks": replace(
        NETWORK, created=202, updated=202, put_headers=(ASYNC, LOCATION), put_body=False, empty={}, seconds=30
    ),
    "microsoft.compute/disks": DISK,
    "microsoft.compute/snapshots": DISK,
    "microsoft.compute/diskencryptionsets": replace(DISK, seconds=5),
    "microsoft.compute/diskaccesses": replace(DISK, seconds=5),
    "microsoft.compute/availabilitysets": replace(QUIET, created=200, seconds=1.5),
    "microsoft.compute/proximityplacementgroups": replace(QUIET, seconds=1),
    "microsoft.compute/sshpublickeys": replace(QUIET, seconds=0.5),
    "microsoft.compute/hostgroups": replace(QUIET, seconds=1),
    "microsoft.compute/restorepointcollections": replace(PLAIN, seconds=1),
    "microsoft.compute/galleries": replace(COMPUTE, seconds=5),
    "microsoft.compute/images": replace(COMPUTE, seconds=10),
    "microsoft.compute/virtualmachines": replace(COMPUTE, seconds=38, update_seconds=8, delete_seconds=25),
    "microsoft.compute/virtualmachines/extensions": replace(COMPUTE, seconds=30, update_seconds=20, delete_seconds=15),
    "microsoft.compute/virtualmachines/runcommands": replace(COMPUTE, seconds=20),
    "microsoft.compute/virtualmachinescalesets": replace(COMPUTE, seconds=10, update_seconds=4, delete_seconds=40),
    "microsoft.compute/virtualmachinescalesets/virtualmachines": replace(COMPUTE, seconds=10, delete_seconds=20),
    "microsoft.compute/virtualmachinescalesets/extensions": replace(COMPUTE, seconds=8),
    "microsoft.storage/storageaccounts": LroProfile(
        created=202, updated=200, put_headers=(LOCATION,), put_body=False, updating="Succeeded", seconds=19
    ),
    "microsoft.storage/storageaccounts/blobservices/containers": replace(QUIET, seconds=0.5),
    "microsoft.storage/storageaccounts/fileservices/shares": replace(QUIET, seconds=0.5),
    "microsoft.storage/storageaccounts/encryptionscopes": replace(QUIET, seconds=0.5),
    "microsoft.operationalinsights/workspaces/datasources": replace(QUIET, created=200),
    "microsoft.operationalinsights/workspaces/savedsearches": replace(QUIET, created=200),
    "microsoft.insights/metricalerts": replace(QUIET, created=200),
    "microsoft.insights/components": replace(PLAIN, created=200),
    "microsoft.containerservice/managedclusters/agentpools": replace(BUSY, seconds=60, delete_seconds=30),
    "microsoft.storage/storageaccounts/blobservices": replace(QUIET, created=200),
    "microsoft.storage/storageaccounts/fileservices": replace(QUIET, created=200),
    "microsoft.network/networkwatchers/connectionmonitors": replace(NETWORK, created=200),
    "microsoft.keyvault/vaults/secrets": replace(QUIET, created=200),
    "microsoft.web/serverfarms": replace(PLAIN, created=200, seconds=10),
    "microsoft.sql/servers": replace(BUSY, created=202, seconds=60),
    "microsoft.documentdb/databaseaccounts": replace(BUSY, created=200, seconds=120),
    "microsoft.cache/redis": replace(BUSY, seconds=400),
    "microsoft.authorization/policyassignments": replace(QUIET, updated=201),
    "microsoft.resources/deploymentscripts": replace(BUSY, seconds=40),
    "microsoft.resources/templatespecs": replace(QUIET, updated=201),
    "microsoft.resources/templatespecs/versions": replace(QUIET, updated=201),
}


def style_of(type_: str) -> LroProfile:
    """The style of a resource type, in any spelling."""
    lower = type_.lower()
    return TYPES.get(lower) or NAMESPACES.get(lower.split("/")[0]) or PLAIN
