"""Base64 and data URIs."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error

from azops_tui.arm.functions.errors import FunctionError
from azops_tui.arm.functions.jsontext import JsonError, read_json, write_json
from azops_tui.arm.functions.registry import function
from azops_tui.arm.functions.uris import unescape_bytes
from azops_tui.arm.functions.values import bounded_text, mistyped, string_argument, usage, utf8
from azops_tui.json_types import Json

_SPACE = re.compile("[ \t\r\n]+")
_DATA_URI = re.compile(
    r"data:(?:(?P<type>[\w.+-]+/[\w.+*-]+)(?P<parameters>(?:;[^;,=\s]+=[^;,\s]*)*)|(?:;charset=(?P<charset>[^;,\s]*))?)"
    r"(?P<base64>;base64)?,(?P<data>.*)",
    re.IGNORECASE | re.DOTALL,
)
_CHARSETS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",  # what `dataUri` itself used to write
    "us-ascii": "ascii",
    "iso-8859-1": "latin-1",
    "utf-16": "utf-16-le",
    "utf-16be": "utf-16-be",
    "utf-32": "utf-32-le",
    "utf-32be": "utf-32-be",
}


@function("base64(inputString): string", "The base64 representation of a string in UTF-8.")
def base64(value: Json) -> str:
    if not isinstance(value, str):
        raise mistyped("base64", 0, "of type 'String'", value, 1)
    return _encoded("base64", value)


def _encoded(name: str, value: str) -> str:
    data = utf8(value)
    bounded_text(name, len(data) * 4 // 3)
    return b64encode(data).decode()


@function("base64ToString(base64Value): string", "Decodes base64 to a string.")
def base64_to_string(value: Json) -> str:
    return _decoded("base64ToString", string_argument("base64ToString", value))


def _decoded(name: str, value: str) -> str:
    try:
        return _from_base64(value).decode(errors="replace")
    except (Base64Error, ValueError):
        raise FunctionError(
            f"The template language function '{name}' was invoked with a parameter that is not valid. "
            f"The value cannot be decoded from base64 representation. {usage(name)}"
        ) from None


def _from_base64(value: str) -> bytes:
    """Strict base64 but for white space between; raises ValueError."""
    return b64decode(_SPACE.sub("", value), validate=True)


@function("base64ToJson(base64Value): any", "Decodes base64 to a JSON value.")
def base64_to_json(value: Json) -> Json:
    decoded = _decoded("base64ToJson", string_argument("base64ToJson", value))
    try:
        return read_json(decoded)
    except JsonError as error:
        raise FunctionError(
            "The template language function 'base64ToJson' was invoked with a parameter that is not valid. "
            f"The value cannot be converted to the target type: '{error}'. {usage('base64ToJson')}"
        ) from None


@function("dataUri(stringToConvert): string", "A data URI of a string, or of an object or array as JSON.")
def data_uri(value: Json) -> str:
    if isinstance(value, str):
        return f"data:text/plain;charset=utf-8;base64,{_encoded('dataUri', value)}"
    if isinstance(value, (dict, list)):
        return f"data:application/json;charset=utf-8;base64,{_encoded('dataUri', write_json(value))}"
    raise mistyped("dataUri", 0, "a string", value, 1)


@function("dataUriToString(dataUriToConvert): string", "Decodes a data URI to a string.")
def data_uri_to_string(value: Json) -> str:
    source = string_argument("dataUriToString", value)
    match = _DATA_URI.fullmatch(source)
    if match is None:
        raise FunctionError(
            "The template language function 'dataUriToString' expects its parameter to be formatted as a valid data "
            f"URI. The provided value '{source[:200]}' was not formatted correctly. {usage('dataUriToString')}"
        )
    charset = match["charset"]
    for parameter in (match["parameters"] or "").split(";"):
        name, _, setting = parameter.partition("=")
        if name.lower() == "charset":
            charset = setting
    codec = _CHARSETS.get((charset or "utf-8").lower())
    if codec is None:
        raise FunctionError(
            "The template language function 'dataUriToString' parameter is not valid. "
            f"The provided charset '{charset}' is not supported. {usage('dataUriToString')}"
        )
    try:
        data = _from_base64(match["data"]) if match["base64"] else unescape_bytes(match["data"])
    except (Base64Error, ValueError):
        raise FunctionError(
            "The template language function 'dataUriToString' was invoked with a parameter that is not valid. "
            f"The value cannot be converted to the target type. {usage('dataUriToString')}"
        ) from None
    return data.decode(codec, "replace")
