"""The service's limits, and ours that keep a hostile template from taking time or memory."""

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
"""Calls, brackets and lambdas inside each other in one expression."""
VALUE_DEPTH = 96
"""Objects and arrays inside each other, in the template or made by functions."""
STEPS = 300_000
"""Function calls and dynamic values in one expansion; some twenty times what the largest real templates take."""
CALL_DEPTH = 40
"""Evaluations in flight inside each other: user-defined functions, variables by computed names, lambdas."""
