"""Tables and data sources of Log Analytics workspaces."""

from __future__ import annotations

import re
from collections.abc import Mapping

from azops_tui.arm.resource_id import ResourceId
from azops_tui.json_types import Json
from azops_tui.simulator.providers.base import ResourceProvider, ResourceWrite
from azops_tui.simulator.store import Resource


class TableProvider(ResourceProvider):
    """Microsoft.OperationalInsights/workspaces/tables."""

    types = ("microsoft.operationalinsights/workspaces/tables",)

    def on_written(self, resource: Resource, write: ResourceWrite) -> None:
        """Complete the retention: what is kept longer than it can be queried is archived."""
        properties = resource.properties
        for name in ("retentionInDays", "totalRetentionInDays"):
            properties[f"{name}AsDefault"] = not properties.get(name)
        interactive = int(properties.get("retentionInDays") or 30)
        total = int(properties.get("totalRetentionInDays") or interactive)
        properties |= {
            "retentionInDays": interactive,
            "totalRetentionInDays": total,
            "archiveRetentionInDays": max(0, total - interactive),
        }
        if isinstance(properties.get("schema"), dict):
            properties["schema"].setdefault("name", resource.address.last_name)


class DataSourceProvider(ResourceProvider):
    """Microsoft.OperationalInsights/workspaces/dataSources."""

    types = ("microsoft.operationalinsights/workspaces/datasources",)

    def list_documents(self, address: ResourceId, query: Mapping[str, str]) -> list[Json]:
        """The data sources of the kind that ``$filter`` names."""
        shown = super().list_documents(address, query)
        kind = re.search(r"(?i)\bkind\s*(?:eq|=+)\s*'([^']*)'", query.get("$filter", ""))
        return [d for d in shown if kind is None or str(d.get("kind")).lower() == kind[1].lower()]
