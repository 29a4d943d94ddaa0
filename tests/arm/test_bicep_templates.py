"""What templates compiled from Bicep modules rely on: false conditions, null parameters, modules within modules."""

from __future__ import annotations

from typing import Any

import pytest

from azops_tui.arm import ExpandedResource, Symbolic, expand_nested
from azops_tui.arm.deployment_options import is_ready, options_of
from tests.arm.judge_adapter import Answers
from tests.arm.test_expansion import OTHER, SCOPE, SUBSCRIPTION, nested, plan, refused, thing

KEY = {"type": "object", "nullable": True}
READY = "[lambda('x', equals(lambdaVariables('x').properties.state, 'Ready'))]"
VAULT = "[split(tryGet(parameters('key'), 'vaultId'), '/')[4]]"


def symbolic(resources: dict[str, Any], **template: Any) -> Any:
    return {"languageVersion": "2.0", "resources": resources, **template}


class TestFalseConditions:
    @pytest.mark.parametrize("existing", [True, False])
    def test_come_before_everything_else(self, existing: bool) -> None:
        skipped = thing(
            "[format('{0}/k', last(split(parameters('key').vaultId, '/')))]",
            existing=existing,
            condition="[not(equals(parameters('key'), null()))]",
            resourceGroup=VAULT,
            subscriptionId=VAULT,
        )
        used = thing("b", properties={"key": "[if(equals(parameters('key'), null()), 'none', reference('k').url)]"})
        found = plan(parameters={"key": KEY}, **symbolic({"k": skipped, "b": used}))
        by_symbol = {resource.symbol: resource for resource in found.resources}
        assert not by_symbol["k"].condition
        assert by_symbol["b"].body["properties"] == {"key": "none"}

    def test_hold_for_nested_deployments_too(self) -> None:
        module = nested("m", {"resources": {}}, condition="[false()]", resourceGroup=VAULT, scope="inner")
        found = plan(parameters={"key": KEY}, **symbolic({"m": module}))
        assert [resource.condition for resource in found.resources] == [False]

    def test_a_true_condition_needs_names_that_can_be_evaluated(self) -> None:
        existing = thing(VAULT, existing=True, condition="[true()]")
        assert "'split'" in refused(parameters={"key": KEY}, **symbolic({"k": existing})).message


class TestPlaces:
    def test_an_existing_resource_may_be_in_another_group(self) -> None:
        there = thing("a", existing=True, subscriptionId=OTHER, resourceGroup="two")
        user = thing("b", properties={"id": "[resourceInfo('there').id]"})
        found = plan(**symbolic({"there": there, "b": user}))
        assert found.resources[1].body["properties"]["id"] == (
            f"/subscriptions/{OTHER}/resourceGroups/two/providers/My.Rp/things/a"
        )

    def test_an_empty_group_is_the_deployments_own(self) -> None:
        module = nested("m", {"resources": [thing()]}, resourceGroup="", subscriptionId="")
        assert plan(module).resources[-1].id == f"{SCOPE}/providers/My.Rp/things/a"


class TestNullParameters:
    def inner(self, **definition: Any) -> dict[str, Any]:
        return {"parameters": {"p": {"type": "string", **definition}}, "resources": [thing("[parameters('p')]")]}

    @pytest.mark.parametrize("value", [None, "[null()]", "[tryGet(createObject(), 'a')]"])
    def test_null_takes_the_default_at_every_level(self, value: Any) -> None:
        inner = self.inner(defaultValue="own")
        middle = {"resources": [nested("n", inner, properties={"parameters": {"p": {"value": value}}})]}
        assert plan(nested("m", middle)).resources[-1].name == "own"

    def test_null_is_missing_without_a_default(self) -> None:
        error = refused(nested("m", self.inner(), properties={"parameters": {"p": {"value": "[null()]"}}}))
        assert "The value for the template parameter 'p'" in error.message
        assert "is not provided" in error.message

    def test_null_at_run_time_takes_the_default_too(self) -> None:
        value = {"parameters": {"p": {"value": "[tryGet(reference('a'), 'name')]"}}}
        inner = {**self.inner(defaultValue="own"), "resources": [thing("n", properties={"p": "[parameters('p')]"})]}
        found = plan(thing("a"), nested("m", inner, properties=value))
        runtime = Answers({"reference": {f"{SCOPE}/providers/My.Rp/things/a": {}}})
        assert found.resources[-1].resolve(runtime)["properties"] == {"p": "own"}


class TestModulesWithinModules:
    def test_wait_for_what_does_not_exist_yet(self) -> None:
        """`c` in the second module needs the run-time property of `b` beside it, and `b` that of `a` outside."""
        deepest = {
            "parameters": {"p": {"type": "string"}},
            "resources": [thing("[parameters('p')]")],
            "outputs": {"name": {"type": "string", "value": "[parameters('p')]"}},
        }
        inner = {
            "parameters": {"p": {"type": "string"}},
            "resources": {
                "b": thing("b", properties={"of": "[parameters('p')]"}),
                "c": nested("c", deepest, properties={"parameters": {"p": {"value": "[reference('b').secret]"}}}),
                "d": nested(
                    "d", deepest, properties={"parameters": {"p": {"value": "[reference('c').outputs.name.value]"}}}
                ),
            },
        }
        outer = nested("m", inner, properties={"parameters": {"p": {"value": "[reference('a').key]"}}})
        found = plan(thing("a"), outer)
        module = next(resource for resource in found.own if resource.name == "m")
        runtime = Answers({"reference": {f"{SCOPE}/providers/My.Rp/things/a": {"key": "k"}}})
        begun = expand_nested(module, module.resolve(runtime), runtime)
        by_name = {resource.name: resource for resource in begun.own}
        assert by_name["b"].resolve(runtime)["properties"] == {"of": "k"}
        assert set(by_name) == {"b", "c", "d"}
        assert isinstance(by_name["c"].body["properties"]["parameters"]["p"]["value"], Symbolic)
        assert waits_of(by_name["c"]) == ["b"]
        assert waits_of(by_name["d"]) == ["c"]
        later = Answers({"reference": {f"{SCOPE}/providers/My.Rp/things/b": {"secret": "s"}}})
        deep = expand_nested(by_name["c"], by_name["c"].resolve(later), later)
        assert [resource.name for resource in deep.resources] == ["s"]


def waits_of(resource: ExpandedResource) -> list[str]:
    return [id.rpartition("/")[2] for id in resource.depends_on]


def test_the_subscription_of_an_outer_scoped_template_is_the_parents() -> None:
    inner = {"resources": [thing("[subscription().subscriptionId]")]}
    found = plan(nested("m", inner, scope="outer", subscriptionId=OTHER, resourceGroup="g"))
    assert found.resources[-1].name == SUBSCRIPTION.rpartition("/")[2]


def test_a_template_from_a_variable_reads_its_own_parameters() -> None:
    """Modules load a template as a variable; its expressions are escaped there."""
    inner = {"parameters": {"p": {"type": "string"}}, "resources": [thing("[[parameters('p')]")]}
    module = nested("m", "[variables('file')]", scope="outer", properties={"parameters": {"p": {"value": "own"}}})
    found = plan(module, variables={"file": inner})
    assert found.resources[-1].name == "own"


def test_a_built_in_role_is_known_by_its_name() -> None:
    found = plan(thing("[roleDefinitions('Contributor').roleDefinitionId]"))
    assert found.resources[0].name == "b24988ac-6180-42a0-ab88-20f7382dd24c"


class TestStoredModules:
    """Newer compilers write a module that is used more than once into ``content``, and link it by its hash."""

    LEAF = {  # noqa: RUF012
        "parameters": {"name": {"type": "string"}},
        "resources": [thing("[parameters('name')]")],
        "outputs": {"upper": {"type": "string", "value": "[toUpper(parameters('name'))]"}},
    }

    def linked(self, id: str, **parameters: str) -> dict[str, Any]:
        values = {name: {"value": value} for name, value in parameters.items()}
        options = {"scope": "inner"}
        properties = {"mode": "Incremental", "expressionEvaluationOptions": options, "parameters": values}
        link = {"templateLink": {"contentId": id}}
        return {**nested(id[-4:] + "".join(parameters.values()), {}), "properties": {**properties, **link}}

    def test_are_found_at_every_depth(self) -> None:
        parent = symbolic({"one": self.linked("sha256:leaf", name="a"), "two": self.linked("sha256:leaf", name="b")})
        content = {"sha256:leaf": {"value": self.LEAF}, "sha256:parent": {"value": parent}}
        found = plan(
            content=content,
            outputs={"upper": {"type": "string", "value": "[reference('again').outputs.upper.value]"}},
            **symbolic({"parent": self.linked("sha256:parent"), "again": self.linked("sha256:leaf", name="c")}),
        )
        assert [resource.name for resource in found.resources if "things" in resource.type] == ["a", "b", "c"]
        assert found.outputs["upper"]["value"] == "C"

    def test_must_exist(self) -> None:
        assert "'sha256:none'" in refused(**symbolic({"m": self.linked("sha256:none")})).message


def test_options_are_not_sent() -> None:
    resource = {**thing(), "@options": {"onlyIfNotExists": [], "retryOn": [["NotFound"], 3]}}
    [found] = plan(**symbolic({"t": resource})).resources
    assert "@options" not in found.body
    options = options_of(found)
    assert (options.only_if_not_exists, options.retries, options.retries_after("notFOUND")) == (True, 3, True)


@pytest.mark.parametrize(
    ("predicate", "live", "ready"),
    [
        (READY, {"properties": {"state": "Ready"}}, True),
        (READY, {"properties": {"state": "No"}}, False),
        (READY, {"properties": {}}, False),
        ("[lambda('x', not(empty(lambdaVariables('x').tags)))]", {"tags": {"a": "b"}}, True),
    ],
)
def test_a_predicate_tells_when_a_resource_is_ready(predicate: str, live: dict[str, Any], ready: bool) -> None:
    resource = {**thing(), "@options": {"waitUntil": [predicate, "PT20S"]}}
    [found] = plan(**symbolic({"t": resource})).resources
    assert options_of(found).patience_s == 20
    assert is_ready(found, live) is ready
