"""The table of functions is complete, and each entry says what people need to know."""

from __future__ import annotations

import pytest

from azops_tui.arm.functions import FUNCTIONS
from tests.arm.functions.support import refusal

DOCUMENTED = """
    array base64 base64ToJson base64ToString bool buildUri cidrHost cidrSubnet coalesce concat contains dataUri
    dataUriToString dateTimeAdd dateTimeFromEpoch dateTimeToEpoch empty endsWith externalInput fail filter first flatten
    format groupBy guid indexOf int intersection items join json last lastIndexOf length map mapValues max min newGuid
    objectKeys padLeft parseCidr parseUri range reduce replace shallowMerge skip sort split startsWith string substring
    take toLower toObject toUpper trim union uniqueString uri uriComponent uriComponentToString utcNow
    deployer deployment environment extensionResourceId managementGroup managementGroupResourceId pickZones providers
    reference references resourceGroup resourceId subscription subscriptionResourceId tenant tenantResourceId
    toLogicalZone toLogicalZones toPhysicalZone toPhysicalZones
    add and copyIndex createArray createObject div equals false float greater greaterOrEquals if indexFromEnd lambda
    lambdaVariables less lessOrEquals mod mul not null or parameters sub true tryGet tryIndexFromEnd variables
"""


@pytest.mark.parametrize("name", DOCUMENTED.split())
def test_documented_function_is_there(name: str) -> None:
    assert FUNCTIONS[name.lower()].name == name


def test_entries_describe_themselves() -> None:
    for key, function in FUNCTIONS.items():
        assert key == function.name.lower()
        assert function.maximum is None or function.minimum <= function.maximum
        assert ": " in function.signature, function.name
        assert function.help.endswith("."), function.name
        assert len(function.help) <= 120, function.name


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("base64", (), "The template language function 'base64' must have only one parameter."),
        ("toUpper", ("a", "b"), "The template language function 'toUpper' must have only one parameter."),
        (
            "base64ToString",
            (),
            "Unable to evaluate template language function 'base64ToString': function requires 1 argument(s) while 0",
        ),
        ("endsWith", ("a",), "function requires 2 argument(s) while 1 were provided."),
        ("toObject", ([],), "function requires between 2 and 3 argument(s) while 1 were provided."),
        ("concat", (), "Unable to evaluate template language function 'concat'. At least one parameter should be"),
        ("intersection", ([],), "'intersection'. At least two parameter should be provided."),
        ("replace", ("a", "b"), "The template language function 'replace' expects exactly '3' parameters."),
        ("trim", (), "The template language function 'trim' expects exactly '1' parameters."),
        (
            "skip",
            ("a", 1, 2),
            "expects exactly two parameters: the collection to skip the objects from as the first parameter and the "
            "count of objects to skip as the second parameter. The function was invoked with '3' parameter(s).",
        ),
        ("length", (), "expects exactly one parameter: an array, object, or a string the length of which is returned."),
        ("padLeft", ("a",), "function requires minimum two and maximum three arguments while '1' was provided."),
        (
            "substring",
            ("a",),
            "expects at least two parameters and up to three parameters: a string, a start index and",
        ),
        ("tryGet", ({},), "function requires at least 2 argument(s) while 1 were provided."),
        ("true", (1,), "function requires 0 argument(s) while 1 were provided."),
    ],
)
def test_wrong_number_of_arguments(name: str, arguments: tuple[object, ...], message: str) -> None:
    assert message in refusal(name, *arguments)
