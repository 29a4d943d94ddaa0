"""Expansion through the front door: loops, conditions, nesting, scopes, dependencies, and what is known when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from azops_tui.arm import Expansion, Symbolic, TemplateError, expand, expand_nested, plain
from azops_tui.arm.dependencies import levels
from tests.arm.judge_adapter import Answers

SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000000"
SCOPE = f"{SUBSCRIPTION}/resourceGroups/rg"
OTHER = "11111111-1111-1111-1111-111111111111"


def thing(name: str = "a", type: str = "My.Rp/things", **more: Any) -> dict[str, Any]:
    return {"type": type, "apiVersion": "2020-01-01", "name": name, **more}


def nested(name: str = "inner", template: Any = None, scope: str = "inner", **more: Any) -> dict[str, Any]:
    properties = {"mode": "Incremental", "expressionEvaluationOptions": {"scope": scope}, "template": template or {}}
    properties.update(more.pop("properties", {}))
    return thing(name, "Microsoft.Resources/deployments", properties=properties, **more)


def plan(*resources: Any, scope: str = SCOPE, given: Mapping[str, Any] | None = None, **template: Any) -> Expansion:
    options = {key: template.pop(key) for key in ("linked", "clock", "new_guid", "base_uri", "tags") if key in template}
    parameters = {name: {"value": value} for name, value in (given or {}).items()}
    return expand({"resources": list(resources), **template}, parameters, scope=scope, location="westus", **options)


def names(expansion: Expansion) -> list[str]:
    return [resource.name for resource in expansion.resources]


def waits(expansion: Expansion) -> dict[str, list[str]]:
    return {
        resource.name: sorted(id.rpartition("/")[2] for id in resource.depends_on) for resource in expansion.resources
    }


def refused(*resources: Any, **template: Any) -> TemplateError:
    with pytest.raises(TemplateError) as raised:
        plan(*resources, **template)
    return raised.value


class TestLoops:
    def test_a_resource_is_made_as_often_as_its_loop_says(self) -> None:
        loop = {"name": "all", "count": "[parameters('n')]"}
        found = plan(
            thing("[format('a{0}', copyIndex(1))]", copy=loop),
            thing("b", dependsOn=["all"]),
            parameters={"n": {"type": "int"}},
            given={"n": 3},
        )
        assert names(found) == ["a1", "a2", "a3", "b"]
        assert waits(found)["b"] == ["a1", "a2", "a3"]

    def test_a_loop_of_none_makes_nothing_and_can_be_waited_for(self) -> None:
        found = plan(
            thing("[concat('a', copyIndex())]", copy={"name": "all", "count": 0}), thing("b", dependsOn=["all"])
        )
        assert names(found) == ["b"]
        assert waits(found) == {"b": []}

    def test_a_serial_loop_waits_for_the_batch_before(self) -> None:
        loop = {"name": "all", "count": 5, "mode": "Serial", "batchSize": 2}
        assert waits(plan(thing("[concat('a', copyIndex())]", copy=loop))) == {
            "a0": [],
            "a1": [],
            "a2": ["a0", "a1"],
            "a3": ["a0", "a1"],
            "a4": ["a2", "a3"],
        }

    def test_properties_variables_and_outputs_have_loops_too(self) -> None:
        found = plan(
            thing(
                properties={
                    "keep": 1,
                    "copy": [{"name": "disks", "count": 2, "input": {"lun": "[copyIndex('disks')]"}}],
                }
            ),
            variables={
                "copy": [{"name": "letters", "count": 2, "input": "[concat('v', copyIndex('letters'))]"}],
                "object": {"copy": [{"name": "inside", "count": 1, "input": "[copyIndex('inside', 5)]"}]},
            },
            outputs={
                "letters": {"type": "array", "copy": {"count": 2, "input": "[variables('letters')[copyIndex()]]"}},
                "inside": {"type": "array", "value": "[variables('object').inside]"},
            },
        )
        assert found.resources[0].body["properties"] == {"keep": 1, "disks": [{"lun": 0}, {"lun": 1}]}
        assert found.outputs["letters"]["value"] == ["v0", "v1"]
        assert found.outputs["inside"]["value"] == [5]

    def test_property_loops_inside_a_resource_loop_know_both_indexes(self) -> None:
        inner = {"name": "p", "count": 2, "input": "[concat(copyIndex(), '-', copyIndex('p'))]"}
        found = plan(thing("[concat('a', copyIndex())]", copy={"name": "r", "count": 2}, properties={"copy": [inner]}))
        assert [resource.body["properties"]["p"] for resource in found.resources] == [["0-0", "0-1"], ["1-0", "1-1"]]

    @pytest.mark.parametrize("count", [-1, 801, "x", None, "[reference('a').n]"])
    def test_a_count_that_is_none_is_refused(self, count: Any) -> None:
        error = refused(thing("[concat('b', copyIndex())]", copy={"name": "loop", "count": count}))
        assert error.code == "InvalidTemplate"

    def test_copy_index_outside_of_a_loop_is_refused(self) -> None:
        error = refused(thing("[concat('a', copyIndex())]"))
        assert "The function can only be used in a resource with copy specified" in error.message
        assert error.function == "copyIndex"


class TestConditions:
    def test_what_is_not_deployed_is_not_waited_for(self) -> None:
        found = plan(thing("a", condition="[equals(1, 2)]"), thing("b", dependsOn=["a"]))
        assert [resource.condition for resource in found.resources] == [False, True]
        assert waits(found)["b"] == []
        assert [row["id"] for row in found.as_deployment()["outputResources"]] == [f"{SCOPE}/providers/My.Rp/things/b"]

    def test_one_of_two_alternatives_may_have_the_other_ones_name(self) -> None:
        found = plan(thing("a", condition=True), thing("a", condition=False))
        assert len(found.as_deployment()["outputResources"]) == 1

    def test_an_output_may_have_a_condition(self) -> None:
        found = plan(outputs={"no": {"type": "int", "condition": "[false()]", "value": "[div(1, 0)]"}})
        assert found.outputs == {}


class TestDependencies:
    @pytest.mark.parametrize(
        "entry",
        [
            "a",
            "My.Rp/things/a",
            "my.rp/THINGS/A",
            "[resourceId('My.Rp/things', 'a')]",
            f"{SCOPE.upper()}/providers/My.Rp/things/a",
        ],
    )
    def test_a_resource_is_named_in_many_ways(self, entry: str) -> None:
        assert waits(plan(thing("a"), thing("b", dependsOn=[entry])))["b"] == ["a"]

    def test_reference_and_list_are_dependencies(self) -> None:
        found = plan(
            thing("a"),
            thing(
                "b", properties={"x": "[reference('a').x]", "k": "[listKeys(resourceId('My.Rp/things', 'a'), '1').k]"}
            ),
        )
        assert waits(found)["b"] == ["a"]
        views = [dependency.view() for dependency in found.resources[1].dependencies]
        assert [view.get("actionName") for view in views] == [None, "listKeys"]

    def test_a_reference_in_the_branch_not_taken_is_none(self) -> None:
        found = plan(thing("a"), thing("b", properties={"x": "[if(true(), 1, reference('a').x)]"}))
        assert waits(found)["b"] == []

    def test_what_is_outside_of_the_template_is_listed_but_not_waited_for(self) -> None:
        found = plan(thing("b", properties={"x": "[reference(resourceId('My.Rp/others', 'o'), '2021-01-01').x]"}))
        assert found.resources[0].depends_on == ()
        assert found.as_deployment()["dependencies"][0]["dependsOn"][0]["resourceName"] == "o"

    def test_what_is_not_there_is_refused_with_its_place(self) -> None:
        with pytest.raises(TemplateError) as raised:
            expand(
                '{\n "resources": [\n  {"type": "A.B/c", "apiVersion": "1", "name": "a",\n   "dependsOn": ["x"]}]}',
                scope=SCOPE,
            )
        assert "The resource 'x' is not defined in the template" in raised.value.message
        assert (raised.value.line, raised.value.column) == (4, 17)
        assert raised.value.target == "resources[0].dependsOn"

    def test_a_circle_is_refused_with_its_path(self) -> None:
        error = refused(thing("a", dependsOn=["b"]), thing("b", dependsOn=["c"]), thing("c", dependsOn=["a"]))
        assert "Circular dependency detected on resource" in error.message
        assert "a -> b -> c -> a" in error.message

    def test_levels_are_what_can_be_made_at_once(self) -> None:
        found = plan(thing("a"), thing("b"), thing("c", dependsOn=["a"]), thing("d", dependsOn=["c", "b"]))
        assert [[resource.name for resource in level] for level in levels(found.own)] == [["a", "b"], ["c"], ["d"]]

    def test_two_of_the_same_id_are_refused(self) -> None:
        assert "is defined multiple times in a template" in refused(thing("a"), thing("A")).message


class TestChildren:
    def test_children_are_written_inside_or_beside(self) -> None:
        child = {"type": "parts", "apiVersion": "1", "name": "p", "dependsOn": ["a"], "properties": {}}
        found = plan(thing("a", resources=[child]), thing("a/q", "My.Rp/things/parts", dependsOn=["p"]))
        assert [resource.id for resource in found.resources] == [
            f"{SCOPE}/providers/My.Rp/things/a",
            f"{SCOPE}/providers/My.Rp/things/a/parts/p",
            f"{SCOPE}/providers/My.Rp/things/a/parts/q",
        ]
        assert waits(found) == {"a": [], "a/p": ["a"], "a/q": ["p"]}
        assert "resources" not in found.resources[0].body

    def test_extensions_hang_on_other_resources(self) -> None:
        lock = "Microsoft.Authorization/locks"
        found = plan(
            thing("a"),
            thing("l", lock, scope="My.Rp/things/a"),
            thing("a/Microsoft.Authorization/m", "My.Rp/things/providers/locks"),
            thing("n", lock, scope="[resourceId('My.Rp/things', 'a')]"),
        )
        base = f"{SCOPE}/providers/My.Rp/things/a"
        assert [r.id for r in found.resources] == [base, *[f"{base}/providers/{lock}/{name}" for name in "lmn"]]

    @pytest.mark.parametrize(("type", "name"), [("My.Rp/things", "a/b"), ("My.Rp/things/parts", "a"), ("things", "a")])
    def test_segments_must_fit(self, type: str, name: str) -> None:
        assert "has incorrect segment lengths" in refused(thing(name, type)).message


class TestScopes:
    def test_a_subscription_has_groups_and_resources_of_its_own(self) -> None:
        found = plan(
            thing("g", "Microsoft.Resources/resourceGroups", location="westus"),
            thing("p", "Microsoft.Authorization/policyDefinitions"),
            nested("d", {"resources": [thing()]}, resourceGroup="g", dependsOn=["g"]),
            scope=SUBSCRIPTION,
        )
        assert [resource.id for resource in found.resources] == [
            f"{SUBSCRIPTION}/resourceGroups/g",
            f"{SUBSCRIPTION}/providers/Microsoft.Authorization/policyDefinitions/p",
            f"{SUBSCRIPTION}/resourceGroups/g/providers/Microsoft.Resources/deployments/d",
            f"{SUBSCRIPTION}/resourceGroups/g/providers/My.Rp/things/a",
        ]

    def test_a_nested_deployment_goes_to_other_places(self) -> None:
        inner = {"resources": [thing("[concat('in-', resourceGroup().name)]")]}
        ids = [
            thing("b", properties={"id": "[resourceId('A.B/c', 'd')]"}, dependsOn=["[resourceId('My.Rp/things', 'a')]"])
        ]
        found = plan(
            nested("one", inner, resourceGroup="two"),
            nested("two", inner, subscriptionId=OTHER, resourceGroup="three"),
            nested("three", {"resources": [thing("a"), *ids, *inner["resources"]]}, scope="outer", resourceGroup="two"),
        )
        resources = {resource.id: resource for resource in found.resources if resource.deployment}
        assert list(resources) == [
            f"{SUBSCRIPTION}/resourceGroups/two/providers/My.Rp/things/in-two",
            f"/subscriptions/{OTHER}/resourceGroups/three/providers/My.Rp/things/in-three",
            f"{SUBSCRIPTION}/resourceGroups/two/providers/My.Rp/things/a",
            f"{SUBSCRIPTION}/resourceGroups/two/providers/My.Rp/things/b",
            # With outer expression scope, functions speak of the parent's group.
            f"{SUBSCRIPTION}/resourceGroups/two/providers/My.Rp/things/in-rg",
        ]
        second = resources[f"{SUBSCRIPTION}/resourceGroups/two/providers/My.Rp/things/b"]
        assert second.body["properties"]["id"] == f"{SCOPE}/providers/A.B/c/d"
        assert [id.rpartition("/")[2] for id in second.depends_on] == ["a"]

    def test_management_groups_and_the_tenant(self) -> None:
        group = "/providers/Microsoft.Management/managementGroups/mg"
        deployment = {**nested("d", {"resources": [thing()]}), "scope": "Microsoft.Management/managementGroups/mg"}
        ids = [resource.id for resource in plan(deployment, thing("t"), scope="/").resources]
        assert ids == [
            f"{group}/providers/Microsoft.Resources/deployments/d",
            f"{group}/providers/My.Rp/things/a",
            "/providers/My.Rp/things/t",
        ]
        found = plan(thing("[managementGroup().name]"), scope=group)
        assert found.resources[0].id == f"{group}/providers/My.Rp/things/mg"

    def test_what_a_scope_does_not_have_is_refused(self) -> None:
        error = refused(thing("[resourceGroup().name]"), scope=SUBSCRIPTION)
        assert "The template function 'resourceGroup' is not expected at this location" in error.message
        with pytest.raises(TemplateError, match="deployment scope"):
            plan(scope="/somewhere")


class TestNesting:
    def test_inner_scope_sees_its_own_parameters_and_outer_scope_the_outer_ones(self) -> None:
        inner = {
            "parameters": {"n": {"type": "string"}},
            "variables": {"v": "inner"},
            "resources": [thing("[concat(parameters('n'), '-', variables('v'))]")],
        }
        outer = {
            "resources": [
                thing("[concat(parameters('n'), '-', variables('v'), copyIndex())]", copy={"name": "l", "count": 1})
            ]
        }
        found = plan(
            nested("i", inner, properties={"parameters": {"n": {"value": "given"}}}),
            nested("o", outer, "outer"),
            parameters={"n": {"type": "string", "defaultValue": "own"}},
            variables={"v": "outer"},
        )
        assert [resource.name for resource in found.resources if resource.deployment] == ["given-inner", "own-outer0"]

    def test_outputs_of_one_that_is_known_are_known_to_the_next(self) -> None:
        found = plan(
            nested(
                "second",
                {"parameters": {"n": {"type": "string"}}, "resources": [thing("[parameters('n')]")]},
                properties={"parameters": {"n": {"value": "[reference('first').outputs.name.value]"}}},
            ),
            nested("first", {"resources": [], "outputs": {"name": {"type": "string", "value": "found"}}}),
        )
        assert names(found) == ["second", "found", "first"]
        assert waits(found)["second"] == ["first"]

    def test_a_template_may_be_linked(self) -> None:
        asked: list[tuple[dict[str, Any], str]] = []

        def linked(link: Mapping[str, Any], base: str) -> dict[str, Any] | str:
            asked.append((dict(link), base))
            if "relativePath" in link:
                return '{"resources": [{"type": "My.Rp/things", "apiVersion": "1", "name": "deep"}]} // a comment'
            return {
                "resources": [
                    thing(
                        "d",
                        "Microsoft.Resources/deployments",
                        properties={"mode": "Incremental", "templateLink": {"relativePath": "b.json"}},
                    )
                ]
            }

        link = {"uri": "[uri(deployment().properties.templateLink.uri, 'x/a.json')]"}
        found = plan(
            thing("l", "Microsoft.Resources/deployments", properties={"mode": "Incremental", "templateLink": link}),
            linked=linked,
            base_uri="https://example.com/main.json",
        )
        assert names(found) == ["l", "d", "deep"]
        assert asked == [
            ({"uri": "https://example.com/x/a.json"}, "https://example.com/main.json"),
            ({"relativePath": "b.json"}, "https://example.com/x/a.json"),
        ]

    def test_an_error_inside_is_told_with_its_own_place(self) -> None:
        text = """{"resources": [
          {"type": "Microsoft.Resources/deployments", "apiVersion": "1", "name": "n", "properties": {
            "mode": "Incremental", "expressionEvaluationOptions": {"scope": "inner"}, "template": {
              "resources": [{"type": "A.B/c", "apiVersion": "1", "name": "[nothing()]"}]}}}]}"""
        with pytest.raises(TemplateError) as raised:
            expand(text, scope=SCOPE)
        assert raised.value.line == 4
        assert raised.value.expression == "[nothing()]"
        assert raised.value.function == "nothing"


class TestSymbolicNames:
    def test_resources_by_symbol(self) -> None:
        template = {
            "languageVersion": "2.0",
            "resources": {
                "vault": {**thing("v"), "existing": True},
                "first": thing("[concat('f', copyIndex())]", copy={"name": "first", "count": 2}),
                "second": thing("s", dependsOn=["first"], properties={"x": "[reference('first[1]').x]"}),
                "third": thing("t", dependsOn=["first[0]"], properties={"v": "[reference('vault').uri]"}),
                "fourth": thing("u", properties={"all": "[references('first')]", "id": "[resourceInfo('third').id]"}),
            },
        }
        found = expand(template, scope=SCOPE)
        assert [resource.symbol for resource in found.resources] == [
            "vault",
            "first",
            "first",
            "second",
            "third",
            "fourth",
        ]
        assert waits(found) == {"v": [], "f0": [], "f1": [], "s": ["f0", "f1"], "t": ["f0"], "u": ["f0", "f1"]}
        assert found.resources[0].existing
        assert len(found.as_deployment()["outputResources"]) == 5
        assert found.resources[5].body["properties"]["id"] == f"{SCOPE}/providers/My.Rp/things/t"


class TestAtRunTime:
    template: dict[str, Any] = {  # noqa: RUF012 - never changed
        "parameters": {
            "id": {"type": "string", "defaultValue": "[newGuid()]"},
            "day": {"type": "string", "defaultValue": "[utcNow('yyyy-MM-dd')]"},
        },
        "variables": {"tag": "[concat('v-', parameters('id'))]"},
        "resources": [
            thing("a", properties={"id": "[parameters('id')]", "tag": "[variables('tag')]"}),
            nested(
                "n",
                {
                    "parameters": {"ip": {"type": "string"}},
                    "resources": [thing("[concat('b-', parameters('ip'))]")],
                    "outputs": {"o": {"type": "string", "value": "[parameters('ip')]"}},
                },
                properties={"parameters": {"ip": {"value": "[reference('a').ip]"}}},
            ),
        ],
        "outputs": {"o": {"type": "string", "value": "[reference('n').outputs.o.value]"}},
    }

    def test_a_plan_leaves_open_what_only_the_cloud_knows(self) -> None:
        found = expand(self.template, scope=SCOPE)
        assert isinstance(found.resources[0].body["properties"]["id"], Symbolic)
        assert plain(found.resources[0].body["properties"]) == {"id": "[newGuid()]", "tag": "[concat('v-', newGuid())]"}
        assert names(found) == ["a", "n"]
        assert not found.nested
        assert found.as_deployment()["outputs"]["o"]["value"] == "[reference('n').outputs.o.value]"

    def test_resolving_asks_the_runtime_and_stays_the_same(self) -> None:
        found = expand(self.template, scope=SCOPE)
        first, second = found.resources
        answers = Answers({"reference": {first.id: {"ip": "10.0.0.4"}}})
        body = first.resolve(answers)
        assert body == first.resolve(answers)
        assert body["properties"]["tag"] == "v-" + body["properties"]["id"]
        inside = expand_nested(second, second.resolve(answers), answers)
        assert names(inside) == ["b-10.0.0.4"]
        answers.references[second.id.lower()] = {"outputs": inside.resolve_outputs(answers)}
        assert found.resolve_outputs(answers) == {"o": {"type": "String", "value": "10.0.0.4"}}

    def test_a_nested_deployment_that_is_known_is_given_its_values_later(self) -> None:
        inner = {
            "parameters": {"ip": {"type": "string"}},
            "variables": {"url": "[concat('http://', parameters('ip'))]"},
            "resources": [thing("fixed", properties={"url": "[variables('url')]"})],
        }
        found = plan(
            thing("a"), nested("n", inner, properties={"parameters": {"ip": {"value": "[reference('a').ip]"}}})
        )
        fixed = found.resources[2]
        assert str(fixed.body["properties"]["url"]) == "[concat('http://', reference('a').ip)]"
        answers = Answers({"reference": {found.resources[0].id: {"ip": "10.0.0.4"}}})
        assert fixed.resolve(answers)["properties"] == {"url": "http://10.0.0.4"}

    def test_in_mode_now_everything_is_asked_at_once(self) -> None:
        template = {"resources": [thing(properties={"x": "[reference('/some/providers/A.B/c/d', '2020-01-01').x]"})]}
        answers = Answers({"reference": {"/some/providers/A.B/c/d": {"x": 1}}})
        found = expand(template, scope=SCOPE, mode="now", runtime=answers)
        assert found.resources[0].body["properties"] == {"x": 1}

    def test_time_and_identifiers_can_be_given(self) -> None:
        found = expand(
            self.template, scope=SCOPE, clock=lambda: datetime(2026, 1, 2, tzinfo=UTC), new_guid=lambda: "the-guid"
        )
        assert found.parameters["day"]["value"] == "2026-01-02"
        assert found.resources[0].body["properties"]["tag"] == "v-the-guid"

    def test_what_is_not_there_is_an_error_with_the_resource(self) -> None:
        found = expand(self.template, scope=SCOPE)
        with pytest.raises(TemplateError) as raised:
            found.resources[1].resolve(Answers({}))
        assert raised.value.code == "ResourceNotFound"
        assert "My.Rp/things/a" in raised.value.message

    def test_secrets_come_from_the_vault_and_are_not_shown(self) -> None:
        class Vault(Answers):
            def secret(self, vault_id: str, name: str, version: str | None) -> str:
                return f"{vault_id}:{name}"

        template = {
            "parameters": {"pw": {"type": "securestring"}},
            "resources": [thing(properties={"pw": "[parameters('pw')]"})],
            "outputs": {"pw": {"type": "securestring", "value": "[parameters('pw')]"}},
        }
        reference = {"keyVault": {"id": "/vault"}, "secretName": "s"}
        found = expand(template, {"pw": {"reference": reference}}, scope=SCOPE)
        assert found.parameters == {"pw": {"type": "SecureString", "reference": reference}}
        assert found.resources[0].resolve(Vault({}))["properties"] == {"pw": "/vault:s"}
        assert found.resolve_outputs(Vault({})) == {"pw": {"type": "SecureString"}}
        shown = expand(template, {"pw": {"value": "hidden"}}, scope=SCOPE).as_deployment()
        assert "hidden" not in str(shown)


class TestTheDeploymentItself:
    def test_deployment_tells_about_itself(self) -> None:
        found = plan(
            outputs={
                "name": {"type": "string", "value": "[deployment().name]"},
                "mode": {"type": "string", "value": "[deployment().properties.mode]"},
            }
        )
        assert found.outputs["name"]["value"] == "main"
        assert found.outputs["mode"]["value"] == "Incremental"

    def test_a_false_assert_refuses_it(self) -> None:
        assert plan(asserts={"fine": "[equals(1, 1)]"}).resources == ()
        error = refused(asserts={"broken": "[equals(1, 2)]"})
        assert error.code == "DeploymentAssertFailed"
        assert "broken" in error.message

    def test_the_hash_is_the_services(self) -> None:
        text = (
            '{"$schema":"http://schema.management.azure.com/schemas/2015-01-01/deploymentTemplate.json#",'
            '"contentVersion":"1.0.0.0","resources":[]}'
        )
        assert expand(text, scope=SCOPE).template_hash == "9698913895792634932"

    def test_tags_of_the_group_are_told(self) -> None:
        found = plan(outputs={"t": {"type": "string", "value": "[resourceGroup().tags.x]"}}, tags={"x": "y"})
        assert found.outputs["t"]["value"] == "y"
