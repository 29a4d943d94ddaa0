"""Effects of the commands of cloud tools, by their verbs.

The sets name verbs, not commands: ``az`` has thousands of commands and a few dozen verbs. A verb that is not known
counts as a change, so that a mistake asks once too often and never once too seldom.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from azops_tui.runbook.model import Effect

Words = Sequence[str | None]
"""Words of a command; None for a word whose value only the shell can tell."""


def words(text: str) -> frozenset[str]:
    """The words of a text; ``_`` within one stands for a space."""
    return frozenset(word.replace("_", " ") for word in text.split())


READING = words("""
    browse can check count describe diff display download exists explain export find format get help history info
    inspect list locations logs lookup ls outbound preview print query search show stat stats status tail top tree
    url usage validate verify version view wait watch what whoami
""")
"""A verb reads when it, or its part before the first hyphen, is one of these: ``list-skus``, ``get-credentials``."""
DESTROYING = words("""
    clear delete destroy down drop erase flush prune purge reimage remove rm terminate uninstall wipe
""")
_PATH_WORD = re.compile(r"[a-z][a-z0-9-]*")
_AZ_LOCAL = words("""
    bicep cache cloud config configure demo extension feedback find interactive login logout self-test style
    survey upgrade version
""")
"""Command groups of ``az`` that only affect the machine and the signed-in session."""
_AZ_VALUES = frozenset({"-o", "--output", "--query", "--subscription"})
"""Options of every ``az`` command that take a value; they may stand before its name."""
_AZ_LOCAL_COMMANDS = frozenset({"account set", "account clear", "aks install-cli", "acr login"})


def verb_effect(verb: str | None) -> Effect:
    """Effect of a verb; a verb that is unknown or not literal mutates."""
    if verb is None:
        return Effect.MUTATES
    first = verb.casefold().partition("-")[0]
    if first in DESTROYING:
        return Effect.DESTROYS
    return Effect.READS if first in READING else Effect.MUTATES


def union(effects: Iterable[Effect]) -> Effect:
    total = Effect.NONE
    for effect in effects:
        total |= effect
    return total


def option(words: Words, *names: str) -> list[str | None]:
    """Values of an option written ``--name value``, ``--name=value`` or (one letter) ``-nvalue``."""
    values: list[str | None] = []
    for at, word in enumerate(words):
        if word is None:
            continue
        if word in names:
            values.append(words[at + 1] if at + 1 < len(words) else None)
            continue
        for name in names:
            if name.startswith("--") and word.startswith(f"{name}="):
                values.append(word[len(name) + 1 :])
            elif len(name) == 2 and word.startswith(name) and not word.startswith("--"):
                values.append(word[2:].removeprefix("="))
    return values


def method_effect(method: str | None) -> Effect:
    """Effect of a request by its HTTP method."""
    name = (method or "").upper()
    if name in {"GET", "HEAD", "OPTIONS", "TRACE"}:
        return Effect.READS
    return Effect.DESTROYS if name == "DELETE" else Effect.MUTATES


def command_path(words: Words) -> list[str | None]:
    """The words of a command's name: those before the first option or value; None for one that is not literal.

    Names of things that follow the verb without an option (``delete mine``) cannot be told from it and are in it too.
    """
    path: list[str | None] = []
    for word in words:
        if word is None:
            return [*path, None]
        if not _PATH_WORD.fullmatch(word):
            break
        path.append(word)
    return path


def path_effect(path: list[str | None]) -> Effect:
    """Effect of a command by its name: a destroying word counts anywhere, a reading one at the end."""
    known = [word for word in path if word is not None]
    if any(verb_effect(word) is Effect.DESTROYS for word in known[1:] or known):
        return Effect.DESTROYS
    return verb_effect(known[-1]) if known else Effect.MUTATES


def az_effect(words: Words) -> Effect:
    """Effect of an ``az`` command; ``words`` are those after ``az``."""
    if any(word in {"--help", "-h"} for word in words):
        return Effect.READS
    start = 0
    while start < len(words) and (words[start] or "").startswith("-"):
        start += 2 if words[start] in _AZ_VALUES else 1
    words = words[start:]
    path = command_path(words)
    if not path:
        return Effect.MUTATES if words else Effect.READS
    if path[0] in _AZ_LOCAL or " ".join(word or "" for word in path[:2]) in _AZ_LOCAL_COMMANDS:
        return Effect.READS
    if path[0] == "rest":
        return union(method_effect(method) for method in option(words, "--method", "-m") or ["get"])
    effect = path_effect(path)
    modes = option(words, "--mode") if path[0] in {"deployment", "group"} else []
    unmanage = option(words, "--action-on-unmanage", "--aou")
    if effect is Effect.MUTATES and (
        any((mode or "complete").casefold() == "complete" for mode in modes)
        or any((action or "delete").casefold().startswith("delete") for action in unmanage)
    ):
        return Effect.DESTROYS
    return effect


def cloud_effect(words: Words) -> Effect:
    """Effect of another cloud tool's command, in which names may follow the verb."""
    if option(words, "-X", "--method", "--request"):
        return union(method_effect(method) for method in option(words, "-X", "--method", "--request"))
    plain = [word for word in words if word is None or _PATH_WORD.fullmatch(word)]
    path = command_path(words)
    effects = [verb_effect(word) for word in path or plain]
    if Effect.DESTROYS in effects:
        return Effect.DESTROYS
    # Where options come first, a word that reads may be one's value.
    return Effect.READS if not plain or (path and Effect.READS in effects) else Effect.MUTATES
