"""Hints can be read: contrast of 4.5 to 1 on the page, on code and on a selected card (WCAG 2.2, 1.4.3)."""

from __future__ import annotations

import pytest
from textual.color import Color

from azops_tui.ui.theme import load_all


def luminance(color: Color) -> float:
    parts = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in color.normalized]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: Color, other: Color) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("name", ["azops-dark", "azops-light"])
@pytest.mark.parametrize("style", ["faint", "muted", "comment", "key"])
def test_hints_have_contrast(name: str, style: str) -> None:
    loaded = load_all()[0][name]
    ink = loaded.palette[style].color
    assert ink is not None
    grounds = [loaded.palette[ground].bgcolor for ground in ("bg-code", "bg-selected")]
    papers = [Color.parse(loaded.theme.background or ""), *(Color.from_rich_color(g) for g in grounds if g)]
    assert len(papers) == 3
    for paper in papers:
        assert contrast(paper, Color.from_rich_color(ink)) >= 4.5, paper.hex
