"""What ``declare -p`` prints is read as bash means it."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azops_tui.engine.sessions.declared import declaration, scalars

_VALUES = st.text(alphabet=st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)


@settings(max_examples=60, deadline=None)
@given(st.lists(_VALUES, min_size=1, max_size=4), st.booleans())
def test_a_value_comes_back_from_bash(values: list[str], export: bool) -> None:
    given_ = {f"V{number}": value for number, value in enumerate(values)}
    script = b"".join(declaration(name, value, export=export) for name, value in given_.items())
    command = [
        "bash",
        "--norc",
        "-c",
        script.decode() + "A=(1 $'x\\n)\"' [7]='q'); declare -A M=([\"a b\"]=$'\\t'); declare -p",
    ]
    printed = subprocess.run(command, capture_output=True, check=True, env={"LC_ALL": "C.UTF-8"}).stdout
    found = scalars(printed)
    assert {name: found[name] for name in given_} == given_
    assert "A" not in found
    assert "M" not in found
    assert ("V0" in scalars(printed, exported_only=True)) is export


def test_the_reading_ends_where_declarations_end() -> None:
    assert scalars(b'declare -- A="1"\nf () \n{ \n declare -- B="2"\n}\n') == {"A": "1"}
    assert scalars(b'declare -x A\ndeclare -a B\ndeclare -x C=""\n') == {"C": ""}
    assert scalars(b"declare -- A=$'\\001\\x41\\u00e9\\'\\n'\n") == {"A": "\x01Aé'\n"}


@pytest.mark.parametrize(("name", "value"), [("a-b", ""), ("", ""), ("1a", ""), ("a", "\0")])
def test_what_no_variable_can_be(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=r"(not a valid name|NUL)"):
        declaration(name, value, export=True)
