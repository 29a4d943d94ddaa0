"""A template and its parameters to what would be deployed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

from azops_tui.arm import dependencies
from azops_tui.arm.deployment import Deployment
from azops_tui.arm.deployment_json import as_deployment
from azops_tui.arm.environment import Environment, Run, Use
from azops_tui.arm.errors import ExpressionError, TemplateError
from azops_tui.arm.functions.hashing import murmur64
from azops_tui.arm.functions.values import upper
from azops_tui.arm.limits import NESTED_LEVELS, OUTPUTS, PARAMETERS, VARIABLES
from azops_tui.arm.parameters import bind, camel, echo, entries
from azops_tui.arm.reader import Document, read
from azops_tui.arm.resource_id import Scope, parse_scope
from azops_tui.arm.resources import DEPLOYMENTS, Collector, ExpandedResource, NotYet, body_error
from azops_tui.arm.runtime import Runtime
from azops_tui.arm.sections import get, section
from azops_tui.arm.symbolic import Symbolic, is_known
from azops_tui.arm.types import TypeProblem, display_type, is_secure
from azops_tui.arm.values import Builder, Loop, builder
from azops_tui.json_types import Json

Linked = Callable[[Mapping[str, Any], str], Mapping[str, Any] | str]
"""Gives the template (or parameter file) of a link: called with the link and the address it is relative to."""


@dataclass(frozen=True, slots=True)
class Context:
    """What all deployments of one expansion share."""

    run: Run
    linked: Linked | None = None
    spent: list[int] = field(default_factory=lambda: [0])
    allow_missing: bool = False


class Expansion:
    """What a deployment consists of."""

    def __init__(self, deployment: Deployment, context: Context, id: str) -> None:
        self.deployment = deployment
        self.context = context
        self.id = id
        """Id of the deployment itself."""
        self.own: tuple[ExpandedResource, ...] = ()
        """The resources of the template itself, without those of nested deployments."""
        self.states: dict[int, str] = {}
        self.outer_uses: list[Use] = []
        self.known_outputs: dict[str, Json] | None = None

    def with_context(self, context: Context) -> Expansion:
        """The same deployment, expanded further in another run."""
        copy = Expansion(self.deployment, context, self.id)
        copy.own, copy.states = self.own, self.states
        return copy

    @property
    def scope(self) -> Scope:
        return self.deployment.scope

    @property
    def resources(self) -> tuple[ExpandedResource, ...]:
        """All resources in template order, those of a nested deployment after it."""
        result: list[ExpandedResource] = []
        for resource in self.own:
            result.append(resource)
            if resource.nested is not None:
                result.extend(resource.nested.resources)
        return tuple(result)

    @property
    def parameters(self) -> dict[str, Json]:
        """The parameters as the service echoes them: ``{"name": {"type": "String", "value": …}}``."""
        return echo(self.deployment)

    @property
    def outputs(self) -> dict[str, Json]:
        """The outputs, symbolic where they are not known yet: ``{"name": {"type": "String", "value": …}}``."""
        return self.raw_outputs()

    @property
    def template_hash(self) -> str:
        """The service's hash of the template, a decimal number."""
        text = json.dumps(self.deployment.template, ensure_ascii=False, separators=(",", ":"))
        return str(murmur64(upper(text)))

    # Expanding

    def expand(self, given: Mapping[str, Json]) -> None:
        """Reads parameters and resources. Raises TemplateError, and NotYet in a nested deployment."""
        deployment = self.deployment
        check_limits(deployment)
        bind(deployment, given, allow_missing=self.context.allow_missing and deployment.level == 0)
        deployment.check_variables()
        resources = Collector(deployment, self.id if deployment.level else "", self.context.spent).collect()
        self.own = tuple(resources)
        refuse_duplicates(deployment, resources)
        for resource in resources:
            resource.holder = self
            self.states[id(resource)] = "new"
        for resource in resources:
            self.fill(resource)
        dependencies.link(deployment, resources)
        if deployment.outer is not None:
            own = {resource.id.lower() for resource in resources}
            self.outer_uses = [use for resource in resources for use in resource.uses if use.id.lower() not in own]
        self.check_asserts()

    def fill(self, resource: ExpandedResource) -> None:
        """Evaluates the body of a resource and expands it where it is a deployment. Raises TemplateError."""
        if self.states[id(resource)] != "new" or not resource.condition:
            return
        self.states[id(resource)] = "busy"
        assert resource.build is not None
        assert resource.environment is not None
        try:
            resource.body = self.deployment.run.account(resource.build(resource.environment))
        except ExpressionError as error:
            raise body_error(resource, error) from None
        location = get(resource.body, "location", "")
        resource.location = location if isinstance(location, str) else ""
        if resource.type.lower() == DEPLOYMENTS and not resource.existing:
            resource.nested = self.expand_inside(resource, resource.body, resource.environment)
            if resource.nested is not None:
                resource.uses.extend(resource.nested.outer_uses)
        self.states[id(resource)] = "done"

    def nested_of(self, resource: ExpandedResource) -> Expansion | None:
        """The expansion of a nested deployment, made now if it was not yet; None in a circle."""
        if resource.type.lower() != DEPLOYMENTS:
            return None
        try:
            self.fill(resource)
        except TemplateError:
            self.states[id(resource)] = "new"
            return None
        return resource.nested

    def expand_inside(
        self, resource: ExpandedResource, body: Mapping[str, Json], environment: Environment
    ) -> Expansion | None:
        """The expansion of a nested deployment with this body, or None where it cannot be known yet."""
        deployment = self.deployment
        properties = get(body, "properties", {})
        if not isinstance(properties, Mapping):
            return None
        if deployment.level >= NESTED_LEVELS:
            raise deployment.invalid(
                f"The nested deployment '{resource.name}' exceeds the limit of {NESTED_LEVELS} nested levels.",
                resource.path,
            )
        link = get(properties, "templateLink")
        base = deployment.base
        if isinstance(link, Mapping) and get(properties, "template") is None:
            if self.context.linked is None or not is_known(link):
                return None
            followed = self.follow(resource, link)
            if followed is None:
                return None
            document, base = followed
        else:
            link = None
            template = get(properties, "template")
            if isinstance(template, Symbolic) or template is None:
                return None
            document = self.inline_document(resource, template)
        options = get(properties, "expressionEvaluationOptions", {})
        inner = str(get(options, "scope", "outer")).lower() == "inner" if isinstance(options, Mapping) else False
        scope = parse_scope(resource.scope) or deployment.scope
        given = self.given_parameters(resource, properties)
        if given is None:
            return None
        nested = Deployment(
            environment.run,
            document,
            name=resource.name,
            scope=scope,
            mode=str(get(properties, "mode", "Incremental")),
            outer=None if inner or link is not None else environment,
            link=link,
            base=base,
            level=deployment.level + 1,
            location=resource.location or deployment.location,
        )
        expansion = Expansion(nested, self.context, resource.id)
        spent = self.context.spent[0]
        try:
            expansion.expand(given)
        except NotYet:
            self.context.spent[0] = spent
            if environment.run.settler is None:
                return None
            raise deployment.invalid(
                f"The nested deployment '{resource.name}' depends on values that are not known when it begins.",
                resource.path,
            ) from None
        return expansion

    def inline_document(self, resource: ExpandedResource, template: Json) -> Document:
        outer = self.deployment.document
        path = (*resource.path, "properties", "template")
        written = get(get(resource.definition, "properties", {}), "template")
        return outer.within(template, path) if written is template else Document("", template)

    def given_parameters(self, resource: ExpandedResource, properties: Mapping[str, Json]) -> Mapping[str, Json] | None:
        given = get(properties, "parameters", {})
        link = get(properties, "parametersLink")
        if isinstance(given, Symbolic):
            return None
        if isinstance(link, Mapping) and not given:
            if self.context.linked is None or not is_known(link):
                return None
            followed = self.follow(resource, link)
            if followed is None:
                return None
            given = followed[0].value
        return entries(given) if isinstance(given, Mapping) else {}

    def follow(self, resource: ExpandedResource, link: Mapping[str, Json]) -> tuple[Document, str] | None:
        """The document behind a link, and its own address.

        Where there is none a plan goes on without it (None), but a running deployment raises TemplateError.
        """
        base = self.deployment.base
        address = str(get(link, "uri") or urljoin(base, str(get(link, "relativePath", ""))) or get(link, "id", ""))
        assert self.context.linked is not None
        try:
            found = self.context.linked(link, base)
        except (LookupError, OSError) as error:
            if self.context.run.mode == "plan" and self.context.run.settler is None:
                return None
            reason = str(error.args[0]) if error.args else ""
            raise self.deployment.error(
                f"Unable to download deployment content from '{address}'. {reason}".strip(),
                resource.path,
                code="InvalidContentLink",
            ) from None
        if isinstance(found, (str, bytes)):
            return read(found), address
        return Document("", found), address

    # Outputs

    def output_parts(self) -> list[tuple[str, dict[str, Json], Builder | Loop]]:
        """Name, definition and builder of each output."""
        result: list[tuple[str, dict[str, Json], Builder | Loop]] = []
        for name, definition in section(self.deployment.template, "outputs").items():
            path = ("outputs", name)
            if not isinstance(definition, dict):
                raise self.deployment.invalid(f"The template output '{name}' is not valid.", path)
            loop = get(definition, "copy")
            build: Builder | Loop
            if isinstance(loop, dict):
                definition_of_loop = {"name": name, **loop}
                build = self.deployment.guarded((*path, "copy"), Loop, definition_of_loop, 0)
            else:
                build = self.deployment.guarded((*path, "value"), builder, get(definition, "value"))
            result.append((name, definition, build))
        return result

    def raw_outputs(self) -> dict[str, Json]:
        """The outputs with `Symbolic` where they depend on run-time values. Raises TemplateError."""
        if self.known_outputs is None:
            self.known_outputs = self.evaluated_outputs(self.deployment.run)
        return self.known_outputs

    def resolve_outputs(self, runtime: Runtime) -> dict[str, Json]:
        """The outputs with everything known: ``{"name": {"type": "String", "value": …}}``. Raises TemplateError."""
        return self.evaluated_outputs(self.deployment.run.live(runtime))

    def evaluated_outputs(self, run: Run) -> dict[str, Json]:
        result: dict[str, Json] = {}
        environment = self.deployment.environment(run)
        for name, definition, build in self.output_parts():
            path = ("outputs", name)
            try:
                condition = get(definition, "condition", True)
                if isinstance(condition, str):
                    condition = builder(condition)(environment)
                if condition is False or (isinstance(condition, str) and condition.lower() == "false"):
                    continue
                value = build.values(environment) if isinstance(build, Loop) else build(environment)
                run.account(value)
            except ExpressionError as error:
                raise self.output_error(name, error, run) from None
            schema = self.settled(definition, path)
            type = str(schema.get("type", ""))
            problem = self.deployment.types.problem(value, definition)
            if problem:
                raise self.output_error(name, ExpressionError(problem), run)
            shown: dict[str, Json] = {"type": display_type(type)}
            if not is_secure(type):
                shown["value"] = value
            result[camel(name)] = shown
        return result

    def settled(self, definition: dict[str, Json], path: tuple[str, ...]) -> dict[str, Json]:
        try:
            return self.deployment.types.settled(definition)
        except TypeProblem as error:
            raise self.deployment.invalid(str(error), path) from None

    def output_error(self, name: str, error: ExpressionError, run: Run) -> TemplateError:
        path = tuple(error.path) if error.located else ("outputs", name, "value", *error.path)
        if run.mode == "plan" and error.code == "InvalidTemplate":
            where = self.deployment.where(("outputs", name))
            return self.deployment.invalid(
                f"The template output '{name}' {where} is not valid: {error.message}", path, error
            )
        return self.deployment.error(
            f"The template output '{name}' is not valid: {error.message}.",
            path,
            code="DeploymentOutputEvaluationFailed",
            cause=error,
        )

    # Asserts

    def check_asserts(self) -> None:
        """Refuses a template one of whose asserts is false. Raises TemplateError."""
        deployment = self.deployment
        environment = deployment.environment(place=0)
        for name, condition in section(deployment.template, "asserts").items():
            path = ("asserts", name)
            try:
                value = builder(condition)(environment)
            except ExpressionError as error:
                raise deployment.invalid(f"The assert '{name}' is not valid: {error.message}", path, error) from None
            if value is False:
                raise deployment.error(f"The assert '{name}' failed.", path, code="DeploymentAssertFailed")

    # As the service shows it

    def as_deployment(self) -> dict[str, Json]:
        """The deployment's ``properties`` as the service shows them, without what only a running one has."""
        return as_deployment(self)


def expand_resolved(resource: ExpandedResource, body: Mapping[str, Json], runtime: Runtime) -> Expansion:
    """The expansion of a nested deployment whose body is known now. Raises TemplateError."""
    holder = resource.holder
    assert holder is not None
    assert resource.environment is not None
    before = holder.context
    run = before.run.later(runtime)
    holder = holder.with_context(Context(run, before.linked, [0]))
    found = holder.expand_inside(resource, body, resource.environment.at(run=run))
    if found is None:
        raise holder.deployment.invalid(
            f"The nested deployment '{resource.name}' cannot be expanded: its template or link is not known.",
            resource.path,
        )
    return found


def check_limits(deployment: Deployment) -> None:
    """Refuses a template with more parameters, variables or outputs than the service takes."""
    for name, limit in (("parameters", PARAMETERS), ("variables", VARIABLES), ("outputs", OUTPUTS)):
        count = len(section(deployment.template, name))
        if count > limit:
            raise deployment.invalid(
                f"The number of template {name} limit exceeded. Limit: '{limit}' and actual: '{count}'. "
                f"Please see https://aka.ms/arm-syntax-{name} for usage details.",
                (name,),
            )


def refuse_duplicates(deployment: Deployment, resources: list[ExpandedResource]) -> None:
    """Refuses two resources of the same id that would both be deployed."""
    seen: set[str] = set()
    for resource in resources:
        if not resource.condition or resource.existing or resource.id.startswith("["):
            continue
        key = resource.id.lower()
        if key in seen:
            raise deployment.invalid(
                f"The resource '{resource.type}/{resource.name}' {deployment.where(resource.path)} is defined multiple "
                "times in a template. Please see https://aka.ms/arm-syntax-resources for usage details.",
                resource.path,
                violation=True,
            )
        seen.add(key)
