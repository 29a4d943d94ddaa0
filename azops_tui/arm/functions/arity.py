"""Errors for a wrong number of arguments, in the words of the service."""

from __future__ import annotations

from azops_tui.arm.functions.errors import FunctionError
from azops_tui.arm.functions.registry import TemplateFunction

_ONE_PARAMETER = {"base64", "tolower", "toupper"}
_EXACTLY = {"split", "replace", "trim"}
_AT_LEAST = {"concat", "format", "uniquestring", "guid", "coalesce", "intersection", "union"}
_WORDS = {1: "one", 2: "two"}


def check_arity(function: TemplateFunction, count: int) -> None:
    """Raise FunctionError if `function` does not take `count` arguments."""
    if count < function.minimum or (function.maximum is not None and count > function.maximum):
        raise FunctionError(arity_message(function, count))


def arity_message(function: TemplateFunction, count: int, written_name: str = "") -> str:
    """The service's message about a call of `function` with `count` arguments; functions differ in their wording."""
    name = function.name
    key = name.lower()
    if key == "list*":
        return (
            f"The template language function '{written_name or name}' expects two or three parameters: a resource id, "
            "an api-version and optionally a body. Please see https://aka.ms/arm-function-list for usage details."
        )
    usage = f"Please see https://aka.ms/arm-functions#{name} for usage details."
    if key in _ONE_PARAMETER:
        return f"The template language function '{name}' must have only one parameter. {usage}"
    if key in _EXACTLY:
        return f"The template language function '{name}' expects exactly '{function.minimum}' parameters. {usage}"
    if key in _AT_LEAST:
        return (
            f"Unable to evaluate template language function '{name}'. "
            f"At least {_WORDS[function.minimum]} parameter should be provided. {usage}"
        )
    if key in ("skip", "take"):
        return (
            f"The template language function '{name}' expects exactly two parameters: the collection to {name} the "
            f"objects from as the first parameter and the count of objects to {name} as the second parameter. "
            f"The function was invoked with '{count}' parameter(s). {usage}"
        )
    if key == "length":
        return (
            "The template language function 'length' expects exactly one parameter: an array, object, or a string the "
            f"length of which is returned. The function was invoked with '{count}' parameters. {usage}"
        )
    if key == "padleft":
        return (
            "Unable to evaluate template language function 'padLeft': function requires minimum two and maximum "
            f"three arguments while '{count}' was provided. The syntax is padLeft(string, totalWidth [, paddingChar]). "
            f"{usage}"
        )
    if key == "substring":
        return (
            "The template language function 'substring' expects at least two parameters and up to three parameters: "
            f"a string, a start index and optionally a length. {usage}"
        )
    return (
        f"Unable to evaluate template language function '{name}': function requires {_wanted(function)} argument(s) "
        f"while {count} were provided. Please see https://aka.ms/arm-resource-functions/#{name} for usage details."
    )


def _wanted(function: TemplateFunction) -> str:
    if function.maximum is None:
        return f"at least {function.minimum}"
    if function.minimum == function.maximum:
        return str(function.minimum)
    return f"between {function.minimum} and {function.maximum}"
