"""Base64, data URIs and URIs."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azops_tui.arm.functions import FunctionError
from tests.arm.functions.support import call, refusal, relaxed


@pytest.mark.parametrize(
    ("name", "arguments", "value"),
    [
        ("base64", ("hello",), "aGVsbG8="),
        ("base64", ("",), ""),
        ("base64", ("é",), "w6k="),
        ("base64", ("\ud800",), "77+9"),
        ("base64ToString", ("aGVsbG8=",), "hello"),
        ("base64ToString", ("aGVs\r\nbG8=",), "hello"),
        ("base64ToString", ("/w==",), "\ufffd"),
        ("base64ToJson", ("eyJhIjogWzFdfQ==",), {"a": [1]}),
        ("dataUri", ("Hi",), "data:text/plain;charset=utf-8;base64,SGk="),
        ("dataUri", ({"a": 1},), "data:application/json;charset=utf-8;base64,eyJhIjoxfQ=="),
        ("dataUriToString", ("data:;base64,SGk=",), "Hi"),
        ("dataUriToString", ("data:,Hi%20there",), "Hi there"),
        ("dataUriToString", ("data:text/plain;charset=utf8;base64,SGk=",), "Hi"),
        ("dataUriToString", ("DATA:text/plain,Hi",), "Hi"),
        ("dataUriToString", ("data:text/plain;charset=US-ASCII;base64,SGk=",), "Hi"),
        ("dataUriToString", ("data:;charset=iso-8859-1,%e9",), "é"),
        ("dataUriToString", ("data:text/plain;charset=UTF-8;page=21,a,b:%C3%A9",), "a,b:é"),
        ("uriComponent", ("a b/ä?*()'!~-._",), "a%20b%2F%C3%A4%3F%2A%28%29%27%21~-._"),
        ("uriComponentToString", ("a%20b%2f%C3%A4+%",), "a b/ä+%"),
        ("uriComponentToString", ("%C3%A4%FFx%zz",), "ä%FFx%zz"),
        ("uri", ("http://contoso.org/firstpath", "myscript.sh"), "http://contoso.org/myscript.sh"),
        ("uri", ("http://contoso.org/firstpath/", "myscript.sh"), "http://contoso.org/firstpath/myscript.sh"),
        ("uri", ("https://h/a/azuredeploy.json", "nested/x.json"), "https://h/a/nested/x.json"),
        ("uri", ("https://h/a/b/c.json", "../x.json"), "https://h/a/x.json"),
        ("uri", ("https://h/a/", "x.sh?sv=1&sig=a%2Bb%3D"), "https://h/a/x.sh?sv=1&sig=a%2Bb%3D"),
        ("uri", ("https://h/a/?sas=1", "x.sh"), "https://h/a/x.sh"),
        ("uri", ("HTTPS://User@Example.COM:443", "a b"), "https://User@example.com/a%20b"),
        ("uri", ("https://h:8443/a", "b"), "https://h:8443/b"),
        ("uri", ("https://h/a/", "http://other/x"), "http://other/x"),
        (
            "buildUri",
            ({"scheme": "https", "host": "h", "port": 443, "path": "a b", "query": "x=1"},),
            "https://h/a%20b?x=1",
        ),
        ("buildUri", ({"SCHEME": "http", "Host": "h", "port": 8080},), "http://h:8080/"),
        (
            "parseUri",
            ("https://h:8080/a/b?x=1#f",),
            {"scheme": "https", "host": "h", "port": 8080, "path": "/a/b", "query": "?x=1"},
        ),
        ("parseUri", ("HTTP://H",), {"scheme": "http", "host": "h"}),
    ],
)
def test_value(name: str, arguments: tuple[Any, ...], value: Any) -> None:
    assert call(name, *arguments) == value


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("base64", (1,), "expects its parameter to be of type 'String'. The provided value is of type 'Integer'."),
        ("base64ToString", (1,), "expects its parameter to be a string. The provided value is of type 'Integer'."),
        ("base64ToString", ("a",), "The value cannot be decoded from base64 representation."),
        ("base64ToString", ("YQ==@",), "The value cannot be decoded from base64 representation."),
        ("base64ToString", ("ä",), "The value cannot be decoded from base64 representation."),
        ("base64ToJson", ("ew==",), "The value cannot be converted to the target type"),
        (
            "dataUriToString",
            ("Hi",),
            "expects its parameter to be formatted as a valid data URI. The provided value 'Hi'",
        ),
        ("dataUriToString", ("data:;foo=bar;base64,SGk=",), "was not formatted correctly."),
        ("dataUriToString", ("data:text/plain;charset=klingon,x",), "The provided charset 'klingon' is not supported."),
        ("dataUriToString", ("data:;base64,@",), "The value cannot be converted to the target type."),
        (
            "uri",
            ("github.com", "x"),
            "expects its first argument to be a uri string. The provided value is 'github.com'.",
        ),
        ("uri", ("https://h:99999/", "x"), "do not make a URI"),
        ("uri", ("https://[::1/", "x"), "do not make a URI"),
        ("uri", (1, "x"), "The provided value is of type 'Integer' and 'String'."),
        ("uriComponent", (2,), "to be a string"),
        ("buildUri", ({"host": "h"},), "the property 'scheme'"),
        ("buildUri", ({"scheme": "https"},), "the property 'host'"),
        ("buildUri", ({"scheme": "https", "host": "a/b"},), "cannot make a URI"),
        ("buildUri", ({"scheme": "https", "host": "h", "port": "80"},), "the property 'port'"),
        ("buildUri", ({"scheme": "https", "host": "h", "path": 1},), "the property 'path'"),
        ("parseUri", ("/a/b",), "to be a uri string"),
        ("parseUri", ("https://h:port/",), "to be a uri string"),
    ],
)
def test_refusal(name: str, arguments: tuple[Any, ...], message: str) -> None:
    assert message in refusal(name, *arguments)


characters = st.characters(exclude_categories=["Cs"])


@relaxed
@given(st.text(alphabet=characters))
def test_what_is_encoded_can_be_decoded(text: str) -> None:
    assert call("base64ToString", call("base64", text)) == text
    assert call("dataUriToString", call("dataUri", text)) == text
    assert call("uriComponentToString", call("uriComponent", text)) == text


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.text(alphabet=characters),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(alphabet=characters), inner, max_size=3),
    max_leaves=8,
)


@relaxed
@given(json_values)
def test_json_reads_what_string_prints(value: Any) -> None:
    try:
        printed = call("string", [value])
    except FunctionError:
        return
    if "∞" not in printed:
        assert call("equals", call("json", printed), [value])


@relaxed
@given(st.text(max_size=8), st.text(max_size=8))
def test_uris_of_anything(base: str, relative: str) -> None:
    try:
        assert "://" in call("uri", f"https://h/{base}", relative)
    except FunctionError:
        pass
