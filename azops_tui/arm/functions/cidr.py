"""Functions on address ranges in CIDR notation, IPv4 and IPv6."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

from azops_tui.arm.functions.errors import FunctionError
from azops_tui.arm.functions.registry import function
from azops_tui.arm.functions.values import integer_argument, string_argument, usage
from azops_tui.json_types import Json

Network = IPv4Network | IPv6Network
_CIDR = re.compile(r"[0-9a-fA-F:.]+/[0-9]{1,3}")


def _network(name: str, value: Json, count: int) -> Network:
    notation = string_argument(name, value, 0, count)
    if _CIDR.fullmatch(notation):
        try:
            return ip_network(notation, strict=False)
        except ValueError:
            pass
    raise FunctionError(
        f"The template language function '{name}' expects its first parameter to be a valid CIDR notation. "
        f"The provided value '{notation[:200]}' is not valid. {usage(name)}"
    )


def _outside(name: str, problem: str) -> FunctionError:
    return FunctionError(f"Unable to evaluate template language function '{name}': {problem} {usage(name)}")


def _address(network: Network, value: int) -> str:
    return str(IPv4Address(value) if network.version == 4 else IPv6Address(value))


@function(
    "parseCidr(network): object",
    "Network, netmask, broadcast (IPv4), firstUsable, lastUsable and cidr of an address range.",
)
def parse_cidr(value: Json) -> dict[str, Json]:
    network = _network("parseCidr", value, 1)
    first, last = int(network.network_address), int(network.broadcast_address)
    parts: dict[str, Json] = {"network": str(network.network_address), "netmask": str(network.netmask)}
    if network.version == 4:
        parts["broadcast"] = str(network.broadcast_address)
        # A range without room for hosts gives its only usable address as the network's.
        first, last = (first + 1, last - 1) if network.prefixlen < 31 else (first, first)
    parts["firstUsable"] = _address(network, first)
    parts["lastUsable"] = _address(network, last)
    parts["cidr"] = network.prefixlen
    return parts


@function(
    "cidrSubnet(network, newCIDR, subnetIndex): string",
    "The subnet at an index (from 0) of an address range divided into smaller ones.",
)
def cidr_subnet(value: Json, prefix: Json, index: Json) -> str:
    network = _network("cidrSubnet", value, 3)
    size = integer_argument("cidrSubnet", prefix, 1)
    place = integer_argument("cidrSubnet", index, 2)
    if not network.prefixlen <= size <= network.max_prefixlen:
        raise _outside(
            "cidrSubnet",
            f"the new CIDR value '{size}' has to be between '{network.prefixlen}' and '{network.max_prefixlen}'.",
        )
    count = 1 << size - network.prefixlen
    if not 0 <= place < count:
        raise _outside("cidrSubnet", f"the subnet index '{place}' has to be at least 0 and less than '{count}'.")
    return f"{_address(network, int(network.network_address) + (place << network.max_prefixlen - size))}/{size}"


@function("cidrHost(network, hostIndex): string", "The usable address at an index (from 0) in an address range.")
def cidr_host(value: Json, index: Json) -> str:
    network = _network("cidrHost", value, 2)
    place = integer_argument("cidrHost", index, 1)
    usable = network.num_addresses - (2 if network.version == 4 else 1)
    if not 0 <= place < usable:
        raise _outside("cidrHost", f"the host index '{place}' has to be at least 0 and less than '{max(usable, 0)}'.")
    return _address(network, int(network.network_address) + 1 + place)
