"""The class of a request by what is sent: does it read, change or delete?

GET, HEAD and OPTIONS read. POST reads only if the table below has its action: an unknown action counts as a change.
DELETE deletes, and so do a deployment in complete mode, a batch with a DELETE in it, and the actions of ``_DELETING``.
The table was taken from the recorded conversations of ``az`` with Azure and the reference of its REST APIs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from enum import IntEnum
from typing import Literal
from urllib.parse import unquote, urlsplit

from azops_tui.json_types import Json


class RequestClass(IntEnum):
    """What a request does; a higher class needs more agreement."""

    READS = 0
    CHANGES = 1
    DELETES = 2

    @property
    def letter(self) -> Literal["R", "M", "D"]:
        letters: tuple[Literal["R", "M", "D"], ...] = ("R", "M", "D")
        return letters[self]


_READING_ACTIONS = frozenset(
    # Last segment of the path of a POST to the resource manager, in lower case. Every check… of a name and every
    # list… reads as well; see _is_reading_action.
    """
    validate whatif exporttemplate calculatetemplatehash resources resourceshistory query queryresults summarize
    backendhealth getbackendhealthondemand getadvertisedroutes getbgppeerstatus getlearnedroutes getikesas
    ipflowverify networkconfigurationdiagnostic nexthop queryflowlogstatus queryinboundnatruleportmapping querystatus
    querytroubleshootresult securitygroupview topology connectivitycheck getcallbackconfig getentities getbyids
    getdnsresourcereference getvpnclientipsecparameters supportedvpndevices sharedkeys search schema publishxml
    ismemberof checkmembergroups checkmemberobjects getmembergroups getmemberobjects getobjectsbyobjectids
    getavailableextendedlocations geteffectiverouteTable effectiveroutetable effectivenetworksecuritygroups
    retrievebootdiagnosticsdata getauthtoken availableprivateendpointtypes validatemoveresources checkzonepeers
    checkpolicyrestrictions getlogs getstatus getupgradehistory checkaccess forecast getconfiguration
    checkresourcename checkdnsnameavailability checkquotaavailability checkfrontdoornameavailability
    """.lower().split()
)
_GRAPH_READS = frozenset(
    {"getbyids", "getobjectsbyobjectids", "checkmembergroups", "checkmemberobjects", "getmembergroups"}
    | {"getmemberobjects", "ismemberof", "getavailableextensionproperties", "validateproperties", "query"}
)
_CHECK = re.compile(r"check\w*(?:name|domain|host|subnet|quota|address|dns|ip|inventory)?\w*availability")
_LIST = re.compile(r"list[a-z]\w*|list")
_LISTS_THAT_WRITE = frozenset({"listen"})
_ARP_TABLE = re.compile(r"/(?:arptables|routetables|routetablessummary)/[^/]+$")
_DELETING = frozenset({"delete", "purge", "reimage", "reimageall", "deleteinstances", "deletevirtualmachines", "drop"})
"""Actions by POST after which data is gone."""
_DEPLOYMENT = re.compile(r"/providers/microsoft\.resources/deployments/[^/]+$")
_VAULT_READS = re.compile(r"^/keys/[^/]+(?:/[^/]+)?/(?:sign|verify|encrypt|decrypt|wrapkey|unwrapkey)$")
_REGISTRY_READS = re.compile(r"^/(?:oauth2/(?:token|exchange)|acr/v1/_metadata/_query)$")
_MONITOR_READS = re.compile(r"/query$|/\$batch$|^/v\d/(?:rest/)?query$|/metrics:getbatch$")
_SIGN_IN = re.compile(r"^/[^/]+/oauth2/(?:v2\.0/)?(?:token|devicecode)$")
"""Where the local cloud, whose host is the resource manager's too, hands out tokens."""
_OVERRIDES = ("x-http-method-override", "x-http-method", "x-method-override", "x-ms-method")
BODY_LIMIT = 8 * 1024 * 1024
"""Largest body that is read to classify a request, in bytes; the resource manager accepts 4 MB."""


def needs_body(service: str, method: str, url: str) -> bool:
    """True if the class depends on the body: deployments, batches, and capacities."""
    path = _path(url)
    if method == "PUT" and _DEPLOYMENT.search(path):
        return True
    if method == "POST" and (path.endswith(("/batch", "/$batch")) or path == "/batch"):
        return service in ("manager", "graph")
    return service == "manager" and method in ("PUT", "PATCH") and has_capacity(url)


def has_capacity(url: str) -> bool:
    """True for a resource whose number of instances a PUT or PATCH can lower."""
    return bool(re.search(r"/(?:virtualmachinescalesets|agentpools)/[^/]+$", _path(url)))


def capacity(body: Json) -> int | None:
    """The number of instances that a body sets; None if it sets none."""
    if not isinstance(body, dict):
        return None
    properties = body.get("properties")
    value = (body.get("sku") or {}).get("capacity") if isinstance(body.get("sku"), dict) else None
    if value is None and isinstance(properties, dict):
        value = properties.get("count")
    return value if isinstance(value, int) else None


def classify(
    service: str, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
) -> RequestClass:
    """The class of a request.

    Args:
        service: kind of service, as :func:`azops_tui.net.azure_hosts.service` names it; others read by GET only.
        method: HTTP method.
        url: URL, or its path with the query.
        headers: with names in lower case; a header that replaces the method counts as the method, too.
        body: where :func:`needs_body` says that it matters.
    """
    methods = {method.upper()} | {headers[name].upper() for name in _OVERRIDES if headers and name in headers}
    return max(_classify(service, name, url, body) for name in methods)


def _classify(service: str, method: str, url: str, body: bytes | None) -> RequestClass:
    if method in ("GET", "HEAD", "OPTIONS", "TRACE"):
        return RequestClass.READS
    if method == "DELETE":
        return RequestClass.DELETES
    path, query = _path(url), urlsplit(url).query.lower()
    if method == "POST":
        return _class_of_post(service, path, query, body)
    if method == "PUT" and _DEPLOYMENT.search(path) and service == "manager":
        return RequestClass.DELETES if _is_complete(body) else RequestClass.CHANGES
    return RequestClass.CHANGES


def _class_of_post(service: str, path: str, query: str, body: bytes | None) -> RequestClass:
    action = path.rsplit("/", 1)[-1]
    if service == "sign-in" or (service == "manager" and _SIGN_IN.search(path)):
        return RequestClass.READS
    if service == "vault":
        return RequestClass.READS if _VAULT_READS.search(path) else RequestClass.CHANGES
    if service == "registry":
        return RequestClass.READS if _REGISTRY_READS.search(path) else RequestClass.CHANGES
    if service == "monitor":
        return RequestClass.READS if _MONITOR_READS.search(path) else RequestClass.CHANGES
    if service == "storage":
        return RequestClass.DELETES if "comp=batch" in query or action == "$batch" else RequestClass.CHANGES
    if service in ("manager", "graph"):
        if action in ("batch", "$batch"):
            return _class_of_batch(service, body)
        if action in _DELETING:
            return RequestClass.DELETES
        if service == "graph":
            return RequestClass.READS if action in _GRAPH_READS else RequestClass.CHANGES
        if _is_reading_action(path, action):
            return RequestClass.READS
    return RequestClass.CHANGES


def _is_reading_action(path: str, action: str) -> bool:
    if action in _READING_ACTIONS or _CHECK.fullmatch(action):
        return True
    if _LIST.fullmatch(action) and action not in _LISTS_THAT_WRITE:
        return True
    return bool(_ARP_TABLE.search(path))


def _class_of_batch(service: str, body: bytes | None) -> RequestClass:
    """The highest class of the requests in a batch; a batch that cannot be read deletes."""
    try:
        requests = json.loads(body or b"")["requests"]
        return max(
            classify(
                service,
                str(entry.get("httpMethod") or entry.get("method") or "GET"),
                str(entry.get("url") or entry.get("relativeUrl") or ""),
                body=json.dumps(entry.get("content") or entry.get("body")).encode(),
            )
            for entry in requests
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return RequestClass.DELETES


def _is_complete(body: bytes | None) -> bool:
    """True if a deployment's mode is complete, or its body cannot be read."""
    try:
        document = json.loads(body or b"")
        properties = {str(key).lower(): value for key, value in document.items()}["properties"]
        mode = {str(key).lower(): value for key, value in properties.items()}.get("mode", "Incremental")
    except (ValueError, KeyError, TypeError, AttributeError):
        return True
    return str(mode).lower() != "incremental"


def _path(url: str) -> str:
    """The path in lower case, decoded until nothing is left to decode, without empty segments at its end."""
    path = urlsplit(url).path
    for _ in range(4):
        decoded = unquote(path)
        if decoded == path:
            break
        path = decoded
    return path.partition("?")[0].rstrip("/").lower()
