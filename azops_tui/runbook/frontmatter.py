"""Front matter: the YAML between two ``---`` lines at the top of a document, and its ``azops`` table."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from azops_tui.runbook.model import Parameter, Problem, Requirements, Severity
from azops_tui.runbook.parameters import NAME, check
from azops_tui.runbook.patterns import bad_pattern
from azops_tui.runbook.suggest import did_you_mean

TYPES = ("string", "int", "number", "bool", "choice", "secret", "path")
SOURCES = ("azure.locations", "azure.resource_groups", "azure.scale_sets", "ssh.targets")
"""Dynamic sources of choices, besides ``command: …``."""
WITHIN_GROUP = ("azure.scale_sets", "ssh.targets")
"""Sources that can be limited to a resource group: ``of: ${RESOURCE_GROUP}``."""

_SECTIONS = ("params", "requires", "untagged", "strict", "test", "profile")
_PARAMETER_KEYS = ("type", "default", "choices", "pattern", "min", "max", "help", "from", "of")
_REQUIRES_KEYS = ("tools", "azops")
_FENCE = re.compile(r"---[ \t]*")
_END = re.compile(r"(?:---|\.\.\.)[ \t]*")
_REQUIREMENT = re.compile(r"\s*(?:(?:>=|<=|==|!=|~=|>|<)\s*\d+(?:\.\d+)*\s*(?:,\s*|$))+")


@dataclass(slots=True)
class FrontMatter:
    """The front matter of a document. ``lines`` is its number of lines; 0 without front matter."""

    lines: int = 0
    values: dict[str, Any] = field(default_factory=dict)
    parameters: list[Parameter] = field(default_factory=list)
    declared: bool = False
    """True if ``azops.params`` exists; then exports of the document are no parameters."""
    requires: Requirements = field(default_factory=Requirements)
    untagged: bool = False
    """True if guessed steps run without a question (``azops.untagged: bash``)."""
    profile: str = ""
    """Profile that the document asks to act on (``azops.profile``); a person has to agree."""
    problems: list[Problem] = field(default_factory=list)


def read_front_matter(lines: list[str]) -> FrontMatter:
    """Read the front matter from the lines of a document.

    It begins with ``---`` on the first line and ends with ``---`` or ``...``. A ``---`` that a blank line follows, or
    that nothing closes, is a rule and not front matter.
    """
    if len(lines) < 2 or not _FENCE.fullmatch(lines[0]) or not lines[1].strip():
        return FrontMatter()
    end = next((number for number, line in enumerate(lines[1:], start=1) if _END.fullmatch(line)), None)
    if end is None:
        return FrontMatter()
    from azops_tui.runbook.positions import Located, YamlError

    front = FrontMatter(lines=end + 1)
    try:
        document = Located("\n".join(lines[1:end]) + "\n", 2)
    except YamlError as error:
        front.problems.append(Problem(Severity.ERROR, error.line, f"the front matter is not YAML: {error}"))
        return front
    if document.value is None:
        return front
    if not isinstance(document.value, dict):
        message = "the front matter must be a mapping: lines of 'name: value'"
        front.problems.append(Problem(Severity.ERROR, document.line(), message))
        return front
    front.values = {str(key): value for key, value in document.value.items()}
    if front.values.get("azops") is not None:
        FrontMatterReader(document, front).azops()
    return front


class FrontMatterReader:
    """Reads ``azops:``; malformed parts are reported as problems and left out."""

    def __init__(self, document: Any, front: FrontMatter) -> None:
        self._document = document
        self._front = front

    def _error(self, message: str, *path: str | int) -> None:
        self._front.problems.append(Problem(Severity.ERROR, self._document.line(*path), message))

    def _keys(self, value: dict[Any, Any], known: tuple[str, ...], where: str, *path: str | int) -> None:
        for key in value:
            if key not in known:
                message = f"unknown key '{key}' in {where}{did_you_mean(str(key), known)}"
                line = self._document.line(*path, str(key))
                self._front.problems.append(Problem(Severity.WARNING, line, message))

    def azops(self) -> None:
        value = self._front.values["azops"]
        if not isinstance(value, dict):
            self._error("azops must be a mapping with params and requires", "azops")
            return
        self._keys(value, _SECTIONS, "azops", "azops")
        if (params := value.get("params")) is not None:
            self._parameters(params)
        if (requires := value.get("requires")) is not None:
            self._requires(requires)
        if (untagged := value.get("untagged")) not in (None, "bash", "no", False):
            self._error(f"azops.untagged is bash or no, not '{untagged}'", "azops", "untagged")
        self._front.untagged = untagged == "bash"
        if not isinstance(test := value.get("test", "local"), str):
            self._error(f"azops.test is local or the path of a cassette, not '{test}'", "azops", "test")
        profile = value.get("profile", "")
        if isinstance(profile, str):
            self._front.profile = profile
        else:
            self._error("azops.profile is the name of a profile", "azops", "profile")
        if not isinstance(strict := value.get("strict", False), bool):
            self._error(f"azops.strict is true or false, not '{strict}'", "azops", "strict")

    def _parameters(self, params: Any) -> None:
        self._front.declared = True
        if not isinstance(params, dict):
            self._error("azops.params must be a mapping of names to parameters", "azops", "params")
            return
        for key, value in params.items():
            name, path = str(key), ("azops", "params", str(key))
            if not NAME.fullmatch(name):
                self._error(f"parameter '{name}' must be named like a shell variable", *path)
            elif isinstance(value, dict):
                self._parameter(name, value)
            elif isinstance(value, list):
                self._error(f"parameter {name} must be a default or a mapping such as {{default: …}}", *path)
            else:  # NAME: value is short for a string with that default
                default = self._document.spelling(*path)
                self._front.parameters.append(Parameter(name, default=default, line=self._document.line(*path)))

    def _parameter(self, name: str, value: dict[Any, Any]) -> None:
        path = ("azops", "params", name)
        before = len(self._front.problems)
        self._keys(value, _PARAMETER_KEYS, f"parameter {name}", *path)
        choices, source = self._choices(name, value)
        kind = value.get("type", "choice" if "choices" in value else "string")
        if kind not in TYPES:
            self._error(f"unknown type '{kind}' of parameter {name}{did_you_mean(str(kind), TYPES)}", *path, "type")
            kind = "string"
        if kind == "choice" and "choices" not in value:
            self._error(f"parameter {name} is a choice and has no choices", *path)
        bounds = {key: self._bound(name, value, key) for key in ("min", "max")}
        if any(bound is not None for bound in bounds.values()) and kind not in {"int", "number"}:
            self._error(f"min and max of parameter {name} need the type int or number", *path)
        default = value.get("default")
        if isinstance(default, (dict, list)):
            self._error(f"the default of parameter {name} must be one value", *path, "default")
        source = self._dependent(name, value, source)
        parameter = Parameter(
            name=name,
            type=kind,
            default=self._document.spelling(*path, "default"),
            choices=choices,
            source=source,
            pattern=self._pattern(name, value),
            minimum=bounds["min"],
            maximum=bounds["max"],
            help=self._document.spelling(*path, "help") or "",
            secret_from=self._document.spelling(*path, "from") or "",
            line=self._document.line(*path),
        )
        if parameter.secret_from and kind != "secret":
            self._error(f"'from' of parameter {name} needs the type secret", *path, "from")
        elif parameter.secret_from:
            self._source(name, parameter.secret_from)
        sound = not any(p.severity is Severity.ERROR for p in self._front.problems[before:])
        if sound and parameter.default is not None:
            checked = check(parameter, parameter.default)
            if isinstance(checked, Problem):
                self._error(f"the default does not fit: {checked.message}", *path, "default")
        self._front.parameters.append(parameter)

    def _source(self, name: str, source: str) -> None:
        from azops_tui.runbook.secret_sources import parse_source

        try:
            parse_source(source, name)
        except ValueError as error:
            self._error(f"parameter {name}: {error}", "azops", "params", name, "from")

    def _choices(self, name: str, value: dict[Any, Any]) -> tuple[tuple[str, ...], str]:
        path = ("azops", "params", name, "choices")
        choices = value.get("choices")
        if choices is None:
            return (), ""
        if isinstance(choices, list):
            spelled = [self._document.spelling(*path, index) for index in range(len(choices))]
            if not choices or None in spelled:
                self._error(f"choices of parameter {name} must be a list of plain values", *path)
            return tuple(choice for choice in spelled if choice is not None), ""
        if isinstance(choices, dict) and list(choices) == ["command"] and isinstance(choices["command"], str):
            return (), f"command: {choices['command']}"
        if isinstance(choices, str) and (choices in SOURCES or choices.startswith("command:")):
            return (), choices
        known = (*SOURCES, "command: …")
        hint = did_you_mean(choices, SOURCES) if isinstance(choices, str) else ""
        self._error(f"choices of parameter {name} must be a list or one of {', '.join(known)}{hint}", *path)
        return (), ""

    def _dependent(self, name: str, value: dict[Any, Any], source: str) -> str:
        """The source of choices with the resource group that ``of`` names."""
        of = self._document.spelling("azops", "params", name, "of")
        if of is None:
            return source
        if source not in WITHIN_GROUP:
            allowed = " or ".join(WITHIN_GROUP)
            self._error(f"'of' of parameter {name} needs choices: {allowed}", "azops", "params", name, "of")
            return source
        return f"{source} of {of}"

    def _bound(self, name: str, value: dict[Any, Any], key: str) -> float | None:
        bound = value.get(key)
        if bound is None:
            return None
        if isinstance(bound, bool) or not isinstance(bound, (int, float)):
            self._error(f"{key} of parameter {name} must be a number", "azops", "params", name, key)
            return None
        try:
            return float(bound)
        except OverflowError:
            self._error(f"{key} of parameter {name} is too large", "azops", "params", name, key)
            return None

    def _pattern(self, name: str, value: dict[Any, Any]) -> str:
        pattern = self._document.spelling("azops", "params", name, "pattern") or ""
        if pattern and (reason := bad_pattern(pattern)):
            message = f"the pattern of parameter {name} is not a regular expression: {reason}"
            self._error(message, "azops", "params", name, "pattern")
            return ""
        return pattern

    def _requires(self, requires: Any) -> None:
        path = ("azops", "requires")
        if not isinstance(requires, dict):
            self._error("azops.requires must be a mapping with tools and azops", *path)
            return
        self._keys(requires, _REQUIRES_KEYS, "azops.requires", *path)
        tools = requires.get("tools") or []
        if isinstance(tools, str):
            tools = [tools]
        if not isinstance(tools, list) or not all(isinstance(tool, str) and tool for tool in tools):
            self._error("azops.requires.tools must be a list of programs", *path, "tools")
            tools = []
        version = self._document.spelling(*path, "azops") or ""
        if version and not _REQUIREMENT.fullmatch(version):
            self._error(f"azops.requires.azops must be like \">=0.2\", not '{version}'", *path, "azops")
            version = ""
        self._front.requires = Requirements(tools=tuple(tools), azops=version)
