"""Clients of one cloud: those of the SDK, each loaded on first use, and a thin one for single requests.

They share one transport, one credential and the same policies.
"""

from __future__ import annotations

import asyncio
import importlib
import time
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from azure.core.configuration import Configuration
from azure.core.pipeline import policies as core_policies
from azure.core.rest import HttpRequest
from azure.mgmt.core import AsyncARMPipelineClient
from azure.mgmt.core.policies import (
    ARMHttpLoggingPolicy,
    AsyncARMChallengeAuthenticationPolicy,
)

from azops_tui.azure.credentials import Credential
from azops_tui.azure.errors import AzureFailure, explained
from azops_tui.azure.policies import OncePolicy, ReadOnlyPolicy
from azops_tui.azure.profiles import Profile
from azops_tui.azure.request_stats import RequestStats, RequestStatsPolicy
from azops_tui.azure.transport import Transport
from azops_tui.azure.trouble import RenewTokenPolicy, WaitPolicy, add_page
from azops_tui.events.azure_views import FailureView
from azops_tui.json_types import Json

_AGENT = "azops"
_VAULT_VERSION = "7.4"
"""API version of the data plane of key vaults."""


class Clients:
    """The clients of one subscription."""

    def __init__(
        self,
        profile: Profile,
        credential: Credential,
        transport: Transport,
        stats: RequestStats,
        *,
        manager: str,
        scope: str,
        subscription: str,
        poll: float,
    ) -> None:
        self.profile = profile
        self.credential = credential
        self.transport = transport
        self.stats = stats
        self.manager = manager.rstrip("/")
        self.scope = scope
        self.subscription = subscription
        self.poll = poll
        """Seconds between two polls if the service does not say."""
        self.addresses: set[str] = set()
        """Addresses of the machines read so far."""
        local = profile.cloud == "local"
        # Where the cloud is a process of ours a refused connection must be told at once; elsewhere patience is right.
        self._retries: dict[str, Any] = (
            {"retry_total": 2, "retry_connect": 1, "retry_backoff_factor": 0.1}
            if local
            else {"retry_total": 5, "retry_connect": 2, "retry_backoff_factor": 0.5, "retry_backoff_max": 20}
        )
        self._clients: dict[str, Any] = {}
        self._thin: dict[str, AsyncARMPipelineClient[Any, Any]] = {}
        """Thin clients by the scope of their tokens."""
        self._loading = asyncio.Lock()

    async def resources(self) -> Any:
        """The SDK's client for groups, resources and providers."""
        return await self._client("azure.mgmt.resource.resources.aio", "ResourceManagementClient")

    async def deployments(self) -> Any:
        """The SDK's client for deployments and their operations."""
        return await self._client("azure.mgmt.resource.deployments.aio", "DeploymentsMgmtClient")

    async def compute(self) -> Any:
        """The SDK's client for machines and scale sets."""
        return await self._client("azure.mgmt.compute.aio", "ComputeManagementClient")

    async def get(self, path: str, api_version: str, **query: str) -> Json:
        """The JSON at a path below the resource manager.

        Raises:
            AzureFailure: the request was rejected, the path does not exist, or the cloud cannot be reached.
        """
        return await self.send("GET", path, api_version, query=query)

    async def pages(self, path: str, api_version: str, **query: str) -> AsyncIterator[Json]:
        """The items of a list, page by page.

        Raises:
            AzureFailure: as :meth:`get`.
        """
        page = await self.get(path, api_version, **query)
        visited: set[str] = set()
        while True:
            if not isinstance(page, dict) or not isinstance(page.get("value") or [], list):
                raise unexpected_answer(path)
            for item in page.get("value") or []:
                yield item
            following = page.get("nextLink")
            if not following:
                return
            add_page(visited, following)
            page = await self.send("GET", following, "")

    async def send(
        self, method: str, path: str, api_version: str, *, body: Json = None, query: Mapping[str, str] | None = None
    ) -> Json:
        """Send one request and return the JSON of its response, None if empty; do not wait for an operation to end.

        Raises:
            AzureFailure: the request was rejected or could not be sent.
        """
        if api_version:
            path = f"{quote(path, safe='/:@$,()')}?{urlencode({'api-version': api_version, **(query or {})})}"
        elif urlsplit(path).netloc and urlsplit(path).netloc != urlsplit(self.manager).netloc:
            message = "Azure returned a next page on another host, which must not receive the token."
            raise AzureFailure(FailureView(code="UnexpectedAnswer", message=message, resource=path))
        url = path if urlsplit(path).netloc else self.manager + "/" + path.lstrip("/")
        request = HttpRequest(method, url, json=body) if body is not None else HttpRequest(method, url)
        with explained():
            response = await self._pipeline().send_request(request)
            response.raise_for_status()
            try:
                return response.json() if response.content else None
            except ValueError as error:
                raise unexpected_answer(path) from error

    async def vault_secret(self, vault: str, scope: str, name: str, version: str = "", *, host: str = "") -> str:
        """The value of a secret in a key vault.

        Args:
            vault: URL of the vault.
            scope: scope of its tokens.
            name: name of the secret.
            version: its version; empty for the latest.
            host: name of the vault's host, if it is not that of the URL: that of the local cloud.

        Raises:
            AzureFailure: the secret does not exist, may not be read, or the vault cannot be reached.
        """
        path = "/".join(filter(None, ("secrets", quote(name, safe=""), quote(version, safe=""))))
        headers = {"Host": host} if host else {}
        request = HttpRequest("GET", f"{vault.rstrip('/')}/{path}?api-version={_VAULT_VERSION}", headers=headers)
        with explained():
            response = await self._pipeline(scope).send_request(request)
            response.raise_for_status()
            try:
                value = response.json()["value"]
            except (ValueError, KeyError, TypeError) as error:
                raise unexpected_answer(vault) from error
        if not isinstance(value, str):
            raise unexpected_answer(vault)
        return value

    async def operate(self, method: str, path: str, api_version: str, *, body: Json = None) -> Json:
        """Send a request, wait for the end of the operation that it starts, and return the result; None if empty.

        Raises:
            AzureFailure: the request was rejected or the operation failed.
        """
        from azure.core.polling import AsyncLROPoller
        from azure.mgmt.core.polling.async_arm_polling import AsyncARMPolling

        url = f"{self.manager}/{quote(path.lstrip('/'), safe='/:@$,()')}?{urlencode({'api-version': api_version})}"
        request = HttpRequest(method, url, json=body) if body is not None else HttpRequest(method, url)
        pipeline = self._pipeline()
        with explained():
            answer: Any = await pipeline.send_request(request, _return_pipeline_response=True)
            answer.http_response.raise_for_status()
            polling: Any = AsyncARMPolling(self.poll)
            poller: Any = AsyncLROPoller(pipeline, answer, _content, polling)
            return await wait_for(poller, self.poll)

    async def close(self) -> None:
        """Close the clients, the credential and the connection pool."""
        for client in self._clients.values():
            await client.close()
        for thin in self._thin.values():
            await thin.close()
        await self.credential.close()
        await self.transport.close()

    async def _client(self, module: str, name: str) -> Any:
        async with self._loading:
            if module not in self._clients:
                # Some of these take 200 ms to import: in a thread the screen does not stand still.
                client = getattr(await asyncio.to_thread(importlib.import_module, module), name)
                self._clients[module] = client(
                    self.credential,
                    self.subscription,
                    base_url=self.manager,
                    credential_scopes=[self.scope],
                    transport=self.transport.sdk,
                    polling_interval=self.poll,
                    user_agent=_AGENT,
                    per_call_policies=self._per_call(),
                    per_retry_policies=self._per_retry(),
                    retry_policy=WaitPolicy(**self._retries),
                )
            return self._clients[module]

    def _per_call(self) -> list[Any]:
        return [OncePolicy(), RenewTokenPolicy(self.credential)]

    def _per_retry(self) -> list[Any]:
        # Read-only stands here, behind every policy that could make a request of its own.
        guard = [ReadOnlyPolicy(self.profile.name)] if self.profile.read_only else []
        return [*guard, RequestStatsPolicy(self.stats)]

    def _pipeline(self, scope: str = "") -> AsyncARMPipelineClient[Any, Any]:
        scope = scope or self.scope
        if scope not in self._thin:
            config: Configuration[Any, Any] = Configuration()
            config.user_agent_policy = core_policies.UserAgentPolicy(_AGENT)
            config.headers_policy = core_policies.HeadersPolicy()
            config.proxy_policy = core_policies.ProxyPolicy()
            config.logging_policy = core_policies.NetworkTraceLoggingPolicy()
            config.http_logging_policy = ARMHttpLoggingPolicy()
            config.retry_policy = WaitPolicy(**self._retries)
            config.custom_hook_policy = core_policies.CustomHookPolicy()
            config.redirect_policy = core_policies.AsyncRedirectPolicy()
            config.authentication_policy = AsyncARMChallengeAuthenticationPolicy(self.credential, scope)
            self._thin[scope] = AsyncARMPipelineClient(
                base_url=self.manager,
                config=config,
                transport=self.transport.sdk,
                per_call_policies=self._per_call(),
                per_retry_policies=self._per_retry(),
            )
        return self._thin[scope]


def _content(answer: Any) -> Json:
    """JSON of the last response of an operation; None if it has no body."""
    response = answer.http_response
    return response.json() if response.text().strip() else None


def unexpected_answer(path: str) -> AzureFailure:
    """The failure for an answer that is not the JSON it should be, such as a page of a proxy."""
    message = "Azure, or a proxy before it, answered with something that is not the JSON of its API."
    return AzureFailure(FailureView(code="UnexpectedAnswer", message=message, resource=path.partition("?")[0]))


async def wait_for(poller: Any, every: float, on_poll: Callable[[float], object] | None = None) -> Any:
    """Wait for a long-running operation of the SDK and return its result.

    Args:
        poller: the SDK's poller.
        every: seconds between two calls of ``on_poll``.
        on_poll: receives the seconds since the start.
    """
    result = asyncio.ensure_future(poller.result())
    began = time.monotonic()
    try:
        while not (await asyncio.wait([result], timeout=every))[0]:
            if on_poll is not None:
                on_poll(time.monotonic() - began)
        return await result
    finally:
        result.cancel()
