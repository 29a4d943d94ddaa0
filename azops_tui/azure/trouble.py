"""What the clients do when Azure does not answer as it should: wait, give up, renew a token, end a circular list."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from azure.core.exceptions import HttpResponseError
from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import AsyncHTTPPolicy, AsyncRetryPolicy

from azops_tui.azure.errors import AzureFailure
from azops_tui.events.azure_views import FailureView

if TYPE_CHECKING:
    from collections.abc import Iterator

    from azops_tui.azure.credentials import Credential

_SHORT_WAIT = 5.0
"""Seconds that a reader that can try again later waits in the middle of a request."""
_patient: ContextVar[bool] = ContextVar("patient", default=True)


@contextmanager
def impatient() -> Iterator[None]:
    """Let requests inside fail where the service asks to wait longer than a few seconds."""
    token = _patient.set(False)
    try:
        yield
    finally:
        _patient.reset(token)


class WaitPolicy(AsyncRetryPolicy[Any, Any]):
    """The SDK's retries, which a reader can decline and which accept any number in ``Retry-After``."""

    def get_retry_after(self, response: PipelineResponse[Any, Any]) -> float | None:
        """Seconds that the service asks to wait; None if it does not ask."""
        with suppress(ValueError):
            return super().get_retry_after(response)
        with suppress(ValueError):
            return max(0.0, float(response.http_response.headers.get("Retry-After", "")))
        return None

    async def sleep(
        self, settings: dict[str, Any], transport: Any, response: PipelineResponse[Any, Any] | None = None
    ) -> None:
        """Wait before another attempt.

        Raises:
            HttpResponseError: the wait is long, and the caller tries again later itself.
        """
        if response is not None and not _patient.get() and (self.get_retry_after(response) or 0) > _SHORT_WAIT:
            raise HttpResponseError(response=response.http_response)
        await super().sleep(settings, transport, response)


class RenewTokenPolicy(AsyncHTTPPolicy[Any, Any]):
    """Gets a new token and sends a request again, once, if the service no longer accepts the token."""

    def __init__(self, credential: Credential) -> None:
        super().__init__()
        self._credential = credential

    async def send(self, request: PipelineRequest[Any]) -> PipelineResponse[Any, Any]:
        response = await self.next.send(request)
        if response.http_response.status_code == 401 and self._credential.forget():
            response = await self.next.send(request)
        return response


async def items(paged: Any) -> AsyncIterator[Any]:
    """The items of a list of the SDK.

    Raises:
        AzureFailure: a page names one that was read already as the next.
    """
    pages = paged.by_page()
    visited: set[str] = set()
    async for page in pages:
        async for item in page:
            yield item
        if pages.continuation_token:
            add_page(visited, str(pages.continuation_token))


def add_page(visited: set[str], link: str) -> None:
    """Add the address of the next page to those read.

    Raises:
        AzureFailure: it was read already.
    """
    if link in visited:
        message = "Azure returned a list whose next page was read already; the list cannot be read whole."
        raise AzureFailure(FailureView(code="UnexpectedAnswer", message=message, resource=link.partition("?")[0]))
    visited.add(link)
