"""Prerequisites on the web, fetched from a real HTTPS server."""

from __future__ import annotations

import os
from pathlib import Path

from tests.cli.azops import azops


def test_fetched_once_and_trusted_by_hash(site: tuple[str, Path], tmp_path: Path) -> None:
    url, folder = site
    (folder / "first.md").write_text("## Prerequisites\n\n[Second](second.md)\n\n# First\n\n```bash\nA=web\n```\n")
    (folder / "second.md").write_text("# Second\n\n```bash\necho second\n```\n")
    document = tmp_path / "doc.md"
    document.write_text(
        f"## Prerequisites\n\n[First]({url}/first.md)\n\n# Doc\n\n```bash\necho a is ${{A:-unset}}\n```\n"
    )

    done = azops("run", document)
    assert "is on the web, is not fetched yet, and is not run" in done.stderr
    assert "a is unset" in done.stdout
    checked = azops("check", document)
    assert (checked.returncode, "is not fetched yet" in checked.stdout) == (1, True)
    assert azops("test", document).returncode == 3

    done = azops("run", document, "--fetch", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "First: 1 step, sha256 " in done.stderr
    assert done.stdout.index("second") < done.stdout.index("a is web")

    (folder / "first.md").unlink()
    assert "a is web" in azops("run", document, "--yes").stdout
    cached = next(Path(os.environ["XDG_CACHE_HOME"]).rglob("first.md"))
    cached.write_text("```bash\necho tampered\n```\n")
    done = azops("run", document, "--yes")
    assert "tampered" not in done.stdout
    assert "is not fetched yet" in done.stderr


def test_a_page_or_another_protocol_is_refused(site: tuple[str, Path], tmp_path: Path) -> None:
    url, folder = site
    (folder / "page.md").write_text("<!DOCTYPE html><html></html>")
    document = tmp_path / "doc.md"
    document.write_text(f"## Prerequisites\n\n[Page]({url}/page.md)\n\n```bash\ntrue\n```\n")
    done = azops("run", document, "--fetch")
    assert (done.returncode, done.stdout) == (3, "")
    assert "is a web page and not Markdown" in done.stderr
    document.write_text("## Prerequisites\n\n[Plain](http://127.0.0.1:1/page.md)\n\n```bash\ntrue\n```\n")
    assert "not an HTTPS address, and is not run" in azops("run", document, "--fetch").stderr
