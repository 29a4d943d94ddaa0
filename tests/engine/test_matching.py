"""Whether an output is what a document expects."""

from __future__ import annotations

import copy
import json
import random
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azops_tui.engine.expectations.check import check, similar
from azops_tui.engine.expectations.similarity import STATES, documents, wild_equal
from azops_tui.runbook import parse
from azops_tui.runbook.model import Expectation
from tests.runbook.shared import data, steady

GROUP = """{
  "id": "/subscriptions/xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx/resourceGroups/myResourceGroupxxx",
  "location": "westus2",
  "managedBy": null,
  "name": "myResourceGroupxxx",
  "properties": {
    "provisioningState": "Succeeded"
  },
  "tags": null
}"""
REAL: dict[str, Any] = {
    "tags": None,
    "properties": {"provisioningState": "Succeeded", "more": 1},
    "name": "myResourceGroup3fa9",
    "managedBy": None,
    "location": "westus2",
    "id": "/SUBSCRIPTIONS/1c1b9c3a-1111-2222-3333-444455556666/resourceGroups/myResourceGroup3fa9",
}


def like(expected: str, actual: str, threshold: float = 1.0, language: str = "json") -> bool:
    return check(Expectation(1, similarity=threshold, expected=expected, language=language), stdout=actual).passed


def test_an_example_matches_the_real_thing() -> None:
    result = check(Expectation(1, similarity=1.0, expected=GROUP), stdout=json.dumps(REAL))
    assert (result.passed, result.score, result.text) == (True, 1.0, "6 of 6 expected values are there (100% needed).")


def test_a_state_that_differs_fails_at_any_threshold() -> None:
    real = copy.deepcopy(REAL)
    real["properties"]["provisioningState"] = "Failed"
    result = check(Expectation(1, similarity=0.0, expected=GROUP), stdout=json.dumps(real))
    assert (result.passed, result.text) == (False, "properties.provisioningState is 'Failed', expected 'Succeeded'.")
    assert like('{"a": {"status": 200}}', '{"a": {"status": 200}}')
    assert not like('{"a": {"status": 200}, "b": 1}', '{"a": {"status": 500}, "b": 1}', 0.1)
    assert not like('[{"n": "a", "powerState": "VM running"}]', '[{"n": "a", "powerState": "VM stopped"}]', 0)
    assert like('{"provisioningState": "succeeded"}', '{"provisioningState": "Succeeded"}')
    assert like('{"provisioningState": "xxx"}', '{"provisioningState": "Failed"}')


def test_the_share_of_values_must_reach_the_threshold() -> None:
    real = REAL | {"location": "eastus", "name": "other"}
    result = check(Expectation(1, similarity=0.8, expected=GROUP), stdout=json.dumps(real))
    assert result.score == pytest.approx(4 / 6)
    assert not result.passed
    assert result.text == ("4 of 6 expected values are there (80% needed): location is 'eastus', expected 'westus2'.")
    assert check(Expectation(1, similarity=0.6, expected=GROUP), stdout=json.dumps(real)).passed


@pytest.mark.parametrize(
    ("expected", "actual", "score"),
    [
        ('{"a": 1, "b": [1, 2]}', '{"b": [2, 3, 1], "a": 1, "c": 0}', 1.0),
        ('{"a": 1}', '{"a": 1.0}', 1.0),
        ('{"a": 1}', '{"a": true}', 0.0),
        ('{"a": 1, "b": 2}', '{"a": 1}', 0.5),
        ('{"a": null}', '{"a": 0}', 0.0),
        ('{"a": {}}', '{"a": {"b": 1}}', 1.0),
        ('{"a": []}', '{"a": {}}', 0.0),
        ('{"a": [1, 1]}', '{"a": [1]}', 0.5),
        ('["xxx", "b"]', '["b", "c"]', 1.0),
        ('[{"a": 1}, {"a": 1, "b": 2}]', '[{"a": 1, "b": 2}, {"a": 1}]', 1.0),
        ('[{"a": 1, "b": 1}, {"a": 2, "b": 2}]', '[{"a": 2, "b": 0}, {"a": 1, "b": 0}]', 0.5),
        ('{"id": "00000000-0000-0000-0000-000000000000"}', '{"id": "1c1b9c3a-1111-2222-3333-444455556666"}', 1.0),
        ('{"ip": "<public ip>", "n": <number>}', '{"ip": "1.2.3.4", "n": 7}', 1.0),
        ('{"a": 1, // note\n /* more */ ... "b": 2,\n ...\n}', '{"a": 1, "b": 2}', 1.0),
        ('{"a": [1, ..., ], ...}', '{"a": [1, 2]}', 1.0),
        ("{\n  // ...other properties...\n}", "{}", 1.0),
        ('{"a": 1}', "not json", 0.0),
        ('{"a": 1}', 'WARNING: text\n{"a": 1}\n', 1.0),
        ('{"b": 1}', '{"a": 1}\n{"b": 1}', 1.0),
        ('{"a": 1}', '\x1b[32m{\r\n"a": 1}\x1b[0m', 1.0),
    ],
)
def test_json_by_structure(expected: str, actual: str, score: float) -> None:
    assert similar(expected, actual).score == pytest.approx(score)


def test_wildcards_within_text() -> None:
    assert wild_equal("vmxxx-nic", "vm-nic")
    assert wild_equal("a<b>c<d>e", "a1c2e")
    assert not wild_equal("a<b>c", "a1d")
    assert not wild_equal("axxxa", "a")
    assert wild_equal("xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx", "anything")
    assert not wild_equal("xx", "ab")
    start = time.perf_counter()
    assert not wild_equal("<a>x" * 2000 + "y", "x" * 20000)
    assert time.perf_counter() - start < 1


@pytest.mark.parametrize(
    ("expected", "actual", "threshold", "passed"),
    [
        ("Hello world\n", "Hello World\n", 0.8, True),
        ("Hello world\n", "Hello World\n", 1.0, False),
        ("Hello world\n", "\x1b[1mHello world  \x1b[0m\r\n\n", 1.0, True),
        ("hello world\n", "Hello world\n", 0.8, True),
        ("", "\n", 1.0, True),
        ("", "x", 0.1, False),
        ("x", "", 0.1, False),
        ("name: vmxxx\nip: <address>", "name: vm17\nip: 10.0.0.4", 1.0, True),
        ("provisioningState: Succeeded\nname: a", "provisioningState: Failed\nname: a", 0.3, False),
        ("status: ok\nstatus: bad", "status: bad\nstatus: ok", 0.3, True),
        (
            "Name    ProvisioningState    Fqdn\n------  -------\na       Succeeded            b",
            "Name    ProvisioningState\n------\na       Failed",
            0.3,
            False,
        ),
        (
            "NAME   STATUS   AGE\na      Ready    1d\nb      Ready    1d",
            "NAME   STATUS     AGE\na      Ready      2d",
            0.3,
            True,
        ),
        ("NAME   STATUS   AGE\na      Ready    1d", "NAME   STATUS     AGE\na      NotReady   2d", 0.3, False),
        ('{"provisioningState": "Succeeded", "broken"\n"status": "on"', '{\n"status": "off"\n}', 0.0, False),
    ],
)
def test_text_by_ratio(expected: str, actual: str, threshold: float, passed: bool) -> None:
    assert like(expected, actual, threshold, "text") is passed


def test_text_that_differs_says_where() -> None:
    result = check(Expectation(1, similarity=0.9, expected="a\nb\n"), stdout="a\nc\n")
    assert result.text == "The output is 67% like the expected output (90% needed): line 2 is 'c', expected 'b'."
    result = check(Expectation(1, similarity=1.0, expected="a\nb\n"), stdout="a\n")
    assert result.text.endswith("1 lines, expected 2.")


def test_patterns_and_forms() -> None:
    def verdict(
        stdout: str, *, status: int | None = 0, stderr: str = "", failure: str = "", **form: Any
    ) -> tuple[bool, str]:
        result = check(Expectation(1, **form), stdout=stdout, stderr=stderr, status=status, failure=failure)
        return result.passed, result.text

    assert verdict("/bin:/usr/bin\n", pattern="^(?!.*will be ignored).*")[0]
    assert verdict("no", pattern="^yes") == (False, "The output does not match ^yes.")
    assert verdict("", status=3, exit=3) == (True, "The exit status is 3.")
    assert verdict("", status=1, exit=3) == (False, "The exit status is 1, expected 3.")
    assert verdict("all Succeeded", contains="Succeeded")[0]
    assert verdict("", stderr="note", contains="note")[0]
    assert not verdict("x", contains="y")[0]
    assert verdict("a\nb2\n", regex=r"^b\d$")[0]
    state: dict[str, Any] = {"jmespath": "properties.provisioningState", "equals": "Succeeded"}
    assert verdict(json.dumps(REAL), **state) == (True, "properties.provisioningState is 'Succeeded'.")
    assert verdict('{"properties": {}}', **state)[1] == "properties.provisioningState is null, expected 'Succeeded'."
    assert verdict("text", **state)[1].startswith("The output is not JSON; ")
    assert verdict("[1, 2]", jmespath="length(@)", equals="2")[0]
    assert verdict('{"a": "x"}', jmespath="abs(a)", equals="2")[1].startswith(
        "abs(a) cannot be evaluated on this output"
    )
    assert verdict("", status=1, error="")[0]
    assert verdict("", status=0, error="") == (False, "The step was expected to fail, and did not.")
    assert verdict("", status=1, stderr="(InvalidParameter) no", error="InvalidParameter")[0]
    assert verdict("", status=1, stderr="(InvalidParameters) no", error="InvalidParameter") == (
        False,
        "The step was expected to fail with InvalidParameter, and failed with exit status 1.",
    )
    assert verdict("", status=None, failure="InvalidParameter", error="invalidparameter")[0]
    assert verdict("x", status=2, exit=2, contains="y")[1] == "The output does not contain 'y'."


def test_long_outputs_are_compared_in_bounded_time() -> None:
    letters = random.Random(1)
    lines = ["".join(letters.choices("abcdefgh ", k=80)) for _ in range(3000)]
    start = time.perf_counter()
    assert similar("\n".join(lines), "\n".join(lines)).score == 1.0
    assert similar("\n".join(lines), "\n".join(lines[:-1])).score > 0.99
    assert similar("\n".join(lines * 10), "\n".join([*lines * 10, "x"])).score > 0.99
    assert similar("\n".join(lines), "\n".join(reversed(lines))).score < 1
    assert similar("a" * 500_000, "b" * 500_000).score == 0.0
    many = [{"name": f"n{at}", "value": at} for at in range(2000)]
    shuffled = letters.sample(many, len(many))
    assert similar(json.dumps(many), json.dumps(shuffled)).score == 1.0
    deep: Any = 1
    other: Any = 2
    for _ in range(5):
        deep, other = [deep] * 8, [other] * 8
    assert similar(json.dumps(deep), json.dumps(other)).score == 0.0
    assert similar("[" * 5000 + "]" * 5000, "[" * 5001 + "]" * 5001).score <= 1.0
    assert time.perf_counter() - start < 20


def test_every_real_result_matches_itself_and_no_failure() -> None:
    seen = 0
    for path in sorted(data("runbooks").rglob("*.md")):
        for step in parse(path.read_text(), path).steps:
            for expectation in step.expectations:
                if not expectation.pattern:
                    assert similar(expectation.expected, expectation.expected).score == 1.0
                    failed = expectation.expected.replace("Succeeded", "Failed").replace("succeeded", "failed")
                    if failed != expectation.expected:
                        seen += 1
                        assert not check(expectation, stdout=failed).passed, f"{path.name}:{expectation.line}"
    assert seen > 10


KEYS = st.sampled_from(["name", "id", "provisioningState", "status", "tags", "a b"])
LEAVES = st.none() | st.booleans() | st.integers(-9, 9) | st.floats(-9, 9) | st.text(max_size=6)
JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=15
)
DOCUMENTS = st.lists(JSON, max_size=4) | st.dictionaries(KEYS, JSON, max_size=5)


@steady
@given(DOCUMENTS)
def test_what_is_identical_is_wholly_alike(value: Any) -> None:
    result = similar(json.dumps(value), json.dumps(value, indent=1))
    assert (result.score, result.wrong) == (1.0, "")


@steady
@given(DOCUMENTS, st.randoms())
def test_order_does_not_count(value: Any, chance: random.Random) -> None:
    def shuffled(item: Any) -> Any:
        if isinstance(item, dict):
            return {key: shuffled(item[key]) for key in chance.sample(sorted(item), len(item))}
        return chance.sample([shuffled(one) for one in item], len(item)) if isinstance(item, list) else item

    result = similar(json.dumps(value), json.dumps(shuffled(value)))
    assert (result.score, result.wrong) == (1.0, "")


@steady
@given(DOCUMENTS, DOCUMENTS)
def test_more_than_was_expected_does_no_harm(value: Any, more: Any) -> None:
    if isinstance(value, dict) and isinstance(more, dict):
        assert similar(json.dumps(value), json.dumps(more | value)).score == 1.0
    if isinstance(value, list) and isinstance(more, list):
        assert similar(json.dumps(value), json.dumps([*more, *value])).score == 1.0


@steady
@given(
    st.dictionaries(KEYS, JSON, max_size=4),
    st.sampled_from(["provisioningState", "status", "powerState"]),
    st.lists(st.sampled_from(["properties", "sku", "inner"]), max_size=3),
    st.sampled_from(["Succeeded", "running", "Ready"]),
    st.sampled_from(["Failed", "stopped", 0, None, False, {"a": 1}]),
)
def test_a_changed_state_always_fails(others: dict[str, Any], key: str, path: list[str], good: str, bad: Any) -> None:
    def built(state: Any) -> str:
        value: Any = {**{k: v for k, v in others.items() if k.casefold() not in STATES}, key: state}
        for part in reversed(path):
            value = {"name": "x", part: value}
        return json.dumps(value)

    assert similar(built(good), built(good)).wrong == ""
    assert similar(built(good), built(bad)).wrong
    assert not like(built(good), built(bad), 0.0)


@steady
@given(st.text(max_size=60), st.text(max_size=60))
def test_any_two_texts_have_a_likeness(expected: str, actual: str) -> None:
    result = similar(expected, actual)
    assert 0.0 <= result.score <= 1.0
    assert similar(expected, expected).score == 1.0
    assert similar("{" + expected, "[" + actual).score <= 1.0
    documents(actual)


def test_an_example_of_one_resource_does_not_match_another() -> None:
    other = REAL | {"name": "demo", "id": "/subscriptions/1/resourceGroups/demo"}
    assert not like(GROUP, json.dumps(other), 0.3)


def test_the_results_of_real_documents_match_themselves_and_hardly_any_other() -> None:
    from azops_tui.engine.open import open_runbook

    examples = [
        expectation
        for path in sorted(data("runbooks/azure-docs").glob("*.md"))
        for step in open_runbook(path, environment={}).steps
        for expectation in step.expectations
        if expectation.similarity is not None
    ]
    assert all(check(example, stdout=example.expected).passed for example in examples)
    pairs = [(one, other) for one in examples for other in examples if one is not other]
    failed = sum(not check(one, stdout=other.expected).passed for one, other in pairs)
    assert failed >= 0.97 * len(pairs)
