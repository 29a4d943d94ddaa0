"""Expand a template and its parameters to resources and outputs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from urllib.parse import urljoin

from azops_tui.arm import dependencies
from azops_tui.arm.deployment import TemplateDeployment
from azops_tui.arm.deployment_json import deployment_properties
from azops_tui.arm.environment import Environment, EvaluationRun, ResourceUse
from azops_tui.arm.errors import ExpressionError, TemplateError
from azops_tui.arm.expanded_resource import ExpandedResource, body_error
from azops_tui.arm.functions.hashing import murmur64
from azops_tui.arm.functions.values import upper
from azops_tui.arm.limits import NESTED_LEVELS, OUTPUTS, PARAMETERS, VARIABLES
from azops_tui.arm.outputs import evaluated_outputs
from azops_tui.arm.parameters import bind, echo, entries
from azops_tui.arm.reader import Document, read
from azops_tui.arm.resource_header import DEPLOYMENTS, NotYet
from azops_tui.arm.resource_id import Scope, parse_scope
from azops_tui.arm.resources import ResourceCollector
from azops_tui.arm.runtime import Runtime
from azops_tui.arm.sections import get, section
from azops_tui.arm.symbolic import Symbolic, is_known
from azops_tui.arm.values import builder
from azops_tui.json_types import Json


class Expansion:
    """An expanded deployment: its resources, nested deployments and outputs."""

    def __init__(self, deployment: TemplateDeployment, id: str) -> None:
        self.deployment = deployment
        self.id = id
        """Id of the deployment itself."""
        self.own: tuple[ExpandedResource, ...] = ()
        """Resources of the template itself, without nested deployments' resources."""
        self.nested: dict[ExpandedResource, Expansion] = {}
        """Nested deployments that could be expanded, by their resource."""
        self.states: dict[ExpandedResource, str] = {}
        self.outer_uses: list[ResourceUse] = []
        self.known_outputs: dict[str, Json] | None = None

    @property
    def scope(self) -> Scope:
        return self.deployment.scope

    @property
    def resources(self) -> tuple[ExpandedResource, ...]:
        """All resources in template order; those of a nested deployment follow it."""
        result: list[ExpandedResource] = []
        for resource in self.own:
            result.append(resource)
            if resource in self.nested:
                result.extend(self.nested[resource].resources)
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

    def expand(self, parameter_values: Mapping[str, Json]) -> None:
        """Read parameters and resources. Raises TemplateError, and NotYet in a nested deployment."""
        deployment = self.deployment
        self.read_parameters(parameter_values)
        for check in (deployment.check_variables, self.collect, self.refuse_duplicates):
            try:
                check()
            except TemplateError as error:
                if not deployment.run.tolerates(error):
                    raise
        for resource in self.own:
            self.fill(resource)
        try:
            dependencies.link(deployment, self.own)
        except TemplateError as error:
            if not deployment.run.tolerates(error):
                raise
        if deployment.outer is not None:
            own = {resource.id.lower() for resource in self.own}
            self.outer_uses = [use for resource in self.own for use in resource.uses if use.id.lower() not in own]
        if deployment.run.problems is None:
            self.check_asserts()

    def read_parameters(self, parameter_values: Mapping[str, Json]) -> None:
        """Set the parameters of the deployment. Raises TemplateError."""
        check_limits(self.deployment)
        allow_missing = self.deployment.run.allow_missing and self.deployment.level == 0
        bind(self.deployment, parameter_values, allow_missing=allow_missing)

    def collect(self) -> None:
        """List the resources without evaluating their bodies. Raises as `expand` does."""
        self.own = tuple(ResourceCollector(self.deployment, self.id if self.deployment.level else "").collect())
        self.states = dict.fromkeys(self.own, "new")
        self.deployment.nested_outputs = self.nested_outputs

    def refuse_duplicates(self) -> None:
        """Raise TemplateError if two deployed resources have the same id."""
        refuse_duplicates(self.deployment, self.own)

    def fill(self, resource: ExpandedResource) -> None:
        """Evaluate the body of a resource and expand a nested deployment. Raises TemplateError."""
        if self.states[resource] != "new" or not resource.condition:
            return
        self.states[resource] = "busy"
        assert resource.build is not None
        assert resource.environment is not None
        try:
            resource.body = resource.build(resource.environment)
            self.deployment.run.account(without_template(resource.body))
        except ExpressionError as error:
            problem = body_error(resource, error)
            if not self.deployment.run.tolerates(problem):
                raise problem from None
            resource.body = {}
        location = get(resource.body, "location", "")
        resource.location = location if isinstance(location, str) else ""
        if resource.type.lower() == DEPLOYMENTS and not resource.existing:
            try:
                nested = self.expand_inside(resource, resource.body, resource.environment)
            except TemplateError as error:
                if not self.deployment.run.tolerates(error):
                    raise
                nested = None
            if nested is not None:
                self.nested[resource] = nested
                resource.uses.extend(nested.outer_uses)
        self.states[resource] = "done"

    def nested_outputs(self, resource: ExpandedResource) -> Mapping[str, Json] | None:
        """The outputs of a nested deployment, expanding it first if needed; None if unknown or in a circle."""
        if resource.type.lower() != DEPLOYMENTS:
            return None
        try:
            self.fill(resource)
        except TemplateError:
            self.states[resource] = "new"
            return None
        nested = self.nested.get(resource)
        return None if nested is None else nested.raw_outputs()

    def expand_inside(
        self, resource: ExpandedResource, body: Mapping[str, Json], environment: Environment
    ) -> Expansion | None:
        """Expand a nested deployment with this body; None while it depends on run-time values."""
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
        content_id = get(link, "contentId") if isinstance(link, Mapping) else None
        if isinstance(content_id, str) and get(properties, "template") is None:
            link = None
            document = self.stored(resource, content_id)
        elif isinstance(link, Mapping) and get(properties, "template") is None:
            followed = self.follow(resource, link, environment.run)
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
        if link is None and isinstance(get(get(resource.definition, "properties", {}), "template"), str):
            # The outer scope evaluates the expression that gives the template; what the template itself contains is
            # evaluated by its own deployment. Modules that load a template as a variable rely on that.
            inner = True
        scope = parse_scope(resource.scope) or deployment.scope
        parameter_values = self.read_passed_parameters(resource, properties, environment.run)
        if parameter_values is None:
            return None
        nested = TemplateDeployment(
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
            content=deployment.content,
        )
        expansion = Expansion(nested, resource.id)
        resource_count = environment.run.resource_count
        try:
            expansion.expand(parameter_values)
        except NotYet:
            environment.run.resource_count = resource_count
            if environment.run.settler is None or nested.level > environment.run.settled_level:
                return None
            raise deployment.invalid(
                f"The nested deployment '{resource.name}' depends on values that are not known when it begins.",
                resource.path,
            ) from None
        return expansion

    def stored(self, resource: ExpandedResource, content_id: str) -> Document:
        """A template that stands once in the ``content`` of the outermost one. Raises TemplateError if it does not."""
        content = self.deployment.content
        entry = get(get(content.value, "content"), content_id) if content is not None else None
        template = get(entry, "value") if isinstance(entry, dict) else None
        if content is None or not isinstance(template, dict):
            raise self.deployment.error(
                f"The template has no content '{content_id}'.", resource.path, code="InvalidContentLink"
            )
        return content.within(template, ("content", content_id, "value"))

    def inline_document(self, resource: ExpandedResource, template: Json) -> Document:
        outer = self.deployment.document
        path = (*resource.path, "properties", "template")
        written = get(get(resource.definition, "properties", {}), "template")
        return outer.within(template, path) if written is template else Document("", template)

    def read_passed_parameters(
        self, resource: ExpandedResource, properties: Mapping[str, Json], run: EvaluationRun
    ) -> Mapping[str, Json] | None:
        parameter_values = get(properties, "parameters", {})
        link = get(properties, "parametersLink")
        if isinstance(parameter_values, Symbolic):
            return None
        if isinstance(link, Mapping) and not parameter_values:
            followed = self.follow(resource, link, run)
            if followed is None:
                return None
            parameter_values = followed[0].value
        return entries(parameter_values) if isinstance(parameter_values, Mapping) else {}

    def follow(
        self, resource: ExpandedResource, link: Mapping[str, Json], run: EvaluationRun
    ) -> tuple[Document, str] | None:
        """The document of a link, and its address.

        None if the link is not known yet or cannot be followed. For a missing document, a plan continues without it
        (None), a running deployment raises TemplateError.
        """
        if run.linked is None or not is_known(link):
            return None
        base = self.deployment.base
        address = str(get(link, "uri") or urljoin(base, str(get(link, "relativePath", ""))) or get(link, "id", ""))
        try:
            linked = run.linked(link, base)
        except (LookupError, OSError) as error:
            if run.mode == "plan" and (run.settler is None or self.deployment.level >= run.settled_level):
                return None
            reason = str(error.args[0]) if error.args else ""
            raise self.deployment.error(
                f"Unable to download deployment content from '{address}'. {reason}".strip(),
                resource.path,
                code="InvalidContentLink",
            ) from None
        return read(linked) if isinstance(linked, (str, bytes)) else Document("", linked), address

    # Outputs

    def raw_outputs(self) -> dict[str, Json]:
        """The outputs with `Symbolic` where they depend on run-time values. Raises TemplateError."""
        if self.known_outputs is None:
            self.known_outputs = evaluated_outputs(self.deployment, self.deployment.run)
        return self.known_outputs

    def resolve_outputs(self, runtime: Runtime, *, reveal: bool = False) -> dict[str, Json]:
        """The outputs with run-time values: ``{"name": {"type": "String", "value": …}}``. Raises TemplateError.

        With `reveal`, secure outputs have their value too, which the service shows only to
        ``listOutputsWithSecureValues``.
        """
        return evaluated_outputs(self.deployment, self.deployment.run.live(runtime), reveal=reveal)

    # Asserts

    def check_asserts(self) -> None:
        """Raise TemplateError if an assert of the template is false."""
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
        """The ``properties`` of the deployment as the service returns them, without its progress."""
        return deployment_properties(
            template_hash=self.template_hash,
            mode=self.deployment.mode,
            parameters=self.parameters,
            outputs=self.outputs,
            own=self.own,
            resources=self.resources,
        )


def expand_resolved(resource: ExpandedResource, body: Mapping[str, Json], runtime: Runtime) -> Expansion:
    """Expand a nested deployment from its resolved body. Raises TemplateError."""
    deployment = resource.source
    assert isinstance(deployment, TemplateDeployment)
    assert resource.environment is not None
    environment = resource.environment.at(run=deployment.run.later(runtime, deployment.level + 1))
    expansion = Expansion(deployment, resource.deployment).expand_inside(resource, body, environment)
    if expansion is None:
        raise deployment.invalid(
            f"The nested deployment '{resource.name}' cannot be expanded: its template or link is not known.",
            resource.path,
        )
    return expansion


def without_template(body: dict[str, Json]) -> dict[str, Json]:
    """The body of a nested deployment without its template, whose size is limited by the text that it stands in."""
    properties = body.get("properties")
    if not isinstance(properties, dict) or not isinstance(properties.get("template"), dict):
        return body
    return {**body, "properties": {key: value for key, value in properties.items() if key != "template"}}


def check_limits(deployment: TemplateDeployment) -> None:
    """Raise TemplateError for more parameters, variables or outputs than the service allows."""
    for name, limit in (("parameters", PARAMETERS), ("variables", VARIABLES), ("outputs", OUTPUTS)):
        count = len(section(deployment.template, name))
        if count > limit:
            raise deployment.invalid(
                f"The number of template {name} limit exceeded. Limit: '{limit}' and actual: '{count}'. "
                f"Please see https://aka.ms/arm-syntax-{name} for usage details.",
                (name,),
            )


def refuse_duplicates(deployment: TemplateDeployment, resources: Iterable[ExpandedResource]) -> None:
    """Raise TemplateError if two deployed resources have the same id."""
    seen: set[str] = set()
    for resource in resources:
        if not resource.condition or resource.existing or "[" in resource.id:
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
