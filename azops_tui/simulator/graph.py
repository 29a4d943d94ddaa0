"""Microsoft Graph: requests about the directory's objects."""

from __future__ import annotations

import copy
import secrets
import uuid
from datetime import UTC, datetime, timedelta

from azops_tui.json_types import Json
from azops_tui.simulator.arm_reply import ArmReply
from azops_tui.simulator.arm_request import ArmRequest
from azops_tui.simulator.clock import stamp
from azops_tui.simulator.directory import KINDS, DirectoryObject
from azops_tui.simulator.errors import ArmError
from azops_tui.simulator.routing import Route
from azops_tui.simulator.services import ArmServices

_COLLECTIONS = {name.lower(): name for name in KINDS}


def _kind(request: ArmRequest) -> str:
    kind = _COLLECTIONS.get(request.params["collection"].lower())
    if kind is None:
        name = request.params["collection"]
        raise ArmError(400, "BadRequest", f"Resource not found for the segment '{name}'.")
    return kind


def _missing(id_: str) -> ArmError:
    return ArmError(
        404,
        "Request_ResourceNotFound",
        f"Resource '{id_}' does not exist or one of its queried reference-property objects are not present.",
    )


def _object(services: ArmServices, request: ArmRequest) -> DirectoryObject:
    item = services.cloud.directory.named(_kind(request), request.params["id"])
    if item is None:
        raise _missing(request.params["id"])
    return item


def _shown(item: DirectoryObject, *, typed: bool = False) -> dict[str, Json]:
    body = copy.deepcopy(item.body)
    return {"@odata.type": f"#microsoft.graph.{KINDS[item.kind]}", **body} if typed else body


def list_objects(services: ArmServices, request: ArmRequest) -> ArmReply:
    """The objects of a collection."""
    listed = services.cloud.directory.select(_kind(request), request.query.get("$filter", ""))
    return ArmReply(200, {"value": request.top([_shown(o) for o in listed])})


def create(services: ArmServices, request: ArmRequest) -> ArmReply:
    """Create an object."""
    kind, sent, directory = _kind(request), request.document(), services.cloud.directory
    if kind == "servicePrincipals":
        app_id = str(sent.get("appId") or "")
        if directory.by_app_id("applications", app_id) is None:
            message = f"The appId '{app_id}' of the service principal does not reference a valid application object."
            raise ArmError(400, "Request_BadRequest", message)
        if directory.by_app_id(kind, app_id) is not None:
            message = f"The service principal cannot be created because the name {app_id} is already in use."
            raise ArmError(409, "Request_MultipleObjectsWithSameKeyValue", message)
    item = directory.add(kind, sent, services.cloud.clock.now())
    return ArmReply(201, _shown(item))


def show(services: ArmServices, request: ArmRequest) -> ArmReply:
    """One object."""
    return ArmReply(200, _shown(_object(services, request)))


def update(services: ArmServices, request: ArmRequest) -> ArmReply:
    """Update an object."""
    item = _object(services, request)
    item.body |= {k: v for k, v in request.document().items() if k not in ("id", "passwordProfile")}
    return ArmReply(204)


def delete(services: ArmServices, request: ArmRequest) -> ArmReply:
    """Delete an object."""
    services.cloud.directory.remove(_object(services, request))
    return ArmReply(204)


def show_me(services: ArmServices, request: ArmRequest) -> ArmReply:
    """Refuse to show the signed-in user: only service principals sign in to the simulator."""
    raise ArmError(400, "BadRequest", "/me request is only valid with delegated authentication flow.")


def add_password(services: ArmServices, request: ArmRequest) -> ArmReply:
    """Add a password to an application or service principal; only this reply shows it."""
    item = _object(services, request)
    sent = request.document().get("passwordCredential") or {}
    now = services.cloud.clock.now()
    end = datetime.fromtimestamp(now, UTC) + timedelta(days=730)
    text = secrets.token_urlsafe(30)
    credential = {
        "customKeyIdentifier": None,
        "displayName": sent.get("displayName"),
        "endDateTime": sent.get("endDateTime") or f"{end:%Y-%m-%dT%H:%M:%SZ}",
        "hint": text[:3],
        "keyId": str(uuid.uuid4()),
        "secretText": None,
        "startDateTime": sent.get("startDateTime") or stamp(now),
    }
    item.body["passwordCredentials"] = [*item.body["passwordCredentials"], credential]
    services.cloud.directory.add_password(str(credential["keyId"]), text)
    return ArmReply(200, credential | {"secretText": text})


def remove_password(services: ArmServices, request: ArmRequest) -> ArmReply:
    """Remove a password."""
    item, key = _object(services, request), request.document().get("keyId")
    item.body["passwordCredentials"] = [c for c in item.body["passwordCredentials"] if c["keyId"] != key]
    return ArmReply(204)


def get_by_ids(services: ArmServices, request: ArmRequest) -> ArmReply:
    """The objects with the ids of the body; unknown ids are left out."""
    found = (services.cloud.directory.find(str(i)) for i in request.document().get("ids") or [])
    return ArmReply(200, {"value": [_shown(o, typed=True) for o in found if o is not None]})


def _related(item: DirectoryObject, request: ArmRequest) -> list[str]:
    return item.owners if request.params["relation"].lower() == "owners" else item.members


def list_related(services: ArmServices, request: ArmRequest) -> ArmReply:
    """The members or owners of an object."""
    related = (services.cloud.directory.find(i) for i in _related(_object(services, request), request))
    return ArmReply(200, {"value": [_shown(o, typed=True) for o in related if o is not None]})


def add_related(services: ArmServices, request: ArmRequest) -> ArmReply:
    """Add a member or an owner."""
    id_ = str(request.document().get("@odata.id") or "").rpartition("/")[2]
    target = services.cloud.directory.find(id_)
    if target is None:
        raise _missing(id_)
    related = _related(_object(services, request), request)
    if target.id in related:
        raise ArmError(400, "Request_BadRequest", "One or more added object references already exist.")
    related.append(target.id)
    return ArmReply(204)


def remove_related(services: ArmServices, request: ArmRequest) -> ArmReply:
    """Remove a member or an owner."""
    related, target = _related(_object(services, request), request), request.params["target"].lower()
    related[:] = [i for i in related if i.lower() != target]
    return ArmReply(204)


def check_member_groups(services: ArmServices, request: ArmRequest) -> ArmReply:
    """Ids of the groups that an object is a member of."""
    item = services.cloud.directory.find(request.params["id"])
    groups = services.cloud.directory.select("groups", "")
    return ArmReply(200, {"value": [g.id for g in groups if item is not None and item.id in g.members]})


_COLLECTION = "/v1.0/{collection}"
_OBJECT = f"{_COLLECTION}/{{id}}"
_RELATION = f"{_OBJECT}/{{relation}}"


URLS = (
    Route("GET", "/v1.0/me", show_me, has_versions=False),
    Route("POST", "/v1.0/directoryObjects/getByIds", get_by_ids, has_versions=False),
    Route("GET", _COLLECTION, list_objects, has_versions=False),
    Route("POST", _COLLECTION, create, has_versions=False),
    Route("GET", _OBJECT, show, has_versions=False),
    Route("PATCH", _OBJECT, update, has_versions=False),
    Route("DELETE", _OBJECT, delete, has_versions=False),
    Route("POST", f"{_OBJECT}/addPassword", add_password, has_versions=False),
    Route("POST", f"{_OBJECT}/removePassword", remove_password, has_versions=False),
    Route("POST", f"{_OBJECT}/getMemberGroups", check_member_groups, has_versions=False),
    Route("GET", _RELATION, list_related, has_versions=False),
    Route("POST", f"{_RELATION}/$ref", add_related, has_versions=False),
    Route("DELETE", f"{_RELATION}/{{target}}/$ref", remove_related, has_versions=False),
)
