"""Context of an expression outside a template."""

from __future__ import annotations

from collections.abc import Mapping

from azops_tui.arm.environment import Environment, ReferencedResource
from azops_tui.arm.errors import not_found
from azops_tui.arm.resource_id import Scope
from azops_tui.json_types import Json


class ExpressionContext:
    """Plain parameters and variables by name, without regard to case; no user-defined functions and no resources."""

    name = "main"

    def __init__(
        self, scope: Scope, parameters: Mapping[str, Json], variables: Mapping[str, Json], location: str
    ) -> None:
        self.scope = scope
        self.function_scope = scope
        self.location = location
        self.parameters = {name.lower(): value for name, value in parameters.items()}
        self.variables = {name.lower(): value for name, value in variables.items()}

    def parameter(self, name: str, environment: Environment) -> Json:
        if name.lower() not in self.parameters:
            raise not_found("parameter", name)
        return self.parameters[name.lower()]

    def variable(self, name: str, environment: Environment) -> Json:
        if name.lower() not in self.variables:
            raise not_found("variable", name)
        return self.variables[name.lower()]

    def user_function(self, name: str) -> None:
        return None

    def find(self, text: str) -> None:
        return None

    def known_reference(self, resource: ReferencedResource, full: bool) -> None:
        return None

    def collection(self, symbol: str) -> None:
        return None

    def details(self) -> dict[str, Json]:
        return {
            "name": self.name,
            **({"location": self.location} if self.location and self.scope.kind != "resourceGroup" else {}),
            "properties": {
                "parameters": {name: {"value": value} for name, value in self.parameters.items()},
                "mode": "Incremental",
                "provisioningState": "Accepted",
            },
        }
