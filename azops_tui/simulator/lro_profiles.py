"""Long-running operation profiles: how a resource type replies to PUT, PATCH and DELETE, and how long its work takes.

Status codes, headers and states were measured on recorded conversations with Azure. Each namespace folder assigns
profiles to its types.
"""

from __future__ import annotations

from dataclasses import dataclass

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
        missing: status of a DELETE of a resource that does not exist.
        state: provisioning state while the resource is created; ``updating`` while it is updated.
        shows_state: whether the properties have a provisioningState.
        create_seconds, update_seconds, delete_seconds: duration of the work, in Azure's time.
        output: whether the operation's status shows the resource.
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
    missing: int = 204
    state: str = "Succeeded"
    updating: str = "Updating"
    shows_state: bool = True
    create_seconds: float = 2.0
    update_seconds: float = 1.0
    delete_seconds: float = 2.0
    output: bool = False


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
