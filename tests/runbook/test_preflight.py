"""What would keep a runbook from running."""

from __future__ import annotations

from pathlib import Path

import pytest

from azops_tui.runbook.preflight import Facts, preflight, satisfies
from tests.runbook.shared import book

TEXT = """
---
azops:
  params:
    STAGE: {default: test}
    WHERE:
  requires: {tools: [kubectl], azops: ">=2"}
---

## Prerequisites

[first](first.md)

## Go

```yaml {azops=deploy name=base}
group: g
template: [templates/base.json, "${LATER}.json"]
parameters: ["params/${STAGE}.json", {a: 1}]
```

```bash
install() { helm repo list; }
jq() { cat; }
sudo terraform plan | jq . | rm x
az group list
```
"""


def found(tools: set[str], files: set[str], parameters: dict[str, str]) -> list[str]:
    facts = Facts(tools.__contains__, lambda path: path in {Path(name) for name in files}, "1.0", parameters)
    return [str(problem) for problem in preflight(book(TEXT), facts)]


def test_everything_that_is_missing_is_named() -> None:
    assert found(set(), set(), {}) == [
        "folder/example.md: error: it requires kubectl, which is not on PATH; install it first",
        "folder/example.md: error: it requires azops >=2, and this is 1.0",
        "folder/example.md:5: warning: the parameter WHERE has no value; set it",
        "folder/example.md:11: warning: the prerequisite first.md does not exist and is not run;"
        " its path is folder/first.md",
        "folder/example.md:15: error: the template folder/templates/base.json of step 'base' is not there",
        "folder/example.md:15: error: the parameter file folder/params/test.json of step 'base' is not there",
        "folder/example.md:21: warning: step 'go' calls terraform, which is not on PATH",
        "folder/example.md:21: warning: step 'go' calls az, which is not on PATH",
        "folder/example.md:21: warning: step 'go' calls helm, which is not on PATH",
    ]


def test_nothing_is_said_where_nothing_is_missing() -> None:
    files = {"folder/first.md", "folder/templates/base.json", "folder/params/live.json", "folder/x.json"}
    tools = {"kubectl", "terraform", "az", "helm"}
    assert found(tools, files, {"WHERE": "here", "STAGE": "live", "LATER": "x"}) == [
        "folder/example.md: error: it requires azops >=2, and this is 1.0"
    ]


def test_a_file_that_an_earlier_step_makes_is_not_missed() -> None:
    deploy = "```yaml {azops=deploy}\ngroup: g\ntemplate: made.json\n```\n"
    facts = Facts(lambda _: True, lambda _: False, "1.0", {})
    assert preflight(book("```bash\ncurl -o made.json https://example.com\n```\n" + deploy), facts) == []
    assert len(preflight(book(deploy + "```bash\ncat made.json\n```\n" + deploy), facts)) == 1
    assert len(preflight(book(deploy + deploy), facts)) == 2


@pytest.mark.parametrize(
    ("version", "conditions", "met"),
    [
        ("0.2.1", ">=0.2", True),
        ("0.2", ">=0.2.0, <1", True),
        ("0.10.0", ">=0.9", True),
        ("1.0.dev3", "<1", False),
        ("1.4.2", "~=1.4", True),
        ("2.0", "~=1.4", False),
        ("1.0", "==1.0.0", True),
        ("1.0", "!=1.0", False),
        ("1.0", ">1.0", False),
        ("1.1", ">1.0,<=1.1", True),
    ],
)
def test_versions(version: str, conditions: str, met: bool) -> None:
    assert satisfies(version, conditions) is met
