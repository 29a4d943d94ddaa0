"""Secrets are hidden in every form that tools print, however the text is split."""

from __future__ import annotations

import base64
import json
import pickle
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azops_tui.secrets.redact import MASK, Redactor, Secret
from azops_tui.secrets.replace import Replacer

_TEXT = st.text(alphabet="abc\n", max_size=40)
_VALUES = st.lists(st.text(alphabet="abc", min_size=1, max_size=6), min_size=1, max_size=4)


def test_a_secret_never_shows_its_value() -> None:
    secret = Secret("hunter22")
    assert f"{secret} {secret!r} {secret!s} {secret:>5}" == f"{MASK} {MASK} {MASK} {MASK:>5}"
    assert secret.reveal() == "hunter22"
    assert secret == Secret("hunter22")
    assert secret != Secret("other")
    assert len({secret, Secret("hunter22")}) == 1
    with pytest.raises(TypeError):
        pickle.dumps(secret)


def test_forms_that_tools_show() -> None:
    value = "p&ss'w\"ö rd/+="
    redactor = Redactor([Secret(value)])
    raw = value.encode()
    shown = [value, quote(value, safe=""), json.dumps(value), base64.b64encode(raw).decode()]
    shown += [base64.b64encode(b"user:" + raw + b"@host").decode(), base64.b64encode(b"us:" + raw).decode()]
    for text in shown:
        assert MASK in redactor.redact(f"<{text}>"), text


def test_every_line_of_a_key_is_hidden() -> None:
    key = "-----BEGIN KEY-----\nAAAABBBBCCCC\nDDDDEEEEFFFF\n-----END KEY-----\n"
    assert Redactor([key]).redact("x AAAABBBBCCCC y") == f"x {MASK} y"


def test_short_values_are_not_hidden() -> None:
    redactor = Redactor()
    assert not redactor.add("abc")
    assert redactor.add("abcd")
    assert redactor.redact("abc abcd") == f"abc {MASK}"


def test_a_secret_added_later_holds_for_open_streams() -> None:
    redactor = Redactor()
    stream = redactor.stream()
    assert stream.feed("hello ") == "hello "
    redactor.add("topsecret")
    assert stream.feed("top") + stream.feed("secret!") + stream.flush() == f"{MASK}!"


@given(_TEXT, _VALUES, st.integers(1, 5))
def test_pieces_give_what_the_whole_gives(text: str, values: list[str], size: int) -> None:
    replacer = Replacer(values, "#")
    stream = replacer.stream()
    cut = "".join(stream.feed(text[at : at + size]) for at in range(0, len(text), size)) + stream.flush()
    assert cut == replacer.replace(text)
    assert not any(value in cut for value in values)


@given(st.text(min_size=4, max_size=20).filter(lambda text: len("".join(text.split())) > 3), _TEXT, _TEXT, st.data())
def test_a_secret_split_anywhere_never_leaks(secret: str, before: str, after: str, data: st.DataObject) -> None:
    redactor = Redactor([secret])
    text = f"{before}{secret}{after}"
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=4)))
    stream = redactor.stream()
    pieces = [stream.feed(text[start:end]) for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    whole = "".join(pieces) + stream.flush()
    assert whole == redactor.redact(text)
    assert MASK in whole
