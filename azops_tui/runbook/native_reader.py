"""Decode the bodies of native steps from YAML, and replace the variables in them."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin

import msgspec

from azops_tui.durations import parse_duration
from azops_tui.runbook.model import Problem, Severity
from azops_tui.runbook.native import (
    KINDS,
    AnsibleStep,
    ChartStep,
    CopyStep,
    DeployStep,
    HostsStep,
    IncludeStep,
    NativeStep,
    Number,
    ResourcesStep,
    ScaleStep,
    SshStep,
    WaitStep,
)
from azops_tui.runbook.references import REFERENCE, has_reference, replace_references, texts_in
from azops_tui.runbook.suggest import did_you_mean

_ALIASES: dict[str, dict[str, str]] = {"group": {"name": "group"}, "gate": {"ask": "message"}}
_REMOTE_CODE = frozenset({("ssh", "command"), ("ssh", "wait-until"), ("wait", "command")})
"""Fields whose other forms of ``${…}`` are for a shell."""
_VARIABLES = frozenset({"public", "private", "capture"})
"""Fields with the name of a variable to set."""

_ANY_REFERENCE = re.compile(r"(?<!\$)\$\{[^}]*\}?")
_DURATIONS = frozenset({"timeout", "interval", "wait_timeout"})
_SHARES = frozenset({"serial", "max_fail"})
_SHARE = re.compile(r"\s*(?:\d{1,9}|\d{1,3}(?:\.\d+)?\s*%)\s*(?:,\s*(?:\d{1,9}|\d{1,3}(?:\.\d+)?\s*%)\s*)*")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_WHERE = re.compile(r" - at `\$([^`]*)`")
_INDEX = re.compile(r"\[(\d+)\]")

S = TypeVar("S")


def decode_native(kind: str, text: str, line: int, path: Path | None = None) -> NativeStep | Problem:
    """Decode the body of a native step, or return its first problem.

    Args:
        kind: ``group``, ``deploy`` …
        text: the fence's text.
        line: line in the file of the text's first line.
        path: the document's, for the problem.
    """

    def problem(message: str, at: int) -> Problem:
        return Problem(Severity.ERROR, at, message, path)

    schema = KINDS.get(kind)
    if schema is None:
        return problem(f"unknown kind of step '{kind}'{did_you_mean(kind, KINDS)}", line - 1)
    from azops_tui.runbook.positions import Located, YamlError

    try:
        document = Located(text, line)
    except YamlError as error:
        return problem(f"the {kind} step is not YAML: {error}", error.line)
    if not isinstance(document.value, dict):
        return problem(f"{_a(kind)} step must be a mapping: lines of 'field: value'", line)
    fields = _fields(schema)
    aliases = _ALIASES.get(kind, {})
    values: dict[str, Any] = {}
    for key, value in document.value.items():
        written = str(key)
        name = aliases[written] if written in aliases and aliases[written] not in document.value else written
        field = fields.get(name)
        if field is None:
            hint = did_you_mean(written, (*fields, *aliases))
            return problem(f"unknown field '{written}' in {_a(kind)} step{hint}", document.line(written))
        spelled = document.spelling(written)
        if value is None and field.required:
            return problem(f"'{written}' of {_a(kind)} step has no value", document.line(written))
        if value is None:
            continue
        if field.type is str and spelled is not None:
            value = spelled  # a name that looks like a number is still a name
        elif field.type == dict[str, str] and isinstance(value, dict):
            spellings = {str(inner): document.spelling(written, str(inner)) for inner in value}
            value = {inner: spellings[str(inner)] or item for inner, item in value.items()}
        wrong = _wrong(kind, written, field, value, document)
        if wrong is not None:
            return problem(*wrong)
        values[field.name] = value
    lacking = [name for name, field in fields.items() if field.required and field.name not in values]
    if lacking:
        return problem(f"{_a(kind)} step needs '{lacking[0]}'", line - 1)
    step = schema(**values)
    message = _unsound(step)
    return problem(message, line - 1) if message else step


@functools.cache
def _fields(schema: type[NativeStep]) -> dict[str, Any]:
    """Fields of a record by their names in documents."""
    return {field.encode_name: field for field in msgspec.structs.fields(schema)}


def _wrong(kind: str, written: str, field: Any, value: Any, document: Any) -> tuple[str, int] | None:
    """Problem of a field's value, and its line."""
    if (kind, field.encode_name) not in _REMOTE_CODE:
        for path, text in texts_in(value):
            for match in _ANY_REFERENCE.finditer(text):
                if not REFERENCE.fullmatch(match[0]):
                    message = f"'{written}' has {match[0]}; only ${{NAME}} and ${{NAME:-default}} can stand there"
                    return message, document.line(written, *path)
    if field.name in _VARIABLES and isinstance(value, str) and value and not _NAME.fullmatch(value):
        return f"'{written}' must be a variable's name, not '{value}'", document.line(written)
    if has_reference(value) and isinstance(value, str):
        return None  # checked once it is known
    if isinstance(value, str) and (form := _unfit(field, value)):
        return f"'{written}' of {_a(kind)} step must be {form}, not '{value}'", document.line(written)
    try:
        msgspec.convert(value, field.type)
    except (msgspec.ValidationError, RecursionError) as error:
        where = _WHERE.search(str(error))
        inside = [int(index) for index in _INDEX.findall(where[1])] if where else []
        return f"'{written}' of {_a(kind)} step must be {_wanted(field.type)}", document.line(written, *inside)
    if field.name in ("query", "until") and isinstance(value, str) and value:
        from azops_tui.runbook.queries import bad_query

        if message := bad_query(value):
            return f"'{written}' is not a JMESPath query: {message}", document.line(written)
    return None


def _a(kind: str) -> str:
    """The kind with its article."""
    return f"{'an' if kind[:1] in 'aeiou' or kind == 'ssh' else 'a'} {kind}"


def _unfit(field: Any, text: str) -> str:
    """What a number, share or duration must be; empty if the text is a valid one."""
    if not text.strip():
        return "" if not field.required else "a whole number"
    if field.name in _DURATIONS:
        try:
            parse_duration(text.strip())
        except ValueError as error:
            return str(error)
    elif field.name in _SHARES:
        if not _SHARE.fullmatch(text):
            return "a number or a percentage, such as 1 or 25%"
    elif field.type == Number and not re.fullmatch(r"\s*[0-9]{1,9}\s*", text):
        return "a whole number"
    return ""


def _wanted(kind: Any) -> str:
    """Type of a field in words."""
    if get_origin(kind) is Literal:
        return " or ".join(f"'{value}'" for value in get_args(kind) if value)
    schema = msgspec.inspect.type_info(kind)
    parts = schema.types if isinstance(schema, msgspec.inspect.UnionType) else (schema,)
    words: list[str] = []
    for part in parts:
        match part:
            case msgspec.inspect.BoolType():
                words.append("true or false")
            case msgspec.inspect.IntType():
                words.append("a whole number")
            case msgspec.inspect.StrType():
                words.append("text")
            case msgspec.inspect.ListType():
                words.append("a list")
            case msgspec.inspect.DictType():
                words.append("a map of names to values")
    return " or ".join(words)


def _unsound(step: NativeStep) -> str:
    """Problem of the combination of fields; empty if there is none."""
    match step:
        case HostsStep():
            kind = {CopyStep: "a copy step", AnsibleStep: "an ansible step"}.get(type(step), "an ssh step")
            ways = [bool(step.hosts), bool(step.machines), bool(step.scale_set)]
            if sum(ways) > 1:
                return f"{kind} has one of 'hosts', 'machines' and 'scale-set', not several"
            if not step.hosts and not step.group:
                return f"{kind} needs 'hosts', or a 'group' whose machines are meant"
            if isinstance(step, CopyStep) and bool(step.upload) == bool(step.download):
                return "a copy step needs either 'upload' or 'download'"
            if isinstance(step, AnsibleStep):
                if bool(step.playbook) == bool(step.plays):
                    return "an ansible step needs either 'playbook' or 'plays'"
                if step.serial or step.max_fail:
                    return "'serial' and 'max-fail-percentage' of an ansible step stand in its plays"
                if step.via == "run-command":
                    return "an ansible step connects over SSH, not by run-command"
            if isinstance(step, SshStep) and not step.command.strip() and not step.waits:
                return "an ssh step needs 'command', 'reboot', 'wait-for-port' or 'wait-until'"
        case WaitStep():
            if sum([bool(step.resource), bool(step.group), bool(step.command)]) != 1:
                return "a wait step needs one of 'resource', 'group' and 'command'"
            if step.scale_set and not step.group:
                return "a wait step for a scale set needs its 'group'"
        case ChartStep() if bool(step.data) == bool(step.step):
            return "a chart step needs either 'data' or 'step'"
        case IncludeStep() if has_reference(step.file):
            return "'file' of an include step is read before the run and cannot have variables"
        case ResourcesStep() if step.kind == "instances" and not (step.group and step.scale_set):
            return "a resources step of the kind instances needs 'group' and 'scale-set'"
        case DeployStep() if not step.template:
            return "a deploy step needs a template"
        case DeployStep():
            bad = next((name for name in step.outputs.values() if not _NAME.fullmatch(name)), None)
            if bad is not None:
                return f"'outputs' of a deploy step name variables; '{bad}' cannot be one"
        case ScaleStep() if isinstance(step.capacity, int) and step.capacity < 0:
            return "'capacity' of a scale step cannot be negative"
    return ""


def substitute(value: S, variables: Mapping[str, str]) -> S:
    """Replace every ``${NAME}`` in text, in lists, in values of maps, or in a native step.

    A native step is checked again, now that its values are known: ``capacity: ${AGENTS}`` becomes a number.

    Raises:
        LookupError: a variable is not set; the sentence names it.
        ValueError: a native step's field does not fit once its variables are known.
    """
    if not isinstance(value, NativeStep):
        replaced: S = replace_references(value, variables)
        return replaced
    changes: dict[str, Any] = {}
    for field in _fields(type(value)).values():
        before = getattr(value, field.name)
        after = replace_references(before, variables)
        if field.type == Number and isinstance(after, str) and re.fullmatch(r"[0-9]{1,9}", after.strip()):
            after = int(after)
        elif field.type is bool and isinstance(after, str):
            after = {"true": True, "false": False}.get(after.strip().casefold(), after)
        if after != before:
            try:
                msgspec.convert(after, field.type)
            except msgspec.ValidationError:
                raise ValueError(f"'{field.encode_name}' must be {_wanted(field.type)}, not '{after}'") from None
            if isinstance(after, str) and (form := _unfit(field, after)):
                raise ValueError(f"'{field.encode_name}' must be {form}, not '{after}'")
            changes[field.name] = after
    step = msgspec.structs.replace(value, **changes)
    if message := _unsound(step):
        raise ValueError(message)
    return step
