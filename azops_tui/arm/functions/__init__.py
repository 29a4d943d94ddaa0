"""The functions of the template language: `FUNCTIONS` by lower-case name, and the error they raise."""

from __future__ import annotations

from azops_tui.arm.functions.errors import FunctionError
from azops_tui.arm.functions.registry import FUNCTIONS, Function

__all__ = ["FUNCTIONS", "Function", "FunctionError"]
