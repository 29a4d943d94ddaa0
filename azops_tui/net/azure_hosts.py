"""Hosts that are Azure's, in all of its clouds: at these the gate ends TLS and reads requests."""

from __future__ import annotations

import ipaddress
from typing import Literal

Service = Literal["manager", "graph", "storage", "vault", "registry", "sign-in", "monitor", "data", "other"]

_HOSTS: dict[str, Service] = {
    "management.azure.com": "manager",
    "management.core.windows.net": "manager",
    "management.usgovcloudapi.net": "manager",
    "management.core.usgovcloudapi.net": "manager",
    "management.chinacloudapi.cn": "manager",
    "management.core.chinacloudapi.cn": "manager",
    "management.microsoftazure.de": "manager",
    "graph.microsoft.com": "graph",
    "graph.microsoft.us": "graph",
    "dod-graph.microsoft.us": "graph",
    "microsoftgraph.chinacloudapi.cn": "graph",
    "graph.microsoft.de": "graph",
    "graph.windows.net": "graph",
    "graph.chinacloudapi.cn": "graph",
    "login.microsoftonline.com": "sign-in",
    "login.microsoftonline.us": "sign-in",
    "login.microsoftonline.de": "sign-in",
    "login.chinacloudapi.cn": "sign-in",
    "login.partner.microsoftonline.cn": "sign-in",
    "login.microsoft.com": "sign-in",
    "login.windows.net": "sign-in",
    "login.live.com": "sign-in",
    "sts.windows.net": "sign-in",
    "device.login.microsoftonline.com": "sign-in",
    "autologon.microsoftazuread-sso.com": "sign-in",
}
_SUFFIXES: dict[str, Service] = {
    # Regional resource managers, as westeurope.management.azure.com.
    "management.azure.com": "manager",
    "management.usgovcloudapi.net": "manager",
    "management.chinacloudapi.cn": "manager",
    "login.microsoftonline.com": "sign-in",
    "core.windows.net": "storage",
    "core.usgovcloudapi.net": "storage",
    "core.chinacloudapi.cn": "storage",
    "core.cloudapi.de": "storage",
    "storage.azure.net": "storage",
    "vault.azure.net": "vault",
    "vault.usgovcloudapi.net": "vault",
    "vault.azure.cn": "vault",
    "vault.microsoftazure.de": "vault",
    "managedhsm.azure.net": "vault",
    "managedhsm.usgovcloudapi.net": "vault",
    "managedhsm.azure.cn": "vault",
    "azurecr.io": "registry",
    "azurecr.us": "registry",
    "azurecr.cn": "registry",
    "loganalytics.io": "monitor",
    "loganalytics.us": "monitor",
    "loganalytics.azure.cn": "monitor",
    "monitor.azure.com": "monitor",
    "ingest.monitor.azure.com": "monitor",
    "applicationinsights.io": "monitor",
    "azconfig.io": "data",
    "azconfig.azure.us": "data",
    "azconfig.azure.cn": "data",
    "servicebus.windows.net": "data",
    "servicebus.usgovcloudapi.net": "data",
    "servicebus.chinacloudapi.cn": "data",
    "documents.azure.com": "data",
    "documents.azure.us": "data",
    "documents.azure.cn": "data",
    "batch.azure.com": "data",
    "batch.usgovcloudapi.net": "data",
    "batch.chinacloudapi.cn": "data",
    "scm.azurewebsites.net": "data",
    "scm.azurewebsites.us": "data",
    "scm.chinacloudsites.cn": "data",
    "search.windows.net": "data",
    "search.azure.us": "data",
    "search.azure.cn": "data",
    "eventgrid.azure.net": "data",
    "dev.azuresynapse.net": "data",
    "azuredatabricks.net": "data",
    "cognitiveservices.azure.com": "data",
    "openai.azure.com": "data",
    "api.azureml.ms": "data",
    "azurestaticapps.net": "data",
    "kusto.windows.net": "monitor",
    "kusto.usgovcloudapi.net": "monitor",
    "kusto.chinacloudapi.cn": "monitor",
}
_US_GOVERNMENT = (".us", ".usgovcloudapi.net", ".azurewebsites.us")
_CHINA = (".cn",)


def service(host: str) -> Service | None:
    """The service of a host name; None for a host that is not Azure's."""
    name = normal(host)
    if name in _HOSTS:
        return _HOSTS[name]
    suffix = name
    while "." in suffix:
        suffix = suffix.partition(".")[2]
        if suffix in _SUFFIXES:
            return _SUFFIXES[suffix]
    return None


def patterns() -> list[str]:
    """The names of all these hosts as a certificate lists them, with a star for a label."""
    kinds = ("blob", "file", "queue", "table", "dfs", "web")
    storage = [f"*.{kind}.{suffix}" for suffix, name in _SUFFIXES.items() if name == "storage" for kind in kinds]
    return [*_HOSTS, *(f"*.{suffix}" for suffix in _SUFFIXES), *storage]


def cloud(host: str) -> str:
    """The cloud of a host of Azure: ``public``, ``usgov`` or ``china``."""
    name = normal(host)
    if name.endswith(_CHINA):
        return "china"
    return "usgov" if name.endswith(_US_GOVERNMENT) else "public"


def normal(host: str) -> str:
    """A host name as it is compared: lower case, without the dot of the root, without brackets."""
    return host.strip().strip("[]").rstrip(".").lower()


def is_loopback(host: str) -> bool:
    """True for a name or address of this machine."""
    name = normal(host)
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
