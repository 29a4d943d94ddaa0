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
    """One line of the service's ``dependsOn`` of a resource; `reference` also names resources outside the template."""

    id: str
    type: str
    name: str
    api_version: str = ""
    action: str = ""

    def view(self) -> dict[str, Json]:
        """The line as the service shows it."""
        view = {"id": self.id, "resourceType": self.type, "resourceName": self.name}
        if self.api_version:
            view["apiVersion"] = self.api_version
        if self.action:
            view["actionName"] = self.action
        return view


@dataclass(slots=True, eq=False)
class ExpandedResource:
    """One resource that a deployment would make."""

    id: str
    type: str
    name: str
    """With its parents: ``vnet/subnet``."""
    api_version: str
    location: str
    """As written; empty where there is none or it is not known yet."""
    scope: str
    """Id of the scope or resource that it is made in; ``/`` is the tenant."""
    symbol: str
    """Symbolic name (languageVersion 2.0), or empty."""
    condition: bool
    """False if it is not to be deployed."""
    existing: bool
    """Whether it is only referred to."""
    deployment: str
    """Id of the nested deployment that it belongs to; empty for one of the template itself."""
    source: TemplateSource = field(repr=False)
    """The template that defines it."""
    path: Path
    """Where its definition is in its own template."""
    loop: str = ""
    """Name of the copy loop that made it, or empty."""
    index: int = 0
    """Its turn in that loop."""
    depends_on: tuple[str, ...] = ()
    """Ids, in lower case, of the resources of the same deployment that must be there first."""
    dependencies: tuple[Dependency, ...] = ()
    body: dict[str, Json] = field(default_factory=dict)
    """What would be sent, with `Symbolic` for what is known at run time only. Not to be changed."""
    definition: dict[str, Json] = field(default_factory=dict, repr=False)
    environment: Environment | None = field(default=None, repr=False)
    build: Builder | None = field(default=None, repr=False)
    uses: list[ResourceUse] = field(default_factory=list, repr=False)

    def resolve(self, runtime: Runtime) -> dict[str, Json]:
        """The body with everything known, asking `runtime`. Raises TemplateError."""
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
    """A problem in an expression of the resource's body, as the service words it."""
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
