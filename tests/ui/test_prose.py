"""Markdown as Microsoft's documents have it."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from azops_tui.runbook import parse
from azops_tui.ui.glyphs import ASCII, UNICODE
from azops_tui.ui.lines import plain
from azops_tui.ui.outline import Prose, outline
from azops_tui.ui.pictures import document_picture
from azops_tui.ui.prose import references, render
from tests.ui.test_seen import SHARED

CODE = {"code", "inline", "comment", "string", "variable", "keyword", "option", "command"}


def drawn(text: str, cells: int = 60) -> list[str]:
    return [plain(line).rstrip() for line in render(text, cells, UNICODE)]


@pytest.mark.parametrize("kind", ["NOTE", "TIP", "IMPORTANT", "CAUTION", "WARNING"])
def test_callouts_have_their_label_before_the_text(kind: str) -> None:
    assert drawn(f"> [!{kind}]\n> Some `text`.\n> More.") == [f"│ {kind}  Some text. More."]
    assert drawn(f"- item\n\n  >[!{kind}]\n  > In a list.")[-1] == f"  │ {kind}  In a list."


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ('> [!div class="checklist"]\n> * Create\n> * Look', ["✓ Create", "✓ Look"]),
        ('> [!div class="nextstepaction"]\n> [Next](x.md)', ["Next"]),
        ("> plain quote", ["│ plain quote"]),
        ("## [Azure CLI](#tab/azure-cli)", ["Azure CLI (tab)"]),
        ("[!INCLUDE [a note](../a_b.md)]", ["(included text: a note)"]),
        (':::zone pivot="cli"\ntext\n:::zone-end', ["For cli:", "", "text"]),
        (':::image type="content" source="m/a.png" alt-text="A plan":::', ["[image: A plan] m/a.png"]),
        ("![A plan](m/a.png)", ["[image: A plan] m/a.png"]),
        ("- [ ] to do\n- [x] done", ["• ☐ to do", "• ☑ done"]),
        ("Text[^1].\n\n[^1]: The note.", ["Text(1).", "", "(1) The note."]),
        ("Term\n: What it is", ["Term", "  What it is"]),
        (":heavy_check_mark: Linux :unknown_name:", ["✔ Linux :unknown_name:"]),
        ("<details>\n<summary>Click me</summary>\n\nText\n\n</details>", ["▾ Click me", "", "Text"]),
        ("a<br>b", ["a", "b"]),
        ("| n | size |\n|---|---:|\n| a | 5 |\n| b | 1000 |", ["n  size", "─  ────", "a     5", "b  1000"]),
        ('```text\n> [!NOTE]\n:::zone pivot="x"\n```', ["  > [!NOTE]", '  :::zone pivot="x"']),
    ],
)
def test_extensions_are_drawn(text: str, lines: list[str]) -> None:
    assert drawn(text) == lines


def test_nothing_of_the_extensions_stands_raw_in_the_shared_documents() -> None:
    if not SHARED.is_dir():
        pytest.skip(f"{SHARED} is missing")
    for path in sorted(SHARED.glob("*.md")):
        pieces = outline(parse(path.read_text("utf-8"), Path(path.name))).pieces
        for piece in (piece for piece in pieces if isinstance(piece, Prose)):
            for line in drawn(piece.text, 100):
                assert not any(mark in line for mark in ("[!", ":::", "#tab/", ":heavy_check_mark:")), path.name


def test_ascii_prose_has_no_other_characters() -> None:
    text = '# T\n\n> [!NOTE]\n> x\n\n- [x] y :warning:\n\n> [!div class="checklist"]\n> * z\n\n---\n\n|a|\n|-|\n|b|'
    assert all(plain(line).isascii() for line in render(text, 60, ASCII))


def test_links_by_label_are_links_wherever_they_are_defined() -> None:
    text = "Use [az aks\nupdate ][update], [other][nowhere] and `a[0][b]`, values[0][b].\n"
    lines = render(text, 80, UNICODE, references("[update]: /cli/azure/aks#update\n"))
    assert plain(lines[0]) == "Use az aks update , other and a[0][b], values[0][b]."
    assert any("link" in style for _, style in lines[0])


def test_nothing_stands_raw_in_the_real_documents() -> None:
    if not SHARED.is_dir():
        pytest.skip(f"{SHARED} is missing")
    for path in sorted(SHARED.glob("*.md")):
        runbook = parse(path.read_text("utf-8"), path)
        links = references(runbook.text)
        for piece in outline(runbook).pieces:
            if isinstance(piece, Prose):
                for line in render(piece.text, 76, UNICODE, links):
                    words = plain([span for span in line if not set(span[1].split()) & CODE])
                    for raw in ("[!", ":::", "]["):
                        assert raw not in words, (path.name, piece.line, words)


def test_a_picture_beside_the_document_is_drawn_and_none_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from PIL import Image

    folder = tmp_path / "docs"
    folder.mkdir()
    Image.new("RGB", (20, 10), "red").save(folder / "a b.png")
    Image.new("RGB", (20, 10), "red").save(tmp_path / "outside.png")
    draw = partial(document_picture, folder)
    text = "Before.\n\n![a red field](a%20b.png)\n\nAfter."
    lines = render(text, 40, UNICODE, None, draw)
    drawn = [line for line in lines if any(style == "#ff0000/#ff0000" for _, style in line)]
    assert len(drawn) == 5
    assert "[image: a red field]" in "\n".join(map(plain, lines))
    for address in ("../outside.png", "https://example.com/a.png", "missing.png", "a b.gif"):
        assert document_picture(folder, address, 40) == []
    assert [line for line in render(text, 40, ASCII, None, draw) if "▀" in plain(line)] == []
    monkeypatch.setenv("SSH_CONNECTION", "192.0.2.1 1 192.0.2.2 22")
    assert document_picture(folder, "a b.png", 40) == []
