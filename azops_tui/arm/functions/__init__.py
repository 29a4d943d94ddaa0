"""The functions of the template language: `FUNCTIONS` by lower-case name, and the error they raise.

The modules beside this one are imported for what they put into the table.
"""

from __future__ import annotations

from azops_tui.arm.functions import (  # noqa: F401 - imported for the functions they register
    arrays,
    cidr,
    dates,
    encoding,
    lambdas,
    logic,
    numbers,
    objects,
    sets,
    special,
    strings,
    uris,
)
from azops_tui.arm.functions.arity import arity_message, check_arity
from azops_tui.arm.functions.errors import FunctionError
from azops_tui.arm.functions.registry import FUNCTIONS, Function

__all__ = ["FUNCTIONS", "Function", "FunctionError", "arity_message", "check_arity"]
