"""Long-running operation profiles: how a resource type replies to PUT, PATCH and DELETE, and how long its work takes.

Status codes, headers and states were measured on recorded conversations with Azure. Each namespace folder assigns
profiles to its types.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from azops_tui.simulator.service_facts import ClientWrite, MeasuredWrite, TypeFacts

ASYNC = "azure-asyncoperation"
LOCATION = "location"


@dataclass(frozen=True, slots=True)
class LroProfile:
    """How one resource type replies.

    Attributes:
        created, updated: status of a PUT that creates or updates the resource.
        put_headers: operation headers of those replies; empty when the work is done at once.
        put_body: whether the first reply shows the resource; ``empty`` is the body otherwise.
        patched, patch_headers: the same for PATCH.
        deleted, delete_headers: the same for DELETE.
        shows_deleted: whether the reply to a DELETE shows what was deleted.
        missing: status of a DELETE of a resource that does not exist.
        state: provisioning state while the resource is created; ``updating`` while it is updated.
        shows_state: whether the properties have a provisioningState.
        create_seconds, update_seconds, delete_seconds: duration of the work, in Azure's time.
        output: whether the operation's status shows the resource.
        always_updates: whether a PUT that changes nothing is work all the same.
    """

    created: int = 201
    updated: int = 200
    put_headers: tuple[str, ...] = ()
    put_body: bool = True
    empty: dict[str, str] | None = None
    patched: int = 200
    patch_headers: tuple[str, ...] = ()
    deleted: int = 200
    delete_headers: tuple[str, ...] = ()
    shows_deleted: bool = False
    missing: int = 204
    state: str = "Succeeded"
    updating: str = "Updating"
    shows_state: bool = True
    create_seconds: float = 2.0
    update_seconds: float = 1.0
    delete_seconds: float = 2.0
    output: bool = False
    always_updates: bool = False


PLAIN = LroProfile()
"""Done at once, with a provisioning state."""
QUIET = LroProfile(shows_state=False, create_seconds=0.5)
"""Done at once, without a provisioning state."""
SLOW = LroProfile(
    put_headers=(ASYNC,),
    deleted=202,
    delete_headers=(ASYNC, LOCATION),
    state="Creating",
    create_seconds=60,
    delete_seconds=30,
)
"""Minutes of work, followed by the Azure-AsyncOperation header."""

_MARKS = {"a": ASYNC, "l": LOCATION}


def profile_of(facts: TypeFacts, base: LroProfile) -> LroProfile:
    """The profile of a type that no table lists: ``base`` with measured statuses, or those that clients accept."""
    profile = base
    put, patch, delete = (facts.measured.get(method) for method in ("PUT", "PATCH", "DELETE"))
    if put is not None:
        profile = _with_put(profile, put)
    elif facts.put is not None:
        accepted, slow = facts.put.statuses, facts.put.is_slow
        created = _first(accepted, 201, 200, 202)
        headers = (ASYNC, LOCATION) if created == 202 else (ASYNC,)
        profile = replace(
            profile,
            created=created,
            updated=_first(accepted, 200, 201, 202),
            put_headers=headers if slow else (),
            state="Creating" if slow and profile.state == "Succeeded" else profile.state,
        )
    if patch is not None:
        profile = replace(profile, patched=patch.first, patch_headers=_headers(patch.headers))
    elif facts.patch is not None:
        profile = replace(profile, patched=_first(facts.patch.statuses, profile.patched, 200, 201, 202))
        if profile.patched == 202 and not profile.patch_headers:
            profile = replace(profile, patch_headers=(ASYNC, LOCATION))
    if delete is not None:
        profile = replace(profile, deleted=delete.first, delete_headers=_headers(delete.headers))
    elif facts.delete is not None:
        profile = replace(profile, **_deletion(facts.delete, profile))
    return profile


def _with_put(profile: LroProfile, put: MeasuredWrite) -> LroProfile:
    headers = _headers(put.headers)
    state = put.state or profile.state
    return replace(
        profile,
        created=put.first,
        updated=put.later or profile.updated,
        put_headers=headers,
        state=state,
        updating="Updating" if headers and state != "Succeeded" else "Succeeded",
        shows_state=bool(put.state) or (profile.shows_state and bool(headers)),
    )


def _deletion(delete: ClientWrite, profile: LroProfile) -> dict[str, Any]:
    if delete.is_slow and 202 in delete.statuses:
        return {"deleted": 202, "delete_headers": profile.delete_headers or (ASYNC, LOCATION)}
    return {"deleted": _first(delete.statuses, 200, 204, 202), "delete_headers": ()}


def _headers(marks: str) -> tuple[str, ...]:
    return tuple(_MARKS[mark] for mark in marks)


def _first(accepted: list[int], *preferred: int) -> int:
    return next((status for status in preferred if status in accepted), preferred[0])
