"""Autoscale settings."""

from __future__ import annotations

from azops_tui.json_types import Json
from azops_tui.simulator.providers.base import ResourceProvider, ResourceWrite


class AutoscaleProvider(ResourceProvider):
    """microsoft.insights/autoscalesettings."""

    types = ("microsoft.insights/autoscalesettings",)

    def build_document(self, write: ResourceWrite) -> dict[str, Json]:
        body = super().build_document(write)
        body.setdefault("tags", {})
        for notification in body["properties"].get("notifications") or []:
            if isinstance(notification, dict):
                notification["operation"] = str(notification.get("operation") or "Scale").capitalize()
        return body
