"""Templates and parameters that the service refuses: code, words and place."""

from __future__ import annotations

from typing import Any

import pytest

from azops_tui.arm import TemplateError, evaluate, expand, merge_parameters, read

SCOPE = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg"


def with_parameter(
    definition: dict[str, Any], *value: Any, definitions: dict[str, Any] | None = None
) -> dict[str, Any]:
    """The echoed parameter ``p`` of a template that declares it so."""
    template = {"parameters": {"p": definition}, "definitions": definitions or {}, "resources": []}
    given = {"p": {"value": value[0]}} if value else {}
    echoed: dict[str, Any] = expand(template, given, scope=SCOPE).parameters
    return echoed


def refusal(definition: dict[str, Any], *value: Any, definitions: dict[str, Any] | None = None) -> str:
    with pytest.raises(TemplateError) as raised:
        with_parameter(definition, *value, definitions=definitions)
    assert raised.value.code == "InvalidTemplate"
    assert raised.value.message.startswith("Deployment template validation failed: '")
    return raised.value.message


def test_a_missing_parameter_is_told_as_the_service_tells_it() -> None:
    body = '{\n  "properties": {\n    "template": {\n      "parameters": {\n        "extra": {"type": "string"}\n}}}}'
    template = read(body).part("properties", "template")
    with pytest.raises(TemplateError) as raised:
        expand(template, {}, scope=SCOPE)
    assert raised.value.as_error() == {
        "code": "InvalidTemplate",
        "message": "Deployment template validation failed: 'The value for the template parameter 'extra' at line '5' "
        "and column '18' is not provided. Please see https://aka.ms/arm-create-parameter-file for usage details.'.",
        "additionalInfo": [
            {
                "type": "TemplateViolation",
                "info": {"lineNumber": 5, "linePosition": 18, "path": "properties.template.parameters.extra"},
            }
        ],
    }


@pytest.mark.parametrize(
    ("definition", "value", "words"),
    [
        ({"type": "string"}, 1, "Expected a value of type 'String', but received a value of type 'Integer'"),
        ({"type": "int"}, "1", "Expected a value of type 'Integer', but received a value of type 'String'"),
        ({"type": "int"}, True, "but received a value of type 'Boolean'"),
        ({"type": "bool"}, 1, "Expected a value of type 'Boolean'"),
        ({"type": "object"}, [], "Expected a value of type 'Object', but received a value of type 'Array'"),
        (
            {"type": "array"},
            None,
            "The value for the template parameter 'p'",
        ),
        ({"type": "securestring"}, {}, "Expected a value of type 'String', but received a value of type 'Object'"),
        ({"type": "string", "allowedValues": ["a", "b"]}, "c", "is not part of the allowed value(s): 'a,b'"),
        ({"type": "array", "allowedValues": ["a", "b"]}, ["a", "c"], "is not part of the allowed value(s)"),
        ({"type": "int", "minValue": 3}, 2, "should be greater than or equal to '3'"),
        ({"type": "int", "maxValue": 3}, 4, "should be less than or equal to '3'"),
        ({"type": "string", "minLength": 3}, "ab", "Length of the value should be greater than or equal to '3'"),
        ({"type": "array", "maxLength": 1}, [1, 2], "Length of the value should be less than or equal to '1'"),
        ({"type": "array", "items": {"type": "int"}}, [1, "x"], "at '[1]'"),
        ({"type": "array", "prefixItems": [{"type": "int"}], "items": False}, [1, 2], "'[1]' is not allowed"),
        ({"type": "object", "properties": {"a": {"type": "int"}}}, {}, "The property 'a' is required"),
        ({"type": "object", "properties": {"a": {"type": "int"}}}, {"A": "x"}, "at 'a'"),
        ({"type": "object", "additionalProperties": False}, {"a": 1}, "The property 'a' is not allowed"),
        ({"type": "object", "additionalProperties": {"type": "int"}}, {"a": "x"}, "at 'a'"),
        ({"$ref": "#/definitions/short"}, "too long", "should be less than or equal to '3'"),
        ({"$ref": "#/definitions/pet"}, {"kind": "fish"}, "must be one of 'cat', 'dog'"),
        ({"$ref": "#/definitions/pet"}, {"kind": "cat"}, "The property 'lives' is required"),
        ({"$ref": "#/definitions/nowhere"}, 1, "is not found"),
        ({"$ref": "#/definitions/round"}, 1, "refers to itself in a circle: round -> trip -> round"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(definition: dict[str, Any], value: Any, words: str) -> None:
    definitions = {
        "short": {"type": "string", "maxLength": 3},
        "round": {"$ref": "#/definitions/trip"},
        "trip": {"$ref": "#/definitions/round"},
        "pet": {
            "type": "object",
            "discriminator": {
                "propertyName": "kind",
                "mapping": {
                    "cat": {"type": "object", "properties": {"lives": {"type": "int"}}},
                    "dog": {"type": "object", "properties": {"kind": {"type": "string"}}},
                },
            },
        },
    }
    assert words in refusal(definition, value, definitions=definitions)


@pytest.mark.parametrize(
    ("definition", "value"),
    [
        ({"type": "String", "allowedValues": ["Standard_LRS"]}, "standard_lrs"),
        ({"type": "array", "allowedValues": ["a", "b"]}, ["b"]),
        ({"type": "string", "nullable": True}, None),
        ({"$ref": "#/definitions/tree"}, {"child": {"child": None}}),
        ({"$ref": "#/definitions/tree"}, {"child": {}}),
        ({"type": "object", "properties": {"a": {"type": "int", "nullable": True}}}, {}),
    ],
)
def test_a_value_that_fits_is_echoed(definition: dict[str, Any], value: Any) -> None:
    tree = {"type": "object", "properties": {"child": {"$ref": "#/definitions/tree", "nullable": True}}}
    assert with_parameter(definition, value, definitions={"tree": tree})["p"]["value"] == value


def test_a_default_may_use_other_parameters_and_is_checked_too() -> None:
    template = {
        "parameters": {
            "a": {"type": "string", "defaultValue": "[concat(parameters('B'), '!')]"},
            "b": {"type": "string", "defaultValue": "x"},
        }
    }
    assert expand(template, scope=SCOPE).parameters["a"]["value"] == "x!"
    assert "'String'" in refusal({"type": "int", "defaultValue": "x"})


def test_a_parameter_that_the_template_does_not_have_is_refused() -> None:
    with pytest.raises(TemplateError, match="'other, third' in the parameters file are not valid") as raised:
        expand({"parameters": {"p": {"type": "int"}}}, {"other": {"value": 1}, "third": {"value": 1}}, scope=SCOPE)
    assert "supported parameters for this template are 'p'" in raised.value.message


def test_parameter_files_are_merged_later_ones_first() -> None:
    file = {"$schema": "s", "contentVersion": "1.0.0.0", "parameters": {"a": {"value": 1}, "b": {"value": 2}}}
    merged = merge_parameters([file, {"B": {"value": 3}}])
    template = {"parameters": {"a": {"type": "int"}, "b": {"type": "int"}}}
    assert [item["value"] for item in expand(template, merged, scope=SCOPE).parameters.values()] == [1, 3]
    assert expand(template, file, scope=SCOPE).parameters["b"]["value"] == 2


def test_without_values_a_plan_can_still_be_made() -> None:
    template = {
        "parameters": {"n": {"type": "string"}},
        "resources": [{"type": "A.B/c", "apiVersion": "1", "name": "[concat(parameters('n'), '-x')]"}],
    }
    found = expand(template, scope=SCOPE, allow_missing=True)
    assert [resource.name for resource in found.resources] == ["[concat(parameters('n'), '-x')]"]


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("[nothing()]", "The template function 'nothing' is not valid"),
        ("[my.nothing()]", "The template function 'my.nothing' is not valid"),
        ("[concat('a'", "[concat('a'"),
        ("[parameters('x')]", "The template parameter 'x' is not found"),
        ("[variables('x')]", "The template variable 'x' is not found"),
        ("[createObject('a', 1, 'b', 2).c]", "property 'c' doesn't exist, available properties are 'a, b'"),
        ("[createArray(1)[1]]", "array index '1' is out of bounds"),
        ("[createArray(1)['a']]", "array index must be an integer"),
        ("[add(1, 2).x]", "property 'x' can't be evaluated"),
        ("[if(1, 2, 3)]", "'if' expects its first parameter to be of type 'Boolean'"),
        ("[and(true(), 1)]", "'and' expects its parameters to be of type 'Boolean'"),
        ("[add(1)]", "'add'"),
        ("[lambdaVariables('x')]", "The lambda variable 'x' is not found"),
        ("[map(createArray(1), lambda(1, 2))]", "names of variables"),
        ("[reference('x')]", "could not find template resource"),
        (
            "[concat(]",
            "Unable to parse language expression 'concat(': expected token 'Identifier' and actual 'EndOfData'",
        ),
        ("[concat('a' 'b')]", "expected token 'RightParenthesis' and actual 'Literal'"),
        ("[#]", "The language expression '#' is not valid: the string character '#' at position '0' is not expected."),
        ("[concat('a)]", "the string character ''' at position '7' is not expected"),
        ("[add(99999999999999999999, 1)]", "out of range"),
        ("[add(9223372036854775807, 1)]", "add"),
    ],
)
def test_an_expression_that_cannot_be_evaluated(expression: str, words: str) -> None:
    if not expression.endswith("]"):
        assert evaluate(expression) == words
        return
    with pytest.raises(TemplateError) as raised:
        evaluate(expression)
    assert words in raised.value.message
    assert raised.value.expression == expression


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("plain", "plain"),
        ("[[x]", "[x]"),
        ("[[x", "[[x"),
        ("[x] y", "[x] y"),
        ("[ 'a' ]", "a"),
        ("[-1]", -1),
        ("['it''s']", "it's"),
        ("[\n\tnull()\n]", None),
    ],
)
def test_texts_and_what_they_stand_for(text: str, value: Any) -> None:
    assert evaluate(text) == value


def test_an_error_in_a_body_names_resource_line_expression_and_function() -> None:
    text = (
        '{"resources": [\n{"type": "A.B/c", "apiVersion": "1", "name": "a",\n "properties": {"x":\n  "[div(1, 0)]"}}]}'
    )
    with pytest.raises(TemplateError) as raised:
        expand(text, scope=SCOPE)
    error = raised.value
    assert "Unable to process template language expressions for resource" in error.message
    assert "A.B/c/a' at line '2' and column '1'" in error.message
    assert (error.line, error.column) == (4, 15)
    assert (error.expression, error.function) == ("[div(1, 0)]", "div")
    assert error.target == "resources[0].properties.x"


def test_an_error_in_a_variable_is_told_where_the_variable_stands() -> None:
    output = '{"o": {"type": "int", "value": "[variables(\'v\')]"}}'
    text = '{"variables": {"v":\n "[div(1, 0)]"}, "resources": [], "outputs": ' + output + "}"
    with pytest.raises(TemplateError) as raised:
        expand(text, scope=SCOPE)
    assert raised.value.line == 2
    assert "The template variable 'v' is not valid" in raised.value.message


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("variables", {"v": "[newGuid()]"}),
        ("variables", {"v": "[reference('a')]"}),
        ("parameters", {"v": {"type": "object", "defaultValue": "[reference('a')]"}}),
        ("parameters", {"v": {"type": "int", "defaultValue": "[copyIndex()]"}}),
    ],
)
def test_functions_have_their_places(place: str, value: dict[str, Any]) -> None:
    template = {
        place: value,
        "resources": [{"type": "A.B/c", "apiVersion": "1", "name": "a"}],
        "outputs": {"o": {"type": "object", "value": f"[{place}('v')]"}},
    }
    with pytest.raises(TemplateError, match="is not expected at this location"):
        expand(template, scope=SCOPE)


@pytest.mark.parametrize("missing", ["type", "name", "apiVersion"])
def test_a_resource_needs_its_head(missing: str) -> None:
    resource = {"type": "A.B/c", "apiVersion": "1", "name": "a"}
    del resource[missing]
    with pytest.raises(TemplateError, match=f"Required property '{missing}' not found in JSON") as raised:
        expand({"resources": [resource]}, scope=SCOPE)
    assert raised.value.code == "InvalidRequestContent"


@pytest.mark.parametrize(
    ("text", "words", "place"),
    [
        ('{"a": 1', "Unexpected end", (1, 8)),
        ('{\n"a" 1}', "Expected ':' but got: 1", (2, 5)),
        ('{"a": 1}\nx', "Additional text encountered", (2, 1)),
        ('{"a": tru}', "Unexpected character encountered while parsing value: t", (1, 7)),
        ('// note\n{"a": "x" "b": 1}', "After parsing a value", (2, 11)),
        ("{a: 'x', b: [1 2]}", "After parsing a value", (1, 16)),
        (b'{"a": "\xff"}', "not UTF-8", (1, 8)),
    ],
)
def test_a_text_that_is_no_json_is_refused_with_its_place(
    text: str | bytes, words: str, place: tuple[int, int]
) -> None:
    with pytest.raises(TemplateError) as raised:
        read(text)
    assert words in raised.value.message
    assert (raised.value.line, raised.value.column) == place


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": [1, 2,], /* c */ "b": {},} // end', {"a": [1, 2], "b": {}}),
        ("{a: 'it\\'s \"x\"', $b: true}", {"a": 'it\'s "x"', "$b": True}),
        ('{"a": "two\nlines // no comment, ]"}', {"a": "two\nlines // no comment, ]"}),
        ("\ufeff[]", []),
        (b"\xef\xbb\xbf[1e2]", [100.0]),
    ],
)
def test_json_as_the_service_takes_it(text: str | bytes, value: Any) -> None:
    assert read(text).value == value


def test_positions_are_those_of_the_text_as_it_was_given() -> None:
    document = read("{ // note\n  a: 'x', b: [ 1, {c: true} ],\n}")
    assert document.position(("a",)) == (2, 8)
    assert document.position(("b", 1)) == (2, 19)
    assert document.position(("b", 1, "c")) == (2, 26)
