"""Describes a template before deployment: parameters, variables, resources in order of deployment, outputs.

Values are JSON with run-time parts as their expressions. Secrets are omitted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from azops_tui.arm.deployment import TemplateDeployment
from azops_tui.arm.errors import ExpressionError
from azops_tui.arm.expanded_resource import ExpandedResource
from azops_tui.arm.expansion import Expansion
from azops_tui.arm.sections import get, section
from azops_tui.arm.symbolic import is_known, plain
from azops_tui.arm.types import is_secure
from azops_tui.json_types import Json

_LONGEST = 1000
"""Maximum length, in characters, to which a placeholder is padded."""


@dataclass(frozen=True, slots=True)
class ParameterRow:
    """A parameter with its constraints and value."""

    name: str
    type: str
    secure: bool
    required: bool
    """True if the parameter has no default."""
    given: bool
    """True if a value was passed."""
    value: Json = None
    """None if there is no value or it is secret."""
    allowed: tuple[Json, ...] = ()
    limits: str = ""
    """``1…5`` for numbers, ``1…24 characters``, ``2…4 items``; empty if unlimited."""
    description: str = ""


@dataclass(frozen=True, slots=True)
class ResourceRow:
    """A resource, or all resources of a copy loop."""

    name: str
    """Name; in a loop, the part that differs is ``{0…2}``."""
    type: str
    api_version: str
    count: int
    level: int
    """From 1. Resources of one level can be deployed at the same time, after all lower levels."""
    after: tuple[str, ...]
    """Names of the rows that this row depends on."""
    location: str = ""
    sku: str = ""
    kind: str = ""
    depth: int = 0
    """Nesting depth: 1 for the resources of a nested deployment."""
    existing: bool = False
    skipped: int = 0
    """Number of resources that a condition excludes."""
    repeated: str = ""
    """Count of the loop as an expression, if it depends on parameters without a value."""
    resources: tuple[ExpandedResource, ...] = ()


@dataclass(frozen=True, slots=True)
class ValueRow:
    """A variable or an output."""

    name: str
    value: Json
    type: str = ""
    known: bool = True
    """False if known only at run time; `value` is then its expression."""


@dataclass(frozen=True, slots=True)
class Description:
    """Description of a template."""

    text: str
    """Description from the template's metadata."""
    parameters: tuple[ParameterRow, ...]
    variables: tuple[ValueRow, ...]
    resources: tuple[ResourceRow, ...]
    """By level, then in the template's order."""
    outputs: tuple[ValueRow, ...]
    problems: tuple[str, ...] = ()
    """Errors in parts of the template, whose values are therefore missing."""

    @property
    def levels(self) -> int:
        return max((row.level for row in self.resources), default=0)

    @property
    def count(self) -> int:
        """Number of resources that would be deployed."""
        return sum(row.count - row.skipped for row in self.resources if not row.existing)


def hidden(description: Description, hide: Callable[[str], str]) -> Description:
    """Return the description with `hide` applied to every string from a value, for example to redact secrets.

    The bodies in `ResourceRow.resources` are not changed.
    """
    return replace(
        description,
        parameters=tuple(
            replace(row, value=change_texts(row.value, hide), allowed=tuple(change_texts(list(row.allowed), hide)))
            for row in description.parameters
        ),
        variables=tuple(replace(row, value=change_texts(row.value, hide)) for row in description.variables),
        resources=tuple(
            replace(
                row,
                name=hide(row.name),
                after=tuple(map(hide, row.after)),
                location=hide(row.location),
                sku=hide(row.sku),
                kind=hide(row.kind),
            )
            for row in description.resources
        ),
        outputs=tuple(replace(row, value=change_texts(row.value, hide)) for row in description.outputs),
        problems=tuple(map(hide, description.problems)),
    )


def change_texts(value: Json, change: Callable[[str], str]) -> Json:
    """Return a copy of a JSON value with `change` applied to each string, but not to member names."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: change_texts(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [change_texts(item, change) for item in value]
    return value


def placeholders(template: Mapping[str, Json], supplied: Iterable[str]) -> dict[str, dict[str, Json]]:
    """Return placeholders for required parameters without a value, so that names built from them are readable.

    A string becomes ``‹name›``, a number its smallest value. Arrays and objects have no placeholder.

    Args:
        template: the template.
        supplied: names of the parameters that have a value.
    """
    known = {name.lower() for name in supplied}
    result: dict[str, dict[str, Json]] = {}
    for name, definition in section(template, "parameters").items():
        if not isinstance(definition, dict) or name.lower() in known or get(definition, "defaultValue") is not None:
            continue
        allowed = get(definition, "allowedValues", [])
        value = allowed[0] if isinstance(allowed, list) and allowed else _placeholder(name, definition)
        if value is not None:
            result[name] = {"value": value}
    return result


def _placeholder(name: str, definition: Mapping[str, Json]) -> Json:
    match str(get(definition, "type", "")).lower():
        case "string" | "securestring":
            text = f"‹{name}›"
            least, most = get(definition, "minLength", 0), get(definition, "maxLength")
            if isinstance(least, int):
                text = text.ljust(min(least, _LONGEST), "›")
            if isinstance(most, int):
                text = text[: max(most, 0)]
            return text
        case "int":
            return get(definition, "minValue", get(definition, "maxValue", 1))
        case "bool":
            return True
    return None


def describe(expansion: Expansion, *, unset: Iterable[str] = ()) -> Description:
    """Describe an expanded template.

    Args:
        expansion: the expanded template.
        unset: names of parameters whose value is a placeholder.

    Raises:
        TemplateError: an unused variable or output cannot be evaluated.
    """
    deployment = expansion.deployment
    metadata = get(deployment.template, "metadata", {})
    return Description(
        text=str(get(metadata, "description", "")) if isinstance(metadata, Mapping) else "",
        parameters=tuple(_parameters(deployment, {name.lower() for name in unset})),
        variables=tuple(_variables(deployment)),
        resources=tuple(_resources(expansion)),
        outputs=tuple(
            ValueRow(name, None if is_secure(output["type"]) else plain(output.get("value")), output["type"],
                  is_known(output.get("value")))
            for name, output in expansion.outputs.items()
        ),
        problems=tuple(
            f"line {problem.line}: {problem.message}" if problem.line else problem.message
            for problem in deployment.run.problems or ()
        ),
    )  # fmt: skip


def _parameters(deployment: TemplateDeployment, unset: set[str]) -> Iterable[ParameterRow]:
    environment = deployment.environment()
    for name, definition in section(deployment.template, "parameters").items():
        if not isinstance(definition, dict):
            continue
        kind = str(get(definition, "type", ""))
        secure = is_secure(kind)
        required = get(definition, "defaultValue") is None
        given = name.lower() in deployment.parameter_values and name.lower() not in unset
        metadata = get(definition, "metadata", {})
        value = None
        if not secure and (given or not required):
            value = plain(deployment.parameter(name, environment))
        allowed = get(definition, "allowedValues", [])
        yield ParameterRow(
            name=name,
            type=kind,
            secure=secure,
            required=required,
            given=given,
            value=value,
            allowed=tuple(allowed) if isinstance(allowed, list) and not secure else (),
            limits=_limits(definition, kind.lower()),
            description=str(get(metadata, "description", "")) if isinstance(metadata, Mapping) else "",
        )


def _limits(definition: Mapping[str, Json], kind: str) -> str:
    for low, high, unit in (("minValue", "maxValue", ""), ("minLength", "maxLength", "characters")):
        least, most = get(definition, low), get(definition, high)
        if least is None and most is None:
            continue
        if unit and kind == "array":
            unit = "items"
        text = f"{least}…{most}" if least is not None and most is not None else (
            f"at least {least}" if most is None else f"at most {most}"
        )  # fmt: skip
        return f"{text} {unit}".strip()
    return ""


def _variables(deployment: TemplateDeployment) -> Iterable[ValueRow]:
    environment = deployment.environment()
    for name in section(deployment.template, "variables"):
        if name.lower() == "copy" and name.lower() not in deployment.variable_builders:
            continue
        try:
            value = deployment.variable(name, environment)
        except ExpressionError as error:
            problem = deployment.invalid(error.message, ("variables", name), error)
            if not deployment.run.tolerates(problem):
                raise problem from None
            value = get(section(deployment.template, "variables"), name)
        yield ValueRow(name, plain(value), known=is_known(value))


def _resources(expansion: Expansion) -> list[ResourceRow]:
    """Return rows by level; the resources of a nested deployment follow it."""
    rows: list[ResourceRow] = []
    levels = _levels(expansion.own)
    groups: dict[tuple[Json, ...], list[ExpandedResource]] = {}
    for resource in expansion.own:
        # Iterations of one loop share a row only if they are deployed at the same time.
        key = (resource.loop, resource.path, levels[resource.id.lower()]) if resource.loop else (id(resource),)
        groups.setdefault(key, []).append(resource)
    names = {resource.id.lower(): _folded(group) for group in groups.values() for resource in group}
    for group in sorted(groups.values(), key=lambda group: levels[group[0].id.lower()]):
        rows.append(_row(group, names, levels[group[0].id.lower()]))
        nested = expansion.nested.get(group[0])
        if nested is not None and len(group) == 1:
            base = rows[-1].level - 1
            rows += [_deeper(row, base) for row in _resources(nested)]
    return rows


def _row(group: list[ExpandedResource], names: Mapping[str, str], level: int) -> ResourceRow:
    first = next((resource for resource in group if resource.condition), group[0])
    sku = get(first.body, "sku", {})
    after = dict.fromkeys(names[id] for resource in group for id in resource.depends_on if id in names)
    own = _folded(group)
    return ResourceRow(
        name=own,
        type=first.type,
        api_version=first.api_version,
        count=len(group),
        level=level,
        after=tuple(name for name in after if name != own),
        location=str(plain(get(first.body, "location", ""))),
        sku=_sku(sku, first.body),
        kind=str(plain(get(first.body, "kind", ""))),
        existing=first.existing,
        skipped=sum(not resource.condition for resource in group),
        repeated=first.repeated,
        resources=tuple(group),
    )


def _deeper(row: ResourceRow, base: int) -> ResourceRow:
    return replace(row, depth=row.depth + 1, level=row.level + base)


def _sku(sku: Json, body: Mapping[str, Json]) -> str:
    """Return the name of the SKU with its capacity, or the size of a machine."""
    sku = plain(sku)
    if isinstance(sku, dict) and sku:
        capacity = get(sku, "capacity")
        name = str(get(sku, "name", ""))
        return f"{name} × {capacity}" if capacity is not None else name
    properties = get(body, "properties", {})
    hardware = get(properties, "hardwareProfile", {}) if isinstance(properties, Mapping) else {}
    size = get(hardware, "vmSize", "") if isinstance(hardware, Mapping) else ""
    return str(plain(size))


def _levels(resources: Iterable[ExpandedResource]) -> dict[str, int]:
    """Map the id of each resource, in lower case, to its level: one above its highest dependency."""
    depends = {resource.id.lower(): resource.depends_on for resource in resources}
    levels: dict[str, int] = {}
    for start in depends:
        stack = [start]
        while stack:
            id = stack[-1]
            before = [other for other in depends[id] if other in depends]
            waiting = [other for other in before if other not in levels]
            if id not in levels and waiting:
                stack += waiting  # circles cannot occur: an expansion refuses them
            else:
                stack.pop()
                levels.setdefault(id, 1 + max((levels[other] for other in before), default=0))
    return levels


def _folded(group: list[ExpandedResource]) -> str:
    """Return one name for a group: ``master-{0…2}-nic``."""
    names = [resource.name for resource in group]
    first, last = names[0], names[-1]
    if len(names) == 1 or first == last:
        return first
    head = 0
    while head < min(len(first), len(last)) and first[head] == last[head]:
        head += 1
    tail = 0
    while tail < min(len(first), len(last)) - head and first[-1 - tail] == last[-1 - tail]:
        tail += 1
    middle = f"{first[head : len(first) - tail]}…{last[head : len(last) - tail]}"
    return first[:head] + "{" + middle + "}" + first[len(first) - tail :]
