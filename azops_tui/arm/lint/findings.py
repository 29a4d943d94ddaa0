"""Findings of lint and its rules."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FindingSeverity(StrEnum):
    """Severity of a finding, in the terms of SARIF."""

    ERROR = "error"
    """The service would refuse the template, or a secret is exposed."""
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Rule:
    """A lint rule."""

    id: str
    severity: FindingSeverity
    title: str
    """One sentence: the problem."""
    help: str
    """One sentence: why it matters and how to fix it."""
    aliases: tuple[str, ...] = ()
    """Names of the same check in the linters of Bicep and of ARM-TTK, in lower case with dashes."""


_E, _W = FindingSeverity.ERROR, FindingSeverity.WARNING
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
        Rule("unused-parameter", _W, "A parameter is never used.", "Remove it, so that nobody has to supply it.",
             ("no-unused-params", "parameters-must-be-referenced")),
        Rule("unused-variable", _W, "A variable is never used.", "Remove it.",
             ("no-unused-vars", "variables-must-be-referenced")),
        Rule("unreachable-dependency", _E, "A resource depends on one that is not in the template.",
             "Correct or remove the entry of dependsOn: it can name only resources of the same template."),
        Rule("circular-dependency", _E, "Resources or variables depend on each other.",
             "Remove one dependency of the circle."),
        Rule("hard-coded-location", _W, "A location is hard-coded.",
             "Take it from a parameter whose default is [resourceGroup().location].",
             ("no-hardcoded-location", "location-should-not-be-hardcoded")),
        Rule("secret-default", _E, "A secret has a default that anyone can read.",
             "Remove the default; supply the secret at deployment, or reference one in a Key Vault.",
             ("secure-parameter-default", "secure-string-parameters-cannot-have-default")),
        Rule("plain-secret", _W, "A secret parameter is stored in plain text.",
             "Make its type securestring or secureObject.",
             ("secure-secrets-in-params", "password-params-must-be-secure")),
        Rule("secret-output", _E, "An output exposes a secret to everyone who can read the deployment.",
             "Remove it, or make its type securestring; read keys from the resource where they are needed.",
             ("outputs-should-not-contain-secrets", "outputs-must-not-contain-secrets")),
        Rule("secret-in-variable", _W, "An output contains a value that is computed from a secret.",
             "Make its type securestring, unless the part of the secret that it shows is harmless.",
             ("outputs-should-not-contain-secrets", "outputs-must-not-contain-secrets")),
        Rule("old-api-version", _W, "An apiVersion is older than two years.",
             "Use a newer one: old versions are retired, and new properties need new versions.",
             ("use-recent-api-versions", "apiversions-should-be-recent")),
        Rule("invalid-name", _E, "A name breaks the rules of its resource type.",
             "Correct the name; the service refuses it when it creates the resource."),
    )
}  # fmt: skip
"""Every rule by its id."""
OTHER_CHECKS = frozenset(
    {
        "adminpassword-should-not-be-a-literal", "adminusername-should-not-be-a-literal",
        "adminusername-should-not-be-literal", "apiversions-should-be-recent-in-reference-functions",
        "artifacts-parameter", "artifacts-parameters",
        "commandtoexecute-must-use-protectedsettings-for-secrets", "decompiler-cleanup",
        "dependson-best-practices", "dependson-must-not-be-conditional",
        "deployment-resources-must-not-be-debug", "deploymenttemplate-must-not-contain-hardcoded-uri",
        "deploymenttemplate-schema-is-correct", "dynamic-variable-references-should-not-use-concat",
        "explicit-values-for-loc-params", "ids-should-be-derived-from-resourceids",
        "managedidentityextension-must-not-be-used", "max-asserts", "max-outputs", "max-params",
        "max-resources", "max-variables", "min-and-max-value-are-numbers", "nested-deployment-template-scoping",
        "no-conflicting-metadata", "no-deployments-resources", "no-explicit-any", "no-hardcoded-env-urls",
        "no-loc-expr-outside-params", "no-module-name", "no-unnecessary-dependson",
        "no-unused-existing-resources", "no-unused-imports", "no-unused-types",
        "parameter-types-should-be-consistent", "parameters-property-must-exist", "prefer-interpolation",
        "prefer-unquoted-property-names", "protect-commandtoexecute-secrets",
        "providers-apiversions-is-not-permitted", "resourceids-should-not-contain",
        "resources-should-have-location", "resources-should-not-be-ambiguous", "secure-params-in-nested-deploy",
        "secure-params-in-nested-deployments", "simplify-interpolation", "simplify-json-null",
        "template-should-not-contain-blanks", "uris-should-be-properly-constructed", "use-parent-property",
        "use-recent-module-versions", "use-resource-id-functions", "use-resource-symbol-reference",
        "use-safe-access", "use-secure-value-for-secure-inputs", "use-stable-resource-identifiers",
        "use-stable-vm-image", "use-user-defined-types", "virtual-machines-should-not-be-preview",
        "vm-images-should-use-latest-version", "vm-size-should-be-a-parameter", "what-if-short-circuiting",
    }
)  # fmt: skip
"""Checks of Bicep's linter and of ARM-TTK that azops does not make; projects ignore them by the same list."""


def rules_named(name: str) -> frozenset[str] | None:
    """Return the ids of the rules with a name: of azops, Bicep or ARM-TTK. None if no linter has a rule of that name.

    Case does not matter, and ARM-TTK's names may be written with spaces.

    >>> sorted(rules_named("Outputs Must Not Contain Secrets"))
    ['secret-in-variable', 'secret-output']
    """
    lowered = "-".join(name.lower().replace("_", " ").split())
    ids = frozenset(rule.id for rule in RULES.values() if lowered in (rule.id, *rule.aliases))
    return ids if ids or lowered in OTHER_CHECKS else None


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
