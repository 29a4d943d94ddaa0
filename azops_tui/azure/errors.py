"""Failures of Azure, flattened to what a person needs: the innermost error, the resource, and advice.

The service nests errors in errors, lists of details, and JSON inside strings, several levels deep. Nothing of the SDK
is imported here: an exception of the SDK comes only when it is loaded.
"""

from __future__ import annotations

import json
import re
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from azops_tui.azure.advice import ANY, advise
from azops_tui.azure.sentences import NO_REASON, as_sentence, clean, shorten_ids
from azops_tui.durations import format_duration
from azops_tui.errors import AzopsError
from azops_tui.events.azure_views import FailureView
from azops_tui.json_types import Json

DEEPEST = 40
"""Depth to which objects, lists and strings are followed; a level of the service's nesting takes up to four."""

_WRAPPERS = {
    "aggregateerror",
    "badrequest",
    "conflict",
    "deploymentfailed",
    "internalservererror",
    "invalidtemplatedeployment",
    "marketplacepurchaseeligibilityfailed",
    "multipleerrorsoccurred",
    "resourcedeploymentfailure",
    "resourceoperationfailure",
    "retryableerror",
}
"""Codes that only wrap an inner error."""
_VAGUE = {"", "unspecified", "unknown", "none", "null", "error", "internalerror"}
"""Codes that are less specific than that of the error around them."""
_READERS = re.compile(r"[/\\\\](?:azure[/\\\\](?:core|mgmt)|isodate|json)[/\\\\]")
_GO_ERROR = re.compile(r'Code="(?P<code>\w+)"\s+Message="(?P<message>(?:[^"\\]|\\.)*)')


class AzureFailure(AzopsError):  # noqa: N818 - it is the failure of an operation, which its view describes
    """Azure rejected a request, failed to carry it out, or cannot be reached."""

    def __init__(self, view: FailureView, *more: FailureView, status: int | None = None) -> None:
        super().__init__(sentence(view))
        self.view = view
        """The most specific failure."""
        self.views = (view, *more)
        """All failures, if several operations failed."""
        self.status = status
        """HTTP status of the response; None without a response."""


def sentence(view: FailureView) -> str:
    """Format a failure as one line for people: the resource, the reason, and what to do."""
    return as_sentence(view.message, view.target, view.resource, view.advice)


def flatten(payload: Json, *, resource: str = "", correlation_id: str = "") -> list[FailureView]:
    """Return the innermost errors of an error body, most specific first; never empty.

    Args:
        payload: the body, as an object, as text or as bytes; JSON or not.
        resource: id of what was acted on, for errors that name none.
        correlation_id: of the request, for errors that name none.
    """
    seen: set[tuple[str, str, str]] = set()
    views = []
    for code, message, target in _leaves(payload, DEEPEST) or [("", "", "")]:
        identity = _identity(message)
        view = _view(code, message, target, resource, identity or correlation_id)
        key = (view.code, view.message, view.target)
        if key not in seen:
            seen.add(key)
            views.append(view)
    return views


def from_exception(error: BaseException, *, resource: str = "") -> AzureFailure:
    """Convert an exception of the SDK, of its transport or of a timeout.

    Args:
        error: the exception.
        resource: id or name of the resource; by default that of the request's URL.
    """
    if isinstance(error, AzureFailure):
        return error
    core = sys.modules.get("azure.core.exceptions")
    if core is not None:
        if isinstance(error, core.HttpResponseError) and error.response is not None:
            return _from_response(error, resource)
        if isinstance(error, core.ClientAuthenticationError):
            return AzureFailure(_view("AuthenticationFailed", _first_line(str(error)), "", resource, ""))
        if isinstance(error, core.ServiceResponseError) or _was_sent(error):
            message = "The connection was lost before Azure answered; it is unknown whether the request took effect."
            return AzureFailure(_view("ConnectionLost", message, "", resource, ""))
        if isinstance(error, core.ServiceRequestError):
            return AzureFailure(_unreachable(error, resource))
    if isinstance(error, TimeoutError):
        return AzureFailure(_view("Timeout", str(error) or "Azure did not answer in time.", "", resource, ""))
    if isinstance(error, OSError):
        return AzureFailure(_unreachable(error, resource))
    return AzureFailure(flatten(str(error) or type(error).__name__, resource=resource)[0])


@contextmanager
def explained(resource: str = "") -> Iterator[None]:
    """Convert exceptions of the SDK raised inside to :class:`AzureFailure`; all others pass."""
    try:
        yield
    except AzureFailure:
        raise
    except Exception as error:
        core = sys.modules.get("azure.core.exceptions")
        known = (OSError, TimeoutError, *((core.AzureError,) if core is not None else ()))
        if not isinstance(error, known):
            if not _is_unreadable(error):
                raise
            message = "Azure, or a proxy before it, answered with something that the SDK cannot read."
            raise AzureFailure(_view("UnexpectedAnswer", message, "", resource, "")) from error
        raise from_exception(error, resource=resource) from error


def _is_unreadable(error: Exception) -> bool:
    """True for an error about a value, raised inside the SDK or the parsers that it reads an answer with."""
    if not isinstance(error, ValueError | TypeError | KeyError | AttributeError):
        return False
    if "has no attribute 'as_dict'" in str(error):
        return True  # the answer is JSON of another shape
    frames = traceback.extract_tb(error.__traceback__)
    return bool(frames) and bool(_READERS.search(frames[-1].filename))


def is_missing(failure: AzureFailure) -> bool:
    """True if the failure is that the resource does not exist."""
    return failure.status == 404 or failure.view.code in ("ResourceNotFound", "ResourceGroupNotFound", "NotFound")


def _leaves(payload: Json, depth: int) -> list[tuple[str, str, str]]:
    """Code, message and target of each leaf."""
    if isinstance(payload, bytes | bytearray):
        payload = bytes(payload).decode("utf-8", "replace")
    if isinstance(payload, str):
        parsed = _parsed(payload)
        if parsed is None or depth <= 0:
            return [("", payload, "")] if payload.strip() else []
        return _leaves(parsed, depth - 1) or [("", payload, "")]
    if depth <= 0:
        return []
    if isinstance(payload, list):
        return [leaf for item in payload for leaf in _leaves(item, depth - 1)]
    if not isinstance(payload, Mapping):
        return []
    body = {str(name).lower(): value for name, value in payload.items()}
    inner = body.get("error", body.get("odata.error"))
    if isinstance(inner, Mapping | list) or (isinstance(inner, str) and _parsed(inner) is not None):
        return _leaves(inner, depth - 1)
    if isinstance(inner, str) and inner:
        return [_token_error(inner, _text(body.get("error_description")))]
    properties = body.get("properties")
    if isinstance(properties, Mapping) and "code" not in body and "message" not in body:
        return _leaves(properties.get("error", properties.get("statusMessage")), depth - 1)
    return _leaf(body, depth)


def _leaf(body: Mapping[str, Json], depth: int) -> list[tuple[str, str, str]]:
    """Leaves of one error object, whose keys are in lower case."""
    code = re.sub(r"^\d{3}\s+", "", _text(body.get("code")))
    message = _text(body.get("message") or body.get("statusmessage") or body.get("errormessage") or body.get("title"))
    target = _text(body.get("target"))
    children: list[tuple[str, str, str]] = []
    if _parsed(message) is not None:
        children += _leaves(message, depth - 1)
        message = "" if children else message
    go = _GO_ERROR.search(message)
    if go:
        children.append((go["code"], go["message"].replace('\\"', '"'), ""))
    details = body.get("details")
    if isinstance(details, list | Mapping) or (isinstance(details, str) and _parsed(details) is not None):
        children += _leaves(details, depth - 1)
    inner = body.get("innererror")
    if not children and not message and isinstance(inner, Mapping):
        children += _leaves(inner, depth - 1)
    if not target:
        target = _violation(body.get("additionalinfo"))
    telling = [child for child in children if child[0].lower() not in _VAGUE and (child[1] or not message)]
    if telling and (code.lower() in _WRAPPERS | _VAGUE or not message or _same_code(code, telling)):
        # A wrapper's target is the deployment, which is not where the fault is; an error's own one is.
        return [(child[0], child[1], child[2] or ("" if code.lower() in _WRAPPERS else target)) for child in telling]
    if telling and code:
        return [(child[0], child[1], child[2] or target) for child in telling]
    if not message and children:
        return [(child[0] or code, child[1], child[2] or target) for child in children]
    return [(code, message, target)] if code or message else []


def _same_code(code: str, children: list[tuple[str, str, str]]) -> bool:
    return any(child[0].lower() == code.lower() for child in children)


def _violation(info: Json) -> str:
    """Path in the template of a ``TemplateViolation``; name of the policy of a ``PolicyViolation``."""
    for item in info if isinstance(info, list) else []:
        info = item.get("info") if isinstance(item, Mapping) else None
        if isinstance(info, Mapping):
            name = info.get("path") or info.get("policyDefinitionDisplayName") or info.get("policyDefinitionName")
            if isinstance(name, str):
                return name
    return ""


def _token_error(error: str, description: str) -> tuple[str, str, str]:
    """An error of the token service: its AADSTS number is the code."""
    number = re.search(r"AADSTS\d+", description)
    message = _first_line(re.sub(r"^AADSTS\d+:\s*", "", description))
    return (number[0] if number else error, message or error, "")


def _parsed(text: str) -> Json | None:
    """Parse text as a JSON object or list; None for anything else."""
    stripped = text.strip().lstrip("﻿")
    if not stripped or stripped[0] not in "{[" or stripped[-1] not in "}]":
        return None
    try:
        value = json.loads(stripped, strict=False)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict | list) else None


def _text(value: Json) -> str:
    """A code or message as text; OData wraps messages in ``{lang, value}``."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        inner = value.get("value", value.get("message"))
        return inner if isinstance(inner, str) else json.dumps(value)
    return "" if value is None or isinstance(value, list | bool) else str(value)


def _identity(message: str) -> str:
    """Correlation or tracking id in a message."""
    match = re.search(r"(?:correlation|tracking) id(?: is)?:? '?([0-9a-fA-F-]{36})", message, re.IGNORECASE)
    return match[1] if match else ""


def _view(code: str, message: str, target: str, resource: str, correlation_id: str) -> FailureView:
    named = re.search(r"/subscriptions/[^\s'\",]+/providers/[^\s'\",]+", message)
    code = code or "Unknown"
    return FailureView(
        code=code,
        message=clean(message, code),
        target=target,
        resource=resource or (named[0].rstrip(".") if named else ""),
        correlation_id=correlation_id,
        advice=advise(code, message, target) or (ANY if code != "Unknown" else ""),
    )


def _from_response(error: Exception, resource: str) -> AzureFailure:
    """Failure of an HTTP response; for a long-running operation the status is 200."""
    response = getattr(error, "response", None)
    headers = getattr(response, "headers", None) or {}
    status = getattr(response, "status_code", None)
    url = str(getattr(getattr(response, "request", None), "url", ""))
    correlation = headers.get("x-ms-correlation-request-id", "") or headers.get("x-ms-request-id", "")
    resource = resource or _resource_of(url)
    body = _body(response)
    wait = headers.get("Retry-After", "")
    if status in (429, 503) and wait.isdigit():
        message = f"Azure answered {status} and asks to wait {format_duration(float(wait))}."
        return AzureFailure(_view(_STATUS_CODES[status], message, "", resource, correlation), status=status)
    views = flatten(body, resource=resource, correlation_id=correlation) if body.strip() else []
    if (status or 0) < 400 and all(view.code == "Unknown" for view in views):
        message = "Azure, or a proxy before it, answered with something that is not the JSON of its API."
        views = [_view("UnexpectedAnswer", message, "", resource, correlation)]
    if not views or views[0].code == "Unknown":
        code = _STATUS_CODES.get(status or 0, f"Http{status}")
        reason = getattr(response, "reason", "") or ""
        message = clean(body)
        if message == NO_REASON:
            message = f"Azure answered {status} {reason}".strip() + "."
        views = [_view(code, message, "", resource, correlation)]
    return AzureFailure(*views, status=status)


_STATUS_CODES = {
    401: "AuthenticationFailed",
    403: "AuthorizationFailed",
    404: "NotFound",
    409: "Conflict",
    412: "PreconditionFailed",
    429: "TooManyRequests",
    500: "InternalServerError",
    502: "BadGateway",
    503: "ServiceUnavailable",
    504: "GatewayTimeout",
}


def _body(response: object) -> str:
    """Text of a response whose body may not have been read."""
    try:
        text = response.text()  # type: ignore[attr-defined]  # both generations of the SDK's answers have it
    except Exception:  # whatever a half-read answer raises, its status still says enough
        return ""
    return text if isinstance(text, str) else ""


def _resource_of(url: str) -> str:
    """Id of the resource that a URL addresses; empty if it addresses none."""
    match = re.match(r"https?://[^/]+(/subscriptions/[^?]+)", url)
    if not match or re.search(r"/\w*operation(?:s|results|statuses)/", match[1], re.IGNORECASE):
        return ""
    parts = match[1].strip("/").split("/")
    if len(parts) % 2:
        parts.pop()  # the word of a list or of an action
    if len(parts) > 2 and parts[-2].lower() == "providers":
        del parts[-2:]
    return "/" + "/".join(parts)


def _was_sent(error: BaseException) -> bool:
    """True if the transport was connected when it failed, which the SDK reports as a request not sent."""
    names = {kind.__name__ for kind in type(getattr(error, "inner_exception", None)).__mro__}
    return bool(names & {"ServerDisconnectedError", "ClientOSError"}) and "ClientConnectorError" not in names


def _unreachable(error: BaseException, resource: str) -> FailureView:
    """Failure of a connection, with its cause in words."""
    chain: list[BaseException] = []
    inner: BaseException | None = getattr(error, "inner_exception", None) or error
    while inner is not None and inner not in chain:
        chain.append(inner)
        inner = inner.__cause__ or inner.__context__ or getattr(inner, "os_error", None)
    message = " ".join(str(link) for link in chain)
    host = re.search(r"[Cc]annot connect to host ([^\s:]+(?::\d+)?)", message)
    where = host[1] if host else "Azure"
    low = message.lower()
    if "certificate" in low or "[ssl" in low:
        return _view("CertificateNotTrusted", f"The certificate of {where} is not trusted.", "", resource, "")
    if "name or service not known" in low or "getaddrinfo" in low or "nodename" in low or "dns" in low:
        return _view("NameNotFound", f"The name of {where} cannot be resolved.", "", resource, "")
    if "refused" in low or "connect call failed" in low:
        return _view("ConnectionRefused", f"{where} refused the connection.", "", resource, "")
    if "timeout" in low or "timed out" in low:
        return _view("ConnectionTimeout", f"{where} did not answer in time.", "", resource, "")
    return _view("Unreachable", f"{where} cannot be reached: {_first_line(shorten_ids(message))}", "", resource, "")


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "")
