"""A request to Resource Manager."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import unquote

from azops_tui.arm.errors import TemplateError
from azops_tui.arm.reader import decoded, loads
from azops_tui.json_types import Json
from azops_tui.simulator.errors import ArmError, bad_content


class ArmRequest:
    """What a handler needs of an HTTP request.

    Attributes:
        parts: segments of the path, unescaped; ``lower`` the same in lower case.
        query: parameters by name, the names in lower case.
    """

    def __init__(self, method: str, path: str, query: dict[str, str], body: bytes, headers: Mapping[str, str]) -> None:
        self.method = method
        self.parts = [unquote(p) for p in path.split("/") if p]
        self.lower = [p.lower() for p in self.parts]
        self.query = query
        self.headers = headers
        self.api_version = query.get("api-version", "")
        self._body = body

    def json(self) -> Json:
        """The body; None for an empty one.

        Raises:
            ArmError: it is not JSON.
        """
        if not self._body.strip():
            return None
        try:
            return loads(decoded(self._body, "request"))[0]
        except TemplateError as error:
            raise ArmError(400, error.code, error.message) from None

    def document(self) -> dict[str, Json]:
        """The body, which must be a JSON object.

        Raises:
            ArmError: it is not.
        """
        found = self.json()
        if found is None:
            return {}
        if not isinstance(found, dict):
            raise bad_content("The body must be a JSON object.")
        return found
