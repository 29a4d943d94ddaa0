"""What loading the engine loads: nothing of the SDK, of SSH or of the keyring before a step needs it."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("azure", "asyncssh", "aiohttp", "cryptography", "keyring", "jmespath", "tree_sitter", "textual", "jinja2")


@pytest.mark.parametrize(
    "module", ["engine.run", "engine.watch", "engine.cloud", "engine.open", "events.records", "events.run_view"]
)
def test_loading_it_loads_nothing_heavy(module: str) -> None:
    code = (
        f"import sys, azops_tui.{module}\n"
        f"print(*sorted({{name.split('.')[0] for name in sys.modules}} & set({HEAVY!r})))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
