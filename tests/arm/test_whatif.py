"""What a deployment would change, against what the service said of real ones."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azops_tui.arm import expand
from azops_tui.arm.whatif import ChangeType, CloudFacts, Quota, difference, hidden, lines, summary, validate, what_if
from azops_tui.arm.whatif.difference import MASK, masked

RECORDED = Path(__file__).resolve().parents[2] / "../shared/data/azure/what-if.json"
GROUP = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg"
GUID = re.compile(r"/subscriptions/[0-9a-f]{8}-[0-9a-f-]{27}", re.IGNORECASE)


def recorded(*, refused: bool) -> list[Any]:
    """Recorded cases as parameters; one that skips where the recordings are not there."""
    if not RECORDED.exists():
        return [pytest.param(None, marks=pytest.mark.skip(reason=f"{RECORDED} is not here"))]
    cases = [case for case in json.loads(RECORDED.read_text()) if ("status" in case) is refused]
    return [pytest.param(case, id=f"{Path(case['source']).name}-{case['recorded']}") for case in cases]


def expansion_of(case: dict[str, Any], location: str = "westus") -> Any:
    request = case["request"]
    return expand(request["template"], request.get("parameters") or {}, scope=case["scope"] or "/", location=location)


def comparable(change: dict[str, Any]) -> Any:
    """A change without what the recordings replaced: every subscription is the same one."""
    return json.loads(GUID.sub("/subscriptions/0", json.dumps(change, sort_keys=True)))


@pytest.mark.parametrize("case", recorded(refused=False))
def test_changes_are_those_that_the_service_foresaw(case: dict[str, Any]) -> None:
    expected = case["expected"]["properties"]["changes"]
    live = {change["resourceId"]: change["before"] for change in expected if "before" in change}
    # A name may come from the group's real id, which the recording replaced: what is there says which.
    expansion = expansion_of(case)
    generated = [r for r in expansion.resources if r.id.lower() not in {id.lower() for id in live}]
    for change in expected:
        if "before" in change and not any(r.id.lower() == change["resourceId"].lower() for r in expansion.resources):
            twin = next(r for r in generated if r.type.lower() == change["before"]["type"].lower())
            case = json.loads(json.dumps(case).replace(change["before"]["name"], twin.name))
    expected = case["expected"]["properties"]["changes"]
    live = {change["resourceId"]: change["before"] for change in expected if "before" in change}
    ours = [change.as_json() for change in what_if(expansion, live)]
    assert [comparable(change) for change in ours] == [comparable(change) for change in expected]


@pytest.mark.parametrize("case", recorded(refused=True))
def test_refusals_have_the_codes_of_the_service(case: dict[str, Any]) -> None:
    error = case["expected"]["error"]
    said = json.dumps(error)
    limit = re.search(r"(?:Current Limit|Maximum allowed): (\d+)", said)
    used = re.search(r"(?:Current Usage|Current in use): (\d+)", said)
    quota = Quota(int(limit[1]), int(used[1])) if limit and used else Quota(10_000, 0)
    group = case["scope"].rsplit("/", 1)[-1].lower()
    facts = CloudFacts(groups=frozenset({group}), cores={"westus": quota}, sizes={"standard_ds1_v2": 1})
    refusal = validate(expansion_of(case), facts)
    assert refusal is not None
    assert refusal.code == error["code"]
    assert [detail.code for detail in refusal.details] == [detail["code"] for detail in error.get("details", [])]
    for number in re.findall(r"(?:Additional [Rr]equired|Additional requested): (\d+)", said):
        assert f"Additional Required: {number}" in refusal.details[0].message


def template(**resource: Any) -> dict[str, Any]:
    return {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "resources": [
            {"type": "Microsoft.Network/virtualNetworks", "apiVersion": "2024-05-01", "name": "vnet", **resource}
        ],
    }


VNET: dict[str, Any] = {
    "id": f"{GROUP}/providers/Microsoft.Network/virtualNetworks/vnet",
    "name": "vnet",
    "type": "Microsoft.Network/virtualNetworks",
    "location": "japanwest",
    "etag": 'W/"1"',
    "tags": {"Owner": "a", "stage": "test"},
    "properties": {
        "provisioningState": "Succeeded",
        "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
        "subnets": [
            {
                "name": "masters",
                "properties": {"addressPrefix": "10.0.0.0/24", "privateEndpointNetworkPolicies": "Disabled"},
            },
            {"name": "agents", "properties": {"addressPrefix": "10.0.4.0/22"}},
        ],
    },
}


def changes(live: dict[str, Any], **resource: Any) -> list[dict[str, Any]]:
    found = what_if(expand(template(**resource), scope=GROUP), {live["id"]: live})
    return [change.as_json() for change in found]


def test_tags_are_replaced_and_elements_told_apart_by_name() -> None:
    [change] = changes(
        VNET,
        location="Japan West",
        tags={"stage": "production"},
        properties={
            "addressSpace": {"addressPrefixes": ["10.0.0.0/15"]},
            "subnets": [{"name": "Agents", "properties": {"addressPrefix": "10.0.8.0/22"}}],
        },
    )
    assert change["changeType"] == "Modify"
    assert change["delta"] == [
        {
            "path": "properties.addressSpace.addressPrefixes",
            "propertyChangeType": "Array",
            "children": [
                {"path": "0", "propertyChangeType": "Delete", "before": "10.0.0.0/16"},
                {"path": "0", "propertyChangeType": "Create", "after": "10.0.0.0/15"},
            ],
        },
        {
            "path": "properties.subnets",
            "propertyChangeType": "Array",
            "children": [
                {
                    "path": "0",
                    "propertyChangeType": "Delete",
                    "before": {
                        "name": "masters",
                        "properties": {"addressPrefix": "10.0.0.0/24", "privateEndpointNetworkPolicies": "Disabled"},
                    },
                },
                {
                    "path": "0",
                    "propertyChangeType": "Modify",
                    "children": [
                        {
                            "path": "properties.addressPrefix",
                            "propertyChangeType": "Modify",
                            "before": "10.0.4.0/22",
                            "after": "10.0.8.0/22",
                        }
                    ],
                },
            ],
        },
        {"path": "tags.Owner", "propertyChangeType": "Delete", "before": "a"},
        {"path": "tags.stage", "propertyChangeType": "Modify", "before": "test", "after": "production"},
    ]


def test_case_order_and_what_only_the_service_sets_are_noise() -> None:
    body: dict[str, Any] = {
        "location": "JapanWest",
        "tags": VNET["tags"],
        "properties": {
            "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
            "subnets": [
                {"name": "agents", "properties": {"addressPrefix": "10.0.4.0/22"}},
                {"name": "MASTERS", "properties": {"addressPrefix": "10.0.0.0/24"}},
            ],
        },
    }
    [change] = what_if(expand(template(**body), scope=GROUP), {VNET["id"]: VNET})
    assert change.type is ChangeType.NO_CHANGE
    assert "delta" not in change.as_json()
    noise = change.as_json(noise=True)["delta"]
    assert "location" in [one["path"] for one in noise]
    assert all(one["propertyChangeType"] != "Modify" or one["path"] != "location" for one in noise)


def test_what_the_template_does_not_name_is_ignored_or_deleted() -> None:
    other = {**VNET, "id": VNET["id"] + "-old", "name": "vnet-old"}
    elsewhere = {**VNET, "id": VNET["id"].replace("/rg/", "/other/")}
    live = {one["id"]: one for one in (other, elsewhere)}
    expansion = expand(template(location="japanwest", properties={}), scope=GROUP)
    assert [(c.type, c.resource_id) for c in what_if(expansion, live)] == [
        (ChangeType.CREATE, VNET["id"]),
        (ChangeType.IGNORE, other["id"]),
    ]
    complete = what_if(expansion, live, mode="complete")
    assert [(c.type, c.resource_id) for c in complete] == [
        (ChangeType.CREATE, VNET["id"]),
        (ChangeType.DELETE, other["id"]),
    ]


@pytest.mark.parametrize(
    ("known", "type"),
    [("10.0.0.4", ChangeType.NO_CHANGE), ("10.0.0.9", ChangeType.MODIFY), (None, ChangeType.NO_CHANGE)],
)
def test_references_to_what_stays_are_followed(known: str | None, type: ChangeType) -> None:
    source = {**VNET, "id": VNET["id"] + "-source", "name": "source", "properties": {"address": known}}
    value = f"[concat('ip ', reference('{source['id']}', '2023-01-01').address)]"
    user = {**VNET, "properties": {"note": "ip 10.0.0.4"}}
    body = template(location="japanwest", tags=VNET["tags"], properties={"note": value})
    live = {user["id"]: user, **({source["id"]: source} if known else {})}
    [change] = [
        change
        for change in what_if(expand(body, scope=GROUP), live, follow_references=True)
        if change.resource_id == user["id"]
    ]
    assert change.type is type
    [unread] = [c for c in what_if(expand(body, scope=GROUP), live) if c.resource_id == user["id"]]
    assert unread.type is ChangeType.NO_CHANGE


def test_secrets_can_be_hidden_at_every_depth() -> None:
    subnets = [{"name": "agents", "properties": {"addressPrefix": "hunter2", "more": {"deep": ["a hunter2 b"]}}}]
    found = what_if(
        expand(template(tags={"x": "hunter2"}, properties={"subnets": subnets}), scope=GROUP), {VNET["id"]: VNET}
    )
    assert "hunter2" in str(found)
    masked = hidden(found, lambda text: text.replace("hunter2", "•••"))
    assert "hunter2" not in str(masked)
    assert [one.resource_id for one in masked] == [one.resource_id for one in found]


def test_free_text_and_tags_are_compared_with_their_case() -> None:
    live = {**VNET, "tags": {"a": "Test"}, "properties": {"description": "Two words", "mode": "Dynamic"}}
    [change] = changes(
        live, location="japanwest", tags={"a": "test"}, properties={"description": "two words", "mode": "dynamic"}
    )
    assert [one["path"] for one in change["delta"]] == ["properties.description", "tags.a"]


def test_what_the_service_never_shows_is_no_change() -> None:
    properties = {"adminPassword": "x", "other": "[parameters('pw')]", "new": 1}
    secret = template(location="japanwest", tags=VNET["tags"], properties=properties)
    secret["parameters"] = {"pw": {"type": "securestring"}}
    vault = {"reference": {"keyVault": {"id": "/x"}, "secretName": "s"}}
    [change] = what_if(expand(secret, {"pw": vault}, scope=GROUP), {VNET["id"]: VNET})
    assert [one["path"] for one in change.as_json()["delta"]] == ["properties.new"]
    assert len(change.as_json(noise=True)["delta"]) == 3


def test_what_a_condition_leaves_out_is_deleted_in_complete_mode_only() -> None:
    expansion = expand(template(condition=False), scope=GROUP)
    assert [one.type for one in what_if(expansion, {VNET["id"]: VNET})] == [ChangeType.IGNORE]
    assert [one.type for one in what_if(expansion, {VNET["id"]: VNET}, mode="complete")] == [ChangeType.DELETE]


def test_nested_deployments_are_flattened() -> None:
    leaf = template(name="leaf")["resources"][0]
    nested = {
        "type": "Microsoft.Resources/deployments",
        "apiVersion": "2025-04-01",
        "name": "inner",
        "resourceGroup": "other",
        "properties": {"mode": "Incremental", "template": {"resources": [leaf]}},
    }
    found = what_if(expand({"resources": [nested]}, scope=GROUP), {})
    assert [(one.type, one.resource_id) for one in found] == [
        (ChangeType.CREATE, VNET["id"].replace("/rg/", "/other/").removesuffix("vnet") + "leaf")
    ]
    assert [str(line) for line in lines(found, scope=GROUP)] == ["+ leaf  Network/virtualNetworks  in other"]


def test_lines_name_properties_by_their_whole_path() -> None:
    subnets = [{"name": "agents", "properties": {"addressPrefix": "10.0.8.0/22"}}]
    found = what_if(
        expand(template(location="Japan West", tags=VNET["tags"], properties={"subnets": subnets}), scope=GROUP),
        {VNET["id"]: VNET, VNET["id"] + "-old": {**VNET, "id": VNET["id"] + "-old"}},
    )
    said = [str(line) for line in lines(found, scope=GROUP)]
    assert said[0] == "~ vnet  Network/virtualNetworks"
    assert any(line.startswith("    - properties.subnets[0]: {") for line in said)
    assert '    ~ properties.subnets[0].properties.addressPrefix: "10.0.4.0/22" → "10.0.8.0/22"' in said
    assert said[-1] == "* vnet-old  Network/virtualNetworks"
    assert not any("location" in line for line in said)
    assert any("location" in str(line) for line in lines(found, noise=True))
    assert summary(found) == "1 to modify, 1 not in the template"
    assert all(len(str(line)) < 250 for line in lines(found, noise=True))


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text("aB[]0/ ", max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "b", "name", "id", "tags"]), inner, max_size=3)
    ),
    max_leaves=12,
)
BODIES = st.dictionaries(st.sampled_from(["properties", "tags", "sku", "location", "kind"]), JSON_VALUES, max_size=4)


@given(BODIES)
def test_nothing_differs_from_itself(body: dict[str, Any]) -> None:
    assert difference(body, body) == []


@given(BODIES, BODIES)
def test_every_difference_has_a_path_and_reads_as_json(before: dict[str, Any], wanted: dict[str, Any]) -> None:
    for change in difference(before, wanted):
        assert change.path
        json.dumps(change.as_json())


class TestQuiet:
    """Differences that a deployment does not make."""

    def compared(self, live: Any, written: Any) -> Any:
        return [change for change in difference({"properties": live}, {"properties": written}) if change.effective]

    @pytest.mark.parametrize(
        ("live", "written"),
        [
            ({"description": "a text"}, {"description": "a text "}),
            ({"tier": "Standard"}, {"tier": "standard"}),
            ({}, {"url": "[reference('a').url]"}),
            ({"key": "abc"}, {"key": "[listKeys('a', '2020-01-01').keys[0].value]"}),
        ],
    )
    def test_is_no_change(self, live: Any, written: Any) -> None:
        assert self.compared(live, written) == []

    def test_an_etag_and_what_only_the_service_sets_are_not_compared(self) -> None:
        template = {
            "resources": [
                {
                    "type": "My.Rp/things",
                    "apiVersion": "2020-01-01",
                    "name": "a",
                    "properties": {"etag": "*", "provisioningState": "Succeeded", "size": 1},
                }
            ]
        }
        plan = expand(template, scope=GROUP)
        live = {plan.resources[0].id: {"id": plan.resources[0].id, "name": "a", "properties": {"size": 1}}}
        assert [change.type for change in what_if(plan, live)] == [ChangeType.NO_CHANGE]

    def test_a_key_of_the_live_resource_is_masked(self) -> None:
        written = [{"name": "b", "value": "[concat('x', listKeys('a', '1').keys[0])]"}, {"name": "a", "value": "open"}]
        live = [{"name": "a", "value": "open"}, {"name": "b", "value": "xhunter2"}]
        assert masked(live, written) == [{"name": "a", "value": "open"}, {"name": "b", "value": MASK}]
