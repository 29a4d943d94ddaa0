"""Small things: ids, times, what is loaded when, and which requests change something."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azops_tui.azure.ids import group_of, kind_of, name_of, scope_of, shorten, type_of
from azops_tui.azure.times import began, epoch, seconds

VM = "/subscriptions/s/resourceGroups/G1/providers/Microsoft.Compute/virtualMachines/m0"
SUBNET = "/subscriptions/s/resourcegroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/a"
LOCK = VM + "/providers/Microsoft.Authorization/locks/l"


def test_ids() -> None:
    assert (group_of(VM), type_of(VM), name_of(VM)) == ("G1", "Microsoft.Compute/virtualMachines", "m0")
    assert (type_of(SUBNET), name_of(SUBNET)) == ("Microsoft.Network/virtualNetworks/subnets", "v/a")
    assert (type_of(LOCK), name_of(LOCK), scope_of(LOCK)) == ("Microsoft.Authorization/locks", "l", VM.strip("/"))
    assert type_of("/subscriptions/s/resourceGroups/G1") == "Microsoft.Resources/resourceGroups"
    assert scope_of("/subscriptions/s/resourceGroups/G1/providers/X/y/z") == "subscriptions/s/resourceGroups/G1"
    assert (group_of("/subscriptions/s"), type_of(""), name_of("")) == ("", "", "")
    assert [kind_of(word) for word in ("A/publicIPAddresses", "A/b/registries", "x", "")] == [
        "public IP address",
        "registry",
        "x",
        "",
    ]
    assert shorten(f"of {VM}.") == "of virtual machine m0."


@given(st.text(max_size=80))
def test_any_text_is_taken_for_an_id(text: str) -> None:
    for function in (group_of, name_of, scope_of, type_of, shorten):
        assert isinstance(function(text), str)


def test_times() -> None:
    assert seconds("PT1M0.19S") == pytest.approx(60.19)
    assert seconds("P1DT2H") == 93600
    assert [seconds(word) for word in ("", None, "x", "P")] == [0, 0, 0, 0]
    assert epoch("2023-10-19T09:46:29.3532317Z") == pytest.approx(1697708789.353231)
    assert epoch("2023-10-19T09:46:29+00:00") == epoch("2023-10-19T09:46:29")
    assert [epoch(word) for word in ("", None, "yesterday")] == [None, None, None]
    assert began("1970-01-01T00:01:00Z", "PT59S") == 1.0
    assert began(None, "PT59S") is None


def test_what_is_light_stays_light() -> None:
    program = (
        "import sys\n"
        "import azops_tui.azure.profiles, azops_tui.events.azure_views, azops_tui.azure.errors, azops_tui.ssh\n"
        "heavy = {'azure', 'azure.core', 'asyncssh', 'aiohttp', 'cryptography'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


@pytest.mark.parametrize(
    ("method", "url", "reads"),
    [
        ("GET", "https://x/anything", True),
        ("HEAD", "https://x/subscriptions/s/resourcegroups/g?api-version=1", True),
        ("PUT", f"https://x{VM}", False),
        ("PATCH", f"https://x{VM}", False),
        ("DELETE", f"https://x{VM}", False),
        ("POST", f"https://x{VM}/restart?api-version=1", False),
        (
            "POST",
            "https://x/subscriptions/s/resourceGroups/g/providers/Microsoft.Resources/deployments/d/validate?a=1",
            True,
        ),
        ("POST", "https://x/subscriptions/s/resourcegroups/g/providers/microsoft.resources/deployments/d/whatif", True),
        (
            "POST",
            "https://x/subscriptions/s/resourceGroups/g/providers/Microsoft.Resources/deployments/d/cancel",
            False,
        ),
        ("POST", "https://x/providers/Microsoft.ResourceGraph/resources?api-version=1", True),
        ("POST", "https://x/subscriptions/s/providers/Microsoft.Network/register?api-version=1", False),
        ("POST", "https://x/subscriptions/s/resourceGroups/g/providers/M.S/storageAccounts/a/listKeys", False),
        ("POST", "https://x/subscriptions/s/providers/M.S/checkNameAvailability", True),
        ("POST", f"https://x{VM}/restart?next=/deployments/d/validate", False),
    ],
)
def test_what_changes_something(method: str, url: str, reads: bool) -> None:
    from azops_tui.azure.policies import is_reading

    assert is_reading(method, url) is reads
