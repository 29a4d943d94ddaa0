"""An example of what each rule of lint finds, and of the same template without the problem.

Each is the text of a template's members; `example` completes it to a template.
"""

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


_SITE = """\
"resources": [
  {
    "type": "Microsoft.Web/sites",
    "apiVersion": "2025-03-01",
    "name": "shop",
    "location": "%s"
  }
]"""

EXAMPLES: dict[str, RuleExample] = {
    "invalid-template": RuleExample(
        """\
"resources": [
  {"type": "Microsoft.Network/virtualNetworks/subnets", "apiVersion": "2025-01-01", "name": "agents"}
]""",
        """\
"resources": [
  {"type": "Microsoft.Network/virtualNetworks/subnets", "apiVersion": "2025-01-01", "name": "cluster/agents"}
]""",
    ),
    "expression-syntax": RuleExample(
        """\
"resources": [],
"outputs": {
  "id": {"type": "string", "value": "[resourceId('Microsoft.Web/sites', 'shop']"}
}""",
        """\
"resources": [],
"outputs": {
  "id": {"type": "string", "value": "[resourceId('Microsoft.Web/sites', 'shop')]"}
}""",
    ),
    "undefined-parameter": RuleExample(
        """\
"resources": [],
"parameters": {"size": {"type": "string"}},
"outputs": {
  "chosen": {"type": "string", "value": "[concat(parameters('size'), parameters('sizze'))]"}
}""",
        """\
"resources": [],
"parameters": {"size": {"type": "string"}},
"outputs": {
  "chosen": {"type": "string", "value": "[parameters('size')]"}
}""",
    ),
    "undefined-variable": RuleExample(
        """\
"resources": [],
"outputs": {"network": {"type": "string", "value": "[variables('network')]"}}""",
        """\
"resources": [],
"variables": {"network": "[concat('net-', uniqueString(resourceGroup().id))]"},
"outputs": {"network": {"type": "string", "value": "[variables('network')]"}}""",
    ),
    "undefined-function": RuleExample(
        """\
"resources": [],
"outputs": {"name": {"type": "string", "value": "[lower('Shop')]"}}""",
        """\
"resources": [],
"outputs": {"name": {"type": "string", "value": "[toLower('Shop')]"}}""",
    ),
    "unused-parameter": RuleExample(
        """\
"parameters": {"size": {"type": "string"}},
"resources": []""",
        """\
"parameters": {},
"resources": []""",
    ),
    "unused-variable": RuleExample(
        """\
"variables": {"network": "cluster"},
"resources": []""",
        """\
"variables": {},
"resources": []""",
    ),
    "unreachable-dependency": RuleExample(
        """\
"resources": [
  {
    "type": "Microsoft.Network/networkInterfaces",
    "apiVersion": "2025-01-01",
    "name": "nic",
    "location": "[resourceGroup().location]",
    "dependsOn": ["[resourceId('Microsoft.Network/publicIPAddresses', 'address')]"]
  }
]""",
        """\
"resources": [
  {
    "type": "Microsoft.Network/networkInterfaces",
    "apiVersion": "2025-01-01",
    "name": "nic",
    "location": "[resourceGroup().location]"
  }
]""",
    ),
    "circular-dependency": RuleExample(
        """\
"resources": [
  {
    "type": "Microsoft.Network/routeTables",
    "apiVersion": "2025-01-01",
    "name": "routes",
    "location": "[resourceGroup().location]",
    "dependsOn": ["[resourceId('Microsoft.Network/networkSecurityGroups', 'rules')]"]
  },
  {
    "type": "Microsoft.Network/networkSecurityGroups",
    "apiVersion": "2025-01-01",
    "name": "rules",
    "location": "[resourceGroup().location]",
    "dependsOn": ["[resourceId('Microsoft.Network/routeTables', 'routes')]"]
  }
]""",
        """\
"resources": [
  {
    "type": "Microsoft.Network/routeTables",
    "apiVersion": "2025-01-01",
    "name": "routes",
    "location": "[resourceGroup().location]"
  },
  {
    "type": "Microsoft.Network/networkSecurityGroups",
    "apiVersion": "2025-01-01",
    "name": "rules",
    "location": "[resourceGroup().location]",
    "dependsOn": ["[resourceId('Microsoft.Network/routeTables', 'routes')]"]
  }
]""",
    ),
    "hard-coded-location": RuleExample(_SITE % "westeurope", _SITE % "[resourceGroup().location]"),
    "secret-default": RuleExample(
        """\
"parameters": {"key": {"type": "securestring", "defaultValue": "hunter2"}},
"resources": [],
"outputs": {"set": {"type": "bool", "value": "[not(empty(parameters('key')))]"}}""",
        """\
"parameters": {"key": {"type": "securestring"}},
"resources": [],
"outputs": {"set": {"type": "bool", "value": "[not(empty(parameters('key')))]"}}""",
    ),
    "plain-secret": RuleExample(
        """\
"parameters": {"adminPassword": {"type": "string"}},
"resources": [],
"outputs": {"set": {"type": "bool", "value": "[not(empty(parameters('adminPassword')))]"}}""",
        """\
"parameters": {"adminPassword": {"type": "securestring"}},
"resources": [],
"outputs": {"set": {"type": "bool", "value": "[not(empty(parameters('adminPassword')))]"}}""",
    ),
    "secret-output": RuleExample(
        """\
"parameters": {"key": {"type": "securestring"}},
"resources": [],
"outputs": {"key": {"type": "string", "value": "[parameters('key')]"}}""",
        """\
"parameters": {"key": {"type": "securestring"}},
"resources": [],
"outputs": {"key": {"type": "securestring", "value": "[parameters('key')]"}}""",
    ),
    "secret-in-variable": RuleExample(
        """\
"parameters": {"key": {"type": "securestring"}},
"variables": {"login": {"user": "shop", "key": "[parameters('key')]"}},
"resources": [],
"outputs": {"login": {"type": "object", "value": "[variables('login')]"}}""",
        """\
"parameters": {"key": {"type": "securestring"}},
"variables": {"login": {"user": "shop", "key": "[parameters('key')]"}},
"resources": [],
"outputs": {"login": {"type": "secureObject", "value": "[variables('login')]"}}""",
    ),
    "old-api-version": RuleExample(
        """\
"resources": [
  {"type": "Microsoft.Web/serverfarms", "apiVersion": "2018-02-01", "name": "plan", "location": "global"}
]""",
        """\
"resources": [
  {"type": "Microsoft.Web/serverfarms", "apiVersion": "2025-03-01", "name": "plan", "location": "global"}
]""",
    ),
    "invalid-name": RuleExample(
        """\
"resources": [
  {
    "type": "Microsoft.Storage/storageAccounts",
    "apiVersion": "2025-01-01",
    "name": "My-Account",
    "location": "[resourceGroup().location]"
  }
]""",
        """\
"resources": [
  {
    "type": "Microsoft.Storage/storageAccounts",
    "apiVersion": "2025-01-01",
    "name": "myaccount",
    "location": "[resourceGroup().location]"
  }
]""",
    ),
}  # fmt: skip
"""Every rule by its id."""
