"""Resource ids of their parts: what `resourceId` and its relatives return once it is known where they are called.

Each function takes the arguments of the template function of the same name and the place of the deployment.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from azops_tui.arm.functions.errors import FunctionError
from azops_tui.arm.functions.values import type_name
from azops_tui.json_types import Json

_GUID = re.compile("[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_RESOURCE_GROUPS = "microsoft.resources/resourcegroups"


def resource_id(arguments: Sequence[Json], *, subscription: str = "", group: str = "") -> str:
    """The id of a resource in a resource group, a subscription or the tenant, whichever the deployment is in.

    `arguments` may begin with a resource group's name, or a subscription's id and a resource group's name; without
    them they are `subscription` and `group`, which are empty at scopes that have none.
    """
    name = "resourceId"
    before, kind, names = _taken_apart(name, arguments, 2)
    if len(before) == 2:
        subscription, group = _subscription(name, before[0]), before[1]
    elif before and (group or (subscription and not _GUID.fullmatch(before[0]))):
        group = before[0]
    elif before:
        subscription = _subscription(name, before[0])
    path = _path(name, kind, names)
    if not subscription:
        return f"/providers/{path}"
    if not group:
        return _in_subscription(subscription, kind, names, path)
    return f"/subscriptions/{subscription}/resourceGroups/{group}/providers/{path}"


def subscription_resource_id(arguments: Sequence[Json], *, subscription: str = "") -> str:
    """The id of a resource in a subscription; `arguments` may begin with another subscription's id."""
    name = "subscriptionResourceId"
    before, kind, names = _taken_apart(name, arguments, 1)
    if before:
        subscription = _subscription(name, before[0])
    elif not subscription:
        raise FunctionError(
            f"The template function '{name}' is not expected at this location: the deployment is in no subscription, "
            f"so the subscription's id has to be given. {_usage(name)}"
        )
    return _in_subscription(subscription, kind, names, _path(name, kind, names))


def tenant_resource_id(arguments: Sequence[Json]) -> str:
    """The id of a resource of the tenant."""
    _, kind, names = _taken_apart("tenantResourceId", arguments, 0)
    return f"/providers/{_path('tenantResourceId', kind, names)}"


def management_group_resource_id(arguments: Sequence[Json], *, management_group: str = "") -> str:
    """The id of a resource in a management group; `arguments` may begin with another management group's name."""
    name = "managementGroupResourceId"
    before, kind, names = _taken_apart(name, arguments, 1)
    if before:
        management_group = before[0]
    elif not management_group:
        raise FunctionError(
            f"The template function '{name}' is not expected at this location: the deployment is in no management "
            f"group, so the management group's name has to be given. {_usage(name)}"
        )
    path = _path(name, kind, names)
    return f"/providers/Microsoft.Management/managementGroups/{management_group}/providers/{path}"


def extension_resource_id(arguments: Sequence[Json]) -> str:
    """The id of a resource that extends another one, whose id comes first in `arguments`."""
    name = "extensionResourceId"
    _only_strings(name, arguments)
    if len(arguments) < 3:
        raise _count(name, len(arguments))
    base, kind, *names = arguments
    if "/" not in kind:
        raise _segments(name, arguments)
    return f"{base.rstrip('/')}/providers/{_path(name, kind, names)}"


def _taken_apart(name: str, arguments: Sequence[Json], most: int) -> tuple[list[str], str, list[str]]:
    """What stands before the type, the type, and the names."""
    _only_strings(name, arguments)
    if len(arguments) < 2:
        raise _count(name, len(arguments))
    places = [place for place, argument in enumerate(arguments) if "/" in argument.strip("/")]
    if len(places) != 1 or places[0] > most:
        raise _segments(name, arguments)
    place = places[0]
    return list(arguments[:place]), arguments[place], list(arguments[place + 1 :])


def _path(name: str, kind: str, names: Sequence[str]) -> str:
    provider, *types = kind.strip("/").split("/")
    if len(types) != len(names) or not all(types) or not all(names):
        raise FunctionError(
            f"Unable to evaluate template language function '{name}': the type '{kind}' requires '{len(types)}' "
            f"resource name argument(s). {_usage(name)}"
        )
    return "/".join([provider, *(part for pair in zip(types, names, strict=True) for part in pair)])


def _in_subscription(subscription: str, kind: str, names: Sequence[str], path: str) -> str:
    if kind.lower() == _RESOURCE_GROUPS:
        return f"/subscriptions/{subscription}/resourceGroups/{names[0]}"
    return f"/subscriptions/{subscription}/providers/{path}"


def _subscription(name: str, value: str) -> str:
    if _GUID.fullmatch(value):
        return value
    raise FunctionError(f"The provided value '{value}' is not valid subscription identifier. {_usage(name)}")


def _only_strings(name: str, arguments: Sequence[Json]) -> None:
    for argument in arguments:
        if not isinstance(argument, str):
            raise FunctionError(
                f"Unable to evaluate template language function '{name}': all function arguments have to be strings. "
                f"The provided value is of type '{type_name(argument)}'. {_usage(name)}"
            )


def _count(name: str, count: int) -> FunctionError:
    return FunctionError(
        f"Unable to evaluate template language function '{name}': function requires at least "
        f"{3 if name == 'extensionResourceId' else 2} argument(s) while {count} were provided. {_usage(name)}"
    )


def _segments(name: str, arguments: Sequence[str]) -> FunctionError:
    return FunctionError(
        f"Unable to evaluate template language function '{name}': function requires exactly one multi-segmented "
        f"argument which must be resource type including resource provider namespace. Current function arguments "
        f"'{','.join(arguments)[:1000]}'. {_usage(name)}"
    )


def _usage(name: str) -> str:
    return f"Please see https://aka.ms/arm-resource-functions/#{name.lower()} for usage details."
