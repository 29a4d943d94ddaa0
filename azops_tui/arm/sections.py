"""Members of templates, by names without regard to case."""

from __future__ import annotations

from collections.abc import Mapping

from azops_tui.arm.errors import TemplateError
from azops_tui.json_types import Json


def get(mapping: Mapping[str, Json], key: str, default: Json = None) -> Json:
    """A member by name without regard to case; `default` where there is none or it is null."""
    value = mapping.get(key)
    if value is None:
        lowered = key.lower()
        value = next((item for name, item in mapping.items() if name.lower() == lowered), None)
    return default if value is None else value


def section(template: Mapping[str, Json], name: str) -> dict[str, Json]:
    """A part of the template that is an object, empty where it is left out. Raises TemplateError."""
    value = get(template, name, {})
    if isinstance(value, dict):
        return value
    raise TemplateError(
        "InvalidTemplate",
        f"Deployment template validation failed: 'The template '{name}' must be an object.'.",
        target=f"properties.template.{name}",
    )
