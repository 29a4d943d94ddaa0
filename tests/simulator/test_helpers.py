"""Helpers of the simulator: ids, keys, time, addresses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azops_tui.arm.resource_id import ResourceId
from azops_tui.durations import format_iso_duration
from azops_tui.simulator.addresses import IpAddressPool
from azops_tui.simulator.clock import Clock, speed_from_environment
from azops_tui.simulator.providers.compute import ssh_key_format as ssh_public_keys
from tests.simulator.clients import KEY

NAMES = st.text("abcdefghijklmnopqrstuvwxyzABC0123456789-_.", min_size=1).filter(lambda n: n.lower() != "providers")


@given(NAMES, NAMES, st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=3))
def test_a_parsed_id_gives_the_same_id(group: str, namespace: str, pairs: list[tuple[str, str]]) -> None:
    tail = "".join(f"/{t}/{n}" for t, n in pairs)
    text = f"/subscriptions/s/resourceGroups/{group}/providers/Contoso.{namespace}{tail}"
    address = ResourceId.parse(text)
    assert address.id == text
    assert ResourceId.parse(text.upper()).key == address.key
    assert (address.types, address.names) == (tuple(t for t, _ in pairs), tuple(n for _, n in pairs))


@given(st.text())
def test_arbitrary_text_is_not_a_valid_key(text: str) -> None:
    assert not ssh_public_keys.is_valid(text)


def test_a_key_can_have_a_comment_and_surrounding_space() -> None:
    assert ssh_public_keys.is_valid(f"  {KEY} and more\n")
    assert not ssh_public_keys.is_valid(KEY + "\n" + KEY)


def test_durations_have_the_format_of_the_service() -> None:
    assert [format_iso_duration(s) for s in (0, 0.19, 62.5, 3600, 3661)] == [
        "PT0S",
        "PT0.19S",
        "PT1M2.5S",
        "PT1H",
        "PT1H1M1S",
    ]


def test_waits_under_a_second_are_sent_in_milliseconds() -> None:
    assert Clock(1).retry_after(5) == {"Retry-After": "5"}
    assert Clock(1000).retry_after(5) == {"retry-after-ms": "10"}


def test_the_environment_sets_the_speed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert speed_from_environment() == 12
    monkeypatch.setenv("AZOPS_SIM_SPEED", "250")
    assert speed_from_environment() == 250
    for wrong in ("0", "-1", "nan", "inf", "x"):
        monkeypatch.setenv("AZOPS_SIM_SPEED", wrong)
        with pytest.raises(ValueError, match="AZOPS_SIM_SPEED"):
            speed_from_environment()


def test_private_addresses_are_unique_and_can_be_freed() -> None:
    pool = IpAddressPool()
    given_out = [pool.take("s", "10.0.0.0/29", f"n{i}") for i in range(4)]
    assert given_out == ["10.0.0.4", "10.0.0.5", "10.0.0.6", None]
    assert pool.take("S", "10.0.0.0/29", "N1") == "10.0.0.5"
    pool.free("n1")
    assert pool.take("s", "10.0.0.0/29", "n9") == "10.0.0.5"
