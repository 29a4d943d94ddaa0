"""Expressions outside a template."""

from __future__ import annotations

import pytest

from azops_tui.arm import TemplateError, evaluate

SCOPE = "/subscriptions/00000000-0000-0000-0000-000000000001"


def test_names_ignore_case() -> None:
    expression = "[mul(parameters('count'), variables('STEP'))]"
    assert evaluate(expression, parameters={"Count": 2}, variables={"Step": 3}) == 6


def test_the_deployment_has_the_parameters_and_no_template() -> None:
    deployment = evaluate("[deployment()]", parameters={"n": 1}, scope=SCOPE, location="westus")
    assert deployment["name"] == "main"
    assert deployment["location"] == "westus"
    assert deployment["properties"]["parameters"] == {"n": {"value": 1}}
    assert "template" not in deployment["properties"]


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("[parameters('n')]", "The template parameter 'n' is not found."),
        ("[variables('n')]", "The template variable 'n' is not found."),
        ("[ns.f()]", "The template function 'ns.f' is not valid."),
        ("[reference('web')]", "could not find template resource or resource copy with the name 'web'"),
        ("[references('web')]", "'web' is no resource collection"),
        ("[listKeys()]", "The template language function 'listKeys' expects two or three parameters"),
        ("[externalInput('x')]", "The template function 'externalInput' is not expected at this location."),
    ],
)
def test_unknown_names_raise_the_error_of_the_service(expression: str, message: str) -> None:
    with pytest.raises(TemplateError) as raised:
        evaluate(expression)
    assert message in str(raised.value)
