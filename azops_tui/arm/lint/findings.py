"""What lint finds, and the rules by which it looks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FindingSeverity(StrEnum):
    """How bad a finding is; in SARIF's words."""

    ERROR = "error"
    """The service would refuse the template, or a secret would be seen."""
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that lint looks for."""

    id: str
    severity: FindingSeverity
    title: str
    """One sentence: what is wrong."""
    help: str
    """One sentence: why it matters and what to do."""


_E, _W, _N = FindingSeverity.ERROR, FindingSeverity.WARNING, FindingSeverity.NOTE
RULES: dict[str, Rule] = {
    rule.id: rule
    for rule in (
        Rule("invalid-template", _E, "The service would refuse the template.", "Mend what the message says."),
        Rule("expression-syntax", _E, "An expression cannot be read.",
             "A text that begins with [ and ends with ] is an expression; write [[ for a bracket that is meant."),
        Rule("undefined-parameter", _E, "A parameter is used that the template does not declare.",
             "Declare it, or mend its name."),
        Rule("undefined-variable", _E, "A variable is used that the template does not have.",
             "Add it, or mend its name."),
        Rule("undefined-function", _E, "A function is called that there is not.", "Mend its name."),
        Rule("unused-parameter", _W, "A parameter is never used.", "Remove it, so that nobody is asked for it."),
        Rule("unused-variable", _W, "A variable is never used.", "Remove it."),
        Rule("unreachable-dependency", _E, "A resource waits for one that the template does not have.",
             "Mend the entry of dependsOn, or remove it: it may name resources of the same template only."),
        Rule("circular-dependency", _E, "Resources or variables wait for each other.",
             "Remove one of the dependencies of the circle."),
        Rule("hard-coded-location", _W, "A location is written into the template.",
             "Take it from a parameter whose default is [resourceGroup().location]."),
        Rule("secret-default", _E, "A secret has a default that everybody can read.",
             "Remove the default; who deploys gives the secret, or names one in a Key Vault."),
        Rule("plain-secret", _W, "A parameter that holds a secret is shown by the service.",
             "Make its type securestring or secureObject."),
        Rule("secret-output", _E, "An output shows a secret to everybody who may read the deployment.",
             "Remove it, or make its type securestring; read keys from the resource where they are needed."),
        Rule("old-api-version", _W, "An apiVersion is older than two years.",
             "Raise it: old versions are retired, and new properties need new ones."),
        Rule("invalid-name", _E, "A name breaks the rules of its resource type.",
             "Mend the name; the service refuses it when the resource is made."),
        Rule("not-checked", _N, "A part of the template could not be looked at without values for its parameters.",
             "Expand it with a parameter file to have it checked."),
    )
}  # fmt: skip
"""Every rule by its id."""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Something that lint found. Lines and columns count from 1; 0 where the place is not known."""

    line: int
    column: int
    rule: str
    message: str
    target: str = ""
    """Where in the template: ``resources[0].name``."""

    @property
    def severity(self) -> FindingSeverity:
        """How bad it is."""
        return RULES[self.rule].severity
