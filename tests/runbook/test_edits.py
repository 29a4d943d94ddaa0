"""Edits of a document by line: only what was meant changes, and the parser agrees."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azops_tui.runbook import edits, parse
from azops_tui.runbook.merge import merge, pick
from azops_tui.runbook.model import Runbook
from azops_tui.runbook.source_lines import split_lines
from azops_tui.runbook.versions import new_version
from tests.runbook.shared import HERE, steady

FORMS = {
    "plain": "# T\n\nText.\n\n```bash {name=one}\necho 1\n```\n\nAfter.\n\n```bash\necho 2\n```\n",
    "list": "# T\n\n1. First\n\n   ```bash\n   echo 1\n   ```\n\n   M.\n\n2. Then\n\n   ```bash\n   echo 2\n   ```\n",
    "marker": "- ```bash\n  echo 1\n  ```\n- ```sh\n  echo 2\n  ```\n",
    "quote": "> ```bash\n> echo 1\n>\n> echo more\n> ```\n\n```bash\necho 2\n```\n",
    "tildes": "~~~~bash\necho 1\n~~~~\n~~~bash\necho 2\n~~~",
    "unclosed": "```bash\necho 1\n```\n\n```bash\necho 2",
    "expected": "```bash\necho 1\n```\n\n<!-- expected_similarity=0.9 -->\n\n```text\n1\n```\n\n```bash\necho 2\n```\n",
}
CODE = st.text(st.sampled_from("ab $'\"`~>#-\\\n"), max_size=40)


def reparsed(text: str) -> Runbook:
    return parse(text, HERE)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("form", FORMS)
@given(code=CODE, at=st.integers(0, 1))
@steady
def test_a_step_has_the_code_that_replaced_its_own(form: str, end: str, code: str, at: int) -> None:
    text = FORMS[form].replace("\n", end)
    before = reparsed(text)
    after = reparsed(edits.replace_code(text, before.steps[at].block, code))
    block = after.blocks[0] if at == 0 else after.blocks[-1]
    assert block.text.rstrip("\n") == code.rstrip("\n")
    other = before.steps[1 - at].code
    assert other in [b.text for b in after.blocks]


@pytest.mark.parametrize("form", FORMS)
def test_a_step_is_inserted_removed_and_moved_with_its_expected_result(form: str) -> None:
    before = reparsed(FORMS[form])
    text, line = edits.insert_below(before, before.steps[0], edits.fenced("bash", "echo new"))
    after = reparsed(text)
    codes = [step.code.strip() for step in after.steps]
    assert codes[0].startswith("echo 1")
    assert codes[1:] == ["echo new", "echo 2"]
    assert after.steps[1].line == line
    assert [e.expected for e in after.steps[0].expectations] == [e.expected for e in before.steps[0].expectations]
    removed = reparsed(edits.remove_step(after, after.steps[1]))
    assert [s.code.strip() for s in removed.steps] == [s.code.strip() for s in before.steps]


def test_moving_passes_one_paragraph_heading_or_step_at_a_time() -> None:
    runbook = reparsed(FORMS["expected"].replace("```bash\necho 2", "Prose.\n\n## Two\n\n```bash\necho 2"))
    texts = []
    for _ in range(3):
        runbook = reparsed(edits.move_step(runbook, next(s for s in runbook.steps if s.code == "echo 1\n"), 1))
        texts.append(runbook.text)
    assert texts[0].startswith(
        "Prose.\n\n```bash\necho 1\n```\n\n<!-- expected_similarity=0.9 -->\n\n```text\n1\n```\n"
    )
    assert texts[1].startswith("Prose.\n\n## Two\n\n```bash\necho 1")
    assert [s.code for s in runbook.steps] == ["echo 2\n", "echo 1\n"]
    assert [e.expected for e in runbook.steps[1].expectations] == ["1\n"]
    with pytest.raises(edits.EditError, match="ends the document"):
        edits.move_step(runbook, runbook.steps[1], 1)


def test_an_output_becomes_the_expected_result_and_replaces_the_former_one() -> None:
    runbook = reparsed(FORMS["plain"])
    runbook = reparsed(edits.with_expected(runbook, runbook.steps[0], '{"a": 1}'))
    assert [(e.similarity, e.expected, e.language) for e in runbook.steps[0].expectations] == [
        (0.8, '{"a": 1}\n', "json")
    ]
    runbook = reparsed(edits.with_expected(runbook, runbook.steps[0], '{"a": 2}'))
    assert [e.expected for e in runbook.steps[0].expectations] == ['{"a": 2}\n']
    assert not runbook.problems


LINES = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "\n", "```\n"]), max_size=12)


@given(LINES, LINES, LINES)
@steady
def test_a_merge_keeps_both_changes_and_has_no_sides(base: list[str], mine: list[str], theirs: list[str]) -> None:
    one, two, three = "".join(base), "".join(mine), "".join(theirs)
    assert merge(one, two, one).text == two
    assert merge(one, one, three).text == three
    assert merge(one, two, two).text == two
    forth, back = merge(one, two, three), merge(one, three, two)
    assert forth.conflicts == back.conflicts
    if not forth.conflicts:
        assert forth.text == back.text


@given(LINES, st.data())
@steady
def test_changes_of_different_lines_merge(base: list[str], data: st.DataObject) -> None:
    lines = [f"{n} {line}" for n, line in enumerate([*base, "z\n", "z\n", "z\n", "z\n"])]
    first = data.draw(st.integers(0, len(lines) - 3))
    second = data.draw(st.integers(first + 2, len(lines) - 1))
    mine, theirs = list(lines), list(lines)
    mine[first], theirs[second] = "mine\n", "theirs\n"
    both = list(mine)
    both[second] = "theirs\n"
    assert merge("".join(lines), "".join(mine), "".join(theirs)).text == "".join(both)
    assert pick("".join(lines), "".join(both), first + 1, first + 1) == "".join(mine)


BODIES = st.lists(st.sampled_from(["echo a", "echo b", "echo c", "ls", "date"]), min_size=1, max_size=6)


def document(bodies: list[str]) -> str:
    return "# T\n\n" + "\n".join(f"```bash\n{body}\n```\n" for body in bodies)


@given(BODIES, st.integers(0, 5), st.sampled_from(["insert", "remove", "edit"]))
@steady
def test_steps_keep_their_names_when_others_come_and_go(bodies: list[str], at: int, how: str) -> None:
    bodies = [f"{body} # {n}" for n, body in enumerate(bodies)]
    old, at = reparsed(document(bodies)), at % len(bodies)
    changed = list(bodies)
    if how == "insert":
        changed.insert(at, "echo new")
    elif how == "remove":
        del changed[at]
    else:
        changed[at] = "echo edited"
    version = new_version(old, reparsed(document(changed)))
    names = {step.code: step.name for step in old.steps}
    for step in version.runbook.steps:
        if step.code in names:
            assert step.name == names[step.code]
            assert step.name not in version.changed
        elif how == "edit":
            assert (step.name, set(version.changed)) == (old.steps[at].name, {old.steps[at].name})
        else:
            assert step.name not in names.values()
    assert len({step.name for step in version.runbook.steps}) == len(changed)


def test_a_renamed_step_is_the_same_step() -> None:
    old = reparsed("```bash {name=a}\nls\n```\n\n```bash {name=b}\ndate\n```\n")
    version = new_version(old, reparsed("```bash {name=x}\nls\n```\n\n```bash {name=b}\ndate\n```\n"))
    assert version.renamed == (("a", "x"),)
    assert not version.changed
    kept = new_version(old, version.runbook, frozenset({"a"}))
    assert [step.name for step in kept.runbook.steps] == ["a", "b"]


def test_lines_are_counted_as_the_parser_counts_them() -> None:
    assert split_lines("a\x0cb\r\nc\rd\ne") == ["a\x0cb\r\n", "c\r", "d\n", "e"]
