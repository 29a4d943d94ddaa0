"""What a deploy step would deploy: its template with the values known now."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from azops_tui.runbook.model import Step
from azops_tui.ui.problems import UserError

if TYPE_CHECKING:
    from azops_tui.arm.describe import Description

_SCOPE = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/"
_NAME = re.compile(r"\$\{(\w+)\}|\$(\w+)")


def files_of(step: Step | None) -> list[str]:
    """Template files of a step as it names them; empty if it deploys nothing."""
    if step is None or step.native_kind != "deploy":
        return []
    named = step.native.template
    return [named] if isinstance(named, str) else list(named)


def filled(value: Any, known: Mapping[str, str]) -> Any:
    """Substitute variables in a value of a step's body; unknown variables stay."""
    if isinstance(value, str):
        return _NAME.sub(lambda m: known.get(m[1] or m[2], m[0]), value)
    if isinstance(value, dict):
        return {name: filled(item, known) for name, item in value.items()}
    return [filled(item, known) for item in value] if isinstance(value, list | tuple) else value


async def describe_template(step: Step, file: str, folder: Path, known: Mapping[str, str]) -> Description:
    """Describe one of a step's templates, without secrets.

    Args:
        step: a deploy step.
        file: one of :func:`files_of`.
        folder: where files are looked for.
        known: variables that have a value which may be shown.

    Raises:
        UserError: the template cannot be read or is invalid.
    """
    from azops_tui.engine.problems import StepProblem
    from azops_tui.engine.templates import fitted, merged, only_declared, read_template

    try:
        template = await read_template(folder / filled(file, known))
        values = await merged(filled(step.native.parameters, known), lambda name: folder / name)
        known_values = {name: value for name, value in values.items() if not _NAME.search(str(value.get("value", "")))}
        parameters = fitted(template, only_declared(template, known_values))
    except StepProblem as error:
        raise UserError(str(error)) from error
    group = filled(step.native.group, known)
    return await asyncio.to_thread(_described, file, template, parameters, group)


def _described(file: str, template: dict[str, Any], parameters: dict[str, Any], group: str) -> Description:
    from azops_tui.arm import TemplateError, expand
    from azops_tui.arm.describe import describe, placeholders
    from azops_tui.arm.secure import concealed

    have = {name.lower() for name in parameters}
    unset = {name for name in template.get("parameters") or {} if name.lower() not in have}
    failure: TemplateError | None = None
    try:
        stand_ins, safe = placeholders(template, parameters), concealed(template, parameters)
    except TemplateError as error:
        raise UserError(f"{file}: {error.message}") from error
    # A stand-in may be a value that the template cannot use; expressions can nearly always be shown.
    for shown, problems in (({**stand_ins, **safe}, None), (safe, None), (safe, [])):
        try:
            scope = _SCOPE + (group if re.fullmatch(r"[\w.()-]{1,90}", group) else "group")
            return describe(expand(template, shown, scope=scope, allow_missing=True, problems=problems), unset=unset)
        except (TemplateError, LookupError) as error:
            failure = failure or (error if isinstance(error, TemplateError) else None)
    raise UserError(f"{file}: {failure.message if failure else 'it cannot be expanded without the cloud.'}")
