"""Resource ids of their parts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azops_tui.arm.functions import FunctionError
from azops_tui.arm.functions.ids import (
    extension_resource_id,
    management_group_resource_id,
    resource_id,
    subscription_resource_id,
    tenant_resource_id,
)
from tests.arm.functions.support import relaxed

SUBSCRIPTION = "11111111-1111-1111-1111-111111111111"
OTHER = "22222222-2222-2222-2222-222222222222"
VNETS = "Microsoft.Network/virtualNetworks"
SUBNETS = "Microsoft.Network/virtualNetworks/subnets"
HERE = {"subscription": SUBSCRIPTION, "group": "rg"}


def test_resource_id_by_scope() -> None:
    assert resource_id([VNETS, "v"], **HERE) == f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/{VNETS}/v"
    assert resource_id(["other", VNETS, "v"], **HERE) == (
        f"/subscriptions/{SUBSCRIPTION}/resourceGroups/other/providers/{VNETS}/v"
    )
    assert resource_id([OTHER, "other", SUBNETS, "v", "s"], **HERE) == (
        f"/subscriptions/{OTHER}/resourceGroups/other/providers/{VNETS}/v/subnets/s"
    )
    assert resource_id([VNETS, "v"], subscription=SUBSCRIPTION) == f"/subscriptions/{SUBSCRIPTION}/providers/{VNETS}/v"
    assert resource_id([OTHER, VNETS, "v"], subscription=SUBSCRIPTION) == f"/subscriptions/{OTHER}/providers/{VNETS}/v"
    assert resource_id(["g", VNETS, "v"], subscription=SUBSCRIPTION).startswith(
        f"/subscriptions/{SUBSCRIPTION}/resourceGroups/g/"
    )
    assert resource_id([VNETS, "v"]) == f"/providers/{VNETS}/v"


def test_other_ids() -> None:
    groups = "Microsoft.Resources/resourceGroups"
    assert subscription_resource_id([groups, "g"], subscription=SUBSCRIPTION) == (
        f"/subscriptions/{SUBSCRIPTION}/resourceGroups/g"
    )
    assert subscription_resource_id([OTHER, "A.B/c", "d"], subscription=SUBSCRIPTION) == (
        f"/subscriptions/{OTHER}/providers/A.B/c/d"
    )
    assert tenant_resource_id([SUBNETS, "v", "s"]) == f"/providers/{VNETS}/v/subnets/s"
    assert management_group_resource_id(["A.B/c", "d"], management_group="mg") == (
        "/providers/Microsoft.Management/managementGroups/mg/providers/A.B/c/d"
    )
    assert management_group_resource_id(["x", "A.B/c", "d"], management_group="mg") == (
        "/providers/Microsoft.Management/managementGroups/x/providers/A.B/c/d"
    )
    assert extension_resource_id(["/providers/A.B/c/d", "E.F/locks", "l"]) == "/providers/A.B/c/d/providers/E.F/locks/l"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([VNETS], "function requires at least 2 argument(s) while 1 were provided."),
        ([VNETS, "v", "s"], f"the type '{VNETS}' requires '1' resource name argument(s)."),
        ([SUBNETS, "v"], f"the type '{SUBNETS}' requires '2' resource name argument(s)."),
        ([VNETS, ""], "requires '1' resource name argument(s)."),
        ([VNETS, 1], "all function arguments have to be strings. The provided value is of type 'Integer'."),
        (
            [SUBNETS, "v", "10.0.0.0/25"],
            "function requires exactly one multi-segmented argument which must be resource type including resource "
            f"provider namespace. Current function arguments '{SUBNETS},v,10.0.0.0/25'.",
        ),
        (["v", "w"], "function requires exactly one multi-segmented argument"),
        (["a", "b", "c", VNETS, "v"], "function requires exactly one multi-segmented argument"),
        (["nobody", "rg", VNETS, "v"], "The provided value 'nobody' is not valid subscription identifier."),
    ],
)
def test_refusal(arguments: list[Any], message: str) -> None:
    with pytest.raises(FunctionError) as caught:
        resource_id(arguments, **HERE)
    assert message in caught.value.message


def test_places_without_a_subscription_or_group() -> None:
    with pytest.raises(FunctionError, match="in no subscription"):
        subscription_resource_id(["A.B/c", "d"])
    with pytest.raises(FunctionError, match="in no management group"):
        management_group_resource_id(["A.B/c", "d"])
    with pytest.raises(FunctionError, match="multi-segmented"):
        tenant_resource_id(["x", "A.B/c", "d"])
    with pytest.raises(FunctionError, match="multi-segmented"):
        extension_resource_id(["/a", "b", "c"])
    with pytest.raises(FunctionError, match="at least 3"):
        extension_resource_id(["/a", "b/c"])


@relaxed
@given(st.lists(st.text(max_size=6) | st.sampled_from([VNETS, SUBNETS, OTHER, "/"]) | st.none(), max_size=5))
def test_any_arguments(arguments: list[Any]) -> None:
    for compose in (resource_id, subscription_resource_id, management_group_resource_id):
        try:
            assert compose(arguments).startswith("/")
        except FunctionError:
            pass
