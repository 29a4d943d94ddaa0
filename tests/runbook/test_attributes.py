"""Attributes of a fence."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azops_tui.durations import parse_duration
from azops_tui.runbook.attributes import NAMES, pairs, parse_attributes
from azops_tui.runbook.model import Attributes, Severity
from tests.runbook.shared import steady

UNBALANCED = "the braces of the attributes are not balanced"


def read(text: str) -> Attributes:
    attributes, problems = parse_attributes(text, 7)
    assert problems == []
    return attributes


def test_three_spellings_mean_the_same() -> None:
    wanted = Attributes(name="x", timeout=600.0, interactive=False, id="01H")
    assert read("{name=x timeout=10m interactive=false id=01H}") == wanted
    assert read('{"name":"x","timeout":"10m","interactive":"false","id":"01H"}') == wanted
    assert read("{ name=x timeout=10m, interactive=no id=01H }") == wanted
    assert read("{name=x,timeout=10m,interactive=no,id=01H}") == wanted


def test_every_attribute() -> None:
    assert read(
        '{name="a b" timeout=1h30m retries=3 retry-delay=500ms on-error=continue when="[ -n \\"$X\\" ]" confirm=none'
        " capture=OUT query='[0].name' format=tsv interactive background hide=output ssh=web serial=25% max-fail=1"
        " user=ops via=jump cwd=/tmp env=\"A=1 B='two words'\" excludeFromRunAll=true tag=x,y ignore=false"
        " interpreter=/bin/sh azops=deploy promptEnv=yes}"
    ) == Attributes(
        name="a b",
        timeout=5400.0,
        retries=3,
        retry_delay=0.5,
        on_error="continue",
        when='[ -n "$X" ]',
        confirm="none",
        capture="OUT",
        query="[0].name",
        format="tsv",
        interactive=True,
        background=True,
        hide="output",
        ssh="web",
        serial="25%",
        max_fail="1",
        user="ops",
        via="jump",
        cwd="/tmp",
        env={"A": "1", "B": "two words"},
        exclude_from_run_all=True,
        tags=("x", "y"),
        interpreter="/bin/sh",
        azops="deploy",
        prompt_env="always",
    )
    assert read('{"env":{"A":"1","B":2},"tag":["x","y"],"retries":2,"background":true,"cwd":null}') == Attributes(
        env={"A": "1", "B": "2"}, tags=("x", "y"), retries=2, background=True
    )


def test_what_is_not_ours_is_left_alone() -> None:
    assert read("") == read('title="x"') == read("{1,3-5}") == read("{}") == Attributes()


@pytest.mark.parametrize(
    ("text", "severity", "message"),
    [
        ("{nmae=x}", Severity.WARNING, "unknown attribute 'nmae'; did you mean 'name'?"),
        ("{max_fail=1}", Severity.WARNING, "unknown attribute 'max_fail'; did you mean 'max-fail'?"),
        ("{zzz}", Severity.WARNING, "unknown attribute 'zzz'"),
        ("{name=a name=b}", Severity.WARNING, "attribute 'name' is given twice; the last one counts"),
        (
            "{timeout=soon}",
            Severity.ERROR,
            "attribute 'timeout' takes a duration such as 30s, 10m or 1h30m, not 'soon'",
        ),
        ("{timeout=0}", Severity.ERROR, "attribute 'timeout' takes a duration longer than nothing, not '0'"),
        ("{retries=-1}", Severity.ERROR, "attribute 'retries' takes a whole number, not '-1'"),
        ("{confirm=maybe}", Severity.ERROR, "attribute 'confirm' takes none, mutate or destroy, not 'maybe'"),
        (
            "{serial=many}",
            Severity.ERROR,
            "attribute 'serial' takes a number or a percentage, such as 1 or 25%, not 'many'",
        ),
        ("{interactive=perhaps}", Severity.ERROR, "attribute 'interactive' takes true or false, not 'perhaps'"),
        ("{capture=a-b}", Severity.ERROR, "attribute 'capture' takes a variable's name, not 'a-b'"),
        ("{name}", Severity.ERROR, "attribute 'name' takes a value"),
        ("{name=}", Severity.ERROR, "attribute 'name' takes a value, not ''"),
        ("{env=A}", Severity.ERROR, "attribute 'env' takes assignments such as \"A=1 B='two words'\", not 'A'"),
        ('{name="x}', Severity.ERROR, 'cannot read the attribute at \'name="x\'; write name=value or name="a value"'),
        ("{name=x", Severity.WARNING, UNBALANCED + ": no closing brace; the line ends them"),
        ("{name=x}}", Severity.WARNING, UNBALANCED + ": one of them has no meaning"),
        ("{ {name=x tag='}'}", Severity.WARNING, UNBALANCED + ": one of them has no meaning"),
        ("name=x}", Severity.WARNING, "the attributes have no opening brace and are not read"),
        ("{name=x} timeout=5m", Severity.WARNING, "'timeout=5m' stands behind the attributes and is not read"),
        ("{promptEnv=maybe}", Severity.ERROR, "attribute 'promptEnv' takes always, never or auto, not 'maybe'"),
        ('{"name":}', Severity.ERROR, "the attributes are not valid JSON: Expecting value: line 1 column 9 (char 8)"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, severity: Severity, message: str) -> None:
    _, problems = parse_attributes(text, 7)
    assert [(problem.severity, problem.line, problem.message) for problem in problems] == [(severity, 7, message)]


def test_a_malformed_value_leaves_the_default() -> None:
    attributes, _ = parse_attributes("{timeout=soon name=x}", 1)
    assert attributes == Attributes(name="x")


def test_durations() -> None:
    cases = {"30s": 30, "10m": 600, "1h30m": 5400, "250ms": 0.25, "2d": 172800, "45": 45, "1.5h": 5400, "0.5": 0.5}
    assert {text: parse_duration(text) for text in cases} == cases
    for text in ("", "s", "10 m", "1h30", "-5s", "1e3", "m10", "10m!"):
        with pytest.raises(ValueError, match="a duration such as"):
            parse_duration(text)


NAME = st.sampled_from(sorted(NAMES)) | st.from_regex(r"[A-Za-z][A-Za-z0-9_.:-]{0,10}", fullmatch=True)
VALUE = st.text(st.characters(exclude_characters="\n\r\0", exclude_categories=["Cs"]), max_size=20)


def quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


@steady
@given(st.lists(st.tuples(NAME, VALUE | st.just(True)), max_size=6))
def test_what_is_printed_is_read_again(given_pairs: list[tuple[str, str | bool]]) -> None:
    text = " ".join(name if value is True else f"{name}={quoted(str(value))}" for name, value in given_pairs)
    assert pairs(text) == given_pairs


@steady
@given(st.dictionaries(NAME, VALUE, max_size=6))
def test_json_and_words_agree(values: dict[str, str]) -> None:
    words = "{" + " ".join(f"{name}={quoted(value)}" for name, value in values.items()) + "}"
    assert parse_attributes(words, 1) == parse_attributes(json.dumps(values, ensure_ascii=False), 1)


@steady
@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    for written in (text, f"{{{text}}}", f'{{"{text}'):
        attributes, problems = parse_attributes(written, 3)
        assert isinstance(attributes, Attributes)
        assert all(problem.line == 3 for problem in problems)
