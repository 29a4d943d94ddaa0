"""A request to the simulator, as its handlers see it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from urllib.parse import parse_qsl, unquote

from azops_tui.arm.errors import TemplateError
from azops_tui.arm.reader import decoded, loads
from azops_tui.arm.resource_id import ResourceId
from azops_tui.json_types import Json
from azops_tui.simulator.errors import ArmError, bad_content


def _is_unicode(body: Json) -> bool:
    try:
        json.dumps(body, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


class ArmRequest:
    """One request.

    Attributes:
        path: percent-escaped path without a trailing slash. The older form of deployment paths, without
            ``providers/Microsoft.Resources``, is completed.
        query: parameters by name, the names in lower case.
        params: values of the braces in the pattern of the matched route, unescaped.
    """

    def __init__(
        self, method: str, path: str, query: Mapping[str, str], content: bytes, headers: Mapping[str, str]
    ) -> None:
        segments = [s for s in path.split("/") if s]
        lower = [s.lower() for s in segments]
        if lower[:1] + lower[2:3] + lower[4:5] == ["subscriptions", "resourcegroups", "deployments"]:
            segments[4:4] = ["providers", "Microsoft.Resources"]
        self.method = method
        self.path = "/" + "/".join(segments)
        self.query = {name.lower(): value for name, value in query.items()}
        self.headers = headers
        self.params: dict[str, str] = {}
        self._content = content

    @property
    def api_version(self) -> str:
        """The requested API version; empty if the request names none."""
        return self.query.get("api-version", "")

    @cached_property
    def address(self) -> ResourceId:
        """The resource, list or action that the path names."""
        return ResourceId.of_segments([unquote(s) for s in self.path.split("/") if s])

    def json(self) -> Json:
        """The body; None if it is empty.

        Raises:
            ArmError: the body is not JSON.
        """
        if not self._content.strip():
            return None
        try:
            body = loads(decoded(self._content, "request"))[0]
        except TemplateError as error:
            raise ArmError(400, error.code, error.message) from None
        if b"\\u" in self._content and not _is_unicode(body):
            raise bad_content("The body has half of a surrogate pair, which no response could show.")
        return body

    def document(self) -> dict[str, Json]:
        """The body as a JSON object; empty if the body is.

        Raises:
            ArmError: the body is not a JSON object.
        """
        body = self.json()
        if body is None:
            return {}
        if not isinstance(body, dict):
            raise bad_content("The body must be a JSON object.")
        return body

    def form(self) -> dict[str, str]:
        """The body as the fields of an HTML form."""
        return dict(parse_qsl(self._content.decode("utf-8", "replace")))

    def content(self) -> bytes:
        """The body as it was sent."""
        return self._content

    def top(self, values: list[Json]) -> list[Json]:
        """The first ``$top`` values; all of them if the query has no ``$top``."""
        limit = self.query.get("$top", "")
        return values[: int(limit)] if limit.isdecimal() and len(limit) < 10 else values
