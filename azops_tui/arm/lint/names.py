"""Naming rules of resource types: length and characters, from "Naming rules and restrictions for Azure resources"."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NameRule:
    """Naming rule of a resource type."""

    least: int
    most: int
    characters: str
    """Allowed characters, as the inside of a regular expression's brackets."""
    words: str
    """Allowed characters, in words."""
    first: str = ""
    """Characters allowed at the beginning, in the same form; empty if all are."""
    last: str = ""
    double_hyphens: bool = True

    def problem(self, name: str) -> str:
        """Return the rule that a name breaks, as a sentence; empty if it is valid."""
        if not self.least <= len(name) <= self.most:
            return f"It has {len(name)} characters; {self.least} to {self.most} are allowed."
        if stray := self.stray(name):
            return f"It contains '{stray}'; only {self.words} are allowed."
        if self.first and not re.match(f"[{self.first}]", name):
            return f"It cannot begin with '{name[0]}'."
        if self.last and not re.search(f"[{self.last}]\\Z", name):
            return f"It cannot end with '{name[-1]}'."
        if not self.double_hyphens and "--" in name:
            return "It cannot contain two consecutive hyphens."
        return ""

    def stray(self, text: str) -> str:
        """Return the first character that is not allowed; empty if all are."""
        match = re.search(f"[^{self.characters}]", text)
        return match[0] if match else ""


_ALNUM, _LOWER, _LETTER = "a-zA-Z0-9", "a-z0-9", "a-zA-Z"
_WORD = _ALNUM + "_"


def _usual(least: int, most: int) -> NameRule:
    """Rule of most network and compute types: letters, digits, ``_ . -``."""
    words = "letters, digits, underscores, periods and hyphens"
    return NameRule(least, most, _ALNUM + "_.\\-", words, _ALNUM, _WORD)


def _hyphens(least: int, most: int, first: str = _ALNUM, *, double: bool = True) -> NameRule:
    return NameRule(least, most, _ALNUM + "\\-", "letters, digits and hyphens", first, _ALNUM, double)


def _lower_hyphens(least: int, most: int, first: str = _LOWER, *, double: bool = True) -> NameRule:
    return NameRule(least, most, _LOWER + "\\-", "lower-case letters, digits and hyphens", first, _LOWER, double)


def _plain(least: int, most: int) -> NameRule:
    return NameRule(least, most, _ALNUM, "letters and digits")


def _lower(least: int, most: int, first: str = "") -> NameRule:
    return NameRule(least, most, _LOWER, "lower-case letters and digits", first)


_MACHINE = NameRule(1, 64, _ALNUM + "_.\\-", "letters, digits, underscores, periods and hyphens", _ALNUM, _WORD)
RULES: dict[str, NameRule] = {
    type.lower(): rule
    for type, rule in {
        "Microsoft.ApiManagement/service": _hyphens(1, 50, _LETTER),
        "Microsoft.AppConfiguration/configurationStores": _hyphens(5, 50),
        "Microsoft.Automation/automationAccounts": _hyphens(6, 50, _LETTER),
        "Microsoft.Batch/batchAccounts": _lower(3, 24),
        "Microsoft.Cache/Redis": _hyphens(1, 63, double=False),
        "Microsoft.CognitiveServices/accounts": NameRule(
            2, 64, _ALNUM + "_.\\-", "letters, digits, underscores, periods and hyphens", _ALNUM, _ALNUM),
        "Microsoft.Compute/availabilitySets": _usual(1, 80),
        "Microsoft.Compute/disks": _usual(1, 80),
        "Microsoft.Compute/galleries": NameRule(
            1, 80, _ALNUM + "_.", "letters, digits, underscores and periods", _ALNUM, _ALNUM),
        "Microsoft.Compute/images": _usual(1, 80),
        "Microsoft.Compute/snapshots": _usual(1, 80),
        "Microsoft.Compute/virtualMachines": _MACHINE,
        "Microsoft.Compute/virtualMachineScaleSets": _MACHINE,
        "Microsoft.ContainerInstance/containerGroups": _lower_hyphens(1, 63, double=False),
        "Microsoft.ContainerRegistry/registries": _plain(5, 50),
        "Microsoft.ContainerService/managedClusters": NameRule(
            1, 63, _ALNUM + "_\\-", "letters, digits, underscores and hyphens", _ALNUM, _ALNUM),
        "Microsoft.DataFactory/factories": _hyphens(3, 63),
        "Microsoft.DBforMySQL/flexibleServers": _lower_hyphens(3, 63),
        "Microsoft.DBforMySQL/servers": _lower_hyphens(3, 63),
        "Microsoft.DBforPostgreSQL/flexibleServers": _lower_hyphens(3, 63),
        "Microsoft.DBforPostgreSQL/servers": _lower_hyphens(3, 63),
        "Microsoft.Devices/IotHubs": _hyphens(3, 50),
        "Microsoft.DocumentDB/databaseAccounts": _lower_hyphens(3, 50),
        "Microsoft.EventGrid/topics": _hyphens(3, 50),
        "Microsoft.EventHub/namespaces": _hyphens(6, 50, _LETTER),
        "Microsoft.KeyVault/vaults": _hyphens(3, 24, _LETTER, double=False),
        "Microsoft.KeyVault/vaults/secrets": NameRule(1, 127, _ALNUM + "\\-", "letters, digits and hyphens"),
        "Microsoft.Kusto/clusters": _lower(4, 22, "a-z"),
        "Microsoft.Logic/workflows": NameRule(
            1, 80, _ALNUM + "_.()\\-", "letters, digits, underscores, periods, parentheses and hyphens"),
        "Microsoft.ManagedIdentity/userAssignedIdentities": NameRule(
            3, 128, _ALNUM + "_\\-", "letters, digits, underscores and hyphens", _ALNUM),
        "Microsoft.Network/applicationGateways": _usual(1, 80),
        "Microsoft.Network/applicationSecurityGroups": _usual(1, 80),
        "Microsoft.Network/bastionHosts": _usual(1, 80),
        "Microsoft.Network/connections": _usual(1, 80),
        "Microsoft.Network/loadBalancers": _usual(1, 80),
        "Microsoft.Network/localNetworkGateways": _usual(1, 80),
        "Microsoft.Network/natGateways": _usual(1, 80),
        "Microsoft.Network/networkInterfaces": _usual(1, 80),
        "Microsoft.Network/networkSecurityGroups": _usual(1, 80),
        "Microsoft.Network/networkSecurityGroups/securityRules": _usual(1, 80),
        "Microsoft.Network/networkWatchers": _usual(1, 80),
        "Microsoft.Network/privateEndpoints": _usual(2, 64),
        "Microsoft.Network/publicIPAddresses": _usual(1, 80),
        "Microsoft.Network/publicIPPrefixes": _usual(1, 80),
        "Microsoft.Network/routeTables": _usual(1, 80),
        "Microsoft.Network/routeTables/routes": _usual(1, 80),
        "Microsoft.Network/trafficManagerProfiles": _hyphens(1, 63),
        "Microsoft.Network/virtualNetworkGateways": _usual(1, 80),
        "Microsoft.Network/virtualNetworks": _usual(2, 64),
        "Microsoft.Network/virtualNetworks/subnets": _usual(1, 80),
        "Microsoft.Network/virtualNetworks/virtualNetworkPeerings": _usual(1, 80),
        "Microsoft.OperationalInsights/workspaces": _hyphens(4, 63),
        "Microsoft.RecoveryServices/vaults": _hyphens(2, 50, _LETTER),
        "Microsoft.Resources/deployments": NameRule(
            1, 64, _ALNUM + "_.()=\\-", "letters, digits, underscores, periods, parentheses, equals signs and hyphens"),
        "Microsoft.Resources/resourceGroups": NameRule(
            1, 90, "\\w.()\\-", "letters, digits, underscores, periods, parentheses and hyphens", "", "\\w()\\-"),
        "Microsoft.Search/searchServices": _lower_hyphens(2, 60, double=False),
        "Microsoft.ServiceBus/namespaces": _hyphens(6, 50, _LETTER),
        "Microsoft.SignalRService/signalR": _hyphens(3, 63, _LETTER),
        "Microsoft.Sql/servers": _lower_hyphens(1, 63),
        "Microsoft.Storage/storageAccounts": _lower(3, 24),
        "Microsoft.Storage/storageAccounts/blobServices/containers": NameRule(
            3, 63, _LOWER + "$\\-", "lower-case letters, digits and hyphens", _LOWER + "$", _LOWER, False),
        "Microsoft.Storage/storageAccounts/fileServices/shares": _lower_hyphens(3, 63, double=False),
        "Microsoft.Storage/storageAccounts/queueServices/queues": _lower_hyphens(3, 63, double=False),
        "Microsoft.Web/serverfarms": NameRule(1, 60, "\\w\\-", "letters, digits, underscores and hyphens"),
        "Microsoft.Web/sites": NameRule(2, 60, "\\w\\-", "letters, digits and hyphens", "\\w", "\\w"),
    }.items()
}  # fmt: skip
"""Type in lower case -> naming rule."""
