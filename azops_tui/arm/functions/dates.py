"""Functions on points in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from azops_tui.arm.functions.datetimes import (
    COMPACT,
    EPOCH,
    SECOND,
    TimeError,
    format_moment,
    read_duration,
    read_moment,
    within,
)
from azops_tui.arm.functions.errors import FunctionError
from azops_tui.arm.functions.registry import function
from azops_tui.arm.functions.values import bounded_text, integer_argument, string_argument, usage
from azops_tui.json_types import Json

_LONGEST_FORMAT = 10_000


@function(
    "dateTimeAdd(base, duration, [format]): string",
    "A time plus an ISO 8601 duration (P1D, -PT1H; a year is 365 days, a month 30), in a .NET format.",
)
def date_time_add(base: Json, duration: Json, pattern: Json = None) -> str:
    name = "dateTimeAdd"
    start, step = string_argument(name, base, 0, 3), string_argument(name, duration, 1, 3)
    chosen_format = None if pattern is None else string_argument(name, pattern, 2, 3)
    try:
        moment, shape = read_moment(start)
        return _formatted(name, within(moment + read_duration(step)), shape if chosen_format is None else chosen_format)
    except TimeError as error:
        raise _invalid(name, error) from None


@function("dateTimeFromEpoch(epochTime): string", "The ISO 8601 time of a number of seconds since 1970.")
def date_time_from_epoch(value: Json) -> str:
    seconds = integer_argument("dateTimeFromEpoch", value, 0, 1)
    try:
        return format_moment(within(EPOCH + seconds * SECOND), "yyyy-MM-ddTHH:mm:ssK")
    except TimeError as error:
        raise _invalid("dateTimeFromEpoch", error) from None


@function("dateTimeToEpoch(dateTime): int", "The number of seconds from 1970 to a time.")
def date_time_to_epoch(value: Json) -> int:
    try:
        moment, _ = read_moment(string_argument("dateTimeToEpoch", value))
    except TimeError as error:
        raise _invalid("dateTimeToEpoch", error) from None
    return (moment - EPOCH) // SECOND


def utc_now(now: datetime, pattern: Json = None) -> str:
    """What `utcNow` returns at `now` (with a time zone): as ``20201231T235959Z``, or in a .NET format."""
    chosen_format = COMPACT if pattern is None else string_argument("utcNow", pattern)
    microseconds = (now.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    try:
        return _formatted("utcNow", EPOCH + microseconds * 10, chosen_format)
    except TimeError as error:
        raise _invalid("utcNow", error) from None


def _formatted(name: str, moment: int, pattern: str) -> str:
    if len(pattern) > _LONGEST_FORMAT:
        raise TimeError("Input string was not in a correct format.")
    shown = format_moment(moment, pattern)
    bounded_text(name, len(shown))
    return shown


def _invalid(name: str, problem: TimeError) -> FunctionError:
    return FunctionError(f"Unable to evaluate template language function '{name}': {problem} {usage(name)}")
