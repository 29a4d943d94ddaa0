"""Routes of resources of every type: documents, lists, actions, and the operations that follow writes."""

from __future__ import annotations

import copy

from azops_tui.simulator.arm_reply import ArmReply
from azops_tui.simulator.arm_request import ArmRequest
from azops_tui.simulator.errors import ArmError
from azops_tui.simulator.lro_profiles import LOCATION
from azops_tui.simulator.routing import Route
from azops_tui.simulator.services import ArmServices


def read(services: ArmServices, request: ArmRequest) -> ArmReply:
    """GET of a resource."""
    resource = services.resources.get(request.address)
    document = services.resources.provider(request.address).show(resource, request.query)
    return ArmReply(200, copy.deepcopy(document))


def exists(services: ArmServices, request: ArmRequest) -> ArmReply:
    """HEAD of a resource."""
    services.resources.group(request.address)
    return ArmReply(204 if services.resources.provider(request.address).find(request.address) else 404)


def write(services: ArmServices, request: ArmRequest) -> ArmReply:
    """PUT or PATCH of a resource."""
    sent = request.document()
    _check_conditions(services, request)
    is_patch = request.method == "PATCH"
    return services.resources.put(request.address, sent, api_version=request.api_version, patch=is_patch)


def delete(services: ArmServices, request: ArmRequest) -> ArmReply:
    _check_conditions(services, request)
    return services.resources.delete(request.address)


def list_resources(services: ArmServices, request: ArmRequest) -> ArmReply:
    """GET of a list below a scope or a resource."""
    return services.resources.list(request.address, request.query)


def act(services: ArmServices, request: ArmRequest) -> ArmReply:
    """POST of an action on a resource."""
    return services.resources.act(request.address, request.json(), request.query)


def _check_conditions(services: ArmServices, request: ArmRequest) -> None:
    """Refuse a write whose If-Match or If-None-Match header does not hold."""
    required, excluded = request.headers.get("If-Match"), request.headers.get("If-None-Match")
    if not required and not excluded:
        return
    address = request.address
    resource = services.resources.provider(address).find(address)
    name = f"{address.types[-1]} {address.last_name}"
    if excluded == "*" and resource is not None:
        raise ArmError(412, "PreconditionFailed", f"The {name} exists already and hence cannot be created again.")
    etag = resource.body.get("etag", f'W/"{resource.etag}"') if resource is not None else ""
    if required and required != "*" and required.strip('W/"') != str(etag).strip('W/"'):
        raise ArmError(412, "PreconditionFailed", f"The {name} has been modified (etag mismatch).")


def poll(services: ArmServices, request: ArmRequest) -> ArmReply:
    """GET of an operation's status or result url; of a resource where there is no such operation."""
    operation = services.cloud.operations.find(request.params["operation"])
    if operation is None:
        return read(services, request)
    kind = request.path.rsplit("/", 2)[1]
    if "monitor" not in request.query and "results" not in kind.lower():
        headers = {} if operation.is_done else services.cloud.clock.retry_after(operation.interval)
        return ArmReply(200, operation.as_json(), headers=headers)
    if not operation.is_done:
        return ArmReply(202, None, operation, (LOCATION,))
    if operation.error is not None:
        raise operation.error
    body = operation.result() if operation.result is not None else None
    return ArmReply(200, copy.deepcopy(body)) if body is not None else ArmReply(operation.empty_status)


def check_name(services: ArmServices, request: ArmRequest) -> ArmReply:
    """POST of checkNameAvailability, for namespaces whose names need not be unique here."""
    return ArmReply(200, {"nameAvailable": True})


_PROVIDER = "/{scope...}/providers/{namespace}"
_RESOURCE = f"{_PROVIDER}/{{pairs...}}"
_AVAILABILITY = "/subscriptions/{subscription}/providers/{namespace}"

URLS = (
    Route("GET", f"{_PROVIDER}/locations/{{location}}/{{segment}}/{{operation}}", poll),
    Route("POST", f"{_AVAILABILITY}/checkNameAvailability", check_name),
    Route("POST", f"{_AVAILABILITY}/locations/{{location}}/checkNameAvailability", check_name),
    Route("GET", _RESOURCE, read),
    Route("HEAD", _RESOURCE, exists),
    Route("PUT", _RESOURCE, write),
    Route("PATCH", _RESOURCE, write),
    Route("DELETE", _RESOURCE, delete),
    Route("GET", f"{_PROVIDER}/{{type}}", list_resources),
    Route("GET", f"{_RESOURCE}/{{type}}", list_resources),
    Route("POST", f"{_RESOURCE}/{{action}}", act),
)
