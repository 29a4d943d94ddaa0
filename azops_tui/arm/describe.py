"""A template as people want to see it before it is deployed: what it takes, makes in which order, and gives.

Pure data; values are JSON with symbolic parts as their expressions. Secrets are left out altogether.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from azops_tui.arm.deployment import Deployment, get, section
from azops_tui.arm.errors import ExpressionError
from azops_tui.arm.expansion import Expansion
from azops_tui.arm.resources import ExpandedResource
from azops_tui.arm.symbolic import is_known, plain
from azops_tui.arm.types import is_secure
from azops_tui.json_types import Json

_LONGEST = 1000
"""Characters to which a stand-in is filled up."""


@dataclass(frozen=True, slots=True)
class ParameterRow:
    """A parameter: what it may be, and what it is."""

    name: str
    type: str
    secure: bool
    required: bool
    """Whether it has no default."""
    given: bool
    """Whether a value was passed for it."""
    value: Json = None
    """None where there is none, or where it is secret."""
    allowed: tuple[Json, ...] = ()
    limits: str = ""
    """``1…5`` for numbers, ``1…24 characters``, ``2…4 items``; empty where there are none."""
    description: str = ""


@dataclass(frozen=True, slots=True)
class ResourceRow:
    """One resource, or all that one copy loop makes."""

    name: str
    """The part of the name that differs in a loop as ``{0…2}``."""
    type: str
    api_version: str
    count: int
    level: int
    """From 1: everything of one level can be deployed at the same time, after the levels before it."""
    after: tuple[str, ...]
    """Names of the rows it waits for, as they are written here."""
    location: str = ""
    sku: str = ""
    kind: str = ""
    depth: int = 0
    """1 for what a nested deployment makes, and so on."""
    existing: bool = False
    skipped: int = 0
    """How many of them a condition leaves out."""
    resources: tuple[ExpandedResource, ...] = ()


@dataclass(frozen=True, slots=True)
class ValueRow:
    """A named value: a variable or an output."""

    name: str
    value: Json
    type: str = ""
    known: bool = True
    """False where it is known at run time only; `value` is its expression then."""


@dataclass(frozen=True, slots=True)
class Description:
    """All of a template."""

    text: str
    """What its metadata says of it."""
    parameters: tuple[ParameterRow, ...]
    variables: tuple[ValueRow, ...]
    resources: tuple[ResourceRow, ...]
    """By level, then in the template's order."""
    outputs: tuple[ValueRow, ...]

    @property
    def levels(self) -> int:
        """How many levels there are."""
        return max((row.level for row in self.resources), default=0)

    @property
    def count(self) -> int:
        """How many resources would be deployed."""
        return sum(row.count - row.skipped for row in self.resources if not row.existing)


def hidden(description: Description, hide: Callable[[str], str]) -> Description:
    """The description with every text that comes of values changed, as by a filter that hides secrets.

    The bodies of `ResourceRow.resources` are as they were.
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
    )


def change_texts(value: Json, change: Callable[[str], str]) -> Json:
    """A copy of a JSON value with each text in it changed, but for the names of members."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: change_texts(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [change_texts(item, change) for item in value]
    return value


def placeholders(template: Mapping[str, Json], given: Iterable[str]) -> dict[str, dict[str, Json]]:
    """Stand-ins for required parameters without a value, so that names and ids made from them can be read: text
    becomes ``‹name›``, a number its smallest value. Arrays and objects have none.

    Args:
        template: the template.
        given: names of the parameters that have a value.
    """
    known = {name.lower() for name in given}
    found: dict[str, dict[str, Json]] = {}
    for name, definition in section(template, "parameters").items():
        if not isinstance(definition, dict) or name.lower() in known or get(definition, "defaultValue") is not None:
            continue
        allowed = get(definition, "allowedValues", [])
        stand_in = allowed[0] if isinstance(allowed, list) and allowed else _stand_in(name, definition)
        if stand_in is not None:
            found[name] = {"value": stand_in}
    return found


def _stand_in(name: str, definition: Mapping[str, Json]) -> Json:
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
    """The description of an expanded template.

    Args:
        expansion: the expansion.
        unset: names of parameters whose value is only a stand-in.

    Raises:
        TemplateError: a variable or output that nothing uses cannot be evaluated.
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
    )  # fmt: skip


def _parameters(deployment: Deployment, unset: set[str]) -> Iterable[ParameterRow]:
    environment = deployment.environment()
    for name, definition in section(deployment.template, "parameters").items():
        if not isinstance(definition, dict):
            continue
        kind = str(get(definition, "type", ""))
        secure = is_secure(kind)
        required = get(definition, "defaultValue") is None
        given = name.lower() in deployment.given and name.lower() not in unset
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


def _variables(deployment: Deployment) -> Iterable[ValueRow]:
    environment = deployment.environment()
    for name in section(deployment.template, "variables"):
        if name.lower() == "copy" and name.lower() not in deployment.variable_builders:
            continue
        try:
            value = deployment.variable(name, environment)
        except ExpressionError as error:
            raise deployment.invalid(error.message, ("variables", name), error) from None
        yield ValueRow(name, plain(value), known=is_known(value))


def _resources(expansion: Expansion) -> list[ResourceRow]:
    """Rows by level; what a nested deployment makes stands right after it."""
    rows: list[ResourceRow] = []
    levels = _levels(expansion.own)
    groups: dict[tuple[Json, ...], list[ExpandedResource]] = {}
    for resource in expansion.own:
        # Two turns of one loop belong together only where they are deployed at the same time.
        key = (resource.loop, resource.path, levels[resource.id.lower()]) if resource.loop else (id(resource),)
        groups.setdefault(key, []).append(resource)
    names = {resource.id.lower(): _folded(group) for group in groups.values() for resource in group}
    for group in sorted(groups.values(), key=lambda group: levels[group[0].id.lower()]):
        rows.append(_row(group, names, levels[group[0].id.lower()]))
        nested = group[0].nested
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
        resources=tuple(group),
    )


def _deeper(row: ResourceRow, base: int) -> ResourceRow:
    return replace(row, depth=row.depth + 1, level=row.level + base)


def _sku(sku: Json, body: Mapping[str, Json]) -> str:
    """The SKU's name with its capacity, or a machine's size."""
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
    """Level of each resource by its id in lower case: one more than the deepest it waits for."""
    depends = {resource.id.lower(): resource.depends_on for resource in resources}
    levels: dict[str, int] = {}
    for start in depends:
        stack = [start]
        while stack:
            id = stack[-1]
            before = [other for other in depends[id] if other in depends]
            waiting = [other for other in before if other not in levels]
            if id not in levels and waiting:
                stack += waiting  # there are no circles: an expansion refuses them
            else:
                stack.pop()
                levels.setdefault(id, 1 + max((levels[other] for other in before), default=0))
    return levels


def _folded(group: list[ExpandedResource]) -> str:
    """One name for all: ``master-{0…2}-nic``."""
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
