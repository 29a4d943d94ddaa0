"""What is wrong with a template, or will be, without deploying it and without values for its parameters.

>>> from datetime import date
>>> text = '''{
...   "resources": [],
...   "parameters": {"a": {"type": "string"}},
...   "outputs": {"b": {"type": "string", "value": "[c()]"}}
... }'''
>>> for finding in lint(text, today=date(2026, 1, 1)):
...     print(finding.line, finding.column, finding.severity.value, finding.rule, finding.message)
3 18 warning unused-parameter The parameter 'a' is never used.
4 48 error undefined-function There is no function 'c'.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from azops_tui.arm.errors import TemplateError
from azops_tui.arm.lint.declarations import Found, check_declarations, check_secrets
from azops_tui.arm.lint.findings import RULES, Finding, FindingSeverity, Rule
from azops_tui.arm.lint.frames import TemplateFrame, frames
from azops_tui.arm.lint.order import check_order, resources_of
from azops_tui.arm.lint.placing import check_placing
from azops_tui.arm.lint.positions import Places
from azops_tui.arm.lint.sarif import sarif
from azops_tui.arm.reader import Document, Path, read, show
from azops_tui.arm.resources import ExpandedResource

__all__ = ["RULES", "Finding", "FindingSeverity", "Rule", "lint", "sarif"]


def lint(template: str | bytes | Document | Mapping[str, Any], *, today: date) -> list[Finding]:
    """The findings in a template, by line and column.

    Args:
        template: its text, which gives findings their places, or what `read` made of it, or an object.
        today: from which the age of apiVersions is counted.

    Raises:
        TemplateError: the text is not JSON, or no object.
    """
    if isinstance(template, str | bytes):
        document = read(template)
    elif isinstance(template, Document):
        document = template
    else:
        document = Document("", dict(template))
    if not isinstance(document.value, dict):
        line, column = document.position()
        raise TemplateError("InvalidTemplate", "The template must be a JSON object.", line=line, column=column)
    try:
        taken = frames(document.value)
    except RecursionError:
        return [Finding(1, 1, "invalid-template", "The template is nested too deeply.")]
    findings: dict[tuple[str, Path, str], Finding] = {}
    places = Places(document)
    declared = [list(check_declarations(frame)) for frame in taken]
    broken = [frame.path for frame, said in zip(taken, declared, strict=True) if any(map(_is_error, said))]
    for frame, said in zip(taken, declared, strict=True):
        # What is wrong with declarations has been said, and better than whoever expands the template says it.
        mute = any(path[: len(frame.path)] == frame.path for path in broken)
        for rule, path, message, key in (*said, *_frame(document, frame, today, mute=mute)):
            if (rule, path, message) not in findings:
                line, column = places.beginning(path, key=key)
                findings[rule, path, message] = Finding(line, column, rule, message, show(path))
    return sorted(findings.values())


def _is_error(found: Found) -> bool:
    return RULES[found[0]].severity is FindingSeverity.ERROR


def _frame(document: Document, frame: TemplateFrame, today: date, *, mute: bool) -> Iterable[Found]:
    """Findings in one template but for its declarations; `mute` leaves out what expanding it says."""
    yield from check_secrets(frame)
    made: dict[Path, list[ExpandedResource]] = {}
    whole = document if not frame.path else document.within(frame.template, frame.path)
    found = resources_of(whole)
    if found is None:
        yield "not-checked", frame.path, "Dependencies and some names need values for the parameters.", False
    elif isinstance(found, TemplateError):
        if not mute:
            yield "invalid-template", (*frame.path, *_path(whole, found)), found.message, False
    else:
        for resource in found.own:
            made.setdefault((*frame.path, *resource.path), []).append(resource)
        yield from check_order(found, frame.path)
        if not mute:
            for error in found.errors:
                yield "invalid-template", (*frame.path, *_path(whole, error)), error.message, False
    yield from check_placing(frame, made, today)


def _path(document: Document, error: TemplateError) -> Path:
    """The path that an error names. Something may stand before it: ``properties.template``, or who asked for it."""
    parts = [part for part in error.target.replace("[", ".").replace("]", "").split(".") if part]
    for start in range(len(parts)):
        value, path = document.value, []
        for part in parts[start:]:
            key: str | int = int(part) if part.isdigit() and isinstance(value, list) else part
            try:
                value = value[key]
            except (KeyError, IndexError, TypeError):
                break
            path.append(key)
        else:
            return tuple(path)
    return ()
