"""Resources of any type."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from azops_tui.arm.resource_id import ResourceId, split_id
from azops_tui.azure.client import Clients, unexpected_answer, wait_for
from azops_tui.azure.errors import AzureFailure, explained
from azops_tui.azure.trouble import add_page, items
from azops_tui.durations import parse_timestamp
from azops_tui.events.azure_views import FailureView, ResourceView
from azops_tui.json_types import Json

_Resources = list[ResourceView]  # the class has a method of the name “list”
_GRAPH = "/providers/Microsoft.ResourceGraph/resources"
_GRAPH_VERSION = "2021-03-01"
_GRAPH_QUERY = (
    "resources | project id, name, type, location, kind, sku, tags, managedBy, "
    "provisioningState = properties.provisioningState | order by id asc"
)


class Resources:
    """Resources of a subscription."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._versions: dict[str, dict[str, str]] = {}
        self._graph_answers = True
        """False once Resource Graph refused: it is not registered, or the cloud does not have it."""

    async def list(self, group: str | None = None, *, times: bool = False) -> list[ResourceView]:
        """List the resources of a group, or of the subscription, in the order of the service.

        Args:
            group: name of the group; None for the subscription.
            times: read when each was created, too.

        Raises:
            AzureFailure: the group does not exist.
        """
        client = await self._clients.resources()
        expand = "createdTime,provisioningState" if times else "provisioningState"
        with explained():
            if group:
                listed = client.resources.list_by_resource_group(group, expand=expand)
            else:
                listed = client.resources.list(expand=expand)
            return [resource_view(resource.as_dict()) async for resource in items(listed)]

    async def everything(self) -> _Resources:
        """List all resources of the subscription: from Resource Graph if it answers, else page by page.

        Raises:
            AzureFailure: neither can be read.
        """
        if self._graph_answers:
            try:
                return await self._from_graph()
            except AzureFailure as failure:
                if failure.status not in (400, 403, 404, 405, 501):
                    raise
                self._graph_answers = False
        return await self.list()

    async def _from_graph(self) -> _Resources:
        """All resources of the subscription from Resource Graph, a thousand at a time."""
        body: dict[str, Json] = {
            "subscriptions": [self._clients.subscription],
            "query": _GRAPH_QUERY,
            "options": {"$top": 1000, "resultFormat": "objectArray"},
        }
        resources: _Resources = []
        visited: set[str] = set()
        while True:
            page = await self._clients.send("POST", _GRAPH, _GRAPH_VERSION, body=body)
            rows = page.get("data") if isinstance(page, dict) else None
            if not isinstance(rows, list):
                raise unexpected_answer(_GRAPH)
            resources += [resource_view(row) for row in rows]
            token = page.get("$skipToken")
            if not token:
                return resources
            add_page(visited, token)
            body["options"] = {**body["options"], "$skipToken": token}

    async def get(self, resource_id: str) -> Json:
        """Read a resource as JSON, in the latest stable API version of its type.

        Raises:
            AzureFailure: the resource does not exist or its type is unknown.
        """
        return await self._clients.get(resource_id, await self.api_version(resource_id))

    async def tag(self, resource_id: str, tags: Mapping[str, str]) -> None:
        """Replace the tags of a resource.

        Raises:
            AzureFailure: the resource does not exist or may not be changed.
        """
        version = await self.api_version(resource_id)
        await self._clients.send("PATCH", resource_id, version, body={"tags": dict(tags)})

    async def delete(self, resource_id: str, *, on_poll: Callable[[float], object] | None = None) -> None:
        """Delete a resource and wait for the end.

        Raises:
            AzureFailure: the resource is in use, locked, or may not be deleted.
        """
        version = await self.api_version(resource_id)
        client = await self._clients.resources()
        with explained(resource_id):
            poller = await client.resources.begin_delete_by_id(resource_id.lstrip("/"), api_version=version)
            await wait_for(poller, self._clients.poll, on_poll)

    async def operate(self, method: str, resource_id: str, action: str = "", body: Json = None) -> Json:
        """Send a request to a resource, or to an action of it, and wait for the end of what it starts.

        Raises:
            AzureFailure: the request was rejected or the operation failed.
        """
        version = await self.api_version(resource_id)
        path = f"{resource_id}/{action}" if action else resource_id
        return await self._clients.operate(method, path, version, body=body)

    async def api_version(self, resource_id: str) -> str:
        """Return the API version for a resource. Each provider is read once.

        Raises:
            AzureFailure: the provider or the type does not exist.
        """
        _, kind, _ = split_id(resource_id)
        namespace, _, short = kind.partition("/")
        if not short:
            raise AzureFailure(
                FailureView(code="InvalidResourceId", message="This is not the id of a resource.", resource=resource_id)
            )
        if kind.lower() in ("microsoft.resources/resourcegroups", "microsoft.resources/subscriptions"):
            return "2021-04-01"
        if namespace.lower() not in self._versions:
            client = await self._clients.resources()
            with explained(resource_id):
                provider = (await client.providers.get(namespace)).as_dict()
            self._versions[namespace.lower()] = {
                known["resourceType"].lower(): _newest(known.get("apiVersions") or [])
                for known in provider.get("resourceTypes") or []
            }
        version = self._versions[namespace.lower()].get(short.lower())
        if not version:
            raise AzureFailure(
                FailureView(
                    code="InvalidResourceType",
                    message=f"{namespace} has no resource type {short}.",
                    resource=resource_id,
                    advice="Check the spelling of the type.",
                )
            )
        return version


def resource_view(resource: Json) -> ResourceView:
    """Convert a resource from the JSON of a list."""
    sku = resource.get("sku") or {}
    identity = resource.get("id", "")
    _, kind, name = split_id(identity)
    return ResourceView(
        id=identity,
        name=name or resource.get("name", ""),
        type=resource.get("type") or kind,
        group=ResourceId.parse(identity).group,
        location=resource.get("location") or "",
        kind=resource.get("kind") or "",
        sku=(sku.get("name") or sku.get("tier") or "") if isinstance(sku, dict) else str(sku),
        state=resource.get("provisioningState") or (resource.get("properties") or {}).get("provisioningState") or "",
        tags=resource.get("tags") or {},
        managed_by=resource.get("managedBy") or "",
        created=parse_timestamp(resource.get("createdTime")) or 0.0,
    )


def _newest(versions: list[str]) -> str:
    """Latest stable API version, or the latest preview if there is no stable one."""
    stable = [version for version in versions if len(version) == 10]
    return max(stable or versions, default="")
