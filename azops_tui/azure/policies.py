"""What every request passes before it leaves: no change through a read-only profile, no deletion twice."""

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
    """Whether the request changes nothing, whatever its body."""
    if method.upper() in ("GET", "HEAD", "OPTIONS"):
        return True
    return method.upper() == "POST" and bool(_READING_POSTS.search(urlsplit(url).path.rstrip("/")))


class ReadOnlyPolicy(SansIOHTTPPolicy[Any, Any]):
    """Refuses every request that could change something, in the pipeline itself: there is no way around it."""

    def __init__(self, profile: str) -> None:
        super().__init__()
        self.profile = profile

    def on_request(self, request: PipelineRequest[Any]) -> None:
        """Lets a reading request through.

        Raises:
            AzureFailure: the request is not known to change nothing.
        """
        method, url = request.http_request.method, request.http_request.url
        if not is_reading(method, url):
            raise AzureFailure(
                FailureView(
                    code="ReadOnlyProfile",
                    message=f"The profile “{self.profile}” is read-only, so {method} was not sent.",
                    resource=urlsplit(url).path,
                    advice="Use a profile that may write, if this is meant.",
                )
            )


class OncePolicy(SansIOHTTPPolicy[Any, Any]):
    """Has actions (POST) sent once: the SDK would repeat one after 500, 503 or 504, when it may have been done."""

    def on_request(self, request: PipelineRequest[Any]) -> None:
        """Turns retries off for a POST that does something. Polling for its end is not touched."""
        if request.http_request.method == "POST" and not is_reading("POST", request.http_request.url):
            request.context.options["retry_total"] = 0
