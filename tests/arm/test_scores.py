"""The engine against what others recorded: Azure's own deployments, public cases, public templates."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from azops_tui.arm import TemplateError, expand
from tests.arm import judge_adapter as engine
from tests.arm.quickstarts import BASE, DATA, FOLDER, SCOPE, filled, folders, linked

CASES = DATA / "arm" / "cases.json"
DEPLOYMENTS = DATA / "azure" / "deployments.json"
WRONG_IN_THE_SOURCE = {
    "msdocs-string-datauri": "the page shows charset=utf8, which the service has long written utf-8, as its note says",
    "bicep-021": "the compiler writes [ and not [[ where the text does not end in ], since its pull request 2006",
}
"""Cases that the service itself would not pass, and why."""


def loaded(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        return []
    cases: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))
    return cases


def at(value: Any, path: str | list[Any]) -> Any:
    for key in re.findall(r"[^.\[\]]+", path) if isinstance(path, str) else path:
        if isinstance(value, list):
            value = value[int(key)]
        else:
            value = next(item for name, item in value.items() if name.lower() == str(key).lower())
    return value


def has(value: Any, path: list[Any]) -> bool:
    try:
        at(value, path)
    except (StopIteration, IndexError):
        return False
    return True


@pytest.mark.skipif(not CASES.is_file(), reason="the public cases are not beside the project")
@pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in loaded(CASES)])
def test_public_case(case: dict[str, Any]) -> None:
    if case["id"] in WRONG_IN_THE_SOURCE:
        pytest.skip(WRONG_IN_THE_SOURCE[case["id"]])
    context = case.get("context") or {}

    def evaluated() -> Any:
        if case["kind"] == "expression":
            return engine.evaluate(case["expression"], context)
        parameters, mocks = case.get("parameters") or {}, case.get("mocks") or {}
        return engine.deploy(case["template"], parameters, context, mocks)

    if "expect_error" in case or "expected_error" in case:
        with pytest.raises(TemplateError) as raised:
            evaluated()
        assert str(case.get("expected_error", "")).partition(".")[0] in str(raised.value)
        return
    value = evaluated()
    for check in case.get("checks", []):
        if check["op"] == "equals":
            assert at(value, check["path"]) == check["value"]
        elif check["op"] == "length":
            assert len(at(value, check["path"])) == check["value"]
        else:
            assert has(value, check["path"]) == (check["op"] == "haskey")
    if "expected" in case and case["kind"] == "expression":
        assert value == case["expected"]
    elif "expected" in case:
        for expected in case["expected"]:
            assert at(value, expected["path"]) == expected["value"]


def lowered(value: Any) -> Any:
    if isinstance(value, str):
        return value.lower()
    if isinstance(value, list):
        return [lowered(item) for item in value]
    if isinstance(value, dict):
        return {key.lower(): lowered(item) for key, item in value.items()}
    return value


REPLACED = {
    "resource/test_management_group_deployment": "the answer's subscription was replaced, the parameter's was not",
    "resource/test_tenant_level_deployment": "the answer's subscription was replaced, the parameter's was not",
    "resource/test_resource_group_level_what_if": "uniqueString saw the real subscription",
}
"""Recordings with other names in what was asked than in what was answered: no engine can agree with them."""


@pytest.mark.skipif(not DEPLOYMENTS.is_file(), reason="the recorded deployments are not beside the project")
def test_recorded_deployments() -> None:
    judged = 0
    for case in loaded(DEPLOYMENTS):
        expected = case["expected"]
        if expected.get("provisioningState") != "Succeeded" or case["source"] in REPLACED:
            continue
        request = case["request"]
        plan = expand(request["template"], request["parameters"] or {}, scope=case["scope"], name=case["name"])
        ours = plan.as_deployment()
        assert lines(ours["dependencies"]) == lines(expected["dependencies"]), case["source"]
        ids = [resource["id"] for resource in ours["outputResources"]]
        if expected["outputResources"] and not expected["outputResources"][0].startswith("/"):
            ids = [id.rpartition("/providers/")[2] for id in ids]
        assert lowered(ids) == lowered(expected["outputResources"]), case["source"]
        assert lowered(ours.get("parameters", {})) == lowered(expected.get("parameters") or {}), case["source"]
        judged += 1
    assert judged > 490


def lines(dependencies: list[dict[str, Any]]) -> list[Any]:
    """What each resource waits for, without regard to case and to the order of what it waits for."""
    return [
        [
            row["id"].lower(),
            sorted(
                [one["id"].lower(), one.get("actionName", ""), one.get("apiVersion", "")] for one in row["dependsOn"]
            ),
        ]
        for row in dependencies
    ]


MALFORMED = {"201-vmss-win-iis-app-ssl": "newStorageAccountSuffix"}
"""Quickstarts that the service refuses too, and the word that says why: a parameter that the template does not have."""


@pytest.mark.skipif(not FOLDER.is_dir(), reason="the quickstart templates are not beside the project")
@pytest.mark.parametrize("folder", [pytest.param(folder, id=folder.name) for folder in folders()])
def test_quickstart_expands(folder: Path) -> None:
    text = (folder / "azuredeploy.json").read_text("utf-8-sig")

    def plan() -> dict[str, Any]:
        found = expand(text, filled(folder), scope=SCOPE, location="westus", linked=linked(folder), base_uri=BASE)
        return found.as_deployment()

    if folder.name in MALFORMED:
        with pytest.raises(TemplateError, match=MALFORMED[folder.name]) as raised:
            plan()
        assert raised.value.line > 0
    else:
        assert json.dumps(plan()) == json.dumps(plan())
