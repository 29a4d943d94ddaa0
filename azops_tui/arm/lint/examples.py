"""An example of what each rule of lint finds, and of the same template without the problem."""

from __future__ import annotations

from typing import NamedTuple


class RuleExample(NamedTuple):
    """Members of a template that break a rule, and members that do not."""

    wrong: str
    right: str


def example(members: str) -> str:
    """The text of a template with these members.

    >>> example('"resources": []')
    '{\\n"resources": []\\n}'
    """
    return "{\n" + members + "\n}"


def _differing(text: str, wrong: str, right: str) -> RuleExample:
    """An example whose two forms differ where the text has ``<>``."""
    return RuleExample(text.replace("<>", wrong), text.replace("<>", right))


def _resource(type: str, name: str = "shop", version: str = "2025-01-01", more: str = "") -> str:
    more = more or '"location": "[resourceGroup().location]"'
    return f'{{\n    "type": "{type}",\n    "apiVersion": "{version}",\n    "name": "{name}",\n    {more}\n  }}'


def _resources(*resources: str) -> str:
    return '"resources": [\n  ' + ",\n  ".join(resources) + "\n]"


_NO_RESOURCES = '"resources": []'
_PASSWORD = "[not(empty(parameters('adminPassword')))]"

EXAMPLES: dict[str, RuleExample] = {
    "invalid-template": _differing(
        _resources(_resource("Microsoft.Network/virtualNetworks/subnets", "<>")), "agents", "cluster/agents"
    ),
    "expression-syntax": _differing(
        _NO_RESOURCES
        + ',\n"outputs": {\n  "id": {"type": "string", "value": "[resourceId(\'Microsoft.Web/sites\', \'shop\'<>]"}\n}',
        "",
        ")",
    ),
    "undefined-parameter": _differing(
        '"parameters": {"size": {"type": "string"}},\n'
        + _NO_RESOURCES
        + ',\n"outputs": {\n  "sizes": {"type": "string", "value": "[concat(parameters(\'size\'), <>)]"}\n}',
        "parameters('sizze')",
        "parameters('size')",
    ),
    "undefined-variable": _differing(
        '<>"resources": [],\n"outputs": {"network": {"type": "string", "value": "[variables(\'network\')]"}}',
        "",
        '"variables": {"network": "[concat(\'net-\', uniqueString(resourceGroup().id))]"},\n',
    ),
    "undefined-function": _differing(
        _NO_RESOURCES + ',\n"outputs": {"name": {"type": "string", "value": "[<>(\'Shop\')]"}}', "lower", "toLower"
    ),
    "unused-parameter": _differing('"parameters": {<>},\n' + _NO_RESOURCES, '"size": {"type": "string"}', ""),
    "unused-variable": _differing('"variables": {<>},\n' + _NO_RESOURCES, '"network": "cluster"', ""),
    "unreachable-dependency": _differing(
        _resources(
            _resource("Microsoft.Network/networkInterfaces", "nic", more='"location": "[resourceGroup().location]"<>')
        ),
        ",\n    \"dependsOn\": [\"[resourceId('Microsoft.Network/publicIPAddresses', 'address')]\"]",
        "",
    ),
    "circular-dependency": _differing(
        _resources(
            _resource("Microsoft.Network/routeTables", "routes", more='"location": "[resourceGroup().location]"<>'),
            _resource(
                "Microsoft.Network/networkSecurityGroups",
                "rules",
                more='"location": "[resourceGroup().location]",\n    "dependsOn": ["routes"]',
            ),
        ),
        ',\n    "dependsOn": ["rules"]',
        "",
    ),
    "hard-coded-location": _differing(
        _resources(_resource("Microsoft.Web/sites", more='"location": "<>"')),
        "westeurope",
        "[resourceGroup().location]",
    ),
    "secret-default": _differing(
        '"parameters": {"key": {"type": "securestring"<>}},\n'
        + _NO_RESOURCES
        + ',\n"outputs": {"set": {"type": "bool", "value": "[not(empty(parameters(\'key\')))]"}}',
        ', "defaultValue": "hunter2"',
        "",
    ),
    "plain-secret": _differing(
        '"parameters": {"adminPassword": {"type": "<>"}},\n'
        + _NO_RESOURCES
        + f',\n"outputs": {{"set": {{"type": "bool", "value": "{_PASSWORD}"}}}}',
        "string",
        "securestring",
    ),
    "secret-output": _differing(
        '"parameters": {"key": {"type": "securestring"}},\n'
        + _NO_RESOURCES
        + ',\n"outputs": {"key": {"type": "<>", "value": "[parameters(\'key\')]"}}',
        "string",
        "securestring",
    ),
    "secret-in-variable": _differing(
        '"parameters": {"key": {"type": "securestring"}},\n'
        '"variables": {"login": {"user": "shop", "key": "[parameters(\'key\')]"}},\n'
        + _NO_RESOURCES
        + ',\n"outputs": {"login": {"type": "<>", "value": "[variables(\'login\')]"}}',
        "object",
        "secureObject",
    ),
    "old-api-version": _differing(
        _resources(_resource("Microsoft.Web/serverfarms", "plan", "<>")), "2018-02-01", "2025-03-01"
    ),
    "invalid-name": _differing(
        _resources(_resource("Microsoft.Storage/storageAccounts", "<>")), "My-Account", "myaccount"
    ),
}
"""Every rule by its id."""
