"""What an identity may do to a resource, and what was done to it: roles, permissions, the activity log."""

from __future__ import annotations

import asyncio
import base64
import json
from datetime import UTC, datetime, timedelta

from azops_tui.azure.client import Clients
from azops_tui.azure.errors import AzureFailure
from azops_tui.json_types import Json

_ROLES = "2022-04-01"
_EVENTS = "2015-04-01"
_DAYS = 14
_MOST_EVENTS = 30


class Access:
    """Reads of one subscription about rights and history."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    async def roles(self, identifier: str) -> list[str]:
        """Role assignments of the own identity that reach a resource, each with what it lets the identity do.

        Of an identity whose id is not known (its token is not readable) all assignments that reach the resource.

        Raises:
            AzureFailure: assignments cannot be read.
        """
        own = await self._own_id()
        query = {"$filter": f"assignedTo('{own}')"} if own else {"$filter": "atScope()"}
        path = f"{identifier}/providers/Microsoft.Authorization/roleAssignments"
        assignments = [item async for item in self._clients.pages(path, _ROLES, **query)]
        return list(await asyncio.gather(*(self._role(item.get("properties") or {}) for item in assignments)))

    async def _role(self, assignment: Json) -> str:
        scope = str(assignment.get("scope") or "").rstrip("/")
        where = scope.rpartition("/")[2] or "all of the tenant"
        definition = str(assignment.get("roleDefinitionId") or "")
        try:
            properties = (await self._clients.get(definition, _ROLES)).get("properties") or {}
        except AzureFailure:
            return f"role {definition.rpartition('/')[2]} on {where}"
        return f"{properties.get('roleName', '')} on {where}: {_rights(properties.get('permissions') or [])}"

    async def _own_id(self) -> str:
        """Object id of the own identity, from its token; empty if the token cannot be read."""
        token = (await self._clients.credential.get_token_info(self._clients.scope)).token
        try:
            payload = token.split(".")[1]
            claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
            return str(claims.get("oid") or "")
        except (IndexError, ValueError, AttributeError):
            return ""

    async def activity(self, identifier: str) -> list[Json]:
        """Events of the activity log about a resource or a group in the last two weeks, the newest first.

        Raises:
            AzureFailure: the log cannot be read.
        """
        since = (datetime.now(UTC) - timedelta(days=_DAYS)).strftime("%Y-%m-%dT%H:%M:%SZ")
        path = f"/subscriptions/{self._clients.subscription}/providers/Microsoft.Insights/eventtypes/management/values"
        condition = f"eventTimestamp ge '{since}' and resourceUri eq '{identifier}'"
        events: list[Json] = []
        async for event in self._clients.pages(path, _EVENTS, **{"$filter": condition}):
            events.append(event)
            if len(events) >= _MOST_EVENTS:
                break
        return sorted(events, key=lambda event: str(event.get("eventTimestamp", "")), reverse=True)


def _rights(permissions: list[Json]) -> str:
    """What permissions allow, as ``may *, not Microsoft.Authorization/*/write``."""
    allowed = [action for each in permissions for action in (*each.get("actions", ()), *each.get("dataActions", ()))]
    denied = [
        action for each in permissions for action in (*each.get("notActions", ()), *each.get("notDataActions", ()))
    ]
    text = f"may {', '.join(allowed[:4]) or 'nothing'}" + (" …" if len(allowed) > 4 else "")
    return text + (f", not {', '.join(denied[:3])}" + (" …" if len(denied) > 3 else "") if denied else "")
