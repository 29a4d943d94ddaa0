"""Front matter: parameters and requirements, and what is wrong with them, at which line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azops_tui.runbook.model import Parameter, Requirements, Severity
from azops_tui.runbook.parameters import check, from_ini, missing
from tests.runbook.shared import book, problems, steady


def test_parameters_and_requirements() -> None:
    runbook = book(
        """
        ---
        title: Generic cluster
        azops:
          params:
            RESOURCE_GROUP: {default: cluster-demo, pattern: "[a-z0-9-]{3,60}", help: Where everything lives}
            LOCATION:       {choices: azure.locations, default: japanwest}
            STAGE:          {choices: [test, on, 1.10], default: on}
            AGENTS:         {type: int, default: 2, min: 1, max: 100}
            DEPLOY_TOKEN:   {type: secret, from: keyring}
            SIZE:           {choices: {command: "az vm list-sizes"}}
            NUMBER:         007
            NOTHING:
          requires: {tools: [kubectl, jq], azops: ">=0.2"}
        ---
        """
    )
    assert not runbook.problems
    assert runbook.parameters == (
        Parameter(
            "RESOURCE_GROUP", default="cluster-demo", pattern="[a-z0-9-]{3,60}", help="Where everything lives", line=5
        ),
        Parameter("LOCATION", type="choice", default="japanwest", source="azure.locations", line=6),
        Parameter("STAGE", type="choice", default="on", choices=("test", "on", "1.10"), line=7),
        Parameter("AGENTS", type="int", default="2", minimum=1.0, maximum=100.0, line=8),
        Parameter("DEPLOY_TOKEN", type="secret", secret_from="keyring", line=9),
        Parameter("SIZE", type="choice", source="command: az vm list-sizes", line=10),
        Parameter("NUMBER", default="007", line=11),
        Parameter("NOTHING", line=12),
    )
    assert runbook.requires == Requirements(tools=("kubectl", "jq"), azops=">=0.2")
    assert [parameter.name for parameter in missing(runbook.parameters, {"SIZE": "x"})] == ["NOTHING"]


@pytest.mark.parametrize(
    ("yaml", "line", "message"),
    [
        ("title: [", 2, "the front matter is not YAML: "),
        ("a: 1\nb: c: d", 3, "the front matter is not YAML: mapping values are not allowed"),
        ("a: {b: ${X}}", 2, "the front matter is not YAML: "),
        ("- a\n- b", 2, "the front matter must be a mapping"),
        ("azops: 5", 2, "azops must be a mapping"),
        ("azops:\n  params: [A]", 3, "azops.params must be a mapping"),
        ("azops:\n  params:\n    a-b: 1", 4, "parameter 'a-b' must be named like a shell variable"),
        ("azops:\n  params:\n    A: [1]", 4, "parameter A must be a default or a mapping"),
        ("azops:\n  params:\n    A:\n      type: itn", 5, "unknown type 'itn' of parameter A; did you mean 'int'?"),
        ("azops:\n  params:\n    A: {type: choice}", 4, "parameter A is a choice and has no choices"),
        (
            "azops:\n  params:\n    A:\n      choices: azure.location",
            5,
            "choices of parameter A must be a list or one of",
        ),
        ("azops:\n  params:\n    A:\n      choices: [[1]]", 5, "choices of parameter A must be a list of plain values"),
        (
            "azops:\n  params:\n    A:\n      choices: [x]\n      default: y",
            6,
            "the default does not fit: parameter A must be one",
        ),
        ("azops:\n  params:\n    A:\n      pattern: '('", 5, "the pattern of parameter A is not a regular expression"),
        ("azops:\n  params:\n    A:\n      type: int\n      min: low", 6, "min of parameter A must be a number"),
        ("azops:\n  params:\n    A:\n      min: 1", 4, "min and max of parameter A need the type int or number"),
        ("azops:\n  params:\n    A:\n      default: [1]", 5, "the default of parameter A must be one value"),
        ("azops:\n  params:\n    A:\n      from: keyring", 5, "'from' of parameter A needs the type secret"),
        ("azops:\n  requires: [jq]", 3, "azops.requires must be a mapping"),
        ("azops:\n  requires:\n    tools: 5", 4, "azops.requires.tools must be a list of programs"),
        ("azops:\n  requires:\n    azops: new", 4, "azops.requires.azops must be like \">=0.2\", not 'new'"),
    ],
)
def test_errors_have_their_line(yaml: str, line: int, message: str) -> None:
    runbook = book(f"---\n{yaml}\n---\n\n```bash\ntrue\n```\n")
    assert [problem.severity for problem in runbook.problems] == [Severity.ERROR]
    assert problems(runbook)[0][1].startswith(message), problems(runbook)
    assert problems(runbook)[0][0] == line
    assert len(runbook.steps) == 1


def test_unknown_keys_are_warnings_with_the_nearest_name() -> None:
    runbook = book(
        "---\nazops:\n  parms: {}\n  params:\n    A:\n      defualt: 1\n  requires:\n    tool: [x]\nother: 1\n---\n"
    )
    assert problems(runbook) == [
        (3, "unknown key 'parms' in azops; did you mean 'params'?"),
        (6, "unknown key 'defualt' in parameter A; did you mean 'default'?"),
        (8, "unknown key 'tool' in azops.requires; did you mean 'tools'?"),
    ]
    assert not runbook.errors


def test_a_rule_is_no_front_matter() -> None:
    for text in ("---\n\nText\n\n---\n", "---\nnever closed: [\n", "Text\n---\na: [\n---\n", "---"):
        runbook = book(text)
        assert (runbook.front_matter, runbook.problems) == ({}, ()), text
    assert book("---\n# only a comment\n---\n").front_matter == {}


def test_own_exports_are_offered_where_nothing_is_declared() -> None:
    text = """
        ```bash
        export A=1 B="two words" C=$A D=$(az group list) E='$x' F= G=~/x
        H=8; declare -x I=9
        if true; then export A=2; fi
        cat <<EOF
        export NOT=this
        EOF
        ```

        ```console
        $ export J=10
        ```
        """
    found = {p.name: (p.default, p.line, p.literal) for p in book(text).parameters}
    assert found == {
        "A": ("1", 2, True),
        "B": ("two words", 2, True),
        "E": ("$x", 2, True),
        "F": ("", 2, True),
        "I": ("9", 3, True),
        "J": ("10", 10, True),
    }
    assert book("---\nazops: {params: {}}\n---\n```bash\nexport A=1\n```\n").parameters == ()


def test_configurable_parameters_of_metadata() -> None:
    metadata = """[
      {"key": "folder/other.md", "configurations": {"configurableParams": [{"commandKey": "NO"}]}},
      {"key": "folder/example.md", "configurations": {"configurableParams": [
        {"inputType": "textInput", "commandKey": "GROUP", "title": "Resource group", "defaultValue": ""},
        {"commandKey": "SIZE", "defaultValue": "small"}, {"commandKey": "not a name"}, 5]}}]"""
    runbook = book("```bash\nexport GROUP=mine SIZE=big\n```\n", metadata=metadata)
    assert [(p.name, p.default, p.help, p.literal) for p in runbook.parameters] == [
        ("GROUP", "mine", "Resource group", True),
        ("SIZE", "small", "", False),
    ]
    computed = book('```bash\nexport GROUP="g$X"\n```\n', metadata=metadata)
    assert next((p.name, p.default, p.literal) for p in computed.parameters) == ("GROUP", None, True)
    assert missing(computed.parameters, {}) == []
    broken = book("Text\n", metadata="{")
    assert broken.problems[0].message.startswith("metadata.json beside it is not JSON")
    assert not broken.errors


def test_ini_files() -> None:
    text = "[section]\n; note\n# note\nA = one two\nB=\"quoted \"\nC='x'\nnot a name = 1\nD=\nA = later"
    assert from_ini(text) == {"A": "later", "B": "quoted ", "C": "x", "D": ""}


@pytest.mark.parametrize(
    ("parameter", "value", "result"),
    [
        (Parameter("A"), " any thing ", " any thing "),
        (Parameter("A", type="int"), " 007 ", "7"),
        (Parameter("A", type="int"), "1.5", "parameter A must be a whole number, not '1.5'"),
        (Parameter("A", type="int", minimum=2), "1", "parameter A must be at least 2, not '1'"),
        (Parameter("A", type="number", maximum=2.5), "3", "parameter A must be at most 2.5, not '3'"),
        (Parameter("A", type="number"), "1e3", "1e3"),
        (Parameter("A", type="number"), "nan", "parameter A must be a number, not 'nan'"),
        (Parameter("A", type="bool"), "Yes", "true"),
        (Parameter("A", type="bool"), "0", "false"),
        (Parameter("A", type="bool"), "2", "parameter A must be true or false, not '2'"),
        (Parameter("A", choices=("x", "y")), "z", "parameter A must be one of x, y, not 'z'"),
        (Parameter("A", type="choice", source="azure.locations"), "anywhere", "anywhere"),
        (Parameter("A", pattern="[a-z]+"), "ab1", "parameter A must be of the form [a-z]+, not 'ab1'"),
        (Parameter("A", type="secret", pattern="[a-z]+"), "Hidden", "parameter A must be of the form [a-z]+"),
        (Parameter("A", type="path"), "", "parameter A must be a path, not ''"),
        (Parameter("A"), "a\0b", "parameter A must not hold a NUL character"),
    ],
)
def test_values_that_a_user_sets(parameter: Parameter, value: str, result: str) -> None:
    checked = check(parameter, value)
    assert (checked if isinstance(checked, str) else checked.message) == result


@steady
@given(st.text(max_size=120))
def test_any_front_matter_is_read_or_refused(text: str) -> None:
    book(f"---\nazops: {text}\n---\n")
    book(f"---\n{text}\n---\n")
