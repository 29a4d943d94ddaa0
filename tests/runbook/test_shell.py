"""Shell code read with a grammar."""

from __future__ import annotations

import subprocess

from hypothesis import given, settings
from hypothesis import strategies as st

from azops_tui.runbook.shell import override, read


def test_words_are_what_the_shell_makes_of_them() -> None:
    (command,) = read("""echo a\\ b 'c d' "e \\"f\\"" "g"h $I "$(j)" $'k' {l,m} \\\n n""").commands[:1]
    assert command.words[:6] == ("echo", "a b", "c d", 'e "f"', "gh", None)
    assert command.words[-1] == "n"


def test_literal_exports_with_their_place() -> None:
    code = "export A=1 B='x y'\nif true; then export C=\"ü\"; fi\nexport D=$A E=`x` F\nG=1"
    assert [(one.name, one.value, one.row) for one in read(code).exports] == [
        ("A", "1", 0),
        ("B", "x y", 0),
        ("C", "ü", 1),
    ]


def test_a_value_set_by_the_user_replaces_the_documents_own() -> None:
    code = 'export A="é" B=2  # keep\nexport C=$(date)\necho "$A" export A=3\n'
    assert override(code, {"A": "it's", "C": "x"}) == (
        "export A='it'\"'\"'s' B=2  # keep\nexport C=$(date)\necho \"$A\" export A=3\n"
    )
    assert override("export A=", {"A": "x"}) == "export A=x"
    assert override("cat <<EOF\nexport A=1\nEOF\n", {"A": "x"}) == "cat <<EOF\nexport A=1\nEOF\n"


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30))
@settings(max_examples=25, deadline=None)
def test_an_overridden_export_has_that_value_in_bash(value: str) -> None:
    code = override("export A='old' B=2\nprintf '%s' \"$A\"", {"A": value})
    done = subprocess.run(["bash", "-c", code], capture_output=True, check=True)
    assert done.stdout.decode() == value


@given(st.text(max_size=200))
def test_any_text_is_read(code: str) -> None:
    read(code)
    assert override(code, {"A": "1"}) is not None
