"""Actions that list or renew the keys of a resource. Two keys are made when they are first listed, and kept."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from azops_tui.json_types import Json
from azops_tui.simulator.arm_reply import ArmReply
from azops_tui.simulator.cloud import SimulatedCloud
from azops_tui.simulator.providers.documents import get, replace_words
from azops_tui.simulator.store import Resource

_PAIR: Json = {"primaryKey": "{key1}", "secondaryKey": "{key2}"}
_NUMBERED: Json = {"key1": "{key1}", "key2": "{key2}"}
_BUS = "Endpoint=sb://{root}.servicebus.windows.net/;SharedAccessKeyName={name};SharedAccessKey="
_RULE: Json = {
    "primaryConnectionString": f"{_BUS}{{key1}}",
    "secondaryConnectionString": f"{_BUS}{{key2}}",
    "primaryKey": "{key1}",
    "secondaryKey": "{key2}",
    "keyName": "{name}",
}
_COSMOS = "AccountEndpoint=https://{lower}.documents.azure.com:443/;AccountKey="
_READ_ONLY: Json = {"primaryReadonlyMasterKey": "{key1}", "secondaryReadonlyMasterKey": "{key2}"}
_HUB_RIGHTS = (
    ("iothubowner", "RegistryWrite, ServiceConnect, DeviceConnect"),
    ("service", "ServiceConnect"),
    ("device", "DeviceConnect"),
    ("registryRead", "RegistryRead"),
    ("registryReadWrite", "RegistryWrite"),
)
_WORKSPACE: Json = {"primarySharedKey": "{key1}", "secondarySharedKey": "{key2}"}
_ENDPOINT = "Endpoint=https://{host};AccessKey="
_REALTIME: Json = {
    "primaryKey": "{key1}",
    "secondaryKey": "{key2}",
    "primaryConnectionString": f"{_ENDPOINT}{{key1}};Version=1.0;",
    "secondaryConnectionString": f"{_ENDPOINT}{{key2}};Version=1.0;",
}
_REGISTRY: Json = {
    "username": "{name}",
    "passwords": [{"name": "password", "value": "{key1}"}, {"name": "password2", "value": "{key2}"}],
}
_CALLBACK_QUERY: dict[str, Json] = {
    "api-version": "2016-10-01",
    "sp": "/triggers/{name}/run",
    "sv": "1.0",
    "sig": "{key1}",
}
_CALLBACK: Json = {
    "value": "{access}/triggers/{name}/paths/invoke?api-version=2016-10-01&sp=%2Ftriggers%2F{name}%2Frun&sv=1.0"
    "&sig={key1}",
    "method": "POST",
    "basePath": "{access}/triggers/{name}/paths/invoke",
    "queries": _CALLBACK_QUERY,
}

SHOWN_BY_LIST = frozenset(("microsoft.web/sites/config", "microsoft.web/sites/slots/config"))
"""Types, in lower case, that ``list`` shows as they are, because they hold secrets."""
_REPLIES: Mapping[str, Mapping[str, Json]] = {
    "microsoft.automation/automationaccounts": {
        "listkeys": {
            "keys": [
                {"KeyName": "Primary", "Permissions": "Full", "Value": "{key1}"},
                {"KeyName": "Secondary", "Permissions": "Full", "Value": "{key2}"},
            ]
        }
    },
    "microsoft.batch/batchaccounts": {
        "listkeys": {"accountName": "{name}", "primary": "{key1}", "secondary": "{key2}"}
    },
    "microsoft.cache/redis": {"listkeys": _PAIR, "regeneratekey": _PAIR},
    "microsoft.cognitiveservices/accounts": {"listkeys": _NUMBERED, "regeneratekey": _NUMBERED},
    "microsoft.containerregistry/registries": {"listcredentials": _REGISTRY, "regeneratecredential": _REGISTRY},
    "microsoft.devices/iothubs": {
        "listkeys": {
            "value": [
                {"keyName": name, "primaryKey": "{key1}", "secondaryKey": "{key2}", "rights": rights}
                for name, rights in _HUB_RIGHTS
            ]
        }
    },
    "microsoft.documentdb/databaseaccounts": {
        "listkeys": {"primaryMasterKey": "{key1}", "secondaryMasterKey": "{key2}"} | _READ_ONLY,
        "readonlykeys": _READ_ONLY,
        "listconnectionstrings": {
            "connectionStrings": [
                {"connectionString": f"{_COSMOS}{{{key}}};", "description": f"{kind} SQL Connection String"}
                for kind, key in (
                    ("Primary", "key1"),
                    ("Secondary", "key2"),
                    ("Primary Read-Only", "key1"),
                    ("Secondary Read-Only", "key2"),
                )
            ]
        },
    },
    "microsoft.eventgrid/domains": {"listkeys": _NUMBERED, "regeneratekey": _NUMBERED},
    "microsoft.eventgrid/topics": {"listkeys": _NUMBERED, "regeneratekey": _NUMBERED},
    "microsoft.logic/workflows/triggers": {"listcallbackurl": _CALLBACK},
    "microsoft.maps/accounts": {"listkeys": _PAIR, "regeneratekey": _PAIR},
    "microsoft.operationalinsights/workspaces": {
        "sharedkeys": _WORKSPACE,
        "listkeys": _WORKSPACE,
        "regeneratesharedkey": _WORKSPACE,
    },
    "microsoft.search/searchservices": {
        "listadminkeys": _PAIR,
        "regenerateadminkey": _PAIR,
        "listquerykeys": {"value": [{"name": None, "key": "{key1}"}]},
    },
    "microsoft.signalrservice/signalr": {"listkeys": _REALTIME, "regeneratekey": _REALTIME},
    "microsoft.signalrservice/webpubsub": {"listkeys": _REALTIME, "regeneratekey": _REALTIME},
}
_BUSES = ("microsoft.eventhub/", "microsoft.servicebus/", "microsoft.relay/", "microsoft.notificationhubs/")


def key_reply(
    cloud: SimulatedCloud, resource: Resource, action: str, sent: Json, words: Mapping[str, str]
) -> ArmReply | None:
    """The reply of an action that lists or renews keys; None if the type has no such action."""
    kind, name = resource.address.type.lower(), action.lower()
    replies = _REPLIES.get(kind, {})
    if kind.startswith(_BUSES) and kind.endswith("/authorizationrules"):
        replies = {"listkeys": _RULE, "regeneratekeys": _RULE}
    reply = replies.get(name)
    if reply is None:
        return None
    keys = resource.private.setdefault("keys", [_new_key(cloud), _new_key(cloud)])
    if name.startswith("regenerate"):
        chosen = " ".join(str(get(sent, n) or "") for n in ("keyType", "keyName", "name", "keyKind")).lower()
        keys[1 if "second" in chosen or "2" in chosen else 0] = _new_key(cloud)
    workflow = cloud.store.get(resource.address.parent.id) if resource.address.parent else None
    known = {
        **words,
        "key1": keys[0],
        "key2": keys[1],
        "root": resource.address.names[0],
        "host": str(resource.properties.get("hostName") or ""),
        "access": str(workflow.properties.get("accessEndpoint") or "") if workflow is not None else "",
    }
    return ArmReply(200, replace_words(reply, known))


def _new_key(cloud: SimulatedCloud) -> str:
    return base64.b64encode(cloud.random.randbytes(32)).decode()
