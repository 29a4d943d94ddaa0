"""Types of Microsoft.Management. Its paths have handlers of their own, in ``urls.py``."""

from __future__ import annotations

from azops_tui.simulator.lro_profiles import QUIET
from azops_tui.simulator.providers.registration import Registration
from azops_tui.simulator.providers.resource_types import ProviderNamespace, ResourceType

TYPES = {
    "managementGroups": ResourceType(is_tracked=False),
    "managementGroups/subscriptions": ResourceType(is_tracked=False),
    "managementGroups/settings": ResourceType(is_tracked=False),
}

REGISTRATION = Registration(
    ProviderNamespace("Microsoft.Management", TYPES, api_version="2021-04-01", lro=QUIET, has_regions=False)
)
