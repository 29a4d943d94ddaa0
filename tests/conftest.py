"""Fixtures and settings of all tests. Each test has its own home, so it never sees or changes its user's files."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
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
    # A kernel takes a second to start; its own tests use it.
    monkeypatch.setenv("AZOPS_IPYKERNEL", "0")
    for name in ("AZOPS_CLOUD", "SSH_CONNECTION", "SSH_TTY", "NO_COLOR", "TEXTUAL_FPS", "AZURE_CONFIG_DIR"):
        monkeypatch.delenv(name, raising=False)
    return home


@pytest.fixture(autouse=True)
def trusted_documents(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is asked to trust the documents of tests, but where trust is tested."""
    if request.node.get_closest_marker("untrusted") is None:
        monkeypatch.setattr("azops_tui.engine.trust.untrusted", lambda documents: [])


class QuietFiles(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *words: object) -> None:
        """Print nothing."""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Path]]:
    """Address of an HTTPS server that this process and its children trust, and the folder that it serves."""
    from azops_tui.simulator.certificates import make

    folder = tmp_path / "site"
    folder.mkdir()
    (tmp_path / "keys").mkdir()
    authority, context = make(tmp_path / "keys")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietFiles, directory=str(folder))) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        yield f"https://127.0.0.1:{server.server_port}", folder
        server.shutdown()
