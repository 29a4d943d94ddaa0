"""How things look in this app: the palette, the glyphs, and how a widget gets at them."""

from __future__ import annotations

from rich.style import Style
from textual.app import App
from textual.dom import DOMNode
from textual.strip import Strip

from azops_tui.ui import glyphs
from azops_tui.ui.lines import Line, Palette, to_strip

_ASCII = str.maketrans({"…": "~", "─": "-", "│": "|", "▏": "|", "▌": "|", "•": "*", "→": ">", "“": '"', "”": '"'})
"""Signs of azops's own that stand in sentences and may not, where only ASCII is drawn."""


class LookApp(App[int]):
    """An app that widgets can ask for its palette and glyphs."""

    palette: Palette = Palette({})
    """Styles by name, of the theme in use."""
    marks: glyphs.Glyphs = glyphs.UNICODE
    """The glyphs in use."""

    @property
    def ascii_only(self) -> bool:
        """Whether only ASCII is drawn."""
        return self.marks is glyphs.ASCII

    def draw(self, line: Line, cells: int, base: Style, background: str = "") -> Strip:
        """The line as a strip of ``cells`` cells, in the theme's styles.

        Args:
            line: what to draw.
            cells: width.
            base: the widget's own style.
            background: name of the style it stands on.
        """
        if self.ascii_only:
            line = [(text.translate(_ASCII), style) for text, style in line]
        return to_strip(line, cells, self.palette, base + self.palette["text"] + self.palette[background])


def look(node: DOMNode) -> LookApp:
    """The app of a widget, as one that has a palette and glyphs."""
    app = node.app
    assert isinstance(app, LookApp)
    return app
