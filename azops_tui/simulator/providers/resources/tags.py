"""Tags of any scope as one document (``…/providers/Microsoft.Resources/tags/default``), and predefined tag names."""

from __future__ import annotations

from collections.abc import Callable

from azops_tui.json_types import Json
from azops_tui.simulator.arm_reply import ArmReply
from azops_tui.simulator.arm_request import ArmRequest
from azops_tui.simulator.errors import ArmError, resource_not_found
from azops_tui.simulator.providers.authorization.locks import check_lock
from azops_tui.simulator.providers.documents import get
from azops_tui.simulator.services import ArmServices


def show(services: ArmServices, request: ArmRequest) -> ArmReply:
    """The tags of a scope."""
    read, _ = _tags_of(services, request)
    return ArmReply(200, _document(request, read()))


def put(services: ArmServices, request: ArmRequest) -> ArmReply:
    """Replace the tags of a scope."""
    return _write(services, request, _sent(request))


def patch(services: ArmServices, request: ArmRequest) -> ArmReply:
    """Merge tags into those of a scope, replace them, or delete some."""
    read, _ = _tags_of(services, request)
    sent, operation = _sent(request), str(request.document().get("operation") or "").lower()
    if operation == "merge":
        sent = read() | sent
    elif operation == "delete":
        sent = {k: v for k, v in read().items() if k not in sent or sent[k] not in ("", v)}
    elif operation != "replace":
        raise ArmError(400, "InvalidTagsOperation", f"The operation '{operation}' is not Merge, Replace or Delete.")
    return _write(services, request, sent)


def delete(services: ArmServices, request: ArmRequest) -> ArmReply:
    """Delete the tags of a scope."""
    _write(services, request, {})
    return ArmReply(200)


def _write(services: ArmServices, request: ArmRequest, tags: dict[str, str]) -> ArmReply:
    _, write = _tags_of(services, request)
    check_lock(services.cloud.store, request.address, "write")
    write(tags)
    return ArmReply(200, _document(request, tags))


def _sent(request: ArmRequest) -> dict[str, str]:
    tags = get(request.document(), "properties", "tags")
    return {str(k): str(v) for k, v in tags.items()} if isinstance(tags, dict) else {}


def _document(request: ArmRequest, tags: dict[str, str]) -> Json:
    id_ = f"{request.address.scope}/providers/Microsoft.Resources/tags/default"
    return {"id": id_, "name": "default", "type": "Microsoft.Resources/tags", "properties": {"tags": dict(tags)}}


def _tags_of(
    services: ArmServices, request: ArmRequest
) -> tuple[Callable[[], dict[str, str]], Callable[[dict[str, str]], None]]:
    """How to read and how to write the tags of the request's scope."""
    store, address, scope = services.cloud.store, request.address, request.address.scope
    if "/providers/" in scope.lower():
        resource = store.get(scope)
        if resource is None:
            raise resource_not_found(scope.rpartition("/providers/")[2], address.group)
        return lambda: dict(resource.body.get("tags") or {}), lambda tags: resource.body.update(tags=tags)
    if address.group:
        group = services.groups.get(address.subscription, address.group)

        def write_group(tags: dict[str, str]) -> None:
            group.tags = tags

        return lambda: group.tags, write_group
    own = store.subscription_tags.setdefault(address.subscription.lower(), {})

    def write_subscription(tags: dict[str, str]) -> None:
        store.subscription_tags[address.subscription.lower()] = tags

    return lambda: own, write_subscription


def list_names(services: ArmServices, request: ArmRequest) -> ArmReply:
    """The predefined tag names of a subscription and the tags in use, with their values and counts."""
    subscription, store = request.params["subscription"], services.cloud.store
    counts: dict[str, dict[str, int]] = {
        name: dict.fromkeys(values, 0) for name, values in store.tag_names.get(subscription.lower(), {}).items()
    }
    tagged = [g.tags for g in store.groups_of(subscription)]
    tagged += [r.body.get("tags") or {} for r in store.all(subscription)]
    for tags in tagged:
        for name, value in tags.items():
            values = counts.setdefault(name, {})
            values[value] = values.get(value, 0) + 1
    return ArmReply(200, {"value": [_name_document(subscription, name, values) for name, values in counts.items()]})


def put_name(services: ArmServices, request: ArmRequest) -> ArmReply:
    """Predefine a tag name."""
    names, name = _names(services, request), request.params["tag"]
    status = 200 if name in names else 201
    values = names.setdefault(name, [])
    return ArmReply(status, _name_document(request.params["subscription"], name, dict.fromkeys(values, 0)))


def delete_name(services: ArmServices, request: ArmRequest) -> ArmReply:
    """Delete a predefined tag name."""
    return ArmReply(204 if _names(services, request).pop(request.params["tag"], None) is None else 200)


def put_value(services: ArmServices, request: ArmRequest) -> ArmReply:
    """Predefine a value of a tag name."""
    names, name, value = _names(services, request), request.params["tag"], request.params["value"]
    if name not in names:
        raise ArmError(404, "TagNotFound", f"The tag '{name}' was not found.")
    status = 200 if value in names[name] else 201
    if status == 201:
        names[name].append(value)
    return ArmReply(status, _value_document(request.params["subscription"], name, value, 0))


def delete_value(services: ArmServices, request: ArmRequest) -> ArmReply:
    """Delete a predefined value of a tag name."""
    values, value = _names(services, request).get(request.params["tag"], []), request.params["value"]
    if value not in values:
        return ArmReply(204)
    values.remove(value)
    return ArmReply(200)


def _names(services: ArmServices, request: ArmRequest) -> dict[str, list[str]]:
    return services.cloud.store.tag_names.setdefault(request.params["subscription"].lower(), {})


def _name_document(subscription: str, name: str, values: dict[str, int]) -> Json:
    return {
        "id": f"/subscriptions/{subscription}/tagNames/{name}",
        "tagName": name,
        "count": {"type": "Total", "value": sum(values.values())},
        "values": [_value_document(subscription, name, v, n) for v, n in values.items()],
    }


def _value_document(subscription: str, name: str, value: str, count: int) -> Json:
    id_ = f"/subscriptions/{subscription}/tagNames/{name}/tagValues/{value}"
    return {"id": id_, "tagValue": value, "count": {"type": "Total", "value": count}}
