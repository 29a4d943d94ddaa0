"""Variables of the run in blocks that run on hosts."""

from __future__ import annotations

import pytest

from azops_tui.engine.steps.remote import sent_variables

RUN = {"DIR": "/srv/app", "NAME": "it's", "HOME": "/home/me"}


@pytest.mark.parametrize(
    ("code", "sent"),
    [
        ('rm -rf "$DIR/"*', ["DIR"]),
        ("echo ${NAME} $HOME", ["NAME"]),
        ("echo '$DIR'", []),
        ('echo "don\'t touch $DIR"', ["DIR"]),
        ("echo \\$DIR", []),
        ("cat <<'EOF'\n$DIR\nEOF", []),
        ("cat <<EOF\n$DIR\nEOF", ["DIR"]),
    ],
)
def test_what_a_block_uses_is_sent(code: str, sent: list[str]) -> None:
    values, unset = sent_variables(code, RUN)
    assert (sorted(values), unset) == (sent, None)


@pytest.mark.parametrize(
    ("code", "unset"),
    [
        ('true\nrm -rf "$DIRR/"*', ("DIRR", 1)),
        ("echo ${X}", ("X", 0)),
        ("echo ${X:-nothing} ${Y-}", None),
        ("X=1\necho $X", None),
        ("for f in *; do echo $f; done", None),
        ("while read -r line; do echo $line; done", None),
        (". /etc/os-release\necho $ID", None),
        ("awk '{print $NF}' $1", None),
    ],
)
def test_a_name_without_a_value_is_an_error(code: str, unset: tuple[str, int] | None) -> None:
    assert sent_variables(code, RUN)[1] == unset
