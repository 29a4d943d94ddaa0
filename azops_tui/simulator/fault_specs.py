"""Faults as people write them: ``KIND[=VALUE][:PATH][,OPTION=VALUE…]``."""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec

from azops_tui.errors import AzopsError


class FaultSpecError(AzopsError):
    """The text does not describe a fault."""


class Fault(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """One fault.

    Attributes:
        path: regular expression, searched in the path, ignoring case.
        method: HTTP methods with commas between them; empty for any.
        status: refuse the request with this status; 0 lets it pass.
        code, message: the error; empty for those of the status.
        retry_after: seconds for the Retry-After header of a refusal.
        latency: seconds to wait before answering.
        fail: do not refuse the request; let its operation fail at the end with ``code`` and ``message``.
        never_ends: do not refuse the request; let its operation run for ever.
        reset: close the connection instead of answering.
        truncate: close the connection in the middle of the answer's body.
        probability: share of the matching requests that are hit.
        times: maximum number of requests to hit; 0 for no limit.
    """

    path: str = ""
    method: str = ""
    status: int = 0
    code: str = ""
    message: str = ""
    retry_after: float = 0.0
    latency: float = 0.0
    fail: bool = False
    never_ends: bool = False
    reset: bool = False
    truncate: bool = False
    probability: float = 1.0
    times: int = 0


_WRITES = "PUT,PATCH,POST,DELETE"
_QUOTA = (
    "Operation could not be completed as it results in exceeding approved standardDSv3Family Cores quota. "
    "Additional details - Current Limit: 10, Current Usage: 10, Additional Required: 2."
)
_ROLE = (
    "The client 'azops' with object id does not have authorization to perform this action over the scope, or the scope "
    "is invalid. If access was recently granted, refresh your credentials."
)
_POLICY = "Resource was disallowed by policy. Policy identifiers: 'local-deny'."


def _latency(value: str) -> Fault:
    return Fault(latency=_seconds(value or "2s"))


def _throttle(value: str) -> Fault:
    message = "The number of requests has exceeded the limit. Try again after the time in the Retry-After header."
    wait = _seconds(value or "1s")
    return Fault(status=429, code="TooManyRequests", message=message, retry_after=wait)


def _error(value: str) -> Fault:
    if not re.fullmatch(r"[45]\d\d", value or "503"):
        raise FaultSpecError(f"'{value}' is not an HTTP status from 400 to 599.")
    return Fault(status=int(value or "503"))


def _fail(value: str) -> Fault:
    code = value or "AllocationFailed"
    return Fault(fail=True, status=409, code=code, message=f"The operation failed with {code}.", method="PUT,PATCH")


def _refuse(status: int, code: str, message: str, method: str, path: str = "") -> Callable[[str], Fault]:
    return lambda _: Fault(status=status, code=code, message=message, method=method, path=path)


KINDS: dict[str, tuple[str, Callable[[str], Fault]]] = {
    "latency": ("answer late: latency=2s", _latency),
    "throttle": ("refuse with 429 and Retry-After: throttle=1s", _throttle),
    "error": ("refuse with a status: error=503", _error),
    "reset": ("close the connection without an answer", lambda _: Fault(reset=True)),
    "truncate": ("close the connection in the middle of an answer", lambda _: Fault(truncate=True)),
    "expired-token": (
        "refuse the token as expired",
        _refuse(401, "ExpiredAuthenticationToken", "The access token expiry UTC time is earlier than now.", ""),
    ),
    "never-ending": (
        "accept, and never end the operation",
        lambda _: Fault(never_ends=True, method="PUT,PATCH,DELETE"),
    ),
    "fail": ("accept, then fail with a code: fail=SkuNotAvailable", _fail),
    "quota": (
        "refuse machines for lack of cores",
        _refuse(409, "QuotaExceeded", _QUOTA, "PUT", "/Microsoft.Compute/virtualMachine|/deployments/"),
    ),
    "policy": ("refuse writes by policy", _refuse(403, "RequestDisallowedByPolicy", _POLICY, "PUT,PATCH")),
    "role": ("refuse writes for lack of a role", _refuse(403, "AuthorizationFailed", _ROLE, _WRITES)),
}
"""Kinds of faults: what each does, and its fault for a value."""
_OPTIONS = {"method": str, "times": int, "probability": float, "message": str, "code": str}


def parse_fault(spec: str) -> Fault:
    """The fault that a text describes, for example ``throttle:/virtualMachines,times=3``.

    Raises:
        FaultSpecError: the text does not describe a fault; the message says why.
    """
    head, *options = re.split(r",(?=[a-z]+=)", spec.strip())
    kind, _, path = head.partition(":")
    kind, _, value = kind.partition("=")
    if kind not in KINDS:
        raise FaultSpecError(f"'{kind}' is not a kind of fault. Kinds: {', '.join(KINDS)}.")
    fault = KINDS[kind][1](value)
    changes: dict[str, object] = {"path": path} if path else {}
    for option in options:
        name, _, text = option.partition("=")
        if name not in _OPTIONS:
            raise FaultSpecError(f"'{name}' is not an option of a fault. Options: {', '.join(_OPTIONS)}.")
        try:
            changes[name] = _OPTIONS[name](text)
        except ValueError:
            raise FaultSpecError(f"'{text}' is not a valid value of '{name}'.") from None
    try:
        re.compile(path)
    except re.error as problem:
        raise FaultSpecError(f"'{path}' is not a regular expression: {problem}.") from None
    return msgspec.structs.replace(fault, **changes)


def _seconds(text: str) -> float:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)(ms|s|m)?", text)
    if match is None:
        raise FaultSpecError(f"'{text}' is not a duration such as 2s or 500ms.")
    return float(match[1]) * {"ms": 0.001, "m": 60.0}.get(match[2] or "s", 1.0)


def describe(fault: Fault) -> str:
    """One line about a fault for people."""
    if fault.never_ends:
        what = "the operation never ends"
    elif fault.fail:
        what = f"the operation fails with {fault.code}"
    elif fault.reset or fault.truncate:
        what = "the connection is closed" + (" in the middle of the answer" if fault.truncate else "")
    elif fault.status:
        what = f"{fault.status} {fault.code}".rstrip()
    else:
        what = f"answers {fault.latency:g} s late"
    limits = [f"{fault.times} times"] if fault.times else []
    limits += [f"{fault.probability:.0%} of them"] if fault.probability < 1 else []
    where = f"{fault.method or 'any method'} {fault.path or 'any path'}"
    return f"{where}: {what}" + (f" ({', '.join(limits)})" if limits else "")
