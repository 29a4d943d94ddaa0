"""Role definitions."""

from __future__ import annotations

import re
from collections.abc import Mapping

from azops_tui.arm.resource_id import ResourceId
from azops_tui.json_types import Json
from azops_tui.simulator.providers.base import ResourceProvider
from azops_tui.simulator.store import Resource

_ROWS = (
    ("Owner", "8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "Grants full access to manage all resources.", ("*",)),
    ("Contributor", "b24988ac-6180-42a0-ab88-20f7382dd24c", "Grants full access to manage all resources.", ("*",)),
    ("Reader", "acdd72a7-3385-48ef-bd42-f606fba81ae7", "View all resources.", ("*/read",)),
    ("User Access Administrator", "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", "Manage access.", ("*/read",)),
    ("Virtual Machine Contributor", "9980e02c-c2be-4d73-94e8-173b1dc7cf3c", "Manage machines.", ("*/read",)),
    ("Network Contributor", "4d97b98b-1d4f-4787-a291-c67834d212e7", "Manage networks.", ("Microsoft.Network/*",)),
    ("Storage Account Contributor", "17d1049b-9a84-46fb-8f53-869881c3d3ab", "Manage storage.", ("*/read",)),
    ("Storage Blob Data Contributor", "ba92f5b4-2d11-453d-a403-e96b0029c9fe", "Read, write, delete blobs.", ()),
    ("Storage Blob Data Reader", "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1", "Read blobs.", ()),
    ("Key Vault Administrator", "00482a5a-887f-4fb3-b363-3b7fe8e74483", "All operations on a vault.", ()),
    ("Key Vault Secrets User", "4633458b-17de-408a-b874-0445c86b69e6", "Read secrets.", ()),
    ("AcrPull", "7f951dda-4ed3-4680-a7ca-43fe172d538d", "Pull images.", ()),
    ("AcrPush", "8311e382-0749-4cb8-b61a-304f252e45ec", "Push images.", ()),
    ("Managed Identity Operator", "f1a07417-d97a-45cb-824c-7a7467783830", "Read and assign identities.", ()),
    ("Monitoring Metrics Publisher", "3913510d-42f4-4e42-8a64-420c390055eb", "Publish metrics.", ()),
)


class RoleDefinitionProvider(ResourceProvider):
    """Microsoft.Authorization/roleDefinitions: the built-in roles at every scope, and stored custom roles."""

    types = ("microsoft.authorization/roledefinitions",)

    def find(self, address: ResourceId) -> Resource | None:
        row = next((r for r in _ROWS if r[1] == address.last_name.lower()), None)
        return Resource(address, _view(*row)) if row is not None else super().find(address)

    def list_documents(self, address: ResourceId, query: Mapping[str, str]) -> list[Json]:
        match = re.search(r"(?i)rolename eq '([^']*)'", query.get("$filter", ""))
        return [_view(*row) for row in _ROWS if not match or row[0].lower() == match[1].lower()]


def _view(name: str, id: str, words: str, actions: tuple[str, ...]) -> Json:
    permission = {"actions": list(actions), "notActions": [], "dataActions": [], "notDataActions": []}
    return {
        "properties": {
            "roleName": name,
            "type": "BuiltInRole",
            "description": words,
            "assignableScopes": ["/"],
            "permissions": [permission],
            "createdOn": "2015-02-02T21:55:09.8806423Z",
            "updatedOn": "2021-11-11T20:13:07.4993029Z",
            "createdBy": None,
            "updatedBy": None,
        },
        "id": f"/providers/Microsoft.Authorization/roleDefinitions/{id}",
        "type": "Microsoft.Authorization/roleDefinitions",
        "name": id,
    }
