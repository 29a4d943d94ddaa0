"""What to do about a script that failed, by what it said: one case a line, the first that matches counts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

_LINES = 40
"""Lines at the end of what a script wrote that are searched."""


@dataclass(frozen=True, slots=True)
class FailureCase:
    """A case that scripts of operators meet."""

    name: str
    pattern: str
    """What the script says then; searched in the text that it wrote, ignoring case."""
    advice: str
    """What to do, one sentence; ``{0}`` is the first group of the pattern."""
    command: str = ""
    """What the failed command looks like; empty for any."""


_NOT_FOUND = r"(?:^|[\s:'\"]){}: (?:command )?not found|cannot find .*['\"]{}['\"]"


def _missing(program: str, advice: str) -> FailureCase:
    return FailureCase(f"{program} is missing", _NOT_FOUND.format(program, program), advice)


CASES = (
    _missing("az", "Install the Azure CLI (https://aka.ms/azure-cli), and run the step again."),
    _missing("pwsh", "Install PowerShell 7 (https://aka.ms/powershell), or run the step's bash form."),
    _missing("kubectl", "Install it with “az aks install-cli”, and run the step again."),
    _missing("docker", "Install Docker, or run the step where a Docker daemon is."),
    _missing("python", "Use python3, or install Python with that name."),
    FailureCase(
        "program is missing",
        r"(?:^|[\s:])([\w.+-]+): (?:command )?not found",
        "Install {0}, or add its folder to PATH; “azops check” lists what this runbook needs.",
    ),
    FailureCase(
        "not signed in",
        r"run ['\"]?az login|AADSTS\d+|no subscription found|not logged in|refresh token has expired",
        "Sign in with “az login”, and run the step again.",
    ),
    FailureCase(
        "CLI extension is missing",
        r"requires the extension ([\w-]+)|extension add (?:--name|-n) ([\w-]+)",
        "Install it once with “az extension add --name {0}”.",
    ),
    FailureCase(
        "CLI does not know the command",
        r"is misspelled or not recognized|not in the .* command group|unrecognized arguments: (\S+)",
        "Check the spelling with “az find”, or update the CLI with “az upgrade”.",
    ),
    FailureCase(
        "standard input",
        r"EOFError|EOF when reading|NoTTYException|no tty available|not a TTY|unable to prompt|inappropriate ioctl",
        "The step reads standard input, which is closed: pass the value in a variable, add --yes, or mark the step "
        "{{interactive}}.",
    ),
    FailureCase(
        "standard input of read",
        r"",
        "“read” waits for standard input, which is closed: set the variable as a parameter, or mark the step "
        "{{interactive}}.",
        command=r"(?:^|[;|&]\s*)read\b",
    ),
    FailureCase(
        "name is taken",
        r"already ?taken|AlreadyExists|NameNotAvailable|name .* is not available|DnsRecordInUse"
        r"|(?:name|label|record)\b.{0,60} already in use",
        "Choose another name, for example with a random ending: names of this kind are shared by all of Azure.",
    ),
    FailureCase(
        "quota",
        r"QuotaExceeded|exceed(?:s|ing)? (?:the )?(?:approved )?.{0,40}quota|SkuNotAvailable|AllocationFailed",
        "Use fewer or smaller machines or another location, or ask for a higher quota.",
    ),
    FailureCase(
        "policy",
        r"RequestDisallowedByPolicy|disallowed by (?:one or more )?polic",
        "Change what the policy objects to, or ask its owner for an exemption.",
    ),
    FailureCase(
        "no role",
        r"AuthorizationFailed|does not have authorization|Forbidden",
        "Ask an owner for a role that allows it on this scope; a new assignment takes some minutes.",
    ),
    FailureCase(
        "provider is not registered",
        r"MissingSubscriptionRegistration.*?namespace '([\w.]+)'",
        "Register it once with “az provider register --namespace {0} --wait”.",
    ),
    FailureCase(
        "does not exist",
        r"Resource(?:Group)?NotFound|could not be found|was not found",
        "Check name, group and subscription: a step before this one creates it, or it is elsewhere.",
    ),
    FailureCase(
        "name resolution",
        r"could not resolve host:? ?(\S*)|name or service not known|temporary failure in name resolution",
        "Check the name and the network, VPN and proxy (HTTPS_PROXY).",
    ),
    FailureCase(
        "host key",
        r"host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED",
        "Compare the host's key with the one you know, then correct known_hosts.",
    ),
    FailureCase(
        "SSH sign-in",
        r"Permission denied \(publickey",
        "The host does not accept this key: check the user and the key.",
    ),
    FailureCase(
        "Docker daemon",
        r"cannot connect to the docker daemon",
        "Start Docker, or allow this user to use it (group docker).",
    ),
    FailureCase("port is in use", r"address already in use", "Stop the program that has the port, or use another one."),
    FailureCase("connection", r"connection refused", "Check that the service is running, and its address and port."),
    FailureCase("disk is full", r"no space left on device", "Free disk space, and run the step again."),
    FailureCase(
        "variable is not set", r"(\w+): unbound variable", "Set {0} in a step before this one, or with --set {0}=VALUE."
    ),
    FailureCase("permission", r"permission denied|EACCES", "Check the owner and the mode of what it names."),
    FailureCase(
        "path",
        r"no such file or directory",
        "Check the path: it starts at the document's folder, unless a step went elsewhere with cd.",
    ),
)


def advise_script(written: str, command: str = "", status: int | None = None) -> str:
    """What to do about a script's failure; empty if its case is not known.

    Args:
        written: what the script wrote, standard error last.
        command: the command that failed, if it is known.
        status: its exit status.
    """
    end = "\n".join(written.splitlines()[-_LINES:])
    for case, pattern, needed in _compiled():
        if needed is not None and not needed.search(command):
            continue
        match = pattern.search(end)
        if match is not None:
            groups = [group for group in match.groups() if group] or [""]
            return case.advice.format(*groups)
    if status == 137:
        return "The command was killed, perhaps for want of memory: give it less to do, or run it elsewhere."
    return ""


@cache
def _compiled() -> tuple[tuple[FailureCase, re.Pattern[str], re.Pattern[str] | None], ...]:
    return tuple(
        (
            case,
            re.compile(case.pattern, re.IGNORECASE | re.MULTILINE),
            re.compile(case.command, re.MULTILINE) if case.command else None,
        )
        for case in CASES
    )
