"""Types of Microsoft.Compute."""

from __future__ import annotations

from dataclasses import replace

from azops_tui.simulator.lro_profiles import ASYNC, LOCATION, PLAIN, QUIET, LroProfile
from azops_tui.simulator.operations import OperationFormat
from azops_tui.simulator.providers.compute.availability_sets import AvailabilitySetProvider
from azops_tui.simulator.providers.compute.disks import DiskProvider
from azops_tui.simulator.providers.compute.extensions import VmExtensionProvider
from azops_tui.simulator.providers.compute.galleries import GalleryProvider, ImageVersionProvider
from azops_tui.simulator.providers.compute.managed_images import ManagedImageProvider
from azops_tui.simulator.providers.compute.managed_run_commands import ManagedRunCommandProvider
from azops_tui.simulator.providers.compute.placement_groups import PlacementGroupProvider
from azops_tui.simulator.providers.compute.scale_set_instances import ScaleSetInstanceProvider
from azops_tui.simulator.providers.compute.scale_sets import ScaleSetProvider
from azops_tui.simulator.providers.compute.ssh_keys import SshKeyProvider
from azops_tui.simulator.providers.compute.virtual_machines import VirtualMachineProvider
from azops_tui.simulator.providers.registration import Registration
from azops_tui.simulator.providers.resource_types import ProviderNamespace, ResourceType

COMPUTE = LroProfile(
    created=201,
    put_headers=(ASYNC,),
    patch_headers=(ASYNC,),
    deleted=202,
    delete_headers=(ASYNC, LOCATION),
    state="Creating",
    create_seconds=6,
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
    create_seconds=3,
    output=True,
)
DISK_OPERATIONS = OperationFormat("DiskOperations", "DiskOperations")


TYPES = {
    "availabilitySets": ResourceType(lro=replace(QUIET, created=200, create_seconds=1.5)),
    "disks": ResourceType(operations=DISK_OPERATIONS, lro=DISK),
    "images": ResourceType(lro=replace(COMPUTE, create_seconds=10)),
    "snapshots": ResourceType(operations=DISK_OPERATIONS, lro=DISK),
    "sshPublicKeys": ResourceType(lro=replace(QUIET, create_seconds=0.5)),
    "galleries": ResourceType(
        lro=replace(COMPUTE, create_seconds=5), generated={"identifier": {"uniqueName": "{subscription}-{NAME}"}}
    ),
    "proximityPlacementGroups": ResourceType(lro=replace(QUIET, create_seconds=1)),
    "hostGroups": ResourceType(lro=replace(QUIET, create_seconds=1), generated={"supportAutomaticPlacement": False}),
    "virtualMachines": ResourceType(
        nested={"applicationProfile.galleryApplications[].treatFailureAsDeploymentFailure": False},
        deletion_phase=0,
        lro=replace(COMPUTE, create_seconds=38, update_seconds=8, delete_seconds=25),
    ),
    "virtualMachines/extensions": ResourceType(
        lro=replace(COMPUTE, create_seconds=30, update_seconds=20, delete_seconds=15)
    ),
    "virtualMachineScaleSets": ResourceType(
        effects={
            "convertToSinglePlacementGroup": {"singlePlacementGroup": True},
            "extensionRollingUpgrade": {},
            "osRollingUpgrade": {},
        },
        deletion_phase=0,
        lro=replace(COMPUTE, create_seconds=10, update_seconds=4, delete_seconds=40),
    ),
    "virtualMachineScaleSets/extensions": ResourceType(lro=replace(COMPUTE, create_seconds=8)),
    "virtualMachineScaleSets/virtualMachines": ResourceType(
        is_tracked=False, lro=replace(COMPUTE, create_seconds=10, delete_seconds=20)
    ),
    "diskEncryptionSets": ResourceType(lro=replace(DISK, create_seconds=5)),
    "diskAccesses": ResourceType(lro=replace(DISK, create_seconds=5), generated={"timeCreated": "{now}"}),
    "restorePointCollections": ResourceType(lro=replace(PLAIN, create_seconds=1)),
    "virtualMachines/runCommands": ResourceType(lro=replace(COMPUTE, create_seconds=20)),
    "galleries/images": ResourceType(generated={"architecture": "x64"}),
    "hostGroups/hosts": ResourceType(
        generated={"hostId": "{guid}", "timeCreated": "{now}", "autoReplaceOnFailure": True},
        effects={"redeploy": {}},
    ),
}

REGISTRATION = Registration(
    ProviderNamespace(
        "Microsoft.Compute",
        TYPES,
        api_version="2024-07-01",
        lro=COMPUTE,
        operations=OperationFormat("operations", "operations"),
        requires_location=True,
    ),
    providers=(
        AvailabilitySetProvider,
        DiskProvider,
        VmExtensionProvider,
        GalleryProvider,
        ImageVersionProvider,
        PlacementGroupProvider,
        ManagedImageProvider,
        ManagedRunCommandProvider,
        ScaleSetInstanceProvider,
        ScaleSetProvider,
        SshKeyProvider,
        VirtualMachineProvider,
    ),
)
