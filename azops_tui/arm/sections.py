"""Case-insensitive access to members of templates."""

from __future__ import annotations

from collections.abc import Mapping

from azops_tui.arm.errors import TemplateError
from azops_tui.json_types import Json


def get(mapping: Mapping[str, Json], key: str, default: Json = None) -> Json:
    """A member by its case-insensitive name; `default` if missing or null."""
    value = mapping.get(key)
    if value is None:
        lowered, length = key.lower(), len(key)
        # A plain loop that compares lengths first: the busiest lines of an expansion.
        for name, item in mapping.items():
            if len(name) == length and name.lower() == lowered:
                value = item
                break
    return default if value is None else value


def section(template: Mapping[str, Json], name: str) -> dict[str, Json]:
    """An object of the template, empty if missing. Raises TemplateError if it is not an object."""
    value = get(template, name, {})
    if isinstance(value, dict):
        return value
    raise TemplateError(
        "InvalidTemplate",
        f"Deployment template validation failed: 'The template '{name}' must be an object.'.",
        target=f"properties.template.{name}",
    )
