"""Secrets of key vaults: the part of ``https://VAULT.vault.azure.net`` that the local cloud has.

Access policies and roles are not checked: whoever has a token of the local cloud reads and writes all secrets.
"""

from __future__ import annotations

import re
import uuid
from typing import Any

from azops_tui.json_types import Json
from azops_tui.simulator.arm_reply import ArmReply
from azops_tui.simulator.arm_request import ArmRequest
from azops_tui.simulator.errors import ArmError
from azops_tui.simulator.providers.soft_deletion import DAY
from azops_tui.simulator.routing import Route
from azops_tui.simulator.services import ArmServices
from azops_tui.simulator.store import Resource

Kept = dict[str, Any]
"""A secret: ``name``, ``versions`` (the oldest first) and, once it is deleted, the time ``deleted``."""

_VAULTS = "microsoft.keyvault/vaults"
_LONGEST = 25_000


class VaultSecrets:
    """The secrets of one vault. They are in its private state, and the latest of each is a resource as well."""

    def __init__(self, services: ArmServices, request: ArmRequest) -> None:
        host = request.headers.get("Host", "").partition(":")[0].lower()
        name = host.partition(".")[0]
        self._cloud = services.cloud
        found = (r for r in self._cloud.store.of_type(_VAULTS) if r.address.last_name.lower() == name)
        vault = next(found, None)
        if vault is None:
            raise ArmError(404, "VaultNotFound", f"The local cloud has no key vault '{name}'.")
        self.vault = vault
        self.url = f"https://{host}"
        self.days = int(vault.properties.get("softDeleteRetentionInDays") or 90)
        self._kept: dict[str, Kept] = vault.private.setdefault("secrets", {})
        self._take_resources()
        now = self._cloud.clock.now()
        for key, kept in list(self._kept.items()):
            if kept.get("deleted") and kept["deleted"] + self.days * DAY <= now:
                del self._kept[key]

    def _take_resources(self) -> None:
        """Take over what templates wrote."""
        for resource in self._cloud.store.of_type(f"{_VAULTS}/secrets", self.vault.address.id):
            properties, kept = resource.properties, self._kept.get(resource.address.last_name.lower())
            value = str(properties.get("value") or "")
            if kept is not None and kept["versions"][-1]["value"] == value:
                continue
            version = str(properties.get("secretUriWithVersion") or "").rpartition("/")[2] or uuid.uuid4().hex
            sent = {**properties, "value": value, "tags": resource.body.get("tags")}
            self._append(resource.address.last_name, sent, version)

    def all(self, *, deleted: bool = False) -> list[Kept]:
        """The secrets by name, or the deleted ones."""
        return [kept for _, kept in sorted(self._kept.items()) if bool(kept.get("deleted")) is deleted]

    def find(self, name: str, *, deleted: bool = False) -> Kept:
        """A secret.

        Raises:
            ArmError: there is none.
        """
        kept = self._kept.get(name.lower())
        if kept is None or bool(kept.get("deleted")) is not deleted:
            message = f"Deleted Secret not found: {name}"
            if not deleted:
                message = f"A secret with (name/id) {name} was not found in this key vault. If you recently deleted "
                message += "this secret you may be able to recover it using the correct recovery command."
            raise ArmError(404, "SecretNotFound", message)
        return kept

    def version(self, name: str, version: str = "") -> Json:
        """A version of a secret; the latest if none is named.

        Raises:
            ArmError: there is none.
        """
        for entry in reversed(self.find(name)["versions"]):
            if not version or entry["version"].lower() == version.lower():
                return entry
        message = f"A secret with (name/id) {name}/{version} was not found in this key vault."
        raise ArmError(404, "SecretNotFound", message)

    def set(self, name: str, sent: Json) -> Json:
        """Add a version.

        Raises:
            ArmError: the name or the value is not valid, or the name is that of a deleted secret.
        """
        value = sent.get("value")
        if not re.fullmatch(r"[0-9A-Za-z-]{1,127}", name):
            raise ArmError(400, "BadParameter", f"The request URI contains an invalid name: {name}")
        if not isinstance(value, str):
            raise ArmError(400, "BadParameter", "The secret has no 'value' that is a text.")
        if len(value) > _LONGEST:
            raise ArmError(400, "BadParameter", f"The value of the secret is longer than {_LONGEST} characters.")
        kept = self._kept.get(name.lower())
        if kept is not None and kept.get("deleted"):
            message = f"Secret {name} is currently in a deleted but recoverable state, and its name cannot be reused; "
            message += "in this state, the secret can only be recovered or purged."
            raise ArmError(409, "Conflict", message, extra={"innererror": {"code": "ObjectIsDeletedButRecoverable"}})
        entry = self._append(name, sent, uuid.uuid4().hex)
        self._write_resource(self._kept[name.lower()])
        return entry

    def _append(self, name: str, sent: Json, version: str) -> Json:
        kept = self._kept.setdefault(name.lower(), {"name": name, "versions": []})
        kept.pop("deleted", None)
        now = int(self._cloud.clock.now())
        given = sent.get("attributes") or {}
        attributes = {key: given[key] for key in ("nbf", "exp") if given.get(key)}
        attributes |= {"enabled": given.get("enabled") is not False, "created": now, "updated": now}
        entry = {"version": version, "value": sent["value"], "attributes": attributes, "tags": sent.get("tags") or {}}
        if sent.get("contentType"):
            entry["contentType"] = sent["contentType"]
        kept["versions"].append(entry)
        return entry

    def _write_resource(self, kept: Kept) -> None:
        """Write the resource that Resource Manager shows of a secret."""
        latest, address = kept["versions"][-1], self.vault.address.child("secrets", kept["name"])
        uri = f"{self.url}/secrets/{kept['name']}"
        properties = {"value": latest["value"], "attributes": dict(latest["attributes"]), "secretUri": uri}
        properties |= {"secretUriWithVersion": f"{uri}/{latest['version']}"}
        if latest.get("contentType"):
            properties["contentType"] = latest["contentType"]
        now = self._cloud.clock.now()
        resource = self._cloud.store.get(address.id) or Resource(address, {}, created=now)
        resource.changed = now
        resource.body = {"id": address.id, "name": address.last_name, "type": "Microsoft.KeyVault/vaults/secrets"}
        resource.body |= {"location": self.vault.location, "tags": latest["tags"], "properties": properties}
        self._cloud.store.add(resource)

    def change(self, name: str, version: str, sent: Json) -> Json:
        """Change the attributes of a version."""
        entry = self.version(name, version)
        given = sent.get("attributes") or {}
        changes = {key: given[key] for key in ("enabled", "nbf", "exp") if given.get(key) is not None}
        entry["attributes"] |= {**changes, "updated": int(self._cloud.clock.now())}
        entry |= {key: sent[key] for key in ("tags", "contentType") if sent.get(key) is not None}
        self._write_resource(self.find(name))
        return entry

    def delete(self, name: str) -> Kept:
        """Delete a secret; it can be recovered."""
        kept = self.find(name)
        kept["deleted"] = int(self._cloud.clock.now())
        resource = self._cloud.store.get(self.vault.address.child("secrets", name).id)
        if resource is not None:
            self._cloud.store.remove(resource)
        return kept

    def recover(self, name: str) -> Json:
        """Recover a deleted secret. Returns its latest version."""
        kept = self.find(name, deleted=True)
        del kept["deleted"]
        self._write_resource(kept)
        return kept["versions"][-1]

    def purge(self, name: str) -> None:
        """Delete a deleted secret for good.

        Raises:
            ArmError: there is none, or the vault is protected.
        """
        self.find(name, deleted=True)
        if self.vault.properties.get("enablePurgeProtection"):
            raise ArmError(403, "Forbidden", 'Operation "purge" is not allowed because purge protection is enabled.')
        del self._kept[name.lower()]

    def bundle(self, name: str, entry: Json, *, whole: bool = True, with_version: bool = True) -> dict[str, Json]:
        """A version as the service shows it; ``whole`` with the value."""
        level = "Recoverable+Purgeable" if not self.vault.properties.get("enablePurgeProtection") else "Recoverable"
        body: dict[str, Json] = {"value": entry["value"]} if whole else {}
        if entry.get("contentType"):
            body["contentType"] = entry["contentType"]
        id = f"{self.url}/secrets/{name}"
        body["id"] = f"{id}/{entry['version']}" if with_version else id
        body["attributes"] = {**entry["attributes"], "recoveryLevel": level, "recoverableDays": self.days}
        body["tags"] = entry["tags"]
        return body

    def deleted_bundle(self, kept: Kept, *, with_version: bool = True) -> dict[str, Json]:
        """A deleted secret as the service shows it."""
        return {
            "recoveryId": f"{self.url}/deletedsecrets/{kept['name']}",
            "deletedDate": kept["deleted"],
            "scheduledPurgeDate": kept["deleted"] + self.days * DAY,
            **self.bundle(kept["name"], kept["versions"][-1], whole=False, with_version=with_version),
        }


def _page(values: list[Json]) -> ArmReply:
    return ArmReply(200, {"value": values, "nextLink": None})


def list_secrets(services: ArmServices, request: ArmRequest) -> ArmReply:
    """The secrets, without values."""
    vault = VaultSecrets(services, request)
    found = ((kept["name"], kept["versions"][-1]) for kept in vault.all())
    return _page([vault.bundle(name, entry, whole=False, with_version=False) for name, entry in found])


def list_versions(services: ArmServices, request: ArmRequest) -> ArmReply:
    """The versions of a secret, without values."""
    vault = VaultSecrets(services, request)
    kept = vault.find(request.params["name"])
    return _page([vault.bundle(kept["name"], entry, whole=False) for entry in kept["versions"]])


def get_secret(services: ArmServices, request: ArmRequest) -> ArmReply:
    """A version of a secret with its value.

    Raises:
        ArmError: it does not exist or is disabled.
    """
    vault, name = VaultSecrets(services, request), request.params["name"]
    entry = vault.version(name, request.params.get("version", ""))
    if not entry["attributes"]["enabled"]:
        inner: dict[str, Json] = {"innererror": {"code": "SecretDisabled"}}
        raise ArmError(403, "Forbidden", "Operation get is not allowed on a disabled secret.", extra=inner)
    return ArmReply(200, vault.bundle(vault.find(name)["name"], entry))


def set_secret(services: ArmServices, request: ArmRequest) -> ArmReply:
    """A new version of a secret."""
    vault = VaultSecrets(services, request)
    return ArmReply(200, vault.bundle(request.params["name"], vault.set(request.params["name"], request.document())))


def change_secret(services: ArmServices, request: ArmRequest) -> ArmReply:
    """Other attributes for a version."""
    vault, name = VaultSecrets(services, request), request.params["name"]
    entry = vault.change(name, request.params.get("version", ""), request.document())
    return ArmReply(200, vault.bundle(name, entry, whole=False))


def delete_secret(services: ArmServices, request: ArmRequest) -> ArmReply:
    """Delete a secret softly."""
    vault = VaultSecrets(services, request)
    return ArmReply(200, vault.deleted_bundle(vault.delete(request.params["name"])))


def list_deleted(services: ArmServices, request: ArmRequest) -> ArmReply:
    """The deleted secrets."""
    vault = VaultSecrets(services, request)
    return _page([vault.deleted_bundle(kept, with_version=False) for kept in vault.all(deleted=True)])


def show_deleted(services: ArmServices, request: ArmRequest) -> ArmReply:
    """A deleted secret."""
    vault = VaultSecrets(services, request)
    return ArmReply(200, vault.deleted_bundle(vault.find(request.params["name"], deleted=True)))


def recover(services: ArmServices, request: ArmRequest) -> ArmReply:
    """Recover a deleted secret."""
    vault, name = VaultSecrets(services, request), request.params["name"]
    return ArmReply(200, vault.bundle(name, vault.recover(name), whole=False))


def purge(services: ArmServices, request: ArmRequest) -> ArmReply:
    """Delete a deleted secret for good."""
    VaultSecrets(services, request).purge(request.params["name"])
    return ArmReply(204)


SECRET_URLS = (
    Route("GET", "/secrets", list_secrets),
    Route("GET", "/secrets/{name}", get_secret),
    Route("GET", "/secrets/{name}/versions", list_versions),
    Route("GET", "/secrets/{name}/{version}", get_secret),
    Route("PUT", "/secrets/{name}", set_secret),
    Route("PATCH", "/secrets/{name}", change_secret),
    Route("PATCH", "/secrets/{name}/{version}", change_secret),
    Route("DELETE", "/secrets/{name}", delete_secret),
    Route("GET", "/deletedsecrets", list_deleted),
    Route("GET", "/deletedsecrets/{name}", show_deleted),
    Route("POST", "/deletedsecrets/{name}/recover", recover),
    Route("DELETE", "/deletedsecrets/{name}", purge),
)
"""Paths below the host of a vault."""
