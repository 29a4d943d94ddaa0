"""What a person is told of documents before trusting them: what their steps do, with what, to whom."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from azops_tui.engine.cloud import program_names
from azops_tui.engine.environment_rules import VariableRule, rule
from azops_tui.runbook.model import Effect, Runbook, Step, StepKind
from azops_tui.runbook.references import has_reference
from azops_tui.runbook.shell import read
from azops_tui.sanitise import clean

_MOST = 12
"""Number of names in a line."""
_URL = re.compile(r"\bhttps?://(?:[^\s/@'\"]*@)?([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])")
_FILES = ("template", "parameters", "file")
"""Fields of native steps that name files which decide what is done."""


def trust_lines(documents: Sequence[Runbook]) -> tuple[str, ...]:
    """Lines about documents: classes of steps, tools, hosts, variables, secrets, and files from elsewhere."""
    steps = [step for document in documents for step in document.steps if not step.runnable]
    parameters = [parameter for document in documents for parameter in document.parameters]
    names = {parameter.name for parameter in parameters}
    names.update(name for step in steps for name in (*step.attributes.env, *_set_by_code(step)))
    risky = sorted(name for name in names if rule(name) is not VariableRule.ORDINARY)
    lines = [f"{_counted(len(steps), 'step')}: {_classes(steps)}." if steps else "No steps."]
    for title, values in (
        ("Documents", [clean(document.path.name) for document in documents[1:]]),
        ("Tools", _by_use(name for step in steps for name in _tools(step))),
        ("Hosts", _by_use(host for step in steps for host in _hosts(step))),
        ("Variables that change how commands run", risky),
        ("Variables", sorted(names - set(risky))),
        ("Secrets", [f"{p.name} ({p.secret_from or 'asked for'})" for p in parameters if p.type == "secret"]),
        ("Commands before the first step", [p.source for p in parameters if p.source.startswith("command:")]),
        ("Files from outside its folder", [str(path) for path in outside_files(documents)]),
    ):
        if values:
            more = f" and {len(values) - _MOST} more" if len(values) > _MOST else ""
            lines.append(f"{title}: {', '.join(map(clean, values[:_MOST]))}{more}")
    return tuple(lines)


def outside_files(documents: Iterable[Runbook]) -> list[Path]:
    """Templates, parameter files and prerequisites outside the folder and the repository of the first document.

    Prerequisites from the web are left out: they are trusted by themselves.
    """
    books = list(documents)
    home = _home(books[0].path.resolve().parent) if books else Path()
    paths: dict[Path, None] = {}
    for book in books:
        fetched = {link.path.resolve() for link in book.prerequisites if link.url}
        linked = [link.path for link in book.prerequisites if not link.url]
        for path in (*linked, *(path for step in book.steps for path in _files(step, book.path.resolve().parent))):
            resolved = path.resolve()
            if not resolved.is_relative_to(home) and resolved not in fetched:
                paths[resolved] = None
    return list(paths)


def _home(folder: Path) -> Path:
    """The repository that a folder is in, or the folder itself."""
    return next((parent for parent in (folder, *folder.parents) if (parent / ".git").exists()), folder)


def _files(step: Step, folder: Path) -> Iterator[Path]:
    if step.native is None:
        return
    fields = msgspec.to_builtins(step.native)
    for name in _FILES:
        value = fields.get(name)
        for text in value if isinstance(value, list) else [value]:
            if isinstance(text, str) and text and not has_reference(text):
                yield folder / Path(text).expanduser()


def _classes(steps: Sequence[Step]) -> str:
    kinds = Counter(
        "deletes something"
        if Effect.DESTROYS in step.effects
        else "changes something"
        if Effect.MUTATES in step.effects
        else "only reads"
        for step in steps
    )
    return ", ".join(
        f"{kinds[kind]} {kind if kinds[kind] == 1 else kind.replace('s ', ' ', 1).replace('reads', 'read')}"
        for kind in ("only reads", "changes something", "deletes something")
        if kinds[kind]
    )


def _tools(step: Step) -> Iterable[str]:
    if step.kind is StepKind.NATIVE:
        return [f"azops {step.native_kind}"]
    if step.kind is StepKind.SHELL:
        return program_names(step)
    return [step.label]


def _set_by_code(step: Step) -> Iterable[str]:
    return read(step.code).sets if step.kind is StepKind.SHELL else ()


def _hosts(step: Step) -> Iterator[str]:
    yield from _URL.findall(step.code)
    hosts = step.attributes.ssh or getattr(step.native, "hosts", "")
    for host in [hosts] if isinstance(hosts, str) else hosts or ():
        if host:
            yield str(host)


def _by_use(names: Iterable[str]) -> list[str]:
    """Names, the most used first."""
    return [name for name, _ in Counter(names).most_common()]


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"
