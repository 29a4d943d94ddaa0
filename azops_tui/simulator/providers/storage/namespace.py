"""Types of Microsoft.Storage."""

from __future__ import annotations

from dataclasses import replace

from azops_tui.simulator.lro_profiles import LOCATION, QUIET, LroProfile
from azops_tui.simulator.operations import OperationFormat
from azops_tui.simulator.providers.registration import Registration
from azops_tui.simulator.providers.resource_types import ProviderNamespace, ResourceType
from azops_tui.simulator.providers.storage.accounts import StorageAccountProvider
from azops_tui.simulator.providers.storage.services import StorageServiceProvider

TYPES = {
    "storageAccounts": ResourceType(
        lro=LroProfile(
            created=202, updated=200, put_headers=(LOCATION,), put_body=False, updating="Succeeded", create_seconds=19
        )
    ),
    "storageAccounts/blobServices": ResourceType(lro=replace(QUIET, created=200)),
    "storageAccounts/fileServices": ResourceType(lro=replace(QUIET, created=200)),
    "storageAccounts/blobServices/containers": ResourceType(lro=replace(QUIET, create_seconds=0.5)),
    "storageAccounts/fileServices/shares": ResourceType(lro=replace(QUIET, create_seconds=0.5)),
    "storageAccounts/encryptionScopes": ResourceType(lro=replace(QUIET, create_seconds=0.5)),
}

REGISTRATION = Registration(
    ProviderNamespace(
        "Microsoft.Storage",
        TYPES,
        api_version="2023-05-01",
        lro=LroProfile(created=200, create_seconds=1),
        operations=OperationFormat("asyncoperations", "asyncoperations"),
        requires_location=True,
    ),
    providers=(
        StorageAccountProvider,
        StorageServiceProvider,
    ),
)
