"""Dependencies between resources: ``dependsOn`` and implicit ones resolved, circular ones rejected."""

from __future__ import annotations

from collections.abc import Iterable

from azops_tui.arm.cycles import find_circle
from azops_tui.arm.deployment import TemplateDeployment
from azops_tui.arm.errors import ExpressionError, TemplateError
from azops_tui.arm.expanded_resource import Dependency, ExpandedResource
from azops_tui.arm.resource_id import split_id
from azops_tui.arm.sections import get
from azops_tui.arm.symbolic import Symbolic
from azops_tui.arm.values import builder


def link(deployment: TemplateDeployment, resources: Iterable[ExpandedResource]) -> None:
    """Set the dependencies of each resource. Raises TemplateError."""
    by_id = {resource.id.lower(): resource for resource in resources if resource.condition and not resource.existing}
    lines = {id: Dependency(resource.id, resource.type, resource.name) for id, resource in by_id.items()}
    meanings: dict[str, list[str]] = {}
    waits: dict[str, dict[str, None]] = {}
    for own, resource in by_id.items():
        needed: dict[str, None] = {}
        for entry in explicit(deployment, resource):
            ids = meanings.get(entry)
            if ids is None:
                matches = targets(deployment, resource, entry)
                ids = [target.id.lower() for target in matches if target.condition and not target.existing]
                if len(matches) <= 1 or entry.lower() in deployment.loops:
                    meanings[entry] = ids
            needed.update(dict.fromkeys(ids))
        needed.pop(own, None)
        listed = {(id, "", ""): lines[id] for id in needed}
        for use in resource.uses:
            id = use.id.lower()
            if id == own:
                continue
            key = (id, use.api_version, use.action)
            known = by_id.get(id)
            if known is not None:
                needed[id] = None
                if key not in listed:
                    listed[key] = Dependency(known.id, known.type, known.name, use.api_version, use.action)
            elif use.api_version and key not in listed:
                _, type, name = split_id(use.id)
                listed[key] = Dependency(use.id, type, name, use.api_version, use.action)
        resource.dependencies = tuple(listed.values())
        needed.update(dict.fromkeys(batches(deployment, resource)))
        waits[own] = needed
        resource.depends_on = tuple(needed)
    refuse_circles(deployment, waits, by_id)


def explicit(deployment: TemplateDeployment, resource: ExpandedResource) -> list[str]:
    """Evaluated entries of ``dependsOn``."""
    raw = get(resource.definition, "dependsOn", [])
    assert resource.environment is not None
    path = (*resource.path, "dependsOn")
    try:
        value = builder(raw)(resource.environment.at(place=0, uses=None))
    except ExpressionError as error:
        raise deployment.invalid(
            f"The template resource '{resource.name}' {deployment.where(resource.path)} is not valid: {error.message}",
            tuple(error.path) if error.located else (*path, *error.path),
            error,
        ) from None
    entries: list[str] = []
    for entry in value if isinstance(value, list) else [value]:
        for text in entry if isinstance(entry, list) else [entry]:
            if isinstance(text, str) and text:
                entries.append(text)
            elif not isinstance(text, Symbolic) and text is not None and text != "":
                raise deployment.invalid(
                    f"The template resource '{resource.name}' {deployment.where(resource.path)} is not valid: "
                    "its 'dependsOn' must be a list of strings.",
                    path,
                )
    return entries


def targets(deployment: TemplateDeployment, resource: ExpandedResource, entry: str) -> list[ExpandedResource]:
    """Resources that an entry of ``dependsOn`` names: by symbol, loop, id, type and name, or name alone."""
    key = entry.strip("/").lower()
    loop = deployment.loops.get(key)
    if loop is not None:
        return loop
    matches = deployment.names.get(key)
    if matches is None and "/providers/" in entry.lower():
        scope, type, name = split_id(entry)
        # Ids of management groups and the tenant are often written without their scope; in a template with outer
        # expression scope, `resourceId` gives ids of the parent's scope.
        if deployment.outer is not None or not scope or scope.lower() == deployment.scope.id.lower():
            matches = deployment.names.get(f"{type}/{name}".lower())
    if matches is None and key.startswith("providers/"):
        matches = deployment.names.get(key.removeprefix("providers/"))
    if matches is None:
        matches = deployment.short_names.get(key)
    if matches is None and deployment.symbolic_names:
        by_name = [item for items in deployment.names.values() for item in items if item.name.lower() == key]
        matches = list(dict.fromkeys(by_name)) or None
    if matches is None and entry.startswith("["):
        return []
    if matches is None:
        raise deployment.invalid(
            f"The resource '{shown(entry)}' is not defined in the template. "
            "Please see https://aka.ms/arm-syntax for usage details.",
            (*resource.path, "dependsOn"),
        )
    return nearest(resource, matches) if len(matches) > 1 else matches


def nearest(resource: ExpandedResource, matches: list[ExpandedResource]) -> list[ExpandedResource]:
    """Prefer, of several resources with the same name, those defined under the same parent."""
    beside = [other for other in matches if other.path[:-1] == resource.path[:-1] and len(other.path) > 2]
    return beside or matches


def shown(entry: str) -> str:
    """A resource as the service names it in errors: without its scope."""
    _, type, name = split_id(entry)
    return f"{type}/{name}" if type and name and type.count("/") == 1 else entry


def batches(deployment: TemplateDeployment, resource: ExpandedResource) -> list[str]:
    """Ids in lower case of the resources in the preceding batch of a serial loop."""
    loop = get(resource.definition, "copy")
    if not isinstance(loop, dict) or str(get(loop, "mode", "")).lower() != "serial":
        return []
    raw = get(loop, "batchSize", 1)
    size = raw if isinstance(raw, int) and not isinstance(raw, bool) and raw > 0 else 1
    batch = resource.index // size
    return [
        other.id.lower()
        for other in deployment.loops.get(resource.loop.lower(), [])
        if other.path == resource.path and other.condition and other.index // size == batch - 1
    ]


def refuse_circles(
    deployment: TemplateDeployment, waits: dict[str, dict[str, None]], by_id: dict[str, ExpandedResource]
) -> None:
    """Raise TemplateError for a circular dependency."""
    circle = find_circle({id: list(others) for id, others in waits.items()})
    if circle is not None:
        first = by_id[circle[0]]
        raise circular(deployment, first, [by_id[id].name for id in [*circle, circle[0]]])


def circular(deployment: TemplateDeployment, first: ExpandedResource, names: list[str]) -> TemplateError:
    path = " -> ".join(names[:20])
    return deployment.invalid(
        f"Circular dependency detected on resource: '{first.id}' ({path}). "
        "Please see https://aka.ms/arm-syntax-resources for usage details.",
        first.path,
    )


def levels(resources: tuple[ExpandedResource, ...] | list[ExpandedResource]) -> list[list[ExpandedResource]]:
    """Resources of one deployment by level; those of one level can be deployed in parallel."""
    live = [resource for resource in resources if resource.condition and not resource.existing]
    known = {resource.id.lower() for resource in live}
    height: dict[str, int] = {}
    left = {resource.id.lower(): [id for id in resource.depends_on if id in known] for resource in live}
    level = 0
    while left:
        ready = [id for id, needs in left.items() if all(need in height for need in needs)]
        if not ready:
            break
        for id in ready:
            del left[id]
        height.update(dict.fromkeys(ready, level))
        level += 1
    result: list[list[ExpandedResource]] = [[] for _ in range(level)]
    for resource in live:
        if resource.id.lower() in height:
            result[height[resource.id.lower()]].append(resource)
    return result
