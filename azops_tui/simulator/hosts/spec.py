"""Specification of a simulated machine."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HostSpec:
    """A machine as deployed."""

    id: str
    """Resource id of the virtual machine or scale set instance; its host key goes with it."""
    name: str
    """Host name."""
    user: str
    public_keys: list[str]
    """OpenSSH public keys of the user; a text that is not a key is skipped."""
    private_address: str
    public_address: str | None = None
    fqdn: str | None = None
    size: str = "Standard_D2s_v3"
    """Virtual machine size; determines processors and memory."""
    image: str = ""
    """``publisher:offer:sku:version``, determines the distribution; Ubuntu 22.04 by default."""

    @property
    def addresses(self) -> list[str]:
        """The private address, and the public address if there is one."""
        return [address for address in (self.private_address, self.public_address) if address]

    @property
    def group(self) -> str:
        """Lower-case id of the resource group; machines see those of their own group first."""
        parts = self.id.lower().split("/")
        return "/".join(parts[: parts.index("resourcegroups") + 2]) if "resourcegroups" in parts else ""
