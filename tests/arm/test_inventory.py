"""Deployments of a real subscription: expanding the exported template gives what Azure's operations list."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
import yaml

from azops_tui.arm import Expansion, expand
from tests.arm.quickstarts import DATA

RECORDING = DATA / "recordings" / "subscription-inventory.yaml"
ADDRESS = re.compile(
    r"(/subscriptions/[^/]+/resourceGroups/[^/]+)/providers/Microsoft\.Resources/deployments/([^/?]+)(/\w+)?"
)


@dataclass
class Recorded:
    """What the recording has of one deployment."""

    scope: str
    name: str
    template: dict[str, Any]
    parameters: dict[str, Any]
    operations: set[str]


@cache
def recorded() -> tuple[Recorded, ...]:
    """The deployments of which both template and operations were recorded."""
    if not RECORDING.is_file():
        return ()
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    parts: dict[tuple[str, str, str], Any] = {}
    for exchange in yaml.load(RECORDING.read_text("utf-8"), Loader=loader)["interactions"]:
        match = ADDRESS.search(exchange["request"]["uri"])
        body = exchange["response"]["body"]["string"]
        if match:
            parts[match[1], match[2], match[3]] = json.loads(body)
        elif exchange["request"]["uri"].partition("?")[0].endswith("/deployments"):
            for deployment in json.loads(body)["value"]:
                scope = deployment["id"].partition("/providers/")[0]
                parts[scope, deployment["name"], "parameters"] = deployment["properties"].get("parameters") or {}
    return tuple(
        Recorded(
            scope,
            name,
            exported["template"],
            parts.get((scope, name, "parameters"), {}),
            {
                operation["properties"]["targetResource"]["id"].lower()
                for operation in parts[scope, name, "/operations"]["value"]
                if "targetResource" in operation["properties"]
            },
        )
        for (scope, name, kind), exported in parts.items()
        if kind == "/exportTemplate" and (scope, name, "/operations") in parts
    )


def expanded(deployment: Recorded) -> Expansion:
    """The expansion with the deployment's own parameters; the export leaves secrets out, so they are made up."""
    given: dict[str, Any] = {}
    for name, definition in (deployment.template.get("parameters") or {}).items():
        known: dict[str, Any] = next(
            (value for key, value in deployment.parameters.items() if key.lower() == name.lower()), {}
        )
        if "value" in known:
            given[name] = {"value": known["value"]}
        elif "defaultValue" not in definition:
            given[name] = {"value": "made-up-1"}
    return expand(deployment.template, given, scope=deployment.scope, name=deployment.name, location="eastus")


def table() -> list[tuple[str, int, int, int]]:
    """Name, resources of ours, operations of Azure's, and how many are in both, for each deployment."""
    rows = []
    for deployment in recorded():
        ours = {resource.id.lower() for resource in expanded(deployment).own}
        rows.append((deployment.name, len(ours), len(deployment.operations), len(ours & deployment.operations)))
    return rows


@pytest.mark.skipif(not RECORDING.is_file(), reason="the recording of a real subscription is not beside the project")
def test_expansion_gives_the_resources_of_the_operations(capsys: pytest.CaptureFixture[str]) -> None:
    rows = table()
    with capsys.disabled():
        print(f"\n{'deployment':50}{'ours':>6}{'Azure':>7}{'both':>6}")  # noqa: T201 - the table is what is asked for
        for name, ours, azure, both in rows:
            print(f"{name:50}{ours:6}{azure:7}{both:6}")  # noqa: T201
    assert len(rows) == 12
    assert all(ours == azure == both for _, ours, azure, both in rows)
