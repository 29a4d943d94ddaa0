"""The resource providers and their types, as the list of providers shows them."""

from __future__ import annotations

from dataclasses import dataclass, field

from azops_tui.json_types import Json
from azops_tui.simulator.locations import LOCATIONS, ZONES
from azops_tui.simulator.provider_facts import ListedProvider, listed_providers, listed_text
from azops_tui.simulator.providers.registration import registrations
from azops_tui.simulator.service_facts import all_namespaces, namespace_facts

_EDGE_ZONES: list[Json] = [
    {"location": "West US", "type": "EdgeZone", "extendedLocations": ["microsoftlosangeles1", "microsoftlasvegas1"]},
    {"location": "Canada Central", "type": "EdgeZone", "extendedLocations": ["microsoftvancouver1"]},
]
_NO_FACTS = ListedProvider("", [])


@dataclass(slots=True)
class _Kind:
    """What is known about one type of a provider."""

    name: str
    versions: set[str] = field(default_factory=set)
    capabilities: str = ""
    flags: str = ""
    is_tracked: bool = False


def namespaces(subscription: str) -> list[Json]:
    """All resource providers with their types: those that Azure lists, its clients know, or the simulator has."""
    names = {key: provider.name for key, provider in listed_providers().items()}
    names |= {facts.name.lower(): facts.name for facts in all_namespaces()}
    names |= {key: registration.namespace.name for key, registration in registrations().items()}
    return [namespace_document(subscription, name) for _, name in sorted(names.items())]


def namespace_document(subscription: str, name: str) -> Json:
    """One resource provider; an unknown namespace has no types."""
    listed = listed_providers().get(name.lower(), _NO_FACTS)
    registration, facts = registrations().get(name.lower()), namespace_facts(name)
    if registration is not None:
        name = registration.namespace.name
    elif facts is not None or listed.name:
        name = facts.name if facts is not None else listed.name
    default = registration.namespace.api_version if registration is not None else ""
    document: dict[str, Json] = {"id": f"/subscriptions/{subscription}/providers/{name}", "namespace": name}
    if listed.authorization is not None:
        document["authorization"] = listed.authorization
    if listed.authorizations:
        document["authorizations"] = listed.authorizations
    document["resourceTypes"] = [_type_document(kind, default, listed) for kind in _kinds(name, listed)]
    document["registrationState"] = "Registered"
    document["registrationPolicy"] = "RegistrationFree" if listed.is_free else "RegistrationRequired"
    return document


def _kinds(name: str, listed: ListedProvider) -> list[_Kind]:
    """The types of a provider from all sources."""
    registration, facts = registrations().get(name.lower()), namespace_facts(name)
    kinds: dict[str, _Kind] = {}
    if registration is not None and not listed.is_whole:
        kinds = {kind.lower(): _Kind(kind, is_tracked="/" not in kind) for kind in registration.namespace.types}
    if facts is not None and not listed.is_whole:
        for kind, known in facts.types.items():
            own = kinds.setdefault(kind.lower(), _Kind(kind))
            own.versions |= {*(known.versions or facts.versions)}
            own.is_tracked = "/" not in kind and known.put is not None
    for row in listed.types:
        own = kinds.setdefault(row.name.lower(), _Kind(row.name))
        own.versions |= {*listed_text(row.versions).split(",")}
        own.capabilities, own.flags = listed_text(row.capabilities), row.flags
    return list(kinds.values())


def _type_document(kind: _Kind, default: str, listed: ListedProvider) -> Json:
    versions = set(kind.versions)
    if default and not listed.is_whole:
        versions.add(default)
    newest_first = sorted(versions or {"2023-01-01"}, reverse=True)
    document: dict[str, Json] = {
        "resourceType": kind.name,
        "locations": [] if "g" in kind.flags else [region.display_name for region in LOCATIONS.values()],
        "apiVersions": newest_first,
        "defaultApiVersion": default or next((v for v in newest_first if "preview" not in v), newest_first[0]),
    }
    profiles = {profile: version for profile, version in listed.profiles.items() if version in versions}
    if profiles:
        document["apiProfiles"] = [{"profileVersion": p, "apiVersion": v} for p, v in profiles.items()]
    if "z" in kind.flags:
        document["zoneMappings"] = [
            {"location": region.display_name, "zones": list(ZONES)} for region in LOCATIONS.values() if region.zones
        ]
    if "e" in kind.flags:
        document["locationMappings"] = _EDGE_ZONES
    document["capabilities"] = kind.capabilities or ("SupportsTags, SupportsLocation" if kind.is_tracked else "None")
    return document


def function_value(name: str, kind: str | None) -> Json:
    """Value of the template function ``providers``: a resource provider, or with ``kind`` one of its types."""
    document = namespace_document("", name)
    if kind is None:
        return {"namespace": document["namespace"], "resourceTypes": document["resourceTypes"]}
    types = (t for t in document["resourceTypes"] if t["resourceType"].lower() == kind.lower())
    return next(types, _type_document(_Kind(kind), "", _NO_FACTS))
