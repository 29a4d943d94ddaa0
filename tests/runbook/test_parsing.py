"""Markdown to model."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from azops_tui.runbook import parse
from azops_tui.runbook.model import Effect, Role, Severity, StepKind
from tests.runbook.shared import HERE, book, problems, steady


def test_a_document_with_everything() -> None:
    runbook = book(
        """
        ---
        title: A cluster
        ms.date: 2024-10-01
        ---

        Before the first heading.

        # Cluster

        ## Make `it`

        ```bash {name=make timeout=10m}
        az group create -n x -l y
        ```

        1. In a list

           > and a quote

           ```azurecli-interactive
           az group list
           ```

        ## Look

        ```json
        {}
        ```
        """
    )
    assert (runbook.title, runbook.front_matter["ms.date"]) == ("A cluster", "2024-10-01")
    make, listed = runbook.steps
    assert (make.name, make.line, make.effects, make.attributes.timeout) == ("make", 12, Effect.MUTATES, 600.0)
    assert (listed.name, listed.line, listed.block.depth, listed.effects) == ("make-it", 20, 2, Effect.READS)
    assert (listed.title, listed.block.heading) == ("Make it", "Make `it`")
    assert [block.role for block in runbook.blocks] == [Role.STEP, Role.STEP, Role.OTHER]
    assert [(s.level, s.title, s.line, s.end_line, s.steps) for s in runbook.sections] == [
        (0, "", 5, 7, ()),
        (1, "Cluster", 8, 9, ()),
        (2, "Make it", 10, 23, ("make", "make-it")),
        (2, "Look", 24, 28, ()),
    ]
    assert not runbook.problems


def test_the_title_is_the_first_heading_or_the_files_name() -> None:
    assert book("Text\n\n# *Some* title\n").title == "Some title"
    assert book("Text\n").title == "example"
    assert book("---\ntitle: 5\n---\n## Not this\n").title == "example"


def test_info_words_in_any_case_and_without_a_space() -> None:
    runbook = book(
        "```BASH{name=a}\ntrue\n```\n\n~~~AzureCLI-Interactive\ntrue\n~~~\n\n```\ntrue\n```\n\n```sh {.x}\n```\n"
    )
    assert [step.block.language for step in runbook.steps] == ["BASH", "AzureCLI-Interactive", "sh"]
    assert runbook.steps[0].name == "a"


def test_indented_code_is_no_fence() -> None:
    assert book("Text\n\n        ```bash\n        true\n        ```\n").blocks == ()


def test_windows_line_ends_and_a_byte_order_mark() -> None:
    runbook = parse("\ufeff---\r\ntitle: x\r\n---\r\n\r\n```bash\r\ntrue\r\n```\r\n", HERE)
    (step,) = runbook.steps
    assert (runbook.title, step.line, step.code) == ("x", 5, "true\n")


def test_names_are_unique_and_leave_given_names_alone() -> None:
    runbook = book(
        """
        # Über `az`: 2 things!
        ```bash
        ```
        ```bash
        ```
        ```bash {name=über-az-2-things-2}
        ```
        ### ***
        ```bash
        ```
        """
    )
    assert [step.name for step in runbook.steps] == [
        "über-az-2-things",
        "über-az-2-things-3",
        "über-az-2-things-2",
        "step",
    ]


def test_long_headings_make_names_of_whole_words() -> None:
    fence = "\n```bash\n```\n"
    runbook = book(f"# The following will now declare variables which overwrite{fence}# {'x' * 60}{fence}")
    assert [step.name for step in runbook.steps] == ["the-following-will-now-declare-variables-which", "x" * 48]


def test_a_name_given_twice_names_both_lines() -> None:
    runbook = book("```bash {name=a}\n```\n\n```bash {name=a}\n```\n")
    assert problems(runbook) == [(4, "step 'a' has the name of the step at line 1")]
    assert runbook.errors
    assert [step.name for step in runbook.steps] == ["a", "a-2"]


def test_a_console_session_runs_what_stands_behind_prompts() -> None:
    runbook = book(
        """
        ```console
        $ az group list \\
        >   -o table
        Name    Location
        # echo "two
        lines"
        two
        $ cat <<EOF > file
        > kept
        $HOME
        EOF
        $ for x in 1 2; do
        > echo $x
        > done
        1
          $ indented
        output
        ```

        ```shell-session
        only output
        ```
        """
    )
    (step,) = runbook.steps
    assert step.code == (
        'az group list \\\n  -o table\necho "two\nlines"\ncat <<EOF > file\n> kept\n$HOME\nEOF\n'
        "for x in 1 2; do\necho $x\ndone\nindented\n"
    )
    assert [block.role for block in runbook.blocks] == [Role.STEP, Role.OTHER]


def test_powershell_is_shown_with_its_reason_where_there_is_no_pwsh() -> None:
    text = "```powershell\nGet-AzVM\n```\n"
    (step,) = book(text, tools=set()).steps
    assert (step.kind, step.runnable) == (StepKind.POWERSHELL, "PowerShell (pwsh) is not on PATH")
    assert book(text, tools={"pwsh"}).steps[0].runnable == ""


def test_ignored_fences_are_no_steps() -> None:
    assert book("```bash {ignore=true}\ntrue\n```\n").steps == ()


def test_a_fence_without_end_in_a_list_ends_with_the_item() -> None:
    runbook = book("- a\n\n  ```bash\n  true\n\nText\n")
    assert [block.text for block in runbook.blocks] == ["true\n\n"]
    assert [(problem.line, problem.severity) for problem in runbook.problems] == [(3, Severity.WARNING)]


def test_closed_fences_are_not_taken_for_open_ones() -> None:
    for text in ("```bash\n```", "```bash\n\n```\n", "> ```bash\n> x\n> ```\n", "````bash\n```\n````\n"):
        assert not book(text).problems, text
    for text in ("```bash", "```bash\n", "```bash\nx", "````bash\n```\n", "> ```bash\n> x\n\n```bash\n```\n"):
        assert len(book(text).problems) == 1, text


def test_a_comment_without_end_is_told() -> None:
    runbook = book("```bash\n```\n\n<!-- a -->\n<!-- b\n\n```bash\n```\n")
    assert len(runbook.steps) == 1
    assert problems(runbook) == [(5, "this comment is never closed; what follows it is part of it")]


def test_expected_results() -> None:
    runbook = book(
        """
        ```bash
        az group show
        ```

        Results:
        <!-- expected_similarity=0.8 -->

        ```JSON
        {"a": 1}
        ```

        <!--expected_similarity="^Ready .*\\d+"-->
        ```text
        Ready 1
        ```

        ```text
        no result
        ```
        """
    )
    (step,) = runbook.steps
    first, second = step.expectations
    assert (first.line, first.similarity, first.expected, first.language) == (6, 0.8, '{"a": 1}\n', "JSON")
    assert (second.line, second.pattern, second.similarity) == (12, r"^Ready .*\d+", None)
    assert [block.role for block in runbook.blocks] == [Role.STEP, Role.RESULT, Role.RESULT, Role.OTHER]


def test_stricter_forms() -> None:
    runbook = book(
        """
        ```bash
        false
        ```
        Ends so <!-- expect exit=3 -->, and
        says it <!-- expect contains="a \\"b\\"" -->

        <!-- expect regex="^\\d+ \\"ok\\"$" -->
        <!-- expect jmespath="properties.provisioningState" equals="Succeeded" -->
        ```output
        1 "ok"
        ```

        ```bash
        false
        ```
        <!-- expect error="InvalidParameter" -->
        <!-- expect failed -->
        <!-- expect the unexpected -->
        """
    )
    one, two = runbook.steps
    assert [e.line for e in one.expectations] == [4, 5, 7, 8]
    assert (one.expectations[0].exit, one.expectations[1].contains) == (3, 'a "b"')
    assert one.expectations[2].regex == r'^\d+ "ok"$'
    assert (one.expectations[3].jmespath, one.expectations[3].equals) == ("properties.provisioningState", "Succeeded")
    assert [e.error for e in two.expectations] == ["InvalidParameter", ""]
    assert runbook.blocks[1].role is Role.RESULT
    assert not runbook.problems


def test_expectations_that_cannot_be() -> None:
    cases = {
        "expected_similarity=1.5": "expected_similarity takes a number from 0 to 1, not 1.5",
        "expected_similarity=high": "expected_similarity takes a number from 0 to 1 or a quoted regular expression",
        'expected_similarity="("': "expected_similarity: not a regular expression",
        "expected_similarty=0.5": "unknown expectation 'expected_similarty'; did you mean 'expected_similarity'?",
        "expect exit=bad": "expect: 'exit' takes an exit status, not 'bad'",
        "expect exti=1": "expect: unknown form 'exti'; did you mean 'exit'?",
        'expect jmespath="a"': "expect: 'jmespath' and 'equals' go together",
        'expect jmespath="a[" equals="b"': "expect: 'jmespath' is not a query",
        'expect regex="("': "expect: 'regex' is not a regular expression",
        "expect contains": "expect: 'contains' takes a value",
    }
    for comment, message in cases.items():
        runbook = book(f"```bash\ntrue\n```\n\n<!-- {comment} -->\n")
        assert len(runbook.problems) == 1, comment
        assert runbook.problems[0].line == 5
        assert runbook.problems[0].message.startswith(message), runbook.problems[0].message


def test_expectations_without_step_or_result_are_warnings() -> None:
    assert problems(book("<!-- expect exit=0 -->\n")) == [(1, "this expectation has no step above it")]
    nothing = book("```bash\n```\n<!-- expected_similarity=1 -->\n\n```bash\n```\n")
    assert problems(nothing) == [(3, "no result block follows this expectation; it is not checked")]
    early = book("<!-- expected_similarity=1 -->\n```text\n```\n\n```bash\n```\n")
    assert problems(early) == [(1, "this expected result has no step above it")]


def test_prerequisites() -> None:
    runbook = book(
        """
        [elsewhere](other.md)

        ## Prerequisites

        - [one](sub/one%20two.md#part)
        - an account, [docs](https://example.com/x.md)
          and [two](../two.MD)

        ### More

        [three](three.md), [no](file.txt)

        ## Next
        [not](four.md)
        """
    )
    assert [(link.target, link.path, link.line) for link in runbook.prerequisites if not link.url] == [
        ("sub/one two.md", Path("folder/sub/one two.md"), 5),
        ("../two.MD", Path("folder/../two.MD"), 7),
        ("three.md", Path("folder/three.md"), 11),
    ]
    assert [(link.url, link.line) for link in runbook.prerequisites if link.url] == [("https://example.com/x.md", 6)]


def test_a_native_step_on_the_wrong_fence() -> None:
    assert problems(book("```bash {azops=deploy}\n```\n")) == [(1, "azops=deploy belongs on a yaml fence")]


def test_confirm_can_raise_what_a_step_does_and_never_lower_it() -> None:
    runbook = book(
        "```bash {confirm=destroy}\necho\n```\n```bash {confirm=none}\naz group delete\n```\n"
        "```bash {ssh=web}\nsystemctl restart x\n```\n```bash {ssh=web}\nuptime\n```\n"
    )
    assert [str(step.effects) for step in runbook.steps] == ["R D", "D", "M", "R"]


def test_functions_of_earlier_steps_are_known() -> None:
    runbook = book(
        """
        ```bash
        cleanup() { az group delete -n "$1" --yes; }
        alias k=kubectl
        ```
        ```bash
        cleanup mine
        ```
        ```bash
        k delete pod x
        ```
        """
    )
    assert [str(step.effects) for step in runbook.steps] == ["R", "D", "D"]


PIECES = st.sampled_from(
    [
        "```bash",
        "```",
        "~~~ sh {name=a}",
        "~~~",
        "```yaml {azops=group}",
        "group: x",
        "- item",
        "  ```console",
        "> ```python",
        "   ```",
        "# Head",
        "## Prerequisites",
        "[l](x.md)",
        "<!--",
        "-->",
        "<!-- expected_similarity=0.5 -->",
        "<!-- expect failed -->",
        "---",
        "title: x",
        "azops: {params: {A: 1}}",
        "$ ls",
        "export A=1",
        "1. x",
        "\t",
        "",
        "| a | b |",
        "|---|---|",
        "\x0b",
        "\u2028",
        "\x00",
        "a\rb",
    ]
)


@given(st.one_of(st.text(max_size=200), st.lists(st.one_of(PIECES, st.text(max_size=12)), max_size=25).map("\n".join)))
@settings(steady, max_examples=400)
def test_any_text_is_a_runbook(text: str) -> None:
    runbook = parse(text, HERE)
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for block in runbook.blocks:
        opening = lines[block.line - 1]
        assert "```" in opening or "~~~" in opening
        assert block.line <= block.end_line <= len(lines)
    assert len({step.name for step in runbook.steps}) == len(runbook.steps)
    assert all(0 <= problem.line <= len(lines) + 1 for problem in runbook.problems)
    for before, after in zip(runbook.sections, runbook.sections[1:], strict=False):
        assert before.end_line + 1 == after.line
    names = [name for section in runbook.sections for name in section.steps]
    assert names == [step.name for step in runbook.steps]


def test_a_shebang_is_the_interpreter() -> None:
    runbook = book(
        """
        ```sh
        #!/usr/bin/env -S python3 -u
        print(1)
        ```
        ```bash
        #!/bin/bash -e
        ls
        ```
        ```bash {interpreter=ruby}
        #!/usr/bin/python3
        ```
        """
    )
    assert [step.attributes.interpreter for step in runbook.steps] == ["python3 -u", "", "ruby"]
