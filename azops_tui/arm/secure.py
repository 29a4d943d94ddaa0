"""Find and hide the secret parameters of a template."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from azops_tui.arm.sections import get, section
from azops_tui.arm.types import TypeProblem, Types, is_secure
from azops_tui.json_types import Json


def secrets(template: Mapping[str, Json], parameters: Mapping[str, Json]) -> dict[str, Json]:
    """Values of the secret parameters that have one, by name: those given, else their defaults. None for one that is
    given as a reference to a vault.

    Args:
        template: as an object.
        parameters: ``{"name": {"value": …}}``.
    """
    types = Types(section(template, "definitions"))
    values = {name.lower(): get(entry, "value") for name, entry in parameters.items()}
    values_by_name = {}
    for name, definition in section(template, "parameters").items():
        try:
            type = str(types.settled(definition).get("type", ""))
        except (TypeProblem, AttributeError):
            continue  # whoever expands the template says what is wrong with it
        value = values.get(name.lower(), get(definition, "defaultValue"))
        if is_secure(type) and (value is not None or name.lower() in values):
            values_by_name[name] = value
    return values_by_name


def concealed(template: Mapping[str, Json], parameters: Mapping[str, Json]) -> dict[str, Json]:
    """The parameters with secret texts replaced, so that an expansion in plan mode shows ``[parameters('name')]``.

    Args:
        template: as an object.
        parameters: ``{"name": {"value": …}}``.
    """
    # A plan does not ask for the value of such a reference: it stays an expression.
    hidden = {
        name: {"reference": {"keyVault": {"id": ""}, "secretName": name}}
        for name, value in secrets(template, parameters).items()
        if isinstance(value, str)
    }
    names = {name.lower() for name in hidden}
    return {**{name: value for name, value in parameters.items() if name.lower() not in names}, **hidden}


def texts(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for item in value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ():
        yield from texts(item)
