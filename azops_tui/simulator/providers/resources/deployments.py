"""The paths of deployments: ``…/providers/Microsoft.Resources/deployments``, at every scope."""

from __future__ import annotations

import copy
from dataclasses import replace

from azops_tui.json_types import Json
from azops_tui.simulator.arm_reply import ArmReply
from azops_tui.simulator.arm_request import ArmRequest
from azops_tui.simulator.deployments import whatif as foresight
from azops_tui.simulator.deployments.engine import DEPLOYMENT_TYPE, DeploymentEngine
from azops_tui.simulator.errors import ArmError
from azops_tui.simulator.ids import Address
from azops_tui.simulator.lro_profiles import LOCATION


class DeploymentRoutes:
    """Routes requests about deployments."""

    def __init__(self, deployments: DeploymentEngine) -> None:
        self.deployments = deployments
        self.cloud = deployments.cloud

    async def route(self, asked: ArmRequest, address: Address) -> ArmReply | None:
        """Answers a request about deployments; None where the path is about something else."""
        types = [t.lower() for t in address.types]
        if address.namespace.lower() != "microsoft.resources":
            return None
        if not types and address.tail.lower() == "deployments":
            self.deployments.manager.group(address)
            return self._list(asked, address)
        if types[:1] != ["deployments"]:
            return None
        if types == ["deployments", "operations"]:
            return self._operation(address)
        if len(types) > 1:
            return None
        if address.tail:
            return await self._act(asked, address, address.tail.lower())
        return self._one(asked, address)

    def _list(self, asked: ArmRequest, address: Address) -> ArmReply:
        now = self.cloud.clock.now()
        found = [d.view(now) for d in self.deployments.of_scope(address.scope)]
        wanted = asked.query.get("$filter", "").lower()
        if "provisioningstate eq '" in wanted:
            state = wanted.split("provisioningstate eq '")[1].split("'")[0]
            found = [d for d in found if d["properties"]["provisioningState"].lower() == state]
        top = asked.query.get("$top", "")
        return ArmReply(200, {"value": found[: int(top)] if top.isdigit() else found})

    def _one(self, asked: ArmRequest, address: Address) -> ArmReply:
        method = asked.method
        if method == "PUT":
            return self._put(asked, address)
        if method == "HEAD":
            self.deployments.manager.group(address)
            return ArmReply(204 if self.deployments.find(address) else 404)
        if method == "DELETE":
            return self._delete(address)
        if method == "GET":
            return ArmReply(200, copy.deepcopy(self.deployments.get(address).view(self.cloud.clock.now())))
        raise ArmError(405, "HttpMethodNotAllowed", f"A deployment takes no {method}.")

    def _put(self, asked: ArmRequest, address: Address) -> ArmReply:
        existed = self.deployments.find(address) is not None
        made, operation = self.deployments.start(address, asked.document(), asked.api_version)
        link = f"{self.cloud.base}{made.id}/operationStatuses/{operation.id}?api-version={asked.api_version}"
        headers = {"Azure-AsyncOperation": link} | self.cloud.clock.retry_after()
        body = copy.deepcopy(made.view(self.cloud.clock.now()))
        return ArmReply(200 if existed else 201, body, headers=headers)

    def _delete(self, address: Address) -> ArmReply:
        found = self.deployments.find(address)
        self.deployments.manager.group(address)
        if found is None:
            return ArmReply(204)
        if not found.done:
            raise ArmError(
                409,
                "DeploymentActive",
                f"Unable to delete deployment '{found.name}': it is still active. Cancel it first.",
            )

        async def work() -> None:
            await self.cloud.clock.sleep(2)
            self.deployments.known.pop(address.key, None)

        operation = self.cloud.operations.make(DEPLOYMENT_TYPE, address.subscription, "")
        operation.empty_status = 204
        self.cloud.operations.start(operation, work)
        return ArmReply(202, None, operation, (LOCATION,))

    async def _act(self, asked: ArmRequest, address: Address, action: str) -> ArmReply | None:
        plain = replace(address, tail="")
        if action == "validate":
            return ArmReply(200, self.deployments.validate(plain, asked.document()))
        if action == "cancel":
            self.deployments.cancel(plain)
            return ArmReply(204)
        if action == "exporttemplate":
            return ArmReply(200, {"template": copy.deepcopy(self.deployments.get(plain).template)})
        if action == "operations":
            found = self.deployments.get(plain).operations(self.cloud.clock.now())
            top = asked.query.get("$top", "")
            return ArmReply(200, {"value": found[: int(top)] if top.isdigit() else found})
        if action == "whatif":
            return self._foresee(plain, asked.document())
        return None

    def _foresee(self, address: Address, sent: dict[str, Json]) -> ArmReply:
        self.deployments.manager.group(address)
        foresight.check(sent, address)
        answer: dict[str, Json] = {}

        async def work() -> None:
            await self.cloud.clock.sleep(self.cloud.operations.span(4))
            answer.update(foresight.foresee(self.deployments, address, sent))

        operation = self.cloud.operations.make(DEPLOYMENT_TYPE, address.subscription, "")
        operation.result = lambda: answer
        self.cloud.operations.start(operation, work)
        return ArmReply(202, None, operation, (LOCATION,))

    def _operation(self, address: Address) -> ArmReply:
        above = address.parent
        if above is not None:
            for operation in self.deployments.get(above).operations(self.cloud.clock.now()):
                if str(operation["operationId"]).lower() == address.last_name.lower():
                    return ArmReply(200, operation)
        raise ArmError(404, "DeploymentOperationNotFound", f"The operation '{address.last_name}' could not be found.")
