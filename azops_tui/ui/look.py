"""How things look in this app: the palette, the glyphs, and how a widget gets at them."""

from __future__ import annotations

from textual.app import App
from textual.dom import DOMNode

from azops_tui.ui import glyphs
from azops_tui.ui.paint import Palette


class LookApp(App[int]):
    """An app that widgets can ask for its palette and glyphs."""

    palette: Palette = Palette({})
    """Styles by name, of the theme in use."""
    marks: glyphs.Glyphs = glyphs.UNICODE
    """The glyphs in use."""


def look(node: DOMNode) -> LookApp:
    """The app of a widget, as one that has a palette and glyphs."""
    app = node.app
    assert isinstance(app, LookApp)
    return app
