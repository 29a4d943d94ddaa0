"""The run's variables: captures, secrets, substitution, and what is no news."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azops_tui.engine.problems import StepProblem
from azops_tui.engine.steps.resources import table
from azops_tui.engine.steps.shell import azure_failure
from azops_tui.engine.steps.ssh import seconds
from azops_tui.engine.templates import fitted, read_json
from azops_tui.engine.variables import Namespace, extract, is_noise
from azops_tui.secrets.named import looks_secret
from tests.engine.conftest import MakeRun

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


def test_changes_are_told_once_and_what_is_unset_is_forgotten() -> None:
    variables = Namespace(lambda value: None)
    assert [change.name for change in variables.take({"A": "1", "B": "2"})] == ["A", "B"]
    assert variables.take({"A": "1", "B": "2"}) == []
    assert [(change.name, change.value) for change in variables.take({"A": "3"})] == [("A", "3")]
    assert dict(variables) == {"A": "3", "B": "2"}
    variables.forget(["B", "C"])
    assert dict(variables) == {"A": "3"}


def test_a_secret_stays_one() -> None:
    hidden: list[str] = []
    variables = Namespace(hidden.append)
    variables.set("PLAIN", "first", "parameter", secret=True)
    change = variables.set("PLAIN", "second")
    assert change is not None
    assert change.secret
    assert hidden == ["first", "second"]


@pytest.mark.parametrize(
    ("name", "value", "secret"),
    [
        ("DB_PASSWORD", "correct-horse", True),
        ("AZURE_CLIENT_SECRET", "abcdefgh", True),
        ("GITHUB_TOKEN", "abcdefgh", True),
        ("TOKEN", "no", False),
        ("PASSWORD_FILE", "/etc/hosts", False),
        ("RESOURCE_GROUP", "secret-group", False),
    ],
)
def test_names_tell_secrets(name: str, value: str, secret: bool) -> None:
    assert looks_secret(name, value) is secret


@pytest.mark.parametrize(("name", "noise"), [("PWD", True), ("_", True), ("BASH_LINENO", True), ("GROUP", False)])
def test_noise(name: str, noise: bool) -> None:
    assert is_noise(name) is noise


def test_substitution_says_what_is_missing() -> None:
    variables = Namespace(lambda value: None)
    variables.set("NAME", "x")
    assert variables.substitute({"a": ["${NAME}", "$${NAME}", "$NAME"]}) == {"a": ["x", "${NAME}", "$NAME"]}
    with pytest.raises(StepProblem, match="NAMES"):
        variables.expand("${NAMES}")


@pytest.mark.parametrize(
    ("text", "query", "form", "expected"),
    [
        ("a\nb\n\n", "", "", "a\nb"),
        ('{"a": 1}', "a", "", "1"),
        ('{"a": "x y"}', "a", "", "x y"),
        ('{"a": "x y"}', "a", "json", '"x y"'),
        ('{"a": null}', "a", "", ""),
        ('{"a": [1, 2]}', "a", "", "[1, 2]"),
        ('{"a": [1, 2]}', "a", "tsv", "1\n2"),
        ('[{"n": "a", "v": true}, {"n": "b", "v": null}]', "[].[n, v]", "tsv", "a\ttrue\nb\t"),
        ('{"a": {"b": "é"}}', "", "json", '{"a": {"b": "é"}}'),
    ],
)
def test_captures(text: str, query: str, form: str, expected: str) -> None:
    assert extract(text, query, form) == expected


@given(JSON, st.sampled_from(["", "json", "tsv"]))
def test_any_json_can_be_captured(value: object, form: str) -> None:
    text = extract(json.dumps(value), "@", form)
    if form == "json":
        assert json.loads(text) == value


@given(st.text(), st.text(max_size=20))
def test_a_capture_that_cannot_be_is_a_sentence(text: str, query: str) -> None:
    with contextlib.suppress(StepProblem):
        json.loads(extract(text, query, "json"))


@given(JSON)
def test_any_json_is_a_table(value: object) -> None:
    columns, rows = table(value, ("name", "type"))
    assert all(len(row) == len(columns) for row in rows)


def test_parameters_fit_what_the_template_declares() -> None:
    template = {
        "parameters": {"n": {"type": "int"}, "b": {"type": "Bool"}, "o": {"type": "object"}, "s": {"type": "string"}}
    }
    given_ = {"N": {"value": "5"}, "b": {"value": "True"}, "o": {"value": '{"x": 1}'}, "s": {"value": "7"}}
    assert {name: entry["value"] for name, entry in fitted(template, given_).items()} == {
        "N": 5,
        "b": True,
        "o": {"x": 1},
        "s": "7",
    }
    with pytest.raises(StepProblem, match="whole number"):
        fitted(template, {"n": {"value": "x"}})
    with pytest.raises(StepProblem, match="no parameter z"):
        fitted(template, {"z": {"value": "x"}})


def test_json_is_read_as_the_service_reads_it(tmp_path: object) -> None:
    from pathlib import Path

    path = Path(str(tmp_path)) / "x.json"
    path.write_text('\ufeff{ // a comment\n "a": "http://x//y", /* and\n another */ "b": [1, 2,],\n}', encoding="utf-8")
    assert read_json(path, "file") == {"a": "http://x//y", "b": [1, 2]}
    path.write_text('{"a": 1,\n "b" 2}')
    with pytest.raises(StepProblem, match=r"x\.json:2: .*column 6"):
        read_json(path, "file")


@pytest.mark.parametrize(("text", "expected"), [("", None), ("30s", 30), ("10m", 600), ("1.5h", 5400), ("5", 5)])
def test_durations(text: str, expected: float | None) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize(
    ("errors", "code"),
    [
        (
            "WARNING: x\nERROR: (ResourceGroupNotFound) Resource group 'x' could not be found.\nCode: x\n",
            "ResourceGroupNotFound",
        ),
        (
            'ERROR: {"status":"Failed","error":{"code":"DeploymentFailed","details":[{"code":"InvalidParameter",'
            '"message":"The value is invalid.","target":"keyData"}]}}\n',
            "InvalidParameter",
        ),
        ("ERROR: the following arguments are required: --name\n", None),
        ("error: (thing) no\n", None),
        ("", None),
    ],
)
def test_what_az_says_is_understood(errors: str, code: str | None) -> None:
    failure = azure_failure(errors)
    assert (failure.code if failure else None) == code


@given(st.text())
def test_whatever_az_says_is_survived(text: str) -> None:
    azure_failure("ERROR: " + text)


def test_az_names_the_inner_error_its_target_and_its_correlation_id() -> None:
    failure = azure_failure(
        "ERROR: (InvalidTemplateDeployment) The template deployment 'd' is not valid according to the validation "
        "procedure. The tracking id is '1'. The correlation id is '0f0e0d0c-0000-4000-8000-0123456789ab'.\n"
        "Code: InvalidTemplateDeployment\n"
        "Message: The template deployment 'd' is not valid according to the validation procedure.\n"
        "Exception Details:\t(InvalidParameter) The value of parameter linuxConfiguration is invalid.\n"
        "\tCode: InvalidParameter\n"
        "\tMessage: The value of parameter linuxConfiguration is invalid.\n"
        "\tTarget: linuxConfiguration.ssh.publicKeys.keyData\n"
    )
    assert failure is not None
    assert (failure.code, failure.target) == ("InvalidParameter", "linuxConfiguration.ssh.publicKeys.keyData")
    assert failure.message.startswith("The value of parameter linuxConfiguration is invalid")
    assert failure.correlation_id == "0f0e0d0c-0000-4000-8000-0123456789ab"


async def test_a_failure_names_the_line_of_the_document(make_run: MakeRun) -> None:
    watched = make_run(
        "# Title\n\ntext\n\n```bash {name=a}\ntrue\nfalse\ntrue\n```\n\n```console\n$ true\nout\n$ false\n```\n"
    )
    await watched.run.run_all()
    assert "at line 7" in watched.end("a").summary
    name = list(watched.states())[1]
    await watched.run.run_step(name)
    assert "at line 14" in watched.end(name).summary
