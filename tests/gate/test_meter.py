"""``azops run --meter`` through the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from azops_tui.cli.main import cli


def test_the_meter_counts_by_service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("STATE", "CONFIG", "DATA", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    document = tmp_path / "t.md"
    url = "https://management.azure.com/subscriptions?api-version=2022-12-01"
    document.write_text(f'```bash {{name=a}}\ncurl -sS -H "Authorization: Bearer x.e30.y" "{url}"\n```\n')
    result = CliRunner().invoke(cli, ["run", str(document), "--cloud", "local", "--yes", "--meter"])
    assert result.exit_code == 0, result.output
    assert "manager: requests 1, writes 0" in result.output
