"""The resources of a deployment, with loops and nesting written out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from azops_tui.arm.deployment import Deployment
from azops_tui.arm.environment import REFERENCE, Environment, Use
from azops_tui.arm.errors import ExpressionError, ParseError, TemplateError
from azops_tui.arm.evaluator import Foreseen
from azops_tui.arm.limits import RESOURCES
from azops_tui.arm.parser import is_expression
from azops_tui.arm.reader import Path
from azops_tui.arm.resource_header import DEPLOYMENTS as DEPLOYMENTS  # also imported from here
from azops_tui.arm.resource_header import Heads
from azops_tui.arm.resource_header import NotYet as NotYet
from azops_tui.arm.resource_id import relative_id
from azops_tui.arm.runtime import Runtime
from azops_tui.arm.sections import get
from azops_tui.arm.symbolic import Symbolic
from azops_tui.arm.values import Builder, Constant, builder, loop_count
from azops_tui.json_types import Json

if TYPE_CHECKING:
    from azops_tui.arm.expansion import Expansion


HEAD = frozenset(
    ("copy", "dependson", "condition", "comments", "resources", "existing", "scope", "import", "extension")
)
"""Members of a resource's definition that are not sent to its provider."""
PLACING = frozenset(("subscriptionid", "resourcegroup"))
"""Further ones of a deployment."""


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
    nested: Expansion | None = None
    """What a nested deployment consists of, where that is known already."""
    definition: dict[str, Json] = field(default_factory=dict, repr=False)
    environment: Environment | None = field(default=None, repr=False)
    build: Builder | None = field(default=None, repr=False)
    uses: list[Use] = field(default_factory=list, repr=False)
    holder: Expansion | None = field(default=None, repr=False)
    """The expansion that it belongs to."""

    @property
    def owner(self) -> Deployment:
        """The deployment that it belongs to."""
        assert self.environment is not None
        frame = self.environment.frame
        assert isinstance(frame, Deployment)
        return frame

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

    def foreseen(self, full: bool) -> Json:
        """What is known already of a reference to it: the outputs of a nested deployment. None if nothing is."""
        nested = self.holder.nested_of(self) if self.holder is not None else None
        if nested is None:
            return None
        outputs = Foreseen(
            {name: Foreseen(output) for name, output in nested.raw_outputs().items() if "value" in output}
        )
        properties = Foreseen({"outputs": outputs})
        return Foreseen({"properties": properties}) if full else properties


def body_error(resource: ExpandedResource, error: ExpressionError) -> TemplateError:
    """A problem in an expression of the resource's body, as the service words it."""
    owner = resource.owner
    place: Deployment = error.located or owner
    path = tuple(error.path) if error.located else (*resource.path, *error.path)
    if isinstance(error, ParseError):
        return place.invalid(error.message, path, error)
    return place.error(
        f"Unable to process template language expressions for resource '{resource.id}' "
        f"{owner.where(resource.path)}. '{error.message}'",
        path,
        code=error.code,
        cause=error,
    )


class Collector(Heads):
    """Reads the definitions of one deployment's resources: what there is, how often, and where."""

    def __init__(self, deployment: Deployment, deployment_id: str, spent: list[int]) -> None:
        super().__init__(deployment)
        self.deployment_id = deployment_id
        self.spent = spent
        """Number of resources so far, shared with the deployments around this one."""
        self.result: list[ExpandedResource] = []

    def collect(self) -> list[ExpandedResource]:
        """All resources in template order. Raises TemplateError, and NotYet inside a nested deployment."""
        deployment = self.deployment
        resources = get(deployment.template, "resources", [])
        for key, definition in members(resources):
            path: Path = ("resources", key)
            symbol = key if isinstance(key, str) else ""
            self.define(definition, path, symbol, None, deployment.environment(place=0))
        return self.result

    def define(
        self,
        definition: Json,
        path: Path,
        symbol: str,
        parent: ExpandedResource | None,
        environment: Environment,
    ) -> None:
        """One definition: itself as often as its loop says, and the children written inside it."""
        deployment = self.deployment
        if not isinstance(definition, dict):
            raise deployment.invalid(
                f"The template resource {deployment.where(path)} is not valid: it must be an object.", path
            )
        build = self.body_builder(definition, path)
        loop = get(definition, "copy")
        if not isinstance(loop, dict):
            self.instance(definition, path, symbol, parent, environment, build, "", 0)
            return
        name = self.head(environment, get(loop, "name", symbol), (*path, "copy", "name"), definition)
        counted = self.head(environment, get(loop, "count"), (*path, "copy", "count"), definition)
        if isinstance(counted, Symbolic) and deployment.level:
            raise NotYet
        try:
            count = loop_count(counted, str(name))
        except ExpressionError as error:
            raise self.head_error(error, definition, (*path, "copy", "count")) from None
        deployment.loops.setdefault(str(name).lower(), [])
        if symbol:
            deployment.loops.setdefault(symbol.lower(), [])
        for index in range(count):
            inside = environment.with_copy(str(name), index, main=True)
            self.instance(definition, path, symbol, parent, inside, build, str(name), index)

    def instance(
        self,
        definition: dict[str, Json],
        path: Path,
        symbol: str,
        parent: ExpandedResource | None,
        environment: Environment,
        build: Builder,
        loop: str,
        index: int,
    ) -> None:
        deployment = self.deployment
        self.spent[0] += 1
        if self.spent[0] > RESOURCES:
            raise deployment.invalid(
                f"The number of template resources limit exceeded. Limit: '{RESOURCES}' and actual: "
                f"'{self.spent[0]}' or more. Please see https://aka.ms/arm-template for usage details.",
                ("resources",),
            )
        existing = get(definition, "existing") is True
        type = self.text(environment, definition, path, "type")
        name = self.text(environment, definition, path, "name")
        extension = get(definition, "import") is not None or get(definition, "extension") is not None
        needs_version = not existing and not extension and get(definition, "apiProfile") is None
        api_version = self.text(environment, definition, path, "apiVersion", needed=needs_version)
        condition = self.condition(environment, definition, path)
        if parent is not None and "." not in type.partition("/")[0]:
            type, name = f"{parent.type}/{type}", f"{parent.name}/{name}"
        scope, id = self.place(environment, definition, path, type, name, parent)
        self.check_segments(type, name, path, raw=str(get(definition, "name")))
        resource = ExpandedResource(
            id=id,
            type=type,
            name=name,
            api_version=api_version,
            location="",
            scope=scope,
            symbol=symbol,
            condition=condition,
            existing=existing,
            deployment=self.deployment_id,
            path=path,
            loop=loop,
            index=index,
            definition=definition,
            build=build,
        )
        resource.environment = environment.at(place=REFERENCE, uses=resource.uses)
        relative = relative_id(type, name)
        names = [id, relative, name, f"{type}/{name}"]
        if symbol:
            names = [id, relative, f"{symbol}[{index}]" if loop else symbol]
        deployment.add(resource, names, loop)
        if symbol and loop and symbol.lower() != loop.lower():
            deployment.loops[symbol.lower()].append(resource)
        self.result.append(resource)
        for key, child in members(get(definition, "resources", [])):
            child_path = (*path, "resources", key)
            self.define(child, child_path, key if isinstance(key, str) else "", resource, environment)

    def body_builder(self, definition: dict[str, Json], path: Path) -> Builder:
        """What makes the body: the definition without what is for the deployment engine only."""
        nested = str(get(definition, "type", "")).lower() == DEPLOYMENTS
        left_out = HEAD | PLACING if nested else HEAD
        body = {key: value for key, value in definition.items() if key.lower() not in left_out}
        if not nested:
            return cast(Builder, self.deployment.guarded(path, builder, body))
        properties = get(body, "properties", {})
        if not isinstance(properties, dict):
            return cast(Builder, self.deployment.guarded(path, builder, body))
        template = get(properties, "template")
        rest = {key: value for key, value in properties.items() if key.lower() != "template"}
        outer = self.deployment.guarded(
            path, builder, {key: value for key, value in body.items() if key.lower() != "properties"}
        )
        inner = self.deployment.guarded((*path, "properties"), builder, rest)
        whole: Builder = Constant(template)
        if isinstance(template, str) and is_expression(template):
            whole = self.deployment.guarded((*path, "properties", "template"), builder, template)

        def build(environment: Environment) -> Json:
            result = dict(outer(environment))
            try:
                result["properties"] = dict(inner(environment))
            except ExpressionError as error:
                error.inside("properties")
                raise
            if template is not None:
                result["properties"]["template"] = whole(environment)
            return result

        return build


def members(resources: Json) -> Iterator[tuple[int | str, Json]]:
    """The definitions of a list, or by symbolic names."""
    if isinstance(resources, dict):
        yield from resources.items()
    elif isinstance(resources, list):
        yield from enumerate(resources)
