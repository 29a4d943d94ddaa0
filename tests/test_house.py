"""The structure of the package: arrows between rooms, circles of files, class names, sizes of modules."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).parent.parent

ARROWS = {
    "cli": "ui engine replay simulator",
    "ui": "engine replay",
    "engine": "gate azure ssh replay simulator",
    "replay": "journal secrets",
    "gate": "events net",
    "azure": "events",
    "ssh": "events",
    "secrets": "events",
    "journal": "events",
    "events": "runbook arm",
    "simulator": "arm net",
    "net": "",
    "runbook": "",
    "arm": "",
}
"""Room -> rooms one floor below. A room may import every room that it reaches this way, and every ground module."""

DOORS = {"simulator": {f"azops_tui.simulator.{name}" for name in ("endpoint", "lifecycle", "az_config", "fault_specs")}}
"""Room -> its only modules that other rooms may import."""

CONFIGURATION = "azops_tui.azure.profiles"
"""The only module of azure that ui may import: ui reads the cloud itself through events and views."""


def _name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


TREES = {_name(path): ast.parse(path.read_text()) for path in sorted((ROOT / "azops_tui").rglob("*.py"))}
LINES = {_name(path): path.read_text().count("\n") for path in sorted((ROOT / "azops_tui").rglob("*.py"))}


def _imports(module: str) -> set[str]:
    """Modules of the package that a module imports anywhere: at the top, in functions, under TYPE_CHECKING."""
    names = []
    for node in ast.walk(TREES[module]):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{module}: line {node.lineno} has a relative import"
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    imports = set()
    for name in names:
        while name and name not in TREES:
            name = name.rpartition(".")[0]
        imports.add(name)
    return imports - {"", module}


IMPORTS = {module: _imports(module) for module in TREES}


def _room(module: str) -> str:
    """The folder that a module lives in; empty for a ground module."""
    room = [*module.split("."), ""][1]
    return room if (ROOT / "azops_tui" / room).is_dir() else ""


def _below(room: str) -> set[str]:
    return {room, ""}.union(*(_below(lower) for lower in ARROWS[room].split()))


def test_rooms_import_only_what_stands_below_them() -> None:
    wrong = [
        f"{module} imports {target}"
        for module in sorted(IMPORTS)
        for target in sorted(IMPORTS[module])
        if (_room(module), module) != ("", "azops_tui.__main__")
        if _room(target) not in (_below(_room(module)) if _room(module) else {""})
        or (_room(module) != _room(target) and target not in DOORS.get(_room(target), {target}))
        or ((_room(module), _room(target)) == ("ui", "azure") and target != CONFIGURATION)
    ]
    assert not wrong, "\n".join(wrong)


def test_no_circle_of_files() -> None:
    try:
        TopologicalSorter(IMPORTS).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(reversed(error.args[1])))


def test_a_class_name_means_one_thing() -> None:
    homes = defaultdict(list)
    for module, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                homes[node.name].append(module)
    twice = {name: modules for name, modules in homes.items() if len(modules) > 1}
    assert not twice


def test_long_modules_say_why() -> None:
    """Over 400 lines, the module's docstring has a sentence that begins with "Long because"."""
    silent = [m for m, n in LINES.items() if n > 400 and "Long because" not in (ast.get_docstring(TREES[m]) or "")]
    assert not silent
    assert median(LINES.values()) <= 120


def test_the_tree_of_errors_is_complete() -> None:
    """The docstring of ``errors`` names every error for people, below its base."""
    bases = {
        node.name: [base.id for base in node.bases if isinstance(base, ast.Name)]
        for tree in TREES.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    tree: dict[str, str] = {}
    path: list[str] = []
    for indent, name in re.findall(r"^( *)\* (\w+)", ast.get_docstring(TREES["azops_tui.errors"]) or "", re.MULTILINE):
        path = [*path[: len(indent) // 2], name]
        tree[name] = path[-2] if len(path) > 1 else ""
    expected = {name: base for name, known in bases.items() for base in known if base == "AzopsError" or base in tree}
    assert tree == {"AzopsError": ""} | expected
