"""``docs/walk.md`` names functions that exist, and the way of a deploy step stays short."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
WALK = (ROOT / "docs" / "walk.md").read_text()


def _definitions(file: Path) -> set[str]:
    """``function`` and ``Class.method`` for each definition of a module."""
    names = set()
    for node in ast.parse(file.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        if isinstance(node, ast.ClassDef):
            names |= {f"{node.name}.{item.name}" for item in node.body if hasattr(item, "name")}
    return names


def test_every_function_and_file_of_the_walk_exists() -> None:
    missing = []
    for path, function in re.findall(r"`([\w/]+\.py)(?::([\w.]+))?`", WALK):
        file = ROOT / path if path.startswith("tests/") else ROOT / "azops_tui" / path
        if not file.is_file() or (function and function not in _definitions(file)):
            missing.append(f"{path}:{function}")
    assert not missing
    assert all(
        (ROOT / "azops_tui" / folder).is_dir() for folder in re.findall(r"`([\w/]+)/`", WALK) if folder != "azops_tui"
    )


def test_a_deploy_step_takes_at_most_24_calls() -> None:
    [way] = re.findall(r"^## A deploy step.*?(?=^## )", WALK, re.MULTILINE | re.DOTALL)
    numbers = [int(number) for number in re.findall(r"^(\d+)\. `", way, re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert 15 < len(numbers) <= 24
