"""Expand the shared Bicep modules, deploy each on the simulator, predict changes, deploy again; print the causes.

Run from the project's root: ``python -m tests.bench.modules [WORD]``; with a word, only modules with it in their name.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from azops_tui.arm import Expansion, TemplateError, expand
from azops_tui.simulator.server import serve
from tests.arm.modules import GROUP, LOCATION, MANAGEMENT_GROUP, SUBSCRIPTION, modules, scope_of, trial
from tests.simulator.clients import Clients

PATIENCE_S = 60.0
EXPECTED = re.compile(
    r"(?:parent resource|The Resource|resource) '([^']+/[^']+)'.*(?:not found|could not be)"
    r"|Resource (/subscriptions/\S+) referenced by",
    re.DOTALL,
)
TAGS = {"purpose": "modules"}


@dataclass
class Outcome:
    """What became of one module."""

    name: str
    supplied: tuple[str, ...] = ()
    """Parameters with a default that the module cannot do without, and which therefore have a value."""
    ratio: float = 0.0
    """Time to expand, as a multiple of the time of ``json.loads``."""
    resources: int = 0
    steps: dict[str, str] = field(default_factory=dict)
    """Step -> ``ok``, or the cause of its failure."""


def expansion(name: str, text: str) -> tuple[Outcome, dict[str, Any], dict[str, Any], list[str]]:
    """Expand one module; also return its template, its parameter values, and the ids that it expects to exist."""
    outcome = Outcome(name)
    begun = time.perf_counter()
    template = json.loads(text)
    parsed = time.perf_counter()
    parameters, outcome.supplied = trial(template)
    started = time.perf_counter()
    try:
        plan = expand(text, parameters, scope=scope_of(template), location=LOCATION, tags=TAGS)
    except TemplateError as error:
        outcome.steps["expand"] = f"{error.code}: {error.message}"
        return outcome, template, parameters, []
    outcome.ratio = (time.perf_counter() - started) / max(parsed - begun, 1e-9)
    outcome.resources = sum(resource.condition and not resource.existing for resource in plan.resources)
    outcome.steps["expand"] = "ok"
    return outcome, template, parameters, expected(plan)


class Deployer:
    """Deploys modules on one simulator."""

    def __init__(self, clients: Clients) -> None:
        self.clients = clients

    async def deploy(self, scope: str, body: dict[str, Any]) -> str:
        """Deploy; return ``ok`` or the innermost error."""
        path = f"{scope.rstrip('/')}/providers/Microsoft.Resources/deployments/main"
        status, _, answer = await self.clients.raw("PUT", path, body)
        if status >= 400:
            return cause(answer)
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            _, _, answer = await self.clients.raw("GET", path)
            state = answer["properties"]["provisioningState"]
            if state in ("Succeeded", "Failed", "Canceled"):
                return "ok" if state == "Succeeded" else cause(answer["properties"])
            await asyncio.sleep(0.02)
        return f"still running after {PATIENCE_S:.0f} s"

    async def prepare(self, ids: list[str]) -> None:
        """Create resources that a module expects, as its makers do before they deploy it; parents come first."""
        for id in dict.fromkeys(ids):
            prefix = "10.0.1.0/26" if "/subnets/" in id.lower() else "10.0.0.0/16"
            place = {"addressPrefix": prefix, "addressSpace": {"addressPrefixes": [prefix]}}
            network = "/microsoft.network/virtualnetworks/" in id.lower()
            body: dict[str, Any] = {
                "location": LOCATION,
                "properties": place if network else {},
                "sku": {"name": "Standard"},
                "identity": {"type": "SystemAssigned"},
            }
            if "/resourcegroups/" in id.lower():
                group = "/".join(id.split("/")[:5])
                await self.clients.raw("PUT", group, {"location": LOCATION, "tags": TAGS})
            await self.clients.raw("PUT", id, body)

    async def deploy_with_prerequisites(self, scope: str, body: dict[str, Any]) -> str:
        """Deploy; create what the module expects and lacks, and deploy again."""
        before = ""
        while (result := await self.deploy(scope, body)) != "ok" and result != before:
            before = result
            missing = EXPECTED.search(result)
            if missing is None:
                break
            named = missing[1] or missing[2]
            id = named if named.startswith("/") else f"{scope}/providers/{named}"
            await self.prepare([*ancestors(id), id])
        return result

    async def what_if(self, scope: str, body: dict[str, Any]) -> str:
        """Predict; return ``ok`` if nothing changes, or the first changes."""
        path = f"{scope.rstrip('/')}/providers/Microsoft.Resources/deployments/main/whatIf"
        status, headers, answer = await self.clients.raw("POST", path, body)
        if status >= 400:
            return cause(answer)
        until = time.monotonic() + PATIENCE_S
        while status == 202 and time.monotonic() < until:
            await asyncio.sleep(0.02)
            where = {key.lower(): value for key, value in headers.items()}["location"]
            path, _, query = where.removeprefix(self.clients.endpoint.url).partition("?")
            pairs = dict(pair.split("=", 1) for pair in query.split("&") if "=" in pair)
            status, again, answer = await self.clients.raw("GET", path, **pairs)
            headers = again or headers
        if not isinstance(answer, dict) or answer.get("status") != "Succeeded":
            return cause(answer)
        loud = [row for row in answer["properties"]["changes"] if row["changeType"] in ("Create", "Modify", "Delete")]
        if not loud:
            return "ok"
        return f"{len(loud)} changed, first {shown(loud[0])}"


def ancestors(id: str) -> list[str]:
    """Ids of the parents of a resource, outermost first."""
    scope, separator, rest = id.rpartition("/providers/")
    parts = rest.split("/")
    inner = [scope + separator + "/".join(parts[:end]) for end in range(3, len(parts), 2)]
    return [*([*ancestors(scope), scope] if "/providers/" in scope else []), *inner]


def expected(plan: Expansion) -> list[str]:
    """Ids that a module expects to exist: parents, existing resources, and what it reads outside of itself."""
    created = {resource.id.lower() for resource in plan.resources if resource.condition and not resource.existing}
    needed: list[str] = []
    for resource in plan.resources:
        if not resource.condition or "[" in resource.id:
            continue
        needed += ancestors(resource.id)
        needed += [resource.id] if resource.existing else []
        needed += [use.id for use in resource.uses if "[" not in use.id]
    return [id for id in needed if id.lower() not in created and "/deployments/" not in id.lower()]


def shown(change: dict[str, Any]) -> str:
    """A change on one line: type, resource, property."""
    place = change["resourceId"].rpartition("/providers/")[2]
    delta = [row for row in change.get("delta") or [] if row["propertyChangeType"] != "NoEffect"]
    detail = f" {delta[0]['path']}: {delta[0].get('before')!r} -> {delta[0].get('after')!r}" if delta else ""
    return f"{change['changeType']} {place}{detail}"[:300]


def cause(answer: Any) -> str:
    """The innermost error of an answer, in full."""
    error = (answer or {}).get("error", answer) if isinstance(answer, dict) else answer
    while isinstance(error, dict) and error.get("details"):
        error = error["details"][0]
    if not isinstance(error, dict):
        return str(error)[:300]
    message = str(error.get("message", ""))
    if message.startswith("{"):
        return cause(json.loads(message))
    return f"{error.get('code')}: {message}"


async def run(chosen: dict[str, str]) -> list[Outcome]:
    """Run every step of the chosen modules."""
    outcomes = []
    for name, text in chosen.items():
        outcome, template, parameters, needed = expansion(name, text)
        outcomes.append(outcome)
        if outcome.steps["expand"] != "ok":
            continue
        async with serve(speed=10000, seed=7) as server, Clients(server.endpoint) as clients:
            own = f"/subscriptions/{clients.endpoint.subscription}"
            await clients.raw("PUT", f"{own}/resourceGroups/modules", {"location": LOCATION, "tags": TAGS})
            scope = scope_of(template)
            places = {GROUP: f"{own}/resourceGroups/modules", SUBSCRIPTION: own, MANAGEMENT_GROUP: MANAGEMENT_GROUP}
            sent = json.loads(json.dumps(parameters).replace(SUBSCRIPTION, own))
            properties = {"mode": "Incremental", "template": template, "parameters": sent}
            body: dict[str, Any] = {"properties": properties}
            if scope != GROUP:
                body["location"] = LOCATION
            deployer = Deployer(clients)
            target = places.get(scope, scope)
            await deployer.prepare([id.replace(SUBSCRIPTION, own) for id in needed])
            outcome.steps["deploy"] = await deployer.deploy_with_prerequisites(target, body)
            if outcome.steps["deploy"] == "ok":
                outcome.steps["what-if"] = await deployer.what_if(target, body)
                outcome.steps["deploy again"] = await deployer.deploy(target, body)
    return outcomes


def main() -> None:
    """Print the table with causes, and the counts."""
    word = sys.argv[1] if len(sys.argv) > 1 else ""
    chosen = {name: text for name, text in modules().items() if word in name}
    if not chosen:
        print("no shared module has that in its name, or the modules are not beside the project")
        return
    outcomes = asyncio.run(run(chosen))
    counts: Counter[str] = Counter()
    for outcome in outcomes:
        bad = {step: text for step, text in outcome.steps.items() if text != "ok"}
        counts.update(step for step, text in outcome.steps.items() if text == "ok")
        supplied = f"  with {', '.join(outcome.supplied)}" if outcome.supplied else ""
        print(f"{outcome.name}: {outcome.resources} resources, {outcome.ratio:.1f}x json.loads{supplied}")
        for step, text in bad.items():
            print(f"    {step}: {text[:300]}")
    print(", ".join(f"{step} {count}" for step, count in counts.items()), "of", len(outcomes))


if __name__ == "__main__":
    main()
