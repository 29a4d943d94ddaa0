"""``azops template show --follow``: where a parameter ends up, as text or JSON."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING

from azops_tui import exits
from azops_tui.cli.options import fail
from azops_tui.cli.template_text import short_type
from azops_tui.sanitise import clean

if TYPE_CHECKING:
    from azops_tui.arm import Document
    from azops_tui.arm.follow import ParameterUse

_LONGEST_NAME = 80


def follow_parameter(file: Path, document: Document, parameter: str, output: str) -> str:
    """Return the places that a parameter reaches. Exits if the template has no such parameter.

    Args:
        file: path of the template, for messages.
        document: the template.
        parameter: name of a parameter of the outermost template.
        output: ``text`` or ``json``.
    """
    from azops_tui.arm.follow import follow
    from azops_tui.arm.sections import section
    from azops_tui.runbook.suggest import did_you_mean

    try:
        uses = follow(document, parameter)
    except LookupError:
        known = section(document.value, "parameters")
        fail(f"{file} has no parameter '{parameter}'{did_you_mean(parameter, known)}", exits.BAD_INPUT)
    except RecursionError:
        fail(f"{file} is nested too deeply.", exits.BAD_INPUT)
    if output == "json":
        return json.dumps([dataclasses.asdict(use) for use in uses], indent=2, ensure_ascii=False)
    return "\n".join([clean(parameter), *(map(_line, uses) if uses else ["  is not used"])])


def _line(use: ParameterUse) -> str:
    """Return a use as a line: ``  module storage: skuName  (line 120)``."""
    name = short_type(use.name) if use.kind == "resource" else use.name
    name = clean(name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…")
    member = f": {clean(use.property)}" if use.property else ""
    line = f"line {use.line}" if use.line else ""
    facts = ", ".join(filter(None, (line, "followed above" if use.repeated else "")))
    return "  " * (use.depth + 1) + f"{use.kind} {name}{member}" + (f"  ({facts})" if facts else "")
