"""One resource of an expanded template."""

from __future__ import annotations

from dataclasses import dataclass, field

from azops_tui.arm.environment import Environment, ResourceUse
from azops_tui.arm.errors import ExpressionError, ParseError, TemplateError
from azops_tui.arm.reader import Path
from azops_tui.arm.runtime import Runtime
from azops_tui.arm.template_source import TemplateSource
from azops_tui.arm.values import Builder
from azops_tui.json_types import Json


@dataclass(frozen=True, slots=True)
class Dependency:
    """An entry of ``dependsOn`` as the service returns it; `reference` can add resources outside the template."""

    id: str
    type: str
    name: str
    api_version: str = ""
    action: str = ""

    def view(self) -> dict[str, Json]:
        """The entry as the service returns it."""
        view = {"id": self.id, "resourceType": self.type, "resourceName": self.name}
        if self.api_version:
            view["apiVersion"] = self.api_version
        if self.action:
            view["actionName"] = self.action
        return view


@dataclass(slots=True, eq=False)
class ExpandedResource:
    """A resource that a deployment would create."""

    id: str
    type: str
    name: str
    """With its parents: ``vnet/subnet``."""
    api_version: str
    location: str
    """As in the template; empty if missing or not known yet."""
    scope: str
    """Id of the scope or parent resource; ``/`` is the tenant."""
    symbol: str
    """Symbolic name (languageVersion 2.0), or empty."""
    condition: bool
    """False if the resource is not deployed."""
    existing: bool
    """True if the template only refers to the resource."""
    deployment: str
    """Id of the nested deployment that it belongs to; empty for the outermost template."""
    source: TemplateSource = field(repr=False)
    """The template that defines it."""
    path: Path
    """Path of its definition in that template."""
    loop: str = ""
    """Name of its copy loop, or empty."""
    index: int = 0
    """Its index in that loop."""
    repeated: str = ""
    """Count of its loop as an expression, if it depends on parameters without a value; the resource stands for all."""
    depends_on: tuple[str, ...] = ()
    """Ids, in lower case, of the resources of the same deployment that are deployed first."""
    dependencies: tuple[Dependency, ...] = ()
    body: dict[str, Json] = field(default_factory=dict)
    """Request body with `Symbolic` run-time values. Do not modify."""
    definition: dict[str, Json] = field(default_factory=dict, repr=False)
    environment: Environment | None = field(default=None, repr=False)
    build: Builder | None = field(default=None, repr=False)
    uses: list[ResourceUse] = field(default_factory=list, repr=False)

    def resolve(self, runtime: Runtime) -> dict[str, Json]:
        """The request body with run-time values from `runtime`. Raises TemplateError."""
        if self.build is None or self.environment is None:
            return self.body
        live = self.environment.at(run=self.environment.run.live(runtime), uses=None)
        try:
            body: dict[str, Json] = self.build(live)
        except ExpressionError as error:
            raise body_error(self, error) from None
        except RecursionError:
            raise body_error(self, ExpressionError("It is nested too deeply.")) from None
        return body


def body_error(resource: ExpandedResource, error: ExpressionError) -> TemplateError:
    """The service's error for an expression in the resource's body."""
    source = resource.source
    place: TemplateSource = error.located or source
    path = tuple(error.path) if error.located else (*resource.path, *error.path)
    if isinstance(error, ParseError):
        return place.invalid(error.message, path, error)
    return place.error(
        f"Unable to process template language expressions for resource '{resource.id}' "
        f"{source.where(resource.path)}. '{error.message}'",
        path,
        code=error.code,
        cause=error,
    )
