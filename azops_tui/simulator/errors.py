"""Errors of Resource Manager: status, code, message, and often details."""

from __future__ import annotations

from azops_tui.json_types import Json


class ArmError(Exception):
    """A request refused by the simulated service. The HTTP reply shows it.

    Attributes:
        status: HTTP status of the answer.
        code: error code, as ``ResourceNotFound``.
        message: the text.
        target: the parameter or resource at fault; empty if the service names none.
        details: inner errors, each with code and message.
        extra: further members of the error object, such as ``additionalInfo``.
        headers: headers of the reply, such as Retry-After.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        target: str = "",
        details: list[Json] | None = None,
        extra: dict[str, Json] | None = None,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.target = target
        self.details = details
        self.extra = extra or {}
        self.headers: dict[str, str] = {}

    def error(self) -> dict[str, Json]:
        body: dict[str, Json] = {"code": self.code, "message": self.message}
        if self.target:
            body["target"] = self.target
        if self.details is not None:
            body["details"] = self.details
        return body | self.extra

    def body(self) -> dict[str, Json]:
        return {"error": self.error()}


REASONS = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    405: "MethodNotAllowed",
    409: "Conflict",
    412: "PreconditionFailed",
    429: "TooManyRequests",
    500: "InternalServerError",
    501: "NotImplemented",
    503: "ServiceUnavailable",
}


def reason(status: int) -> str:
    """The status as deployment operations show it: ``BadRequest``, ``OK``, ``Created``."""
    return REASONS.get(status) or {200: "OK", 201: "Created", 202: "Accepted", 204: "NoContent"}.get(
        status, str(status)
    )


def group_not_found(name: str) -> ArmError:
    """The error for a resource group that does not exist."""
    return ArmError(404, "ResourceGroupNotFound", f"Resource group '{name}' could not be found.")


def resource_not_found(type_and_name: str, group: str) -> ArmError:
    """The error for a resource that does not exist; ``type_and_name`` as ``Microsoft.Compute/disks/d``."""
    where = f" under resource group '{group}'" if group else ""
    return ArmError(
        404,
        "ResourceNotFound",
        f"The Resource '{type_and_name}'{where} was not found. "
        "For more details please go to https://aka.ms/ARMResourceNotFoundFix",
    )


def invalid_parameter(target: str, message: str = "") -> ArmError:
    """The compute service's refusal of one parameter, named by its path."""
    return ArmError(400, "InvalidParameter", message or f"The value of parameter {target} is invalid.", target=target)


def invalid_reference(resource_id: str, used_by: str) -> ArmError:
    """The error for a resource that refers to one that does not exist."""
    return ArmError(
        400,
        "InvalidResourceReference",
        f"Resource {resource_id} referenced by resource {used_by} was not found. Please make sure that the referenced "
        "resource exists, and that both resources are in the same region.",
        details=[],
    )


def not_found_entity(resource_id: str) -> ArmError:
    """The compute service's error for a reference to a resource that does not exist."""
    return ArmError(404, "NotFound", f"Resource {resource_id} not found.", details=[])


def bad_content(problem: str) -> ArmError:
    """The error for a body that is not valid."""
    return ArmError(
        400, "InvalidRequestContent", f"The request content was invalid and could not be deserialized: '{problem}'."
    )


def require(condition: Json, error: ArmError) -> None:
    """Raise the error unless the condition is true."""
    if not condition:
        raise error
