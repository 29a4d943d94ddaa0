"""Address ranges."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.arm.functions.support import call, refusal, relaxed


def test_parse() -> None:
    assert call("parseCidr", "10.144.0.0/20") == {
        "network": "10.144.0.0",
        "netmask": "255.255.240.0",
        "broadcast": "10.144.15.255",
        "firstUsable": "10.144.0.1",
        "lastUsable": "10.144.15.254",
        "cidr": 20,
    }
    assert call("parseCidr", "fdad:3236:5555::/48") == {
        "network": "fdad:3236:5555::",
        "netmask": "ffff:ffff:ffff::",
        "firstUsable": "fdad:3236:5555::",
        "lastUsable": "fdad:3236:5555:ffff:ffff:ffff:ffff:ffff",
        "cidr": 48,
    }
    assert call("parseCidr", "10.0.0.7/24")["network"] == "10.0.0.0"
    single = call("parseCidr", "10.0.0.7/32")
    assert (single["firstUsable"], single["lastUsable"]) == ("10.0.0.7", "10.0.0.7")


@pytest.mark.parametrize(
    ("name", "arguments", "value"),
    [
        ("cidrSubnet", ("10.144.0.0/20", 24, 4), "10.144.4.0/24"),
        ("cidrSubnet", ("10.144.0.0/20", 24, 15), "10.144.15.0/24"),
        ("cidrSubnet", ("10.0.0.0/8", 8, 0), "10.0.0.0/8"),
        ("cidrSubnet", ("10.0.0.0/30", 32, 3), "10.0.0.3/32"),
        ("cidrSubnet", ("fdad:3236:5555::/48", 52, 4), "fdad:3236:5555:4000::/52"),
        ("cidrHost", ("10.144.3.0/24", 0), "10.144.3.1"),
        ("cidrHost", ("10.144.3.0/24", 253), "10.144.3.254"),
        ("cidrHost", ("fdad:3236:5555:3000::/52", 0), "fdad:3236:5555:3000::1"),
    ],
)
def test_value(name: str, arguments: tuple[Any, ...], value: str) -> None:
    assert call(name, *arguments) == value


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("parseCidr", ("10.0.0.0",)),
        ("parseCidr", ("10.0.0.0/33",)),
        ("parseCidr", ("10.0.0.256/24",)),
        ("parseCidr", ("10.0.0.0/255.0.0.0",)),
        ("parseCidr", ("fdad:nnnn::/48",)),
        ("parseCidr", ("fe80::1%eth0/64",)),
        ("parseCidr", ("",)),
        ("parseCidr", (1,)),
        ("cidrSubnet", ("10.144.0.0/20", 19, 0)),
        ("cidrSubnet", ("10.144.0.0/20", 33, 0)),
        ("cidrSubnet", ("10.144.0.0/20", 24, 16)),
        ("cidrSubnet", ("10.144.0.0/20", 24, -1)),
        ("cidrSubnet", ("10.144.0.0/20", "24", 0)),
        ("cidrHost", ("10.144.3.0/24", 254)),
        ("cidrHost", ("10.144.3.0/24", -1)),
        ("cidrHost", ("10.144.3.0/31", 0)),
        ("cidrHost", ("10.144.3.0/32", 0)),
        ("cidrHost", ("::/0", 2**128)),
    ],
)
def test_refusal(name: str, arguments: tuple[Any, ...]) -> None:
    assert f"'{name}'" in refusal(name, *arguments)


@relaxed
@given(st.ip_addresses(), st.integers(0, 32), st.integers(0, 12), st.integers(0, 4000))
def test_subnets_and_hosts_lie_within(address: Any, prefix: int, more: int, index: int) -> None:
    notation = f"{address}/{prefix}"
    network = ip_network(notation, strict=False)
    size = min(prefix + more, network.max_prefixlen)
    place = index % (1 << size - prefix)
    subnet = ip_network(call("cidrSubnet", notation, size, place))
    assert int(subnet.network_address) == int(network.network_address) + place * subnet.num_addresses
    if subnet.num_addresses > 2:
        host = ip_address(call("cidrHost", str(subnet), index % (subnet.num_addresses - 2)))
        assert host in subnet
        assert host != subnet.network_address
    parsed = call("parseCidr", notation)
    assert ip_address(parsed["firstUsable"]) in network
    assert ip_address(parsed["lastUsable"]) in network
