"""The examples in the documentation of the template language are true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import azops_tui.arm

MODULES = ["azops_tui.arm", *(f"azops_tui.arm.{found.name}" for found in pkgutil.iter_modules(azops_tui.arm.__path__))]


@pytest.mark.parametrize("name", MODULES)
def test_examples_are_true(name: str) -> None:
    failed, _ = doctest.testmod(importlib.import_module(name))
    assert failed == 0
