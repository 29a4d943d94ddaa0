"""Small things: ids, times, what is loaded when, and which requests change something."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azops_tui.arm.resource_id import ResourceId, split_id
from azops_tui.azure.sentences import kind_name, shorten_ids
from azops_tui.durations import parse_iso_duration, parse_timestamp, start_time

VM = "/subscriptions/s/resourceGroups/G1/providers/Microsoft.Compute/virtualMachines/m0"
SUBNET = "/subscriptions/s/resourcegroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/a"
LOCK = VM + "/providers/Microsoft.Authorization/locks/l"


def test_ids_are_parsed_into_scope_type_and_name() -> None:
    assert ResourceId.parse(VM).group == "G1"
    assert split_id(VM)[1:] == ("Microsoft.Compute/virtualMachines", "m0")
    assert split_id(SUBNET)[1:] == ("Microsoft.Network/virtualNetworks/subnets", "v/a")
    assert split_id(LOCK) == (VM, "Microsoft.Authorization/locks", "l")
    assert split_id("/subscriptions/s/resourceGroups/G1")[1:] == ("Microsoft.Resources/resourceGroups", "G1")
    assert split_id("/subscriptions/s/resourceGroups/G1/providers/X/y/z")[0] == "/subscriptions/s/resourceGroups/G1"
    assert [ResourceId.parse(path).group for path in ("/subscriptions/s", "")] == ["", ""]
    assert [ResourceId.parse(path).is_group for path in ("/subscriptions/s/resourcegroups/g", SUBNET)] == [True, False]


def test_ids_in_messages_become_kind_and_name() -> None:
    types = ("A/publicIPAddresses", "A/b/registries", "x", "")
    assert [kind_name(word) for word in types] == ["public IP address", "registry", "x", ""]
    assert shorten_ids(f"of {VM}.") == "of virtual machine m0."


@given(st.text(max_size=80))
def test_any_text_can_be_parsed_as_an_id(text: str) -> None:
    assert isinstance(shorten_ids(text), str)
    assert ResourceId.parse(text).type.count("/") <= text.count("/")
    assert len(split_id(text)) == 3


def test_times() -> None:
    assert parse_iso_duration("PT1M0.19S") == pytest.approx(60.19)
    assert parse_iso_duration("P1DT2H") == 93600
    assert [parse_iso_duration(word) for word in ("", None, "x", "P")] == [0, 0, 0, 0]
    assert parse_timestamp("2023-10-19T09:46:29.3532317Z") == pytest.approx(1697708789.353231)
    assert parse_timestamp("2023-10-19T09:46:29+00:00") == parse_timestamp("2023-10-19T09:46:29")
    assert [parse_timestamp(word) for word in ("", None, "yesterday")] == [None, None, None]
    assert start_time("1970-01-01T00:01:00Z", "PT59S") == 1.0
    assert start_time(None, "PT59S") is None


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
