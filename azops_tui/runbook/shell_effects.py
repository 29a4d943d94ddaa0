"""Effects of shell code, read from its syntax tree.

A command whose effect the code does not show (a command in a variable, a script in a file) counts as a change.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from azops_tui.runbook.foreign import powershell_effect, python_effect
from azops_tui.runbook.model import Effect
from azops_tui.runbook.shell import read
from azops_tui.runbook.shell_script import ShellCommand, ShellScript
from azops_tui.runbook.tools import QUIET, tool_effect
from azops_tui.runbook.verbs import Words, union
from azops_tui.runbook.verbs import words as name_set

R, M, D = Effect.READS, Effect.MUTATES, Effect.DESTROYS
_DEEP = 8
"""Levels of ``bash -c "ssh host '…'"`` that are read; beyond, it counts as a change."""

SHELLS = frozenset({"bash", "sh", "zsh", "dash", "ksh"})
_INTERPRETERS = frozenset({"python", "python3", "perl", "ruby", "node", "php", "pwsh", "powershell", "Rscript"})
_PYTHON_MODULES = frozenset(
    {"json.tool", "venv", "pip", "http.server", "zipfile", "tarfile", "pytest", "timeit", "site"}
)
_WRAPPERS: dict[str, str] = {
    "sudo": "-u -g -h -p -C -D -R -T --user --group",
    "doas": "-u -C",
    "env": "-u -C -S --unset --chdir",
    **dict.fromkeys(("!", "function", "if", "then", "elif", "else", "do", "while", "until", "coproc"), ""),
    "nohup": "",
    "setsid": "",
    "time": "-f -o",
    "nice": "-n",
    "ionice": "-c -n -p",
    "stdbuf": "-i -o -e",
    "command": "",
    "builtin": "",
    "exec": "-a",
    "xargs": "-I -i -n -P -L -l -d -a -s -E --max-args --max-procs --replace --delimiter --max-lines --arg-file",
    "parallel": "-j --jobs -n -N --colsep -a",
    "timeout": "-s -k --signal --kill-after",
    "watch": "-n -d --interval",
    "retry": "",
}
"""Commands that run the command in their arguments, with those of their options that take a value.

Reserved words are among them for code that the grammar reads in another way than the shell does."""
_SSH_VALUES = name_set("-b -c -D -E -e -F -I -i -J -L -l -m -O -o -p -Q -R -S -W -w")
_AWK_ACTS = re.compile(r"system|[|>]|^-(?:f|i|l|E)|^--(?:file|include|load|exec)")
"""Words with which awk runs commands, writes files, or reads a program that is not shown."""
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=.*", re.DOTALL)


@dataclass(slots=True)
class Definitions:
    """Functions, aliases and variables that earlier steps define and later steps use."""

    functions: dict[str, list[ShellCommand]] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str | None] = field(default_factory=dict)

    def learn(self, script: ShellScript) -> None:
        self.functions.update(script.functions)
        self.variables.update(script.variables)


def shell_effect(code: str, known: Definitions | None = None) -> Effect:
    """Effects of shell code on this machine and beyond; ``known`` gains its definitions."""
    return ShellClassifier(known or Definitions()).script(code)


def remote_effect(code: str) -> Effect:
    """Effects of shell code on another host, where every command that does not only read is a change."""
    return ShellClassifier(Definitions(), remote=True).script(code)


class ShellClassifier:
    """Reads the effects of shell code, command by command."""

    def __init__(
        self,
        known: Definitions,
        *,
        remote: bool = False,
        depth: int = 0,
        variables: Mapping[str, str] | None = None,
    ) -> None:
        self._known = known
        self._variables = variables
        self.deletions: list[Words] = []
        """Commands that delete, as words."""
        self.is_whole = True
        """True if `deletions` has all of them, with words that mean what they say on this machine."""
        self._remote = remote
        self._depth = depth
        self._calling: set[str] = set()
        self._function_effects: dict[str, Effect] = {}
        """Effects of functions that were read already."""
        self._input = ShellCommand(())
        """The command being read; a shell without a script reads its input."""

    def script(self, code: str) -> Effect:
        if not code.strip():
            return Effect.NONE
        if self._depth > _DEEP:
            return M
        script = read(code, self._variables)
        self._known.learn(script)
        self._function_effects.clear()
        if script.broken or self._remote:
            self.is_whole = False
        try:
            return self._script(script, code)
        except RecursionError:
            self.is_whole = False
            return M

    def _script(self, script: ShellScript, code: str) -> Effect:
        effect = union(self._command(command) for command in script.commands)
        if script.writes and self._remote:
            effect |= M
        if script.unknown:
            effect |= M
        if script.broken:
            effect |= self._fragments(code)
        if script.broken and not effect:
            return M
        return effect or (R if script.variables or script.functions else Effect.NONE)

    def _fragments(self, code: str) -> Effect:
        """Effects of code that the grammar cannot read whole: each piece between separators, word by word."""
        joined = re.sub(r"\\\r?\n", " ", code)
        total = Effect.NONE
        for piece in re.split(r"[;&|\n(){}`]+|\$\(", joined):
            words = piece.split()
            if words and not words[0].startswith("#"):
                total |= self._words([word.strip("\"'") for word in words])
        return total

    def _nested(self, code: str | None, *, remote: bool = False) -> Effect:
        if code is None:
            self.is_whole = False
            return M
        # What a nested shell has for a variable is not known: it has only those that are exported.
        inner = ShellClassifier(self._known, remote=remote or self._remote, depth=self._depth + 1)
        effect = inner.script(code)
        self.deletions += inner.deletions
        self.is_whole = self.is_whole and inner.is_whole
        return effect

    def _command(self, command: ShellCommand) -> Effect:
        words = command.words
        if not words:
            return Effect.NONE
        self._input = command
        return self._words(words)

    def _words(self, words: Words) -> Effect:
        first, rest = words[0], words[1:]
        if first is None:
            self.is_whole = False
            return M
        if _ASSIGNMENT.fullmatch(first) or not first.strip("{ "):
            return self._words(rest) if rest else R
        if first.lstrip('"').startswith("$"):
            return self._variable(first, rest)
        name = first.rpartition("/")[2] if first.startswith(("/bin/", "/usr/", "/sbin/", "/opt/")) else first
        if name in self._known.functions:
            return self._function(name)
        if name in self._known.aliases:
            expansion = self._known.aliases.pop(name)  # an alias is not expanded within itself
            effect = self._words([*expansion.split(), *rest]) if expansion.split() else R
            self._known.aliases[name] = expansion
            return effect
        return self._named(name, rest)

    def _variable(self, word: str, rest: Words) -> Effect:
        value = self._known.variables.get(word.strip('${}"'))
        if value is None or not value.split() or value.startswith("$"):
            return M
        return self._words([*value.split(), *rest])

    def _function(self, name: str) -> Effect:
        if name in self._calling:
            return Effect.NONE
        if name in self._function_effects:
            return self._function_effects[name]
        self._calling.add(name)
        effect = union(self._command(command) for command in self._known.functions[name]) or R
        self._calling.discard(name)
        self._function_effects[name] = effect
        return effect

    def _named(self, name: str, words: Words) -> Effect:
        if name == "alias":
            for word in words:
                key, equals, value = (word or "").partition("=")
                if equals:
                    self._known.aliases[key] = value
            return R
        if name in _WRAPPERS:
            if name == "env" and any(word is None or word.startswith(("-S", "--split")) for word in words):
                return M  # a string that is divided into a command
            return self._wrapped(name, words)
        if name in {"awk", "gawk", "mawk", "nawk"} and any(word is None or _AWK_ACTS.search(word) for word in words):
            return M
        if name in SHELLS:
            return self._shell(words)
        if name in {"eval", "trap"}:
            code = None if None in words else " ".join(str(word) for word in (words if name == "eval" else words[:1]))
            return self._nested(code) if words else R
        if name in {"source", "."}:
            self.is_whole = False
            return M
        if name == "ssh":
            return self._ssh(words)
        effect: Effect | None
        if name == "az" and words and words[0] in {"account", "cloud", "login"} and words[1:2] != ["show"]:
            self.is_whole = False  # what follows may act on another subscription
        if name == "find":
            effect = self._find(words)
        elif name in _INTERPRETERS:
            effect = self._interpreter(name, words)
        else:
            effect = tool_effect(name, words)
        if effect is not None:
            if D in effect:
                self.deletions.append((name, *words))
            return effect
        if "/" in name:
            return M  # a script: it may do anything
        return R if not self._remote or name in QUIET else M

    def _wrapped(self, name: str, words: Words) -> Effect:
        values = _WRAPPERS[name].split()
        rest = list(words)
        positional = name in {"timeout", "function"}
        if name == "command" and rest and rest[0] in {"-v", "-V"}:
            return R
        while rest:
            word = rest[0]
            if word is None:
                return M
            if word == "--":
                rest.pop(0)
                break
            if word.startswith("-") and len(word) > 1:
                del rest[: 2 if word in values else 1]
            elif name in {"env", "sudo"} and _ASSIGNMENT.fullmatch(word):
                rest.pop(0)
            elif positional or word.isdigit():
                positional = False  # the duration, the function's name, or the value of an option that is not known
                rest.pop(0)
            else:
                break
        if not rest:
            return R
        if name == "watch" and len(rest) == 1:
            return self._nested(rest[0])
        return self._words(rest)

    def _shell(self, words: Words) -> Effect:
        for at, word in enumerate(words):
            if word is not None and re.fullmatch(r"-[a-z]*c[a-z]*", word):
                return self._nested(words[at + 1] if at + 1 < len(words) else None)
        if _names_script(words):
            return M
        return self._read_by_shell() or R

    def _read_by_shell(self, *, remote: bool = False) -> Effect:
        """Effects of a shell without a script, which executes its input; NONE without input."""
        if self._input.document:
            return self._nested(self._input.document, remote=remote)
        return M if self._input.piped else Effect.NONE

    def _ssh(self, words: Words) -> Effect:
        rest = list(words)
        while rest and rest[0] is not None and rest[0].startswith("-"):
            del rest[: 2 if rest[0] in _SSH_VALUES else 1]
        remote = rest[1:]
        while remote and remote[0] is not None and remote[0].startswith("-"):
            del remote[: 2 if remote[0] in _SSH_VALUES else 1]
        if not remote:
            return self._read_by_shell(remote=True) or M
        if None in remote:
            return M
        return self._nested(" ".join(str(word) for word in remote), remote=True)

    def _find(self, words: Words) -> Effect:
        total = D if "-delete" in words else R
        for at, word in enumerate(words):
            if word in {"-exec", "-execdir", "-ok", "-okdir"} and at + 1 < len(words):
                inner = self._words(words[at + 1 :])
                total |= D if inner & M and words[at + 1] == "rm" else inner
        return total

    def _interpreter(self, name: str, words: Words) -> Effect:
        if not words:
            return self._read_by_shell() or R
        if words[0] in {"--version", "-V", "--help"}:
            return R
        if name.startswith("python"):
            if words[0] == "-m" and len(words) > 1:
                return R if words[1] in _PYTHON_MODULES else M
            if words[0] == "-c" and len(words) > 1 and words[1] is not None:
                return python_effect(words[1], shell_effect)
        if name in {"pwsh", "powershell"}:
            for at, word in enumerate(words[:-1]):
                code = words[at + 1]
                if word is not None and word.casefold() in {"-c", "-command"} and code is not None:
                    return powershell_effect(code, shell_effect)
        return M


def _names_script(words: Words) -> bool:
    """True if the arguments of a shell name a script."""
    return any(word is None or not word.startswith("-") for word in words)
