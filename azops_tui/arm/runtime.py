"""What a deployment asks the world for while it runs."""

from __future__ import annotations

from typing import Protocol

from azops_tui.json_types import Json


class Runtime(Protocol):
    """Answers what only a running deployment knows. Each raises LookupError for what is not there."""

    def reference(self, resource_id: str, api_version: str | None, full: bool) -> Json:
        """The resource's ``properties``, or with `full` the whole of it."""
        raise NotImplementedError

    def list_action(self, action: str, resource_id: str, api_version: str, body: Json | None) -> Json:
        """What ``POST resource_id/action`` answers, as for ``listKeys``."""
        raise NotImplementedError

    def secret(self, vault_id: str, name: str, version: str | None) -> str:
        """The value of a Key Vault secret; `version` None is the newest."""
        raise NotImplementedError
