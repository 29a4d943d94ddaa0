"""The template language of Azure Resource Manager as a pure library, without file or network access.

Evaluate an expression:

    >>> from azops_tui.arm import TemplateError, evaluate, expand
    >>> evaluate("[uniqueString('snap', 'crackle', 'pop')]")
    'byghxckddilkc'
    >>> evaluate("[map(range(0, 3), lambda('i', add(lambdaVariables('i'), parameters('n'))))]", parameters={"n": 10})
    [10, 11, 12]

Expand a template to the resources that it would deploy. Run-time values stay symbolic and become dependencies:

    >>> template = '''{
    ...   "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    ...   "contentVersion": "1.0.0.0",
    ...   "parameters": {"count": {"type": "int", "maxValue": 10}},  // comments are fine
    ...   "resources": [
    ...     {"type": "Microsoft.Network/publicIPAddresses", "apiVersion": "2023-04-01", "location": "japanwest",
    ...      "name": "[concat('ip', copyIndex())]", "copy": {"name": "ips", "count": "[parameters('count')]"}},
    ...     {"type": "Microsoft.Resources/tags", "apiVersion": "2022-09-01", "name": "default",
    ...      "properties": {"tags": {"first": "[reference('ip0').ipAddress]"}}},
    ...   ],
    ... }'''
    >>> plan = expand(template, {"count": {"value": 2}}, scope="/subscriptions/s/resourceGroups/g", name="demo")
    >>> for resource in plan.resources:
    ...     print(resource.name, len(resource.depends_on))
    ip0 0
    ip1 0
    default 1
    >>> print(plan.resources[2].body["properties"]["tags"]["first"])
    [reference('ip0').ipAddress]

An invalid template raises `TemplateError` with the service's message:

    >>> try:
    ...     expand(template, {"count": {"value": 11}}, scope="/subscriptions/s/resourceGroups/g")
    ... except TemplateError as error:
    ...     print(error.code, error.line, error.column)
    InvalidTemplate 4 27
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from azops_tui.arm.api import evaluate, expand, expand_nested
    from azops_tui.arm.errors import TemplateError
    from azops_tui.arm.expanded_resource import ExpandedResource
    from azops_tui.arm.expansion import Expansion
    from azops_tui.arm.parameters import merged as merge_parameters
    from azops_tui.arm.reader import Document, read
    from azops_tui.arm.runtime import Runtime
    from azops_tui.arm.symbolic import Symbolic, plain

__all__ = [
    "Document",
    "ExpandedResource",
    "Expansion",
    "Runtime",
    "Symbolic",
    "TemplateError",
    "evaluate",
    "expand",
    "expand_nested",
    "merge_parameters",
    "plain",
    "read",
]

# A resource id is parsed without the template language, whose import takes a tenth of a second: names are looked up
# when they are first used.
_MODULES = {
    "Document": "reader",
    "ExpandedResource": "expanded_resource",
    "Expansion": "expansion",
    "Runtime": "runtime",
    "Symbolic": "symbolic",
    "TemplateError": "errors",
    "evaluate": "api",
    "expand": "api",
    "expand_nested": "api",
    "plain": "symbolic",
    "read": "reader",
}


def __getattr__(name: str) -> object:
    if name == "merge_parameters":
        return importlib.import_module("azops_tui.arm.parameters").merged
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"azops_tui.arm.{_MODULES[name]}"), name)
