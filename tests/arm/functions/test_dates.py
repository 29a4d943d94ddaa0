"""Points in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azops_tui.arm.functions import FunctionError
from azops_tui.arm.functions.dates import utc_now
from tests.arm.functions.support import call, refusal, relaxed

NOW = datetime(2020, 4, 7, 14, 53, 14, 123456, tzinfo=UTC)


@pytest.mark.parametrize(
    ("arguments", "value"),
    [
        (("2020-04-07 14:53:14Z", "P3Y"), "4/7/2023 2:53:14 PM"),
        (("2020-04-07 14:53:14Z", "-P9D"), "3/29/2020 2:53:14 PM"),
        (("2020-04-07 14:53:14Z", "PT1H"), "4/7/2020 3:53:14 PM"),
        (("2020-04-07T14:53:14Z", "P1D"), "2020-04-08T14:53:14Z"),
        (("2024-01-01T00:00:00Z", "P1Y"), "2024-12-31T00:00:00Z"),
        (("2023-02-01T00:00:00Z", "P1M"), "2023-03-03T00:00:00Z"),
        (("2020-04-07T14:53:14.5Z", "PT0.25S"), "2020-04-07T14:53:14.75Z"),
        (("2020-04-07T14:53:14+02:00", "P1DT2H30M"), "2020-04-08T15:23:14Z"),
        (("20200407T145314Z", "P1D"), "20200408T145314Z"),
        (("Tue, 07 Apr 2020 14:53:14 GMT", "PT1M", "o"), "2020-04-07T14:54:14.0000000Z"),
        (("4/7/2020 2:53 PM", "PT1M", "u"), "2020-04-07 14:54:00Z"),
        (("2020-04-07", "PT0S", "yyyy-MM-dd HH:mm:ss"), "2020-04-07 00:00:00"),
    ],
)
def test_add(arguments: tuple[str, ...], value: str) -> None:
    assert call("dateTimeAdd", *arguments) == value


@pytest.mark.parametrize(
    ("pattern", "shown"),
    [
        (None, "20200407T145314Z"),
        ("d", "04/07/2020"),
        ("D", "Tuesday, 07 April 2020"),
        ("f", "Tuesday, 07 April 2020 14:53"),
        ("F", "Tuesday, 07 April 2020 14:53:14"),
        ("g", "04/07/2020 14:53"),
        ("G", "04/07/2020 14:53:14"),
        ("M", "April 07"),
        ("o", "2020-04-07T14:53:14.1234560Z"),
        ("R", "Tue, 07 Apr 2020 14:53:14 GMT"),
        ("s", "2020-04-07T14:53:14"),
        ("t", "14:53"),
        ("T", "14:53:14"),
        ("u", "2020-04-07 14:53:14Z"),
        ("y", "2020 April"),
        ("M d", "4 7"),
        ("%d", "7"),
        ("ddd MMM yy", "Tue Apr 20"),
        ("h:mm tt t", "2:53 PM P"),
        ("ff fff FFFFFFF", "12 123 123456"),
        ("HH'h'mm\"m\"\\s", "14h53ms"),
        ("yyyyy zzz z K", "02020 +00:00 +0 Z"),
        ("yyyy-MM-ddTHH:mm:ssZ", "2020-04-07T14:53:14Z"),
        ("yyyyMMdd-HHmmss", "20200407-145314"),
        ("", ""),
    ],
)
def test_formats(pattern: str | None, shown: str) -> None:
    assert utc_now(NOW, pattern) == shown


def test_fraction_of_nothing_takes_its_point_along() -> None:
    assert utc_now(NOW.replace(microsecond=0), "ss.FFF") == "14"
    assert utc_now(NOW.replace(microsecond=0), "ss.fff") == "14.000"


def test_now_elsewhere_is_in_utc() -> None:
    assert utc_now(NOW.astimezone(timezone(timedelta(hours=9)))) == "20200407T145314Z"


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("dateTimeAdd", ("yesterday", "P1D"), "String was not recognized as a valid DateTime."),
        ("dateTimeAdd", ("2020-02-30T00:00:00Z", "P1D"), "String was not recognized as a valid DateTime."),
        ("dateTimeAdd", ("2020-04-07", "1 day"), "The string '1 day' is not a valid TimeSpan value."),
        ("dateTimeAdd", ("2020-04-07", "P"), "is not a valid TimeSpan value."),
        ("dateTimeAdd", ("2020-04-07", "P1DT"), "is not a valid TimeSpan value."),
        ("dateTimeAdd", ("2020-04-07", "P9000Y"), "un-representable DateTime"),
        ("dateTimeAdd", ("2020-04-07", "P999999999999999999Y"), "un-representable DateTime"),
        ("dateTimeAdd", ("2020-04-07", "P1D", "q"), "Input string was not in a correct format."),
        ("dateTimeAdd", ("2020-04-07", "P1D", "yyyy'"), "Input string was not in a correct format."),
        ("dateTimeAdd", ("2020-04-07", "P1D", "fffffffff"), "Input string was not in a correct format."),
        ("dateTimeAdd", ("2020-04-07", "P1D", "y" * 20_000), "Input string was not in a correct format."),
        ("dateTimeAdd", (1, "P1D"), "expects its first parameter to be a string."),
        ("dateTimeAdd", ("2020-04-07", "P1D", 1), "expects its third parameter to be a string."),
        ("dateTimeFromEpoch", ("1",), "to be an integer"),
        ("dateTimeFromEpoch", (10**15,), "un-representable DateTime"),
        ("dateTimeToEpoch", ("x",), "String was not recognized as a valid DateTime."),
        ("dateTimeToEpoch", (1,), "to be a string"),
    ],
)
def test_refusal(name: str, arguments: tuple[Any, ...], message: str) -> None:
    assert message in refusal(name, *arguments)


def test_format_of_now_must_be_text() -> None:
    with pytest.raises(FunctionError):
        utc_now(NOW, 1)


@relaxed
@given(st.integers(-62_135_596_800, 253_402_300_799))
def test_epoch_there_and_back(seconds: int) -> None:
    shown = call("dateTimeFromEpoch", seconds)
    assert call("dateTimeToEpoch", shown) == seconds
    assert call("dateTimeAdd", shown, "PT0S") == shown


@relaxed
@given(st.text(alphabet="dfFghHKmMstyz:/'\"\\%. T-", max_size=12))
def test_any_format_is_shown_or_refused(pattern: str) -> None:
    try:
        assert isinstance(utc_now(NOW, pattern), str)
    except FunctionError:
        pass
