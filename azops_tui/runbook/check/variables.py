"""Variables that shell steps use and that nothing sets."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from azops_tui.runbook.check.finding import DocumentFinding
from azops_tui.runbook.model import Runbook, Step, StepKind
from azops_tui.runbook.references import references
from azops_tui.runbook.shell import read
from azops_tui.runbook.suggest import did_you_mean
from azops_tui.runbook.verbs import words as name_set

_SHELL_SETS = name_set("""
    HOME PWD OLDPWD PATH USER LOGNAME SHELL HOSTNAME HOSTTYPE OSTYPE MACHTYPE IFS RANDOM SRANDOM SECONDS LINENO UID EUID
    PPID REPLY PIPESTATUS FUNCNAME BASH BASH_VERSION BASH_SOURCE BASH_REMATCH BASH_LINENO BASHPID BASH_VERSINFO SHLVL
    EPOCHSECONDS EPOCHREALTIME OPTARG OPTIND OPTERR COLUMNS LINES TERM LANG LC_ALL TMPDIR EDITOR PAGER DISPLAY HISTFILE
    MAPFILE READLINE_LINE COPROC GROUPS DIRSTACK BASH_COMMAND BASH_SUBSHELL SHELLOPTS BASHOPTS SUDO_USER XDG_CONFIG_HOME
    AZOPS_RUN AZOPS_RUNBOOK
""")
_SOURCES = re.compile(r"(?:^|[;&|]|&&)[ \t]*(?:source|\.|eval)[ \t]", re.MULTILINE)
_ENVIRON = re.compile(r"""(?:environ(?:\[|\.setdefault\(|\.update\()|putenv\()\s*["']?([A-Za-z_]\w*)""")


@dataclass(slots=True)
class _Names:
    """Names in a step: uses with their rows, and what it sets."""

    uses: list[tuple[str, int]] = field(default_factory=list)
    sets: set[str] = field(default_factory=set)


def unset_variables(runbook: Runbook, environment: Collection[str] = ()) -> Iterator[DocumentFinding]:
    """Report each variable at its first use that no parameter, step or environment sets before.

    Args:
        runbook: the document.
        environment: names that the run's environment has.
    """
    known = {*_SHELL_SETS, *environment, *(parameter.name for parameter in runbook.parameters)}
    reported: set[str] = set()
    own = set(known)
    later = {step.line: _read(step) for step in runbook.steps}
    document = set().union(*(names.sets for names in later.values())) if later else set()
    for step in runbook.steps:
        names = later[step.line]
        # Within a step, functions and loops make the order of lines say little.
        own |= names.sets
        for name, row in names.uses:
            if name in own or name in reported:
                continue
            reported.add(name)
            line = step.line + 1 + row if step.code == step.block.text else step.line
            when = "only a later step sets" if name in document else "nothing sets"
            hint = "" if name in document else did_you_mean(name, own - _SHELL_SETS)
            yield DocumentFinding.warning("unset-variable", line, f"step '{step.name}' uses {name}, which {when}{hint}")


def never_set(documents: Iterable[Runbook], environment: Collection[str]) -> list[tuple[str, Runbook, Step]]:
    """Variables that shell steps use and that nothing in any of the documents sets, once for each step.

    Nothing is reported for documents that read another script, which may set anything.
    """
    books = list(documents)
    steps = [(book, step, _read(step)) for book in books for step in book.steps]
    if any(_SOURCES.search(step.code) for _, step, _ in steps if step.kind is StepKind.SHELL):
        return []
    known = {*_SHELL_SETS, *environment, *(parameter.name for book in books for parameter in book.parameters)}
    known = known.union(*(names.sets for _, _, names in steps))
    uses: dict[tuple[str, Path, int], tuple[str, Runbook, Step]] = {}
    for book, step, names in steps:
        for name, _ in names.uses if step.kind is StepKind.SHELL else ():
            if name not in known:
                uses.setdefault((name, book.path, step.line), (name, book, step))
    return list(uses.values())


def _read(step: Step) -> _Names:
    names = _Names()
    if step.kind is StepKind.NATIVE:
        names.uses = [(name, 0) for name in references(step.native)] if step.native is not None else []
        names.sets |= native_sets(step)
    elif step.kind is StepKind.SHELL and not step.attributes.ssh:
        script = read(step.code)
        names.uses = [(use.name, use.row) for use in script.uses]
        names.sets.update(script.sets)
    elif step.kind is StepKind.PYTHON:
        names.sets |= python_sets(step.code)
    names.sets |= {step.attributes.capture} - {""} | set(step.attributes.env)
    return names


def python_sets(code: str) -> set[str]:
    """Names that a Python step assigns at any depth, or sets in ``os.environ``; the shell has them too."""
    sets = set(_ENVIRON.findall(code))
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return sets
    return sets | {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


def native_sets(step: Step) -> set[str]:
    """Variables that a native step sets: its outputs, its capture, the paths of its keys."""
    body = step.native
    sets = {getattr(body, name, "") for name in ("capture", "public", "private")} - {""}
    outputs = getattr(body, "outputs", None)
    return sets | set(outputs.values() if isinstance(outputs, dict) else ())
