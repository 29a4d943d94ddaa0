"""Private links: what can be reached over a private endpoint, and under which names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from azops_tui.json_types import Json
from azops_tui.simulator.store import Resource


@dataclass(frozen=True, slots=True)
class PrivateLink:
    """One part of a service that a private endpoint can reach.

    Attributes:
        group: name of the part, as ``blob``.
        zone: private DNS zone of its names; empty if it has none.
        host: public name with ``{name}`` for the resource's; empty if it has none.
        members: required members; the group itself if there are none.
    """

    group: str
    zone: str = ""
    host: str = ""
    members: tuple[str, ...] = ()


def _storage() -> Iterator[PrivateLink]:
    for group in ("blob", "table", "queue", "file", "web", "dfs"):
        for suffix in ("",) if group == "file" else ("", "_secondary"):
            host = f"{{name}}{suffix.replace('_', '-')}.{group}.core.windows.net"
            yield PrivateLink(f"{group}{suffix}", f"privatelink.{group}.core.windows.net", host)


def _namespace(kind: str) -> PrivateLink:
    return PrivateLink("namespace", f"privatelink.{kind}.windows.net", f"{{name}}.{kind}.windows.net")


def _database(engine: str) -> PrivateLink:
    zone = f"privatelink.{engine}.database.azure.com"
    return PrivateLink(f"{engine}Server", zone, f"{{name}}.{engine}.database.azure.com")


_POSTGRES = PrivateLink(
    "postgresqlServer", "privatelink.postgres.database.azure.com", "{name}.postgres.database.azure.com"
)

LINKS: Mapping[str, tuple[PrivateLink, ...]] = {
    "microsoft.appconfiguration/configurationstores": (
        PrivateLink("configurationStores", "privatelink.azconfig.io", "{name}.azconfig.io"),
    ),
    "microsoft.authorization/resourcemanagementprivatelinks": (
        PrivateLink("ResourceManagement", "privatelink.azure.com"),
    ),
    "microsoft.cache/redis": (
        PrivateLink("redisCache", "privatelink.redis.cache.windows.net", "{name}.redis.cache.windows.net"),
    ),
    "microsoft.cognitiveservices/accounts": (
        PrivateLink("account", "privatelink.cognitiveservices.azure.com", "{name}.cognitiveservices.azure.com"),
    ),
    "microsoft.compute/diskaccesses": (PrivateLink("disks", "privatelink.blob.core.windows.net"),),
    "microsoft.containerregistry/registries": (
        PrivateLink(
            "registry", "privatelink.azurecr.io", "{name}.azurecr.io", ("registry_data_{location}", "registry")
        ),
    ),
    "microsoft.containerservice/managedclusters": (PrivateLink("management"),),
    "microsoft.datafactory/factories": (
        PrivateLink("dataFactory", "privatelink.datafactory.azure.net", "{name}.datafactory.azure.net"),
        PrivateLink("portal", "privatelink.adf.azure.com"),
    ),
    "microsoft.dbformariadb/servers": (_database("mariadb"),),
    "microsoft.dbformysql/flexibleservers": (_database("mysql"),),
    "microsoft.dbformysql/servers": (_database("mysql"),),
    "microsoft.dbforpostgresql/flexibleservers": (
        PrivateLink(
            "postgresqlServer", "privatelink.postgres.database.azure.com", "{name}.postgres.database.azure.com"
        ),
    ),
    "microsoft.dbforpostgresql/servers": (
        PrivateLink(
            "postgresqlServer", "privatelink.postgres.database.azure.com", "{name}.postgres.database.azure.com"
        ),
    ),
    "microsoft.devices/iothubs": (PrivateLink("iotHub", "privatelink.azure-devices.net", "{name}.azure-devices.net"),),
    "microsoft.documentdb/databaseaccounts": (
        PrivateLink("Sql", "privatelink.documents.azure.com", "{name}.documents.azure.com"),
        PrivateLink("Analytical", "privatelink.analytics.cosmos.azure.com"),
    ),
    "microsoft.eventgrid/domains": (PrivateLink("domain", "privatelink.eventgrid.azure.net"),),
    "microsoft.eventgrid/topics": (PrivateLink("topic", "privatelink.eventgrid.azure.net"),),
    "microsoft.eventhub/namespaces": (_namespace("servicebus"),),
    "microsoft.keyvault/managedhsms": (
        PrivateLink("managedhsm", "privatelink.managedhsm.azure.net", "{name}.managedhsm.azure.net", ("default",)),
    ),
    "microsoft.keyvault/vaults": (
        PrivateLink("vault", "privatelink.vaultcore.azure.net", "{name}.vault.azure.net", ("default",)),
    ),
    "microsoft.monitor/accounts": (
        PrivateLink("prometheusMetrics", "privatelink.{location}.prometheus.monitor.azure.com", "", ("queryApi",)),
    ),
    "microsoft.relay/namespaces": (_namespace("servicebus"),),
    "microsoft.search/searchservices": (
        PrivateLink("searchService", "privatelink.search.windows.net", "{name}.search.windows.net"),
    ),
    "microsoft.servicebus/namespaces": (_namespace("servicebus"),),
    "microsoft.signalrservice/signalr": (
        PrivateLink("signalr", "privatelink.service.signalr.net", "{name}.service.signalr.net"),
    ),
    "microsoft.sql/servers": (
        PrivateLink("sqlServer", "privatelink.database.windows.net", "{name}.database.windows.net"),
    ),
    "microsoft.storage/storageaccounts": tuple(_storage()),
    "microsoft.synapse/workspaces": (
        PrivateLink("Sql", "privatelink.sql.azuresynapse.net", "{name}.sql.azuresynapse.net"),
        PrivateLink("SqlOnDemand", "privatelink.sql.azuresynapse.net", "{name}-ondemand.sql.azuresynapse.net"),
        PrivateLink("Dev", "privatelink.dev.azuresynapse.net", "{name}.dev.azuresynapse.net"),
    ),
    "microsoft.web/sites": (PrivateLink("sites", "privatelink.azurewebsites.net", "{name}.azurewebsites.net"),),
}
"""The parts of each type, by full type in lower case."""


def link_documents(resource: Resource) -> list[Json] | None:
    """The parts of a resource as ``privateLinkResources`` lists them; None for types without private links."""
    kind = resource.address.type.lower()
    if kind == "microsoft.network/applicationgateways":
        links: tuple[PrivateLink, ...] = tuple(PrivateLink(name) for name in _frontends(resource))
    elif kind in LINKS:
        links = LINKS[kind]
    else:
        return None
    place = resource.location
    return [
        {
            "name": link.group,
            "id": f"{resource.id}/privateLinkResources/{link.group}",
            "type": f"{resource.type}/privateLinkResources",
            "properties": {
                "groupId": link.group,
                "requiredMembers": [m.replace("{location}", place) for m in link.members or (link.group,)],
                "requiredZoneNames": [link.zone.replace("{location}", place)] if link.zone else [],
            },
        }
        for link in links
    ]


def _frontends(resource: Resource) -> list[str]:
    """The frontends of an application gateway that have a private link configuration."""
    return [
        str(frontend.get("name"))
        for frontend in resource.properties.get("frontendIPConfigurations") or []
        if (frontend.get("properties") or {}).get("privateLinkConfiguration")
    ]


def private_names(resource: Resource, groups: list[str]) -> list[str]:
    """The public names of the parts of a resource that an endpoint connects to."""
    links = LINKS.get(resource.address.type.lower(), ())
    wanted = [group.lower() for group in groups]
    name = resource.address.last_name.lower()
    return [link.host.replace("{name}", name) for link in links if link.host and link.group.lower() in wanted]
