"""Role definitions and role assignments."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping

from azops_tui.arm.resource_id import ResourceId
from azops_tui.json_types import Json
from azops_tui.simulator.clock import stamp
from azops_tui.simulator.cloud import CLIENT
from azops_tui.simulator.directory import PRINCIPAL_TYPES
from azops_tui.simulator.errors import ArmError
from azops_tui.simulator.providers.authorization.built_in_roles import BUILT_IN_ROLES, BuiltInRole
from azops_tui.simulator.providers.base import ResourceProvider, ResourceWrite
from azops_tui.simulator.providers.documents import get
from azops_tui.simulator.store import Resource

DEFINITION = "Microsoft.Authorization/roleDefinitions"
_PERMISSIONS = ("actions", "notActions", "dataActions", "notDataActions")


class RoleDefinitionProvider(ResourceProvider):
    """Microsoft.Authorization/roleDefinitions: the built-in roles at every scope, and stored custom roles."""

    types = (DEFINITION.lower(),)

    def find(self, address: ResourceId) -> Resource | None:
        name = address.last_name.lower()
        role = next((r for r in BUILT_IN_ROLES if r.id == name), None)
        if role is not None:
            return Resource(address, _built_in(role, _subscription_scope(address.scope)))
        custom = self.cloud.store.of_type(self.types[0])
        return next((r for r in custom if r.address.last_name.lower() == name), None)

    def check(self, write: ResourceWrite) -> None:
        name = str(get(write.sent, "properties", "roleName") or "")
        if not name:
            raise ArmError(400, "RoleDefinitionNameIsNull", "The role definition has no name.")
        for other in self._all(""):
            if get(other, "properties", "roleName") == name and other["name"] != write.address.last_name:
                message = f"A custom role with the name '{name}' already exists in this directory."
                raise ArmError(409, "RoleDefinitionWithSameNameExists", message)

    def build_document(self, write: ResourceWrite) -> dict[str, Json]:
        sent, now = write.properties, stamp(self.cloud.clock.now())
        old = write.before.properties if write.before else {}
        permissions = [{k: get(p, k) or [] for k in _PERMISSIONS} for p in sent.get("permissions") or [{}]]
        properties = {
            "roleName": sent.get("roleName"),
            "type": "CustomRole",
            "description": sent.get("description"),
            "assignableScopes": sent.get("assignableScopes") or [write.address.scope or "/"],
            "permissions": permissions,
            "createdOn": old.get("createdOn", now),
            "updatedOn": now,
            "createdBy": old.get("createdBy", CLIENT),
            "updatedBy": CLIENT,
        }
        return {"properties": properties}

    def list_documents(self, address: ResourceId, query: Mapping[str, str]) -> list[Json]:
        filter_ = query.get("$filter", "")
        name = re.search(r"(?i)rolename eq '((?:[^']|'')*)'", filter_)
        kind = re.search(r"(?i)\btype eq '([^']*)'", filter_)
        shown = self._all(_subscription_scope(address.scope))
        if name:
            shown = [d for d in shown if d["properties"]["roleName"].lower() == name[1].replace("''", "'").lower()]
        return [d for d in shown if not kind or d["properties"]["type"].lower() == kind[1].lower()]

    def _all(self, scope: str) -> list[dict[str, Json]]:
        custom = [copy.deepcopy(r.body) for r in self.cloud.store.of_type(self.types[0])]
        return [*(_built_in(role, scope) for role in BUILT_IN_ROLES), *custom]


class RoleAssignmentProvider(ResourceProvider):
    """Microsoft.Authorization/roleAssignments."""

    types = ("microsoft.authorization/roleassignments",)

    def check(self, write: ResourceWrite) -> None:
        role = str(get(write.sent, "properties", "roleDefinitionId") or "")
        principal = str(get(write.sent, "properties", "principalId") or "").lower()
        for other in self.cloud.store.of_type(self.types[0]):
            same = (other.address.scope.lower(), other.properties.get("principalId", "").lower())
            if same != (write.address.scope.lower(), principal) or other.address.key == write.address.key:
                continue
            if other.properties["roleDefinitionId"].rpartition("/")[2].lower() == role.rpartition("/")[2].lower():
                raise ArmError(409, "RoleAssignmentExists", "The role assignment already exists.")

    def build_document(self, write: ResourceWrite) -> dict[str, Json]:
        body = super().build_document(write)
        properties = body["properties"]
        known = self.cloud.directory.find(str(properties.get("principalId") or ""))
        default = PRINCIPAL_TYPES.get(known.kind, "ServicePrincipal") if known is not None else "ServicePrincipal"
        properties.setdefault("principalType", default)
        return body

    def list_documents(self, address: ResourceId, query: Mapping[str, str]) -> list[Json]:
        scope = (address.id if address.names else address.scope).lower()
        filter_ = query.get("$filter", "")
        only_scope = "atscope()" in filter_.lower()
        principal = re.search(r"(?i)(?:principalid eq |assignedto\()'([^']*)'", filter_)
        shown = []
        for assignment in self.cloud.store.of_type(self.types[0]):
            own = assignment.address.scope.lower()
            above = (scope + "/").startswith(own + "/")
            below = (own + "/").startswith(scope + "/") and not only_scope
            right = not principal or str(assignment.properties.get("principalId")).lower() == principal[1].lower()
            if (above or below) and right:
                shown.append(copy.deepcopy(assignment.body))
        return shown


def _subscription_scope(scope: str) -> str:
    parts = scope.split("/")
    return "/".join(parts[:3]) if len(parts) > 2 and parts[1].lower() == "subscriptions" else ""


def _built_in(role: BuiltInRole, scope: str) -> dict[str, Json]:
    return {
        "properties": {
            "roleName": role.name,
            "type": "BuiltInRole",
            "description": role.description,
            "assignableScopes": ["/"],
            "permissions": [
                {
                    "actions": list(role.actions),
                    "notActions": list(role.not_actions),
                    "dataActions": list(role.data_actions),
                    "notDataActions": [],
                }
            ],
            "createdOn": "2015-02-02T21:55:09.8806423Z",
            "updatedOn": "2021-11-11T20:13:07.4993029Z",
            "createdBy": None,
            "updatedBy": None,
        },
        "id": f"{scope}/providers/{DEFINITION}/{role.id}",
        "type": DEFINITION,
        "name": role.id,
    }
