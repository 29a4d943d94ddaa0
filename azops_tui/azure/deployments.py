"""Deployments: validate, predict, run, watch operation by operation, and cancel."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence

import msgspec

from azops_tui.azure.client import Clients
from azops_tui.azure.errors import AzureFailure, explained, flatten
from azops_tui.azure.operations import ExpectedResource, OperationWatch, with_cause
from azops_tui.azure.parameter_origin import name_origins, origins_named
from azops_tui.azure.trouble import items
from azops_tui.durations import parse_iso_duration, start_time
from azops_tui.events.azure_views import ChangeView, DeploymentView, FailureView, PropertyChangeView
from azops_tui.json_types import Json

Changes = list[ChangeView]
"""An alias: within the class, ``list`` is a method."""


class Deployments:
    """Deployments of a subscription. With ``""`` as the group, the deployment scope is the subscription."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    async def list(self, group: str) -> list[DeploymentView]:
        """List the deployments of a group without their operations, newest first.

        Raises:
            AzureFailure: the group does not exist.
        """
        client = await self._clients.deployments()
        with explained(f"/{self._scope(group)}"):
            listed = client.deployments.list_at_scope(self._scope(group))
            deployments = [deployment_view(deployment.as_dict(), group) async for deployment in items(listed)]
        return sorted(deployments, key=lambda deployment: -(deployment.started or 0))

    async def get(self, group: str, name: str) -> DeploymentView:
        """Read a deployment with its operations, including nested and waiting ones.

        Raises:
            AzureFailure: it does not exist.
        """
        raw = await self._read(group, name)
        watch = OperationWatch(self._clients, self._scope(group), name, raw)
        view = deployment_view(raw, group)
        operations = await watch.look(final=view.finished)
        return with_cause(msgspec.structs.replace(view, operations=operations))

    async def validate(
        self,
        group: str,
        name: str,
        template: Mapping[str, Json],
        parameters: Mapping[str, Json] | None = None,
        mode: str = "Incremental",
        *,
        location: str = "",
    ) -> None:
        """Validate a template with the service; nothing is changed.

        Raises:
            AzureFailure: the service rejects the template.
        """
        client = await self._clients.deployments()
        body = _body(template, parameters, mode, location)
        identity = self._id(group, name)
        with origins_named(template), explained(identity):
            poller = await client.deployments.begin_validate_at_scope(self._scope(group), name, body)
            result = await poller.result()
            error = (result.as_dict() if result is not None else {}).get("error")
            if error:
                raise AzureFailure(*flatten(error, resource=identity))

    async def what_if(
        self,
        group: str,
        name: str,
        template: Mapping[str, Json],
        parameters: Mapping[str, Json] | None = None,
        mode: str = "Incremental",
        *,
        location: str = "",
    ) -> Changes:
        """Predict the changes of a deployment with the service's what-if; nothing is changed.

        Raises:
            AzureFailure: the prediction is not available, or the service would reject the deployment.
        """
        client = await self._clients.deployments()
        body = _body(template, parameters, mode, location)
        identity = self._id(group, name)
        with origins_named(template), explained(identity):
            if group:
                poller = await client.deployments.begin_what_if(group, name, body)
            else:
                poller = await client.deployments.begin_what_if_at_subscription_scope(name, body)
            result = await poller.result()
            answer = result.as_dict() if result is not None else {}
            if answer.get("error") or str(answer.get("status", "Succeeded")).lower() == "failed":
                raise AzureFailure(*flatten(answer.get("error") or answer, resource=identity))
        return [change_view(change) for change in (answer.get("properties") or {}).get("changes") or []]

    async def run(
        self,
        group: str,
        name: str,
        template: Mapping[str, Json],
        parameters: Mapping[str, Json] | None = None,
        mode: str = "Incremental",
        *,
        location: str = "",
        expected: Sequence[ExpectedResource] = (),
        validate: bool = True,
    ) -> AsyncGenerator[DeploymentView, None]:
        """Deploy a template and yield a view after every change; the last view is final.

        A deployment that fails is no exception: its last view says so. One that is abandoned (the iteration is closed
        or cancelled) goes on in Azure; :meth:`cancel` ends it.

        Args:
            group: to deploy to; empty for the subscription, which needs ``location``.
            name: of the deployment.
            template: as an object.
            parameters: ``{"name": {"value": …}}``.
            mode: ``Incremental`` or ``Complete``; case does not matter.
            location: where a deployment to the subscription is kept.
            expected: resources of the template, shown as waiting; by default, what the deployment itself reports.
            validate: validate the template first, so that a deployment that must fail does not start.

        Raises:
            AzureFailure: the deployment was rejected, or its state can no longer be read.
        """
        if validate:
            await self.validate(group, name, template, parameters, mode, location=location)
        client = await self._clients.deployments()
        body = _body(template, parameters, mode, location)
        with origins_named(template), explained(self._id(group, name)):
            poller = await client.deployments.begin_create_or_update_at_scope(self._scope(group), name, body)
            raw = poller.polling_method().resource().as_dict()
        view = deployment_view(raw, group)
        watch = OperationWatch(self._clients, self._scope(group), name, raw, expected)
        view = msgspec.structs.replace(view, operations=watch.waiting())
        yield view
        done = asyncio.ensure_future(poller.result())
        # Whether it failed is read from the deployment itself; the exception says less.
        done.add_done_callback(lambda task: task.cancelled() or task.exception())
        try:
            while not done.done():
                try:
                    operations = await watch.look()
                except AzureFailure:
                    # One look that failed is no news of the deployment; whether it goes on, its own polling knows.
                    operations = view.operations
                if done.done():
                    break  # the last view says it all
                status = _state(str(poller.status()))
                state = status if status in ("Accepted", "Running") else view.state
                if state == "Accepted" and any(operation.state != "Waiting" for operation in operations):
                    state = "Running"
                seen = msgspec.structs.replace(view, operations=operations, state=state)
                if seen != view:
                    view = seen
                    yield view
                await asyncio.wait([done], timeout=self._clients.poll)
        finally:
            done.cancel()
        raw = await self._read(group, name)
        last = deployment_view(raw, group)
        if not last.finished:
            # The poller gave up: report why instead of waiting forever.
            error = done.exception()
            if error is not None:
                with explained(self._id(group, name)):
                    raise error
        operations = await watch.look(final=True)
        last = with_cause(msgspec.structs.replace(last, operations=operations))
        yield name_origins(template, last)

    async def cancel(self, group: str, name: str) -> None:
        """Cancel a running deployment: started operations finish, no others start.

        Raises:
            AzureFailure: the deployment does not exist or is not running.
        """
        client = await self._clients.deployments()
        with explained(self._id(group, name)):
            await client.deployments.cancel_at_scope(self._scope(group), name)

    async def _read(self, group: str, name: str) -> Json:
        client = await self._clients.deployments()
        with explained(self._id(group, name)):
            return (await client.deployments.get_at_scope(self._scope(group), name)).as_dict()

    def _scope(self, group: str) -> str:
        subscription = f"subscriptions/{self._clients.subscription}"
        return f"{subscription}/resourceGroups/{group}" if group else subscription

    def _id(self, group: str, name: str) -> str:
        return f"/{self._scope(group)}/providers/Microsoft.Resources/deployments/{name}"


def deployment_view(deployment: Json, group: str) -> DeploymentView:
    """Convert a deployment from the service's JSON, without operations."""
    properties = deployment.get("properties") or {}
    identity = deployment.get("id", "")
    correlation = properties.get("correlationId") or ""
    failure: FailureView | None = None
    if properties.get("error"):
        failure = flatten(properties["error"], resource=identity, correlation_id=correlation)[0]
    return DeploymentView(
        id=identity,
        name=deployment.get("name", ""),
        group=group,
        state=_state(properties.get("provisioningState", "")),
        mode=properties.get("mode") or "Incremental",
        started=start_time(properties.get("timestamp"), properties.get("duration")),
        duration=parse_iso_duration(properties.get("duration")),
        correlation_id=correlation,
        outputs={name: (value or {}).get("value") for name, value in (properties.get("outputs") or {}).items()},
        failure=failure,
    )


def change_view(change: Json) -> ChangeView:
    """Convert a change from the JSON of what-if."""
    return ChangeView(
        resource_id=change.get("resourceId") or "",
        type=change.get("changeType") or "",
        delta=tuple(map(_property_view, change.get("delta") or ())),
        after=change.get("after"),
        reason=change.get("unsupportedReason") or "",
    )


def _property_view(change: Json) -> PropertyChangeView:
    return PropertyChangeView(
        path=change.get("path") or "",
        type=change.get("propertyChangeType") or "",
        before=change.get("before"),
        after=change.get("after"),
        children=tuple(map(_property_view, change.get("children") or ())),
    )


def _state(word: str) -> str:
    """State of the view: any state of the service that is not final is ``Running``."""
    known = {"accepted": "Accepted", "succeeded": "Succeeded", "failed": "Failed", "canceled": "Canceled"}
    return known.get(word.lower(), "Running")


def _body(template: Mapping[str, Json], parameters: Mapping[str, Json] | None, mode: str, location: str) -> Json:
    properties = {"template": template, "parameters": dict(parameters or {}), "mode": mode.capitalize()}
    return {"properties": properties, "location": location} if location else {"properties": properties}
