"""The functions of the template language: `FUNCTIONS` by lower-case name, and the error that they raise."""

from __future__ import annotations

from azops_tui.arm.functions import (
    arrays,
    cidr,
    dates,
    encoding,
    lambdas,
    lazy,
    logic,
    numbers,
    objects,
    runtime,
    scope,
    sets,
    strings,
    uris,
)
from azops_tui.arm.functions.arity import arity_message, check_arity
from azops_tui.arm.functions.errors import FunctionError
from azops_tui.arm.functions.registry import TemplateFunction, declared_functions

FUNCTIONS = declared_functions(
    (arrays, cidr, dates, encoding, lambdas, lazy, logic, numbers, objects, runtime, scope, sets, strings, uris)
)
"""Every template function by its name in lower case; ``list*`` stands for all functions whose name begins with list."""

__all__ = ["FUNCTIONS", "FunctionError", "TemplateFunction", "arity_message", "check_arity"]
