"""A cloud: one subscription, accessed through one profile."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol

from azops_tui.azure.access import Access
from azops_tui.azure.client import Clients
from azops_tui.azure.deployments import Deployments
from azops_tui.azure.groups import Groups
from azops_tui.azure.machines import Machines
from azops_tui.azure.profiles import CLOUDS, Profile
from azops_tui.azure.references import References
from azops_tui.azure.request_stats import RequestStats
from azops_tui.azure.resources import Resources
from azops_tui.azure.run_commands import RunCommands
from azops_tui.azure.scale_sets import ScaleSets
from azops_tui.azure.transport import Gate
from azops_tui.json_types import Json

_HOSTS_LAST = 0.5
"""Seconds for which the SSH addresses of the local cloud's machines are cached."""
_MADE_UP = [ipaddress.ip_network(text) for text in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")]


class Endpoint(Protocol):
    """How to reach a local cloud; the fields are those of its own endpoint file."""

    @property
    def url(self) -> str: ...
    @property
    def ca(self) -> str: ...
    @property
    def bundle(self) -> str: ...
    @property
    def subscription(self) -> str: ...
    @property
    def subscription_name(self) -> str: ...
    @property
    def tenant(self) -> str: ...
    @property
    def client_id(self) -> str: ...
    @property
    def client_secret(self) -> str: ...
    @property
    def az_config(self) -> str: ...
    @property
    def known_hosts(self) -> str: ...
    @property
    def ssh_config(self) -> str: ...
    @property
    def programs(self) -> str: ...


class Cloud:
    """Created by :func:`azops_tui.azure.connect.connect`; close it after use.

    With a read-only profile every call that would change something raises :class:`AzureFailure`, and nothing is sent.
    """

    def __init__(
        self,
        profile: Profile,
        clients: Clients,
        *,
        subscription_name: str,
        endpoint: Endpoint | None = None,
    ) -> None:
        self.on_close: Callable[[], Awaitable[None]] | None = None
        """Stops what was started for this cloud alone; called after its connections are closed."""
        self.profile = profile
        self.subscription = clients.subscription
        """Id of the subscription."""
        self.subscription_name = subscription_name
        self.groups = Groups(clients)
        self.resources = Resources(clients)
        self.deployments = Deployments(clients)
        self.scale_sets = ScaleSets(clients)
        self.run_commands = RunCommands(clients)
        self.machines = Machines(clients)
        self.references = References(clients)
        self.access = Access(clients)
        self._clients = clients
        self.endpoint = endpoint
        """Endpoint of the local cloud; None for a real cloud."""
        self._hosts: dict[str, tuple[str, int]] = {}
        self._hosts_read = float("-inf")
        self._asking = asyncio.Lock()
        self._locations: list[str] = []

    @property
    def stats(self) -> RequestStats:
        """Statistics of the requests so far."""
        return self._clients.stats

    def set_gate(self, gate: Gate | None) -> None:
        """Lead every request of the clients through the gate of a run; None ends that."""
        self._clients.transport.sdk.gate = gate

    @property
    def poll(self) -> float:
        """Seconds between two polls."""
        return self._clients.poll

    @property
    def portal(self) -> str:
        """URL of the Azure portal; empty for the local cloud."""
        return CLOUDS[self.profile.cloud].portal if self.profile.cloud != "local" else ""

    @property
    def environment(self) -> dict[str, str]:
        """Environment variables with which ``az`` in a shell acts on this cloud only."""
        variables = {"AZURE_SUBSCRIPTION_ID": self.subscription}
        if self.endpoint is None:
            return {**variables, "AZURE_CLOUD_NAME": CLOUDS[self.profile.cloud].az_name}
        return {
            **variables,
            "AZURE_CONFIG_DIR": self.endpoint.az_config,
            "REQUESTS_CA_BUNDLE": self.endpoint.bundle,
            # What DefaultAzureCredential and other SDKs read, also in other languages.
            "AZURE_AUTHORITY_HOST": self.endpoint.url,
            "AZURE_TENANT_ID": self.endpoint.tenant,
            "AZURE_CLIENT_ID": self.endpoint.client_id,
            "AZURE_CLIENT_SECRET": self.endpoint.client_secret,
            "AZOPS_SSH_CONFIG": self.endpoint.ssh_config,
            "PATH": self._path(self.endpoint.programs),
            # A proxy cannot reach a loopback address.
            "no_proxy": ",".join(filter(None, [os.environ.get("no_proxy", ""), "127.0.0.1", "localhost"])),
        }

    @staticmethod
    def _path(programs: str) -> str:
        """PATH with the local cloud's ``ssh`` first, then ``azops`` itself, then the user's folders."""
        # An empty part would stand for the current folder.
        parts = (programs, str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath))
        return os.pathsep.join(filter(None, parts))

    async def subscriptions(self) -> list[Json]:
        """Subscriptions that the identity can see, as the service lists them.

        Raises:
            AzureFailure: the list cannot be read.
        """
        return [item async for item in self._clients.pages("/subscriptions", "2022-12-01")]

    async def locations(self) -> list[str]:
        """Return the names of the locations that the subscription can deploy to, sorted. Read once.

        Raises:
            AzureFailure: the list cannot be read.
        """
        if not self._locations:
            path = f"/subscriptions/{self.subscription}/locations"
            locations = [location async for location in self._clients.pages(path, "2022-12-01")]
            self._locations = sorted(location["name"] for location in locations if _is_physical(location))
        return list(self._locations)

    async def get(self, path: str, api_version: str) -> Json:
        """Return the JSON at a path below the resource manager, for types without a method of their own.

        Raises:
            AzureFailure: the request was rejected or the path does not exist.
        """
        return await self._clients.get(path, api_version)

    async def vault_secret(self, vault: str, name: str, version: str = "") -> str:
        """Return the value of a secret in a key vault.

        Args:
            vault: name of the vault.
            name: name of the secret.
            version: its version; empty for the latest.

        Raises:
            AzureFailure: the secret does not exist or may not be read.
        """
        if self.profile.cloud == "local":
            manager, host = self._clients.manager, f"{vault}.{CLOUDS['public'].vaults}"
            return await self._clients.vault_secret(manager, self._clients.scope, name, version, host=host)
        domain = CLOUDS[self.profile.cloud].vaults
        return await self._clients.vault_secret(
            f"https://{vault}.{domain}", f"https://{domain}/.default", name, version
        )

    async def route(self, address: str) -> tuple[str, int] | None:
        """Return the host and port of SSH on a machine of the local cloud; None for a real cloud or host.

        Port 0 says that it is a machine of the local cloud and that nothing listens there: it is not running, or gone.
        To connect all the same could reach somebody else's machine, on a real network with the same addresses.

        Raises:
            AzureFailure: the local cloud cannot be reached.
        """
        if self.endpoint is None:
            return None
        async with self._asking:
            # What was read goes for the connections that begin together, no longer: addresses change hands.
            if address.lower() not in self._hosts or time.monotonic() - self._hosts_read > _HOSTS_LAST:
                # The newest owner of an address is right: those of deleted machines are given away again.
                self._hosts, self._hosts_read = {}, time.monotonic()
                for host in await self._clients.get("/simulator/hosts", "") or []:
                    for name in (*host.get("addresses", ()), host.get("fqdn"), host.get("name")):
                        if name:
                            self._hosts[name.lower()] = (host["host"], host["port"])
            host = self._hosts.get(address.lower())
        if host is None and (address.lower() in self._clients.addresses or _is_made_up(address)):
            return ("127.0.0.1", 0)
        return host

    async def repeat(self, method: str, url: str, body: bytes) -> None:
        """Send a recorded write again, and wait for the end of its operation.

        Raises:
            TimeoutError: the operation does not end.
        """
        from azops_tui.azure.repeat import repeat_write

        await repeat_write(self._clients, method, url, body)

    async def close(self) -> None:
        """Close every connection and stop what was started for this cloud."""
        try:
            await self._clients.close()
        finally:
            ending, self.on_close = self.on_close, None
            if ending is not None:
                await ending()


def _is_made_up(address: str) -> bool:
    """True for an address reserved for documentation; public addresses of local clouds are such."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(known in network for network in _MADE_UP)


def _is_physical(location: Json) -> bool:
    """True for a physical location; the list has groups of locations too."""
    return bool((location.get("metadata") or {}).get("regionType", "Physical") == "Physical")
