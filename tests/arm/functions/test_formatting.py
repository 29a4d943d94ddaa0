"""Composite formatting, with the examples of .NET's own documentation."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from azops_tui.arm.functions import FunctionError
from tests.arm.functions.support import call, refusal, relaxed


@pytest.mark.parametrize(
    ("pattern", "arguments", "shown"),
    [
        ("plain", (), "plain"),
        ("{0}/{1}/{0}", ("a", 2), "a/2/a"),
        ("{{{0}}} {{x}}", ("a",), "{a} {x}"),
        ("{0} {1} {2}", (True, None, False), "True  False"),
        ("[{0,5}|{0,-5}|{0,2}]", ("abc",), "[  abc|abc  |abc]"),
        ("{0}", ({"a": [1, "it's", True]},), "{'a':[1,'it\\'s',true]}"),
        ("{0}", ([],), "[]"),
        ("{0:yyyy}", ("2020-01-01",), "2020-01-01"),
        ("{0:N0}", (8175133,), "8,175,133"),
        ("{0:n3}", (-1234,), "-1,234.000"),
        ("{0:D6}", (-1234,), "-001234"),
        ("{0:d}", (1234,), "1234"),
        ("{0:X}", (255,), "FF"),
        ("{0:x4}", (255,), "00ff"),
        ("{0:X}", (-1,), "FFFFFFFFFFFFFFFF"),
        ("{0:B8}", (5,), "00000101"),
        ("{0:C}", (1234,), "¤1,234.00"),
        ("{0:C0}", (-5,), "(¤5)"),
        ("{0:F}", (1234.567,), "1234.57"),
        ("{0:f1}", (-1234.56,), "-1234.6"),
        ("{0:P}", (1,), "100.00 %"),
        ("{0:P1}", (-0.39678,), "-39.7 %"),
        ("{0:E}", (1052.0329112756,), "1.052033E+003"),
        ("{0:e2}", (-1052.0329112756,), "-1.05e+003"),
        ("{0:E0}", (0,), "0E+000"),
        ("{0:G}", (123456,), "123456"),
        ("{0:G4}", (123.4546,), "123.5"),
        ("{0:G2}", (1234,), "1.2E+03"),
        ("{0:R}", (0.1,), "0.1"),
        ("{0:00000}", (123,), "00123"),
        ("{0:0.00}", (1.2,), "1.20"),
        ("{0:0.0}", (0.56,), "0.6"),
        ("{0:#####}", (123,), "123"),
        ("{0:[##-##-##]}", (123456,), "[12-34-56]"),
        ("{0:#}", (1234567890,), "1234567890"),
        ("{0:#,##0}", (1234567,), "1,234,567"),
        ("{0:#,#}", (0,), ""),
        ("{0:#,##0,,}", (1234567890,), "1,235"),
        ("{0:0.00%}", (0.086,), "8.60%"),
        ("{0:0.###E+0}", (86000,), "8.6E+4"),
        ("{0:0.###E-000}", (86000,), "8.6E004"),
        ("{0:#;minus #;none}", (-5,), "minus 5"),
        ("{0:#;minus #;none}", (0,), "none"),
        ("{0:'#'#\\#}", (5,), "#5#"),
        ("{0,8:F1}|", (2.25,), "     2.3|"),
    ],
)
def test_format(pattern: str, arguments: tuple[Any, ...], shown: str) -> None:
    assert call("format", pattern, *arguments) == shown


@pytest.mark.parametrize("pattern", ["{", "}", "{0", "{a}", "{-1}", "{0,}", "{0,x}", "a } b", "{0:{}"])
def test_malformed(pattern: str) -> None:
    assert "the format is invalid: 'Input string was not in a correct format.'" in refusal("format", pattern, 1)


def test_missing_argument() -> None:
    message = refusal("format", "{1}", 1)
    assert message.startswith(
        "Unable to evaluate language function 'format': the format is invalid: 'Index (zero based)"
    )


@pytest.mark.parametrize(
    ("pattern", "value"), [("{0:Q}", 1), ("{0:D}", 1.5), ("{0:X}", 1.5), ("{0:R}", 1), ("{0:N99999}", 1)]
)
def test_bad_specifier(pattern: str, value: Any) -> None:
    assert "the format is invalid" in refusal("format", pattern, value)


def test_pattern_must_be_a_string() -> None:
    assert "the first argument must be a string literal" in refusal("format", 1, "a")


numbers = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)


@relaxed
@given(
    st.text(alphabet="{}0123456789,-:#.;%‰'\"\\eE+NDXCFPGRB x", max_size=14), st.lists(numbers | st.text(), max_size=2)
)
@example("{0:#.E+0}", [0.5])
@example("{0:.}", [0.5])
@example("{0:;;}", [0])
@example("{0:E+0}", [1e300])
@example("{0:0,.0e0000}", [1e-300])
def test_never_fails_but_as_documented(pattern: str, arguments: list[Any]) -> None:
    try:
        assert isinstance(call("format", pattern, *arguments), str)
    except FunctionError:
        pass


@relaxed
@given(numbers, st.sampled_from("CDEFGNPRXBcdefgnprxb0#"), st.integers(0, 20))
def test_every_number_has_every_standard_format(value: Any, letter: str, digits: int) -> None:
    try:
        assert call("format", f"{{0:{letter}{digits}}}", value)
    except FunctionError:
        assert letter.upper() in "DXBR"


@relaxed
@given(st.integers(-(2**63), 2**63 - 1))
def test_formats_of_integers_read_back(value: int) -> None:
    assert int(call("format", "{0:N0}", value).replace(",", "")) == value
    assert int(call("format", "{0:#,0}", value).replace(",", "")) == value
    assert int(call("format", "{0:D25}", value)) == value
    assert int(call("format", "{0:X}", value), 16) == value % 2**64


@relaxed
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_reads_back(value: float) -> None:
    assert float(call("string", value)) == value
    assert float(call("format", "{0:R}", value)) == value
