"""Findings of lint and its rules."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FindingSeverity(StrEnum):
    """Severity of a finding, in the terms of SARIF."""

    ERROR = "error"
    """The service would refuse the template, or a secret is exposed."""
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Rule:
    """A lint rule."""

    id: str
    severity: FindingSeverity
    title: str
    """One sentence: the problem."""
    help: str
    """One sentence: why it matters and how to fix it."""


_E, _W, _N = FindingSeverity.ERROR, FindingSeverity.WARNING, FindingSeverity.NOTE
RULES: dict[str, Rule] = {
    rule.id: rule
    for rule in (
        Rule("invalid-template", _E, "The service would refuse the template.", "Fix the problem in the message."),
        Rule("expression-syntax", _E, "An expression is not valid.",
             "A string that begins with [ and ends with ] is an expression; write [[ for a literal bracket."),
        Rule("undefined-parameter", _E, "An expression uses an undeclared parameter.",
             "Declare it, or correct its name."),
        Rule("undefined-variable", _E, "An expression uses an undeclared variable.",
             "Add it, or correct its name."),
        Rule("undefined-function", _E, "An expression calls a function that does not exist.", "Correct its name."),
        Rule("unused-parameter", _W, "A parameter is never used.", "Remove it, so that nobody has to supply it."),
        Rule("unused-variable", _W, "A variable is never used.", "Remove it."),
        Rule("unreachable-dependency", _E, "A resource depends on one that is not in the template.",
             "Correct or remove the entry of dependsOn: it can name only resources of the same template."),
        Rule("circular-dependency", _E, "Resources or variables depend on each other.",
             "Remove one dependency of the circle."),
        Rule("hard-coded-location", _W, "A location is hard-coded.",
             "Take it from a parameter whose default is [resourceGroup().location]."),
        Rule("secret-default", _E, "A secret has a default that anyone can read.",
             "Remove the default; supply the secret at deployment, or reference one in a Key Vault."),
        Rule("plain-secret", _W, "A secret parameter is stored in plain text.",
             "Make its type securestring or secureObject."),
        Rule("secret-output", _E, "An output exposes a secret to everyone who can read the deployment.",
             "Remove it, or make its type securestring; read keys from the resource where they are needed."),
        Rule("secret-in-variable", _W, "An output contains a value that is computed from a secret.",
             "Make its type securestring, unless the part of the secret that it shows is harmless."),
        Rule("old-api-version", _W, "An apiVersion is older than two years.",
             "Use a newer one: old versions are retired, and new properties need new versions."),
        Rule("invalid-name", _E, "A name breaks the rules of its resource type.",
             "Correct the name; the service refuses it when it creates the resource."),
        Rule("not-checked", _N, "Part of the template cannot be checked without parameter values.",
             "Expand the template with a parameter file to check it."),
    )
}  # fmt: skip
"""Every rule by its id."""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A problem in a template. Lines and columns count from 1; 0 if the position is unknown."""

    line: int
    column: int
    rule: str
    message: str
    target: str = ""
    """Path in the template: ``resources[0].name``."""

    @property
    def severity(self) -> FindingSeverity:
        return RULES[self.rule].severity
