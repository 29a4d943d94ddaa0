"""From HTTP to the parts of the service, and back.

One handler takes every path, as in Resource Manager itself: what a path means is read from its segments.
"""

from __future__ import annotations

import asyncio
import copy
import json
import logging
import uuid

from aiohttp import web

from azops_tui.json_types import Json
from azops_tui.simulator import admin_api as hidden
from azops_tui.simulator import sign_in as identity
from azops_tui.simulator.arm_reply import ArmReply
from azops_tui.simulator.arm_request import ArmRequest
from azops_tui.simulator.cloud import TENANT, SimulatedCloud
from azops_tui.simulator.deployments.engine import DeploymentEngine
from azops_tui.simulator.errors import ArmError
from azops_tui.simulator.faults import Fault, refusal
from azops_tui.simulator.ids import Address, parse_segments
from azops_tui.simulator.lro_profiles import ASYNC, LOCATION
from azops_tui.simulator.operations import Operation
from azops_tui.simulator.providers.network.networks import ElementProvider
from azops_tui.simulator.providers.resources import subscriptions as subscription_routes
from azops_tui.simulator.providers.resources.deployments import DeploymentRoutes
from azops_tui.simulator.resource_groups import ResourceGroupManager
from azops_tui.simulator.resource_listing import select
from azops_tui.simulator.resource_manager import ResourceManager

LOG = logging.getLogger(__name__)


class ArmService:
    """The whole service behind one aiohttp handler."""

    def __init__(self, cloud: SimulatedCloud) -> None:
        self.cloud = cloud
        self.manager = ResourceManager(cloud)
        self.groups = ResourceGroupManager(self.manager)
        self.deployments = DeploymentEngine(self.manager)
        self._deployment_routes = DeploymentRoutes(self.deployments)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answers any request."""
        query = {k.lower(): v for k, v in request.query.items()}
        raw = request.rel_url.raw_path
        if request.path.startswith("/simulator/"):
            return await hidden.handle(self.cloud, request)
        signed = await self._sign_in(request, query)
        if signed is not None:
            return signed
        correlation = request.headers.get("x-ms-correlation-request-id") or str(uuid.uuid4())
        try:
            fault = self.cloud.faults.hit(request.method, request.path)
            if fault is not None:
                await self._strike(fault)
            self._authorise(request)
            asked = ArmRequest(request.method, raw, query, await request.read(), request.headers)
            answer = await self.dispatch(asked)
            return self._respond(answer, asked.api_version, correlation)
        except ArmError as problem:
            LOG.info("%s %s: %s %s", request.method, request.path, problem.status, problem)
            headers = self._headers(correlation)
            headers |= {k: v for k, v in problem.extra.items() if k == "Retry-After"}
            return web.json_response(
                {"error": {k: v for k, v in problem.error().items() if k != "Retry-After"}},
                status=problem.status,
                headers=headers,
                dumps=_dumps,
            )
        except asyncio.CancelledError:
            raise
        except Exception:
            LOG.exception("%s %s failed by a fault of the simulator", request.method, request.path)
            error = ArmError(500, "InternalServerError", "Encountered internal server error.")
            return web.json_response(error.body(), status=500, headers=self._headers(correlation))

    async def _strike(self, fault: Fault) -> None:
        if fault.latency:
            await asyncio.sleep(fault.latency)
        if fault.status:
            error = refusal(fault)
            if fault.retry_after:
                error.extra["Retry-After"] = f"{fault.retry_after:g}"
            raise error

    def _authorise(self, request: web.Request) -> None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise ArmError(401, "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.")

    async def _sign_in(self, request: web.Request, query: dict[str, str]) -> web.Response | None:
        parts = [p for p in request.path.split("/") if p]
        lower = [p.lower() for p in parts]
        base = self.cloud.base
        if lower == ["metadata", "endpoints"]:
            return web.json_response(identity.metadata(base, query.get("api-version", "")))
        if lower[-2:] == [".well-known", "openid-configuration"]:
            return web.json_response(identity.openid_configuration(base, parts[0]))
        if lower[:3] == ["common", "discovery", "instance"]:
            return web.json_response(identity.instance_discovery(base, TENANT))
        if lower[-1:] == ["token"] and "oauth2" in lower:
            form = {k: str(v) for k, v in (await request.post()).items()}
            return web.json_response(identity.token(base, parts[0], form))
        return None

    def _headers(self, correlation: str) -> dict[str, str]:
        return {
            "x-ms-request-id": str(uuid.uuid4()),
            "x-ms-correlation-request-id": correlation,
            "x-ms-ratelimit-remaining-subscription-reads": "11999",
            "Cache-Control": "no-cache",
            "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
            "X-Content-Type-Options": "nosniff",
        }

    def _respond(self, answer: ArmReply, api_version: str, correlation: str) -> web.Response:
        headers = self._headers(correlation) | answer.headers
        operation = answer.operation
        if operation is not None and answer.lead:
            urls = operation.urls(self.cloud.base, api_version or "2022-09-01")
            if ASYNC in answer.lead:
                headers["Azure-AsyncOperation"] = urls[ASYNC]
            if LOCATION in answer.lead:
                headers["Location"] = urls[LOCATION]
            headers |= self.cloud.clock.retry_after(operation.interval)
        if answer.body is None:
            return web.Response(status=answer.status, headers=headers)
        etag = answer.body.get("etag") if isinstance(answer.body, dict) else None
        if isinstance(etag, str):
            headers["ETag"] = etag
        return web.json_response(answer.body, status=answer.status, headers=headers, dumps=_dumps)

    async def dispatch(self, asked: ArmRequest) -> ArmReply:
        """Answers a request of Resource Manager.

        Raises:
            ArmError: it is refused.
        """
        if not asked.api_version:
            raise ArmError(
                400,
                "MissingApiVersionParameter",
                "The api-version query parameter (?api-version=) is required for all requests.",
            )
        polled = self._polled(asked)
        if polled is not None:
            return polled
        subscription = asked.parts[1] if asked.lower[:1] == ["subscriptions"] and len(asked.parts) > 1 else ""
        if subscription:
            self.cloud.store.subscriptions.setdefault(subscription.lower(), f"Subscription {subscription[:8]}")
        if "providers" not in asked.lower:
            return await self._plain(asked, subscription)
        address = parse_segments(asked.parts)
        special = await self._deployment_routes.route(asked, address)
        if special is None:
            special = subscription_routes.provider_route(self.cloud, asked, address)
        if special is None:
            special = subscription_routes.role_route(asked, address)
        if special is not None:
            return special
        return await self._resource(asked, address)

    def _polled(self, asked: ArmRequest) -> ArmReply | None:
        if asked.method != "GET" or not asked.parts:
            return None
        operation = self.cloud.operations.find(asked.parts[-1])
        if operation is None:
            return None
        wants_result = "monitor" in asked.query or "results" in asked.lower[-2]
        if not wants_result:
            return ArmReply(200, operation.view(), headers=self._poll_headers(operation))
        if not operation.done:
            return ArmReply(202, None, operation, (LOCATION,))
        if operation.error is not None:
            raise operation.error
        body = operation.result() if operation.result is not None else None
        return ArmReply(200, copy.deepcopy(body)) if body is not None else ArmReply(operation.empty_status)

    def _poll_headers(self, operation: Operation) -> dict[str, str]:
        return {} if operation.done else self.cloud.clock.retry_after(operation.interval)

    async def _plain(self, asked: ArmRequest, subscription: str) -> ArmReply:
        """Paths without a provider: subscriptions, groups, lists."""
        lower = asked.lower
        if lower[2:3] == ["resourcegroups"]:
            return await self._group(asked, subscription)
        return subscription_routes.plain_route(self.cloud, asked, subscription)

    async def _group(self, asked: ArmRequest, subscription: str) -> ArmReply:
        lower, method = asked.lower, asked.method
        if len(lower) == 3:
            return ArmReply(200, {"value": self.groups.list(subscription, asked.query)})
        name = asked.parts[3]
        if len(lower) == 4:
            if method == "PUT":
                return self.groups.put(subscription, name, asked.document())
            if method == "PATCH":
                return self.groups.patch(subscription, name, asked.document())
            if method == "DELETE":
                return self.groups.delete(subscription, name)
            if method == "HEAD":
                return ArmReply(204 if self.cloud.store.group(subscription, name) else 404)
            return ArmReply(200, self.groups.get(subscription, name).view())
        group = self.groups.get(subscription, name)
        rest = lower[4:]
        if rest == ["resources"]:
            return ArmReply(200, {"value": select(self.cloud.store.in_group(group), asked.query)})
        if rest == ["exporttemplate"]:
            return self._export(subscription, name, asked)
        if rest[0] == "deployments":
            parts = [*asked.parts[:4], "providers", "Microsoft.Resources", *asked.parts[4:]]
            found = await self._deployment_routes.route(asked, parse_segments(parts))
            if found is not None:
                return found
        if rest in (["moveresources"], ["validatemoveresources"]):
            return ArmReply(204)
        raise _no_route(asked)

    def _export(self, subscription: str, name: str, asked: ArmRequest) -> ArmReply:
        exported = self.groups.export(subscription, name, asked.document())
        operation = self.cloud.operations.make("Microsoft.Resources/resourceGroups", subscription, "")
        operation.result = lambda: exported

        async def work() -> None:
            await self.cloud.clock.sleep(2)

        self.cloud.operations.start(operation, work)
        return ArmReply(202, None, operation, (LOCATION,))

    async def _resource(self, asked: ArmRequest, address: Address) -> ArmReply:
        method = asked.method
        if not address.tail and address.names:
            if method in ("PUT", "PATCH"):
                return self._write(asked, address)
            if method == "DELETE":
                self._check_conditions(asked, address)
                return self.manager.delete(address)
            if method == "HEAD":
                self.manager.group(address)
                return ArmReply(204 if self.manager.provider(address).find(address) else 404)
            if method == "GET":
                return self._read(asked, address)
        if method == "GET" and address.tail:
            return await self._list(asked, address)
        if method == "POST" and address.names:
            return await self._act(asked, address)
        raise _no_route(asked)

    def _check_conditions(self, asked: ArmRequest, address: Address) -> None:
        """Refuses a write whose If-Match or If-None-Match does not hold."""
        wanted, unwanted = asked.headers.get("If-Match"), asked.headers.get("If-None-Match")
        if not wanted and not unwanted:
            return
        found = self.manager.provider(address).find(address)
        if unwanted == "*" and found is not None:
            words = f"The {address.types[-1]} {address.last_name} exists already and hence cannot be created again."
            raise ArmError(412, "PreconditionFailed", words)
        etag = found.body.get("etag", f'W/"{found.etag}"') if found is not None else ""
        if wanted and wanted != "*" and wanted.strip('W/"') != str(etag).strip('W/"'):
            words = f"The {address.types[-1]} {address.last_name} has been modified (etag mismatch)."
            raise ArmError(412, "PreconditionFailed", words)

    def _write(self, asked: ArmRequest, address: Address) -> ArmReply:
        sent = asked.document()
        self._check_conditions(asked, address)
        return self.manager.put(address, sent, api_version=asked.api_version, patch=asked.method == "PATCH")

    def _read(self, asked: ArmRequest, address: Address) -> ArmReply:
        found = self.manager.get(address)
        provider = self.manager.provider(address)
        return ArmReply(200, copy.deepcopy(provider.show(found, asked.query)))

    async def _list(self, asked: ArmRequest, address: Address) -> ArmReply:
        if address.names:
            parent = self.manager.get(address)
            children = self.manager.registry.of(f"{address.type}/{address.tail}")
            if isinstance(children, ElementProvider):
                return ArmReply(200, {"value": children.collection_of(parent, address.tail)})
            answer = await self.manager.provider(address).act(parent, address.tail, None, asked.query)
            if answer is not None and answer.operation is None:
                return answer
        return ArmReply(200, {"value": self.manager.list_type(address, asked.query)})

    async def _act(self, asked: ArmRequest, address: Address) -> ArmReply:
        found = self.manager.get(address)
        body = asked.json()
        answer = await self.manager.provider(address).act(found, address.tail, body, asked.query)
        if answer is None:
            raise ArmError(
                404,
                "InvalidResourceType",
                f"The resource type '{'/'.join((*address.types, address.tail))}' could not be found in the namespace "
                f"'{address.namespace}' for api version '{asked.api_version}'.",
            )
        return answer


def _no_route(asked: ArmRequest) -> ArmError:
    return ArmError(
        404,
        "InvalidResourceType" if "providers" in asked.lower else "NotFound",
        f"No HTTP resource was found that matches the request '{asked.method} /{'/'.join(asked.parts)}'.",
    )


def _dumps(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
