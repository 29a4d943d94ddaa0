"""What is known of a simulated machine before it starts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HostSpec:
    """A machine as it was deployed."""

    id: str
    """Resource id of the virtual machine or scale set instance; its host key goes with it."""
    name: str
    """What ``hostname`` answers."""
    user: str
    public_keys: list[str]
    """OpenSSH public keys that may log in as the user; what is no key is passed over."""
    private_address: str
    public_address: str | None = None
    fqdn: str | None = None
    size: str = "Standard_D2s_v3"
    """The size's name, which gives processors and memory."""
    image: str = ""
    """``publisher:offer:sku:version``, which gives the distribution; Ubuntu 22.04 where it says nothing."""

    @property
    def addresses(self) -> list[str]:
        """The private address, then the public one where there is one."""
        return [address for address in (self.private_address, self.public_address) if address]

    @property
    def group(self) -> str:
        """The id up to its resource group, in lower case: machines of one group see each other first."""
        parts = self.id.lower().split("/")
        return "/".join(parts[: parts.index("resourcegroups") + 2]) if "resourcegroups" in parts else ""
