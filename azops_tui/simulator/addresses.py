"""Addresses: public ones from ranges that lead nowhere, private ones from the subnets of the simulated networks."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

PUBLIC_RANGES = ("203.0.113.0/24", "198.51.100.0/24", "192.0.2.0/24", "198.18.0.0/15")
"""Reserved for documentation and benchmarks: nobody's real machine can be met there by mistake."""


class IpAddressPool:
    """Hands out addresses. A public one is never given twice in the life of a simulator."""

    def __init__(self) -> None:
        self._public = _public()
        self._taken: dict[str, dict[str, str]] = {}

    def public(self) -> str:
        """A public address that was never given before.

        Raises:
            LookupError: more than 130,000 have been given.
        """
        found = next(self._public, None)
        if found is None:
            raise LookupError("the simulator has no more public addresses")
        return found

    def take(self, subnet: str, prefix: str, owner: str, wanted: str = "") -> str | None:
        """A private address of a subnet.

        Args:
            subnet: id of the subnet; case does not matter.
            prefix: its range, as ``10.0.0.0/24``.
            owner: id of who gets it; an owner that has one keeps it unless it wants another.
            wanted: the address to have, where it is fixed.

        Returns:
            The address, or None where the subnet is full or the wanted one is another's.
        """
        taken = self._taken.setdefault(subnet.lower(), {})
        owner = owner.lower()
        mine = next((a for a, o in taken.items() if o == owner), None)
        if mine is not None and wanted in ("", mine):
            return mine
        if wanted:
            if taken.get(wanted, owner) != owner:
                return None
            found: str | None = wanted
        else:
            found = next((a for a in _usable(prefix) if a not in taken), None)
        if found is not None:
            if mine is not None:
                del taken[mine]
            taken[found] = owner
        return found

    def free(self, owner: str) -> None:
        """Gives back every private address of an owner, and of what lies beneath it."""
        owner = owner.lower()
        for taken in self._taken.values():
            for address in [a for a, o in taken.items() if o == owner or o.startswith(owner + "/")]:
                del taken[address]

    def owners(self, subnet: str) -> list[str]:
        """Who has addresses in a subnet."""
        return list(self._taken.get(subnet.lower(), {}).values())

    def available(self, subnet: str, address: str) -> bool:
        """Whether nobody has this address of the subnet."""
        return address not in self._taken.get(subnet.lower(), {})


def _public() -> Iterator[str]:
    for text in PUBLIC_RANGES:
        yield from (str(a) for a in ipaddress.ip_network(text).hosts())


def _usable(prefix: str) -> Iterator[str]:
    """Azure keeps the first four addresses and the last one of a subnet."""
    network = ipaddress.ip_network(prefix, strict=False)
    first, last = int(network.network_address) + 4, int(network.broadcast_address)
    kind = type(network.network_address)
    for number in range(first, min(last, first + 70_000)):
        yield str(kind(number))
