"""Figures of Python steps: recorded as pictures, drawn with blocks, and part of every export."""

from __future__ import annotations

import base64
import os
import struct
import sys
import zlib
from pathlib import Path

import pytest
from click.testing import CliRunner

from azops_tui.cli.main import cli
from azops_tui.engine.sessions.python import PythonSession
from azops_tui.events.records import PictureShown
from azops_tui.events.step_view import StepView
from azops_tui.png import read_small
from azops_tui.ui import glyphs
from azops_tui.ui.lines import width
from azops_tui.ui.widgets.card_output import output_lines

# What matplotlib looks like to a session: a backend that is chosen, figures that are saved and closed.
MATPLOTLIB = {
    "__init__.py": "rcParams = {'backend': object()}\ndef use(name): rcParams['backend'] = name\n",
    "backends/__init__.py": "",
    "backends/backend_agg.py": "class FigureCanvasAgg: pass\n",
    "pyplot.py": """
import importlib, sys
from matplotlib import rcParams
figures = {}
class Figure:
    def savefig(self, path):
        open(path, "wb").write(bytes.fromhex(PNG))
def get_backend(): return rcParams["backend"]
def get_fignums(): return list(figures)
def figure(number=None):
    return figures.setdefault(number or len(figures) + 1, Figure())
def close(number): del figures[number]
def show(): importlib.import_module(get_backend().removeprefix("module://")).show()
PNG = "{png}"
""",
}


def png(width: int, height: int, rows: list[bytes], colour: int = 2) -> bytes:
    """A picture whose rows begin with their filters."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    data = zlib.compress(b"".join(rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


RED, BLUE = b"\xff\0\0", b"\0\0\xff"
FLAG = png(2, 2, [b"\0" + RED + BLUE, b"\0" + BLUE + RED])


def test_a_picture_becomes_smaller_by_averages_and_bad_data_is_refused() -> None:
    small = read_small(FLAG, 1, 1)
    assert (small.full_width, small.width, small.height, small.pixels) == (2, 1, 1, b"\x80\0\x80")
    for broken in (b"GIF89a", FLAG[:40], FLAG.replace(b"IDAT", b"IDAX"), png(9000, 9000, [b"\0"]), png(3, 3, [b"\0"])):
        with pytest.raises(ValueError, match="picture"):
            read_small(broken, 10, 10)


def test_a_picture_is_drawn_with_blocks_and_named_in_ascii() -> None:
    small = read_small(FLAG, 96, 72)
    shown = PictureShown(at=0, step="s", png=FLAG, width=2, height=2, small=small.pixels, small_width=2)
    step = StepView("s", state="done", pictures=[shown])
    assert output_lines(step, "short", 40, glyphs.UNICODE) == [[("▀", "#ff0000/#0000ff"), ("▀", "#0000ff/#ff0000")]]
    assert width(output_lines(step, "short", 1, glyphs.UNICODE)[0]) == 1
    assert output_lines(step, "short", 40, glyphs.ASCII) == [[("a picture of 2 x 2 pixels", "muted")]]


def test_figures_are_in_the_run_and_in_its_exports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, code in MATPLOTLIB.items():
        path = tmp_path / "modules/matplotlib" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(code.replace("{png}", FLAG.hex()))
    code = f"import sys\nsys.path.insert(0, {str(tmp_path / 'modules')!r})\nimport matplotlib.pyplot as plt\n"
    (tmp_path / "book.md").write_text(
        f"# Figures\n\n```python {{name=plot}}\n{code}plt.figure()\nplt.show()\nplt.figure()\nprint('drawn')\n```\n"
    )
    monkeypatch.chdir(tmp_path)
    run = CliRunner().invoke(cli, ["run", "book.md"])
    assert run.exit_code == 0, run.output
    assert run.output.count("a picture of 2 x 2 pixels") == 2
    encoded = base64.b64encode(FLAG).decode()
    for form in ("md", "html", "ipynb", "json"):
        export = CliRunner().invoke(cli, ["export", "1", "--to", form])
        assert export.output.count(encoded) == 2, form
    replay = CliRunner().invoke(cli, ["replay", "1", "--print"])
    assert replay.output.count("a picture of 2 x 2 pixels") == 2


async def test_real_figures_and_frames(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    pytest.importorskip("pandas")
    session, written = PythonSession(sys.executable), []
    await session.start({**os.environ, "MPLCONFIGDIR": str(tmp_path)}, tmp_path)
    try:
        code = "import matplotlib.pyplot as plt\nplt.plot([1, 3, 2])\nimport pandas\npandas.DataFrame({'a': [1, 2]})"
        result = await session.run(code, on_output=lambda text, stream: written.append(text))
    finally:
        await session.close()
    assert "".join(written) == "   a\n0  1\n1  2\n"
    (figure,) = result.pictures
    small = read_small(figure, 96, 72)
    assert (small.full_width, small.full_height, small.height) == (640, 480, 72)
    assert len(set(small.pixels)) > 1
