"""SSH public keys kept as resources."""

from __future__ import annotations

from azops_tui.json_types import Json
from azops_tui.simulator.errors import invalid_parameter
from azops_tui.simulator.providers.base import Answer, Change, Provider
from azops_tui.simulator.ssh_public_keys import valid
from azops_tui.simulator.store import Resource


class SshKeys(Provider):
    """Microsoft.Compute/sshPublicKeys."""

    types = ("microsoft.compute/sshpublickeys",)

    def check(self, change: Change) -> None:
        key = change.properties.get("publicKey")
        if key is not None and not valid(key):
            raise invalid_parameter("publicKey")

    async def act(self, resource: Resource, action: str, body: Json, query: dict[str, str]) -> Answer | None:
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
        return Answer(
            200,
            {"publicKey": resource.properties["publicKey"], "privateKey": private.decode(), "id": resource.id},
        )
