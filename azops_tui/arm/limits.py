"""Limits of the service, and our own that stop hostile templates from using too much time or memory."""

from __future__ import annotations

TEMPLATE_BYTES = 4 * 1024 * 1024
"""Size of the template, and of what it expands to."""
PARAMETERS = 256
VARIABLES = 256
RESOURCES = 800
OUTPUTS = 64
COPY_COUNT = 800
EXPRESSION_CHARACTERS = 24_576
DEPLOYMENT_NAME = 64
RANGE_COUNT = 10_000
NESTED_LEVELS = 5
"""Levels of nested deployments below the first one that are expanded here."""

EXPRESSION_DEPTH = 128
"""Nesting depth of calls, brackets and lambdas in one expression."""
VALUE_DEPTH = 96
"""Nesting depth of objects and arrays in the template and in values."""
STEPS = 300_000
"""Function calls and dynamic values in one expansion; about 20 times what the largest real templates need."""
CALL_DEPTH = 40
"""Nesting depth of evaluations: user-defined functions, variables with computed names, lambdas."""
