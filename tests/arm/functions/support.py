"""Calls template functions the way the evaluator does: by name, in any case, after counting the arguments."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import settings

from azops_tui.arm.functions import FUNCTIONS, FunctionError, check_arity

relaxed = settings(deadline=None)
"""For property tests: on a busy machine one example may take long without anything being wrong."""


def call(name: str, *arguments: Any) -> Any:
    """The value of a template function."""
    function = FUNCTIONS[name.lower()]
    check_arity(function, len(arguments))
    assert function.takes == "values", f"{name} needs more than values"
    return function.body(*arguments)


def refusal(name: str, *arguments: Any) -> str:
    """What a template function says of arguments that it does not take."""
    with pytest.raises(FunctionError) as caught:
        call(name, *arguments)
    return caught.value.message
