"""Files copied to and from a real sshd: compared by hash, resumed, and verified."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from azops_tui.ssh import Target, transfer
from azops_tui.ssh.fleet import Fleet
from azops_tui.ssh.transfer import FileCopy


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A folder to copy, with a file that counts as large."""
    folder = tmp_path / "site"
    (folder / "sub").mkdir(parents=True)
    (folder / "index.html").write_text("<h1>Hi</h1>\n")
    (folder / "sub" / "with space").write_bytes(b"\x00\xff")
    (folder / "link").symlink_to("index.html")
    (folder / "big").write_bytes(os.urandom(3_000_000))
    (folder / "big").chmod(0o751)
    return folder


@pytest.fixture(autouse=True)
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfer, "LARGE", 1_000_000)


async def test_what_is_there_is_left_alone_and_the_rest_goes_on(
    sshd: Target, fleet: Fleet, tree: Path, tmp_path: Path
) -> None:
    there = tmp_path / "there"
    there.mkdir()
    copy = FileCopy(upload=True, paths=(str(tree),), target=f"{there}/")
    [result] = await fleet.run([sshd], copy)
    assert (result.status, result.stderr) == (0, "")
    for name in ("index.html", "sub/with space", "big"):
        assert (there / "site" / name).read_bytes() == (tree / name).read_bytes()
    assert os.readlink(there / "site" / "link") == "index.html"
    assert (there / "site" / "big").stat().st_mode & 0o777 == 0o751
    assert not list(there.rglob(f"*{transfer.PART}"))
    # Again: nothing is copied. After an interruption in the middle: only the rest.
    [result] = await fleet.run([sshd], copy)
    assert result.stdout.count(": unchanged\n") == 3
    content = (tree / "big").read_bytes()
    (there / "site" / "big").unlink()
    (there / "site" / f"big{transfer.PART}").write_bytes(content[:1_500_000])
    [result] = await fleet.run([sshd], copy)
    assert "big: goes on at 50 %" in result.stdout
    assert (there / "site" / "big").read_bytes() == content
    # A part of another file is not continued.
    (there / "site" / "big").unlink()
    (there / "site" / f"big{transfer.PART}").write_bytes(b"other" * 1000)
    [result] = await fleet.run([sshd], copy)
    assert "goes on" not in result.stdout
    assert (there / "site" / "big").read_bytes() == content


async def test_a_download_goes_on_and_is_kept_by_host(sshd: Target, fleet: Fleet, tree: Path, tmp_path: Path) -> None:
    here = tmp_path / "here"
    (here / "real" / "site").mkdir(parents=True)
    content = (tree / "big").read_bytes()
    (here / "real" / "site" / f"big{transfer.PART}").write_bytes(content[:2_100_000])
    copy = FileCopy(upload=False, paths=(str(tree),), target=str(here), by_host=True)
    [result] = await fleet.run([sshd], copy)
    assert (result.status, result.stderr) == (0, "")
    assert "big: goes on at 70 %" in result.stdout
    assert (here / "real" / "site" / "big").read_bytes() == content
    assert (here / "real" / "site" / "sub" / "with space").read_bytes() == b"\x00\xff"
    [result] = await fleet.run([sshd], copy)
    assert result.stdout.count(": unchanged\n") == 3
    [result] = await fleet.run([sshd], FileCopy(upload=False, paths=("/nowhere/at/all",), target=str(here)))
    assert (result.status, "No matches found" in result.stderr) == (1, True)


async def test_a_download_is_not_written_through_a_link(sshd: Target, fleet: Fleet, tree: Path, tmp_path: Path) -> None:
    here, elsewhere = tmp_path / "here", tmp_path / "elsewhere"
    (here / "site").mkdir(parents=True)
    elsewhere.write_text("mine\n")
    (here / "site" / "index.html").symlink_to(elsewhere)
    [result] = await fleet.run([sshd], FileCopy(upload=False, paths=(str(tree),), target=str(here)))
    assert (result.status, result.stderr) == (0, "")
    assert elsewhere.read_text() == "mine\n"
    assert (here / "site" / "index.html").read_text() == "<h1>Hi</h1>\n"
