"""The resource providers and their types, as the list of providers shows them."""

from __future__ import annotations

from azops_tui.json_types import Json
from azops_tui.simulator.locations import LOCATIONS
from azops_tui.simulator.providers.registration import registrations
from azops_tui.simulator.service_facts import TypeFacts, all_namespaces, namespace_facts


def namespaces(subscription: str) -> list[Json]:
    """All resource providers with their types: those that Azure's clients know, and those of the simulator."""
    names = {facts.name.lower(): facts.name for facts in all_namespaces()}
    names |= {key: registration.namespace.name for key, registration in registrations().items()}
    return [namespace_document(subscription, name) for _, name in sorted(names.items())]


def namespace_document(subscription: str, name: str) -> Json:
    """One resource provider; an unknown namespace has no types."""
    registration, facts = registrations().get(name.lower()), namespace_facts(name)
    if registration is not None:
        name = registration.namespace.name
    elif facts is not None:
        name = facts.name
    kinds: dict[str, tuple[str, TypeFacts | None]] = {}
    if registration is not None:
        kinds = {kind.lower(): (kind, None) for kind in registration.namespace.types}
    if facts is not None:
        for kind, known in facts.types.items():
            kinds[kind.lower()] = (kinds.get(kind.lower(), (kind, None))[0], known)
    default = registration.namespace.api_version if registration is not None else ""
    shared = facts.versions if facts is not None else []
    return {
        "id": f"/subscriptions/{subscription}/providers/{name}",
        "namespace": name,
        "resourceTypes": [_type_document(kind, known, default, shared) for kind, known in kinds.values()],
        "registrationState": "Registered",
        "registrationPolicy": "RegistrationRequired",
    }


def _type_document(kind: str, known: TypeFacts | None, default: str, shared: list[str]) -> Json:
    versions = {*((known.versions if known is not None else []) or shared), *([default] if default else [])}
    newest_first = sorted(versions or {"2023-01-01"}, reverse=True)
    is_tracked = "/" not in kind and (known is None or known.put is not None)
    return {
        "resourceType": kind,
        "locations": [r[1] for r in LOCATIONS.values()],
        "apiVersions": newest_first,
        "defaultApiVersion": default or next((v for v in newest_first if "preview" not in v), newest_first[0]),
        "capabilities": "SupportsTags, SupportsLocation" if is_tracked else "None",
    }


def function_value(name: str, kind: str | None) -> Json:
    """Value of the template function ``providers``: a resource provider, or with ``kind`` one of its types."""
    document = namespace_document("", name)
    if kind is None:
        return {"namespace": document["namespace"], "resourceTypes": document["resourceTypes"]}
    types = (t for t in document["resourceTypes"] if t["resourceType"].lower() == kind.lower())
    return next(types, _type_document(kind, None, "", []))
