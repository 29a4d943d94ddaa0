"""The type of values that JSON can express."""

from __future__ import annotations

from typing import Any, TypeAlias

Json: TypeAlias = Any
"""A value as `json.loads` returns it: a dict with string keys, a list, a string, a number, a bool or None."""
