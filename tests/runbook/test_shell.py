"""Shell code read with a grammar."""

from __future__ import annotations

import subprocess

from hypothesis import given, settings
from hypothesis import strategies as st

from azops_tui.runbook.shell import override, read
from tests.runbook.shared import steady


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
        "export A='it'\"'\"'s' B=2  # keep\nexport C=x\necho \"$A\" export A=3\n"
    )
    assert override("export A=", {"A": "x"}) == "export A=x"
    assert override("cat <<EOF\nexport A=1\nEOF\n", {"A": "x"}) == "cat <<EOF\nexport A=1\nEOF\n"


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30))
@settings(steady, max_examples=25)
def test_an_overridden_export_has_that_value_in_bash(value: str) -> None:
    code = override("export A='old' B=2\nprintf '%s' \"$A\"", {"A": value})
    done = subprocess.run(["bash", "-c", code], capture_output=True, check=True)
    assert done.stdout.decode() == value


def test_characters_beyond_ascii_do_no_harm() -> None:
    # To the grammar's scanner these are places in a table of 128; unguarded, most of them end the process.
    for letters in ("\U0006359c", "\U0001f680", "\U0010ffff", "\ud800", "é", "\u3000"):
        for code in (
            "{%s",
            "echo %s > %s",
            "%s=1 export %s",
            "cat <<%s\n%s\n%s\n",
            "$%s ${%s",
            "((%s",
            "# %s\naz x '%s",
        ):
            read(code.replace("%s", letters))
    (command,) = read("echo 🚀 \"ü🚀\"'é'").commands
    assert command.words == ("echo", "🚀", "ü🚀é")
    assert [(one.name, one.value) for one in read("export A='🚀' B=é").exports] == [("A", "🚀"), ("B", "é")]


@steady
@given(st.text(max_size=200))
def test_any_text_is_read(code: str) -> None:
    read(code)
    assert override(code, {"A": "1"}) is not None
