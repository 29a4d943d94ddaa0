"""A deployment and its operations, and how the service shows them."""

from __future__ import annotations

import asyncio
import json
import uuid
from dataclasses import dataclass, field

from azops_tui.arm.resource_id import ResourceId
from azops_tui.arm.types import is_secure
from azops_tui.durations import format_iso_duration
from azops_tui.json_types import Json
from azops_tui.simulator.clock import stamp
from azops_tui.simulator.errors import ArmError, reason

FINAL = ("Succeeded", "Failed", "Canceled")
FAILED = (
    "At least one resource deployment operation failed. Please list deployment operations for details. "
    "Please see https://aka.ms/arm-deployment-operations for usage details."
)
TERMINAL = (
    "The resource write operation failed to complete successfully, because it reached terminal provisioning state "
    "'Failed'."
)


@dataclass(slots=True, eq=False)
class OperationRecord:
    """One operation of a deployment.

    Attributes:
        action: ``Create``, ``Read``, ``Delete`` or ``EvaluateDeploymentOutput``.
        target: id of the resource; empty for the evaluation of outputs.
        error: the reason for a failure.
        is_accepted: whether the resource provider accepted the request, so that a failure comes later.
    """

    action: str
    target: str
    started: float
    changed: float
    id: str = field(default_factory=lambda: uuid.uuid4().hex[:16].upper())
    tracking: str = field(default_factory=lambda: str(uuid.uuid4()))
    request: str = field(default_factory=lambda: str(uuid.uuid4()))
    state: str = "Running"
    status: int = 202
    error: ArmError | None = None
    is_accepted: bool = False

    def end(self, now: float, state: str, status: int) -> None:
        self.changed, self.state, self.status = now, state, status

    def failure(self) -> dict[str, Json]:
        """The failure as the details of the deployment's error list it."""
        if self.error is None:
            return {}
        inner = self.error.error()
        if not self.is_accepted:
            return inner
        return {"code": "ResourceDeploymentFailure", "target": self.target, "message": TERMINAL, "details": [inner]}

    def as_json(self, deployment_id: str, now: float) -> dict[str, Json]:
        """The operation as the list of operations shows it."""
        end = now if self.state == "Running" else self.changed
        properties: dict[str, Json] = {
            "provisioningOperation": self.action,
            "provisioningState": self.state,
            "timestamp": stamp(end),
            "duration": format_iso_duration(end - self.started),
            "trackingId": self.tracking,
            "serviceRequestId": self.request,
            "statusCode": "Conflict" if self.is_accepted and self.error else reason(self.status),
        }
        if self.error is not None:
            failure = self.failure()
            properties["statusMessage"] = (
                {"status": "Failed", "error": failure} if self.is_accepted else {"error": failure}
            )
        if self.target:
            address = ResourceId.parse(self.target)
            properties["targetResource"] = {
                "id": self.target,
                "resourceType": address.type,
                "resourceName": address.name,
            }
        else:
            del properties["serviceRequestId"]
            properties["statusMessage"] = properties.get("statusMessage")
        return {"id": f"{deployment_id}/operations/{self.id}", "operationId": self.id, "properties": properties}


@dataclass(slots=True, eq=False)
class DeploymentRecord:
    """A deployment.

    Attributes:
        scope: id of a resource group, a subscription or a management group; empty for the tenant.
        shown: properties from the template's expansion: hash, parameters, providers, dependencies.
        flat: whether details hold errors as objects; older API versions hold them as JSON in a message.
    """

    scope: str
    name: str
    location: str
    mode: str
    template: Json
    shown: dict[str, Json]
    started: float
    correlation: str = field(default_factory=lambda: str(uuid.uuid4()))
    tags: dict[str, str] = field(default_factory=dict)
    state: str = "Accepted"
    changed: float = 0.0
    error: ArmError | None = None
    steps: list[OperationRecord] = field(default_factory=list)
    children: list[DeploymentRecord] = field(default_factory=list)
    outputs: dict[str, Json] | None = None
    """With the values of secure outputs, which are shown only to ``listOutputsWithSecureValues``."""
    output_resources: list[str] = field(default_factory=list)
    flat: bool = True
    sent: dict[str, Json] = field(default_factory=dict)
    """The request's body, for a simulator that starts again."""
    api_version: str = ""
    task: asyncio.Task[None] | None = None
    finished: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def address(self) -> ResourceId:
        """The parsed id."""
        return ResourceId.parse(self.id)

    @property
    def id(self) -> str:
        return f"{self.scope}/providers/Microsoft.Resources/deployments/{self.name}"

    @property
    def is_done(self) -> bool:
        """Whether nothing more happens to it."""
        return self.state in FINAL

    def secure_values(self) -> dict[str, Json]:
        """The values of secure outputs, by name."""
        return {name: output["value"] for name, output in (self.outputs or {}).items() if is_secure(output["type"])}

    def failure(self) -> ArmError:
        """The error of a deployment with failed operations."""
        details: list[Json] = []
        for step in self.steps:
            if step.error is None:
                continue
            if self.flat:
                details.append(step.failure())
                continue
            body = {"status": "Failed", "error": step.failure()} if step.is_accepted else {"error": step.failure()}
            code = "Conflict" if step.is_accepted else reason(step.error.status)
            details.append({"code": code, "message": json.dumps(body, indent=2).replace("\n", "\r\n")})
        return ArmError(409, "DeploymentFailed", FAILED, target=self.id if self.flat else "", details=details)

    def as_json(self, now: float) -> dict[str, Json]:
        """The deployment as the service shows it."""
        end = self.changed if self.is_done else now
        properties = {k: v for k, v in self.shown.items() if k not in ("outputs", "outputResources")}
        properties |= {
            "mode": self.mode,
            "provisioningState": self.state,
            "timestamp": stamp(end),
            "duration": format_iso_duration(end - self.started),
            "correlationId": self.correlation,
        }
        if self.outputs is not None:
            properties["outputs"] = {
                name: {"type": output["type"]} if is_secure(output["type"]) else output
                for name, output in self.outputs.items()
            }
        if self.is_done and self.state == "Succeeded":
            properties["outputResources"] = [{"id": r} for r in self.output_resources]
        if self.error is not None:
            properties["error"] = self.error.error()
        body: dict[str, Json] = {
            "id": self.id,
            "name": self.name,
            "type": "Microsoft.Resources/deployments",
            "properties": properties,
        }
        if self.location:
            body["location"] = self.location
        if self.tags:
            body["tags"] = self.tags
        return body

    def operations(self, now: float) -> list[Json]:
        return [s.as_json(self.id, now) for s in self.steps]

    def all_output_resources(self) -> list[str]:
        """Ids of all resources it wrote, also in nested deployments, but not of those; sorted, ignoring case."""
        ids = {
            s.target.lower(): s.target
            for s in self.steps
            if s.target
            and s.action in ("Create", "Read")
            and s.state == "Succeeded"
            and ResourceId.parse(s.target).type.lower() != "microsoft.resources/deployments"
        }
        for child in self.children:
            ids |= {r.lower(): r for r in child.output_resources}
        return [ids[k] for k in sorted(ids)]
