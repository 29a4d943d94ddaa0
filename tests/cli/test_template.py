"""``azops template`` as people and pipelines call it."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from azops_tui import exits
from azops_tui.cli.template import template
from tests.arm import quickstarts
from tests.cli.azops import RUNBOOKS, azops

BASE = RUNBOOKS / "templates" / "base.json"
BLOB = b"\0\0\0\x0bssh-ed25519\0\0\0\x20" + bytes(range(32))
KEY = f"ssh-ed25519 {base64.b64encode(BLOB).decode()} someone"


def called(*words: str | Path) -> Result:
    """The verb in this process; a crash is a failure of the test."""
    result = CliRunner().invoke(template, [str(word) for word in words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def written(folder: Path, name: str = "t.json", **content: Any) -> Path:
    path = folder / name
    path.write_text(json.dumps({"contentVersion": "1.0.0.0", "resources": [], **content}), encoding="utf-8")
    return path


def thing(name: str = "t", **more: Any) -> dict[str, Any]:
    return {"type": "My.Rp/things", "apiVersion": "2026-01-01", "name": name, **more}


# show


def test_show_says_what_would_be_made_in_which_order() -> None:
    shown = called("show", BASE, "--set", "clusterName=demo", "--set", "masterCount=2", "--location", "japanwest")
    assert shown.exit_code == 0
    assert "10 in 4 steps" in shown.output
    assert "all in japanwest" in shown.output
    assert "demo-master-{0…1} ×2" in shown.output
    assert "(no value)" in shown.output  # of the key
    assert all(len(line) <= 100 for line in shown.output.split("\n"))


def test_show_as_json_is_whole() -> None:
    shown = json.loads(called("show", BASE, "--set", "clusterName=demo", "--format", "json").output)
    assert {row["name"] for row in shown["parameters"]} >= {"clusterName", "masterSize"}
    assert {row["level"] for row in shown["resources"]} == {1, 2, 3, 4}
    assert [row["name"] for row in shown["outputs"]]


def test_parameter_files_are_merged_and_later_ones_win(tmp_path: Path) -> None:
    one = tmp_path / "one.json"
    two = tmp_path / "two.json"
    one.write_text('{"parameters": {"clusterName": {"value": "first"}, "masterSize": {"value": "Standard_B2s"}}}')
    two.write_text('{"parameters": {"CLUSTERNAME": {"value": "second"}}}')
    shown = called("show", BASE, "-p", one, "-p", two)
    assert "second-vnet" in shown.output
    assert "Standard_B2s" in shown.output
    assert "third-vnet" in called("show", BASE, "-p", one, "-p", two, "--set", "clusterName=third").output


def test_secrets_stay_secret_in_every_verb(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        parameters={
            "pw": {"type": "securestring"},
            "o": {"type": "secureObject", "defaultValue": {"inner": "correct-horse"}},
        },
        variables={"v": "[base64(parameters('pw'))]"},
        resources=[thing(properties={"a": "[parameters('pw')]", "b": ["[variables('v')]", "[parameters('o').inner]"]})],
        outputs={"o": {"type": "string", "value": "[concat('x', parameters('pw'))]"}},
    )
    verbs: tuple[list[str | Path], ...] = (
        ["show", path],
        ["show", path, "--format", "json"],
        ["expand", path],
        ["graph", path],
        ["graph", path, "--to", "mermaid"],
    )
    for words in verbs:
        said = called(*words, "--set", "pw=battery-staple")
        assert said.exit_code == 0
        for secret in ("battery-staple", "YmF0dGVyeS1zdGFwbGU", "correct-horse"):
            assert secret not in said.output, words


def test_bad_input_is_named_with_its_place(tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text('{\n  "resources": [}\n}')
    said = called("show", broken)
    assert said.exit_code == 3
    assert f"{broken}:2" in said.output
    assert called("show", tmp_path / "none.json").exit_code == 3
    assert "does not exist" in called("show", tmp_path / "none.json").output
    said = called("show", BASE, "--set", "nonesuch=1")
    assert said.exit_code == 3
    assert "nonesuch" in said.output
    said = called("show", BASE, "--set", "masterCount=99", "--set", "clusterName=demo")
    assert said.exit_code == 3
    assert "masterCount" in said.output


def test_a_loop_over_an_array_without_value_is_shown(tmp_path: Path) -> None:
    loop = {"name": "loop", "count": "[length(parameters('disks'))]"}
    path = written(
        tmp_path,
        parameters={"disks": {"type": "array"}},
        resources=[thing("[parameters('disks')[copyIndex()].name]", copy=loop)],
    )
    assert "[parameters('disks')[copyIndex()].name] ×?" in called("show", path).output


def test_bicep_without_a_compiler_says_so(tmp_path: Path) -> None:
    path = tmp_path / "t.bicep"
    path.write_text("resource a 'My.Rp/things@2026-01-01' = {\n  name: 'a'\n}\n")
    if shutil.which("bicep") or shutil.which("az"):
        pytest.skip("there may be a compiler here")
    for verb in ("show", "lint"):
        said = called(verb, path)
        assert said.exit_code == 3
        assert "bicep" in said.output.lower()


# eval and expand


def test_eval_gives_json_or_an_error() -> None:
    assert json.loads(called("eval", "[createArray(1, 'a')]").output) == [1, "a"]
    assert (
        json.loads(called("eval", "resourceGroup().name", "--scope", "/subscriptions/s/resourceGroups/g").output) == "g"
    )
    failed = called("eval", "[nonesuch()]")
    assert failed.exit_code == 1
    assert "nonesuch" in failed.output


def test_expand_prints_the_deployment_and_its_resources() -> None:
    shown = json.loads(
        called("expand", BASE, "--set", "clusterName=demo", "--set", f"sshPublicKey={KEY}", "--location", "x").output
    )
    assert {"templateHash", "dependencies", "outputResources", "resources", "parameters"} <= set(shown)
    assert all(resource["id"].startswith("/subscriptions/") for resource in shown["resources"])
    machine = next(one for one in shown["resources"] if one["type"] == "Microsoft.Compute/virtualMachines")
    uri = machine["properties"]["diagnosticsProfile"]["bootDiagnostics"]["storageUri"]
    assert uri.startswith("[reference(")
    ids = called("expand", BASE, "--set", "clusterName=demo", "--set", f"sshPublicKey={KEY}", "--format", "text").output
    assert len(ids.split()) == len(shown["resources"])
    missing = called("expand", BASE)
    assert missing.exit_code == 3
    assert "clusterName" in missing.output


def test_a_parameter_is_followed_through_modules(tmp_path: Path) -> None:
    inner = {
        "parameters": {
            "skuName": {"type": "string"},
            "tier": {"type": "string", "defaultValue": "[parameters('skuName')]"},
        },
        "resources": [thing(sku={"name": "[parameters('tier')]"}, tags={"a": "[parameters('skuName')]"})],
    }
    module = {
        "type": "Microsoft.Resources/deployments",
        "apiVersion": "2022-09-01",
        "name": "plan",
        "properties": {
            "mode": "Incremental",
            "expressionEvaluationOptions": {"scope": "inner"},
            "parameters": {"skuName": {"value": "[variables('chosen')]"}},
            "template": inner,
        },
    }
    path = written(
        tmp_path,
        "t.json",
        parameters={"sku": {"type": "string"}, "idle": {"type": "string"}},
        variables={"chosen": "[toUpper(parameters('sku'))]"},
        resources=[module],
    )
    result = called("show", path, "--follow", "SKU")
    lines = [line.partition("  (line")[0] for line in result.output.splitlines()]
    assert lines[:4] == [
        "SKU",
        "  variable chosen",
        "    module plan: skuName",
        "      default of parameter tier",
    ]
    assert lines[4].startswith("        resource ")
    assert lines[4].endswith(": sku.name")
    assert lines[5].endswith(": tags.a")
    assert [use["kind"] for use in json.loads(called("show", path, "--follow", "sku", "--format", "json").stdout)] == [
        "variable", "module", "default of parameter", "resource", "resource",
    ]  # fmt: skip
    assert "is not used" in called("show", path, "--follow", "idle").output
    missing = called("show", path, "--follow", "skuu")
    assert missing.exit_code == 3
    assert "did you mean 'sku'?" in missing.output


# lint


def test_lint_prints_places_and_exits_by_what_it_found(tmp_path: Path) -> None:
    good = written(tmp_path, "good.json", resources=[thing(location="westus")])
    bad = written(tmp_path, "bad.json", resources=[thing(tags={"a": "[parameters('p')]"})])
    clean = called("lint", *sorted((RUNBOOKS / "templates").glob("*.json")))
    assert (clean.exit_code, clean.stdout) == (0, "")
    warned = called("lint", good)
    assert warned.exit_code == 0
    assert f"{good}:1:" in warned.output
    assert "warning hard-coded-location" in warned.output
    failed = called("lint", good, bad)
    assert failed.exit_code == 1
    assert "1 error, 1 warning in 2 templates" in failed.output


def test_lint_corrects_what_is_safe_and_says_what(tmp_path: Path) -> None:
    file = tmp_path / "t.json"
    file.write_text("""{
  // The variables.
  "variables": {"old": "[variables('older')]", "older": 1},
  "parameters": {"password": {"type": "string"}, "size": {"type": "int"}},
  "resources": [], "outputs": {"o": {"type": "bool", "value": "[empty(parameters('password'))]"}}
}""")
    file.chmod(0o640)
    result = called("lint", "--fix", file)
    assert [line.split(": ")[1] for line in result.stderr.splitlines()[:3]] == [
        "corrected unused-variable",
        "corrected unused-variable",
        "corrected plain-secret",
    ]
    assert result.stdout.count("unused-parameter") == 1
    assert "// The variables." in file.read_text()
    assert '"variables": {}' in file.read_text()
    assert '"securestring"' in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o640
    written = file.stat().st_mtime_ns
    assert "corrected" not in called("lint", "--fix", file).output
    assert file.stat().st_mtime_ns == written
    (tmp_path / "t.bicep").write_text("param x string")
    assert "--fix corrects templates in JSON only" in called("lint", "--fix", tmp_path / "t.bicep").output


def test_lint_explains_a_rule_by_any_name() -> None:
    text = called("lint", "--explain", "no-unused-vars").stdout
    assert text.startswith("unused-variable  warning\n")
    assert "--fix" in text
    assert '"variables": {"network": "cluster"}' in text.partition("Right")[0]
    assert "azops does not make it" in called("lint", "--explain", "max-params").stdout
    assert called("lint", "--explain", "unused-variabel").exit_code == exits.USAGE
    assert called("lint").exit_code == exits.USAGE


def test_lint_goes_on_after_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    bad = written(tmp_path, "bad.json", resources=[thing(tags={"a": "[parameters('p')]"})])
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    said = called("lint", tmp_path / "none.json", broken, tmp_path, bad)
    assert said.exit_code == 3
    assert "none.json" in said.output
    assert f"{broken}:1" in said.output
    assert "undefined-parameter" in said.output


def test_lint_for_machines(tmp_path: Path) -> None:
    bad = written(tmp_path, "bad.json", resources=[thing(tags={"a": "[parameters('p')]"})])
    [finding] = json.loads(called("lint", bad, "--format", "json").stdout)
    assert (finding["file"], finding["severity"], finding["rule"]) == (str(bad), "error", "undefined-parameter")
    said = called("lint", bad, "--format", "sarif")
    assert said.exit_code == 1
    [result] = json.loads(said.stdout)["runs"][0]["results"]
    region = result["locations"][0]["physicalLocation"]["region"]
    assert (region["startLine"], region["startColumn"]) == (finding["line"], finding["column"])


@pytest.mark.parametrize(
    "rule", ["undefined-parameter,", "hard-coded-location", "no-hardcoded-location", "Location Should Not Be Hardcoded"]
)
def test_lint_ignores_a_rule_by_its_name_in_any_linter(tmp_path: Path, rule: str) -> None:
    path = written(tmp_path, "t.json", resources=[thing(location="westus")])
    result = called("lint", path, "--ignore", rule, "--ignore", "max-outputs")
    if rule.endswith(","):
        assert result.exit_code == 2
        assert "'undefined-parameter,' is not a rule" in result.output
        assert "undefined-parameter" in result.output.partition("ARM-TTK")[2]
    else:
        assert (result.exit_code, result.stdout) == (0, "")
        assert "no findings in 1 template" in result.output


# graph


def test_a_graph_is_a_tree_or_a_flowchart() -> None:
    words: list[str | Path] = ["graph", BASE, "--set", "clusterName=demo"]
    assert "└─ demo-vnet  Network/virtualNetworks" in called(*words).output
    assert called(*words, "--to", "mermaid").output.startswith("flowchart TD\n")
    assert called(*words, "--to", "svg").exit_code == 2


@pytest.mark.skipif(not quickstarts.folders(), reason="the quickstarts are not here")
@pytest.mark.parametrize("folder", quickstarts.folders(), ids=lambda folder: folder.name)
def test_no_quickstart_makes_a_verb_crash(folder: Path) -> None:
    path = folder / "azuredeploy.json"
    verbs: tuple[list[str | Path], ...] = (["show", path], ["graph", path], ["graph", path, "--to", "mermaid"])
    for words in verbs:
        said = called(*words)
        # One of them is malformed; it is named with its line.
        assert said.exit_code == 0 or (said.exit_code == 3 and f"{path}:" in said.output), said.output
    assert called("lint", path).exit_code in (0, 1)


# what-if, against the local cloud


def inside(env: dict[str, str], *words: str | Path) -> subprocess.CompletedProcess[str]:
    """``azops`` with folders of its own."""
    return azops(*words, cwd=None, timeout=100, **env)


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A local cloud of these tests' own, in which the base is deployed with two masters."""
    folder = tmp_path_factory.mktemp("cloud")
    env = {f"XDG_{name}_HOME": str(folder / name.lower()) for name in ("CONFIG", "STATE", "DATA", "CACHE")}
    up = inside(env, "sim", "up", "--speed", "1000")
    assert up.returncode == 0, up.stderr
    runbook = folder / "deploy.md"
    runbook.write_text(
        "# Deploy\n\n"
        "```yaml {azops=group name=group}\ngroup: team\nlocation: japanwest\n```\n\n"
        "```yaml {azops=deploy name=base}\n"
        f"group: team\ntemplate: {BASE}\n"
        f"parameters:\n  clusterName: demo\n  masterCount: 2\n  sshPublicKey: {KEY}\n```\n"
    )
    try:
        ran = inside(env, "run", runbook, "--yes")
        assert ran.returncode == 0, ran.stdout + ran.stderr
        yield env
    finally:
        inside(env, "sim", "down")


def foreseen(env: dict[str, str], *words: str | Path, masters: int = 2) -> Any:
    given = ["--set", "clusterName=demo", "--set", f"masterCount={masters}", "--set", f"sshPublicKey={KEY}"]
    return inside(env, "template", "what-if", BASE, *given, *words)


def test_what_was_deployed_would_not_change(cloud: dict[str, str]) -> None:
    said = foreseen(cloud, "-g", "team")
    assert said.returncode == 0, said.stderr
    marks = {line[0] for line in said.stdout.splitlines()[:-1]}
    assert marks <= {"=", "*"}
    assert said.stdout.splitlines()[-1].startswith("10 unchanged")
    unfolded = foreseen(cloud, "-g", "team", "--all").stdout
    assert "is the same as" in unfolded
    assert "is the same as" not in said.stdout


def test_changes_are_named_with_their_property(cloud: dict[str, str]) -> None:
    said = foreseen(cloud, "-g", "team", "--set", "masterSize=Standard_D4s_v5", masters=3)
    assert '    ~ properties.hardwareProfile.vmSize: "Standard_D2s_v5" → "Standard_D4s_v5"' in said.stdout
    assert "+ demo-master-2  Compute/virtualMachines" in said.stdout
    shown = json.loads(foreseen(cloud, "-g", "team", "--format", "json", masters=3).stdout)
    kinds = {change["changeType"] for change in shown["properties"]["changes"]}
    assert kinds == {"Create", "NoChange", "Ignore"}
    assert shown["status"] == "Succeeded"


def test_complete_mode_deletes_what_the_template_leaves_out(cloud: dict[str, str]) -> None:
    said = foreseen(cloud, "-g", "TEAM", "--mode", "complete", masters=1)
    assert "- demo-master-1  Compute/virtualMachines" in said.stdout
    assert "- demo-master-0  Compute" not in said.stdout
    assert "to delete" in said.stdout.splitlines()[-1]


def test_too_many_cores_and_missing_groups_are_foreseen(cloud: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "many.json"
    machine = {
        "type": "Microsoft.Compute/virtualMachineScaleSets",
        "apiVersion": "2025-04-01",
        "name": "many",
        "location": "[resourceGroup().location]",
        "sku": {"name": "Standard_D2s_v5", "capacity": 600},
    }
    path.write_text(json.dumps({"contentVersion": "1.0.0.0", "resources": [machine]}))
    said = inside(cloud, "template", "what-if", path, "-g", "team")
    assert said.returncode == 1
    assert "QuotaExceeded" in said.stderr
    new = foreseen(cloud, "-g", "nowhere", "--location", "japanwest")
    assert new.returncode == 0
    assert "does not exist" in new.stderr
    assert new.stdout.splitlines()[-1].startswith("10 to create")


def test_the_service_is_asked_and_says_the_same(cloud: dict[str, str]) -> None:
    asked = ("-g", "team", "--set", "masterSize=Standard_D4s_v5", "--format", "json")
    ours, theirs = (
        json.loads(foreseen(cloud, *asked, *more, masters=3).stdout)["properties"]["changes"]
        for more in ((), ("--service",))
    )

    def kinds(changes: list[dict[str, Any]]) -> set[tuple[str, str, str]]:
        return {
            (change["resourceId"].lower(), change["changeType"], str([one["path"] for one in change.get("delta", ())]))
            for change in changes
        }

    assert kinds(ours) == kinds(theirs)
    said = foreseen(cloud, "-g", "team", "--service")
    assert said.returncode == 0, said.stderr
    assert said.stdout.splitlines()[-1].startswith("10 unchanged")
    refused = foreseen(cloud, "-g", "nowhere", "--service")
    assert refused.returncode == 1
    assert "ResourceGroupNotFound" in refused.stderr


def test_what_if_without_a_cloud_or_a_template(tmp_path: Path) -> None:
    assert azops("template", "what-if", tmp_path / "none.json", "-g", "g").returncode == 3
    assert azops("template", "what-if", BASE, "-g", "g", "--cloud", "nonesuch").returncode == 3


def test_show_goes_on_where_the_template_is_not_valid(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        parameters={"key": {"type": "object", "nullable": True}},
        resources=[thing("[parameters('key').name]"), thing("fine")],
        outputs={"o": {"type": "string", "value": "[nothing()]"}},
    )
    shown = called("show", path)
    assert shown.exit_code == 0
    assert "fine" in shown.output
    assert "Not known, because the template is not valid there" in shown.output
    assert "nothing" in shown.output


def test_show_marks_the_location_of_a_subscription_deployment(tmp_path: Path) -> None:
    parameters = {"location": {"type": "string", "defaultValue": "[deployment().location]"}}
    path = written(tmp_path, parameters=parameters, resources=[thing("a", location="[parameters('location')]")])
    shown = called("show", path, "--scope", "/subscriptions/00000000-0000-0000-0000-000000000000")
    assert "[deployment().location]" in shown.output
