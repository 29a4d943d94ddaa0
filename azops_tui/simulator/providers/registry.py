"""The providers of a simulated cloud, by type."""

from __future__ import annotations

from azops_tui.simulator.cloud import SimulatedCloud
from azops_tui.simulator.providers.base import ResourceProvider
from azops_tui.simulator.providers.registration import registrations
from azops_tui.simulator.providers.resource_types import ProviderNamespace


class ProviderRegistry:
    """Finds the provider of a type. Types and namespaces that no folder lists are served by `ResourceProvider`."""

    def __init__(self, cloud: SimulatedCloud) -> None:
        self._cloud = cloud
        self._by_type: dict[str, ResourceProvider] = {}
        self._by_namespace: dict[str, ResourceProvider] = {}
        for name, registration in registrations().items():
            namespace = registration.namespace
            self._by_namespace[name] = registration.default_provider(cloud, namespace, self.of)
            for provider_class in registration.providers:
                provider = provider_class(cloud, namespace, self.of)
                self._by_type |= dict.fromkeys(provider.types, provider)

    def has_class(self, type_: str) -> bool:
        """Whether a class of its own serves a full type, in any case."""
        return type_.lower() in self._by_type

    def of(self, type_: str) -> ResourceProvider:
        """The provider of a full type, in any case."""
        name, _, _ = type_.partition("/")
        lower = name.lower()
        if lower not in self._by_namespace:
            self._by_namespace[lower] = ResourceProvider(self._cloud, ProviderNamespace(name), self.of)
        return self._by_type.get(type_.lower()) or self._by_namespace[lower]
