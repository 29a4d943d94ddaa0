"""What a namespace folder registers, and the discovery of all folders."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from dataclasses import dataclass

from azops_tui.simulator import providers
from azops_tui.simulator.providers.base import ResourceProvider
from azops_tui.simulator.providers.resource_types import ProviderNamespace


@dataclass(frozen=True, slots=True)
class Registration:
    """A namespace with the classes that serve its types.

    Attributes:
        namespace: facts about the namespace and its types.
        providers: classes that serve the types they name.
        default_provider: class that serves all other types of the namespace.
    """

    namespace: ProviderNamespace
    providers: tuple[type[ResourceProvider], ...] = ()
    default_provider: type[ResourceProvider] = ResourceProvider


def folders() -> list[str]:
    """Module names of the namespace folders, as ``azops_tui.simulator.providers.compute``, sorted."""
    return [m.name for m in pkgutil.iter_modules(providers.__path__, f"{providers.__name__}.") if m.ispkg]


@functools.cache
def registrations() -> dict[str, Registration]:
    """The registrations of all folders, by namespace in lower case."""
    by_name = {}
    for folder in folders():
        registration = importlib.import_module(f"{folder}.namespace").REGISTRATION
        assert isinstance(registration, Registration), f"{folder}.namespace.REGISTRATION"
        by_name[registration.namespace.name.lower()] = registration
    return by_name
