"""Profiles: cloud, subscription, credential, and whether changes are allowed.

A profile is a table ``[profiles.NAME]`` of ``config.toml``. Four always exist: ``local`` (the simulator), ``public``,
``usgov`` and ``china``; a table of the same name overrides one. Nothing of the SDK is imported here.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from pathlib import Path
from typing import Any, Literal, get_args

import msgspec

from azops_tui import paths
from azops_tui.errors import AzopsError

CloudName = Literal["public", "usgov", "china", "local"]
CredentialName = Literal["default", "cli", "device", "browser", "environment", "managed", "workload", "principal"]


class Endpoints(msgspec.Struct, frozen=True, kw_only=True):
    """Endpoints of an Azure cloud."""

    manager: str
    """URL of the resource manager, without a slash at the end."""
    authority: str
    """URL of the token service, without a slash at the end."""
    scope: str
    """Scope of a token for the resource manager."""
    portal: str
    """URL of the Azure portal; empty if the cloud has none."""
    az_name: str
    """Name of the cloud in ``az cloud``."""
    vaults: str
    """Domain of its key vaults."""


CLOUDS: dict[CloudName, Endpoints] = {
    "public": Endpoints(
        manager="https://management.azure.com",
        authority="https://login.microsoftonline.com",
        scope="https://management.azure.com/.default",
        portal="https://portal.azure.com",
        az_name="AzureCloud",
        vaults="vault.azure.net",
    ),
    "usgov": Endpoints(
        manager="https://management.usgovcloudapi.net",
        authority="https://login.microsoftonline.us",
        scope="https://management.core.usgovcloudapi.net/.default",
        portal="https://portal.azure.us",
        az_name="AzureUSGovernment",
        vaults="vault.usgovcloudapi.net",
    ),
    "china": Endpoints(
        manager="https://management.chinacloudapi.cn",
        authority="https://login.chinacloudapi.cn",
        scope="https://management.core.chinacloudapi.cn/.default",
        portal="https://portal.azure.cn",
        az_name="AzureChinaCloud",
        vaults="vault.azure.cn",
    ),
}
"""Endpoints of the real clouds; that of the local cloud is known once it runs."""


class Profile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A named choice of cloud, subscription and credential."""

    name: str
    cloud: CloudName
    subscription: str = ""
    """Id or name of the subscription; if empty, the only one or the default of ``az``."""
    tenant: str = ""
    """Id or domain of the Entra tenant; if empty, that of the credential."""
    read_only: bool = False
    """True to reject every change."""
    gate: bool = True
    """False where TLS must not be ended: requests are neither decided on nor recorded, so a run cannot be read-only."""
    production: bool = False
    """True to show the cloud in red and to require typed, not pasted, confirmation of deletions."""
    credential: CredentialName = "default"
    """``default`` is the credential of the environment if set, else that of ``az``."""
    client_id: str = ""
    """Id of the application of a ``principal``, or of the identity of a ``managed`` or ``workload`` credential."""
    secret: str = ""
    """Name under which ``azops secret`` keeps the secret of a ``principal``."""
    certificate: str = ""
    """Path of the PEM or PFX file with the certificate of a ``principal``, and its key."""


class ProfileProblem(msgspec.Struct, frozen=True, kw_only=True):
    """A mistake in the configuration file."""

    path: str
    line: int
    """From 1; 0 if the problem has no line."""
    message: str
    profile: str = ""
    """Name of the profile; empty for a problem of the whole file."""

    def __str__(self) -> str:
        """``PATH:LINE: message``."""
        return f"{self.path}:{self.line}: {self.message}" if self.line else f"{self.path}: {self.message}"


class ProfileError(AzopsError):
    """A profile cannot be used; ``problems`` has the mistakes with their lines."""

    def __init__(self, message: str, problems: tuple[ProfileProblem, ...] = ()) -> None:
        super().__init__(message)
        self.problems = problems


BUILT_IN: dict[str, Profile] = {
    "local": Profile(name="local", cloud="local"),
    "public": Profile(name="public", cloud="public"),
    "usgov": Profile(name="usgov", cloud="usgov"),
    "china": Profile(name="china", cloud="china"),
}
"""Profiles that exist without a configuration file."""


def read_profiles(path: Path | None = None) -> tuple[dict[str, Profile], list[ProfileProblem]]:
    """Read the valid profiles and the problems of the others. A missing file counts as an empty one.

    Args:
        path: the configuration file; ``config.toml`` of the configuration folder by default.
    """
    path = path or paths.config() / "config.toml"
    profiles = dict(BUILT_IN)
    try:
        text = path.read_bytes().decode()
    except FileNotFoundError:
        return profiles, []
    except UnicodeDecodeError as error:
        return profiles, [_problem(path, 0, f"the file is not UTF-8: byte {error.start} cannot be read")]
    except OSError as error:
        return profiles, [_problem(path, 0, f"the file cannot be read: {error.strerror or error}")]
    try:
        tables = tomllib.loads(text).get("profiles", {})
    except tomllib.TOMLDecodeError as error:
        return profiles, [_toml_problem(path, text, error)]
    if not isinstance(tables, dict):
        line = _line(text, r"^\s*profiles\s*=")
        return profiles, [_problem(path, line, "“profiles” must be tables, as in [profiles.production]")]
    problems: list[ProfileProblem] = []
    for name, table in tables.items():
        mistakes = _check(path, text, name, table)
        if mistakes:
            problems += mistakes
            profiles.pop(name, None)
        else:
            base = BUILT_IN.get(name)
            profiles[name] = msgspec.convert(
                {"cloud": base.cloud if base else "public", **table, "name": name}, Profile
            )
    return profiles, problems


def profile(name: str, path: Path | None = None) -> Profile:
    """Return the profile of this name; problems of other profiles do not matter.

    Raises:
        ProfileError: the profile does not exist or is not valid.
    """
    profiles, problems = read_profiles(path)
    # A file that cannot be read might forbid changes in any profile but the local one, where nothing can be lost.
    whole = [problem for problem in problems if not problem.profile]
    mine = [problem for problem in problems if problem.profile == name]
    if mine or (whole and name != "local"):
        raise ProfileError("\n".join(map(str, mine or whole)), tuple(mine or whole))
    try:
        return profiles[name]
    except KeyError:
        near = difflib.get_close_matches(name, profiles, 1)
        hint = f"; did you mean “{near[0]}”?" if near else f"; known profiles are {', '.join(sorted(profiles))}"
        raise ProfileError(f"profile “{name}” does not exist{hint}") from None


def _check(path: Path, text: str, name: str, table: Any) -> list[ProfileProblem]:
    header = _line(text, rf"^\s*\[\s*profiles\s*\.\s*[\"']?{re.escape(name)}[\"']?\s*\]") or _line(
        text, re.escape(name)
    )
    if not isinstance(table, dict):
        return [_problem(path, header, f"the profile must be a table, as in [profiles.{name}]", name)]
    kinds: dict[str, Any] = {
        "cloud": CloudName,
        "subscription": str,
        "tenant": str,
        "read_only": bool,
        "gate": bool,
        "production": bool,
        "credential": CredentialName,
        "client_id": str,
        "secret": str,
        "certificate": str,
    }
    problems = []
    for key, value in table.items():
        line = _line(text, rf"^\s*[\"']?{re.escape(key)}[\"']?\s*=", header) or header
        if key not in kinds:
            near = difflib.get_close_matches(key, kinds, 1)
            hint = f"did you mean “{near[0]}”?" if near else f"known keys are {', '.join(kinds)}"
            problems.append(_problem(path, line, f"unknown key “{key}”; {hint}", name))
            continue
        choices = get_args(kinds[key])
        if choices and value not in choices:
            allowed = ", ".join(choices)
            problems.append(_problem(path, line, f"{key} must be one of {allowed}, not {value!r}", name))
        elif not choices and not isinstance(value, kinds[key]):
            allowed = "true or false" if kinds[key] is bool else "text in quotes"
            problems.append(_problem(path, line, f"{key} must be {allowed}, not {value!r}", name))
    return problems


def _toml_problem(path: Path, text: str, error: tomllib.TOMLDecodeError) -> ProfileProblem:
    """The parser's message, with the line moved out of the sentence."""
    message = str(error)
    where = re.search(r"\s*\(at (?:line (\d+), column \d+|end of document)\)", message)
    line = int(where[1]) if where and where[1] else len(text.splitlines())
    return _problem(path, line, f"the file is not TOML: {message[: where.start()] if where else message}")


def _line(text: str, pattern: str, after: int = 0) -> int:
    """Number of the first line after line ``after`` that matches the pattern; 0 if none does."""
    for number, line in enumerate(text.splitlines(), 1):
        if number > after and re.search(pattern, line):
            return number
    return 0


def _problem(path: Path, line: int, message: str, profile: str = "") -> ProfileProblem:
    if profile:
        message = f"profile “{profile}”: {message}"
    return ProfileProblem(path=str(path), line=line, message=message, profile=profile)
