"""The directory: users, groups, applications and service principals, as Microsoft Graph shows them."""

from __future__ import annotations

import hashlib
import hmac
import re
import uuid
from dataclasses import dataclass, field

from azops_tui.json_types import Json
from azops_tui.simulator.clock import stamp

PRINCIPAL_TYPES = {"users": "User", "groups": "Group", "servicePrincipals": "ServicePrincipal"}
"""Principal types of role assignments, by collection."""
KINDS = {"users": "user", "groups": "group", "applications": "application", "servicePrincipals": "servicePrincipal"}
"""Names in ``@odata.type``, by collection."""


def client_object_id(client: str) -> str:
    """Object id of the service principal that signs in as ``client``."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, client))


@dataclass(slots=True)
class DirectoryObject:
    """A user, group, application or service principal.

    Attributes:
        kind: the collection, for example ``servicePrincipals``.
        members, owners: ids of other objects.
    """

    kind: str
    body: dict[str, Json]
    members: list[str] = field(default_factory=list)
    owners: list[str] = field(default_factory=list)

    @property
    def id(self) -> str:
        """The object id."""
        return str(self.body["id"])


class Directory:
    """All objects, by id in lower case."""

    def __init__(self, client: str, now: float) -> None:
        self.objects: dict[str, DirectoryObject] = {}
        self.passwords: dict[str, bytes] = {}
        """Digest of each password, by its key id."""
        application = self.add("applications", {"displayName": "azops", "appId": client}, now)
        principal = self.add("servicePrincipals", {"displayName": "azops", "appId": client}, now)
        del self.objects[principal.id.lower()]
        principal.body["id"] = client_object_id(client)
        self.objects[principal.id.lower()] = principal
        self.own = principal
        application.owners.append(principal.id)

    def find(self, id_: str) -> DirectoryObject | None:
        """The object with an id, or None."""
        return self.objects.get(id_.lower())

    def named(self, kind: str, name: str) -> DirectoryObject | None:
        """An object by its id or, for users, by its user principal name."""
        found = self.find(name)
        if found is None and kind == "users":
            users = (o for o in self.objects.values() if o.kind == kind)
            found = next((u for u in users if str(u.body["userPrincipalName"]).lower() == name.lower()), None)
        return found if found is not None and found.kind == kind else None

    def by_app_id(self, kind: str, app_id: str) -> DirectoryObject | None:
        """The application or service principal of an application id, or None."""
        objects = (o for o in self.objects.values() if o.kind == kind)
        return next((o for o in objects if str(o.body.get("appId")).lower() == app_id.lower()), None)

    def add(self, kind: str, sent: dict[str, Json], now: float) -> DirectoryObject:
        """Add an object of a collection with the service's defaults."""
        body: dict[str, Json] = {"id": str(uuid.uuid4()), "createdDateTime": stamp(now)[:19] + "Z"}
        if kind in ("applications", "servicePrincipals"):
            body |= {
                "appId": str(uuid.uuid4()),
                "displayName": None,
                "keyCredentials": [],
                "passwordCredentials": [],
                "appRoles": [],
                "tags": [],
            }
        if kind == "applications":
            body |= {
                "identifierUris": [],
                "signInAudience": "AzureADMyOrg",
                "requiredResourceAccess": [],
                "publisherDomain": "azops.local",
                "web": {"redirectUris": []},
                "spa": {"redirectUris": []},
                "publicClient": {"redirectUris": []},
            }
        if kind == "servicePrincipals":
            app_id = str(sent.get("appId") or body["appId"])
            application = self.by_app_id("applications", app_id)
            body |= {
                "accountEnabled": True,
                "displayName": application.body.get("displayName") if application else None,
                "appDisplayName": application.body.get("displayName") if application else None,
                "servicePrincipalType": "Application",
                "servicePrincipalNames": [app_id, *(application.body["identifierUris"] if application else [])],
                "appRoleAssignmentRequired": False,
                "signInAudience": "AzureADMyOrg",
            }
        if kind == "groups":
            body |= {"description": None, "groupTypes": [], "mailEnabled": False, "securityEnabled": True}
        if kind == "users":
            body |= {"accountEnabled": True, "mail": None}
        sent = {k: v for k, v in sent.items() if k != "passwordProfile"}
        item = DirectoryObject(kind, body | sent)
        self.objects[item.id.lower()] = item
        return item

    def remove(self, item: DirectoryObject) -> None:
        """Remove an object; the service principal of an application goes with it."""
        self.objects.pop(item.id.lower(), None)
        for other in self.objects.values():
            other.members = [m for m in other.members if m != item.id]
            other.owners = [o for o in other.owners if o != item.id]
        principal = self.by_app_id("servicePrincipals", str(item.body.get("appId")))
        if item.kind == "applications" and principal is not None:
            self.remove(principal)

    def add_password(self, key_id: str, text: str) -> None:
        self.passwords[key_id] = _digest(text)

    def knows_password(self, app_id: str, text: str) -> bool:
        """Whether a password belongs to an application or its service principal and has not been removed."""
        owners = [self.by_app_id(kind, app_id) for kind in ("applications", "servicePrincipals")]
        keys = {str(c.get("keyId")) for o in owners if o for c in o.body["passwordCredentials"]}
        return any(hmac.compare_digest(self.passwords[key], _digest(text)) for key in keys & self.passwords.keys())

    def select(self, kind: str, filter_: str) -> list[DirectoryObject]:
        """The objects of a collection that a ``$filter`` of the forms that az sends selects."""
        return [o for o in self.objects.values() if o.kind == kind and _selected(o.body, filter_)]


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


_CLAUSE = re.compile(
    r"(?i)startswith\((?P<prefixed>\w+),\s*'(?P<prefix>(?:[^']|'')*)'\)"
    r"|(?P<list>\w+)/any\(\w+:\s*\w+ eq '(?P<item>(?:[^']|'')*)'\)"
    r"|(?P<name>\w+) eq (?:'(?P<value>(?:[^']|'')*)'|(?P<word>\w+))"
)


def _selected(body: dict[str, Json], filter_: str) -> bool:
    results = []
    for match in _CLAUSE.finditer(filter_):
        if match["prefixed"]:
            text = str(body.get(match["prefixed"]) or "").lower()
            results.append(text.startswith(_text(match["prefix"]).lower()))
        elif match["list"]:
            values = [str(v).lower() for v in body.get(match["list"]) or []]
            results.append(_text(match["item"]).lower() in values)
        else:
            value = body.get(match["name"])
            expected = _text(match["value"]) if match["value"] is not None else match["word"]
            results.append(str(value).lower() == expected.lower())
    return any(results) if re.search(r"(?i)\bor\b", filter_) else all(results)


def _text(quoted: str) -> str:
    return quoted.replace("''", "'")
