"""Static checks of a template: no deployment, no parameter values.

>>> from datetime import date
>>> text = '''{
...   "resources": [],
...   "parameters": {"a": {"type": "string"}},
...   "outputs": {"b": {"type": "string", "value": "[c()]"}}
... }'''
>>> for finding in lint(text, today=date(2026, 1, 1)):
...     print(finding.line, finding.column, finding.severity.value, finding.rule, finding.message)
3 18 warning unused-parameter The parameter 'a' is never used.
4 48 error undefined-function The function 'c' does not exist.
"""

from __future__ import annotations

import hashlib
import marshal
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from azops_tui.arm.errors import TemplateError
from azops_tui.arm.expanded_resource import ExpandedResource
from azops_tui.arm.lint.declarations import Report, check_declarations, check_secrets
from azops_tui.arm.lint.findings import RULES, Finding, FindingSeverity, Rule, rules_named
from azops_tui.arm.lint.frames import TemplateFrame, frames
from azops_tui.arm.lint.order import check_order, resources_of
from azops_tui.arm.lint.positions import Positions
from azops_tui.arm.lint.resource_checks import check_resources
from azops_tui.arm.lint.sarif import sarif
from azops_tui.arm.reader import Document, Path, read, show

__all__ = ["RULES", "Finding", "FindingSeverity", "Rule", "finding_of", "lint", "reports", "rules_named", "sarif"]


def lint(template: str | bytes | Document | Mapping[str, Any], *, today: date) -> list[Finding]:
    """Return the findings in a template, by line and column.

    Args:
        template: its text, a `Document` from `read`, or an object. An object gives findings no line.
        today: reference date for the age of apiVersions.

    Raises:
        TemplateError: the text is not a JSON object.
    """
    if isinstance(template, str | bytes):
        document = read(template)
    elif isinstance(template, Document):
        document = template
    else:
        document = Document("", dict(template))
    findings: dict[tuple[str, Path, str], Finding] = {}
    positions = Positions(document)
    old: list[Report] = []
    try:
        for report in reports(document, today):
            if report[0] == "old-api-version":
                old.append(report)
            elif report[:3] not in findings:
                findings[report[:3]] = finding_of(document, report, positions)
    except RecursionError:
        return [Finding(1, 1, "invalid-template", "The template is nested too deeply.")]
    if old:
        rule, path, message, key = old[0]
        if len(old) > 1:
            oldest = min((report[2] for report in old), key=lambda text: text.partition("'")[2])
            message = f"{len(old)} apiVersions are old. {oldest}"
        findings[rule, path, message] = finding_of(document, (rule, path, message, key), positions)
    return sorted(findings.values())


def finding_of(document: Document, report: Report, positions: Positions | None = None) -> Finding:
    """Return a report as a finding at its place in the document."""
    rule, path, message, key = report
    line, column = (positions or Positions(document)).beginning(path, key=key)
    return Finding(line, column, rule, message, show(path))


def reports(document: Document, today: date) -> Iterator[Report]:
    """Yield what lint finds: rule, path, message, and whether it is at the key of a member rather than its value.

    Raises:
        TemplateError: the document is not an object.
        RecursionError: the template is nested too deeply.
    """
    if not isinstance(document.value, dict):
        line, column = document.position()
        raise TemplateError("InvalidTemplate", "The template must be a JSON object.", line=line, column=column)
    all_frames = frames(document.value)
    declared = [list(check_declarations(frame)) for frame in all_frames]
    broken = [frame.path for frame, reported in zip(all_frames, declared, strict=True) if any(map(_is_error, reported))]
    # Large templates repeat modules; what was checked is not checked again.
    checked: dict[tuple[bytes, bool], list[Report]] = {}
    for frame, reported in zip(all_frames, declared, strict=True):
        yield from reported
        # Errors in declarations are reported already, and more clearly than by expanding the template.
        mute = any(path[: len(frame.path)] == frame.path for path in broken)
        content = _content(frame.template) if frame.path else b""  # nothing repeats the whole
        known = checked.get((content, mute)) if content else None
        if known is None:
            known = list(_frame(document, frame, today, mute=mute))
            # The messages of these errors have line numbers.
            if content and not any(rule == "invalid-template" for rule, *_ in known):
                depth = len(frame.path)
                checked[content, mute] = [(rule, path[depth:], message, key) for rule, path, message, key in known]
            yield from known
        else:
            yield from ((rule, (*frame.path, *path), message, key) for rule, path, message, key in known)


def _content(template: Any) -> bytes:
    """Return what is equal for equal templates only; empty if the template is too deep for that."""
    try:
        # Version 2 writes no references, which would depend on how the values share memory.
        return hashlib.sha256(marshal.dumps(template, 2)).digest()
    except ValueError:
        return b""


def _is_error(report: Report) -> bool:
    return RULES[report[0]].severity is FindingSeverity.ERROR


def _frame(document: Document, frame: TemplateFrame, today: date, *, mute: bool) -> Iterable[Report]:
    """Yield findings other than those about declarations; `mute` omits errors from expanding the template."""
    yield from check_secrets(frame)
    created: dict[Path, list[ExpandedResource]] = {}
    whole = document if not frame.path else document.within(frame.template, frame.path)
    resources = resources_of(whole)
    if isinstance(resources, TemplateError):
        if not mute:
            yield "invalid-template", (*frame.path, *_path(whole, resources)), resources.message, False
    else:
        for resource in resources.own:
            created.setdefault((*frame.path, *resource.path), []).append(resource)
        yield from check_order(resources, frame.path)
        if not mute:
            for error in resources.errors:
                yield "invalid-template", (*frame.path, *_path(whole, error)), error.message, False
    yield from check_resources(frame, created, today)


def _path(document: Document, error: TemplateError) -> Path:
    """Return the path in an error's target, which can have a prefix such as ``properties.template``."""
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
