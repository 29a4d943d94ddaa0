"""Functions on strings."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.arm.functions.support import call, refusal, relaxed

CASES: list[tuple[str, tuple[Any, ...], Any]] = [
    ("concat", ("a",), "a"),
    ("concat", ("a", 1, True, False), "a1TrueFalse"),
    ("concat", (["a"], [], [1]), ["a", 1]),
    ("join", (["a", 1, True], "-"), "a-1-True"),
    ("join", ([], ","), ""),
    ("split", ("a,b,,c", ","), ["a", "b", "", "c"]),
    ("split", ("", ","), [""]),
    ("split", ("a,b;c", [",", ";"]), ["a", "b", "c"]),
    ("split", ("a->b-c", ["-", "->"]), ["a", ">b", "c"]),
    ("split", ("abc", ""), ["abc"]),
    ("split", ("abc", [""]), ["abc"]),
    ("split", ("a.b", "."), ["a", "b"]),
    ("replace", ("123-123-1234", "123", "x"), "x-x-x4"),
    ("replace", ("aAa", "a", ""), "A"),
    ("padLeft", ("12", 5, "0"), "00012"),
    ("padLeft", (-12, 5), "  -12"),
    ("padLeft", ("12345", 3), "12345"),
    ("substring", ("abcdef", 2), "cdef"),
    ("substring", ("abcdef", 2, 3), "cde"),
    ("substring", ("abcdef", 6), ""),
    ("substring", ("abcdef", 6, 0), ""),
    ("startsWith", ("Abc", "aB"), True),
    ("startsWith", ("Abc", "b"), False),
    ("startsWith", ("", ""), True),
    ("endsWith", ("abC", "Bc"), True),
    ("endsWith", ("abc", "b"), False),
    ("toLower", ("ÄB",), "äb"),
    ("toUpper", ("straße",), "STRAßE"),
    ("trim", ("\t a b\u00a0\n",), "a b"),
    ("trim", ("\x1fa",), "\x1fa"),
    ("string", ("x",), "x"),
    ("string", (12,), "12"),
    ("string", (True,), "True"),
    ("string", (None,), ""),
    ("string", ([1, "a", None, True, {"b": []}],), '[1,"a",null,true,{"b":[]}]'),
    ("string", ({"a": 'q"\\\n\u2028é'},), '{"a":"q\\"\\\\\\n\\u2028é"}'),
    ("string", ([1.0, 1e20, 0.00001, 1.5],), "[1.0,1E+20,1E-05,1.5]"),
    ("string", (1e15,), "1E+15"),
    ("string", (1234567890123456.0,), "1.234567890123456E+15"),
    ("guid", ("asdf",), "228d27cc-6fdb-5934-b7ac-1efccebade04"),
    ("uniqueString", ("snap", "crackle", "pop"), "byghxckddilkc"),
    (
        "uniqueString",
        ("/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/myRg",),
        "js26ofeqkqeve",
    ),
]


@pytest.mark.parametrize(("name", "arguments", "value"), CASES)
def test_value(name: str, arguments: tuple[Any, ...], value: Any) -> None:
    assert call(name, *arguments) == value


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        (
            "concat",
            (["a"], 1),
            "The provided parameters for language function 'concat' are invalid. "
            "Either all or none of the parameters must be an array.",
        ),
        ("join", (["a"], 1), "to be a string"),
        ("join", ("a", ","), "to be an array"),
        (
            "split",
            (1, ","),
            "expects its first parameter to be of type 'String'. The provided value is of type 'Integer'.",
        ),
        ("split", ("a", 1), "expects its second parameter to be of type 'String or Array of Strings'."),
        ("split", ("a", [1]), "expects its second parameter to be of type 'String or Array of Strings'."),
        ("replace", ("a", 1, "b"), "expects its second parameter to be of type 'String'."),
        ("replace", ("a", "b", 1), "expects its third parameter to be of type 'String'."),
        ("replace", ("a", "", "b"), "cannot be empty"),
        ("toLower", (1,), "expects its parameter to be of type 'String'. The provided value is of type 'Integer'."),
        ("trim", (1,), "expects its first parameter to be of type 'String'."),
        ("padLeft", ([], 5), "The source string must be a String or integer type, while 'Array' was provided."),
        ("padLeft", ("a", 17), "Total width must be a positive integer value and not greater than '16', while '17'"),
        ("padLeft", ("a", -1), "not greater than '16', while '-1' was provided."),
        ("padLeft", ("a", 10**9), "not greater than '16', while '1000000000' was provided."),
        ("padLeft", ("a", 5, 1), "The padding character must be a string type, while 'Integer' was provided."),
        ("padLeft", ("a", 5, "ab"), "The padding character must be a single character, while 'ab' was provided."),
        ("substring", ("abc", -1), "The index parameter cannot be less than zero. The index: '-1'."),
        ("substring", ("abc", 4), "The index parameter: '4', the length of the string parameter: '3'."),
        ("substring", ("abc", 0, -1), "The length parameter cannot be less than zero. The length parameter: '-1'."),
        ("substring", ("abc", 1, 3), "The index and length parameters must refer to a location within the string."),
        ("startsWith", ("a", 1), "The provided value is of type 'String' and 'Integer'."),
        ("uniqueString", ("a", 1), "The provided value is of type 'Integer'."),
        ("guid", (None,), "The provided value is of type 'Null'."),
        ("fail", ("no such region",), "no such region"),
        ("fail", (1,), "to be a string"),
    ],
)
def test_refusal(name: str, arguments: tuple[Any, ...], message: str) -> None:
    assert message in refusal(name, *arguments)


def test_results_larger_than_a_template_are_refused() -> None:
    big = "x" * 3_000_000
    assert "larger than" in refusal("concat", big, big)
    assert "larger than" in refusal("join", ["a"] * 3, big)
    assert "larger than" in refusal("replace", "a" * 5000, "a", "b" * 5000)
    assert "larger than" in refusal("format", "{0}{0}", big)
    assert "larger than" in refusal("format", "{0,9999999}", "a")
    assert "larger than" in refusal("base64", "x" * 4_000_000)
    assert "larger than" in refusal("uriComponent", "ä" * 1_000_000)
    assert "too deeply" in refusal("string", nested(500))
    shared: Any = ["x" * 100]
    for _ in range(40):
        shared = [shared, shared]
    assert "too large" in refusal("string", shared)


def nested(depth: int) -> Any:
    value: Any = []
    for _ in range(depth):
        value = [value]
    return value


@relaxed
@given(st.text(max_size=20), st.text(max_size=3))
def test_join_undoes_split(text: str, delimiter: str) -> None:
    assert call("join", call("split", text, delimiter), delimiter) == text


@relaxed
@given(st.text(alphabet=st.characters(max_codepoint=0xD7FF), max_size=12), st.integers(0, 12), st.integers(0, 12))
def test_substring_is_take_of_skip(text: str, start: int, count: int) -> None:
    if start + count <= len(text):
        assert call("substring", text, start, count) == call("take", call("skip", text, start), count)
