"""Templates as people see them before they are deployed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from azops_tui.arm import TemplateError, expand, read
from azops_tui.arm.describe import Description, describe, placeholders
from azops_tui.arm.shapes import shaped
from tests.arm import quickstarts

GROUP = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg"
RUNBOOKS = Path(__file__).resolve().parents[2] / "runbooks"


def described(template: dict[str, Any] | bytes, **given: Any) -> Description:
    document = read(template if isinstance(template, bytes) else json.dumps(template))
    values = {name: {"value": value} for name, value in given.items()}
    names = {name for name in document.value.get("parameters", {}) if name not in given}
    stand_ins = placeholders(document.value, given)
    expansion = expand(document, {**stand_ins, **values}, scope=GROUP, location="japanwest", allow_missing=True)
    return describe(expansion, unset=names)


def test_the_shipped_base_reads_as_steps_of_loops() -> None:
    base = described((RUNBOOKS / "templates/base.json").read_bytes(), clusterName="demo", masterCount=3)
    assert base.count == 13
    assert base.levels == 4
    rows = {row.name: row for row in base.resources}
    masters = rows["demo-master-{0…2}"]
    assert (masters.count, masters.level, masters.sku) == (3, 4, "Standard_D2s_v5")
    assert "demo-master-{0…2}-nic" in masters.after
    assert rows["demo-nsg"].after == ()
    assert {row.location for row in base.resources} == {"japanwest"}
    levels = [row.level for row in base.resources]
    assert levels == sorted(levels)


def test_parameters_say_what_they_may_be() -> None:
    found = described(
        {
            "parameters": {
                "count": {"type": "int", "minValue": 1, "maxValue": 5, "metadata": {"description": "How many."}},
                "sku": {"type": "string", "allowedValues": ["a", "b"], "defaultValue": "a"},
                "name": {"type": "string", "maxLength": 3},
                "list": {"type": "array", "minLength": 2},
                "password": {"type": "securestring", "defaultValue": "hunter2"},
            },
            "resources": [],
        },
        sku="b",
    )
    rows = {row.name: row for row in found.parameters}
    assert rows["count"].limits == "1…5"
    assert (rows["count"].required, rows["count"].given, rows["count"].value) == (True, False, None)
    assert rows["count"].description == "How many."
    assert (rows["sku"].allowed, rows["sku"].value, rows["sku"].given) == (("a", "b"), "b", True)
    assert rows["name"].limits == "at most 3 characters"
    assert rows["list"].limits == "at least 2 items"
    assert (rows["password"].secure, rows["password"].value) == (True, None)


def test_stand_ins_show_which_parameter_a_name_is_made_from() -> None:
    template = {
        "parameters": {
            "prefix": {"type": "string"},
            "short": {"type": "string", "maxLength": 3},
            "long": {"type": "string", "minLength": 9},
            "n": {"type": "int", "minValue": 4},
            "kind": {"type": "string", "allowedValues": ["x"]},
        },
        "resources": [
            {"type": "Microsoft.Network/virtualNetworks", "apiVersion": "2025-01-01", "name": "[parameters('prefix')]"}
        ],
    }
    assert placeholders(template, ["KIND"]) == {
        "prefix": {"value": "‹prefix›"},
        "short": {"value": "‹sh"},
        "long": {"value": "‹long››››"},
        "n": {"value": 4},
    }
    assert described(template).resources[0].name == "‹prefix›"


def test_conditions_nested_deployments_and_existing_resources_are_told_apart() -> None:
    inner = {"type": "My.Rp/leaves", "apiVersion": "2025-01-01", "name": "leaf"}
    found = described(
        {
            "languageVersion": "2.0",
            "resources": {
                "off": {"type": "My.Rp/things", "apiVersion": "2025-01-01", "name": "off", "condition": False},
                "there": {"type": "My.Rp/things", "apiVersion": "2025-01-01", "name": "there", "existing": True},
                "nested": {
                    "type": "Microsoft.Resources/deployments",
                    "apiVersion": "2025-04-01",
                    "name": "nested",
                    "properties": {"mode": "Incremental", "template": {"resources": [inner]}},
                },
            },
        }
    )
    rows = {row.name: row for row in found.resources}
    assert rows["off"].skipped == 1
    assert rows["there"].existing
    assert (rows["leaf"].depth, rows["nested"].depth) == (1, 0)
    assert [row.name for row in found.resources].index("leaf") == [row.name for row in found.resources].index(
        "nested"
    ) + 1
    assert found.count == 2


def test_outputs_and_variables_say_whether_they_are_known() -> None:
    found = described(
        {
            "variables": {"a": "[concat('x', 'y')]"},
            "resources": [{"type": "My.Rp/things", "apiVersion": "2025-01-01", "name": "t"}],
            "outputs": {
                "known": {"type": "string", "value": "[variables('a')]"},
                "later": {"type": "string", "value": "[reference('t').state]"},
                "secret": {"type": "securestring", "value": "hunter2"},
            },
        }
    )
    assert [(row.name, row.value, row.known) for row in found.variables] == [("a", "xy", True)]
    outputs = {row.name: row for row in found.outputs}
    assert outputs["known"].value == "xy"
    assert not outputs["later"].known
    assert outputs["secret"].value is None


def test_shapes_of_arrays_and_objects_come_from_what_is_read_of_them() -> None:
    template = {
        "parameters": {
            "disks": {"type": "array"},
            "net": {"type": "object"},
            "plain": {"type": "array"},
            "given": {"type": "array", "defaultValue": []},
        },
        "resources": [
            {"name": "[parameters('disks')[copyIndex()].size]", "x": "[parameters('Disks')[0].tags['a b']]"},
            {"[parameters('net').subnets[0].name]": "[length(parameters('plain'))]"},
        ],
    }
    assert shaped(template) == {
        "disks": {"value": [{"size": "‹disks.size›", "tags": {"a b": "‹disks.tags.a b›"}}]},
        "net": {"value": {"subnets": [{"name": "‹net.subnets.name›"}]}},
        "plain": {"value": ["‹plain›"]},
    }


@pytest.mark.skipif(not quickstarts.folders(), reason="the quickstarts are not here")
@pytest.mark.parametrize("folder", quickstarts.folders(), ids=lambda folder: folder.name)
def test_quickstarts_are_described_with_their_parameters(folder: Path) -> None:
    document = read((folder / "azuredeploy.json").read_bytes())
    declared = {name.lower() for name in document.value.get("parameters", {})}
    given = {
        name: value for name, value in quickstarts.filled(folder).get("parameters", {}).items()
        if name.lower() in declared
    }  # fmt: skip
    try:
        expansion = expand(
            document,
            {**given, **placeholders(document.value, given)},
            scope=quickstarts.SCOPE,
            linked=quickstarts.linked(folder),
            location="westus",
            allow_missing=True,
        )
    except TemplateError as error:
        # One of them names a subnet without its network.
        if "requires '2' resource name argument(s)" in error.message:
            return
        raise
    found = describe(expansion)
    assert found.resources
    assert all(row.level >= 1 for row in found.resources)
    known = {row.name for row in found.resources}
    assert all(set(row.after) <= known for row in found.resources)


def test_levels_are_right_whatever_the_order_in_which_dependencies_are_named() -> None:
    def thing(name: str, *after: str) -> dict[str, Any]:
        return {"type": "My.Rp/things", "apiVersion": "2025-01-01", "name": name, "dependsOn": list(after)}

    for last in (["a", "b", "m"], ["m", "b", "a"], ["b", "a", "m"]):
        found = described({"resources": [thing("c", *last), thing("b", "a"), thing("m", "b"), thing("a")]})
        assert [(row.name, row.level) for row in found.resources] == [("a", 1), ("b", 2), ("m", 3), ("c", 4)]
