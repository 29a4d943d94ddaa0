"""Figures of matplotlib as pictures in the session's folder, in place of windows.

Runs under the user's Python, 3.8 or later. matplotlib is only touched if the step imports it.
"""

from __future__ import annotations

import os
import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

BACKEND = "azops_figures"
MOST = 20
"""Pictures of one step."""


class Figures(MetaPathFinder, Loader):
    """Finds and is the backend of matplotlib, unless the step or the user has chosen another.

    Args:
        folder: gets the pictures, as ``picture-00.png`` and so on.
    """

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._count = 0
        sys.meta_path.insert(0, self)

    def begin(self) -> None:
        """Start counting for another step."""
        self._count = 0

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """Choose the backend before matplotlib's figures are imported."""
        if name == "matplotlib.pyplot" and "MPLBACKEND" not in os.environ:
            import matplotlib  # type: ignore[import-not-found, import-untyped, unused-ignore]  # the user's, if any

            if not isinstance(dict.__getitem__(matplotlib.rcParams, "backend"), str):
                matplotlib.use(f"module://{BACKEND}")
        return ModuleSpec(BACKEND, self) if name == BACKEND else None

    def create_module(self, spec: ModuleSpec) -> None:
        """Leave it to Python."""

    def exec_module(self, module: ModuleType) -> None:
        """Fill the backend's module: figures are drawn in memory."""
        from matplotlib.backends.backend_agg import (  # type: ignore[import-not-found, import-untyped, unused-ignore]
            FigureCanvasAgg,
        )

        vars(module).update(FigureCanvas=FigureCanvasAgg, show=self.show)

    def show(self, *_: Any, **__: Any) -> None:
        """Save the open figures as pictures, and close them."""
        pyplot = sys.modules.get("matplotlib.pyplot")
        if pyplot is None or BACKEND not in pyplot.get_backend():
            return
        for number in pyplot.get_fignums():
            if self._count < MOST:
                pyplot.figure(number).savefig(os.path.join(self._folder, f"picture-{self._count:02}.png"))
            elif self._count == MOST:
                sys.stderr.write(f"A step shows at most {MOST} figures.\n")
            self._count += 1
            pyplot.close(number)
