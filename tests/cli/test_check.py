"""``azops check``: what it reports, in which forms, and how long it takes."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.cli.azops import SHARED, azops

BAD = """\
# Notes

See [the other page](missing.md) and [below](#clean-up), or [nothing](#nowhere).

```bash {name=one timout=5s}
echo "$NEVER_SET ${OPTIONAL:-}"
export ID=$(false)
frobnicate --all
```

```bash {name=two}
if true; then
```

```bash
export DB_PASSWORD='hunter2hunter2'
az group list\u00a0--output table
```

## Clean up

```yaml {azops=scale}
group: g
scale-set: s
capacity: many
```
"""


def test_every_rule_reports_at_its_line(tmp_path: Path) -> None:
    (tmp_path / "bad.md").write_text(BAD, "utf-8")
    process = azops("check", "bad.md", "--format", "json", cwd=tmp_path)
    assert process.returncode == 1, process.stderr
    (document,) = json.loads(process.stdout)
    findings = {(item["rule"], item["line"], item["severity"]) for item in document["findings"]}
    assert {
        ("broken-link", 3, "warning"),
        ("unknown-attribute", 5, "warning"),
        ("unset-variable", 6, "warning"),
        ("lost-failure", 7, "warning"),
        ("missing-tool", 5, "warning"),
        ("syntax", 13, "error"),
        ("plain-secret", 16, "warning"),
        ("hidden-character", 17, "warning"),
        ("document", 25, "error"),
    } <= findings
    messages = " ".join(item["message"] for item in document["findings"])
    assert "NEVER_SET" in messages
    assert "did you mean 'timeout'?" in messages
    assert "frobnicate" in messages
    assert "#nowhere" in messages
    assert "OPTIONAL" not in messages
    assert "#clean-up" not in messages
    assert "hunter2" not in messages
    assert document["steps"][0] == {"name": "one", "line": 5, "kind": "shell", "class": "R"}


def test_the_forms_for_machines(tmp_path: Path) -> None:
    (tmp_path / "bad.md").write_text(BAD, "utf-8")
    github = azops("check", "bad.md", "--format", "github", cwd=tmp_path).stdout
    assert "::error file=bad.md,line=13,title=syntax::" in github
    sarif = json.loads(azops("check", "bad.md", "--format", "sarif", cwd=tmp_path).stdout)
    (run,) = sarif["runs"]
    rules = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert {result["ruleId"] for result in run["results"]} <= rules
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "bad.md"}


def test_warnings_are_no_failure(tmp_path: Path) -> None:
    (tmp_path / "fine.md").write_text("```bash {name=a}\nX=1\nfor i in 1 2; do echo $i $X; done\n```\n", "utf-8")
    (tmp_path / "warned.md").write_text("```bash\necho $NEVER_SET_ANYWHERE\n```\n", "utf-8")
    fine = azops("check", "fine.md", "warned.md", cwd=tmp_path)
    assert fine.returncode == 0, fine.stdout
    assert "fine.md: 1 step, 0 errors, 0 warnings" in fine.stdout
    assert "warned.md:2: warning: step 'step' uses NEVER_SET_ANYWHERE" in fine.stdout.replace("'warned'", "'step'")
    assert azops("check", "missing.md", cwd=tmp_path).returncode == 1


def test_the_shared_documents_are_checked_within_seconds() -> None:
    documents = sorted((SHARED / "runbooks" / "azure-docs").glob("*.md"))
    if not documents:
        pytest.skip("the shared data is missing")
    began = os.times()
    process = azops("check", *documents, "--format", "json")
    assert len(json.loads(process.stdout)) == len(documents) >= 18
    ended = os.times()
    assert ended.children_user + ended.children_system - began.children_user - began.children_system < 4
