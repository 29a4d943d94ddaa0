"""Where the value of a secret parameter comes from: ``from:`` in front matter.

A document names a secret, never a value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from azops_tui.runbook.model import Parameter
from azops_tui.runbook.parameters import NAME
from azops_tui.runbook.suggest import did_you_mean

SourceKind = Literal["keyring", "env", "keyvault", "command", "prompt"]

KINDS: dict[SourceKind, tuple[str, str]] = {
    "keyring": ("keyring[:NAME]", "the system's keyring, or the encrypted file of azops where there is none"),
    "env": ("env[:VARIABLE]", "a variable of the environment that azops was started with"),
    "keyvault": ("keyvault:VAULT/NAME[/VERSION]", "Azure Key Vault, where a team shares it"),
    "command": ('"command: pass show NAME"', "what a command prints, such as pass, op or vault"),
    "prompt": ("prompt", "a person, once for each run"),
}
"""Kind -> (how front matter writes it, what it is)."""
_VAULT = re.compile(r"([A-Za-z][A-Za-z0-9-]{1,22}[A-Za-z0-9])/([A-Za-z0-9-]{1,127})(?:/([0-9A-Za-z]{1,64}))?")


@dataclass(frozen=True, slots=True)
class SecretSource:
    """A place that a secret is read from."""

    kind: SourceKind
    name: str = ""
    """Name of the entry, the variable or the vault's secret; the command."""
    vault: str = ""
    version: str = ""
    """Version of the vault's secret; empty for the latest."""

    def __str__(self) -> str:
        match self.kind:
            case "keyvault":
                return "keyvault:" + "/".join(filter(None, (self.vault, self.name, self.version)))
            case "command":
                return f"command: {self.name}"
            case "prompt":
                return "prompt"
        return f"{self.kind}:{self.name}"


def parse_source(text: str, parameter: str) -> SecretSource:
    """The source that ``from:`` of a parameter names.

    Args:
        text: what front matter says.
        parameter: name of the parameter, which is the name of its entry and of its variable by default.

    Raises:
        ValueError: there is no such source; the text says which there are.
    """
    kind, colon, detail = text.partition(":")
    kind, detail = kind.strip(), detail.strip()
    match kind:
        case "keyring" | "env" if not colon or detail:
            name = detail or parameter
            if kind == "env" and not NAME.fullmatch(name):
                raise ValueError(f"'{name}' is not the name of an environment variable")
            return SecretSource("keyring" if kind == "keyring" else "env", name)
        case "prompt" if not colon:
            return SecretSource("prompt")
        case "command" if detail:
            return SecretSource("command", detail)
        case "keyvault" if match := _VAULT.fullmatch(detail):
            return SecretSource("keyvault", match[2], match[1], match[3] or "")
    known = ", ".join(form for form, _ in KINDS.values())
    hint = did_you_mean(kind, KINDS) if kind not in KINDS else ""
    raise ValueError(f"'{text}' is not a source of secrets{hint or f'; the sources are {known}'}")


def source_of(parameter: Parameter) -> SecretSource | None:
    """The source of a parameter's value; None if its document names none, or one that does not exist."""
    try:
        return parse_source(parameter.secret_from, parameter.name) if parameter.secret_from else None
    except ValueError:
        return None
