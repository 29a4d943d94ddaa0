"""Themes from TOML files: those shipped with azops, then the user's, which may replace them by name."""

from __future__ import annotations

import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any

from textual.theme import Theme

from azops_tui import paths
from azops_tui.errors import AzopsError
from azops_tui.ui.lines import Palette

DEFAULT = "azops-dark"
_THEME_KEYS = frozenset(field.name for field in fields(Theme))


class ThemeError(AzopsError):
    """A theme file is invalid; the text names the file and the reason."""


class LoadedTheme:
    """A Textual theme and the styles that azops draws with."""

    def __init__(self, theme: Theme, styles: dict[str, str]) -> None:
        self.theme = theme
        self.palette = Palette(styles)


def read(path: Path) -> LoadedTheme:
    """The theme in a TOML file.

    Raises:
        ThemeError: it cannot be read, is not TOML, or misses ``name`` or ``primary``.
    """
    try:
        content: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ThemeError(f"{path}: {error}") from None
    styles = content.pop("styles", {})
    unknown = set(content) - _THEME_KEYS
    if unknown:
        raise ThemeError(f"{path}: a theme has no {', '.join(sorted(unknown))}")
    if not isinstance(content.get("name"), str) or not isinstance(content.get("primary"), str):
        raise ThemeError(f"{path}: a theme needs a name and a primary colour")
    return LoadedTheme(Theme(**content), {str(name): str(style) for name, style in styles.items()})


def load_all() -> tuple[dict[str, LoadedTheme], list[str]]:
    """All themes by name, and a sentence for each invalid file."""
    themes: dict[str, LoadedTheme] = {}
    problems: list[str] = []
    for folder in (paths.shipped("themes"), paths.config() / "themes"):
        if not folder.is_dir():
            continue
        for path in sorted(folder.glob("*.toml")):
            try:
                loaded = read(path)
            except ThemeError as error:
                problems.append(str(error))
            else:
                themes[loaded.theme.name] = loaded
    return themes, problems


def derived(theme: Theme) -> Palette:
    """Styles derived from a theme's colours, for themes without styles (those shipped with Textual)."""
    colours = {
        "accent": theme.accent or theme.primary,
        "done": theme.success or "green",
        "failed": theme.error or "red",
        "warning": theme.warning or "yellow",
        "primary": theme.primary,
    }
    named = {name: _rich_colour(colour) for name, colour in colours.items()}
    return Palette(
        {
            "muted": "dim",
            "faint": "dim",
            "strong": "bold",
            "emph": "italic",
            "title": "bold",
            "accent": named["accent"],
            "heading": f"bold {named['primary']}",
            "rule": "dim",
            "link": f"underline {named['primary']}",
            "inline": named["warning"],
            "comment": "dim italic",
            "keyword": named["accent"],
            "string": named["done"],
            "variable": named["primary"],
            "option": named["primary"],
            "command": "bold",
            "running": f"bold {named['primary']}",
            "done": named["done"],
            "failed": f"bold {named['failed']}",
            "asking": f"bold {named['warning']}",
            "stopped": named["warning"],
            "unknown": f"bold {named['accent']}",
            "reads": named["done"],
            "mutates": named["warning"],
            "destroys": f"bold {named['failed']}",
            "warning": named["warning"],
            "error": named["failed"],
            "add": named["done"],
            "modify": named["warning"],
            "delete": named["failed"],
            "production": f"bold white on {named['failed']}",
            "key": f"bold {named['primary']}",
            "bar": f"bold {named['primary']}",
            "match": "reverse",
            "bg-cursor": "reverse",
        }
    )


def _rich_colour(colour: str) -> str:
    """A Textual colour in Rich's notation."""
    if colour.startswith("ansi_"):
        return colour.removeprefix("ansi_")
    from textual.color import Color

    return Color.parse(colour).hex6
