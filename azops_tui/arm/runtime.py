"""Interface to run-time values."""

from __future__ import annotations

from typing import Protocol

from azops_tui.json_types import Json


class Runtime(Protocol):
    """Supplies run-time values. Every method raises LookupError for a missing resource or secret."""

    def reference(self, resource_id: str, api_version: str | None, full: bool) -> Json:
        """The resource's ``properties``, or with `full` the whole resource."""
        raise NotImplementedError

    def list_action(self, action: str, resource_id: str, api_version: str, body: Json | None) -> Json:
        """Response to ``POST resource_id/action``, for example ``listKeys``."""
        raise NotImplementedError

    def secret(self, vault_id: str, name: str, version: str | None) -> str:
        """Value of a Key Vault secret; None as `version` is the latest."""
        raise NotImplementedError
