"""SSH public keys kept as resources."""

from __future__ import annotations

from azops_tui.json_types import Json
from azops_tui.simulator.arm_reply import ArmReply
from azops_tui.simulator.errors import invalid_parameter
from azops_tui.simulator.providers.base import ResourceProvider, ResourceWrite
from azops_tui.simulator.providers.compute.ssh_key_format import valid
from azops_tui.simulator.store import Resource


class SshKeyProvider(ResourceProvider):
    """Microsoft.Compute/sshPublicKeys."""

    types = ("microsoft.compute/sshpublickeys",)

    def check(self, change: ResourceWrite) -> None:
        key = change.properties.get("publicKey")
        if key is not None and not valid(key):
            raise invalid_parameter("publicKey")

    async def act(self, resource: Resource, action: str, body: Json, query: dict[str, str]) -> ArmReply | None:
        if action.lower() != "generatekeypair":
            return None
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import rsa

        key = rsa.generate_private_key(65537, 3072)
        public = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
        resource.properties["publicKey"] = f"{public.decode()} generated-by-azure"
        return ArmReply(
            200,
            {"publicKey": resource.properties["publicKey"], "privateKey": private.decode(), "id": resource.id},
        )
