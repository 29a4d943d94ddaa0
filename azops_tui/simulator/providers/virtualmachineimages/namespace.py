"""Types of Microsoft.VirtualMachineImages."""

from __future__ import annotations

from azops_tui.simulator.lro_profiles import ASYNC, LOCATION, LroProfile
from azops_tui.simulator.operations import OperationFormat
from azops_tui.simulator.providers.registration import Registration
from azops_tui.simulator.providers.resource_types import ProviderNamespace, ResourceType
from azops_tui.simulator.providers.virtualmachineimages.image_templates import ImageTemplateProvider

TEMPLATE = LroProfile(
    put_headers=(ASYNC,),
    patched=202,
    patch_headers=(ASYNC, LOCATION),
    deleted=202,
    delete_headers=(ASYNC, LOCATION),
    state="Creating",
    create_seconds=40,
    delete_seconds=20,
)

TYPES = {
    "imageTemplates": ResourceType(
        lro=TEMPLATE,
        generated={
            "buildTimeoutInMinutes": 0,
            "vmProfile": {"vmSize": "", "osDiskSizeGB": 0},
            "stagingResourceGroup": "",
        },
        nested={"distribute[].artifactTags": {}, "vmProfile.vmSize": "", "vmProfile.osDiskSizeGB": 0},
    ),
    "imageTemplates/runOutputs": ResourceType(lro=TEMPLATE, is_tracked=False),
}

REGISTRATION = Registration(
    ProviderNamespace(
        "Microsoft.VirtualMachineImages",
        TYPES,
        api_version="2022-07-01",
        lro=TEMPLATE,
        operations=OperationFormat("operations", "operations"),
        requires_location=True,
    ),
    providers=(ImageTemplateProvider,),
)
