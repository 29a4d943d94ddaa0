"""What Microsoft's reference of the template language documents: its examples and the values it gives for them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from azops_tui.arm import TemplateError, evaluate, expand

SUBSCRIPTION = "/subscriptions/11111111-1111-1111-1111-111111111111"
GROUP = f"{SUBSCRIPTION}/resourceGroups/examplegroup"
LETTERS = {"one": "a", "two": "b", "three": "c"}
NUMBERS = ["one", "two", "three"]
DOGS = [
    {"name": "Evie", "age": 5, "interests": ["Ball", "Frisbee"]},
    {"name": "Casper", "age": 3, "interests": ["Other dogs"]},
    {"name": "Indy", "age": 2, "interests": ["Butter"]},
    {"name": "Kira", "age": 8, "interests": ["Rubs"]},
]
ENTITIES = {
    "item002": {"enabled": False, "displayName": "Example item 2", "number": 200},
    "item001": {"enabled": True, "displayName": "Example item 1", "number": 300},
}
PARAMETERS: dict[str, Any] = {
    "object": LETTERS,
    "array": NUMBERS,
    "dogs": DOGS,
    "entities": ENTITIES,
    "pair": {"a": "b", "c": "d"},
    "second": {"one": "a", "two": "z", "three": "c"},
    "later": {"three": "c2", "four": "d", "five": "e"},
    "numbers": [0, 3, 2, 5, 4],
    "null": None,
    "deep": {"property": {"one": "a", "two": "b", "three": "c1"}, "nestedArray": [1, 2]},
    "deeper": {"property": {"three": "c2", "four": "d", "five": "e"}, "nestedArray": [3, 4]},
    "base": "2020-04-07 14:53:14Z",
    "address": "http://contoso.com/resources/nested/azuredeploy.json",
}

ARRAYS = [
    ("array(1)", [1]),
    ("array('efgh')", ["efgh"]),
    ("array(parameters('pair'))", [{"a": "b", "c": "d"}]),
    ("concat(createArray('1-1', '1-2'), createArray('2-1'))", ["1-1", "1-2", "2-1"]),
    ("concat('prefix', '-', 'x')", "prefix-x"),
    ("contains('OneTwoThree', 'e')", True),
    ("contains('OneTwoThree', 'z')", False),
    ("contains(parameters('object'), 'one')", True),
    ("contains(parameters('object'), 'ONE')", True),
    ("contains(parameters('object'), 'a')", False),
    ("contains(parameters('array'), 'three')", True),
    ("contains(parameters('array'), 'four')", False),
    ("createArray('a', 'b', 'c')", ["a", "b", "c"]),
    ("createArray(1, 2, 3)", [1, 2, 3]),
    ("createArray(parameters('array'))", [NUMBERS]),
    ("createArray()", []),
    ("empty(createArray())", True),
    ("empty(createObject())", True),
    ("empty('')", True),
    ("first(parameters('array'))", "one"),
    ("first('One Two Three')", "O"),
    ("flatten(createArray(createArray('one', 'two'), createArray('three'), createArray('four')))", [*NUMBERS, "four"]),
    ("indexOf(createArray('one', 'two', 'three', 'two'), 'two')", 1),
    ("lastIndexOf(createArray('one', 'two', 'three', 'two'), 'two')", 3),
    ("indexOf(createArray('one'), 'ONE')", -1),
    ("indexFromEnd(createArray('apple', 'orange', 'banana'), 1)", "banana"),
    ("tryIndexFromEnd(createArray('apple', 'orange', 'banana'), 4)", None),
    ("intersection(parameters('object'), parameters('second'))", {"one": "a", "three": "c"}),
    ("intersection(parameters('array'), createArray('two', 'three'))", ["two", "three"]),
    ("last(parameters('array'))", "three"),
    ("last('One Two Three')", "e"),
    ("length(parameters('array'))", 3),
    ("length('One Two Three')", 13),
    ("max(parameters('numbers'))", 5),
    ("max(0, 3, 2, 5, 4)", 5),
    ("min(parameters('numbers'))", 0),
    ("min(0, 3, 2, 5, 4)", 0),
    ("range(5, 3)", [5, 6, 7]),
    ("range(0, 0)", []),
    ("skip(parameters('array'), 2)", ["three"]),
    ("skip('one two three', 4)", "two three"),
    ("take(parameters('array'), 2)", ["one", "two"]),
    ("take('one two three', 2)", "on"),
    ("take(parameters('array'), 9)", NUMBERS),
    ("skip(parameters('array'), 9)", []),
    ("take(parameters('array'), -1)", []),
    ("tryGet(parameters('object'), 'two')", "b"),
    ("tryGet(parameters('object'), 'nine')", None),
    ("tryGet(parameters('array'), 9)", None),
    ("union(parameters('array'), createArray('three', 'four'))", [*NUMBERS, "four"]),
    (
        "union(parameters('object'), parameters('later'))",
        {"one": "a", "two": "b", "three": "c2", "four": "d", "five": "e"},
    ),
    (
        "union(parameters('deep'), parameters('deeper'))",
        {"property": {"one": "a", "two": "b", "three": "c2", "four": "d", "five": "e"}, "nestedArray": [3, 4]},
    ),
    (
        "union(createArray(createArray('one', 'two'), createArray('three')), "
        "createArray(createArray('three'), createArray('four', 'two')))",
        [["one", "two"], ["three"], ["four", "two"]],
    ),
]
OBJECTS = [
    (
        "createObject('intProp', 1, 'boolProp', true(), 'arrayProp', createArray('a'), 'o', createObject('k', 'v'))",
        {"intProp": 1, "boolProp": True, "arrayProp": ["a"], "o": {"k": "v"}},
    ),
    (
        "items(parameters('entities'))",
        [
            {"key": "item001", "value": ENTITIES["item001"]},
            {"key": "item002", "value": ENTITIES["item002"]},
        ],
    ),
    ("empty(json('null'))", True),
    ("empty(null())", True),
    ('json(\'{"a": "b"}\')', {"a": "b"}),
    ("json('\"test\"')", "test"),
    ("json('true')", True),
    ("json('3')", 3),
    ("json('[1,2,3 ]')", [1, 2, 3]),
    ("json(concat('{\"a\": \"', 'demo value', '\"}'))", {"a": "demo value"}),
    ("length(parameters('pair'))", 2),
    ("objectKeys(createObject('b', 1, 'a', 2))", ["a", "b"]),
    ("shallowMerge(createArray(createObject('foo', 'foo'), createObject('bar', 'bar')))", {"foo": "foo", "bar": "bar"}),
]
NETWORKS = [
    (
        "parseCidr('10.144.0.0/20')",
        {
            "network": "10.144.0.0",
            "netmask": "255.255.240.0",
            "broadcast": "10.144.15.255",
            "firstUsable": "10.144.0.1",
            "lastUsable": "10.144.15.254",
            "cidr": 20,
        },
    ),
    (
        "parseCidr('fdad:3236:5555::/48')",
        {
            "network": "fdad:3236:5555::",
            "netmask": "ffff:ffff:ffff::",
            "firstUsable": "fdad:3236:5555::",
            "lastUsable": "fdad:3236:5555:ffff:ffff:ffff:ffff:ffff",
            "cidr": 48,
        },
    ),
    (
        "map(range(0, 5), lambda('i', cidrSubnet('10.144.0.0/20', 24, lambdaVariables('i'))))",
        [f"10.144.{index}.0/24" for index in range(5)],
    ),
    (
        "map(range(0, 3), lambda('i', cidrSubnet('fdad:3236:5555::/48', 52, lambdaVariables('i'))))",
        ["fdad:3236:5555::/52", "fdad:3236:5555:1000::/52", "fdad:3236:5555:2000::/52"],
    ),
    (
        "map(range(0, 5), lambda('i', cidrHost('10.144.3.0/24', lambdaVariables('i'))))",
        [f"10.144.3.{index}" for index in range(1, 6)],
    ),
    (
        "map(range(0, 2), lambda('i', cidrHost('fdad:3236:5555:3000::/52', lambdaVariables('i'))))",
        ["fdad:3236:5555:3000::1", "fdad:3236:5555:3000::2"],
    ),
]
COMPARISONS = [
    ("coalesce(parameters('null'), null(), 'default')", "default"),
    ("coalesce(null(), 1)", 1),
    ("coalesce(parameters('null'), parameters('null'))", None),
    ("equals(1, 1)", True),
    ("equals('demo', 'demo')", True),
    ("equals(createArray('a', 'b'), createArray('a', 'b'))", True),
    ("equals(createObject('a', 'b'), createObject('a', 'b'))", True),
    ("equals('a', 'A')", False),
    ("greater(1, 2)", False),
    ("greater('A', 'a')", True),
    ("greaterOrEquals(1, 2)", False),
    ("greaterOrEquals('A', 'a')", True),
    ("less(1, 2)", True),
    ("less('A', 'a')", False),
    ("lessOrEquals(1, 2)", True),
    ("lessOrEquals('A', 'a')", False),
    ("and(bool('true'), bool('false'))", False),
    ("or(bool('true'), bool('false'))", True),
    ("not(bool('true'))", False),
    ("not(equals(1, 2))", True),
    ("bool('true')", True),
    ("bool('FALSE')", False),
    ("bool(1)", True),
    ("bool(0)", False),
    ("if(equals('a', 'a'), 'yes', 'no')", "yes"),
    ("true()", True),
    ("false()", False),
]
TIMES = [
    ("dateTimeAdd(parameters('base'), 'P3Y')", "4/7/2023 2:53:14 PM"),
    ("dateTimeAdd(parameters('base'), '-P9D')", "3/29/2020 2:53:14 PM"),
    ("dateTimeAdd(parameters('base'), 'PT1H')", "4/7/2020 3:53:14 PM"),
    ("dateTimeToEpoch(dateTimeAdd('2022-03-23 00:57:22Z', 'P1Y'))", 1679533042),
    ("dateTimeFromEpoch(1679533042)", "2023-03-23T00:57:22Z"),
    ("utcNow()", "20190305T175318Z"),
    ("utcNow('d')", "03/05/2019"),
    ("utcNow('M d')", "3 5"),
    ("utcNow('u')", "2019-03-05 17:53:18Z"),
]
LAMBDAS = [
    (
        "filter(parameters('dogs'), lambda('dog', greaterOrEquals(lambdaVariables('dog').age, 5)))",
        [DOGS[0], DOGS[3]],
    ),
    ("filter(range(0, 10), lambda('i', equals(0, mod(lambdaVariables('i'), 2))))", [0, 2, 4, 6, 8]),
    ("filter(range(0, 5), lambda('v', 'i', less(lambdaVariables('i'), 2)))", [0, 1]),
    ("map(parameters('dogs'), lambda('dog', lambdaVariables('dog').name))", ["Evie", "Casper", "Indy", "Kira"]),
    (
        "map(range(0, 2), lambda('i', createObject('i', lambdaVariables('i'), 'greeting', "
        "format('Ahoy, {0}!', parameters('dogs')[lambdaVariables('i')].name))))",
        [{"i": 0, "greeting": "Ahoy, Evie!"}, {"i": 1, "greeting": "Ahoy, Casper!"}],
    ),
    (
        "reduce(map(parameters('dogs'), lambda('dog', lambdaVariables('dog').age)), 1, "
        "lambda('cur', 'next', add(lambdaVariables('cur'), lambdaVariables('next'))))",
        19,
    ),
    (
        "reduce(createArray(createObject('foo', 123), createObject('bar', 456)), createObject(), "
        "lambda('cur', 'next', union(lambdaVariables('cur'), lambdaVariables('next'))))",
        {"foo": 123, "bar": 456},
    ),
    (
        "sort(parameters('dogs'), lambda('a', 'b', less(lambdaVariables('a').age, lambdaVariables('b').age)))",
        [DOGS[2], DOGS[1], DOGS[0], DOGS[3]],
    ),
    (
        "toObject(parameters('dogs'), lambda('entry', lambdaVariables('entry').name), "
        "lambda('entry', lambdaVariables('entry').age))",
        {"Evie": 5, "Casper": 3, "Indy": 2, "Kira": 8},
    ),
    ("toObject(parameters('dogs'), lambda('entry', lambdaVariables('entry').name)).indy.age", 2),
    (
        "groupBy(createArray('foo', 'bar', 'baz'), lambda('x', substring(lambdaVariables('x'), 0, 1)))",
        {"f": ["foo"], "b": ["bar", "baz"]},
    ),
    ("mapValues(createObject('foo', 'foo'), lambda('val', toUpper(lambdaVariables('val'))))", {"foo": "FOO"}),
]
MATHS = [
    ("add(5, 3)", 8),
    ("sub(7, 3)", 4),
    ("mul(5, 3)", 15),
    ("div(8, 3)", 2),
    ("div(-8, 3)", -2),
    ("mod(7, 3)", 1),
    ("mod(-7, 3)", -1),
    ("int('4')", 4),
    ("float('1.5')", 1.5),
]
TEXTS = [
    ("base64('one, two, three')", "b25lLCB0d28sIHRocmVl"),
    ("base64ToString('b25lLCB0d28sIHRocmVl')", "one, two, three"),
    ("base64ToJson(base64('{''one'': ''a'', ''two'': ''b''}'))", {"one": "a", "two": "b"}),
    ("dataUriToString('data:;base64,SGVsbG8sIFdvcmxkIQ==')", "Hello, World!"),
    ("endsWith('abcdef', 'ef')", True),
    ("endsWith('abcdef', 'F')", True),
    ("endsWith('abcdef', 'e')", False),
    ("startsWith('abcdef', 'ab')", True),
    ("startsWith('abcdef', 'A')", True),
    ("startsWith('abcdef', 'e')", False),
    (
        "format('{0}, {1}. Formatted number: {2:N0}', 'Hello', 'User', 8175133)",
        "Hello, User. Formatted number: 8,175,133",
    ),
    ("indexOf('test', 't')", 0),
    ("lastIndexOf('test', 't')", 3),
    ("indexOf('abcdef', 'CD')", 2),
    ("lastIndexOf('abcdef', 'AB')", 0),
    ("indexOf('abcdef', 'z')", -1),
    ("join(createArray('one', 'two', 'three'), ',')", "one,two,three"),
    ("join(createArray('one', 'two', 'three'), ';')", "one;two;three"),
    ("padLeft('123', 10, '0')", "0000000123"),
    ("replace('123-123-1234', '-', '')", "1231231234"),
    ("replace('123-123-1234', '1234', 'xxxx')", "123-123-xxxx"),
    ("split('one,two,three', ',')", NUMBERS),
    ("split('one;two,three', createArray(',', ';'))", NUMBERS),
    ("string(createArray('a', 'b', 'c'))", '["a","b","c"]'),
    ("string(createObject('valueA', 10, 'valueB', 'Example Text'))", '{"valueA":10,"valueB":"Example Text"}'),
    ("string(5)", "5"),
    ("string(true())", "True"),
    ("substring('one two three', 4, 3)", "two"),
    ("toLower('One Two Three')", "one two three"),
    ("toUpper('One Two Three')", "ONE TWO THREE"),
    ("trim('    one two three   ')", "one two three"),
    ("uri('http://contoso.com/resources/', 'nested/azuredeploy.json')", PARAMETERS["address"]),
    ("uri('http://contoso.org/firstpath', 'myscript.sh')", "http://contoso.org/myscript.sh"),
    ("uri('http://contoso.org/firstpath/', 'myscript.sh')", "http://contoso.org/firstpath/myscript.sh"),
    ("uri('http://contoso.org/firstpath/azuredeploy.json', 'myscript.sh')", "http://contoso.org/firstpath/myscript.sh"),
    ("uri('http://contoso.org/firstpath/azuredeploy.json', '/myscript.sh')", "http://contoso.org/myscript.sh"),
    ("uriComponent(parameters('address'))", "http%3A%2F%2Fcontoso.com%2Fresources%2Fnested%2Fazuredeploy.json"),
    ("uriComponentToString(uriComponent(parameters('address')))", PARAMETERS["address"]),
]
PLACES = [
    (
        "resourceId('Microsoft.Storage/storageAccounts', 'examplestorage')",
        f"{GROUP}/providers/Microsoft.Storage/storageAccounts/examplestorage",
    ),
    (
        "resourceId('otherResourceGroup', 'Microsoft.Storage/storageAccounts', 'examplestorage')",
        f"{SUBSCRIPTION}/resourceGroups/otherResourceGroup/providers/Microsoft.Storage/storageAccounts/examplestorage",
    ),
    (
        "resourceId('22222222-2222-2222-2222-222222222222', 'otherResourceGroup', "
        "'Microsoft.Storage/storageAccounts', 'examplestorage')",
        "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/otherResourceGroup/providers/"
        "Microsoft.Storage/storageAccounts/examplestorage",
    ),
    (
        "resourceId('Microsoft.SQL/servers/databases', 'serverName', 'databaseName')",
        f"{GROUP}/providers/Microsoft.SQL/servers/serverName/databases/databaseName",
    ),
    (
        "subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'b24988ac')",
        f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/b24988ac",
    ),
    (
        "tenantResourceId('Microsoft.Authorization/policyDefinitions', 'x')",
        "/providers/Microsoft.Authorization/policyDefinitions/x",
    ),
    (
        "managementGroupResourceId('mg', 'Microsoft.Authorization/policyDefinitions', 'x')",
        "/providers/Microsoft.Management/managementGroups/mg/providers/Microsoft.Authorization/policyDefinitions/x",
    ),
    (
        "extensionResourceId(resourceId('My.Rp/things', 'a'), 'Microsoft.Authorization/locks', 'l')",
        f"{GROUP}/providers/My.Rp/things/a/providers/Microsoft.Authorization/locks/l",
    ),
    ("resourceGroup().name", "examplegroup"),
    ("resourceGroup().id", GROUP),
    ("resourceGroup().type", "Microsoft.Resources/resourceGroups"),
    ("subscription().id", SUBSCRIPTION),
    ("environment().suffixes.storage", "core.windows.net"),
    ("environment().resourceManager", "https://management.azure.com/"),
    ("environment().name", "AzureCloud"),
]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [*ARRAYS, *OBJECTS, *NETWORKS, *COMPARISONS, *TIMES, *LAMBDAS, *MATHS, *TEXTS, *PLACES],
    ids=lambda value: value[:60] if isinstance(value, str) else "",
)
def test_function(expression: str, expected: Any) -> None:
    value = evaluate(
        f"[{expression}]",
        parameters=PARAMETERS,
        scope=GROUP,
        clock=lambda: datetime(2019, 3, 5, 17, 53, 18, tzinfo=UTC),
    )
    assert value == expected
    assert type(value) is type(expected)


MEMBERS: dict[str, Any] = {"foo": {"type": "string", "minLength": 3}, "bar": {"type": "int", "minValue": 0}}
OPTIONAL = {name: {**schema, "nullable": True} for name, schema in MEMBERS.items()}
TUPLE: dict[str, Any] = {"type": "array", "prefixItems": [{"type": "int"}, {"type": "bool"}]}
UNION = {
    "type": "object",
    "discriminator": {
        "propertyName": "type",
        "mapping": {
            "ints": {"type": "object", "additionalProperties": {"type": "int"}},
            "strings": {"type": "object", "additionalProperties": {"type": "string"}},
        },
    },
}
DEFINITIONS: list[tuple[dict[str, Any], list[Any], list[Any]]] = [
    (
        {"type": "object", "properties": MEMBERS},
        [{"foo": "string", "bar": 1}, {"foo": "string", "bar": 1, "fizz": "buzz"}],
        [{"foo": "string", "bar": -1}, {"foo": "", "bar": 1}, {"foo": "string"}, {"bar": 1}],
    ),
    ({"type": "object", "properties": OPTIONAL}, [{}, {"foo": None}], [{"foo": "a"}]),
    (
        {"type": "object", "properties": OPTIONAL, "additionalProperties": {"type": "string"}},
        [{"fizz": "buzz", "foo": "bar"}],
        [{"property": 1}],
    ),
    (
        {"type": "object", "properties": MEMBERS, "additionalProperties": False},
        [{"foo": "string", "bar": 1}],
        [{"foo": "string", "bar": 1, "fizz": "buzz"}],
    ),
    (
        UNION,
        [{"type": "ints", "foo": 1, "bar": 2}, {"type": "strings", "fizz": "buzz", "pop": "goes"}],
        [{"type": "ints", "fizz": "buzz"}, {"type": "other"}, {}],
    ),
    (TUPLE, [[1, True], [1, True, 1], [1, True, False, "foo"]], [[1, "string"], [1]]),
    ({**TUPLE, "items": {"type": "int"}}, [[1, True, 1], [1, True, 1, 1]], [[1, True, "foo"]]),
    ({"type": "array", "items": {"type": "int"}}, [[1, 2], [1]], [["foo"]]),
    ({**TUPLE, "items": False}, [[1, True]], [[1, True, 1]]),
    ({"type": "string", "allowedValues": ["one", "two"]}, ["one"], ["three"]),
    ({"type": "int", "minValue": 1, "maxValue": 12}, [1, 12], [0, 13]),
]


@pytest.mark.parametrize(("schema", "accepted", "refused"), DEFINITIONS)
def test_definition(schema: dict[str, Any], accepted: list[Any], refused: list[Any]) -> None:
    template = {
        "languageVersion": "2.0",
        "definitions": {"d": schema},
        "parameters": {"p": {"$ref": "#/definitions/d"}},
        "resources": {},
        "outputs": {"o": {"$ref": "#/definitions/d", "value": "[parameters('p')]"}},
    }
    for value in accepted:
        assert expand(template, {"p": {"value": value}}, scope=GROUP).outputs["o"]["value"] == value
    for value in refused:
        with pytest.raises(TemplateError, match="template parameter 'p'"):
            expand(template, {"p": {"value": value}}, scope=GROUP)


def test_variables_and_outputs_in_loops() -> None:
    disks = {"name": "disks", "count": 2, "input": {"name": "[concat('disk', copyIndex('disks', 1))]"}}
    template = {
        "variables": {
            "copy": [{"name": "names", "count": 2, "input": "[concat('item', copyIndex('names', 1))]"}],
            "machine": {"size": "s", "copy": [disks]},
        },
        "resources": [],
        "outputs": {
            "names": {"type": "array", "value": "[variables('names')]"},
            "machine": {"type": "object", "value": "[variables('machine')]"},
            "looped": {"type": "array", "copy": {"count": 3, "input": "[copyIndex()]"}},
        },
    }
    values = {name: output["value"] for name, output in expand(template, scope=GROUP).outputs.items()}
    assert values == {
        "names": ["item1", "item2"],
        "machine": {"size": "s", "disks": [{"name": "disk1"}, {"name": "disk2"}]},
        "looped": [0, 1, 2],
    }


@pytest.mark.parametrize(
    "expression",
    ["lambda('x', 1)", "array(lambda('x', 1))", "if(true(), lambda('x', 1), 2)", "createObject('a', lambda('x', 1))"],
)
def test_a_lambda_stands_only_in_functions_that_take_one(expression: str) -> None:
    with pytest.raises(TemplateError, match="'lambda' is not expected at this location"):
        evaluate(f"[{expression}]")


@pytest.mark.parametrize("used", [True, False])
def test_a_wrong_variable_is_told_with_its_own_place(used: bool) -> None:
    template = """{
      "variables": {
        "good": 1,
        "bad": {"inside": ["[div(1, 0)]"]}
      },
      "resources": [{"type": "My.Rp/things", "apiVersion": "2020-01-01", "name": "a", "properties": {"x": "VALUE"}}]
    }""".replace("VALUE", "[variables('bad')]" if used else "")
    with pytest.raises(TemplateError) as caught:
        expand(template, scope=GROUP)
    error = caught.value
    assert (error.code, error.line, error.target) == ("InvalidTemplate", 4, "variables.bad.inside[0]")
    assert error.message.startswith(
        "Deployment template validation failed: 'The template variable 'bad' is not valid: "
    )
    assert error.message.endswith(". Please see https://aka.ms/arm-template-expressions for usage details.'.")
    assert error.as_error()["additionalInfo"][0]["info"]["path"] == "variables.bad.inside[0]"


def test_a_variable_may_wait_for_a_parameter_that_is_not_known() -> None:
    template = {
        "parameters": {"n": {"type": "int"}},
        "variables": {"copy": [{"name": "list", "count": "[parameters('n')]", "input": 1}]},
        "resources": [],
    }
    assert expand(template, scope=GROUP, allow_missing=True).resources == ()
