"""Fixtures and settings of all tests. Each test has its own home, so it never sees or changes its user's files."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("fuzz", print_blob=True)
settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady")  # --hypothesis-profile=fuzz explores instead: make fuzz


@pytest.fixture(autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of the test's own, with the XDG folders in it. Returns it."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    for name, folder in (
        ("CONFIG", ".config"),
        ("STATE", ".local/state"),
        ("DATA", ".local/share"),
        ("CACHE", ".cache"),
    ):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(home / folder))
    for name in ("AZOPS_CLOUD", "SSH_CONNECTION", "SSH_TTY", "NO_COLOR", "TEXTUAL_FPS", "AZURE_CONFIG_DIR"):
        monkeypatch.delenv(name, raising=False)
    return home
