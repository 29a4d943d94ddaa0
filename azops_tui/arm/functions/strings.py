"""Functions that take strings apart and put them together."""

from __future__ import annotations

import re

from azops_tui.arm.functions.errors import FunctionError
from azops_tui.arm.functions.formatting import composite
from azops_tui.arm.functions.hashing import arm_guid, unique_string
from azops_tui.arm.functions.jsontext import JsonError, read_json, text
from azops_tui.arm.functions.registry import function
from azops_tui.arm.functions.values import (
    array_argument,
    bounded_array,
    bounded_text,
    cut,
    fold,
    integer_argument,
    length,
    lower,
    mistyped,
    string_argument,
    two_strings,
    type_name,
    upper,
    usage,
)
from azops_tui.json_types import Json

_WIDEST = 16
"""The service pads to no more characters than this."""
_WHITE = "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
_NONE_OR_ALL = "Either all or none of the parameters must be an array."


@function(
    "concat(arg1, …): string | array",
    "Concatenates strings, integers and booleans, or arrays.",
    partial=True,
)
def concat(*values: Json) -> Json:
    if all(isinstance(value, str) for value in values):
        return _joined("concat", values, "")
    arrays = sum(isinstance(value, list) for value in values)
    if arrays == len(values):
        bounded_array("concat", sum(map(len, values)))
        return [item for value in values for item in value]
    for value in values:
        type_name(value)
    if arrays or any(isinstance(value, dict) for value in values):
        raise FunctionError(
            f"The provided parameters for language function 'concat' are invalid. {_NONE_OR_ALL} {usage('concat')}"
        )
    return _joined("concat", [text(value) for value in values], "")


def _joined(name: str, parts: tuple[str, ...] | list[str], separator: str) -> str:
    bounded_text(name, sum(map(len, parts)) + len(separator) * len(parts))
    return separator.join(parts)


@function("join(inputArray, delimiter): string", "Joins the elements of an array with a delimiter.")
def join(values: Json, delimiter: Json) -> str:
    elements = array_argument("join", values, 0, 2)
    separator = string_argument("join", delimiter, 1, 2)
    return _joined("join", [text(element) for element in elements], separator)


@function(
    "split(inputString, delimiter | delimiters): array",
    "Splits a string at a delimiter or at any of several delimiters.",
)
def split(value: Json, delimiter: Json) -> list[str]:
    """Includes empty parts."""
    if not isinstance(value, str):
        raise _not_a_string("split", 0, value)
    if isinstance(delimiter, str):
        parts = value.split(delimiter) if delimiter else [value]
    elif isinstance(delimiter, list):
        parts = _split_at_any(value, delimiter)
    else:
        raise _split_delimiter(delimiter)
    bounded_array("split", len(parts))
    return parts


def _split_at_any(value: str, delimiters: list[Json]) -> list[str]:
    wrong = next((item for item in delimiters if not isinstance(item, str)), None)
    if wrong is not None:
        raise _split_delimiter(wrong)
    if not delimiters:
        # As .NET has it: no delimiters at all means white space.
        return re.split(f"[{_WHITE}]", value)
    wanted = [re.escape(item) for item in delimiters if item]
    return re.split("|".join(wanted), value) if wanted else [value]


def _split_delimiter(value: Json) -> FunctionError:
    return FunctionError(
        "The template language function 'split' expects its second parameter to be of type 'String or Array of "
        f"Strings'. The provided value is of type '{type_name(value)}'. {usage('split')}"
    )


def _not_a_string(name: str, position: int, value: Json) -> FunctionError:
    return mistyped(name, position, "of type 'String'", value)


@function(
    "replace(originalString, oldString, newString): string",
    "Replaces every occurrence of a text in a string; case-sensitive.",
)
def replace(value: Json, old: Json, new: Json) -> str:
    for position, argument in enumerate((value, old, new)):
        if not isinstance(argument, str):
            raise _not_a_string("replace", position, argument)
    if not old:
        raise FunctionError(
            "Unable to evaluate template language function 'replace': the second parameter is invalid. "
            f"The string to be replaced cannot be empty. {usage('replace')}"
        )
    bounded_text("replace", len(value) + value.count(old) * (len(new) - len(old)))
    return str(value.replace(old, new))


@function(
    "padLeft(valueToPad, totalLength, [paddingCharacter]): string",
    "Pads a string or integer on the left to a width, with spaces or another character.",
)
def pad_left(value: Json, width: Json, padding: Json = " ") -> str:
    if not isinstance(value, str) and type(value) is not int:
        raise _padding("first", f"The source string must be a String or integer type, while '{type_name(value)}'")
    if type(width) is not int:
        raise _padding("second", f"Total width must be an integer, while '{type_name(width)}'")
    if not 0 <= width <= _WIDEST:
        raise _padding(
            "second", f"Total width must be a positive integer value and not greater than '{_WIDEST}', while '{width}'"
        )
    if not isinstance(padding, str):
        raise _padding("third", f"The padding character must be a string type, while '{type_name(padding)}'")
    if length(padding) != 1:
        raise _padding("third", f"The padding character must be a single character, while '{padding}'")
    filled = text(value)
    return padding * (width - length(filled)) + filled


def _padding(which: str, problem: str) -> FunctionError:
    return FunctionError(
        f"Unable to evaluate template language function 'padLeft': the {which} parameter is invalid. {problem} was "
        f"provided. The syntax is padLeft(string, totalWidth [, paddingChar]). {usage('padLeft')}"
    )


@function(
    "substring(stringToParse, startIndex, [length]): string",
    "The part of a string from a position (from 0), with a length or up to the end.",
)
def substring(value: Json, start: Json, count: Json = None) -> str:
    source = string_argument("substring", value, 0, 3)
    begin = integer_argument("substring", start, 1)
    size = length(source)
    if begin < 0:
        raise _outside(f"The index parameter cannot be less than zero. The index: '{begin}'.")
    if begin > size:
        raise _outside(
            "The index parameter cannot be larger than the length of the string. "
            f"The index parameter: '{begin}', the length of the string parameter: '{size}'."
        )
    if count is None:
        return cut(source, begin, size)
    number = integer_argument("substring", count, 2)
    if number < 0:
        raise _outside(f"The length parameter cannot be less than zero. The length parameter: '{number}'.")
    if begin + number > size:
        raise _outside(
            "The index and length parameters must refer to a location within the string. The index parameter: "
            f"'{begin}', the length parameter: '{number}', the length of the string parameter: '{size}'."
        )
    return cut(source, begin, begin + number)


def _outside(problem: str) -> FunctionError:
    return FunctionError(
        f"Unable to evaluate the template language function 'substring'. {problem} {usage('substring')}"
    )


@function("startsWith(stringToSearch, stringToFind): bool", "True if a string starts with a text; ignores case.")
def starts_with(value: Json, wanted: Json) -> bool:
    source, beginning = two_strings("startsWith", value, wanted)
    return fold(source).startswith(fold(beginning))


@function("endsWith(stringToSearch, stringToFind): bool", "True if a string ends with a text; ignores case.")
def ends_with(value: Json, wanted: Json) -> bool:
    source, ending = two_strings("endsWith", value, wanted)
    return fold(source).endswith(fold(ending))


@function("toLower(stringToChange): string", "A string in lower case.")
def to_lower(value: Json) -> str:
    if isinstance(value, str):
        return lower(value)
    raise mistyped("toLower", 0, "of type 'String'", value, 1)


@function("toUpper(stringToChange): string", "A string in upper case.")
def to_upper(value: Json) -> str:
    if isinstance(value, str):
        return upper(value)
    raise mistyped("toUpper", 0, "of type 'String'", value, 1)


@function("trim(stringToTrim): string", "A string without leading and trailing white space.")
def trim(value: Json) -> str:
    if isinstance(value, str):
        return value.strip(_WHITE)
    raise _not_a_string("trim", 0, value)


@function("string(valueToConvert): string", "Any value as a string; objects and arrays as JSON.")
def string(value: Json) -> str:
    return text(value)


@function("json(arg1): any", "Parses JSON text; json('null') is null.")
def json(value: Json) -> Json:
    source = string_argument("json", value)
    try:
        return read_json(source)
    except JsonError as error:
        raise FunctionError(
            "The template language function 'json' parameter is not valid. "
            f"The provided value '{source[:200]}' cannot be parsed: '{error}'. {usage('json')}"
        ) from None


@function(
    "format(formatString, [arg1, …]): string",
    "Formats text with placeholders such as {0}, {1:N0} and {2,10}, as .NET does.",
)
def format_text(pattern: Json, *values: Json) -> str:
    if not isinstance(pattern, str):
        type_name(pattern)
        raise FunctionError(
            "Unable to evaluate language function 'format': the first argument must be a string literal, and the type "
            "of other arguments must be one of 'Array, Boolean, Date, Float, Guid, Integer, Null, Object, String, "
            f"TimeSpan, Undefined, Uri'. {usage('format')}"
        )
    return composite(pattern, values)


@function(
    "uniqueString(baseString, …): string",
    "A 13-character hash of the strings.",
)
def unique(*values: Json) -> str:
    return unique_string(_all_strings("uniqueString", values))


@function(
    "guid(baseString, …): string",
    "A GUID derived from the strings; the same strings give the same GUID.",
)
def guid(*values: Json) -> str:
    return arm_guid(_all_strings("guid", values))


def _all_strings(name: str, values: tuple[Json, ...]) -> list[str]:
    strings = [string_argument(name, value, position, len(values)) for position, value in enumerate(values)]
    bounded_text(name, sum(map(len, strings)))
    return strings


@function("fail(message): error", "Stops the evaluation with a message.")
def fail(message: Json) -> Json:
    raise FunctionError(string_argument("fail", message))
