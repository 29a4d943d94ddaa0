"""A document that names the profile to act on: nothing acts on it before a person agreed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from azops_tui.cli.named_profile import agreed_profile
from tests.cli.azops import azops

DOCUMENT = "---\ntitle: T\nazops:\n  profile: live\n---\n\n```bash\necho $AZURE_CLOUD_NAME\n```\n"


@pytest.fixture
def document(tmp_path: Path, own_folders: Path) -> Path:
    config = own_folders / ".config" / "azops"
    config.mkdir(parents=True)
    (config / "config.toml").write_text('[profiles.live]\ncloud = "public"\nproduction = true\n')
    path = tmp_path / "runbook.md"
    path.write_text(DOCUMENT)
    return path


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bool]]:
    """What the person answers, and a terminal on which to ask."""
    queue: list[bool] = []
    asked: list[str] = []

    def confirm(text: str, default: bool) -> bool:
        assert not default
        asked.append(text)
        return queue.pop(0)

    monkeypatch.setattr(click, "confirm", confirm)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    yield queue
    assert all("'live' (public, production)" in text for text in asked)


def test_without_a_terminal_it_is_not_used(document: Path) -> None:
    result = azops("run", document)
    assert result.returncode == 0, result.stderr
    assert "To agree: --cloud live" in result.stderr
    assert "AzureCloud" not in result.stdout


def test_a_person_agrees_once_for_one_content(document: Path, answers: list[bool]) -> None:
    answers.append(True)
    assert agreed_profile(str(document), None) == "live"
    assert agreed_profile(str(document), None) == "live"
    document.write_text(DOCUMENT + "\nMore.\n")
    answers.append(False)
    assert agreed_profile(str(document), None) is None
    assert agreed_profile(str(document), None) is None
    assert answers == []


def test_what_the_person_names_wins(document: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert agreed_profile(str(document), "local") == "local"
    monkeypatch.setenv("AZOPS_CLOUD", "usgov")
    assert agreed_profile(str(document), None) == "usgov"


def test_a_profile_that_does_not_exist_is_told(document: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document.write_text(DOCUMENT.replace("live", "nowhere"))
    assert agreed_profile(str(document), None) is None
    assert "names the profile 'nowhere'" in capsys.readouterr().err
    document.write_text(DOCUMENT.replace("live", "[live]"))
    assert azops("check", document).returncode != 0
