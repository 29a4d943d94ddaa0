"""The resource providers and their types, as the list of providers shows them."""

from __future__ import annotations

from azops_tui.json_types import Json
from azops_tui.simulator.locations import LOCATIONS
from azops_tui.simulator.providers.registration import registrations
from azops_tui.simulator.providers.resource_types import ProviderNamespace


def namespaces(subscription: str) -> list[Json]:
    """All resource providers with their types."""
    return [namespace_document(subscription, r.namespace.name) for r in registrations().values()]


def namespace_document(subscription: str, name: str) -> Json:
    """One resource provider; an unknown namespace has no types."""
    namespace = _namespace(name)
    return {
        "id": f"/subscriptions/{subscription}/providers/{namespace.name}",
        "namespace": namespace.name,
        "resourceTypes": [_type_document(kind, namespace.api_version) for kind in namespace.types],
        "registrationState": "Registered",
        "registrationPolicy": "RegistrationRequired",
    }


def _namespace(name: str) -> ProviderNamespace:
    registration = registrations().get(name.lower())
    return registration.namespace if registration is not None else ProviderNamespace(name)


def _type_document(kind: str, version: str) -> Json:
    return {
        "resourceType": kind,
        "locations": [r[1] for r in LOCATIONS.values()],
        "apiVersions": [version, "2023-09-01", "2022-09-01", "2021-04-01", "2019-06-01"],
        "defaultApiVersion": version,
        "capabilities": "SupportsTags, SupportsLocation",
    }


def function_value(name: str, kind: str | None) -> Json:
    """Value of the template function ``providers``: a resource provider, or with ``kind`` one of its types."""
    document = namespace_document("", name)
    if kind is None:
        return {"namespace": document["namespace"], "resourceTypes": document["resourceTypes"]}
    types = (t for t in document["resourceTypes"] if t["resourceType"].lower() == kind.lower())
    return next(types, _type_document(kind, _namespace(name).api_version))
