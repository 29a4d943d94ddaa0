"""Management locks: the actions they forbid, and their scopes."""

from __future__ import annotations

from azops_tui.arm.resource_id import ResourceId
from azops_tui.simulator.errors import ArmError
from azops_tui.simulator.store import Resource, ResourceGroupRecord, ResourceStore

LOCK_TYPE = "microsoft.authorization/locks"


def check_lock(store: ResourceStore, address: ResourceId, action: str) -> None:
    """Refuse a ``write`` or ``delete`` that a lock on the resource, its group or its subscription forbids.

    Raises:
        ArmError: ScopeLocked, naming the locked scopes.
    """
    if address.type.lower() == LOCK_TYPE:
        return
    target = address.key
    reaching = [
        s for s, level in _locks(store) if (target + "/").startswith(s.lower() + "/") and _forbids(level, action)
    ]
    _refuse(address.id, action, reaching)


def check_group_delete(store: ResourceStore, group: ResourceGroupRecord) -> None:
    """Refuse to delete a group if it, its subscription or any of its resources is locked."""
    target = group.id.lower() + "/"
    reaching = [
        s
        for s, level in _locks(store)
        if (target.startswith(s.lower() + "/") or (s.lower() + "/").startswith(target)) and _forbids(level, "delete")
    ]
    _refuse(group.id.replace("/resourceGroups/", "/resourcegroups/"), "delete", reaching)


def lock_of(resource: Resource) -> str:
    """``CanNotDelete`` or ``ReadOnly``."""
    return str(resource.properties.get("level") or "")


def _locks(store: ResourceStore) -> list[tuple[str, str]]:
    return [(r.address.scope, lock_of(r)) for r in store.of_type(LOCK_TYPE)]


def _forbids(level: str, action: str) -> bool:
    return level.lower() == "readonly" or (level.lower() == "cannotdelete" and action == "delete")


def _refuse(target: str, action: str, reaching: list[str]) -> None:
    if reaching:
        raise ArmError(
            409,
            "ScopeLocked",
            f"The scope '{target}' cannot perform {action} operation because following scope(s) are locked: "
            f"'{','.join(reaching)}'. Please remove the lock and try again.",
        )
