"""Shell code that certainly only reads, for read-only runs where no fence holds it: on hosts, and on older kernels.

This is a list of what is known to be harmless, not of what is harmful: a command, an option or a construct that is not
in it counts as a change. The classifier of :mod:`azops_tui.runbook.shell_effects` is a forecast; this is a promise.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from azops_tui.runbook.shell import read
from azops_tui.runbook.shell_script import ShellCommand
from azops_tui.runbook.verbs import words as name_set

Words = Sequence[str | None]

_ANY_ARGUMENTS = name_set("""
    : [ [[ basename cat cmp comm cut df diff dirname du echo egrep exit expr false fgrep findmnt free getconf getent
    grep groups head id jq last ls lscpu lsblk lsmod lspci md5sum nproc printenv ps pwd readlink realpath return seq
    sha1sum sha256sum sha512sum sinfo sleep squeue stat tac tail test tr true type uname uptime w wc which who whoami
""")
"""Commands that write nothing and execute nothing, whatever their arguments are."""
_READING_FROM_FILE = re.compile(r"(?<!<)<(?![<(=])")
"""Input from a file, which may be ``/dev/tcp/HOST/PORT``."""
_EVALUATES = re.compile(
    r"/dev/(?:tcp|udp)|\(\(|\$\[|@P\}|\b(?:declare|typeset|let)\b|(?<!\S)-(?:v|eq|ne|lt|le|gt|ge)\b"
)
"""Constructs that evaluate the values of variables, which can hold code, or make one name stand for another."""
_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\+?=.*", re.DOTALL)
_CURL = re.compile(r"-[sSfLiIvG]+|--(?:silent|show-error|fail|location|include|head|verbose|get|compressed)")
_AZ_VERB = re.compile(r"(?:show|list|exists|check)(?:-[a-z0-9-]+)?")
_AZ_OPTIONS = name_set("""
    -g --resource-group -n --name -o --output --query --subscription -s -l --location --resource-type --ids --id
    --only-show-errors --vault-name --namespace --vm-name --vnet-name --vmss-name --cluster-name --registry
    --workspace-name
    --scope --assignee --all --tag --resource-name --instance-id --deployment-name --show-details --account-name
    --server --server-name --nsg-name --nic-name --lb-name --gateway-name --url --uri -u --method -m
""")
_KUBECTL_OPTIONS = name_set("-n --namespace -o --output -l --selector -A --all-namespaces -c --container --tail")


def why_unsure(code: str, may_set: Callable[[str], bool]) -> str:
    """Why shell code may do more than read; empty if it certainly does not.

    Code that certainly only reads writes nothing, connects to nothing but clouds, and executes no other code.

    Args:
        code: the code.
        may_set: whether setting a variable of this name changes nothing but the code's own words.

    Returns:
        The end of a sentence, such as ``'reboot' is not known to only read``.
    """
    script = read(code)
    if script.broken or script.unknown:
        return "the code cannot be read with certainty"
    if script.writes:
        return "it writes to a file"
    if script.functions:
        return "it defines functions"
    if _READING_FROM_FILE.search(code) or _EVALUATES.search(code):
        return "it reads from a file by redirection, or evaluates the values of variables"
    for name in (*(assignment.name for assignment in script.assignments), *script.variables):
        if not may_set(name):
            return f"it sets {name}"
    for command in script.commands:
        if not _is_sure(command, may_set):
            shown = " ".join("…" if word is None else word for word in command.words)
            return f"'{shown[:60]}' is not known to only read"
    return ""


def _is_sure(command: ShellCommand, may_set: Callable[[str], bool]) -> bool:
    return _are_sure(list(command.words), may_set)


def _are_sure(words: list[str | None], may_set: Callable[[str], bool]) -> bool:
    while words and words[0] is not None and (match := _ASSIGNMENT.fullmatch(words[0])):
        if not may_set(match[1]):
            return False
        words.pop(0)
    if not words:
        return True
    name, arguments = words[0], words[1:]
    if name is None:
        return False
    if name in _ANY_ARGUMENTS:
        return True
    if name == "sudo":
        while arguments and arguments[0] in ("-n", "-E", "-H"):
            arguments.pop(0)
        return bool(arguments) and _are_sure(arguments, may_set)
    special = _SPECIAL.get(name)
    if special is not None:
        return special(arguments)
    if name in ("export", "local", "readonly"):
        return all(_sets_ordinary(word, may_set) for word in arguments)
    return False


def _sets_ordinary(word: str | None, may_set: Callable[[str], bool]) -> bool:
    """Whether a word of ``export`` is a name, or an assignment to a name, that may be set."""
    match = re.match(r"[A-Za-z_][A-Za-z0-9_]*(?==|$)", word or "")
    return match is not None and may_set(match[0])


def _without(*forbidden: str) -> Callable[[Words], bool]:
    """A test of arguments: all are literal, and none begins an option with one of these names."""

    def test(words: Words) -> bool:
        return all(word is not None and not word.startswith(forbidden) for word in words)

    return test


def _sort(words: Words) -> bool:
    return all(
        word is not None and (not word.startswith("-") or re.fullmatch(r"-[bdfghnruVz]+", word)) for word in words
    )


def _uniq(words: Words) -> bool:
    return all(word is not None and re.fullmatch(r"-[cdiu]+", word) for word in words)


def _date(words: Words) -> bool:
    return all(word is not None and (word.startswith("+") or word in ("-u", "--utc", "-I", "-R")) for word in words)


def _set(words: Words) -> bool:
    return all(
        word is not None and re.fullmatch(r"[-+][euxo]+|pipefail|errexit|nounset|xtrace", word) for word in words
    )


def _curl(words: Words) -> bool:
    return all(word is not None and (_CURL.fullmatch(word) or re.match(r"https?://", word)) for word in words)


def _options_known(words: Words, known: frozenset[str]) -> bool:
    return all(word is None or not word.startswith("-") or word.partition("=")[0] in known for word in words)


def _az(words: Words) -> bool:
    if not _options_known(words, _AZ_OPTIONS):
        return False
    path: list[str | None] = []
    for word in words:
        if word is not None and word.startswith("-"):
            break
        path.append(word)
    if path == ["rest"]:
        methods = [words[at + 1] for at, word in enumerate(words[:-1]) if word in ("--method", "-m")]
        spelled = any(word is not None and word.startswith(("--method=", "-m=")) for word in words)
        return not spelled and all(method is not None and method.lower() in ("get", "head") for method in methods)
    return bool(path) and None not in path and (path == ["version"] or bool(_AZ_VERB.fullmatch(str(path[-1]))))


def _kubectl(words: Words) -> bool:
    return (
        bool(words)
        and words[0] in ("get", "describe", "logs", "version", "top")
        and _options_known(words, _KUBECTL_OPTIONS)
    )


def _literal(first: str, options: str = "") -> Callable[[Words], bool]:
    """A test of arguments: all are literal, options match a pattern, and the first other word is one of these."""
    pattern, verbs = re.compile(options or r"(?!)"), first.split()

    def test(words: Words) -> bool:
        if None in words:
            return False
        texts = [word for word in words if word is not None]
        plain = [word for word in texts if not word.startswith("-")]
        known = all(pattern.fullmatch(word) for word in texts if word.startswith("-"))
        return known and (not verbs or (bool(plain) and plain[0] in verbs))

    return test


def _ip(words: Words) -> bool:
    texts = [word for word in words if word is not None and not re.fullmatch(r"-(?:br|brief|[46sdojct])", word)]
    if None in words or not texts or any(word.startswith("-") for word in texts):
        return False
    objects = ("a", "addr", "address", "r", "route", "l", "link", "n", "neigh", "rule")
    return texts[0] in objects and (len(texts) == 1 or texts[1] in ("show", "list", "ls", "get"))


_SPECIAL: dict[str, Callable[[Words], bool]] = {
    "printf": _without("-"),
    "sort": _sort,
    "uniq": _uniq,
    "date": _date,
    "set": _set,
    "env": lambda words: not words,
    "hostname": lambda words: all(word in ("-f", "-s", "-i", "-I") for word in words),
    "command": lambda words: len(words) == 2 and words[0] in ("-v", "-V"),
    "curl": _curl,
    "az": _az,
    "kubectl": _kubectl,
    "ip": _ip,
    "ss": _literal("", r"-[tulnpaeimoxrsw46H]+"),
    "systemctl": _literal(
        "status is-active is-enabled is-failed show cat list-units list-unit-files list-timers",
        r"--no-pager|--no-legend|--failed|--all|-a|-l|--full|-q|--quiet|-n\d*|--(?:state|type|property|lines)=.*",
    ),
    "journalctl": _literal(
        "", r"--no-pager|-[bkexr]+|--disk-usage|--list-boots|--(?:unit|lines|since|until|output)=.*"
    ),
    "rpm": _literal("", r"-q[ailfRcd]*|--last|--changelog"),
    "dpkg": _literal("", r"-[lsLS]|--list|--status|--listfiles|--search"),
    "apt-cache": _literal("policy show search madison"),
    "apt": _literal("list show policy search", r"--upgradable|--installed|-a"),
    "docker": lambda words: bool(words) and words[0] in ("ps", "images", "version", "info", "inspect", "logs"),
    "sysctl": lambda words: _literal("", r"-[an]|--all|--values")(words) and not any("=" in (w or "") for w in words),
    "mount": lambda words: not words,
    "crontab": lambda words: list(words) == ["-l"],
    "timedatectl": lambda words: list(words) in ([], ["status"], ["show"]),
    "hostnamectl": lambda words: list(words) in ([], ["status"]),
    "nvidia-smi": lambda words: list(words) in ([], ["-L"], ["-q"]),
}
"""Commands that only read with some arguments."""
