"""Points in time as .NET has them: counted in ticks, read from text, printed in standard and custom formats.

A moment is an integer: ticks of 100 ns since 0001-01-01T00:00:00 UTC. Formats are those of the invariant culture:
https://learn.microsoft.com/dotnet/standard/base-types/standard-date-and-time-format-strings and
https://learn.microsoft.com/dotnet/standard/base-types/custom-date-and-time-format-strings.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

SECOND = 10_000_000
"""Ticks in a second."""
EPOCH = 621_355_968_000_000_000
"""1970-01-01T00:00:00Z."""
LATEST = 3_155_378_975_999_999_999
"""The last moment of the year 9999."""

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_STANDARD = {
    "d": "MM/dd/yyyy",
    "D": "dddd, dd MMMM yyyy",
    "f": "dddd, dd MMMM yyyy HH:mm",
    "F": "dddd, dd MMMM yyyy HH:mm:ss",
    "g": "MM/dd/yyyy HH:mm",
    "G": "MM/dd/yyyy HH:mm:ss",
    "m": "MMMM dd",
    "M": "MMMM dd",
    "o": "yyyy'-'MM'-'dd'T'HH':'mm':'ss'.'fffffffK",
    "O": "yyyy'-'MM'-'dd'T'HH':'mm':'ss'.'fffffffK",
    "r": "ddd, dd MMM yyyy HH':'mm':'ss 'GMT'",
    "R": "ddd, dd MMM yyyy HH':'mm':'ss 'GMT'",
    "s": "yyyy'-'MM'-'dd'T'HH':'mm':'ss",
    "t": "HH:mm",
    "T": "HH:mm:ss",
    "u": "yyyy'-'MM'-'dd HH':'mm':'ss'Z'",
    "U": "dddd, dd MMMM yyyy HH:mm:ss",
    "y": "yyyy MMMM",
    "Y": "yyyy MMMM",
}
ISO = "yyyy-MM-ddTHH:mm:ss.FFFFFFFK"
COMPACT = "yyyyMMddTHHmmssZ"
SHOWN = "M/d/yyyy h:mm:ss tt"

_CUSTOM = re.compile(
    r"""(?P<run>(?P<letter>[dfFghHKmMstyz])(?P=letter)*)|'(?P<single>[^']*)'|"(?P<double>[^"]*)"|%(?P<percent>.)"""
    r"""|\\(?P<escaped>.)|(?P<bad>['"\\%])|(?P<other>.)""",
    re.DOTALL,
)
_ISO = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})"
    r"(?:(?P<mark>[T ])(?P<hour>\d{2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,30}))?)?)?"
    r"\s?(?P<zone>Z|[+-]\d{2}(?::?\d{2})?)?",
    re.ASCII | re.IGNORECASE,
)
_COMPACT = re.compile(
    r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})T(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})Z?",
    re.ASCII | re.IGNORECASE,
)
_AMERICAN = re.compile(
    r"(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4})"
    r"(?:\s+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?(?:\s*(?P<half>[AP]M))?)?\s?(?P<zone>Z)?",
    re.ASCII | re.IGNORECASE,
)
_INTERNET = re.compile(
    r"(?:[A-Z]{3},\s+)?(?P<day>\d{1,2})\s+(?P<name>[A-Z]{3})\s+(?P<year>\d{4})"
    r"\s+(?P<hour>\d{2}):(?P<minute>\d{2}):(?P<second>\d{2})\s*(?:GMT|Z)?",
    re.ASCII | re.IGNORECASE,
)
_DURATION = re.compile(
    r"(?P<sign>-)?P(?=[\dT])(?:(?P<years>\d{1,18})Y)?(?:(?P<months>\d{1,18})M)?(?:(?P<days>\d{1,18})D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d{1,18})H)?(?:(?P<minutes>\d{1,18})M)?"
    r"(?:(?P<seconds>\d{1,18})(?:\.(?P<fraction>\d{1,30}))?S)?)?",
    re.ASCII,
)


class TimeError(ValueError):
    """A time, duration or format is not valid, or a time is outside the years 1 to 9999."""


def read_moment(source: str) -> tuple[int, str]:
    """The moment that a text says, and the format that a result of arithmetic on it has.

    ISO 8601 (also as `utcNow` gives it), American and RFC 1123 dates are read; without a zone they are UTC.
    Raises TimeError.
    """
    trimmed = source.strip()
    for pattern, shape in ((_ISO, ISO), (_COMPACT, COMPACT), (_AMERICAN, SHOWN), (_INTERNET, SHOWN)):
        match = pattern.fullmatch(trimmed)
        if match:
            fields = match.groupdict()
            if shape == ISO and (fields["mark"] or "").upper() != "T":
                shape = SHOWN
            return _moment(fields), shape
    raise TimeError("String was not recognized as a valid DateTime.")


def _moment(fields: dict[str, str | None]) -> int:
    hour = int(fields.get("hour") or 0)
    half = (fields.get("half") or "").upper()
    if half:
        if not 1 <= hour <= 12:
            raise TimeError("String was not recognized as a valid DateTime.")
        hour = hour % 12 + (12 if half == "PM" else 0)
    name = fields.get("name")
    month = _month(name) if name else int(fields["month"] or 0)
    try:
        stamp = datetime(
            int(fields["year"] or 0),
            month,
            int(fields["day"] or 0),
            hour,
            int(fields.get("minute") or 0),
            int(fields.get("second") or 0),
        )
    except ValueError:
        raise TimeError("String was not recognized as a valid DateTime.") from None
    whole = (stamp - datetime.min) // timedelta(seconds=1)
    ticks = int((fields.get("fraction") or "").ljust(7, "0")[:7])
    return within((whole - _offset(fields.get("zone"))) * SECOND + ticks)


def _month(name: str) -> int:
    for number, month in enumerate(_MONTHS, 1):
        if month[:3].lower() == name.lower():
            return number
    raise TimeError("String was not recognized as a valid DateTime.")


def _offset(zone: str | None) -> int:
    """Seconds east of UTC."""
    if not zone or zone in "Zz":
        return 0
    digits = zone[1:].replace(":", "").ljust(4, "0")
    seconds = int(digits[:2]) * 3600 + int(digits[2:]) * 60
    if seconds > 14 * 3600 or int(digits[2:]) > 59:
        raise TimeError("String was not recognized as a valid DateTime.")
    return -seconds if zone[0] == "-" else seconds


def within(moment: int) -> int:
    """`moment`, if it is in the years 1 to 9999. Raises TimeError."""
    if 0 <= moment <= LATEST:
        return moment
    raise TimeError("The added or subtracted value results in an un-representable DateTime.")


def read_duration(source: str) -> int:
    """The ticks of an ISO 8601 duration; as for .NET a year is 365 days and a month 30. Raises TimeError."""
    match = _DURATION.fullmatch(source)
    if match is None:
        raise TimeError(f"The string '{source[:100]}' is not a valid TimeSpan value.")
    fields = {name: int(number or 0) for name, number in match.groupdict().items() if name not in ("sign", "fraction")}
    days = fields["years"] * 365 + fields["months"] * 30 + fields["days"]
    seconds = days * 86_400 + fields["hours"] * 3600 + fields["minutes"] * 60 + fields["seconds"]
    ticks = seconds * SECOND + int((match["fraction"] or "").ljust(7, "0")[:7])
    return -ticks if match["sign"] else ticks


def format_moment(moment: int, pattern: str) -> str:
    """A moment in a standard or custom format. Raises TimeError for a format that .NET refuses."""
    if len(pattern) == 1:
        if pattern not in _STANDARD:
            raise TimeError("Input string was not in a correct format.")
        pattern = _STANDARD[pattern]
    stamp = datetime.min + timedelta(seconds=moment // SECOND)
    parts: list[str] = []
    for match in _CUSTOM.finditer(pattern):
        kind, text = match.lastgroup, match[0]
        if kind == "bad":
            raise TimeError("Input string was not in a correct format.")
        if match["run"]:
            parts.append(_field(stamp, moment % SECOND, match["letter"], len(text), parts))
        elif kind == "percent":
            if match["percent"] in "dfFghHKmMstyz":
                parts.append(_field(stamp, moment % SECOND, match["percent"], 1, parts))
            else:
                parts.append(match["percent"])
        else:
            parts.append(next(group for group in match.groups() if group is not None))
    return "".join(parts)


def _field(stamp: datetime, ticks: int, letter: str, count: int, parts: list[str]) -> str:
    if letter in "fF":
        return _fraction(ticks, letter, count, parts)
    if letter == "d" and count > 2:
        name = _DAYS[stamp.weekday()]
        return name[:3] if count == 3 else name
    if letter == "M" and count > 2:
        name = _MONTHS[stamp.month - 1]
        return name[:3] if count == 3 else name
    if letter == "t":
        half = "AM" if stamp.hour < 12 else "PM"
        return half[:count]
    if letter == "y":
        return str(stamp.year % 100 if count < 3 else stamp.year).zfill(min(count, 100))
    if letter == "K":
        return "Z" * count
    if letter == "z":
        return {1: "+0", 2: "+00"}.get(count, "+00:00")
    if letter == "g":
        return "A.D."
    number = {
        "d": stamp.day,
        "M": stamp.month,
        "h": stamp.hour % 12 or 12,
        "H": stamp.hour,
        "m": stamp.minute,
        "s": stamp.second,
    }[letter]
    return str(number).zfill(min(count, 2))


def _fraction(ticks: int, letter: str, count: int, parts: list[str]) -> str:
    if count > 7:
        raise TimeError("Input string was not in a correct format.")
    digits = str(ticks).zfill(7)[:count]
    if letter == "f":
        return digits
    digits = digits.rstrip("0")
    if not digits and parts and parts[-1] == ".":
        parts.pop()
    return digits
