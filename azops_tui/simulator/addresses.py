"""IP addresses: public ones from unroutable ranges, private ones from the subnets of the simulated networks."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

PUBLIC_RANGES = ("203.0.113.0/24", "198.51.100.0/24", "192.0.2.0/24", "198.18.0.0/15")
"""Ranges reserved for documentation and benchmarks, so that no real machine is reached by mistake."""


class IpAddressPool:
    """Allocates addresses. No public address is allocated twice during the life of a simulator."""

    def __init__(self) -> None:
        self._public = _public()
        self._given = 0
        self._taken: dict[str, dict[str, str]] = {}

    def public(self) -> str:
        """A public address that was not allocated before.

        Raises:
            LookupError: more than 130,000 have been allocated.
        """
        address = next(self._public, None)
        if address is None:
            raise LookupError("the simulator has no free public address")
        self._given += 1
        return address

    def state(self) -> tuple[dict[str, dict[str, str]], int]:
        """Owners by subnet and private address, and the number of public addresses allocated so far."""
        return self._taken, self._given

    def restore(self, taken: dict[str, dict[str, str]], given: int) -> None:
        """Return to a state. Public addresses that have been allocated since stay allocated."""
        self._taken = taken
        while self._given < given:
            self.public()

    def take(self, subnet: str, prefix: str, owner: str, requested: str = "") -> str | None:
        """Allocate a private address of a subnet.

        Args:
            subnet: id of the subnet, in any case.
            prefix: range of the subnet, as ``10.0.0.0/24``.
            owner: id of the new owner; an owner keeps its address unless it requests another.
            requested: the requested address; empty for any.

        Returns:
            The address, or None if the subnet is full or the requested address has another owner.
        """
        taken = self._taken.setdefault(subnet.lower(), {})
        owner = owner.lower()
        current = next((a for a, o in taken.items() if o == owner), None)
        if current is not None and requested in ("", current):
            return current
        if requested:
            if taken.get(requested, owner) != owner:
                return None
            address: str | None = requested
        else:
            address = next((a for a in _usable(prefix) if a not in taken), None)
        if address is not None:
            if current is not None:
                del taken[current]
            taken[address] = owner
        return address

    def free(self, owner: str) -> None:
        """Free the private addresses of an owner and of its children."""
        owner = owner.lower()
        for taken in self._taken.values():
            for address in [a for a, o in taken.items() if o == owner or o.startswith(owner + "/")]:
                del taken[address]

    def owners(self, subnet: str) -> list[str]:
        """Ids of the owners of addresses in a subnet."""
        return list(self._taken.get(subnet.lower(), {}).values())


def _public() -> Iterator[str]:
    for text in PUBLIC_RANGES:
        yield from (str(a) for a in ipaddress.ip_network(text).hosts())


def _usable(prefix: str) -> Iterator[str]:
    """The addresses of a subnet without the first four and the last, which Azure reserves."""
    network = ipaddress.ip_network(prefix, strict=False)
    first, last = int(network.network_address) + 4, int(network.broadcast_address)
    kind = type(network.network_address)
    for number in range(first, min(last, first + 70_000)):
        yield str(kind(number))
