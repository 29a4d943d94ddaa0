"""JSON with comments, trailing commas, bare keys and single quotes, as Azure CLI and people write it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azops_tui.arm.errors import TemplateError
from azops_tui.arm.reader import loads

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_plain_json_is_read_as_it_is(value: object) -> None:
    assert loads(json.dumps(value))[0] == value


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        loads(text)
    except TemplateError:
        pass


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{a: 1, // no\n 'b': 'it\\'s', /* x */ \"c\": [1, 2,],}", {"a": 1, "b": "it's", "c": [1, 2]}),
        ('{"url": "http://x/*y*/", "q": "a, ]"}', {"url": "http://x/*y*/", "q": "a, ]"}),
        ('{template:{"a":"line\nbreak"}}', {"template": {"a": "line\nbreak"}}),
        ('{"a": 1, /** one **/ "b": {"c": 2 /* two */ }}', {"a": 1, "b": {"c": 2}}),
        ("{'link': 'http://host/*x*/', 'text': 'a, ]',}", {"link": "http://host/*x*/", "text": "a, ]"}),
        ("// don't\n{'a': 1, // it's\n}", {"a": 1}),
        ("{'a': 'say \\\"yes\\\" or \"no\"'}", {"a": 'say "yes" or "no"'}),
    ],
)
def test_json_as_az_sends_it(text: str, value: object) -> None:
    assert loads(text)[0] == value
