"""What a region offers: publishers, their images and their extensions."""

from __future__ import annotations

from azops_tui.simulator.arm_reply import ArmReply
from azops_tui.simulator.ids import Address
from azops_tui.simulator.providers.compute import images

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
"""Newest versions of extension types by publisher. What is not listed is accepted too, as version 1.0."""
UNKNOWN_VERSION = "1.0.0"


def publisher_route(address: Address, where: str) -> ArmReply | None:
    """Answers a path under ``…/locations/{where}/publishers``; None where it leads nowhere."""
    names = dict(zip((t.lower() for t in address.types), address.names, strict=False))
    root = f"/Subscriptions/{address.subscription}/Providers/Microsoft.Compute/Locations/{where}"
    tail = address.tail.lower()
    if tail == "publishers":
        known = sorted({*(k[0] for k in images.CATALOGUE), *EXTENSIONS})
        return _rows(where, f"{root}/Publishers", known)
    if names.get("artifacttypes", "").lower() not in ("", "vmimage"):
        return _extensions(names, f"{root}/Publishers/{names['publishers']}", where, tail)
    return _images(address, names, root, where, tail)


def _rows(where: str, base: str, names: list[str]) -> ArmReply:
    return ArmReply(200, [{"location": where, "name": n, "id": f"{base}/{n}"} for n in names])


def _extensions(names: dict[str, str], root: str, where: str, tail: str) -> ArmReply | None:
    """The catalogue of extensions: types and versions."""
    publisher, kind = names["publishers"], names.get("types", "")
    known = next((v for k, v in EXTENSIONS.items() if k.lower() == publisher.lower()), {})
    base = f"{root}/ArtifactTypes/VMExtension/Types"
    if tail == "types":
        return _rows(where, base, sorted(known))
    if not kind:
        return None
    newest = next((v for k, v in known.items() if k.lower() == kind.lower()), UNKNOWN_VERSION)
    if tail == "versions":
        return _rows(where, f"{base}/{kind}/Versions", [newest])
    version = names.get("versions", newest)
    windows = "windows" in kind.lower() or publisher.lower() == "microsoft.compute"
    properties = {
        "operatingSystem": "Windows" if windows else "Linux",
        "computeRole": "IaaS",
        "vmScaleSetEnabled": True,
        "supportsMultipleExtensions": False,
    }
    shown = {"location": where, "name": version, "id": f"{base}/{kind}/Versions/{version}"}
    return ArmReply(200, {"properties": properties, **shown})


def _images(address: Address, names: dict[str, str], root: str, where: str, tail: str) -> ArmReply | None:
    """The catalogue of images: offers, skus and versions."""
    publisher, offer, sku = names.get("publishers", ""), names.get("offers", ""), names.get("skus", "")
    version = names.get("versions", "")
    if version:
        if version.lower() == "latest":
            version = images.newest(publisher, offer, sku)
        shown = images.version_view(address.subscription, where, publisher, offer, sku, version)
        return ArmReply(200, {"properties": images.details(publisher, offer, sku)} | shown)
    if tail == "versions":
        version = images.newest(publisher, offer, sku)
        return ArmReply(200, [images.version_view(address.subscription, where, publisher, offer, sku, version)])
    base = f"{root}/Publishers/{publisher}/ArtifactTypes/VMImage/Offers"
    same = [k for k in images.CATALOGUE if k[0].lower() == publisher.lower()]
    if tail == "offers":
        return _rows(where, base, sorted({k[1] for k in same}))
    if tail == "skus":
        return _rows(where, f"{base}/{offer}/Skus", sorted({k[2] for k in same if k[1].lower() == offer.lower()}))
    return None
