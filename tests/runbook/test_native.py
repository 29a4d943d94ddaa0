"""Native steps: decoding, and variables in them."""

from __future__ import annotations

from textwrap import dedent

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from azops_tui.runbook.model import Problem, StepKind
from azops_tui.runbook.native import (
    KINDS,
    DeployStep,
    GateStep,
    GroupStep,
    KeypairStep,
    NativeStep,
    ResourcesStep,
    ScaleStep,
    SshStep,
    native_effects,
)
from azops_tui.runbook.native_reader import decode_native, substitute
from azops_tui.runbook.references import references
from tests.runbook.shared import book, problems, steady


def decoded(kind: str, text: str) -> NativeStep:
    step = decode_native(kind, dedent(text), 10)
    assert isinstance(step, NativeStep), step
    return step


def test_the_deploy_step_of_the_format() -> None:
    step = decoded(
        "deploy",
        """
        group: ${RESOURCE_GROUP}
        template: [templates/base.json, templates/overlay.json]
        parameters: ["params/${STAGE}.json", {count: 3, zone: "2", on: true, when: 2024-01-01}]
        mode: complete
        what-if: true
        outputs: {masterFqdn: MASTER_FQDN}
        """,
    )
    assert step == DeployStep(
        group="${RESOURCE_GROUP}",
        template=["templates/base.json", "templates/overlay.json"],
        parameters=["params/${STAGE}.json", {"count": 3, "zone": "2", "on": True, "when": "2024-01-01"}],
        mode="complete",
        what_if=True,
        outputs={"masterFqdn": "MASTER_FQDN"},
    )
    assert references(step) == ["RESOURCE_GROUP", "STAGE"]
    filled = substitute(step, {"RESOURCE_GROUP": "rg", "STAGE": "test"})
    assert isinstance(filled, DeployStep)
    assert filled.group == "rg"
    assert isinstance(filled.parameters, list)
    assert filled.parameters[0] == "params/test.json"


def test_the_other_kinds() -> None:
    assert decoded("group", "name: 007\nlocation: japanwest\ntags: {cost: 1.10}\nlock: delete") == GroupStep(
        group="007", location="japanwest", tags={"cost": "1.10"}, lock="delete"
    )
    assert decoded("keypair", "path: keys/demo\npublic: KEY\n") == KeypairStep(path="keys/demo", public="KEY")
    assert decoded("scale", "group: g\nscale-set: agents\ncapacity: ${N}") == ScaleStep(
        group="g", scale_set="agents", capacity="${N}"
    )
    assert decoded("ssh", "hosts: [a, b]\ncommand: uptime ${#x} ${y%z}\nserial: 25%\nmax-fail: 1") == SshStep(
        hosts=["a", "b"], command="uptime ${#x} ${y%z}", serial="25%", max_fail=1
    )
    assert decoded("resources", "group: g\nquery: '[].name'\ncapture: NAMES") == ResourcesStep(
        group="g", query="[].name", capture="NAMES"
    )
    assert decoded("gate", "ask: Go on?") == GateStep(message="Go on?")


@pytest.mark.parametrize(
    ("kind", "text", "line", "message"),
    [
        ("deploy", "group: g\ntemplat: x", 11, "unknown field 'templat' in a deploy step; did you mean 'template'?"),
        ("deploy", "group: g", 9, "a deploy step needs 'template'"),
        ("deploy", "group:\ntemplate: x", 10, "'group' of a deploy step has no value"),
        (
            "deploy",
            "group: g\ntemplate: x\nmode: full",
            12,
            "'mode' of a deploy step must be 'incremental' or 'complete'",
        ),
        ("deploy", "group: g\ntemplate:\n- a\n- 5", 13, "'template' of a deploy step must be text or a list"),
        ("deploy", "group: g\ntemplate: x\nwhat-if: maybe", 12, "'what-if' of a deploy step must be true or false"),
        (
            "deploy",
            "group: g\ntemplate: x\noutputs: {a: b-c}",
            9,
            "'outputs' of a deploy step name variables; 'b-c' cannot be one",
        ),
        ("deploy", "group: [g]\ntemplate: x", 10, "'group' of a deploy step must be text"),
        (
            "deploy",
            "group: ${a b}\ntemplate: x",
            10,
            "'group' has ${a b}; only ${NAME} and ${NAME:-default} can stand there",
        ),
        ("group", "group: g\nname: h", 11, "unknown field 'name' in a group step"),
        ("group", "group: g\nstate: gone", 11, "'state' of a group step must be 'present' or 'absent'"),
        (
            "scale",
            "group: g\nscale-set: s\ncapacity: [2]",
            12,
            "'capacity' of a scale step must be a whole number or text",
        ),
        ("scale", "group: g\nscale-set: s\ncapacity: -1", 9, "'capacity' of a scale step cannot be negative"),
        ("ssh", "command: x", 9, "an ssh step needs 'hosts', or a 'group' whose machines are meant"),
        (
            "ssh",
            "command: x\nhosts: a\nscale-set: s",
            9,
            "an ssh step has one of 'hosts', 'machines' and 'scale-set', not several",
        ),
        ("resources", "query: '[?'", 10, "'query' is not a JMESPath query: "),
        ("resources", "kind: instances", 9, "a resources step of the kind instances needs 'group' and 'scale-set'"),
        ("keypair", "path: p\npublic: a-b", 11, "'public' must be a variable's name, not 'a-b'"),
        ("gate", "- a", 10, "a gate step must be a mapping: lines of 'field: value'"),
        ("gate", "message: [", 10, "the gate step is not YAML: "),
        ("gate", "message: {a: ${X}}", 10, "the gate step is not YAML: "),
        ("gate", "", 10, "a gate step must be a mapping"),
        ("chart", "x: 1", 10, "unknown field 'x' in a chart step"),
        ("deplyo", "x: 1", 9, "unknown kind of step 'deplyo'; did you mean 'deploy'?"),
    ],
)
def test_what_does_not_fit_is_said_at_its_line(kind: str, text: str, line: int, message: str) -> None:
    problem = decode_native(kind, text, 10)
    assert isinstance(problem, Problem)
    assert problem.message.startswith(message), problem.message
    assert problem.line == line


def test_quoting_is_advised_where_braces_meet() -> None:
    problem = decode_native("gate", "message: {a: ${X}}", 1)
    assert isinstance(problem, Problem)
    assert problem.message.endswith("inside { } and [ ] a ${NAME} must be quoted")


def test_in_a_document() -> None:
    runbook = book(
        """
        # Scale

        - one

          ```yaml {azops=scale}
          group: g
          scale-set: s
          capacty: 3
          ```

        ```YAML {azops=group}
        group: g
        state: absent
        ```

        ```yaml
        group: only a document
        ```
        """
    )
    assert problems(runbook) == [(8, "unknown field 'capacty' in a scale step; did you mean 'capacity'?")]
    broken, group = runbook.steps
    assert (broken.kind, broken.native, broken.label) == (StepKind.NATIVE, None, "azops=scale")
    assert (group.native, str(group.effects)) == (GroupStep(group="g", state="absent"), "D")


def test_values_are_checked_again_once_they_are_known() -> None:
    step = ScaleStep(group="g", scale_set="s", capacity="${N}")
    assert substitute(step, {"N": " 5 "}).capacity == 5
    with pytest.raises(ValueError, match="'capacity' must be a whole number, not 'five'"):
        substitute(step, {"N": "five"})
    with pytest.raises(LookupError, match=r"the variable AGENTS is not set; did you mean 'AGENT'\?"):
        substitute(ScaleStep(group="g", scale_set="s", capacity="${AGENTS}"), {"AGENT": "5"})
    group = decode_native("group", "group: g\nstate: ${S}", 1)
    assert isinstance(group, GroupStep)
    assert "D" in str(native_effects(group))
    assert substitute(group, {"S": "present"}).state == "present"
    with pytest.raises(ValueError, match="'state' must be 'present' or 'absent', not 'gone'"):
        substitute(group, {"S": "gone"})


def test_what_native_steps_do() -> None:
    def effect(kind: str, text: str) -> str:
        return str(native_effects(decoded(kind, text)))

    assert effect("group", "group: g") == "M"
    assert effect("deploy", "group: g\ntemplate: t") == "M"
    assert effect("deploy", "group: g\ntemplate: t\nmode: complete") == "M D"
    assert effect("scale", "group: g\nscale-set: s\ncapacity: 1") == "M"
    assert effect("ssh", "hosts: a\ncommand: uname -a; df -h | head -${N}") == "R"
    assert effect("ssh", "hosts: a\ncommand: sudo apt-get upgrade") == "M"
    assert effect("ssh", "hosts: a\ncommand: rm -rf /var/x") == "D"
    assert effect("resources", "group: g") == "R"
    assert effect("keypair", "path: x") == "M"
    assert effect("gate", "ask: x") == ""


NAMES = st.from_regex(r"[A-Z_][A-Z0-9_]{0,5}", fullmatch=True)
PLAIN = st.text(st.characters(exclude_characters="${}", exclude_categories=["Cs"]), max_size=8)


@steady
@given(st.lists(st.tuples(PLAIN, NAMES)), st.dictionaries(NAMES, st.text(max_size=8)))
def test_substitution(parts: list[tuple[str, str]], values: dict[str, str]) -> None:
    variables = {name: "" for _, name in parts} | values
    text = "".join(f"{before}${{{name}}}" for before, name in parts)
    wanted = "".join(before + variables[name] for before, name in parts)
    assert substitute(text, variables) == wanted
    assert substitute([text, {"k": text, "n": 1}], variables) == [wanted, {"k": wanted, "n": 1}]
    assert substitute(text.replace("${", "$${"), {}) == text
    assert substitute(text.replace("}", ":-x}"), {}) == "".join(f"{before}x" for before, _ in parts)
    assert references(text) == list(dict.fromkeys(name for _, name in parts))


@steady
@given(st.sampled_from(sorted(KINDS)), st.text(max_size=80))
def test_any_body_is_decoded_or_refused(kind: str, text: str) -> None:
    result = decode_native(kind, text, 5)
    assert isinstance(result, (NativeStep, Problem))
    if isinstance(result, NativeStep):
        assert msgspec.json.encode(result)
    for field in ("group", "message", "command", "template", "capacity"):
        decode_native(kind, f"{field}: {text}", 5)


@pytest.mark.parametrize(
    ("kind", "body", "line", "message"),
    [
        ("scale", "group: g\nscale-set: s\ncapacity: many", 12, "'capacity' of a scale step must be a whole number"),
        ("ssh", "hosts: h\ncommand: id\nserial: some", 12, "'serial' of an ssh step must be a number or a percentage"),
        ("ssh", "hosts: h\ncommand: id\ntimeout: soon", 12, "'timeout' of an ssh step must be a duration"),
        ("resources", "group: g\nquery: '[?'", 11, "'query' is not a JMESPath query"),
    ],
)
def test_a_value_of_the_wrong_form_is_an_error_at_its_line(kind: str, body: str, line: int, message: str) -> None:
    problem = decode_native(kind, body, 10)
    assert isinstance(problem, Problem)
    assert problem.line == line
    assert problem.message.startswith(message)


def test_a_form_that_a_variable_breaks_is_an_error_before_the_step() -> None:
    step = decoded("scale", "group: g\nscale-set: s\ncapacity: ${N}")
    assert isinstance(substitute(step, {"N": "3"}), ScaleStep)
    with pytest.raises(ValueError, match="'capacity' must be a whole number, not 'many'"):
        substitute(step, {"N": "many"})


def test_a_bad_query_of_an_attribute_is_an_error_at_its_fence() -> None:
    runbook = book("# T\n\n```bash {capture=X query='[?'}\ntrue\n```\n")
    assert [(problem.line, "JMESPath" in problem.message) for problem in runbook.errors] == [(3, True)]
