"""The one table of routes: sign-in, own paths, Microsoft Graph, each namespace's ``urls``, then any resource."""

from __future__ import annotations

import importlib
import importlib.util

from azops_tui.simulator import admin_api, graph, resource_routes, sign_in
from azops_tui.simulator.providers.keyvault.secrets import SECRET_URLS
from azops_tui.simulator.providers.registration import folders
from azops_tui.simulator.routing import Route, RouteTable


def route_table() -> RouteTable:
    """The routes of the simulator."""
    return RouteTable((*sign_in.URLS, *admin_api.URLS, *graph.URLS, *_namespace_urls(), *resource_routes.URLS))


def vault_routes() -> RouteTable:
    """The routes of the hosts of key vaults."""
    return RouteTable(SECRET_URLS)


def _namespace_urls() -> list[Route]:
    modules = [f"{folder}.urls" for folder in folders()]
    return [
        route
        for module in modules
        if importlib.util.find_spec(module) is not None
        for route in importlib.import_module(module).URLS
    ]
