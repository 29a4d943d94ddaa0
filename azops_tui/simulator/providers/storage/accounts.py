"""Storage accounts."""

from __future__ import annotations

import base64
import copy
import re
from collections.abc import Mapping

from azops_tui.arm.resource_id import ResourceId
from azops_tui.json_types import Json
from azops_tui.simulator import locations
from azops_tui.simulator.arm_reply import ArmReply
from azops_tui.simulator.clock import stamp
from azops_tui.simulator.cloud import SimulatedCloud
from azops_tui.simulator.errors import ArmError
from azops_tui.simulator.lro_profiles import LOCATION
from azops_tui.simulator.providers.base import ActionCall, ResourceProvider, ResourceWrite
from azops_tui.simulator.providers.documents import get
from azops_tui.simulator.store import Resource

NAME = re.compile(r"^[a-z0-9]{3,24}$")
NAME_RULE = (
    "{name} is not a valid storage account name. Storage account name must be between 3 and 24 characters in length "
    "and use numbers and lower-case letters only."
)
TAKEN = "The storage account named {name} is already taken."
SERVICES = ("dfs", "web", "blob", "queue", "table", "file")


class StorageAccountProvider(ResourceProvider):
    """Microsoft.Storage/storageAccounts."""

    types = ("microsoft.storage/storageaccounts",)

    def check(self, write: ResourceWrite) -> None:
        errors = self._name_errors(write.address)
        if errors:
            raise errors[0]
        if write.creates and not get(write.sent, "sku", "name") and not get(write.sent, "properties", "accountType"):
            raise ArmError(400, "InvalidRequestContent", "The required property 'sku' is missing from the request.")

    def preflight(self, address: ResourceId) -> list[ArmError]:
        name = address.last_name
        other = account_named(self.cloud, name)
        if not NAME.match(name):
            return [ArmError(400, "AccountNameInvalid", NAME_RULE.format(name=name), target=name)]
        if other is not None and other.address.key != address.key:
            return [ArmError(409, "StorageAccountAlreadyTaken", TAKEN.format(name=name))]
        return []

    def _name_errors(self, address: ResourceId) -> list[ArmError]:
        name = address.last_name
        if not NAME.match(name):
            return [ArmError(400, "AccountNameInvalid", NAME_RULE.format(name=name))]
        other = account_named(self.cloud, name)
        if other is None or other.address.key == address.key:
            return []
        if other.address.subscription.lower() != address.subscription.lower():
            return [ArmError(409, "StorageAccountAlreadyTaken", TAKEN.format(name=name))]
        words = f"The account {name} is already in another resource group in this subscription."
        return [ArmError(409, "StorageAccountInAnotherResourceGroup", words)]

    def build_document(self, write: ResourceWrite) -> dict[str, Json]:
        body = super().build_document(write)
        now = stamp(self.cloud.clock.now())
        old = write.before.properties if write.before else {}
        sku = body.setdefault("sku", dict((write.before.body.get("sku") or {}) if write.before else {}))
        older = body["properties"].pop("accountType", None)
        if older:
            sku.setdefault("name", older)
        sku["tier"] = str(sku.get("name", "Standard_LRS")).split("_")[0]
        body.setdefault("kind", write.before.body.get("kind") if write.before else "StorageV2")
        body.setdefault("tags", {})
        location = str(body.get("location") or "")
        name = write.address.last_name
        sent = body["properties"]
        properties: dict[str, Json] = copy.deepcopy(old)
        properties.update({k: v for k, v in sent.items() if v is not None})
        properties.setdefault("keyCreationTime", {"key1": now, "key2": now})
        properties.setdefault("privateEndpointConnections", [])
        if write.api_version >= "2021":
            properties.setdefault("minimumTlsVersion", "TLS1_0")
            properties.setdefault("allowBlobPublicAccess", False)
            properties.setdefault("allowCrossTenantReplication", False)
        acls = properties.setdefault("networkAcls", {})
        for key, value in (
            ("bypass", "AzureServices"),
            ("virtualNetworkRules", []),
            ("ipRules", []),
            ("ipv6Rules", []),
            ("defaultAction", "Allow"),
        ):
            acls.setdefault(key, copy.deepcopy(value))
        properties.setdefault("supportsHttpsTrafficOnly", True)
        encryption = properties.setdefault("encryption", {})
        services = encryption.setdefault("services", {})
        for service in ("file", "blob"):
            service_settings = services.setdefault(service, {})
            service_settings.setdefault("keyType", "Account")
            service_settings.setdefault("enabled", True)
            service_settings.setdefault("lastEnabledTime", now)
        encryption.setdefault("keySource", "Microsoft.Storage")
        properties.setdefault("accessTier", "Hot")
        properties["creationTime"] = old.get("creationTime", now)
        properties["primaryEndpoints"] = endpoints(name, location)
        properties["primaryLocation"] = locations.region_name(location)
        properties["statusOfPrimary"] = "available"
        kind = str(sku.get("name", ""))
        if "GRS" in kind or "GZRS" in kind:
            properties["secondaryLocation"] = locations.paired_region(location)
            properties["statusOfSecondary"] = "available"
            if "RAG" in kind:
                service_settings = endpoints(name + "-secondary", location)
                service_settings.pop("file")
                properties["secondaryEndpoints"] = service_settings
        add_routes(properties, name, location)
        body["properties"] = properties
        return body

    def on_written(self, resource: Resource, write: ResourceWrite) -> None:
        if "keys" not in resource.private:
            resource.private["keys"] = [new_key(self.cloud), new_key(self.cloud)]

    def show(self, resource: Resource, query: Mapping[str, str]) -> dict[str, Json]:
        if "2015" <= query.get("api-version", "") < "2016":
            return older_document(resource)
        if "georeplicationstats" not in query.get("$expand", "").lower():
            return resource.body
        if "secondaryLocation" not in resource.properties:
            return resource.body
        minute = self.cloud.clock.now() // 60 * 60
        stats = {
            "status": "Live",
            "lastSyncTime": f"{stamp(minute)[:19]}Z",
            "canFailover": True,
            "canPlannedFailover": True,
            "postFailoverRedundancy": "Standard_LRS",
            "postPlannedFailoverRedundancy": get(resource.body, "sku", "name"),
        }
        return {**resource.body, "properties": {**resource.properties, "geoReplicationStats": stats}}

    def fail_over(self, resource: Resource, call: ActionCall) -> ArmReply:
        """Make the secondary region the primary one; the account is locally redundant afterwards."""
        if "secondaryLocation" not in resource.properties:
            message = "Failover is not supported for an account without a secondary region."
            raise ArmError(409, "AccountPropertyCannotBeUpdated", message)

        async def work() -> None:
            await self.cloud.clock.sleep(60)
            properties = resource.properties
            properties["primaryLocation"] = properties.pop("secondaryLocation")
            for name in ("statusOfSecondary", "secondaryEndpoints"):
                properties.pop(name, None)
            resource.body["sku"] = {"name": "Standard_LRS", "tier": "Standard"}

        return ArmReply(202, None, self.start_operation(resource, work, empty=True), (LOCATION,))

    def list_keys(self, resource: Resource, call: ActionCall) -> ArmReply:
        if "2015" <= call.query.get("api-version", "") < "2016":
            return ArmReply(200, {f"key{i}": value for i, value in enumerate(resource.private["keys"], 1)})
        keys = key_documents(resource)
        if "kerb" in call.query.get("$expand", "").lower():
            kerberos = resource.private.get("kerberos") or {}
            keys += [
                {"creationTime": created, "keyName": name, "value": value, "permissions": "FULL"}
                for name, (value, created) in sorted(kerberos.items())
            ]
        return ArmReply(200, {"keys": keys})

    def regenerate_key(self, resource: Resource, call: ActionCall) -> ArmReply:
        """Replace one access key."""
        chosen = str(get(call.body, "keyName") or "").lower()
        if chosen in ("kerb1", "kerb2"):
            resource.private.setdefault("kerberos", {})[chosen] = (new_key(self.cloud), stamp(self.cloud.clock.now()))
            return self.list_keys(resource, call)
        index = 1 if chosen == "key2" else 0
        resource.private["keys"][index] = new_key(self.cloud)
        resource.properties["keyCreationTime"][f"key{index + 1}"] = stamp(self.cloud.clock.now())
        return self.list_keys(resource, call)

    def list_sas(self, resource: Resource, call: ActionCall) -> ArmReply:
        """A shared access signature of the account or of one service."""
        member = "accountSasToken" if call.name == "listaccountsas" else "serviceSasToken"
        return ArmReply(200, {member: f"sv=2022-11-02&sig={new_key(self.cloud)[:43]}%3D"})

    actions = (
        ("POST", "listKeys", list_keys),
        ("POST", "regenerateKey", regenerate_key),
        ("POST", "failover", fail_over),
        ("POST", "listAccountSas", list_sas),
        ("POST", "listServiceSas", list_sas),
    )


_OLDER = ("provisioningState", "creationTime", "primaryLocation", "statusOfPrimary", "secondaryLocation")
_OLDER_STATUS = ("statusOfSecondary", "lastGeoFailoverTime", "customDomain")


def older_document(resource: Resource) -> dict[str, Json]:
    """An account as API versions of 2015 show it: without a SKU, and with four endpoints at most."""
    properties = {k: resource.properties[k] for k in (*_OLDER, *_OLDER_STATUS) if k in resource.properties}
    properties["accountType"] = get(resource.body, "sku", "name")
    for name in ("primaryEndpoints", "secondaryEndpoints"):
        known = resource.properties.get(name) or {}
        if known:
            properties[name] = {k: v for k, v in known.items() if k not in ("dfs", "web")}
    body = {k: v for k, v in resource.body.items() if k not in ("sku", "kind")}
    return {**body, "properties": properties}


def key_documents(resource: Resource) -> list[Json]:
    """The keys of an account as listKeys shows them."""
    created = resource.properties.get("keyCreationTime") or {}
    return [
        {
            "creationTime": created.get(f"key{i}"),
            "keyName": f"key{i}",
            "value": value,
            "permissions": "FULL",
        }
        for i, value in enumerate(resource.private["keys"], 1)
    ]


def new_key(cloud: SimulatedCloud) -> str:
    """A key of 64 random bytes."""
    return base64.b64encode(cloud.random.randbytes(64)).decode()


def endpoints(name: str, location: str) -> dict[str, str]:
    """The URLs of an account's services."""
    return {
        service: f"https://{name}.{storage_zone(location) if service == 'web' else ''}{service}.core.windows.net/"
        for service in SERVICES
    }


def add_routes(properties: dict[str, Json], name: str, location: str) -> None:
    """Add the URLs of the routes that an account publishes besides its chosen one."""
    preference = properties.get("routingPreference")
    if not isinstance(preference, dict):
        return
    for flag, member, words, left_out in (
        ("publishMicrosoftEndpoints", "microsoftEndpoints", "microsoftrouting", ()),
        ("publishInternetEndpoints", "internetEndpoints", "internetrouting", ("queue", "table")),
    ):
        if not preference.get(flag):
            continue
        for place, suffix in (("primaryEndpoints", ""), ("secondaryEndpoints", "-secondary")):
            known = properties.get(place)
            if isinstance(known, dict):
                routed = endpoints(f"{name}-{words}{suffix}", location)
                known[member] = {k: v for k, v in routed.items() if k in known and k not in left_out}


_ZONES = {"eastus": 13, "eastus2": 20, "eastus2euap": 3, "westus": 22, "westus2": 5, "japanwest": 31, "japaneast": 11}


def storage_zone(location: str) -> str:
    """The storage zone of a region in the names of web endpoints: ``z13.``."""
    return f"z{_ZONES.get(locations.region_name(location), 6)}."


def account_named(cloud: SimulatedCloud, name: str) -> Resource | None:
    lower = name.lower()
    accounts = cloud.store.of_type("microsoft.storage/storageaccounts")
    return next((a for a in accounts if a.address.last_name.lower() == lower), None)


def check_name(cloud: SimulatedCloud, name: str) -> Json:
    """The body of the reply to checkNameAvailability."""
    if not NAME.match(name):
        return {"nameAvailable": False, "reason": "AccountNameInvalid", "message": NAME_RULE.format(name=name)}
    if account_named(cloud, name) is not None:
        return {"nameAvailable": False, "reason": "AlreadyExists", "message": TAKEN.format(name=name)}
    return {"nameAvailable": True}
