"""Publishers in a region, with their images and extensions."""

from __future__ import annotations

from azops_tui.simulator.arm_reply import ArmReply
from azops_tui.simulator.arm_request import ArmRequest
from azops_tui.simulator.providers.compute import images
from azops_tui.simulator.services import ArmServices

_EXTENSIONS = """
Microsoft.AKS Compute.AKS.Linux.Billing:1.0.0
Microsoft.Azure.ActiveDirectory AADLoginForWindows:2.1.0.0 AADSSHLoginForLinux:1.0.3061.1
Microsoft.Azure.Automation.HybridWorker HybridWorkerForLinux:1.1.17 HybridWorkerForWindows:1.1.13
Microsoft.Azure.Diagnostics IaaSDiagnostics:1.29.2.5 LinuxDiagnostic:4.1.37
Microsoft.Azure.Extensions CustomScript:2.1.10 DockerExtension:1.2.2
Microsoft.Azure.KeyVault KeyVaultForLinux:3.5.3166.15 KeyVaultForWindows:3.5.3166.15
Microsoft.Azure.Monitor AzureMonitorLinuxAgent:1.33.2 AzureMonitorWindowsAgent:1.30.0.0
Microsoft.Azure.Monitoring.DependencyAgent DependencyAgentLinux:9.10.18.4770 DependencyAgentWindows:9.10.18.4770
Microsoft.Azure.NetworkWatcher NetworkWatcherAgentLinux:1.4.3422.1 NetworkWatcherAgentWindows:1.4.3422.1
Microsoft.Azure.RecoveryServices VMSnapshot:1.0.115.0 VMSnapshotLinux:1.0.9230.0
Microsoft.Azure.Security AzureDiskEncryption:2.4.0.5 AzureDiskEncryptionForLinux:1.4.0.8 IaaSAntimalware:1.7.0.12
Microsoft.Azure.Security.LinuxAttestation GuestAttestation:1.0.4
Microsoft.Azure.Security.WindowsAttestation GuestAttestation:1.0.7
Microsoft.Compute BGInfo:2.2.5 CustomScriptExtension:1.10.18 JsonADDomainExtension:1.3.18 VMAccessAgent:2.4.10
Microsoft.CPlat.Core LinuxPatchExtension:1.6.54 RunCommandHandlerLinux:1.3.14 RunCommandLinux:1.0.5
Microsoft.EnterpriseCloud.Monitoring MicrosoftMonitoringAgent:1.0.18076.0 OmsAgentForLinux:1.19.0
Microsoft.GuestConfiguration ConfigurationforLinux:1.26.79 ConfigurationforWindows:1.29.82.0
Microsoft.HpcCompute NvidiaGpuDriverLinux:1.10.0.0 NvidiaGpuDriverWindows:1.9.0.0
Microsoft.ManagedServices ApplicationHealthLinux:2.0.16 ApplicationHealthWindows:2.0.13
Microsoft.OSTCExtensions CustomScriptForLinux:1.5.5 LinuxDiagnostic:2.3.9029 VMAccessForLinux:1.5.16
Microsoft.Powershell DSC:2.83.5 DSCForLinux:3.0.0.9
"""
EXTENSIONS: dict[str, dict[str, str]] = {
    publisher: dict(kind.split(":") for kind in kinds)
    for publisher, *kinds in (line.split() for line in _EXTENSIONS.strip().splitlines())
}
"""Newest versions of extension types by publisher. Unlisted types are accepted too, as version 1.0.0."""
UNKNOWN_VERSION = "1.0.0"


def list_publishers(services: ArmServices, request: ArmRequest) -> ArmReply:
    """The publishers of images and extensions."""
    return _rows(request, sorted({*(k[0] for k in images.CATALOGUE), *EXTENSIONS}))


def list_offers(services: ArmServices, request: ArmRequest) -> ArmReply:
    publisher = request.params["publisher"].lower()
    return _rows(request, sorted({k[1] for k in images.CATALOGUE if k[0].lower() == publisher}))


def list_skus(services: ArmServices, request: ArmRequest) -> ArmReply:
    publisher, offer = request.params["publisher"].lower(), request.params["offer"].lower()
    return _rows(
        request, sorted({k[2] for k in images.CATALOGUE if (k[0].lower(), k[1].lower()) == (publisher, offer)})
    )


def list_image_versions(services: ArmServices, request: ArmRequest) -> ArmReply:
    """The newest version of an image; no others exist."""
    newest = images.newest(*_image(request))
    version = images.version_view(*_place(request), *_image(request), newest)
    return ArmReply(200, [version | {"location": _spelled_place(request)}])


def show_image_version(services: ArmServices, request: ArmRequest) -> ArmReply:
    image, version = _image(request), request.params["version"]
    if version.lower() == "latest":
        version = images.newest(*image)
    document = {"properties": images.details(*image), **images.version_view(*_place(request), *image, version)}
    return ArmReply(200, document | {"location": _spelled_place(request)})


def list_extension_types(services: ArmServices, request: ArmRequest) -> ArmReply:
    return _rows(request, sorted(_extensions(request)))


def list_extension_versions(services: ArmServices, request: ArmRequest) -> ArmReply:
    """The newest version of an extension type."""
    type_ = request.params["type"].lower()
    newest = next((v for k, v in _extensions(request).items() if k.lower() == type_), UNKNOWN_VERSION)
    return _rows(request, [newest])


def show_extension_version(services: ArmServices, request: ArmRequest) -> ArmReply:
    publisher, type_, version = (request.params[name] for name in ("publisher", "type", "version"))
    is_windows = "windows" in type_.lower() or publisher.lower() == "microsoft.compute"
    root = _url(request, f"Publishers/{publisher}/ArtifactTypes/VMExtension/Types/{type_}/Versions/{version}")
    properties = {
        "operatingSystem": "Windows" if is_windows else "Linux",
        "computeRole": "IaaS",
        "vmScaleSetEnabled": True,
        "supportsMultipleExtensions": False,
    }
    return ArmReply(
        200, {"properties": properties, "location": request.params["location"], "name": version, "id": root}
    )


def _image(request: ArmRequest) -> tuple[str, str, str]:
    return request.params["publisher"], request.params["offer"], request.params["sku"]


def _place(request: ArmRequest) -> tuple[str, str]:
    return request.params["subscription"], request.params["location"]


_EARLY_REGIONS = {"eastus2euap": "EastUS2EUAP", "centraluseuap": "CentralUSEUAP"}
"""How the compute service spells the regions for early access."""


def _spelled_place(request: ArmRequest) -> str:
    location = request.params["location"]
    return _EARLY_REGIONS.get(location.lower(), location)


def _extensions(request: ArmRequest) -> dict[str, str]:
    publisher = request.params["publisher"].lower()
    return next((v for k, v in EXTENSIONS.items() if k.lower() == publisher), {})


def _url(request: ArmRequest, path: str) -> str:
    subscription, location = _place(request)
    return f"/Subscriptions/{subscription}/Providers/Microsoft.Compute/Locations/{location}/{path}"


_SPELLED = {
    w.lower(): w
    for w in ("Publishers", "ArtifactTypes", "VMImage", "VMExtension", "Offers", "Skus", "Types", "Versions")
}


def _rows(request: ArmRequest, names: list[str]) -> ArmReply:
    """A list whose ids are the request's own path, spelled as Azure does, with each name."""
    segments = request.path.split("/")[7:]
    base = _url(request, "/".join(_SPELLED.get(s.lower(), s) for s in segments))
    return ArmReply(200, [{"location": request.params["location"], "name": n, "id": f"{base}/{n}"} for n in names])
