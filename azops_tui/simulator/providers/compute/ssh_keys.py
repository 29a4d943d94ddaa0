"""SSH public keys as resources."""

from __future__ import annotations

from azops_tui.simulator.arm_reply import ArmReply
from azops_tui.simulator.errors import invalid_parameter
from azops_tui.simulator.providers.base import ActionCall, ResourceProvider, ResourceWrite
from azops_tui.simulator.providers.compute.ssh_key_format import is_valid
from azops_tui.simulator.store import Resource


class SshKeyProvider(ResourceProvider):
    """Microsoft.Compute/sshPublicKeys."""

    types = ("microsoft.compute/sshpublickeys",)

    def check(self, write: ResourceWrite) -> None:
        key = write.properties.get("publicKey")
        if key is not None and not is_valid(key):
            raise invalid_parameter("publicKey")

    def generate_key_pair(self, resource: Resource, call: ActionCall) -> ArmReply:
        """Create a key pair, store the public key and return both."""
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

    actions = (("POST", "generateKeyPair", generate_key_pair),)
