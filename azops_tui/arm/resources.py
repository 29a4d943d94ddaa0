"""Collect the resources of a deployment, with copy loops and child resources expanded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from azops_tui.arm.deployment import TemplateDeployment
from azops_tui.arm.environment import REFERENCE, Environment
from azops_tui.arm.errors import ExpressionError
from azops_tui.arm.expanded_resource import ExpandedResource
from azops_tui.arm.limits import RESOURCES
from azops_tui.arm.parser import is_expression
from azops_tui.arm.reader import Path
from azops_tui.arm.resource_header import DEPLOYMENTS, HeaderReader, NotYet
from azops_tui.arm.resource_id import relative_id
from azops_tui.arm.sections import get
from azops_tui.arm.symbolic import Symbolic
from azops_tui.arm.values import Builder, Constant, builder, loop_count
from azops_tui.json_types import Json

HEAD = frozenset(
    ("copy", "dependson", "condition", "comments", "resources", "existing", "scope", "import", "extension", "@options")
)
"""Members of a resource's definition that are not sent to its provider."""
PLACING = frozenset(("subscriptionid", "resourcegroup"))
"""Further such members of a nested deployment."""


class ResourceCollector(HeaderReader):
    """Expands the resource definitions of one deployment."""

    def __init__(self, deployment: TemplateDeployment, deployment_id: str) -> None:
        super().__init__(deployment)
        self.deployment_id = deployment_id
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
        """Add the resources of one definition: every iteration of its loop, and its child resources."""
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
        repeated = str(counted) if isinstance(counted, Symbolic) and deployment.run.allow_missing else ""
        if repeated:
            counted = 1
        elif isinstance(counted, Symbolic) and deployment.level:
            raise NotYet
        try:
            count = loop_count(counted, str(name))
        except ExpressionError as error:
            raise self.head_error(error, definition, (*path, "copy", "count")) from None
        deployment.loops.setdefault(str(name).lower(), [])
        if symbol:
            deployment.loops.setdefault(symbol.lower(), [])
        for index in range(count):
            inside = environment.with_copy(str(name), -1 if repeated else index, main=True)
            self.instance(definition, path, symbol, parent, inside, build, str(name), index)
            self.result[-1].repeated = repeated

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
        run = deployment.run
        run.resource_count += 1
        if run.resource_count > RESOURCES:
            raise deployment.invalid(
                f"The number of template resources limit exceeded. Limit: '{RESOURCES}' and actual: "
                f"'{run.resource_count}' or more. Please see https://aka.ms/arm-template for usage details.",
                ("resources",),
            )
        existing = get(definition, "existing") is True
        type = self.text(environment, definition, path, "type")
        is_read = condition = self.condition(environment, definition, path)
        if condition and run.problems is not None:
            is_read = self.can_be_read(environment, definition, path, type, parent)
        if is_read:
            name = self.text(environment, definition, path, "name")
            extension = get(definition, "import") is not None or get(definition, "extension") is not None
            needs_version = not existing and not extension and get(definition, "apiProfile") is None
            api_version = self.text(environment, definition, path, "apiVersion", needed=needs_version)
        else:
            name = self.skipped_text(environment, definition, "name")
            api_version = self.skipped_text(environment, definition, "apiVersion")
        if parent is not None and "." not in type.partition("/")[0]:
            type, name = f"{parent.type}/{type}", f"{parent.name}/{name}"
        place = self.place if is_read else self.skipped_place
        scope, id = place(environment, definition, path, type, name, parent)
        if is_read:
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
            source=deployment,
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
        """Builder of the request body: the definition without members for the deployment engine."""
        nested = str(get(definition, "type", "")).lower() == DEPLOYMENTS
        left_out = HEAD | PLACING if nested else HEAD
        body = {key: value for key, value in definition.items() if key.lower() not in left_out}
        if not nested:
            return cast(Builder, self.deployment.guarded(path, builder, body))
        properties = get(body, "properties", {})
        if not isinstance(properties, dict):
            return cast(Builder, self.deployment.guarded(path, builder, body))
        template = get(properties, "template")
        other_properties = {key: value for key, value in properties.items() if key.lower() != "template"}
        outer = self.deployment.guarded(
            path, builder, {key: value for key, value in body.items() if key.lower() != "properties"}
        )
        inner = self.deployment.guarded((*path, "properties"), builder, other_properties)
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
    """Definitions by index, or by symbolic name."""
    if isinstance(resources, dict):
        yield from resources.items()
    elif isinstance(resources, list):
        yield from enumerate(resources)
