"""Pipeline policies: reject changes through read-only profiles, and do not repeat actions."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from azure.core.pipeline import PipelineRequest
from azure.core.pipeline.policies import SansIOHTTPPolicy

from azops_tui.azure.errors import AzureFailure
from azops_tui.events.azure_views import FailureView

_READING_POSTS = re.compile(
    # Asking by POST: validation, what-if, hashes, exports, and queries of Resource Graph. Listing keys hands out
    # secrets with which one can write, so a read-only profile has none of it.
    r"/providers/Microsoft\.Resources/(?:deployments/[^/]+/(?:validate|whatIf|exportTemplate)|calculateTemplateHash)$"
    r"|/resourceGroups/[^/]+/exportTemplate$"
    r"|/providers/Microsoft\.ResourceGraph/resources$"
    r"|/check\w*Availability$",
    re.IGNORECASE,
)


def is_reading(method: str, url: str) -> bool:
    """True for a request that changes nothing, whatever its body."""
    if method.upper() in ("GET", "HEAD", "OPTIONS"):
        return True
    return method.upper() == "POST" and bool(_READING_POSTS.search(urlsplit(url).path.rstrip("/")))


class ReadOnlyPolicy(SansIOHTTPPolicy[Any, Any]):
    """Rejects every request that could change something; in the pipeline, nothing bypasses it."""

    def __init__(self, profile: str) -> None:
        super().__init__()
        self.profile = profile

    def on_request(self, request: PipelineRequest[Any]) -> None:
        """Pass on a reading request.

        Raises:
            AzureFailure: the request could change something.
        """
        method, url = request.http_request.method, request.http_request.url
        if not is_reading(method, url):
            raise AzureFailure(
                FailureView(
                    code="ReadOnlyProfile",
                    message=f"The profile “{self.profile}” is read-only, so {method} was not sent.",
                    resource=urlsplit(url).path,
                    advice="To make the change, use a profile that is not read-only.",
                )
            )


class OncePolicy(SansIOHTTPPolicy[Any, Any]):
    """Sends actions (POST) once: after a 500, 503 or 504, which the SDK retries, they may have taken effect."""

    def on_request(self, request: PipelineRequest[Any]) -> None:
        """Disable retries for an action; polling for its end is unaffected."""
        if request.http_request.method == "POST" and not is_reading("POST", request.http_request.url):
            request.context.options["retry_total"] = 0
