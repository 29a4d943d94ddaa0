"""Resource headers: name, type, condition and scope, which must be known before the deployment starts."""

from __future__ import annotations

from azops_tui.arm.deployment import TemplateDeployment
from azops_tui.arm.environment import Environment
from azops_tui.arm.errors import ExpressionError, TemplateError
from azops_tui.arm.expanded_resource import ExpandedResource
from azops_tui.arm.reader import Path, show
from azops_tui.arm.resource_id import Scope, parse_scope, relative_id
from azops_tui.arm.sections import get
from azops_tui.arm.symbolic import Symbolic
from azops_tui.arm.template_source import TemplateSource
from azops_tui.arm.values import builder
from azops_tui.json_types import Json

DEPLOYMENTS = "microsoft.resources/deployments"


class NotYet(Exception):  # noqa: N818 - not an error: the deployment must have begun first
    """The resources of a nested deployment depend on run-time values."""


def is_placed(definition: dict[str, Json]) -> bool:
    """True for a resource with a ``resourceGroup`` or ``subscriptionId``, as Bicep writes existing resources."""
    return get(definition, "resourceGroup") is not None or get(definition, "subscriptionId") is not None


class HeaderReader:
    """Evaluates resource headers of one deployment; raises TemplateError, and NotYet in a nested deployment."""

    def __init__(self, deployment: TemplateDeployment) -> None:
        self.deployment = deployment

    def head(self, environment: Environment, value: Json, path: Path, definition: dict[str, Json]) -> Json:
        try:
            return builder(value)(environment)
        except ExpressionError as error:
            raise self.head_error(error, definition, path) from None

    def head_error(self, error: ExpressionError, definition: dict[str, Json], path: Path) -> TemplateError:
        deployment = self.deployment
        see = "Please see https://aka.ms/arm-template-expressions for usage details."
        if error.located is not None:
            place: TemplateSource = error.located
            return place.invalid(f"{error.message}. {see}", tuple(error.path), error, violation=True)
        resource = path[: len(path) - next((i for i, part in enumerate(reversed(path)) if isinstance(part, int)), 0)]
        name = get(definition, "name", "")
        return deployment.invalid(
            f"The template resource '{name}' {deployment.where(resource)} is not valid: {error.message}. {see}",
            (*path, *error.path),
            error,
        )

    def text(
        self,
        environment: Environment,
        definition: dict[str, Json],
        path: Path,
        key: str,
        *,
        needed: bool = True,
        allow_empty: bool = False,
    ) -> str:
        """A text of the header. With `allow_empty`, an empty text or null is as good as a missing member.

        Published modules are deployed with an empty ``resourceGroup``: it is the group of the deployment.
        """
        raw = get(definition, key)
        if raw is None:
            if not needed:
                return ""
            deployment = self.deployment
            line, column = deployment.document.position(path)
            place = show((*deployment.document.shown, *path))
            raise deployment.error(
                "The request content was invalid and could not be deserialized: "
                f"'Required property '{key}' not found in JSON. Path '{place}', line {line}, position {column}.'.",
                path,
                code="InvalidRequestContent",
            )
        value = self.head(environment, raw, (*path, key), definition)
        if isinstance(value, Symbolic):
            if self.deployment.level and not self.deployment.run.allow_missing:
                raise NotYet
            return str(value)
        if isinstance(value, str) and value:
            return value.strip("/") if key == "type" else value
        if allow_empty and value in ("", None):
            return ""
        problem = ExpressionError(f"The value of '{key}' must be a string that is not empty.")
        raise self.head_error(problem, definition, (*path, key))

    def can_be_read(
        self,
        environment: Environment,
        definition: dict[str, Json],
        path: Path,
        type: str,
        parent: ExpandedResource | None,
    ) -> bool:
        """False if the name or scope of a resource is not valid; the error is collected."""
        try:
            name = self.text(environment, definition, path, "name")
            self.place(environment, definition, path, type, name, parent)
            if parent is None:
                self.check_segments(type, name, path, raw=name)
        except TemplateError as error:
            if not self.deployment.run.tolerates(error):
                raise
            return False
        return True

    def skipped_text(self, environment: Environment, definition: dict[str, Json], key: str) -> str:
        """A text of a resource that is not deployed: its value, or its expression if that cannot be evaluated.

        The service leaves such a resource out since the end of 2024 (Azure/bicep issues 2371, 12204, 13937).
        """
        raw = get(definition, key)
        try:
            # Not `head`: finding the position of an error that nobody sees takes long in a large template.
            value = None if raw is None else builder(raw)(environment)
        except ExpressionError:
            value = None
        if isinstance(value, str) and value:
            return value.strip("/") if key == "type" else value
        return str(value if isinstance(value, Symbolic) else raw or "")

    def condition(self, environment: Environment, definition: dict[str, Json], path: Path) -> bool:
        raw = get(definition, "condition", True)
        if isinstance(raw, bool):
            return raw
        value = self.head(environment, raw, (*path, "condition"), definition)
        if isinstance(value, Symbolic):
            if self.deployment.level and not self.deployment.run.allow_missing:
                raise NotYet
            return True
        if isinstance(value, str) and value.lower() in ("true", "false"):
            return value.lower() == "true"
        if isinstance(value, bool):
            return value
        problem = ExpressionError("The value of 'condition' must be a boolean.")
        raise self.head_error(problem, definition, (*path, "condition"))

    def place(
        self,
        environment: Environment,
        definition: dict[str, Json],
        path: Path,
        type: str,
        name: str,
        parent: ExpandedResource | None,
    ) -> tuple[str, str]:
        """Scope and id of a resource."""
        deployment = self.deployment
        scope = deployment.scope
        own = self.text(environment, definition, path, "scope", needed=False)
        if type.lower() == DEPLOYMENTS or (not own and get(definition, "existing") is True and is_placed(definition)):
            target = self.deployment_scope(environment, definition, path, own)
            return target.id or "/", target.resource_id(type, name)
        if own:
            prefix = self.full_scope(own)
            parsed = parse_scope(prefix)
            id = (
                parsed.resource_id(type, name)
                if parsed is not None
                else f"{prefix}/providers/{relative_id(type, name)}"
            )
            return prefix or "/", id
        if parent is not None:
            if type.lower().startswith(parent.type.lower() + "/"):
                parent_scope = parent.scope.rstrip("/")
                return parent.scope, f"{parent_scope}/providers/{relative_id(type, name)}"
            return parent.id, f"{parent.id}/providers/{relative_id(type, name)}"
        return scope.id or "/", scope.resource_id(type, name)

    def full_scope(self, text: str) -> str:
        """A ``scope`` as a prefix of ids; empty for the tenant."""
        if text.startswith("/"):
            return text.rstrip("/")
        resource = self.deployment.find(text)
        if resource is not None:
            return resource.id
        if text.lower().startswith("microsoft.management/managementgroups/"):
            return "/providers/" + text
        return f"{self.deployment.scope.id}/providers/{text.removeprefix('providers/')}"

    def deployment_scope(self, environment: Environment, definition: dict[str, Json], path: Path, own: str) -> Scope:
        """Target scope of a nested deployment."""
        deployment = self.deployment
        here = deployment.scope
        if own.startswith("["):
            return here  # known only with parameter values
        if own:
            target = parse_scope(self.full_scope(own) or "/")
            if target is None:
                problem = ExpressionError(
                    f"The scope '{own}' of a deployment must be a resource group, a subscription, "
                    "a management group or the tenant."
                )
                raise self.head_error(problem, definition, (*path, "scope"))
            return target
        subscription = self.text(environment, definition, path, "subscriptionId", needed=False, allow_empty=True)
        group = self.text(environment, definition, path, "resourceGroup", needed=False, allow_empty=True)
        if not subscription and not group:
            return here
        return Scope(subscription=subscription or here.subscription, group=group)

    def skipped_place(
        self,
        environment: Environment,
        definition: dict[str, Json],
        path: Path,
        type: str,
        name: str,
        parent: ExpandedResource | None,
    ) -> tuple[str, str]:
        """Scope and id of a resource that is not deployed; its expressions may be impossible to evaluate."""
        keys = ("scope", "subscriptionId", "resourceGroup")
        if not any(self.skipped_text(environment, definition, key).startswith("[") for key in keys):
            try:
                return self.place(environment, definition, path, type, name, parent)
            except (TemplateError, NotYet):
                pass
        scope = self.deployment.scope
        return scope.id or "/", scope.resource_id(type, name)

    def check_segments(self, type: str, name: str, path: Path, raw: str) -> None:
        """Check that the type has one segment more than the name. Raises TemplateError."""
        if name.startswith("["):
            return
        if type.count("/") != name.count("/") + 1 or "" in type.split("/"):
            deployment = self.deployment
            raise deployment.invalid(
                f"The template resource '{name}' for type '{type}' {deployment.where(path)} has incorrect segment "
                "lengths. A nested resource type must have identical number of segments as its resource name. A root "
                "resource type must have segment length one greater than its resource name. "
                "Please see https://aka.ms/arm-syntax-resources for usage details.",
                path,
                violation=True,
            )
