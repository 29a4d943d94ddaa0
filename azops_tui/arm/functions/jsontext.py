"""JSON text as the service reads and prints it: lenient when read, compact when printed.

The service reads JSON with comments, trailing commas, single quotes and bare keys, and prints it without spaces, with
numbers as .NET spells them.
"""

from __future__ import annotations

import re
from json import JSONDecodeError, loads
from json.encoder import encode_basestring

from azops_tui.arm.functions.errors import FunctionError
from azops_tui.arm.functions.values import LARGEST_TEXT, type_name
from azops_tui.arm.limits import VALUE_DEPTH
from azops_tui.json_types import Json


class JsonError(ValueError):
    """Text that is not JSON, even leniently; the message says what is wrong and where."""


_SPACE = re.compile(r"(?:[\s\ufeff]+|//[^\n\r]*|/\*.*?\*/)+", re.DOTALL)
_NUMBER = re.compile(
    r"[-+]?(?:0[xX][0-9a-fA-F]+|\d+(?P<fraction>\.\d*)?(?P<exponent>[eE][-+]?\d+)?|(?P<point>\.\d+)(?P<power>[eE][-+]?\d+)?)"
)
_WORD = re.compile(r"[A-Za-z_$][\w$-]*")
_PLAIN = {'"': re.compile(r'[^"\\]*'), "'": re.compile(r"[^'\\]*")}
_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", '"': '"', "'": "'", "/": "/", "\\": "\\"}
_WORDS: dict[str, Json] = {"true": True, "false": False, "null": None}
_LONGEST_NUMBER = 400
_LONGEST_LENIENT = 512 * 1024
"""Characters of JSON that is not strict; reading it takes its time, and the service's strings are far shorter."""


def read_json(text: str) -> Json:
    """The value of JSON text, strict or lenient. Raises JsonError."""
    try:
        value = loads(text, parse_constant=_constant, parse_int=_integer)
    except (JSONDecodeError, JsonError, RecursionError) as error:
        if len(text) > _LONGEST_LENIENT:
            raise JsonError(f"The text is not strictly JSON ({error}) and too large to be read leniently.") from None
        return _LenientJsonReader(text).document()
    return value if _shallow(value, VALUE_DEPTH) else _LenientJsonReader(text).document()


def _constant(word: str) -> Json:
    raise JsonError(f"Unexpected character encountered while parsing value: {word[0]}.")


def _integer(digits: str) -> int:
    if len(digits) > _LONGEST_NUMBER:
        raise JsonError("A number is too long to be read.")
    return int(digits)


def _shallow(value: Json, allowed: int) -> bool:
    layer = [value]
    while layer and allowed >= 0:
        layer = [
            item
            for container in layer
            if isinstance(container, (dict, list))
            for item in (container.values() if isinstance(container, dict) else container)
            if isinstance(item, (dict, list))
        ]
        allowed -= 1
    return not layer


class _LenientJsonReader:
    """Reads one text leniently, from its beginning to its end."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def document(self) -> Json:
        value = self.value(0)
        self.space()
        if self.at < len(self.text):
            raise self.error(f"Additional text encountered after finished reading JSON content: {self.text[self.at]}.")
        return value

    def error(self, problem: str) -> JsonError:
        before = self.text[: self.at]
        line = before.count("\n")
        column = self.at - before.rfind("\n") - 1
        return JsonError(f"{problem} Path '', line {line + 1}, position {column + 1}.")

    def space(self) -> None:
        match = _SPACE.match(self.text, self.at)
        if match:
            self.at = match.end()

    def peek(self) -> str:
        self.space()
        return self.text[self.at : self.at + 1]

    def value(self, depth: int) -> Json:
        if depth > VALUE_DEPTH:
            raise self.error(f"The reader's MaxDepth of {VALUE_DEPTH} has been exceeded.")
        first = self.peek()
        if first == "{":
            return self.mapping(depth)
        if first == "[":
            return self.sequence(depth)
        if first in ('"', "'") and first:
            return self.string(first)
        if first and (first.isdigit() or first in "+-."):
            return self.number()
        match = _WORD.match(self.text, self.at)
        if match and match.group() in _WORDS:
            self.at = match.end()
            return _WORDS[match.group()]
        if not first:
            raise self.error("Error reading JToken from JsonReader: unexpected end of the text.")
        raise self.error(f"Unexpected character encountered while parsing value: {first}.")

    def mapping(self, depth: int) -> dict[str, Json]:
        self.at += 1
        result: dict[str, Json] = {}
        while (first := self.peek()) != "}":
            key = self.key(first)
            if self.peek() != ":":
                raise self.error("Invalid character after parsing property name. Expected ':'.")
            self.at += 1
            result[key] = self.value(depth + 1)
            self.separator("}")
        self.at += 1
        return result

    def key(self, first: str) -> str:
        if first in ('"', "'") and first:
            return self.string(first)
        match = _WORD.match(self.text, self.at)
        if match is None:
            raise self.error(f"Invalid property identifier character: {first}.")
        self.at = match.end()
        return match.group()

    def sequence(self, depth: int) -> list[Json]:
        self.at += 1
        result: list[Json] = []
        while self.peek() != "]":
            result.append(self.value(depth + 1))
            self.separator("]")
        self.at += 1
        return result

    def separator(self, closing: str) -> None:
        following = self.peek()
        if following == ",":
            self.at += 1
        elif following != closing:
            raise self.error("After parsing a value an unexpected character was encountered.")

    def string(self, quote: str) -> str:
        self.at += 1
        parts: list[str] = []
        plain = _PLAIN[quote]
        while True:
            match = plain.match(self.text, self.at)
            if match:
                parts.append(match.group())
                self.at = match.end()
            if self.at >= len(self.text):
                raise self.error(f"Unterminated string. Expected delimiter: {quote}.")
            if self.text[self.at] == quote:
                self.at += 1
                return _joined("".join(parts))
            parts.append(self.escape())

    def escape(self) -> str:
        letter = self.text[self.at + 1 : self.at + 2]
        if letter == "u":
            digits = self.text[self.at + 2 : self.at + 6]
            if re.fullmatch("[0-9a-fA-F]{4}", digits) is None:
                raise self.error(f"Invalid Unicode escape sequence: \\u{digits}.")
            self.at += 6
            return chr(int(digits, 16))
        if letter not in _ESCAPES:
            raise self.error(f"Bad JSON escape sequence: \\{letter}.")
        self.at += 2
        return _ESCAPES[letter]

    def number(self) -> int | float:
        match = _NUMBER.match(self.text, self.at)
        if match is None or _WORD.match(self.text, match.end()):
            raise self.error(f"Unexpected character encountered while parsing number: {self.text[self.at]}.")
        digits = match.group()
        if len(digits) > _LONGEST_NUMBER:
            raise self.error("A number is too long to be read.")
        self.at = match.end()
        if any(match.groupdict().values()):
            return float(digits)
        return int(digits, 16) if "x" in digits.lower() else int(digits)


def _joined(text: str) -> str:
    """Two escaped halves of one character, put together."""
    if text.isascii() or not any("\ud800" <= c <= "\udfff" for c in text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


_ALSO_ESCAPED = re.compile("[\x85\u2028\u2029]")


def write_json(value: Json, quote: str = '"') -> str:
    """A value as compact JSON, in one line. Raises FunctionError where it is nested too deeply or far too large."""
    parts: list[str] = []
    _write(value, quote, parts, 0, [LARGEST_TEXT])
    return "".join(parts)


def _write(value: Json, quote: str, parts: list[str], depth: int, left: list[int]) -> None:
    if depth > VALUE_DEPTH or left[0] < 0:
        raise FunctionError("The value is nested too deeply or too large to be printed as JSON.")
    if isinstance(value, str):
        text = _quoted(value, quote)
    elif isinstance(value, bool):
        text = "true" if value else "false"
    elif value is None:
        text = "null"
    elif isinstance(value, int):
        text = str(value)
    elif isinstance(value, float):
        text = float_text(value)
    elif isinstance(value, dict):
        separator = "{"
        for key, item in value.items():
            parts.append(f"{separator}{_quoted(key, quote)}:")
            left[0] -= len(key) + 4
            _write(item, quote, parts, depth + 1, left)
            separator = ","
        text = "}" if value else "{}"
    elif isinstance(value, list):
        separator = "["
        for item in value:
            parts.append(separator)
            _write(item, quote, parts, depth + 1, left)
            separator = ","
        text = "]" if value else "[]"
    else:
        raise FunctionError(f"A value of type '{type_name(value)}' cannot be printed as JSON.")
    parts.append(text)
    left[0] -= len(text) + 1


def _quoted(text: str, quote: str) -> str:
    inner = encode_basestring(text)
    if not text.isascii():
        inner = _ALSO_ESCAPED.sub(lambda match: f"\\u{ord(match.group()):04x}", inner)
    if quote == '"':
        return inner
    return quote + inner[1:-1].replace('\\"', '"').replace(quote, "\\" + quote) + quote


def text(value: Json) -> str:
    """A value as .NET prints it: a string as it is, ``True``, nothing for null, JSON for objects and arrays."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "True" if value else "False"
    if isinstance(value, int):
        return str(value)
    if value is None:
        return ""
    return float_digits(value) if isinstance(value, float) else write_json(value)


def float_text(value: float) -> str:
    """A float as JSON of the service has it: always with a fraction or an exponent, as ``1.0`` or ``1E+20``."""
    text = float_digits(value)
    return text if any(c in text for c in ".EN∞") else text + ".0"


def float_digits(value: float) -> str:
    """A float as .NET prints it by itself: the shortest digits that read back, as ``1``, ``0.5`` or ``1E+20``."""
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "∞" if value > 0 else "-∞"
    text = repr(value)
    mantissa, mark, exponent = text.partition("e")
    if not mark:
        plain = text.removesuffix(".0")
        return _scientific(plain) if len(plain.lstrip("-").partition(".")[0]) == 16 else plain
    return f"{mantissa.removesuffix('.0')}E{exponent[0]}{exponent[1:].zfill(2)}"


def _scientific(plain: str) -> str:
    """Sixteen digits before the point: .NET changes to an exponent one digit before Python does."""
    sign = "-" if plain.startswith("-") else ""
    digits = plain.lstrip("-").replace(".", "")
    fraction = digits[1:].rstrip("0")
    return f"{sign}{digits[0]}{'.' if fraction else ''}{fraction}E+15"
