"""Documents that others wrote, for other tools, are runbooks as they are."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from azops_tui.engine.open import open_runbook
from azops_tui.runbook.model import Role, Runbook, Step, StepKind
from tests.runbook.shared import DATA, data

EXPECTED = DATA / "runbooks/azure-docs/expected.json"
DOCUMENTS = sorted(json.loads(EXPECTED.read_text())) if EXPECTED.exists() else ["(the shared data is missing)"]


def opened(name: str) -> Runbook:
    return open_runbook(data(f"runbooks/{name}"), environment={})


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_fence_is_as_listed(name: str) -> None:
    data("runbooks/azure-docs/expected.json")
    expected: dict[str, Any] = json.loads(EXPECTED.read_text())[name]
    runbook = opened(f"azure-docs/{name}")
    found = [
        {
            "lang": block.language,
            "heading": block.heading,
            "nested": block.depth,
            "role": "result" if block.role is Role.RESULT else "block",
            "first_line": block.text.split("\n")[0],
        }
        for block in runbook.blocks
    ]
    assert found == expected["blocks"]
    assert len(found) == expected["fences"]
    assert Counter(block.language for block in runbook.blocks) == expected["languages"]
    assert sum(block.depth > 0 for block in runbook.blocks) == expected["nested"]
    assert sum(block.role is Role.RESULT for block in runbook.blocks) == expected["results"]
    # The list counts what a shell runs; Python and PowerShell are steps too.
    assert sum(step.kind is StepKind.SHELL for step in runbook.steps) == expected["executable"]
    assert sum(len(step.expectations) for step in runbook.steps) == expected["results"]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_lines_are_those_of_the_file(name: str) -> None:
    path = data(f"runbooks/azure-docs/{name}")
    lines = path.read_text().split("\n")
    runbook = opened(f"azure-docs/{name}")
    for block in runbook.blocks:
        assert lines[block.line - 1].strip() == f"```{block.info}" or block.info in lines[block.line - 1]
        assert lines[block.end_line - 1].strip().startswith("```")
        assert lines[block.line].strip() == block.text.split("\n")[0].strip()
    assert len({step.name for step in runbook.steps}) == len(runbook.steps)


def test_the_other_tools_scenarios() -> None:
    def summary(name: str) -> list[tuple[str, int, list[float | str | None]]]:
        return [
            (
                step.name,
                step.line,
                [one.similarity if one.similarity is not None else one.pattern for one in step.expectations],
            )
            for step in opened(f"innovation-engine/{name}").steps
        ]

    assert summary("CodeBlocks.md") == [
        ("simple-case", 11, [1.0]),
        ("multiparagraph-intro", 27, [1.0]),
        ("sandwhich-case", 41, [1.0]),
    ]
    assert summary("CommentTest.md") == [("testing-multi-line-code-block", 11, [0.8])]
    assert summary("fuzzyMatchTest.md") == [
        ("testing-multi-line-code-block", 3, [0.8]),
        ("testing-multi-line-code-block-2", 17, [0.9]),
        ("code-block", 32, [1.0]),
        ("code-block-2", 47, [0.9]),
    ]
    assert [expected for _, _, expected in summary("variables.md")] == [[1.0]] * 5
    assert [expected for _, _, expected in summary("reporting.md")] == [[1.0], []]
    assert summary("environmentVariables.md")[-1][2] == ["^(?!.*will be ignored).*"]


def test_a_fence_without_end_runs_to_the_end_of_the_document() -> None:
    runbook = opened("innovation-engine/brokenMarkdown.md")
    (step,) = runbook.steps
    assert step.code == 'echo "hello World"\n``\n\n'
    assert [(problem.line, problem.severity.value) for problem in runbook.problems] == [(7, "warning")]
    assert "never closed" in runbook.problems[0].message


def test_commented_out_blocks_are_no_steps() -> None:
    runbook = opened("innovation-engine/prerequisitesAndIncludes.md")
    assert [step.line for step in runbook.steps] == [9, 22]
    assert [link.target for link in runbook.prerequisites] == ["Common/prerequisiteExample.md"]
    assert not runbook.errors


def test_values_of_the_ini_and_of_comments_are_defaults() -> None:
    runbook = opened("innovation-engine/variableHierarchy.md")
    defaults = {parameter.name: (parameter.default, parameter.literal) for parameter in runbook.parameters}
    # A comment of the document wins over the .ini beside it, as in Innovation Engine.
    assert defaults == {
        "MY_RESOURCE_GROUP": ("setInComments", False),
        "MY_VARIABLE_NAME": ("commentVariable", False),
    }


def test_the_ini_does_not_replace_what_the_environment_has() -> None:
    path = data("runbooks/innovation-engine/environmentVariables.md")
    runbook = open_runbook(path, environment={"PATH": "/bin"})
    names = [parameter.name for parameter in runbook.parameters]
    assert "PATH" not in names
    assert "EV_FROM_INI" in names
    assert "PATH" in [parameter.name for parameter in open_runbook(path, environment={}).parameters]


def test_every_real_step_is_judged() -> None:
    for path in sorted(data("runbooks").rglob("*.md")):
        for step in open_runbook(path, environment={}).steps:
            assert step.effects, f"{path.name}:{step.line}"


def test_real_deletions_are_seen() -> None:
    def destroying(name: str) -> list[Step]:
        return [step for step in opened(name).steps if "D" in str(step.effects)]

    (first, second) = destroying("azure-docs/azure-aks-docs__articles__aks__delete-cluster.md")
    assert (first.kind, second.kind) == (StepKind.SHELL, StepKind.POWERSHELL)
