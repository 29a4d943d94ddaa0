"""What is wrong with templates, found without deploying them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azops_tui.arm import TemplateError
from azops_tui.arm.lint import RULES, Finding, FindingSeverity, lint, sarif
from azops_tui.arm.lint.examples import EXAMPLES, example
from azops_tui.arm.lint.fixes import FIXABLE, fixed
from azops_tui.arm.lint.names import RULES as NAMES
from azops_tui.arm.lint.positions import Positions
from azops_tui.arm.reader import read
from tests.arm import quickstarts
from tests.arm.modules import ARCHIVE, modules

TODAY = date(2026, 11, 21)
ROOT = Path(__file__).resolve().parents[2]
DEPLOYMENTS = ROOT / "../shared/data/azure/deployments.json"


def thing(name: str = "t", *after: str, **more: Any) -> dict[str, Any]:
    return {"type": "My.Rp/things", "apiVersion": "2026-01-01", "name": name, "dependsOn": list(after), **more}


def found(**template: Any) -> list[Finding]:
    return lint(json.dumps({"resources": [], **template}, indent=1), today=TODAY)


def rules(**template: Any) -> list[str]:
    return sorted(finding.rule for finding in found(**template))


def only(**template: Any) -> Finding:
    [finding] = found(**template)
    return finding


# Declarations


def test_what_is_declared_and_never_used_is_named_where_it_stands() -> None:
    text = '{\n  "parameters": {\n    "size": {"type": "string"}\n  },\n  "variables": {"v": 1},\n  "resources": []\n}'
    assert [(one.line, one.column, one.rule) for one in lint(text, today=TODAY)] == [
        (3, 5, "unused-parameter"),
        (5, 17, "unused-variable"),
    ]


def test_what_is_used_and_never_declared_is_named_where_it_is_used() -> None:
    finding = only(resources=[thing(tags={"a": "[parameters('who')]"})])
    assert (finding.rule, finding.target) == ("undefined-parameter", "resources[0].tags.a")
    assert "'who'" in finding.message
    assert rules(outputs={"o": {"type": "string", "value": "[variables('V')]"}}) == ["undefined-variable"]


def test_names_are_compared_without_case_and_in_every_place() -> None:
    assert not found(
        parameters={
            "A": {"type": "string"},
            "b": {"type": "string", "defaultValue": "[parameters('a')]"},
            "count": {"type": "int"},
            "on": {"type": "bool"},
        },
        variables={
            "V": "[parameters('B')]",
            "copy": [{"name": "looped", "count": "[parameters('count')]", "input": "[variables('v')]"}],
        },
        resources=[thing(condition="[parameters('on')]", tags={"[variables('looped')[0]]": "x"})],
    )


def test_names_that_are_put_together_count_as_uses() -> None:
    used = thing(tags={"a": "[variables(concat('size', parameters('kind')))]"})
    assert rules(
        parameters={"kind": {"type": "string"}}, variables={"sizeBig": 1, "sizeSmall": 2, "other": 3}, resources=[used]
    ) == ["unused-variable"]


def test_functions_of_the_template_have_parameters_of_their_own() -> None:
    function = {
        "parameters": [{"name": "x", "type": "string"}],
        "output": {"type": "string", "value": "[concat(parameters('X'), parameters('outer'))]"},
    }
    template = {
        "functions": [{"namespace": "my", "members": {"f": function}}],
        "parameters": {"outer": {"type": "string"}},
        "outputs": {"o": {"type": "string", "value": "[concat(My.F('a'), my.g('b'))]"}},
    }
    assert rules(**template) == ["undefined-function", "undefined-parameter", "unused-parameter"]


def test_expressions_that_cannot_be_read() -> None:
    assert rules(resources=[thing(tags={"a": "[concat('x'"})]) == []  # no expression: nothing ends it
    assert rules(resources=[thing(tags={"a": "[concat('x']"})]) == ["expression-syntax"]
    assert rules(resources=[thing(tags={"a": "[[concat('x']"})]) == []
    assert rules(resources=[thing(tags={"a": "[nonesuch(1)]"})]) == ["undefined-function"]
    assert rules(metadata={"a": "[nonesuch(1)]"}, resources=[thing(comments="[d(]")]) == []


def test_inner_templates_are_looked_at_by_themselves_and_outer_ones_with_what_is_around() -> None:
    def nested(scope: str) -> dict[str, Any]:
        inner = {
            "parameters": {"p": {"type": "string"}},
            "resources": [thing(tags={"a": "[variables('v')]"}, name="[parameters('p')]")],
        }
        return {
            "type": "Microsoft.Resources/deployments",
            "apiVersion": "2026-01-01",
            "name": "n",
            "properties": {
                "mode": "Incremental",
                "expressionEvaluationOptions": {"scope": scope},
                "parameters": {"p": {"value": "x"}},
                "template": inner,
            },
        }

    variables = {"v": "x"}
    assert rules(variables=variables, resources=[nested("inner")]) == ["undefined-variable", "unused-variable"]
    assert rules(variables=variables, parameters={"p": {"type": "string"}}, resources=[nested("outer")]) == []


# Order


def test_dependencies_that_name_nothing() -> None:
    first, second = found(resources=[thing("a", "b", "My.Rp/things/c"), thing("b"), thing("d", "nowhere")])
    assert (first.rule, first.target) == ("unreachable-dependency", "resources[0].dependsOn[1]")
    assert "'My.Rp/things/c'" in first.message
    assert second.target == "resources[2].dependsOn[0]"


def test_conditional_and_looped_resources_can_be_waited_for() -> None:
    assert not found(
        parameters={"n": {"type": "int"}, "on": {"type": "bool"}},
        resources=[
            thing("[concat('n', copyIndex())]", copy={"name": "loop", "count": "[parameters('n')]"}),
            thing("off", condition="[parameters('on')]"),
            thing("last", "loop", "off", "[resourceId('My.Rp/things', concat('n', '0'))]"),
        ],
    )


def test_circles_are_told_with_their_whole_path() -> None:
    finding = only(resources=[thing("a", "c"), thing("b", "a"), thing("c", "b"), thing("d", "a")])
    assert finding.rule == "circular-dependency"
    assert "a → c → b → a" in finding.message
    implicit = thing("x", properties={"v": "[reference('y').v]"}), thing("y", "x")
    assert rules(resources=list(implicit)) == ["circular-dependency"]


def test_two_circles_are_two_findings() -> None:
    assert (
        rules(resources=[thing("a", "b"), thing("b", "a"), thing("c", "d"), thing("d", "c")])
        == ["circular-dependency"] * 2
    )


def test_circles_of_variables_and_defaults() -> None:
    circle = only(variables={"a": "[variables('B')]", "b": {"x": ["[variables('a')]"]}})
    assert (circle.rule, "a → b → a" in circle.message) == ("circular-dependency", True)
    assert "circular-dependency" in rules(parameters={"p": {"type": "string", "defaultValue": "[parameters('p')]"}})


# Resources


@pytest.mark.parametrize(
    ("location", "fixed"),
    [
        ("westus", True),
        ("West US", True),
        ("[concat('west', 'us')]", True),
        ("[variables('fixed')]", True),
        ("global", False),
        ("[resourceGroup().location]", False),
        ("[variables('free')]", False),
    ],
)
def test_locations_that_nobody_can_choose(location: str, fixed: bool) -> None:
    variables = {"fixed": "[toLower('WestUS')]", "free": "[resourceGroup().location]"}
    found = rules(variables=variables, resources=[thing(location=location)])
    assert ("hard-coded-location" in found) is fixed


def test_a_location_as_a_default() -> None:
    used = thing(location="[parameters('location')]")
    default: dict[str, Any] = {"type": "string", "defaultValue": "westus"}
    assert rules(parameters={"location": default}, resources=[used]) == ["hard-coded-location"]
    default["defaultValue"] = "[resourceGroup().location]"
    assert rules(parameters={"location": default}, resources=[used]) == []


@pytest.mark.parametrize(
    ("version", "today", "old"),
    [
        ("2024-11-20", TODAY, True),
        ("2024-11-21", TODAY, False),
        ("2024-11-20-preview", TODAY, True),
        ("2024-02-27", date(2026, 2, 28), True),
        ("2022-02-28", date(2024, 2, 29), False),
        ("[variables('v')]", TODAY, True),
    ],
)
def test_api_versions_older_than_two_years(version: str, today: date, old: bool) -> None:
    resource = {**thing(), "apiVersion": version}
    template = {"variables": {"v": "2020-01-01"}, "resources": [resource]}
    found = {finding.rule for finding in lint(template, today=today)}
    assert ("old-api-version" in found) is old


@pytest.mark.parametrize(
    ("type", "name", "wrong"),
    [
        ("Microsoft.Storage/storageAccounts", "goodname123", False),
        ("Microsoft.Storage/storageAccounts", "Bad-Name", True),
        ("Microsoft.Storage/storageAccounts", "ab", True),
        ("microsoft.storage/storageaccounts", "[concat('st_', parameters('p'))]", True),
        ("Microsoft.Storage/storageAccounts", "[toLower(concat('ST', parameters('p')))]", False),
        ("Microsoft.Storage/storageAccounts", "[format('ST{0}', parameters('p'))]", True),
        ("Microsoft.Storage/storageAccounts", "[concat('st', uniqueString(resourceGroup().id))]", False),
        ("Microsoft.KeyVault/vaults", "a--b", True),
        ("Microsoft.KeyVault/vaults", "1vault", True),
        ("Microsoft.Network/virtualNetworks", "v", True),
        ("Microsoft.Network/virtualNetworks", "v-net.", True),
        ("Microsoft.Network/virtualNetworks/subnets", "[concat(parameters('p'), '/sub net')]", True),
        ("Microsoft.Network/virtualNetworks/subnets", "[concat(parameters('p'), '/subnet')]", False),
        ("Microsoft.Compute/virtualMachines", "x" * 65, True),
        ("My.Rp/things", "anything at all!", False),
    ],
)
def test_names_that_their_type_cannot_have(type: str, name: str, wrong: bool) -> None:
    parameters = {"p": {"type": "string"}} if "parameters" in name else {}
    found = rules(parameters=parameters, resources=[{**thing(), "type": type, "name": name}])
    assert found == (["invalid-name"] if wrong else [])


def test_every_rule_of_names_takes_some_name() -> None:
    for type, rule in NAMES.items():
        assert not rule.problem("a" * max(rule.least, 1)), type
        assert rule.problem("a" * (rule.most + 1)), type


# Secrets


def test_secrets_with_a_default() -> None:
    def default(value: Any, type: str = "securestring") -> list[str]:
        parameters = {"key": {"type": type, "defaultValue": value}}
        return rules(parameters=parameters, resources=[thing(tags={"a": "[parameters('key')]"})])

    assert default("hunter2") == ["secret-default"]
    assert default("[concat('hunter', '2')]") == ["secret-default"]
    assert default({"a": 1}, "secureObject") == ["secret-default"]
    assert default("") == default("[newGuid()]") == default({}, "secureObject") == []


def test_secrets_that_are_not_kept_secret() -> None:
    parameters = {name: {"type": "string"} for name in ("adminPassword", "sshPublicKey", "keyVaultSecretName")}
    used = thing(tags={name: f"[parameters('{name}')]" for name in parameters})
    finding = only(parameters=parameters, resources=[used])
    assert (finding.rule, "'adminPassword'" in finding.message) == ("plain-secret", True)


def test_outputs_that_show_secrets() -> None:
    def output(value: str, type: str = "string") -> list[str]:
        return rules(
            parameters={"pw": {"type": "securestring"}},
            variables={"a": "[base64(parameters('pw'))]", "b": "[variables('a')]"},
            resources=[thing(tags={"x": "[variables('b')]"})],
            outputs={"o": {"type": type, "value": value}},
        )

    assert output("[parameters('pw')]") == ["secret-output"]
    assert output("[variables('b')]") == ["secret-in-variable"]
    assert output("[if(empty(parameters('pw')), 'none', uniqueString(parameters('pw')))]") == []
    assert output("[listKeys('t', '2026-01-01').keys[0]]") == ["secret-output"]
    assert output("[variables('b')]", "securestring") == output("[reference('t').x]") == []


# As a whole


def test_what_every_deployment_would_fail_of_is_found() -> None:
    assert rules(resources=[thing("a"), thing("A")]) == ["invalid-template"]
    wrong = only(
        parameters={"p": {"type": "string"}},
        resources=[thing("[parameters('p')]", tags={"a": "[resourceId('My.Rp/things/parts', 'x')]"})],
    )
    assert (wrong.rule, wrong.target) == ("invalid-template", "resources[0].tags.a")


def test_what_is_no_template_is_refused() -> None:
    for text in ("{", "[]", "null", b"\xff"):
        with pytest.raises(TemplateError):
            lint(text, today=TODAY)


def test_the_shipped_templates_are_clean() -> None:
    for path in sorted((ROOT / "runbooks/templates").glob("*.json")):
        assert lint(path.read_bytes(), today=TODAY) == [], path.name


def test_sarif_has_what_readers_need() -> None:
    findings = found(resources=[thing(location="westus")], parameters={"p": {"type": "int"}})
    log = sarif({"a folder/t.json": findings})
    assert log["version"] == "2.1.0"
    [run] = log["runs"]
    ids = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert ids == list(RULES)
    assert len(run["results"]) == 2
    for result, finding in zip(run["results"], findings, strict=True):
        assert ids[result["ruleIndex"]] == result["ruleId"] == finding.rule
        assert result["level"] in ("error", "warning")
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == "a%20folder/t.json"
        assert place["region"] == {"startLine": finding.line, "startColumn": finding.column}


@pytest.mark.skipif(not quickstarts.folders(), reason="the quickstarts are not here")
def test_no_quickstart_makes_lint_fail() -> None:
    errors = {}
    for folder in quickstarts.folders():
        findings = lint((folder / "azuredeploy.json").read_bytes(), today=TODAY)
        assert all(finding.line and finding.column for finding in findings)
        refused = [
            one for one in findings if one.severity is FindingSeverity.ERROR and not one.rule.startswith("secret")
        ]
        if refused:
            errors[folder.name] = {one.rule for one in refused}
    # Its subnets' ids lack the network's name.
    assert errors == {"201-vmss-win-iis-app-ssl": {"invalid-template"}}


@pytest.mark.skipif(not DEPLOYMENTS.exists(), reason="the recorded deployments are not here")
def test_what_azure_deployed_has_no_errors() -> None:
    for case in json.loads(DEPLOYMENTS.read_text()):
        template = case["request"]["template"]
        errors = [one for one in lint(template, today=TODAY) if one.severity is FindingSeverity.ERROR]
        assert not [one for one in errors if not one.rule.startswith("secret")], case["name"]


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.sampled_from(
        ["[parameters('a')]", "[variables('b')]", "[concat('x', parameters('a'))]", "[listKeys('t', 'v')]", "[", "[[]"]
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "name", "copy", "count", "properties", "template", "defaultValue", "a", "b"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(
    st.dictionaries(
        st.sampled_from(["parameters", "variables", "resources", "outputs", "functions", "definitions", "metadata"]),
        JSON_VALUES | st.dictionaries(st.sampled_from(["a", "b", "copy"]), JSON_VALUES, max_size=3),
        max_size=5,
    )
)
def test_lint_takes_any_object(template: dict[str, Any]) -> None:
    for finding in lint(json.dumps(template), today=TODAY):
        assert finding.rule in RULES
        assert finding.line >= 1


@given(st.dictionaries(st.text(max_size=6), JSON_VALUES, max_size=4), st.sampled_from([None, 0, 2]))
def test_places_are_the_beginnings_of_keys_and_values(template: dict[str, Any], indent: int | None) -> None:
    text = json.dumps(template, indent=indent)
    lines = text.split("\n")
    document = read(text)
    lowered = [key.lower() for key in template]
    for key, value in template.items():
        if lowered.count(key.lower()) > 1:
            continue
        for is_key, wanted in ((True, json.dumps(key)), (False, json.dumps(value, indent=indent).split("\n")[0])):
            line, column = Positions(document).beginning((key,), key=is_key)
            assert lines[line - 1][column - 1 :].startswith(wanted[:1])
            if is_key or not isinstance(value, dict | list):
                assert lines[line - 1][column - 1 :].startswith(wanted)


def test_what_depends_on_values_is_no_error() -> None:
    count = "[length(parameters('list'))]"
    parameters = {"list": {"type": "array"}, "key": {"type": "object", "nullable": True}}
    loop = {"name": "l", "count": count}
    found = rules(
        parameters=parameters,
        resources=[
            thing("[parameters('list')[copyIndex()].name]", copy=loop),
            thing("[split(parameters('key').id, '/')[8]]", kind="other"),
            thing("fixed", properties={"copy": [{"name": "p", "count": count, "input": 1}]}),
        ],
    )
    assert found == []


def test_a_nested_template_without_a_parameter_that_it_needs() -> None:
    def nested(**passed: Any) -> list[str]:
        template = {
            "parameters": {"needed": {"type": "string"}, "optional": {"type": "string", "nullable": True}},
            "resources": [thing(tags={"a": "[concat(parameters('needed'), parameters('optional'))]"})],
        }
        properties = {
            "mode": "Incremental",
            "expressionEvaluationOptions": {"scope": "inner"},
            "parameters": passed,
            "template": template,
        }
        return rules(resources=[{**thing("d", properties=properties), "type": "Microsoft.Resources/deployments"}])

    assert nested(needed={"value": "a"}) == []
    assert nested() == ["invalid-template"]
    assert nested(needed={"value": "a"}, other={"value": "b"}) == ["invalid-template"]


@pytest.mark.skipif(not ARCHIVE.is_file(), reason="the shared modules are not beside the project")
def test_published_modules_have_no_errors() -> None:
    texts = sorted(modules().values(), key=len)
    for text in texts[::12]:
        errors = [finding for finding in lint(text, today=TODAY) if finding.severity is FindingSeverity.ERROR]
        assert errors == []


# Examples and corrections


@pytest.mark.parametrize("rule", RULES)
def test_the_example_of_a_rule_is_found_and_its_better_form_is_clean(rule: str) -> None:
    assert set(EXAMPLES) == set(RULES)
    wrong, right = (lint(example(members), today=TODAY) for members in EXAMPLES[rule])
    assert {finding.rule for finding in wrong} == {rule}
    assert right == []


@pytest.mark.parametrize("rule", sorted(FIXABLE))
def test_a_corrected_example_is_its_better_form(rule: str) -> None:
    text, findings = fixed(example(EXAMPLES[rule].wrong), today=TODAY)
    assert (text, [finding.rule for finding in findings]) == (example(EXAMPLES[rule].right), [rule])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('{"a": 1, "b": 2}', '{"b": 2}'),
        ('{"b": 2, "a": 1}', '{"b": 2}'),
        ('{"a": 1,}', "{}"),
        ('{"b": 2, "a": 1,}', '{"b": 2,}'),
        ('{\n  "b": 2, // two\n  "a": 1 // one\n}', '{\n  "b": 2 // two\n}'),
        ('{\n  // one\n  "a": {"x": [1, 2]}, /* of it */\n  "b": 2\n}', '{\n  // one\n  "b": 2\n}'),
        ('{"b": 2, // two\n"a": 1}', '{"b": 2 // two\n}'),
        ('{"a": "[variables(\'c\')]", "b": 2, "c": 3}', '{"b": 2}'),
        ("{'a': 'single', \"b\": 2}", '{"b": 2}'),
        ('{a: 1, "b": 2}', '{a: 1, "b": 2}'),
        ('{"copy": [{"name": "a", "count": 2, "input": 1}], "b": 2}',) * 2,
    ],
)
def test_an_unused_variable_is_removed_and_the_rest_stays_as_written(before: str, after: str) -> None:
    def around(variables: str) -> str:
        output = """{"o": {"type": "int", "value": "[variables('b')]"}}""" if '"b"' in before else "{}"
        return f'{{"variables": {variables}, "resources": [], "outputs": {output}}}'

    text, _ = fixed(around(before), today=TODAY)
    assert text == around(after)


@given(
    st.dictionaries(st.text(max_size=3), st.integers() | st.text(max_size=3), max_size=4),
    st.sampled_from([None, 1, 4]),
)
def test_corrections_remove_only_what_is_unused(variables: dict[str, Any], indent: int | None) -> None:
    template = {"variables": {**variables, "kept": 1}, "resources": [thing(tags={"a": "[variables('kept')]"})]}
    text, findings = fixed(json.dumps(template, indent=indent), today=TODAY)
    left = json.loads(text)
    assert left["resources"] == template["resources"]
    assert left["variables"]["kept"] == 1
    assert len(left["variables"]) + len(findings) == len(template["variables"])
