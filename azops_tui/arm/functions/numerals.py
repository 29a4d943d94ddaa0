"""Numbers in .NET's standard and custom numeric formats, in the invariant culture.

https://learn.microsoft.com/dotnet/standard/base-types/standard-numeric-format-strings and
https://learn.microsoft.com/dotnet/standard/base-types/custom-numeric-format-strings say what they mean.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Context, Decimal
from math import isfinite

from azops_tui.arm.functions.jsontext import float_digits

_STANDARD = re.compile("([A-Za-z])([0-9]{0,9})")
_MOST_DIGITS = 1000
_EXACT = Context(prec=_MOST_DIGITS + 800, rounding=ROUND_HALF_UP)
_CUSTOM = re.compile(r"""'([^']*)'?|"([^"]*)"?|\\(.?)|([eE][+-]?0+)|(.)""", re.DOTALL)


class FormatError(ValueError):
    """A format string that .NET refuses; the message is .NET's."""


def format_number(value: int | float, pattern: str) -> str:
    """A number in a format, as ``N0``, ``X8`` or ``#,##0.00``. Raises FormatError."""
    if isinstance(value, float) and not isfinite(value):
        return {"inf": "Infinity", "-inf": "-Infinity"}.get(str(value), "NaN")
    if not pattern:
        return float_digits(value) if isinstance(value, float) else str(value)
    match = _STANDARD.fullmatch(pattern)
    if match is None:
        return _custom(value, pattern)
    digits = int(match[2]) if match[2] else None
    if digits is not None and digits > _MOST_DIGITS:
        raise FormatError(f"A number can be shown with at most {_MOST_DIGITS} digits here.")
    return _standard(value, match[1], digits)


def _standard(value: int | float, letter: str, digits: int | None) -> str:
    kind = letter.upper()
    if kind in "DXB" and isinstance(value, float):
        raise FormatError("Format specifier was invalid.")
    if kind == "D":
        return ("-" if value < 0 else "") + str(abs(int(value))).zfill(digits or 0)
    if kind in "XB":
        bits = int(value) & 0xFFFFFFFFFFFFFFFF
        shown = f"{bits:b}" if kind == "B" else f"{bits:{letter}}"
        return shown.zfill(digits or 0)
    if kind == "R" and isinstance(value, float):
        return float_digits(value)
    if kind == "G":
        return _general(value, letter, digits)
    number = Decimal(value)
    if kind == "E":
        return _exponential(number, letter, 6 if digits is None else digits)
    places = 2 if digits is None else digits
    if kind == "F":
        return _sign(number) + _fixed(abs(number), places)
    if kind == "N":
        return _sign(number) + _grouped(_fixed(abs(number), places))
    if kind == "C":
        amount = "¤" + _grouped(_fixed(abs(number), places))
        return f"({amount})" if number < 0 else amount
    if kind == "P":
        return f"{_sign(number)}{_grouped(_fixed(abs(number) * 100, places))} %"
    raise FormatError("Format specifier was invalid.")


def _sign(number: Decimal) -> str:
    return "-" if number.is_signed() else ""


def _rounded(number: Decimal, places: int) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-places), context=_EXACT)


def _fixed(number: Decimal, places: int) -> str:
    return f"{_rounded(number, places):f}"


def _grouped(plain: str) -> str:
    whole, point, fraction = plain.partition(".")
    return f"{int(whole):,}{point}{fraction}"


def _exponential(number: Decimal, letter: str, places: int) -> str:
    mantissa, exponent = _mantissa(number, places + 1)
    return f"{_sign(number)}{mantissa}{letter}{'-' if exponent < 0 else '+'}{abs(exponent):03d}"


def _mantissa(number: Decimal, figures: int) -> tuple[str, int]:
    """So many significant figures with the point after the first, and the power of ten."""
    size = abs(number)
    if not size:
        return _fixed(size, figures - 1), 0
    exponent = size.adjusted()
    scaled = _rounded(size.scaleb(-exponent, context=_EXACT), figures - 1)
    if scaled >= 10:
        exponent += 1
        scaled = _rounded(scaled / 10, figures - 1)
    return f"{scaled:f}", exponent


def _general(value: int | float, letter: str, digits: int | None) -> str:
    if not digits:
        return float_digits(value) if isinstance(value, float) else str(value)
    number = Decimal(value)
    mantissa, exponent = _mantissa(number, digits)
    if exponent >= digits or exponent < -5:
        shown = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
        mark = "E" if letter == "G" else "e"
        return f"{_sign(number)}{shown}{mark}{'-' if exponent < 0 else '+'}{abs(exponent):02d}"
    shown = _fixed(abs(number), digits - 1 - exponent)
    return _sign(number) + (shown.rstrip("0").rstrip(".") if "." in shown else shown)


@dataclass
class _Section:
    """One section of a custom format: literals and digit positions."""

    tokens: list[tuple[str, str]] = field(default_factory=list)
    """(kind, text): kind is ``0``, ``#``, ``.``, ``literal`` or ``exponent``."""
    before: int = 0
    """Digit places before the point."""
    first_zero: int | None = None
    after: int = 0
    last_zero: int = 0
    grouped: bool = False
    scale: int = 0
    """Power of ten the number is multiplied by."""
    exponent: bool = False


def _custom(value: int | float, pattern: str) -> str:
    sections = _sections(pattern)
    number = Decimal(value)
    chosen = sections[0]
    signed = True
    if number < 0 and len(sections) > 1 and sections[1].tokens:
        chosen, signed = sections[1], False
    elif number == 0 and len(sections) > 2 and sections[2].tokens:
        chosen = sections[2]
    shown, rounded_to_zero = _filled(chosen, abs(number))
    if rounded_to_zero and number != 0 and len(sections) > 2 and sections[2].tokens:
        return _filled(sections[2], Decimal(0))[0]
    return ("-" if signed and number < 0 and not rounded_to_zero else "") + shown


def _sections(pattern: str) -> list[_Section]:
    sections = [_Section()]
    commas = 0
    point = False
    for match in _CUSTOM.finditer(pattern):
        section = sections[-1]
        character = match[5]
        if match[4] is not None:
            section.tokens.append(("exponent", match[4]))
            section.exponent = True
        elif character is None:
            section.tokens.append(("literal", next(text for text in match.groups()[:3] if text is not None)))
        elif character == ";":
            _close(section, commas)
            sections.append(_Section())
            commas, point = 0, False
        elif character == "," and not point:
            commas += 1 if section.before else 0
        elif character == ".":
            if not point:
                _close(section, commas)
                commas, point = 0, True
                section.tokens.append((".", "."))
        elif character in "0#":
            if commas:
                section.grouped, commas = True, 0
            _place(section, character, point)
        elif character in "%‰":
            section.scale += 2 if character == "%" else 3
            section.tokens.append(("literal", character))
        elif character != ",":
            section.tokens.append(("literal", character))
    _close(sections[-1], commas)
    return sections


def _close(section: _Section, commas: int) -> None:
    """Commas right before the point or the end each divide by a thousand."""
    section.scale -= 3 * commas


def _place(section: _Section, character: str, point: bool) -> None:
    section.tokens.append((character, character))
    if point:
        section.after += 1
        if character == "0":
            section.last_zero = section.after
    else:
        if character == "0" and section.first_zero is None:
            section.first_zero = section.before
        section.before += 1


def _filled(section: _Section, number: Decimal) -> tuple[str, bool]:
    """The section with the digits of a number that is not negative, and whether nothing but zeros was left of it."""
    exponent = 0
    scaled = number.scaleb(section.scale, context=_EXACT)
    if section.exponent and scaled:
        exponent = scaled.adjusted() - (max(section.before, 1) - 1)
        scaled = scaled.scaleb(-exponent, context=_EXACT)
    rounded = _rounded(scaled, min(section.after, _MOST_DIGITS))
    whole, _, fraction = f"{rounded:f}".partition(".")
    whole = whole.lstrip("0")
    least = 0 if section.first_zero is None else section.before - section.first_zero
    whole = whole.zfill(least) if least else whole
    fraction = fraction[: section.last_zero] + fraction[section.last_zero :].rstrip("0")
    return _laid_out(section, whole, fraction, exponent), not rounded


def _laid_out(section: _Section, whole: str, fraction: str, exponent: int) -> str:
    parts: list[str] = []
    left, right = section.before, 0
    point = False
    for kind, text in section.tokens:
        if kind == "literal":
            parts.append(text)
        elif kind == ".":
            point = True
            if not section.before:
                parts.append(_digits(whole, 0, len(whole), section.grouped))
            parts.append("." if fraction else "")
        elif kind == "exponent":
            sign = "-" if exponent < 0 else "+" if "+" in text else ""
            parts.append(f"{text[0]}{sign}{str(abs(exponent)).zfill(text.count('0'))}")
        elif point:
            parts.append(fraction[right : right + 1])
            right += 1
        else:
            # The first place takes all digits that are too many for the others.
            start = 0 if left == section.before else max(len(whole) - left, 0)
            parts.append(_digits(whole, start, max(len(whole) - left + 1, 0), section.grouped))
            left -= 1
    return "".join(parts)


def _digits(whole: str, start: int, end: int, grouped: bool) -> str:
    if not grouped:
        return whole[start:end]
    return "".join(
        whole[at] + ("," if len(whole) - at > 1 and (len(whole) - at - 1) % 3 == 0 else "") for at in range(start, end)
    )
